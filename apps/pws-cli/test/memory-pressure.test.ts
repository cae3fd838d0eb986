/**
 * Little memory: a heap of 64 MiB, and a bound of the kernel's on all that the process has. Large
 * files go to many clients, to those that read and to those that do not; nothing of it is kept.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const MIB = 1024 * 1024;
const FILES = 8;
const FILE_BYTES = 24 * MIB;
const READERS = 24;
const SLEEPERS = 24;
/** All of the process: the program, its heap, its buffers, what it keeps of files. */
const MOST_BYTES = 192 * MIB;

const site = new TemporarySite({ 'small.txt': 'Small.\n' });
for (let index = 0; index < FILES; index += 1) {
  truncateSync(site.write(`${index}.bin`, String(index)), FILE_BYTES);
}

/** A group of processes with a bound on their memory; `undefined` where none can be made. */
function makeGroup(): string | undefined {
  const own = /^\d+:memory:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1];
  const [parent, limit] =
    own === undefined
      ? ['/sys/fs/cgroup', 'memory.max']
      : [`/sys/fs/cgroup/memory${own}`, 'memory.limit_in_bytes'];
  const group = `${parent}/pws-under-test-${process.pid}`;
  try {
    mkdirSync(group);
    writeFileSync(`${group}/${limit}`, String(MOST_BYTES));
    return group;
  } catch (error) {
    if (existsSync(group)) rmdirSync(group);
    // Past the reporter, which shows no output of tests that do not run.
    process.stderr.write(`skipped: no memory cgroup here: ${String(error)}\n`);
    return undefined;
  }
}

const group = process.platform === 'linux' ? makeGroup() : undefined;

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  if (group !== undefined) rmdirSync(group);
});

/** Asks for a file and keeps nothing of it but its digest. */
function digestOf(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const digest = createHash('sha256');
    let head: Buffer | undefined = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (octets: Buffer) => {
      if (head === undefined) return void digest.update(octets);
      head = Buffer.concat([head, octets]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      digest.update(head.subarray(end + 4));
      head = undefined;
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(digest.digest('hex')));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}

/** The most that a process ever had in memory, in bytes. */
function peakBytes(pid: number): number {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}

describe.runIf(group !== undefined)('with little memory (needs a memory cgroup)', () => {
  it('large files go to many clients at once, and memory stays flat', async () => {
    const program = await Program.serving([site.root, '--log', 'none'], {
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
      shell: `echo $$ > ${group}/cgroup.procs && exec "$@"`,
    });
    const { port } = program;
    const sleepers = await Promise.all(
      Array.from({ length: SLEEPERS }, async (_, index) => {
        const client = await RawClient.connect(port);
        client.stopReading();
        await client.send(`GET /${index % FILES}.bin HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        return client;
      }),
    );
    const digests = Array.from({ length: FILES }, (_, index) => {
      return createHash('sha256')
        .update(readFileSync(`${site.root}/${index}.bin`))
        .digest('hex');
    });
    const round = (): Promise<string[]> =>
      Promise.all(
        Array.from({ length: READERS }, (_, index) => digestOf(port, `/${index % FILES}.bin`)),
      );
    const expected = Array.from({ length: READERS }, (_, index) => digests[index % FILES]);
    expect(await round()).toEqual(expected);
    const first = peakBytes(program.pid);
    expect(await round()).toEqual(expected);
    // A second time, as much again, needs no more than the first, but for what a heap wavers by.
    expect(peakBytes(program.pid)).toBeLessThan(Math.min(first + 32 * MIB, MOST_BYTES));
    expect((await ask(port, '/small.txt')).content.toString()).toBe('Small.\n');
    for (const client of sleepers) client.leave();
    expect(program.end).toBeUndefined();
    expect(program.stderr).not.toContain('pws:');
  });
});
