/**
 * Runs the transcripts: octets in → octets out over a real socket.
 *
 * A transcript is a heading, a sentence with its clause, the octets that the client sends and the
 * octets that come back. Each line ends with CRLF, in the content too (the files of the site are
 * written like that), but with LF where `<lf>` stands at its end; `\x00` escapes are octets. What cannot be written down is named:
 * `<date>`, an IMF-fixdate; `<page 404>`, the built-in page, on a line of its own that ends where
 * the page does, and `<octets of page 404>`, its length; `<policy>`, the page's content security
 * policy; `<8192 × a>`, that many. After a block ```` ```http half-close ```` the client sends FIN.
 *
 * Each runs whole, octet by octet, and with trailing octets: a further request, which is answered
 * exactly where the transcript does not end with `Connection: close`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTENT_SECURITY_POLICY, errorPage } from '../src/error-page.ts';
import { type RunningServer, startServer } from '../src/server.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

interface Transcript {
  /** `file.md:line title` */
  readonly name: string;
  readonly sent: string;
  /** With `<date>` in the place of dates. */
  readonly expected: string;
  readonly halfCloses: boolean;
}

const FOLLOW_UP = 'GET /empty.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const FOLLOW_UP_ANSWER =
  'HTTP/1.1 200 OK\r\nServer: PWS/1.0\r\nDate: <date>\r\n' +
  'Content-Type: text/plain; charset=utf-8\r\nContent-Length: 0\r\n' +
  'Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\nETag: "dfdrqeqhw4cg-0"\r\n' +
  'Accept-Ranges: bytes\r\nVary: Accept-Encoding\r\n' +
  'X-Content-Type-Options: nosniff\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n' +
  'Connection: close\r\n\r\n';

const site = new TemporarySite({
  'index.html': '<h1>Front page</h1>\r\n',
  'hello.txt': 'Hello, octets.\r\n',
  'empty.txt': '',
  LICENSE: 'No extension.\r\n',
  'style.css': 'p{}\r\n',
  'mark.svg': '<svg/>\r\n',
  'two words.txt': 'A blank.\r\n',
  'Grüße.txt': 'Umlauts.\r\n',
  'docs/index.html': '<h1>Docs</h1>\r\n',
  'docs/page.html': '<h1>Page</h1>\r\n',
  'no-index/file.txt': 'Beside no index.\r\n',
  '.env': 'SECRET=1\r\n',
  'docs/.git/config': '[core]\r\n',
  'docs/.well-known/x.txt': 'Not at the root.\r\n',
  '.well-known/security.txt': 'Security.\r\n',
  '%2e%2e.txt': 'Percent signs in the name.\r\n',
});
let server: RunningServer;

beforeAll(async () => {
  vi.stubEnv('TRANSCRIPT_API', 'https://api.example/?a=1&b=2');
  vi.stubEnv('TRANSCRIPT_MARK', '</script>');
  vi.stubEnv('NOT_TRANSCRIPT_API', 'secret');
  server = await startServer({ port: 0, root: site.root, envPrefix: 'TRANSCRIPT_' });
});

afterAll(async () => {
  await server.close(0);
  site.remove();
  vi.unstubAllEnvs();
});

const folder = fileURLToPath(new URL('transcripts/', import.meta.url));

describe.each(readdirSync(folder).filter((name) => name.endsWith('.md')))('%s', (file) => {
  describe.each(readTranscripts(file))('$name', (transcript) => {
    it('gives these octets whole', () => run(transcript, [transcript.sent]));

    it('gives these octets when it comes octet by octet', () => run(transcript, transcript.sent));

    if (transcript.halfCloses) return;
    const longer = transcript.sent + FOLLOW_UP;
    it('gives these octets with a request behind it', () =>
      run({ ...transcript, sent: longer }, [longer]));
  });
});

async function run(transcript: Transcript, pieces: Iterable<string>): Promise<void> {
  const { sent, expected, halfCloses } = transcript;
  const closes = halfCloses || expected.includes('\r\nConnection: close\r\n');
  const client = await RawClient.connect(server.address.port);
  await client.sendPieces(pieces);
  if (halfCloses) client.halfClose();
  const all = closes ? expected : expected + FOLLOW_UP_ANSWER;
  if (!closes && !sent.endsWith(FOLLOW_UP)) {
    const fits = (received: string): boolean => withoutDates(received) === expected;
    // What came instead is told below.
    await client.untilReceived('the transcript', fits).catch(() => undefined);
    expect(withoutDates(client.received)).toBe(expected);
    await client.send(FOLLOW_UP);
  }
  await client.untilEnd();
  expect(withoutDates(client.received)).toBe(all);
  expect(client.end).toBe('ended');
}

/** Dates that are well-formed IMF-fixdates, and of today's clock, as `<date>`. */
function withoutDates(octets: string): string {
  return octets.replace(/^Date: (.*)\r$/gm, (line: string, date: string) => {
    const wellFormed = new Date(date).toUTCString() === date;
    return wellFormed ? 'Date: <date>\r' : line;
  });
}

function readTranscripts(file: string): Transcript[] {
  const lines = readFileSync(`${folder}${file}`, 'utf8').split('\n');
  const transcripts: Transcript[] = [];
  let title: { text: string; line: number } | undefined;
  let blocks: { info: string; lines: string[] }[] = [];
  let open = false;
  const finish = (): void => {
    const [sent, expected, ...more] = blocks;
    if (title === undefined) return;
    if (sent === undefined || expected === undefined || more.length > 0) {
      throw new Error(`${file}:${title.line}: expected two blocks, got ${blocks.length}`);
    }
    transcripts.push({
      name: `${file}:${title.line} ${title.text}`,
      sent: octetsOf(sent.lines),
      expected: octetsOf(expected.lines),
      halfCloses: sent.info === 'http half-close',
    });
  };
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) {
      open = !open;
      if (open) blocks.push({ info: line.slice(3), lines: [] });
    } else if (open) {
      blocks.at(-1)?.lines.push(line);
    } else if (line.startsWith('## ')) {
      finish();
      title = { text: line.slice(3), line: index + 1 };
      blocks = [];
    }
  }
  finish();
  return transcripts;
}

function octetsOf(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const page = /^<page (\d{3})>$/.exec(line);
      if (page !== null) return Buffer.from(errorPage(Number(page[1]))).toString('latin1');
      const octets = line
        .replace(/<octets of page (\d{3})>/g, (_all, status) =>
          String(errorPage(Number(status)).length),
        )
        .replace('<policy>', CONTENT_SECURITY_POLICY)
        .replace(/<(\d+) × ([^>]+)>/g, (_all, count, text: string) => text.repeat(Number(count)))
        .replace(/\\x([0-9a-f]{2})/g, (_all, code: string) =>
          String.fromCharCode(Number.parseInt(code, 16)),
        );
      return octets.endsWith('<lf>') ? `${octets.slice(0, -4)}\n` : `${octets}\r\n`;
    })
    .join('');
}
