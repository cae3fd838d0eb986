// What is done with an open file of a disk of this machine without a trip through the threads, and
// what is known of its age. On a real disk, since all of it is what the kernel says of one.

import { renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { nodeDisk, type Disk } from '../src/disk.ts';
import { DiskTime } from '../src/disk-time.ts';
import type { FileSource, OpenFile } from '../src/file-source.ts';
import { nodeFileSourceOn } from '../src/node-file-source.ts';
import { timedFileSource } from '../src/timed-file-source.ts';
import { ManualClock } from './manual-clock.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
let count = 0;

afterAll(() => tree.remove());

interface Place {
  readonly source: FileSource;
  /** Where `a.txt` and `b.txt` are. */
  readonly folder: string;
  /** What the disk was asked, in order. */
  readonly calls: string[];
}

interface PlaceOptions {
  readonly isLocal?: boolean;
  readonly now?: () => number;
}

/** A disk that is local or not whatever it is, as the tests may run on any. */
function place({ isLocal = true, now }: PlaceOptions = {}): Place {
  const folder = tree.at(`root-${(count += 1)}`);
  tree.write(`root-${count}/a.txt`, 'text');
  tree.write(`root-${count}/b.txt`, 'text');
  const calls: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    localDeviceSync: (path) => (isLocal ? statSync(path, { bigint: true }).dev : undefined),
    open: (pathname, flags) => (calls.push('open'), nodeDisk.open(pathname, flags)),
    stat: (descriptor) => (calls.push('stat'), nodeDisk.stat(descriptor)),
    close: (descriptor) => (calls.push('close'), nodeDisk.close(descriptor)),
    read: (...part) => (calls.push('read'), nodeDisk.read(...part)),
  };
  return { source: nodeFileSourceOn(disk, { root: folder, now }), folder, calls };
}

async function openFile(source: FileSource, name = 'a.txt'): Promise<OpenFile> {
  const opened = await source.open([name]);
  if (opened.kind !== 'file') throw new Error('the file is there');
  return opened;
}

describe('a file is closed at once', () => {
  it('where it is on a disk of this machine, and only once', async () => {
    const { source, calls } = place();
    const file = await openFile(source);
    expect(file.closeNow?.()).toBe(true);
    expect(tree.openDescriptors()).toEqual([]);
    // A number that was closed may be that of another file.
    const other = await openFile(source, 'b.txt');
    expect(file.closeNow?.()).toBe(true);
    await file.close();
    await expect(file.read(new Uint8Array(1), 0)).rejects.toMatchObject({ kind: 'closed' });
    await expect(file.hasChanged?.()).rejects.toMatchObject({ kind: 'closed' });
    expect(await other.read(new Uint8Array(9), 0)).toBe(4);
    expect(calls).not.toContain('close');
    other.closeNow?.();
    expect(tree.openDescriptors()).toEqual([]);
  });

  it.runIf(POSIX).each<[string, PlaceOptions, (folder: string) => void]>([
    ['its disk could hang', { isLocal: false }, () => {}],
    ['it is deleted: that may take long', {}, (folder) => unlinkSync(`${folder}/a.txt`)],
    [
      'it was replaced, which is the same',
      {},
      (folder) => renameSync(`${folder}/b.txt`, `${folder}/a.txt`),
    ],
  ])('not where %s', async (_why, options, change) => {
    const { source, folder } = place(options);
    const file = await openFile(source);
    change(folder);
    expect(file.closeNow?.()).toBe(false);
    if (process.platform === 'linux') expect(tree.openDescriptors()).toHaveLength(1);
    await file.close();
    expect(file.closeNow?.()).toBe(true);
    expect(tree.openDescriptors()).toEqual([]);
  });

  it('not while something hangs below the same name in the root', async () => {
    const clock = new ManualClock();
    const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: 1000, threads: 4 });
    const source = timedFileSource(place().source, time);
    const files = await Promise.all([1, 2].map(() => openFile(source)));
    expect(files[0]?.closeNow?.()).toBe(true);
    await expect(files[0]?.read(new Uint8Array(1), 0)).rejects.toMatchObject({ kind: 'closed' });
    const hanging = time.inTime(['a.txt'], () => new Promise<never>(() => {}));
    const given = expect(hanging).rejects.toMatchObject({ kind: 'stuck' });
    await clock.pass(1000);
    await given;
    expect(files[1]?.closeNow?.()).toBe(false);
    await files[1]?.close();
    expect(tree.openDescriptors()).toEqual([]);
  });
});

