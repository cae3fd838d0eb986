// What is opened and read without a trip through the threads, on a disk of this machine that is
// quick. On a real disk, since all of it is what the kernel says of one.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { nodeDisk, type Disk } from '../src/disk.ts';
import { DiskTime } from '../src/disk-time.ts';
import type { FileSource, Opened } from '../src/file-source.ts';
import { nodeFileSourceOn, type NodeFileSourceOptions } from '../src/node-file-source.ts';
import { createStaticSite } from '../src/static-site.ts';
import { nextTurn } from '../src/steps.ts';
import { timedFileSource } from '../src/timed-file-source.ts';
import { requestFor } from './exchange.ts';
import { ManualClock } from './manual-clock.ts';
import { TemporaryTree } from './temporary-tree.ts';

/** The kernel tells there what is open. */
const LINUX = process.platform === 'linux';
const SMALL_BYTES = 64 * 1024;
const tree = new TemporaryTree();
let count = 0;

afterEach(() => expect(tree.openDescriptors(), 'nothing stays open').toEqual([]));
afterAll(() => tree.remove());

interface PlaceOptions extends Omit<NodeFileSourceOptions, 'root'> {
  readonly isLocal?: boolean;
  /** What happens while a file is read. */
  readonly whileRead?: (folder: string) => void;
  /** Whether the disk finds each name in the other case, too, as one does that folds them. */
  readonly folds?: boolean;
  /** Where the system says that something is mounted; `undefined` where it does not say. */
  readonly mounts?: ((root: string) => readonly string[] | undefined) | undefined;
}

/** A folder `dir` in a root of its own, with files; `a.txt` has been opened. */
async function place({
  isLocal = true,
  whileRead,
  folds = false,
  mounts = () => ['/'],
  ...options
}: PlaceOptions = {}) {
  const name = `root-${(count += 1)}`;
  const folder = tree.at(`${name}/dir`);
  for (const file of ['a.txt', 'b.txt']) tree.write(`${name}/dir/${file}`, `text of ${file}`);
  tree.write(`${name}/dir/empty.txt`, '');
  tree.write(`${name}/dir/small.txt`, 'x'.repeat(SMALL_BYTES));
  tree.write(`${name}/dir/large.txt`, 'x'.repeat(SMALL_BYTES + 1));
  tree.write(`${name}/other/c.txt`, 'text of c.txt');
  tree.write(`${name}.txt`, 'outside');
  mkdirSync(`${folder}/deeper`);
  const trips: string[] = [];
  const opened: string[] = [];
  const clock = { nowMs: 0, lookMs: 0.01 };
  const mounted = { points: mounts(tree.at(name)) };
  const disk: Disk = {
    ...nodeDisk,
    mountTableSync: () => tableOf(mounted.points),
    localDeviceSync: (path) => (isLocal ? statSync(path, { bigint: true }).dev : undefined),
    open: (pathname, flags) => (trips.push('open'), nodeDisk.open(pathname, flags)),
    stat: (descriptor) => (trips.push('stat'), nodeDisk.stat(descriptor)),
    read: (...part) => (trips.push('read'), nodeDisk.read(...part)),
    close: (descriptor) => (trips.push('close'), nodeDisk.close(descriptor)),
    hasName: (name) => (trips.push('name'), folds ? Promise.resolve(true) : nodeDisk.hasName(name)),
    namesIn: (pathname) => (trips.push('names'), nodeDisk.namesIn(pathname)),
    openSync(pathname, flags) {
      opened.push(pathname);
      clock.nowMs += clock.lookMs;
      return nodeDisk.openSync(pathname, flags);
    },
    readSync: (...part) => (whileRead?.(folder), nodeDisk.readSync(...part)),
  };
  const source = nodeFileSourceOn(disk, {
    root: tree.at(name),
    exactMs: () => clock.nowMs,
    ...options,
  });
  await look(source, 'dir', 'a.txt');
  trips.length = 0;
  return { source, folder, trips, opened, clock, mounted, root: tree.at(name) };
}

/** The table of what is mounted, as far as it matters. */
function tableOf(points: readonly string[] | undefined): string | undefined {
  return points?.map((point) => `36 35 0:40 / ${point} rw - nfs4 files:/ rw\n`).join('');
}

