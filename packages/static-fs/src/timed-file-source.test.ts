import { describe, expect, it } from 'vitest';

import { HangingFileSource } from '../test/hanging-file-source.ts';
import { ManualClock, settle } from '../test/manual-clock.ts';
import { DiskTime } from './disk-time.ts';
import type { FileSource, OpenFile } from './file-source.ts';
import { timedFileSource } from './timed-file-source.ts';

const STUCK = { kind: 'stuck', message: 'the disk did not answer in time' };

function setUp() {
  const disk = new HangingFileSource({ a: '0123456789', 'dir/b': 'b' });
  const clock = new ManualClock();
  const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: 1000, threads: 4 });
  return { disk, clock, source: timedFileSource(disk, time) };
}

async function openFile(source: FileSource): Promise<OpenFile> {
  const opened = await source.open(['a']);
  if (opened.kind !== 'file') throw new Error('the file is there');
  return opened;
}

it('a disk that does not hang is as without times', async () => {
  const { disk, clock, source } = setUp();
  const file = await openFile(source);
  expect(file).toMatchObject({ kind: 'file', lengthBytes: 10, identity: 'a', octets: undefined });
  const buffer = Buffer.alloc(4);
  expect([await file.read(buffer, 3), buffer.toString()]).toEqual([4, '3456']);
  expect(await file.hasChanged?.()).toBe(false);
  await file.close();
  await file.close();
  expect(disk.calls).toEqual(['open a', 'read a', 'look a', 'close a']);
  expect(await source.open(['dir'])).toEqual({ kind: 'directory' });
  expect(await source.open(['none'])).toEqual({ kind: 'nothing' });
  expect([disk.memory.openCount, clock.runningCount]).toEqual([0, 0]);
});

it('what a source cannot say is not said', async () => {
  const { disk, clock } = setUp();
  const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: 1000, threads: 4 });
  const file = await openFile(timedFileSource(disk.memory, time));
  expect(file).not.toHaveProperty('hasChanged');
  await file.close();
});

describe('a disk that hangs', () => {
  it('while a file is opened: the file is closed when it comes', async () => {
    const { disk, clock, source } = setUp();
    disk.hanging = /open/;
    const opening = expect(source.open(['a'])).rejects.toMatchObject(STUCK);
    await clock.pass(1000);
    await opening;
    disk.recover();
    await settle();
    expect(disk.calls).toEqual(['open a', 'close a']);
    expect(disk.memory.openCount).toBe(0);
  });

  it.each(['nothing', 'missing/file'])('while %s is opened: nothing is closed', async (path) => {
    const { disk, clock, source } = setUp();
    disk.hanging = /open/;
    const opening = expect(source.open(path.split('/'))).rejects.toMatchObject(STUCK);
    await clock.pass(1000);
    await opening;
    disk.recover();
    await settle();
    expect(disk.calls).toEqual([`open ${path}`]);
  });

  it.each(['read', 'look'] as const)(
    'in a %s: nobody waits to close, and it is closed after that is back',
    async (call) => {
      const { disk, clock, source } = setUp();
      const file = await openFile(source);
      disk.hanging = /read|look/;
      const calling = call === 'read' ? file.read(new Uint8Array(4), 0) : file.hasChanged?.();
      const called = expect(calling).rejects.toMatchObject(STUCK);
      await clock.pass(1000);
      await called;
      await file.close();
      await expect(file.read(new Uint8Array(4), 0)).rejects.toMatchObject({ kind: 'closed' });
      expect(disk.calls.at(-1), 'its number stays taken').toBe(`${call} a`);
      disk.recover();
      await settle();
      expect(disk.calls.at(-1)).toBe('close a');
      expect(disk.memory.openCount).toBe(0);
    },
  );

  it('while a file is closed: that is waited for no longer than the time', async () => {
    const { disk, clock, source } = setUp();
    const file = await openFile(source);
    disk.hanging = /close/;
    let isClosed = false;
    void file.close().then(() => (isClosed = true));
    await clock.pass(999);
    expect(isClosed).toBe(false);
    await clock.pass(1);
    expect(isClosed).toBe(true);
    disk.recover();
    await settle();
    expect(disk.memory.openCount).toBe(0);
  });

  it('in a read that was given up before its turn: the buffer is not written to', async () => {
    const { disk, clock, source } = setUp();
    const files = await Promise.all(Array.from({ length: 4 }, () => openFile(source)));
    disk.hanging = /read/;
    const buffers = files.map(() => Buffer.alloc(4, '.'));
    const reading = Promise.allSettled(files.map((file, nth) => file.read(buffers[nth]!, 0)));
    await clock.pass(1000);
    await reading;
    disk.recover();
    await settle();
    expect(buffers.map(String)).toEqual(['0123', '0123', '0123', '....']);
    await Promise.all(files.map((file) => file.close()));
    expect(disk.memory.openCount).toBe(0);
  });
});
