// What is told at once of a file or of a gap in the tree, without opening anything: whether it is
// what it was. On a real disk, since all of it is what the kernel says of one.

import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { nodeDisk, type Disk } from '../src/disk.ts';
import { DiskTime } from '../src/disk-time.ts';
import type { FileSource, Opened } from '../src/file-source.ts';
import { nodeFileSourceOn, type NodeFileSourceOptions } from '../src/node-file-source.ts';
import { timedFileSource } from '../src/timed-file-source.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
let count = 0;

afterAll(() => tree.remove());

/** The same disk, local whatever it is, as the tests may run on any. */
const localDisk: Disk = {
  ...nodeDisk,
  localDeviceSync: (path) => statSync(path, { bigint: true }).dev,
};

interface Place {
  readonly source: FileSource;
  /** The folder `dir` of a root of its own; `a.txt` and `b.txt` are in it. */
  readonly folder: string;
}

function place(disk: Disk = localDisk, options: Partial<NodeFileSourceOptions> = {}): Place {
  const root = `root-${(count += 1)}`;
  tree.write(`${root}/dir/a.txt`, 'text');
  tree.write(`${root}/dir/b.txt`, 'text');
  return {
    source: nodeFileSourceOn(disk, { root: tree.at(root), ...options }),
    folder: tree.at(`${root}/dir`),
  };
}

async function look(source: FileSource, ...segments: string[]): Promise<Opened> {
  const opened = await source.open(segments);
  if (opened.kind === 'file') await opened.close();
  return opened;
}

/** Ticks of the date of a file are coarser than two steps of a test. */
function later(path: string): void {
  utimesSync(path, new Date(), new Date(Date.now() + 10_000));
}

describe('a file is still there', () => {
  it.each<[boolean, string, (folder: string) => void]>([
    [true, 'nothing happened', () => {}],
    [true, 'another one was written', (folder) => writeFileSync(`${folder}/b.txt`, 'other')],
    [false, 'it was written over', (folder) => writeFileSync(`${folder}/a.txt`, 'longer text')],
    [false, 'its date was set', (folder) => later(`${folder}/a.txt`)],
    [
      false,
      'another one took its name',
      (folder) => renameSync(`${folder}/b.txt`, `${folder}/a.txt`),
    ],
    [false, 'it is gone', (folder) => unlinkSync(`${folder}/a.txt`)],
    [false, 'its folder is gone', (folder) => rmSync(folder, { recursive: true })],
    [
      false,
      'a folder took its name',
      (folder) => {
        unlinkSync(`${folder}/a.txt`);
        mkdirSync(`${folder}/a.txt`);
      },
    ],
  ])('%s: %s', async (isStill, _what, change) => {
    const { source, folder } = place();
    const found = await look(source, 'dir', 'a.txt');
    // The change time of the file itself has a tick, too.
    await expect.poll(() => Date.now()).toBeGreaterThan(statSync(`${folder}/a.txt`).ctimeMs + 20);
    change(folder);
    expect(source.isStill?.(['dir', 'a.txt'], found)).toBe(isStill);
  });

  it.skipIf(!POSIX).each<[boolean, string, (folder: string) => void]>([
    [false, 'it may not be read any more', (folder) => chmodSync(`${folder}/a.txt`, 0)],
    [false, 'it has another name too', (folder) => linkSync(`${folder}/a.txt`, `${folder}/c.txt`)],
    [
      false,
      'a link to another one took its name',
      (folder) => {
        unlinkSync(`${folder}/a.txt`);
        symlinkSync('b.txt', `${folder}/a.txt`);
      },
    ],
    [
      false,
      'a link to itself took its name',
      (folder) => {
        unlinkSync(`${folder}/a.txt`);
        symlinkSync('a.txt', `${folder}/a.txt`);
      },
    ],
  ])('%s: %s', async (isStill, _what, change) => {
    const { source, folder } = place();
    const found = await look(source, 'dir', 'a.txt');
    await expect.poll(() => Date.now()).toBeGreaterThan(statSync(`${folder}/a.txt`).ctimeMs + 20);
    change(folder);
    expect(source.isStill?.(['dir', 'a.txt'], found)).toBe(isStill);
  });
});

describe('a gap is still there', () => {
  it.each<[boolean, string, string, (folder: string) => void]>([
    [true, 'none.txt', 'nothing happened', () => {}],
    [false, 'none.txt', 'a file is there now', (folder) => writeFileSync(`${folder}/none.txt`, '')],
    [false, 'none.txt', 'a folder is there now', (folder) => mkdirSync(`${folder}/none.txt`)],
    [true, 'none.txt', 'its folder is gone', (folder) => rmSync(folder, { recursive: true })],
  ])('%s: %s, %s', async (isStill, name, _what, change) => {
    const { source, folder } = place();
    await look(source, 'dir', 'a.txt');
    const found = await look(source, 'dir', name);
    expect(found.kind).toBe('nothing');
    change(folder);
    expect(source.isStill?.(['dir', name], found)).toBe(isStill);
  });
});