async function look(source: FileSource, ...segments: string[]): Promise<Opened> {
  const opened = await source.open(segments);
  if (opened.kind === 'file') await opened.close();
  return opened;
}

/** All that is told of a file, but for how it is read. */
function factsOf(opened: Opened | undefined): unknown {
  if (opened?.kind !== 'file') return opened?.kind;
  const { kind, lengthBytes, mtimeMs, mtimeNs, identity } = opened;
  return { kind, lengthBytes, mtimeMs, mtimeNs, identity, hasSettled: opened.hasSettled?.() };
}

function textOf(opened: Opened | undefined): string | undefined {
  if (opened?.kind !== 'file' || opened.octets === undefined) return undefined;
  return Buffer.from(opened.octets).toString();
}

describe.runIf(LINUX)('a file is opened and read on the spot', () => {
  it.each([
    ['b.txt', 'text of b.txt'],
    ['empty.txt', ''],
    ['small.txt', 'x'.repeat(SMALL_BYTES)],
  ])('%s: with the facts that it has when it is opened', async (name, text) => {
    for (const now of [undefined, () => Date.now() + 3000, () => Date.now()]) {
      // oxlint-disable-next-line no-await-in-loop
      const { source, trips } = await place({ now });
      const found = source.openNow?.(['dir', name]);
      expect(textOf(found)).toBe(text);
      expect(trips).toEqual([]);
      // oxlint-disable-next-line no-await-in-loop
      expect(factsOf(found)).toEqual(factsOf(await look(source, 'dir', name)));
    }
  });

  it('can be read from and closed like any other', async () => {
    const { source } = await place();
    const found = source.openNow?.(['dir', 'b.txt']);
    if (found?.kind !== 'file') throw new Error('it is there');
    const into = new Uint8Array(4);
    expect(await found.read(into, 5)).toBe(4);
    expect(Buffer.from(into).toString()).toBe('of b');
    expect(found.closeNow?.()).toBe(true);
    await found.close();
    expect(await found.hasChanged?.()).toBe(false);
  });

  it.each([
    ['deeper', 'directory'],
    ['none.txt', 'nothing'],
  ])('%s is found to be a %s so, too', async (name, kind) => {
    const { source, trips } = await place();
    expect(source.openNow?.(['dir', name])).toEqual({ kind });
    expect(trips).toEqual([]);
  });

  it.each<[string, string, PlaceOptions, ((root: string) => void)?]>([
    ['dir/b.txt', 'the disk could hang', { isLocal: false }],
    ['dir/b.txt', 'nobody can tell how long it takes', { exactMs: undefined }],
    ['dir/large.txt', 'it is not small', {}],
    ['other/c.txt', 'nothing in its folder was opened before', {}],
    ['dir/../c.txt', 'a segment is no name', {}],
    ['dir/link', 'it is a link', {}, (root) => symlinkSync('b.txt', `${root}/dir/link`)],
    [
      'dir/link',
      'it is a link that leads nowhere',
      {},
      (root) => symlinkSync('none', `${root}/dir/link`),
    ],
    [
      'dir/link',
      'it is a link that is not followed',
      { symlinks: 'deny' },
      (root) => symlinkSync('b.txt', `${root}/dir/link`),
    ],
    [
      'dir/b.txt',
      'its folder is a link by now, which leads outside',
      {},
      (root) => {
        renameSync(`${root}/dir`, `${root}-away`);
        symlinkSync(`${root}-away`, `${root}/dir`);
      },
    ],
    ['dir/pipe', 'it is a pipe', {}, (root) => execFileSync('mkfifo', [`${root}/dir/pipe`])],
    ['dir/b.txt/below', 'it is below a file', {}],
    [`dir/${'x'.repeat(300)}`, 'its name is too long', {}],
    [
      'dir/b.txt',
      'it is written meanwhile',
      { whileRead: (folder) => writeFileSync(`${folder}/b.txt`, 'TEXT of b.txt') },
    ],
    [
      'dir/b.txt',
      'it is added to meanwhile',
      { whileRead: (folder) => appendFileSync(`${folder}/b.txt`, 'more') },
    ],
    [
      'dir/b.txt',
      'it is cut off meanwhile',
      { whileRead: (folder) => truncateSync(`${folder}/b.txt`, 4) },
    ],
  ])('not %s: %s', async (path, _why, options, change) => {
    const { source, root } = await place(options);
    // The change time of a file has ticks.
    if (options.whileRead !== undefined) {
      const { ctimeMs } = statSync(`${root}/dir/b.txt`);
      await expect.poll(() => Date.now()).toBeGreaterThan(ctimeMs + 20);
    }
    change?.(root);
    expect(source.openNow?.(path.split('/'))).toBeUndefined();
  });

  // What is not waited for could fail, and nobody would be told but the process, which ends then.
  it('not where names may be folded, which only the threads can tell: they are not asked', async () => {
    const { source, trips, opened } = await place({ folds: true });
    expect(source.openNow?.(['dir', 'b.txt'])).toBeUndefined();
    expect([trips, opened]).toEqual([[], []]);
  });

  it('not what is withheld', async () => {
    const root = tree.at(`root-${count + 1}`);
    const { source } = await place({ withheld: [`${root}/dir/b.txt`] });
    expect(source.openNow?.(['dir', 'b.txt'])).toBeUndefined();
    expect(textOf(source.openNow?.(['dir', 'a.txt']))).toBe('text of a.txt');
  });

  // To open it would be to ask whatever is mounted there, which may be another machine.
  it.each<[string, (root: string) => readonly string[] | undefined]>([
    ['something is mounted at it', (root) => [root, `${root}/dir/deeper`]],
    ['something is mounted at its folder by now', (root) => [`${root}/dir`]],
    ['it may be reached by a link', () => ['/elsewhere/deeper']],
    ['the system does not say', () => undefined],
  ])('not what another disk may be mounted at, nor asked for: %s', async (_why, mounts) => {
    const { source, opened } = await place({ mounts });
    expect(source.openNow?.(['dir', 'deeper'])).toBeUndefined();
    expect(opened).toEqual([]);
  });

  it('not what something was mounted at a second ago', async () => {
    const { source, mounted, clock } = await place({ mounts: () => ['/proc'] });
    expect(source.openNow?.(['dir', 'deeper'])).toEqual({ kind: 'directory' });
    mounted.points = ['/proc', '/somewhere/deeper'];
    clock.nowMs += 1000;
    expect(source.openNow?.(['dir', 'deeper'])).toBeUndefined();
    mounted.points = ['/proc'];
    clock.nowMs += 1000;
    expect(source.openNow?.(['dir', 'deeper'])).toEqual({ kind: 'directory' });
  });

  it('not where the disk was slow a moment ago', async () => {
    const { source, clock } = await place();
    clock.lookMs = 10;
    expect(textOf(source.openNow?.(['dir', 'a.txt']))).toBe('text of a.txt');
    await nextTurn();
    expect(source.openNow?.(['dir', 'b.txt'])).toBeUndefined();
    clock.nowMs += 20;
    expect(textOf(source.openNow?.(['dir', 'b.txt']))).toBe('text of b.txt');
  });

  it('not for longer than a few milliseconds in one turn of the event loop', async () => {
    const { source, clock } = await place();
    clock.lookMs = 0.1;
    const look = (): number => (source.openNow?.(['dir', 'b.txt']) === undefined ? 0 : 1);
    for (let turns = 0; turns < 2; turns += 1) {
      let looks = 0;
      while (look() === 1) looks += 1;
      expect(looks).toBeGreaterThan(20);
      expect(looks).toBeLessThan(60);
      // oxlint-disable-next-line no-await-in-loop
      await nextTurn();
    }
  });

  it('not while something hangs below the same name in the root', async () => {
    const { source: disk } = await place();
    const clock = new ManualClock();
    const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: 1000, threads: 4 });
    const source = timedFileSource(disk, time);
    expect(textOf(source.openNow?.(['dir', 'b.txt']))).toBe('text of b.txt');
    const hanging = time.inTime(['dir'], () => new Promise<never>(() => {}));
    const given = expect(hanging).rejects.toMatchObject({ kind: 'stuck' });
    await clock.pass(1000);
    await given;
    expect(source.openNow?.(['dir', 'b.txt'])).toBeUndefined();
  });
});

