/**
 * The program with workers, and what is wrong in files of rules: each worker reads them when it is
 * asked for something, and a person is told once.
 */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { workersOf } from './worker-processes.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const WRONG = 'X-Early: 1\n';
const RIGHT = '/*\n  X-All: yes\n';
const TOLD = 'pws: _headers:1:1: expected a path before the first field, got "X-Early: 1"\n';

beforeEach(() => void site.write('_headers', RIGHT));
afterEach(killPrograms);
afterAll(() => site.remove());

const start = (): Promise<Program> =>
  Program.serving([site.root, '--workers', '2', '--log', 'none', '--fresh', '0']);

/** Asks on so many connections that each worker has some. */
async function askAll({ port }: Program): Promise<void> {
  await Promise.all(Array.from({ length: 40 }, () => ask(port, '/')));
}

const countOf = ({ stderr }: Program): number => stderr.split(TOLD).length - 1;

/** How often it was told, once all workers have said what they have to say. */
async function countAtEnd(program: Program): Promise<number> {
  await askAll(program);
  program.signal('SIGTERM');
  await program.untilEnd();
  return countOf(program);
}

describe('what is wrong in a file of rules is told once', () => {
  it('at the start', async () => {
    site.write('_headers', WRONG);
    const program = await start();
    expect(countOf(program)).toBe(1);
    expect(await countAtEnd(program)).toBe(1);
  });

  it('when it changes', async () => {
    const program = await start();
    site.write('_headers', WRONG);
    await askAll(program);
    await program.until(() => expect(countOf(program)).toBe(1));
    expect(await countAtEnd(program)).toBe(1);
  });

  it.runIf(process.platform === 'linux')('also where the first worker is gone', async () => {
    const program = await start();
    const before = workersOf(program);
    process.kill(before[0] ?? 0, 'SIGKILL');
    await program.until(() => {
      expect(workersOf(program)).toHaveLength(2);
      expect(workersOf(program)).not.toEqual(before);
    });
    site.write('_headers', WRONG);
    await askAll(program);
    await program.until(() => expect(countOf(program)).toBe(1));
    expect(await countAtEnd(program)).toBe(1);
  });

  it('again after it was mended', async () => {
    const program = await start();
    for (const count of [1, 2]) {
      // Another text each time: a worker that nobody asked in between has seen the one before.
      site.write('_headers', `${WRONG}# ${count}\n`);
      // oxlint-disable-next-line no-await-in-loop
      await askAll(program);
      // oxlint-disable-next-line no-await-in-loop
      await program.until(() => expect(countOf(program)).toBe(count));
      site.write('_headers', `${RIGHT}# ${count}\n`);
      // oxlint-disable-next-line no-await-in-loop
      await askAll(program);
    }
    expect(await countAtEnd(program)).toBe(2);
  });

  it('again by the workers of a reload', async () => {
    site.write('_headers', WRONG);
    const program = await start();
    program.signal('SIGHUP');
    await program.until(() => expect(program.stderr).toContain('the configuration was read again'));
    expect(await countAtEnd(program)).toBe(2);
  });
});
