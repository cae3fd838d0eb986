/**
 * The same octets through Node's own parser and through ours. Every difference stands, with the
 * clause that decides it, in `differential/node-<major>.md`; a difference that is not listed
 * fails, and so does one that is listed and gone. `UPDATE=1` writes the list anew.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { NEED_DATA, PAUSED, ProtocolError, ServerConnection } from '../src/index.ts';
import { type Verdict, accepted, askNodeParser } from './node-parser.ts';
import { parseTranscript } from './transcript.ts';

const MAJOR = process.versions.node.split('.')[0];
const LIST = join(import.meta.dirname, `differential/node-${MAJOR}.md`);
const TRANSCRIPTS = join(import.meta.dirname, 'transcripts');
const update = process.env['UPDATE'] === '1';

test.skipIf(!existsSync(LIST) && !update)(
  `differs from the parser of Node ${MAJOR} only where the list says so`,
  async () => {
    const rows: string[] = [];
    let compared = 0;
    for (const path of transcripts()) {
      const file = join(TRANSCRIPTS, path);
      for (const each of parseTranscript(readFileSync(file, 'utf8'))) {
        // Node's limits are others, and a client's cases are not requests.
        if (each.options.role !== 'server' || Object.keys(each.options.limits).length > 0) continue;
        if (each.received.length === 0) continue;
        compared++;
        const [theirs, ours] = [await askNodeParser(each.received), judge(each.received)];
        if (theirs === ours) continue;
        const place = `${relative(TRANSCRIPTS, file)}: ${each.heading}`;
        rows.push(`| ${[place, theirs, ours, each.sentence].map(cell).join(' | ')} |`);
      }
    }
    const list = render(rows, compared);
    if (update) writeFileSync(LIST, list);
    expect(list).toBe(readFileSync(LIST, 'utf8'));
    expect(compared).toBeGreaterThan(200);
  },
  30_000,
);

/** What ours makes of the first request. */
function judge(octets: Uint8Array): Verdict {
  const wire = new ServerConnection();
  wire.receive(octets);
  let name = '';
  const pieces: Uint8Array[] = [];
  try {
    for (;;) {
      const event = wire.nextEvent();
      if (event === NEED_DATA || event === PAUSED || event.type === 'closed') return 'incomplete';
      if (event.type === 'request') {
        name = `${event.head.method} ${event.head.requestTarget}`;
        // What follows a request that asks to switch is no content for either parser.
        if (event.head.fields.has('upgrade') && event.head.framing.kind === 'none') {
          return accepted(name);
        }
      }
      if (event.type === 'content') pieces.push(event.octets);
      if (event.type === 'end') return accepted(name, Buffer.concat(pieces));
    }
  } catch (error) {
    if (error instanceof ProtocolError) return `refused ${error.status}`;
    throw error;
  }
}

function render(rows: readonly string[], compared: number): string {
  return `# Differences from the parser of Node ${MAJOR}

Made by \`differential.test.ts\` from the transcripts: ${compared} requests through both parsers, ${rows.length} judged differently. The last column is the clause that decides ours.

| case | Node ${MAJOR} | ours | why |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** Text for a cell: no pipe ends it, no octet hides in it. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replace(/[^\x20-\x7e§–]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function transcripts(): string[] {
  const files = readdirSync(TRANSCRIPTS, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md') && file !== 'README.md').toSorted();
}