describe('a gap in a folder that is not there is still there', () => {
  it.each<[boolean, string, (folder: string) => void]>([
    [true, 'nothing happened', () => {}],
    [true, 'a folder beside it is there now', (folder) => mkdirSync(`${folder}/app2`)],
    [true, 'all folders are gone', (folder) => rmSync(folder, { recursive: true })],
    [false, 'its folder is there now, and empty', (folder) => mkdirSync(`${folder}/app`)],
    [false, 'a file has the name of its folder', (folder) => writeFileSync(`${folder}/app`, '')],
    [
      false,
      'it is there now',
      (folder) => {
        mkdirSync(`${folder}/app/deep`, { recursive: true });
        writeFileSync(`${folder}/app/deep/x`, '');
      },
    ],
  ])('%s: %s', async (isStill, _what, change) => {
    const { source, folder } = place();
    await look(source, 'dir', 'a.txt');
    const found = await look(source, 'dir', 'app', 'deep', 'x');
    expect(found.kind).toBe('nothing');
    change(folder);
    expect(source.isStill?.(['dir', 'app', 'deep', 'x'], found)).toBe(isStill);
  });

  it.skipIf(!POSIX)('false: a link has the name of its folder', async () => {
    const { source, folder } = place();
    await look(source, 'dir', 'a.txt');
    const found = await look(source, 'dir', 'app', 'a.txt');
    symlinkSync('.', `${folder}/app`);
    expect(source.isStill?.(['dir', 'app', 'a.txt'], found)).toBe(false);
  });

  it('by one look at the folder, however deep it is in it', async () => {
    const looks: string[] = [];
    const { source, folder } = place({
      ...localDisk,
      statSync: (path) => (looks.push(path), localDisk.statSync(path)),
    });
    await look(source, 'dir', 'a.txt');
    const deep = ['dir', 'app', ...Array.from({ length: 1000 }, () => 'x')];
    expect(source.isStill?.(deep, { kind: 'nothing' })).toBe(true);
    expect(looks).toEqual([join(folder, 'app')]);
  });
});

describe('it is not told', () => {
  const NOTHING: Opened = { kind: 'nothing' };

  it('of a folder', async () => {
    const { source } = place();
    await look(source, 'dir', 'a.txt');
    expect(source.isStill?.(['dir'], await look(source, 'dir'))).toBe(false);
  });

  it('of a gap in a folder of which no file is known', () => {
    expect(place().source.isStill?.(['dir', 'none.txt'], NOTHING)).toBe(false);
  });

  it.each([[['dir', '..']], [['dir', 'a/b']], [['dir', '']], [['dir', 'a\0']]])(
    'of %j, which is no path',
    async (segments) => {
      const { source } = place();
      await look(source, 'dir', 'a.txt');
      expect(source.isStill?.(segments, NOTHING)).toBe(false);
    },
  );

  it('of a disk that could hang', async () => {
    const { source } = place({ ...localDisk, localDeviceSync: () => undefined });
    const found = await look(source, 'dir', 'a.txt');
    expect(source.isStill?.(['dir', 'a.txt'], found)).toBe(false);
    expect(source.isStill?.(['dir', 'none.txt'], NOTHING)).toBe(false);
  });

  it('of a file on another device than the root', async () => {
    const { source } = place({ ...localDisk, localDeviceSync: () => 999_999n });
    expect(source.isStill?.(['dir', 'a.txt'], await look(source, 'dir', 'a.txt'))).toBe(false);
    expect(source.isStill?.(['dir', 'none.txt'], NOTHING)).toBe(false);
  });

  it('where the disk has a fault', async () => {
    const fault = (): never => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    const { source } = place({ ...localDisk, statSync: fault });
    expect(source.isStill?.(['dir', 'a.txt'], await look(source, 'dir', 'a.txt'))).toBe(false);
  });

  // What is mounted is asked for and not looked at: it may be another machine's, and hang.
  it.each([[['dir', 'share']], [['dir', 'share', 'none.txt']], [['dir', 'share', 'deep', 'x']]])(
    'of the gap %j where something is mounted',
    async (path) => {
      const looks: string[] = [];
      const disk: Disk = {
        ...localDisk,
        mountTableSync: () => '36 35 98:0 / /srv/site/dir/share rw - nfs far:/ rw\n',
        statSync: (name) => (looks.push(name), localDisk.statSync(name)),
      };
      const { source } = place(disk, { exactMs: () => 0 });
      await look(source, 'dir', 'a.txt');
      expect(source.isStill?.(path, NOTHING)).toBe(false);
      expect(looks).toEqual([]);
      expect(source.isStill?.(['dir', 'elsewhere', 'x'], NOTHING)).toBe(true);
    },
  );

  it('while something hangs below the same name in the root', async () => {
    const due: (() => void)[] = [];
    const afterMs = (_ms: number, callback: () => void): (() => void) => {
      due.push(callback);
      return () => {};
    };
    const inner = place().source;
    const time = new DiskTime({ afterMs, timeoutMs: 1, threads: 4 });
    const source = timedFileSource(inner, time);
    const found = await look(source, 'dir', 'a.txt');
    expect(source.isStill?.(['dir', 'a.txt'], found)).toBe(true);
    const hanging = time.inTime(['dir'], () => new Promise<never>(() => {}));
    due.at(-1)?.();
    await expect(hanging).rejects.toMatchObject({ kind: 'stuck' });
    expect(source.isStill?.(['dir', 'a.txt'], found)).toBe(false);
  });
});