describe.runIf(LINUX)('a source that remembers', () => {
  const settled = { now: () => Date.now() + 3000 };

  it('keeps what was read on the spot, as what was read by the threads', async () => {
    const { source: disk, trips } = await place(settled);
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const found = source.openNow?.(['dir', 'b.txt']);
    expect(textOf(found)).toBe('text of b.txt');
    for (; clock.nowMs < 10_000; clock.nowMs += 500) {
      expect(source.peek(['dir', 'b.txt'])).toBe(found);
    }
    expect(source.openNow?.(['dir', 'none.txt'])).toEqual({ kind: 'nothing' });
    expect(source.peek(['dir', 'none.txt'])).toEqual({ kind: 'nothing' });
    expect(trips).toEqual([]);
    expect(source.counts).toMatchObject({ hits: 21, misses: 2, entries: 2 });
  });

  it('gives a version once, whichever way it came', async () => {
    const { source: disk } = await place(settled);
    const source = cachedFileSource(disk, { now: () => 0, freshMs: 0 });
    const found = await source.open(['dir', 'b.txt']);
    expect(source.openNow?.(['dir', 'b.txt'])).toBe(found);
  });

  it('sees a change, also of a file that is young', async () => {
    const { source: disk, folder } = await place({ now: () => Date.now() });
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const found = source.openNow?.(['dir', 'b.txt']);
    clock.nowMs += 1000;
    expect(source.peek(['dir', 'b.txt'])).toBeUndefined();
    expect(source.openNow?.(['dir', 'b.txt'])).toBe(found);
    clock.nowMs += 1000;
    // Within the tick of its date, perhaps.
    writeFileSync(`${folder}/b.txt`, 'TEXT OF b.txt');
    expect(source.peek(['dir', 'b.txt'])).toBeUndefined();
    expect(textOf(source.openNow?.(['dir', 'b.txt']))).toBe('TEXT OF b.txt');
  });

  it('says for how long an answer holds that was made of it', async () => {
    const { source: disk } = await place(settled);
    const clock = { nowMs: 100 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    for (const name of ['b.txt', 'none.txt']) {
      source.beginBasis?.();
      source.openNow?.(['dir', name]);
      const basis = source.basis!();
      expect(basis).toMatchObject({ untilMs: 1100, questions: 1 });
      expect(source.holds?.(basis)).toBe(true);
    }
  });

  it('does not open what is known to be large, nor keep more octets of a file than it may', async () => {
    const { source: disk, opened } = await place(settled);
    const source = cachedFileSource(disk, { now: () => 0, largestFileBytes: 100 });
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      for (const name of ['large.txt', 'small.txt']) {
        const path = ['dir', name];
        expect(source.openNow?.(path)).toBeUndefined();
        const file = await source.open(path);
        expect(textOf(file)).toBeUndefined();
        if (file.kind === 'file') await file.close();
      }
    }
    // Once each, when nothing was known of them.
    expect(opened).toHaveLength(2);
    expect(source.counts.bytes).toBeLessThan(SMALL_BYTES);
  });

  it('does not read what is being read, nor what has two names', async () => {
    const { source: disk } = await place(settled);
    const source = cachedFileSource(disk, { now: () => 0 });
    const opening = source.open(['dir', 'b.txt']);
    expect(source.openNow?.(['dir', 'b.txt'])).toBeUndefined();
    await opening;
    expect(source.openNow?.(['dir/b.txt'])).toBeUndefined();
  });
});

describe.runIf(LINUX)('a site', () => {
  it('answers at once where the files of a folder are in the memory of the system', async () => {
    const { root } = await place();
    const site = createStaticSite({ root, exactMs: () => 0 });
    await site.respond(requestFor('/dir/a.txt'));
    const response = site.respond(requestFor('/dir/b.txt'));
    // Of a disk that may be another machine's nothing is opened so.
    const isLocal = nodeDisk.localDeviceSync(root) !== undefined;
    expect(response instanceof Promise).toBe(!isLocal);
    expect(await response).toMatchObject({ status: 200 });
    expect((await response).askedDisk).toBe(isLocal ? true : undefined);
    expect((await site.respond(requestFor('/dir/b.txt'))).askedDisk).toBeUndefined();
  });
});
