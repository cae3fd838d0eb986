/**
 * Files that are replaced by rename, over and over, while many connections ask for them: each
 * answer is wholly of one version, and its validators are those of that version. RFC 9110 §8.8.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { COUNTS_DESCRIPTORS, ShortProgram, killShortPrograms } from './faults-program.ts';
import { RawClient, type RawResponse } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const POSIX = process.platform !== 'win32';

// Small ones are kept in memory for a second: many names, so that there is always one to be read.
const SMALL = Array.from({ length: 24 }, (_, index) => `small-${index}.txt`);
const SMALL_BYTES = 40_000;
const LARGE = ['large-0.bin', 'large-1.bin'];
const LARGE_BYTES = 1_200_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** A date of the first version, long ago: dates are exact, and entity tags strong. */
const FIRST_SECONDS = 1_600_000_000;

const CONNECTIONS = 12;
const ROUNDS = 12;
const TARGETS_IN_A_ROUND = 4;

const site = new TemporarySite();

afterAll(async () => {
  await killShortPrograms();
  site.remove();
});

// All versions of a file have one length. A version is one letter, over and over, and its date says
// which: version 28 is 28 seconds younger than the first, and of `c`s.
const REPLACER = `
const { renameSync, utimesSync, writeFileSync } = require('node:fs');
const files = ${JSON.stringify([
  ...SMALL.map((name) => [name, SMALL_BYTES]),
  ...LARGE.map((name) => [name, LARGE_BYTES]),
])};
for (let version = 0; ; version += 1) {
  const letter = ${JSON.stringify(LETTERS)}[version % ${LETTERS.length}];
  for (const [name, bytes] of files) {
    writeFileSync('next', letter.repeat(bytes));
    const seconds = ${FIRST_SECONDS} + 0.5 + version;
    utimesSync('next', seconds, seconds);
    renameSync('next', name);
  }
  if (version === 0) process.stdout.write('ready');
}`;

async function startReplacing(): Promise<ChildProcess> {
  const replacer = spawn(process.execPath, ['-e', REPLACER], {
    cwd: site.root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(replacer.stdout, 'data');
  return replacer;
}

/** Asks on one connection, then closes it; some files more than once. */
async function askForSome(port: number, seed: number): Promise<[name: string, RawResponse][]> {
  const client = await RawClient.connect(port);
  const answers: [string, RawResponse][] = [];
  for (let step = 0; step < TARGETS_IN_A_ROUND; step++) {
    const names = step % 2 === 0 ? LARGE : SMALL;
    const name = names[(seed * 5 + step * 7) % names.length] ?? '';
    // oxlint-disable-next-line no-await-in-loop
    await client.send(`GET /${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    // oxlint-disable-next-line no-await-in-loop
    answers.push([name, await client.response()]);
  }
  client.leave();
  return answers;
}

/** Which version an answer says that it is. */
function versionOf({ fields }: RawResponse): number {
  return Date.parse(fields['last-modified'] ?? '') / 1000 - FIRST_SECONDS;
}

describe.runIf(POSIX)('files that are replaced by rename under load (POSIX)', () => {
  it('are never mixed, and no entity tag ever stands for two versions', async () => {
    const replacer = await startReplacing();
    const exited = once(replacer, 'exit');
    const program = await ShortProgram.serving(site.root);
    const startCount = COUNTS_DESCRIPTORS ? program.descriptorCount : 0;
    const versionOfTag = new Map<string, number>();
    const versionsOfLarge = new Set<number>();
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const asking = Array.from({ length: CONNECTIONS }, (_, index) =>
          askForSome(program.port, round * CONNECTIONS + index),
        );
        // oxlint-disable-next-line no-await-in-loop
        for (const [name, answer] of (await Promise.all(asking)).flat()) {
          const bytes = LARGE.includes(name) ? LARGE_BYTES : SMALL_BYTES;
          expect([name, answer.status, answer.content.length]).toEqual([name, 200, bytes]);
          const [first = 0] = answer.content;
          expect(answer.content.equals(Buffer.alloc(bytes, first)), 'one version').toBe(true);
          const tag = answer.fields['etag'];
          if (tag === undefined) {
            // It was replaced each time that it was looked at: nobody can tell which version it is.
            expect(answer.fields['cache-control']).toBe('no-store');
            continue;
          }
          const version = versionOf(answer);
          expect(first).toBe(LETTERS.charCodeAt(version % LETTERS.length));
          expect(tag).toMatch(/^"/);
          // The length is part of a tag: large and small files never share one.
          expect(versionOfTag.get(tag) ?? version, tag).toBe(version);
          versionOfTag.set(tag, version);
          if (LARGE.includes(name)) versionsOfLarge.add(version);
        }
      }
    } finally {
      replacer.kill('SIGKILL');
      await exited;
    }
    expect(versionsOfLarge.size, 'they were replaced while they were asked for').toBeGreaterThan(5);
    expect(new Set(program.exchanges.map(({ ended }) => ended))).toEqual(new Set(['complete']));
    if (COUNTS_DESCRIPTORS) await program.untilDescriptorCount(startCount);
  });
});
