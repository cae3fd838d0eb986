import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ManualClock } from '../test/manual-clock.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { DiskTime } from './disk-time.ts';
import type { Segments } from './file-source.ts';
import {
  nodeDirectoryOn,
  type DirectorySource,
  type NodeDirectoryOptions,
} from './node-directory.ts';
import { nodeFileSourceOn } from './node-file-source.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
const root = tree.at('pub');
const diskWithoutProc: Disk = { ...nodeDisk, pathOfDescriptor: () => undefined };

function directoryOf(
  options?: Partial<NodeDirectoryOptions>,
  disk = nodeDisk,
  time?: DiskTime,
): DirectorySource {
  const all: NodeDirectoryOptions = {
    root,
    source: nodeFileSourceOn(disk, {
      root: options?.root ?? root,
      symlinks: options?.symlinks ?? 'within',
    }),
    rules: { dotfiles: 'deny', naming: 'posix' },
    ...options,
  };
  return nodeDirectoryOn(disk, all, time);
}

async function namesOf(source: DirectorySource, ...segments: string[]): Promise<string> {
  const found = await source.list(segments);
  if ('kind' in found) return found.kind;
  const names = found.entries.map(({ name, kind }) => (kind === 'file' ? name : `${name}/`));
  return names.toSorted().join(' ') + (found.truncated ? ' …' : '');
}

beforeAll(() => {
  tree.write('pub/a.txt', 'inside');
  tree.write('pub/.env', 'SECRET');
  tree.write('pub/.well-known/x', '');
  tree.write('pub/docs/.well-known/x', '');
  tree.write('pub/docs/b.txt', 'b');
  tree.write('secret/c.txt', 'outside');
  tree.write('pub-x/d.txt', 'outside');
  mkdirSync(tree.at('pub/empty'));
  utimesSync(tree.at('pub/a.txt'), 1000, 1000);
  if (!POSIX) return;
  tree.write('pub/odd/new\nline', '');
  tree.write('pub/odd/back\\slash', '');
  tree.write('pub/odd/a b?#%.txt', '');
  writeFileSync(Buffer.concat([Buffer.from(tree.at('pub/odd/not-utf8-')), Buffer.of(0xff)]), '');
  mkdirSync(tree.at('pub/links'));
  symlinkSync('../a.txt', tree.at('pub/links/file'));
  symlinkSync('../docs', tree.at('pub/links/folder'));
  symlinkSync('nowhere', tree.at('pub/links/dangling'));
  symlinkSync('loop', tree.at('pub/links/loop'));
  symlinkSync('../../secret', tree.at('pub/links/out'));
  symlinkSync('../../secret/c.txt', tree.at('pub/links/out-file'));
  symlinkSync('/dev/zero', tree.at('pub/links/device'));
  execFileSync('mkfifo', [tree.at('pub/links/pipe')]);
});

afterEach(() => {
  expect(tree.openDescriptors()).toEqual([]);
});

afterAll(() => tree.remove());

