/**
 * A slow disk: each call that asks for its octets takes 50 ms longer. Who waits for it are threads,
 * and never the one that serves all the others; that is looked at, not timed.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { canRunIn } from './namespaces.ts';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const CAN_TRACE =
  hasProgram('strace', { args: ['-V'] }) && canRunIn(['strace', '-qq', '-o', '/dev/null']);
/** On a disk of another kind: the program does not know it for one of this machine. */
const KERNEL_FOLDER = '/sys/class/net/lo';
const large = Buffer.alloc(3 * 1024 * 1024, 'pws ');
const site = new TemporarySite({ 'small.txt': 'Small.\n', 'large.bin': large });
const room = new TemporarySite();

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  room.remove();
});

/** The calls that may wait for a disk, in whatever form Node makes them. */
const READS = ['openat', 'read', 'pread64', 'readv', 'preadv', 'getdents64', 'readlinkat'];
const FACTS = ['statx', 'fstat', 'newfstatat', 'lstat', 'stat'];

interface Traced {
  readonly program: Program;
  /** The calls that touched the paths: which thread made them, and their names. */
  readonly calls: () => { readonly isMain: boolean; readonly call: string }[];
}

/** Starts the program with a disk that is slow below these paths. */
async function serveSlowly(root: string, paths: readonly string[]): Promise<Traced> {
  const file = `${room.root}/calls`;
  const names = [...READS, ...FACTS].map((name) => `?${name}`).join(',');
  const through = ['strace', '-D', '-f', '-qq', '-o', file, '-e', `trace=${names}`];
  // The disk alone is slow, not what the kernel has in memory.
  const slow = READS.map((name) => `?${name}`).join(',');
  through.push('-e', `inject=${slow}:delay_exit=50000`);
  for (const path of paths) through.push('-P', path);
  const program = await Program.serving([root, '--log', 'none'], { through });
  const before = readFileSync(file, 'latin1').length;
  const calls: Traced['calls'] = () => {
    const lines = readFileSync(file, 'latin1').slice(before).split('\n');
    return lines.flatMap((line) => {
      const [, thread, call] = /^(\d+) +(?:<\.\.\. )?(\w+)/.exec(line) ?? [];
      return call === undefined ? [] : [{ isMain: Number(thread) === program.pid, call }];
    });
  };
  return { program, calls };
}

describe.runIf(CAN_TRACE)('a slow disk (needs strace)', () => {
  it('is waited for by threads alone where it is one of this machine', async () => {
    const paths = [`${site.root}/small.txt`, `${site.root}/large.bin`];
    const { program, calls } = await serveSlowly(site.root, paths);
    const answers = await Promise.all([
      ...['/small.txt', '/large.bin', '/large.bin?2'].map((target) => ask(program.port, target)),
      ask(program.port, '/large.bin', 'GET', ['Range: bytes=1000-2999999']),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 206]);
    const [small, first, second, part] = answers.map(({ content }) => content);
    expect(small?.toString()).toBe('Small.\n');
    expect([first?.equals(large), second?.equals(large)]).toEqual([true, true]);
    expect(part?.equals(large.subarray(1000, 3_000_000))).toBe(true);
    await program.until(() => {
      expect(calls().filter(({ call }) => /read/.test(call)).length).toBeGreaterThan(3);
    });
    // Facts of what is open the kernel has in memory.
    expect(calls().filter(({ isMain, call }) => isMain && READS.includes(call))).toEqual([]);
  });

  it('is not asked for anything by the one thread where it is another one', async () => {
    const paths = ['mtu', 'address', 'flags'].map((name) => `${KERNEL_FOLDER}/${name}`);
    const { program, calls } = await serveSlowly(KERNEL_FOLDER, paths);
    for (const target of ['/address', '/flags', '/address', '/flags']) {
      // oxlint-disable-next-line no-await-in-loop
      await ask(program.port, target, 'HEAD');
    }
    await program.until(() => expect(calls().length).toBeGreaterThan(3));
    expect(calls().filter(({ isMain }) => isMain)).toEqual([]);
  });
});
