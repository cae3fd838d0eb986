/**
 * A clock that is set while the program serves: far ahead, and back. libfaketime gives the program a
 * clock of the day that a file sets; the one that only goes forward stays as it is, as it does where
 * a person or NTP sets the clock of a machine.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient, type RawResponse, ask } from './raw-client.ts';
import { LAST_MODIFIED, TemporarySite } from './temporary-site.ts';

const HAS_FAKETIME = process.platform === 'linux' && hasProgram('faketime');

// More than the buffers of two sockets hold.
const large = randomBytes(16 * 1024 * 1024);
const site = new TemporarySite({
  'index.html': 'Front page\n',
  'sibling.txt': 'Text\n',
  'large.bin': large,
});
const kept = new TemporarySite();
const offset = `${kept.root}/offset`;

/** Where the library is, as the command that loads it says. */
function findLibrary(): string {
  const asked = ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'];
  const { stdout, stderr } = spawnSync('faketime', asked, { encoding: 'utf8' });
  if (!stdout.includes('libfaketime')) throw new Error(`faketime loads no library: ${stderr}`);
  return stdout.trim();
}

const library = HAS_FAKETIME ? findLibrary() : '';
const programs: Program[] = [];

beforeEach(() => setClock('+0'));
afterEach(async () => {
  await killPrograms();
  // The library leaves these behind where its process is killed, and trips over them where another
  // process has the same number.
  for (const { pid } of programs.splice(0)) {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
      rmSync(`/dev/shm/${name}`, { force: true });
    }
  }
});
afterAll(() => {
  site.remove();
  kept.remove();
});

/** In one step: the program reads it at each look at the clock. */
function setClock(to: string): void {
  writeFileSync(`${offset}.new`, `${to}\n`);
  renameSync(`${offset}.new`, offset);
}

async function serving(...flags: string[]): Promise<Program> {
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: offset,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  const program = await Program.serving([site.root, '--log', 'json', ...flags], { env });
  programs.push(program);
  return program;
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How far the date of an answer is from the true one, in hours. */
function hoursOff({ fields }: RawResponse): number {
  return Math.round((Date.parse(fields['date'] ?? '') - Date.now()) / HOUR_MS);
}

const CHANGES: readonly (readonly [to: string, hours: number])[] = [
  ['+400d', 9600],
  ['-1h', -1],
  ['-400d', -9600],
];

describe.runIf(HAS_FAKETIME)('where the clock is set (needs faketime)', () => {
  it.each(CHANGES)(
    'to %s, answers have the new date and no connection is closed',
    async (to, hours) => {
      const program = await serving('--head-timeout', '1s');
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => RawClient.connect(program.port)),
      );
      const askAll = async (): Promise<RawResponse[]> => {
        await Promise.all(clients.map((client) => client.send(GET)));
        return Promise.all(clients.map((client) => client.response()));
      };
      const before = await askAll();
      expect(new Set(before.map(hoursOff))).toEqual(new Set([0]));
      setClock(to);
      const after = await askAll();
      expect(new Set(after.map(hoursOff))).toEqual(new Set([hours]));
      // One that says nothing is closed: all have been looked at since.
      await (await RawClient.connect(program.port)).untilEnd();
      setClock('+0');
      expect(new Set((await askAll()).map(hoursOff))).toEqual(new Set([0]));
      expect(clients.map(({ end }) => end)).toEqual(clients.map(() => 'open'));
      for (const client of clients) client.leave();
      await program.until(() => expect(program.log).toHaveLength(150));
      expect(program.stderr).not.toContain('pws:');
    },
  );

  it.each(CHANGES)('to %s, what is on its way arrives', async (to) => {
    const program = await serving();
    const clients = await Promise.all([1, 2, 3, 4].map(() => RawClient.connect(program.port)));
    for (const client of clients) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
      // oxlint-disable-next-line no-await-in-loop
      await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
      client.stopReading();
    }
    // A head of which half is there.
    const late = await RawClient.connect(program.port);
    await late.send('GET / HTTP/1.1\r\n');
    setClock(to);
    expect((await ask(program.port, '/')).status).toBe(200);
    for (const client of clients) client.readOn();
    const answers = await Promise.all(clients.map((client) => client.response()));
    expect(answers.every(({ content }) => content.equals(large))).toBe(true);
    await late.send('Host: localhost\r\n\r\n');
    expect((await late.response()).status).toBe(200);
    for (const client of [...clients, late]) client.leave();
    await program.until(() => expect(program.log).toHaveLength(6));
    expect(program.log.filter((line) => !line.includes('"ended":"complete"'))).toEqual([]);
    // A duration is of a clock that nobody sets.
    const durations = program.log.map(
      (line) => (JSON.parse(line) as { durationMs: number }).durationMs,
    );
    expect(durations.filter((ms) => ms < 0 || ms > DAY_MS)).toEqual([]);
  });

  it.each(['+400d', '-1h'])('to %s, validators are those of the file', async (to) => {
    const program = await serving();
    const { fields } = await ask(program.port, '/');
    expect(fields['last-modified']).toBe(LAST_MODIFIED);
    setClock(to);
    const lines = [`If-None-Match: ${fields['etag']}`];
    expect((await ask(program.port, '/', 'GET', lines)).status).toBe(304);
  });

  it('back to before a file was changed, its date is never later than that of the answer', async () => {
    const justNow = new Date(Date.now() - 10_000.5);
    for (const name of ['index.html', 'large.bin', 'sibling.txt']) {
      utimesSync(`${site.root}/${name}`, justNow, justNow);
    }
    const program = await serving();
    for (const to of ['+0', '-1h', '+1h']) {
      for (const target of ['/', '/large.bin', '/sibling.txt']) {
        setClock(to);
        // oxlint-disable-next-line no-await-in-loop
        const { fields } = await ask(program.port, target, 'HEAD');
        const [date, modified] = ['date', 'last-modified'].map((name) =>
          Date.parse(fields[name] ?? ''),
        );
        expect([to, target, (modified as number) <= (date as number)]).toEqual([to, target, true]);
      }
    }
  });
});