describe('a listing', () => {
  it('has what the site would send, with its facts', async () => {
    const found = await directoryOf().list([]);
    if ('kind' in found) throw new Error(found.kind);
    expect(found.entries.map(({ name }) => name)).toContain('a.txt');
    expect(found.entries.find(({ name }) => name === 'a.txt')).toEqual({
      name: 'a.txt',
      kind: 'file',
      sizeBytes: 6,
      mtimeMs: 1_000_000,
    });
    expect(found.truncated).toBe(false);
  });

  it('has no hidden names, but the well-known ones at the root', async () => {
    expect(await namesOf(directoryOf())).toContain('.well-known/ a.txt');
    expect(await namesOf(directoryOf())).not.toContain('.env');
    expect(await namesOf(directoryOf(), 'docs')).toBe('b.txt');
    const rules = { dotfiles: 'allow', naming: 'posix' } as const;
    expect(await namesOf(directoryOf({ rules }), 'docs')).toBe('.well-known/ b.txt');
  });

  it.each([
    [['empty'], '', 'nothing in it'],
    [['none'], 'nothing', 'not there'],
    [['a.txt'], 'nothing', 'a file'],
    [['.well-known', '.hidden'], 'nothing', 'a hidden one'],
    [['..'], 'nothing', 'the parent'],
    [['docs', '..', '..', 'secret'], 'nothing', 'outside'],
    [['docs/../../secret'], 'nothing', 'outside, in one segment'],
  ] as const)('of %j is %j: %s', async (segments: Segments, expected: string, _why: string) => {
    for (const disk of [nodeDisk, diskWithoutProc]) {
      expect(await namesOf(directoryOf({}, disk), ...segments)).toBe(expected);
    }
  });

  it.runIf(POSIX)('has only names that can be asked for', async () => {
    expect(await namesOf(directoryOf(), 'odd')).toBe('a b?#%.txt');
  });

  it.runIf(POSIX).each([
    ['within', 'file folder/'],
    ['deny', ''],
    ['follow', 'file folder/ out-file out/'],
  ] as const)('has the links that the policy %s follows', async (symlinks, expected) => {
    for (const disk of [nodeDisk, diskWithoutProc]) {
      expect(await namesOf(directoryOf({ symlinks }, disk), 'links')).toBe(expected);
    }
  });

  it.runIf(POSIX).each([
    ['within', 'folder', 'b.txt'],
    ['within', 'out', 'nothing'],
    ['deny', 'folder', 'nothing'],
    ['deny', 'out', 'nothing'],
    ['follow', 'out', 'c.txt'],
  ] as const)('under %s, of the link %j is %j', async (symlinks, name, expected) => {
    for (const disk of [nodeDisk, diskWithoutProc]) {
      expect(await namesOf(directoryOf({ symlinks }, disk), 'links', name)).toBe(expected);
    }
  });

  it('is bounded', async () => {
    for (let index = 0; index < 60; index += 1) tree.write(`pub/many/f${index}`, '');
    const ten = await directoryOf({ maxEntries: 10 }).list(['many']);
    expect(ten).toMatchObject({ truncated: true, entries: { length: 10 } });
    expect(await directoryOf({ maxEntries: 60 }).list(['many'])).toMatchObject({
      truncated: false,
    });
    for (let index = 0; index < 60; index += 1) tree.write(`pub/hidden/.f${index}`, '');
    expect(await namesOf(directoryOf({ maxEntries: 5 }), 'hidden')).toBe(' …');
  });

  it.runIf(POSIX)(
    'is of nothing where the folder is swapped for a link while it is opened',
    async () => {
      tree.write('pub/swap/inside.txt', '');
      for (const disk of [nodeDisk, diskWithoutProc]) {
        const swapping: Disk = {
          ...disk,
          open: async (pathname, flags) => {
            renameSync(tree.at('pub/swap'), tree.at('pub/swap-away'));
            symlinkSync('../pub-x', tree.at('pub/swap'));
            const descriptor = await nodeDisk.open(pathname, flags);
            unlinkSync(tree.at('pub/swap'));
            renameSync(tree.at('pub/swap-away'), tree.at('pub/swap'));
            return descriptor;
          },
        };
        expect(await namesOf(directoryOf({}, swapping), 'swap')).toBe('nothing');
      }
      expect(await namesOf(directoryOf(), 'swap')).toBe('inside.txt');
    },
  );

  it.runIf(process.platform === 'linux')(
    'is of what was opened, wherever its name leads then',
    async () => {
      tree.write('pub/moving/inside.txt', '');
      const disk: Disk = {
        ...nodeDisk,
        canonicalPath: async (pathname) => {
          const path = await nodeDisk.canonicalPath(pathname);
          renameSync(tree.at('pub/moving'), tree.at('pub/moved'));
          symlinkSync('../pub-x', tree.at('pub/moving'));
          return path;
        },
      };
      expect(await namesOf(directoryOf({}, disk), 'moving')).toBe('inside.txt');
    },
  );

  it.runIf(POSIX)(
    'is of nothing where the kernel tells no path and the name leads elsewhere',
    async () => {
      tree.write('pub/leaving/inside.txt', '');
      let looks = 0;
      const disk: Disk = {
        ...diskWithoutProc,
        // After the check of the place, and before the names are read.
        pathByIdentity: async (descriptor, pathname) => {
          const path = await nodeDisk.pathByIdentity(descriptor, pathname);
          looks += 1;
          if (looks > 1) return path;
          renameSync(tree.at('pub/leaving'), tree.at('pub/left'));
          symlinkSync('../pub-x', tree.at('pub/leaving'));
          return path;
        },
      };
      expect(await namesOf(directoryOf({}, disk), 'leaving')).toBe('nothing');
      expect(looks).toBe(2);
    },
  );

  it('waits for its turn, and is refused where too many wait', async () => {
    const source = directoryOf({ maxListings: 1 });
    const asked = Array.from({ length: 40 }, () => source.list(['docs']));
    const settled = await Promise.allSettled(asked);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(40 - 1 - 32);
    expect(refused[0]).toMatchObject({ reason: { kind: 'busy' } });
    expect(await namesOf(source, 'docs')).toBe('b.txt');
  });

  it('is given up where the disk hangs, and gives its turn back', async () => {
    const clock = new ManualClock();
    const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs: 1000, threads: 4 });
    let comeBack = (): void => {};
    const disk: Disk = {
      ...nodeDisk,
      async open(pathname, flags) {
        if (pathname.endsWith('docs')) await new Promise<void>((resolve) => (comeBack = resolve));
        return nodeDisk.open(pathname, flags);
      },
    };
    const source = directoryOf({ maxListings: 1 }, disk, time);
    const listing = expect(source.list(['docs'])).rejects.toMatchObject({ kind: 'stuck' });
    await clock.pass(1000);
    await listing;
    expect(await namesOf(source, 'empty')).toBe('');
    comeBack();
    while (clock.runningCount > 0 || tree.openDescriptors().length > 0) {
      await new Promise(setImmediate);
    }
    expect(await namesOf(source, 'empty'), 'closed, and all is well').toBe('');
  });

  it('rejects for a fault of the disk, and gives its turn back', async () => {
    let isShort = true;
    const disk: Disk = {
      ...nodeDisk,
      open: (pathname, flags) =>
        isShort
          ? Promise.reject(Object.assign(new Error('no'), { code: 'EMFILE' }))
          : nodeDisk.open(pathname, flags),
    };
    const source = directoryOf({ maxListings: 1 }, disk);
    await expect(source.list([])).rejects.toMatchObject({ kind: 'busy' });
    isShort = false;
    expect(await namesOf(source, 'docs')).toBe('b.txt');
  });
});