it.runIf(process.platform === 'linux')('a file system of the kernel is no disk', () => {
  expect(nodeDisk.localDeviceSync('/proc')).toBeUndefined();
  expect(nodeDisk.localDeviceSync('/sys')).toBeUndefined();
});

describe('a source that remembers', () => {
  function remembering(folder: Place, freshMs?: number) {
    const clock = { nowMs: 0 };
    let opens = 0;
    const counted: FileSource = {
      open: (segments) => {
        opens += 1;
        return folder.source.open(segments);
      },
      isStill: (segments, found) => folder.source.isStill?.(segments, found) === true,
    };
    const source = cachedFileSource(counted, {
      now: () => clock.nowMs,
      ...(freshMs === undefined ? {} : { freshMs }),
    });
    return { clock, source, opens: () => opens };
  }

  it('opens no file anew that is still there, once its date cannot hide a change', async () => {
    const { clock, source, opens } = remembering(place());
    const path = ['dir', 'a.txt'];
    const file = await source.open(path);
    for (clock.nowMs = 1000; clock.nowMs <= 2000; clock.nowMs += 1000) {
      expect(source.peek(path), 'two writes in one tick look alike').toBeUndefined();
      // oxlint-disable-next-line no-await-in-loop
      expect(await source.open(path)).toBe(file);
    }
    const before = opens();
    for (; clock.nowMs < 10_000; clock.nowMs += 1000) expect(source.peek(path)).toBe(file);
    expect(opens()).toBe(before);
    expect(source.counts.hits).toBe(7);
  });

  it('opens it anew when it changed', async () => {
    const there = place();
    const { clock, source } = remembering(there);
    const path = ['dir', 'a.txt'];
    for (; clock.nowMs <= 3000; clock.nowMs += 1000) {
      // oxlint-disable-next-line no-await-in-loop
      await source.open(path);
    }
    writeFileSync(`${there.folder}/a.txt`, 'newer text');
    clock.nowMs += 1000;
    expect(source.peek(path)).toBeUndefined();
    expect(await source.open(path)).toMatchObject({ lengthBytes: 10 });
  });

  it('asks each time where nothing is believed', async () => {
    const there = place();
    const { clock, source } = remembering(there, 0);
    const path = ['dir', 'a.txt'];
    for (; clock.nowMs <= 3000; clock.nowMs += 1000) {
      // oxlint-disable-next-line no-await-in-loop
      await source.open(path);
    }
    expect(source.peek(path)).toMatchObject({ lengthBytes: 4 });
    unlinkSync(`${there.folder}/a.txt`);
    expect(source.peek(path)).toBeUndefined();
    expect(await source.open(path)).toEqual({ kind: 'nothing' });
  });

  it('believes a gap for as long as it is there', async () => {
    const there = place();
    const { clock, source, opens } = remembering(there);
    await source.open(['dir', 'a.txt']);
    const path = ['dir', 'a.txt.br'];
    await source.open(path);
    const before = opens();
    for (; clock.nowMs <= 5000; clock.nowMs += 1000) {
      expect(source.peek(path)).toEqual({ kind: 'nothing' });
    }
    expect(opens()).toBe(before);
    clock.nowMs -= 1000;
    writeFileSync(`${there.folder}/a.txt.br`, '');
    expect(source.peek(path), 'for a second').toEqual({ kind: 'nothing' });
    clock.nowMs += 1000;
    expect(source.peek(path)).toBeUndefined();
    expect((await source.open(path)).kind).toBe('file');
  });

  it('opens nothing anew below a folder that is not there', async () => {
    const there = place();
    const { clock, source, opens } = remembering(there);
    await source.open(['dir', 'a.txt']);
    const paths = ['1', '2', '3'].map((name) => ['dir', 'app', name]);
    for (const path of paths) expect(await source.open(path)).toEqual({ kind: 'nothing' });
    const before = opens();
    for (; clock.nowMs <= 5000; clock.nowMs += 1000) {
      for (const path of paths) expect(source.peek(path)).toEqual({ kind: 'nothing' });
    }
    expect(opens()).toBe(before);
    clock.nowMs += 1000;
    mkdirSync(`${there.folder}/app`);
    writeFileSync(`${there.folder}/app/2`, '');
    for (const path of paths) expect(source.peek(path)).toBeUndefined();
    expect((await source.open(['dir', 'app', '2'])).kind).toBe('file');
  });
});