describe('a file is looked at', () => {
  it('without a thread where another of its folder was found on a disk of this machine', async () => {
    const { source, calls } = place();
    (await openFile(source)).closeNow?.();
    const file = await openFile(source, 'b.txt');
    expect(await file.hasChanged?.()).toBe(false);
    file.closeNow?.();
    expect(calls).toEqual(['open', 'stat', 'open']);
  });

  it('with one where its disk could hang', async () => {
    const { source, calls } = place({ isLocal: false });
    await (await openFile(source)).close();
    const file = await openFile(source, 'b.txt');
    expect(await file.hasChanged?.()).toBe(false);
    await file.close();
    expect(calls).toEqual(['open', 'stat', 'close', 'open', 'stat', 'stat', 'close']);
  });
});

describe('a file has settled', () => {
  it.each<[boolean, string, PlaceOptions]>([
    [true, 'long after it was changed', { now: () => Date.now() + 3000 }],
    [false, 'just after it was changed', { now: () => Date.now() }],
    [false, 'before it was changed: the clock was set back', { now: () => Date.now() - 60_000 }],
    [false, 'where nobody says what time it is', {}],
    [
      false,
      'where another machine could have dated it',
      { isLocal: false, now: () => Date.now() + 3000 },
    ],
  ])('%s: %s', async (hasSettled, _when, options) => {
    const { source, folder } = place(options);
    // Whatever date it was given.
    utimesSync(`${folder}/a.txt`, 1000, 1000);
    for (const timed of [false, true]) {
      const { afterMs } = new ManualClock();
      const time = new DiskTime({ afterMs, timeoutMs: 1000, threads: 4 });
      // oxlint-disable-next-line no-await-in-loop
      const file = await openFile(timed ? timedFileSource(source, time) : source);
      expect(file.hasSettled?.()).toBe(hasSettled);
      // oxlint-disable-next-line no-await-in-loop
      await file.close();
    }
  });
});

describe('a source that remembers', () => {
  const later = { now: () => Date.now() + 3000 };

  it('reads a file once that has settled, with two trips through the threads', async () => {
    const { source: disk, calls } = place(later);
    (await openFile(disk, 'b.txt')).closeNow?.();
    calls.length = 0;
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const file = await source.open(['a.txt']);
    expect(calls).toEqual(['open', 'read']);
    for (; clock.nowMs < 10_000; clock.nowMs += 1000) {
      expect(source.peek(['a.txt'])).toBe(file);
    }
    expect(calls).toEqual(['open', 'read']);
    expect(tree.openDescriptors()).toEqual([]);
  });

  it('reads one once more that settled since', async () => {
    const date = { aheadMs: 0 };
    const { source: disk, calls } = place({ now: () => Date.now() + date.aheadMs });
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const file = await source.open(['a.txt']);
    calls.length = 0;
    // The clock of the machine is another one than that of this program: it may be set.
    date.aheadMs = 3000;
    clock.nowMs += 1000;
    expect(source.peek(['a.txt'])).toBeUndefined();
    expect(await source.open(['a.txt'])).toBe(file);
    expect(calls).toEqual(['open', 'read']);
    clock.nowMs += 1000;
    expect(source.peek(['a.txt'])).toBe(file);
  });

  it('sees each change of a file that has settled', async () => {
    const { source: disk, folder } = place(later);
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs, freshMs: 0 });
    const { mtime } = statSync(`${folder}/a.txt`);
    await source.open(['a.txt']);
    await expect.poll(() => Date.now()).toBeGreaterThan(statSync(`${folder}/a.txt`).ctimeMs + 20);
    writeFileSync(`${folder}/a.txt`, 'TEXT');
    utimesSync(`${folder}/a.txt`, mtime, mtime);
    expect(source.peek(['a.txt'])).toBeUndefined();
    const file = await openFile(source);
    expect(Buffer.from(file.octets!).toString()).toBe('TEXT');
  });

  it('gives a large file one version from the start', async () => {
    for (const [options, numbers] of [
      [later, [1, 1, 1, 1]],
      [{}, [1, 1, 2, 2]],
    ] as const) {
      const clock = { nowMs: 0 };
      const { source: disk } = place(options);
      const source = cachedFileSource(disk, { now: () => clock.nowMs, largestFileBytes: 3 });
      const seen: (number | undefined)[] = [];
      for (; clock.nowMs < 4000; clock.nowMs += 1000) {
        // oxlint-disable-next-line no-await-in-loop
        const file = await openFile(source);
        seen.push(file.version?.number);
        file.closeNow?.();
      }
      expect(seen).toEqual(numbers);
    }
    // What cannot be closed on the spot is closed by a thread.
    await expect.poll(() => tree.openDescriptors()).toEqual([]);
  });
});
