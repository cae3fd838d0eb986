// Longer than a test file should be: one tree on the disk, with links and special files, is what all of
// these need, and each of them also checks that no descriptor stays open below it.

import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ask, readAll, requestFor } from '../test/exchange.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { FileSourceError } from './errors.ts';
import type { SymlinkPolicy } from './containment.ts';
import { nodeFileSource, nodeFileSourceOn } from './node-file-source.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const CANARY = 'CANARY: outside the root';
const POSIX = process.platform !== 'win32';

const tree = new TemporaryTree();
const root = tree.at('pub');

/** A disk that asks the kernel for nothing: containment is then by name and identity. */
const diskWithoutProc: Disk = { ...nodeDisk, pathOfDescriptor: () => undefined };

function siteOf(symlinks?: SymlinkPolicy, disk: Disk = nodeDisk): StaticSite {
  const source = nodeFileSourceOn(disk, { root, ...(symlinks && { symlinks }) });
  return createStaticSite({ source, naming: 'posix' });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no, open '${root}/a.txt'`), { code });
}

beforeAll(() => {
  tree.write('pub/index.html', '<p>front</p>');
  tree.write('pub/a.txt', 'inside a');
  tree.write('pub/docs/index.html', '<p>docs</p>');
  tree.write('pub/docs/deep/b.txt', 'inside b');
  tree.write('pub/.env', 'SECRET=1');
  tree.write('secret.txt', CANARY);
  tree.write('pub-x/secret.txt', CANARY);
  tree.write('pub-x/index.html', CANARY);
  if (!POSIX) return;
  symlinkSync('a.txt', join(root, 'link-inside'));
  symlinkSync(join(root, 'a.txt'), join(root, 'link-inside-absolute'));
  symlinkSync('docs', join(root, 'link-folder'));
  symlinkSync('link-inside', join(root, 'link-chain'));
  symlinkSync('../pub/a.txt', join(root, 'link-out-and-in'));
  symlinkSync('.env', join(root, 'link-hidden'));
  symlinkSync('../secret.txt', join(root, 'link-outside'));
  symlinkSync(tree.at('secret.txt'), join(root, 'link-outside-absolute'));
  symlinkSync('../pub-x', join(root, 'link-sibling'));
  symlinkSync('link-outside', join(root, 'link-chain-outside'));
  symlinkSync('..', join(root, 'link-up'));
  symlinkSync('/', join(root, 'link-top'));
  symlinkSync('link-loop-2', join(root, 'link-loop-1'));
  symlinkSync('link-loop-1', join(root, 'link-loop-2'));
  symlinkSync('nowhere', join(root, 'link-dangling'));
  symlinkSync('.', join(root, 'link-self'));
  mkdirSync(join(root, 'folder-link-index'));
  symlinkSync('../../secret.txt', join(root, 'folder-link-index/index.html'));
});

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

describe('nodeFileSource()', () => {
  it.each([
    ['nowhere', 'a root that is not there'],
    ['secret.txt', 'a root that is a file'],
  ])('throws for %j: %s', (name) => {
    expect(() => nodeFileSource({ root: tree.at(name) })).toThrow(FileSourceError);
  });

  it('takes a root with a slash at its end, or with dots in it', async () => {
    for (const name of [`${root}/`, join(root, 'docs') + '/..']) {
      const site = createStaticSite({ source: nodeFileSource({ root: name }) });
      expect((await ask(site, '/a.txt')).text).toBe('inside a');
    }
  });

  it.runIf(POSIX)('serves from the root of the machine', async () => {
    const site = createStaticSite({ source: nodeFileSource({ root: '/' }) });
    expect((await ask(site, `${tree.path}/secret.txt`)).text).toBe(CANARY);
    expect((await ask(site, `${tree.path}/pub`)).status).toBe(301);
  });
});

describe('a site on disk', () => {
  it.each([
    ['/a.txt', 200, 'a file'],
    ['/docs/deep/b.txt', 200, 'a file further down'],
    ['/docs/', 200, 'an index'],
    ['/docs', 301, 'a directory without its slash'],
    ['/docs/deep/', 404, 'a directory without index'],
    ['/a.txt/', 404, 'a file with a slash'],
    ['/a.txt/b', 404, 'below a file'],
    ['/none', 404, 'nothing'],
    [`/${'x'.repeat(255)}`, 404, 'as long as a name can be'],
    [`/${'x'.repeat(300)}`, 404, 'longer than a name can be'],
    [`/${'x'.repeat(200)}`.repeat(25), 404, 'longer than a path can be'],
    ['/..%2fsecret.txt', 400, 'an encoded separator'],
    ['/../secret.txt', 400, 'a dot segment'],
    ['/../pub-x/secret.txt', 400, 'the sibling that begins with the same name'],
    ['/-x/secret.txt', 404, 'the rest of that name'],
  ])('answers %j with %d: %s', async (target, status) => {
    const answer = await ask(siteOf(), target);
    expect(answer.status).toBe(status);
    expect(answer.text ?? '').not.toContain('CANARY');
  });

  it.each([
    'a b.txt',
    '100%.txt',
    'a#b.txt',
    'é.txt',
    'e\u0301.txt',
    '日本.txt',
    '😀.txt',
    "'.txt",
  ])('serves %j under its encoded name', async (name) => {
    tree.write(`pub/odd/${name}`, `this is ${name}`);
    const answer = await ask(siteOf(), `/odd/${encodeURIComponent(name)}`);
    expect(answer.text).toBe(`this is ${name}`);
  });

  it.runIf(POSIX).each(['a?b.txt', 'a"b.txt', 'con', 'a.txt.', 'a:b', 'x (deleted)', 'a\u0085b'])(
    'serves %j, which not every system could hold',
    async (name) => {
      tree.write(`pub/odd/${name}`, `this is ${name}`);
      for (const symlinks of ['within', 'deny', 'follow'] as const) {
        const answer = await ask(siteOf(symlinks), `/odd/${encodeURIComponent(name)}`);
        expect(answer.text).toBe(`this is ${name}`);
      }
    },
  );

  it.runIf(process.platform === 'linux')(
    'tells a composed name from a decomposed one',
    async () => {
      tree.write('pub/odd/only\u00e9.txt', 'composed');
      expect((await ask(siteOf(), '/odd/only%C3%A9.txt')).status).toBe(200);
      expect((await ask(siteOf(), '/odd/onlye%CC%81.txt')).status).toBe(404);
    },
  );
});

describe.runIf(POSIX)('symbolic links', () => {
  // Statuses under `within`, `deny` and `follow`.
  const ROWS: [target: string, within: number, deny: number, follow: number, why: string][] = [
    ['/a.txt', 200, 200, 200, 'no link at all'],
    ['/docs/deep/b.txt', 200, 200, 200, 'no link at all, further down'],
    ['/link-inside', 200, 404, 200, 'a file inside'],
    ['/link-inside-absolute', 200, 404, 200, 'a file inside, by its whole path'],
    ['/link-chain', 200, 404, 200, 'a link to a link'],
    ['/link-out-and-in', 200, 404, 200, 'out of the root and in again'],
    ['/link-folder/deep/b.txt', 200, 404, 200, 'a directory inside'],
    ['/link-folder', 301, 404, 301, 'a directory inside, without its slash'],
    ['/link-folder/', 200, 404, 200, 'its index'],
    ['/link-self/link-self/a.txt', 200, 404, 200, 'the root itself, twice'],
    ['/link-self', 301, 404, 301, 'the root itself'],
    ['/link-hidden', 200, 404, 200, 'a dotfile: the name that is asked for counts'],
    ['/link-outside', 404, 404, 200, 'a file outside'],
    ['/link-outside-absolute', 404, 404, 200, 'a file outside, by its whole path'],
    ['/link-chain-outside', 404, 404, 200, 'a link to a link that leads outside'],
    ['/link-sibling/secret.txt', 404, 404, 200, 'a sibling that begins with the same name'],
    ['/link-sibling', 404, 404, 301, 'that there is a directory outside is not told either'],
    ['/link-sibling/', 404, 404, 200, 'an index outside'],
    ['/link-up/secret.txt', 404, 404, 200, 'one level up'],
    ['/link-up/pub/a.txt', 200, 404, 200, 'one level up and down again'],
    ['/link-top/etc/passwd', 404, 404, 200, 'the root of the machine'],
    ['/folder-link-index/', 404, 404, 200, 'an index that is a link'],
    ['/link-loop-1', 404, 404, 404, 'links in a circle'],
    ['/link-dangling', 404, 404, 404, 'a link to nothing'],
  ];

  for (const [target, within, deny, follow, why] of ROWS) {
    for (const [symlinks, status] of Object.entries({ within, deny, follow })) {
      it(`under ${symlinks}, ${target} gives ${status}: ${why}`, async () => {
        for (const disk of [nodeDisk, diskWithoutProc]) {
          const answer = await ask(siteOf(symlinks as SymlinkPolicy, disk), target);
          expect(answer.status).toBe(status);
          if (symlinks !== 'follow') expect(answer.text ?? '').not.toContain('CANARY');
        }
      });
    }
  }

  it('does not even open what a link leads to, under deny', async () => {
    let opens = 0;
    const disk: Disk = {
      ...nodeDisk,
      open: async (pathname, flags) => {
        const descriptor = await nodeDisk.open(pathname, flags);
        opens += 1;
        return descriptor;
      },
    };
    expect((await ask(siteOf('deny', disk), '/link-outside')).status).toBe(404);
    expect(opens).toBe(0);
  });

  it('keeps links inside by default', async () => {
    expect((await ask(siteOf(), '/link-inside')).status).toBe(200);
    expect((await ask(siteOf(), '/link-outside')).status).toBe(404);
  });

  it('allows the root to be a link, under each policy', async () => {
    symlinkSync('pub', tree.at('current'));
    for (const symlinks of ['within', 'deny', 'follow'] as const) {
      const source = nodeFileSource({ root: tree.at('current'), symlinks });
      expect((await ask(createStaticSite({ source }), '/a.txt')).text).toBe('inside a');
    }
    unlinkSync(tree.at('current'));
  });

  it('follows the root when it is pointed at the next release', async () => {
    tree.write('releases/1/a.txt', 'first');
    tree.write('releases/2/a.txt', 'second');
    symlinkSync('releases/1', tree.at('live'));
    for (const disk of [nodeDisk, diskWithoutProc]) {
      for (const symlinks of ['within', 'deny'] as const) {
        const source = nodeFileSourceOn(disk, { root: tree.at('live'), symlinks });
        const site = createStaticSite({ source });
        expect((await ask(site, '/a.txt')).text).toBe('first');
        symlinkSync('releases/2', tree.at('live-next'));
        renameSync(tree.at('live-next'), tree.at('live'));
        expect((await ask(site, '/a.txt')).text).toBe('second');
        unlinkSync(tree.at('live'));
        expect((await ask(site, '/a.txt')).status).toBe(404);
        symlinkSync('releases/1', tree.at('live'));
        expect((await ask(site, '/a.txt')).text).toBe('first');
      }
    }
  });

  it('serves on when the root is removed and comes back', async () => {
    tree.write('volatile/a.txt', 'before');
    const site = createStaticSite({ source: nodeFileSource({ root: tree.at('volatile') }) });
    rmSync(tree.at('volatile'), { recursive: true });
    expect((await ask(site, '/a.txt')).status).toBe(404);
    tree.write('volatile/a.txt', 'after');
    expect((await ask(site, '/a.txt')).text).toBe('after');
  });
});

describe.runIf(POSIX)('a swap between opening and checking', () => {
  // The folder is a link to the outside at the very moment of opening, and itself again right after.
  function swappingDisk(disk: Disk): Disk {
    return {
      ...disk,
      open: async (pathname, flags) => {
        renameSync(join(root, 'swap'), join(root, 'swap-away'));
        symlinkSync('../pub-x', join(root, 'swap'));
        try {
          return await nodeDisk.open(pathname, flags);
        } finally {
          unlinkSync(join(root, 'swap'));
          renameSync(join(root, 'swap-away'), join(root, 'swap'));
        }
      },
    };
  }

  it.each(['within', 'deny'] as const)('gives nothing under %s', async (symlinks) => {
    tree.write('pub/swap/secret.txt', 'inside');
    for (const disk of [nodeDisk, diskWithoutProc]) {
      const answer = await ask(siteOf(symlinks, swappingDisk(disk)), '/swap/secret.txt');
      expect(answer.status).toBe(404);
      expect((await ask(siteOf(symlinks, disk), '/swap/secret.txt')).text).toBe('inside');
    }
  });

  it('would give the canary if nobody looked', async () => {
    tree.write('pub/swap/secret.txt', 'inside');
    const answer = await ask(siteOf('follow', swappingDisk(nodeDisk)), '/swap/secret.txt');
    expect(answer.text).toBe(CANARY);
  });

  // Another program swaps as fast as it can while requests run.
  it.each(['within', 'deny'] as const)('gives no canary in a race, under %s', async (symlinks) => {
    tree.write('pub/race/secret.txt', 'inside');
    const other = join(root, 'race-other');
    if (!existsSync(other)) symlinkSync('../pub-x', other);
    const swapper = spawn(
      process.execPath,
      [
        '-e',
        `const { renameSync } = require('node:fs');
        process.stdout.write('ready');
        for (;;) {
          renameSync('race', 'race-away');
          renameSync('race-other', 'race');
          renameSync('race', 'race-other');
          renameSync('race-away', 'race');
        }`,
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const exited = new Promise((resolve) => swapper.once('exit', resolve));
    try {
      await new Promise((resolve) => swapper.stdout.once('data', resolve));
      const site = siteOf(symlinks);
      for (let round = 0; round < 250; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () => ask(site, '/race/secret.txt')),
        );
        for (const answer of answers) {
          expect([200, 404]).toContain(answer.status);
          expect(answer.text ?? 'inside').toBe('inside');
        }
      }
    } finally {
      swapper.kill('SIGKILL');
      await exited;
      rmSync(join(root, 'race'), { recursive: true, force: true });
      rmSync(join(root, 'race-away'), { recursive: true, force: true });
      rmSync(other, { force: true });
    }
  });

  it('serves a file that is replaced between opening and checking', async () => {
    for (const symlinks of ['within', 'deny'] as const) {
      let replaced = false;
      const disk: Disk = {
        ...nodeDisk,
        open: async (pathname, flags) => {
          const descriptor = await nodeDisk.open(pathname, flags);
          if (!replaced) {
            replaced = true;
            tree.write('pub/replaced-next.txt', 'new');
            renameSync(join(root, 'replaced-next.txt'), join(root, 'replaced.txt'));
          }
          return descriptor;
        },
      };
      tree.write('pub/replaced.txt', 'old');
      const answer = await ask(siteOf(symlinks, disk), '/replaced.txt');
      expect(['old', 'new']).toContain(answer.text);
    }
  });

  it('does not take ` (deleted)` for a name', async () => {
    // Under `deny`, a link to a file that is named as the kernel names a deleted one.
    tree.write('pub/gone (deleted)', 'not the one that was asked for');
    symlinkSync('gone (deleted)', join(root, 'gone'));
    expect((await ask(siteOf('deny'), '/gone')).status).toBe(404);
    const disk: Disk = {
      ...nodeDisk,
      open: async (pathname, flags) => {
        const descriptor = await nodeDisk.open(pathname, flags);
        unlinkSync(pathname);
        return descriptor;
      },
    };
    tree.write('pub/removed.txt', 'removed');
    expect((await ask(siteOf('deny', disk), '/removed.txt')).status).toBe(404);
  });
});

describe.runIf(POSIX)('what is no regular file', () => {
  beforeAll(() => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    mkdirSync(join(root, 'pipe-index'));
    execFileSync('mkfifo', [join(root, 'pipe-index/index.html')]);
    mkdirSync(join(root, 'folder-index/index.html'), { recursive: true });
    symlinkSync('/dev/zero', join(root, 'zero'));
    // A program that listens on a socket and is killed leaves the socket behind.
    const listen = `require('node:net').createServer()
      .listen('socket', () => process.kill(process.pid, 'SIGKILL'))`;
    try {
      execFileSync(process.execPath, ['-e', listen], { cwd: root, stdio: 'ignore' });
    } catch {
      expect(existsSync(join(root, 'socket'))).toBe(true);
    }
  });

  it.each([
    ['/pipe', 'a FIFO that nobody writes to'],
    ['/pipe-index/', 'a FIFO as index'],
    ['/folder-index/', 'a directory as index'],
    ['/socket', 'a unix socket'],
    ['/zero', 'a device'],
  ])('is missing at once: %j, %s', async (target) => {
    for (const symlinks of ['within', 'deny', 'follow'] as const) {
      expect((await ask(siteOf(symlinks), target)).status).toBe(404);
      expect((await ask(siteOf(symlinks), target, 'HEAD')).status).toBe(404);
    }
  });

  it('does not hold up what is asked for after it', async () => {
    const site = siteOf();
    const pipes = Array.from({ length: 32 }, () => ask(site, '/pipe'));
    expect((await ask(site, '/a.txt')).text).toBe('inside a');
    for (const answer of await Promise.all(pipes)) expect(answer.status).toBe(404);
  });
});

describe('a file that changes while it is sent', () => {
  const text = 'x'.repeat(10_000);

  async function startSending(name: string) {
    tree.write(`pub/${name}`, text);
    const response = await siteOf().respond(requestFor(`/${name}`));
    const content = response.content;
    if (content === undefined) throw new Error('the file is there');
    expect(await content.read(new Uint8Array(1000))).toBe(1000);
    return content;
  }

  it('is an error where it shrinks', async () => {
    const content = await startSending('shrinks.txt');
    truncateSync(join(root, 'shrinks.txt'), 1500);
    const buffer = new Uint8Array(1000);
    expect(await content.read(buffer)).toBe(500);
    await expect(content.read(buffer)).rejects.toMatchObject({ kind: 'changed' });
    await content.close();
  });

  it('ends where it was declared to end where it grows', async () => {
    const content = await startSending('grows.txt');
    appendFileSync(join(root, 'grows.txt'), 'more');
    expect((await readAll(content)).length).toBe(9000);
    await content.close();
  });

  it.runIf(POSIX)('is sent to its end where it is removed or replaced', async () => {
    const removed = await startSending('removed.txt');
    unlinkSync(join(root, 'removed.txt'));
    const replaced = await startSending('replaced.txt');
    tree.write('pub/next.txt', 'y'.repeat(20_000));
    renameSync(join(root, 'next.txt'), join(root, 'replaced.txt'));
    for (const content of [removed, replaced]) {
      expect((await readAll(content)).toString()).toBe(text.slice(1000));
      await content.close();
    }
  });

  it.runIf(existsSync('/proc/self/status'))('is as long as the disk says', async () => {
    // Files of the kernel have no length until they are read: 0 declared, 0 sent.
    symlinkSync('/proc/self/status', join(root, 'status'));
    const answer = await ask(siteOf('follow'), '/status');
    expect(answer.fields['Content-Length']).toBe('0');
    expect(answer.text).toBe('');
  });
});

describe('descriptors', () => {
  it('are closed by HEAD before it answers', async () => {
    const response = await siteOf().respond(requestFor('/a.txt', 'HEAD'));
    expect(response.content).toBeUndefined();
    expect(tree.openDescriptors()).toEqual([]);
  });

  it('are open as long as the content is', async () => {
    const response = await siteOf().respond(requestFor('/a.txt'));
    if (process.platform === 'linux') expect(tree.openDescriptors()).toHaveLength(1);
    await response.content?.close();
    expect(tree.openDescriptors()).toEqual([]);
  });

  it('are closed when a peer leaves in the middle', async () => {
    tree.write('pub/large.bin', new Uint8Array(1 << 20));
    const site = siteOf();
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await site.respond(requestFor('/large.bin'));
        await response.content?.read(new Uint8Array(65536));
        const reading = response.content?.read(new Uint8Array(65536));
        await response.content?.close();
        expect(await reading).toBe(65536);
      }),
    );
  });

  it('are never used after they were closed', async () => {
    let closes = 0;
    const disk: Disk = {
      ...nodeDisk,
      close: (descriptor) => {
        closes += 1;
        return nodeDisk.close(descriptor);
      },
    };
    const opened = await nodeFileSourceOn(disk, { root }).open(['a.txt']);
    if (opened.kind !== 'file') throw new Error('the file is there');
    await Promise.all([opened.close(), opened.close()]);
    expect(closes).toBe(1);
    await expect(opened.read(new Uint8Array(4), 0)).rejects.toMatchObject({ kind: 'closed' });
  });
});

describe('a disk that fails', () => {
  it.each([
    ['EACCES', 403],
    ['EPERM', 403],
    ['EMFILE', 503],
    ['ENFILE', 503],
    ['ENOMEM', 503],
    ['EIO', 500],
    ['ENOENT', 404],
    ['ENOTDIR', 404],
    ['ELOOP', 404],
    ['ENAMETOOLONG', 404],
    ['ESTALE', 404],
  ])('gives for %s on opening %d, and no path', async (code, status) => {
    const disk: Disk = { ...nodeDisk, open: () => Promise.reject(systemError(code)) };
    const answer = await ask(siteOf('within', disk), '/a.txt');
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.fields)).not.toContain(tree.path);
    expect(answer.fields['Retry-After']).toBe(status === 503 ? '1' : undefined);
  });

  it('rejects a read that fails, keeping the cause', async () => {
    const cause = systemError('EIO');
    const disk: Disk = { ...nodeDisk, read: () => Promise.reject(cause) };
    const response = await siteOf('within', disk).respond(requestFor('/a.txt'));
    const reading = response.content?.read(new Uint8Array(8));
    await expect(reading).rejects.toMatchObject({ kind: 'failed', cause });
    await response.content?.close();
  });

  // Each call fails in turn, once and for good, until a run gets through without meeting it.
  it.each(['once', 'for good'])('leaves nothing open whichever call fails %s', async (mode) => {
    for (const target of ['/a.txt', '/docs', '/docs/', '/docs/deep/', '/link-outside', '/none']) {
      for (let failing = 1; ; failing += 1) {
        let calls = 0;
        const fail = async <T>(call: () => Promise<T>): Promise<T> => {
          calls += 1;
          if (mode === 'once' ? calls === failing : calls >= failing) throw systemError('EIO');
          return call();
        };
        const disk: Disk = {
          ...diskWithoutProc,
          open: (pathname, flags) => fail(() => nodeDisk.open(pathname, flags)),
          stat: (descriptor) => fail(() => nodeDisk.stat(descriptor)),
          statOpenSync: (descriptor) => {
            calls += 1;
            if (mode === 'once' ? calls === failing : calls >= failing) throw systemError('EIO');
            return nodeDisk.statOpenSync(descriptor);
          },
          read: (descriptor, into, position) =>
            fail(() => nodeDisk.read(descriptor, into, position)),
          canonicalPath: (pathname) => fail(() => nodeDisk.canonicalPath(pathname)),
          hasName: (pathname) => fail(() => nodeDisk.hasName(pathname)),
          namesIn: (pathname) => fail(() => nodeDisk.namesIn(pathname)),
        };
        const response = await siteOf('within', disk).respond(requestFor(target));
        expect([200, 301, 404, 500]).toContain(response.status);
        if (response.content !== undefined) {
          await Promise.allSettled([readAll(response.content)]);
          await response.content.close();
        }
        expect(tree.openDescriptors()).toEqual([]);
        if (calls < failing) break;
      }
    }
  });
});

describe('FileSource.open() on disk', () => {
  it.each([
    [['..', 'secret.txt']],
    [['']],
    [['.']],
    [['docs/../../secret.txt']],
    [['a.txt\0']],
    [['/']],
  ])('finds nothing under %j, whoever made it', async (segments) => {
    for (const symlinks of ['within', 'follow', 'deny'] as const) {
      const source = nodeFileSource({ root, symlinks });
      expect((await source.open(segments)).kind).toBe('nothing');
    }
  });

  it('finds a directory under no segments: the root', async () => {
    for (const symlinks of ['within', 'follow', 'deny'] as const) {
      expect((await nodeFileSource({ root, symlinks }).open([])).kind).toBe('directory');
    }
  });

  it.runIf(POSIX)('cannot tell a hard link from a file, and says so in the README', async () => {
    linkSync(tree.at('secret.txt'), join(root, 'hard-link'));
    const opened = await nodeFileSource({ root }).open(['hard-link']);
    expect(opened.kind).toBe('file');
    if (opened.kind === 'file') await opened.close();
    unlinkSync(join(root, 'hard-link'));
  });
});
