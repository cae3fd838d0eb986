// What only a disk can show: large files, dates as they are kept, siblings and pages that are no
// files, and that no descriptor stays open after any kind of answer.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { nodeDisk, type Disk } from '../src/disk.ts';
import { nodeFileSourceOn } from '../src/node-file-source.ts';
import type { SymlinkPolicy } from '../src/containment.ts';
import { createStaticSite, type StaticSite } from '../src/static-site.ts';
import { ask, requestFor, type Sent } from './exchange.ts';
import { readMultipart } from './multipart-reader.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
mkdirSync(tree.at('pub'));

function siteOf(symlinks: SymlinkPolicy = 'within', disk: Disk = nodeDisk): StaticSite {
  return createStaticSite({
    source: nodeFileSourceOn(disk, { root: tree.at('pub'), symlinks }),
    // Long after everything here: entity tags are strong.
    now: () => Date.now() + 3_600_000,
  });
}

/** Writes a file of a given age in seconds. */
function write(name: string, text: string, ageSeconds = 60): void {
  const path = tree.write(`pub/${name}`, text);
  const time = Date.now() / 1000 - ageSeconds;
  utimesSync(path, time, time);
}

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

describe('a file of more than 4 GiB', () => {
  const FIVE_GIB = 5 * 2 ** 30;

  it('has ranges that are exact', async () => {
    const path = tree.write('pub/large.bin', '');
    truncateSync(path, FIVE_GIB);
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, 'across', 2 ** 32 - 3);
    writeSync(descriptor, 'end', FIVE_GIB - 3);
    closeSync(descriptor);

    const across = await ask(siteOf(), '/large.bin', 'GET', {
      Range: 'bytes=4294967293-4294967298',
    });
    expect(across.text).toBe('across');
    expect(across.fields['Content-Range']).toBe(`bytes 4294967293-4294967298/${FIVE_GIB}`);
    expect((await ask(siteOf(), '/large.bin', 'GET', { Range: 'bytes=-3' })).text).toBe('end');

    const fields = { Range: 'bytes=-3,4294967293-4294967298,0-0' };
    const several = await ask(siteOf(), '/large.bin', 'GET', fields);
    const type = several.fields['Content-Type'] ?? '';
    const parts = readMultipart(type, Buffer.from(several.text ?? ''));
    expect(parts.map(({ octets }) => String(octets))).toEqual(['end', 'across', '\0']);

    const head = await ask(siteOf(), '/large.bin', 'HEAD');
    expect(head.fields['Content-Length']).toBe(String(FIVE_GIB));
    const past = await ask(siteOf(), '/large.bin', 'GET', { Range: `bytes=${FIVE_GIB}-` });
    expect(past.fields['Content-Range']).toBe(`bytes */${FIVE_GIB}`);
  });

  it('is not sent at all where its length is no exact number', async () => {
    write('endless.bin', 'x');
    const disk: Disk = {
      ...nodeDisk,
      stat: async (descriptor) =>
        Object.create(await nodeDisk.stat(descriptor), { size: { value: 2n ** 53n } }),
    };
    const answer = await ask(siteOf('within', disk), '/endless.bin');
    expect(answer.status).toBe(500);
    expect(answer.response.fault?.kind).toBe('failed');
  });
});

describe('validators on disk', () => {
  it('tell two versions apart that are microseconds apart', async () => {
    const path = tree.write('pub/twice.txt', 'same length');
    const tags = [];
    for (const time of [1_700_000_000.000_01, 1_700_000_000.000_02]) {
      utimesSync(path, time, time);
      tags.push((await ask(siteOf(), '/twice.txt')).fields['ETag']);
    }
    expect(tags[0]).not.toBe(tags[1]);
  });

  it('are weak right after a change', async () => {
    write('fresh.txt', 'x', 0);
    const source = nodeFileSourceOn(nodeDisk, { root: tree.at('pub') });
    const now = Date.now();
    const site = createStaticSite({ source, now: () => now });
    expect((await ask(site, '/fresh.txt')).fields['ETag']).toMatch(/^W\//);
  });

  it('and the length are those of the file at each request', async () => {
    const site = siteOf();
    write('stale.txt', 'first', 60);
    const first = await ask(site, '/stale.txt');
    write('stale.txt', 'second, and longer', 30);
    const second = await ask(site, '/stale.txt', 'GET', {
      'If-None-Match': first.fields['ETag'] ?? '',
    });
    expect(second.status).toBe(200);
    expect(second.fields['Content-Length']).toBe('18');
    expect(second.text).toBe('second, and longer');
  });
});

describe.runIf(POSIX)('siblings and pages on disk', () => {
  const br: Sent = { 'Accept-Encoding': 'br' };

  it('are sent as the file that they stand for', async () => {
    write('app.js', 'let a;');
    write('app.js.br', 'BR', 30);
    const answer = await ask(siteOf(), '/app.js', 'GET', br);
    expect([answer.text, answer.fields['Content-Encoding']]).toEqual(['BR', 'br']);
    write('app.js', 'let b;', 10);
    expect((await ask(siteOf(), '/app.js', 'GET', br)).text).toBe('let b;');
  });

  it('are nothing where they are no regular file, or lead outside', async () => {
    tree.write('secret.br', 'CANARY: outside the root');
    for (const name of ['pipe.js', 'folder.js', 'outside.js', 'inside.js']) write(name, name);
    execFileSync('mkfifo', [tree.at('pub/pipe.js.br')]);
    mkdirSync(tree.at('pub/folder.js.br'));
    symlinkSync('../secret.br', tree.at('pub/outside.js.br'));
    write('other.br', 'BR', 10);
    symlinkSync('other.br', tree.at('pub/inside.js.br'));
    for (const symlinks of ['within', 'deny'] as const) {
      for (const name of ['pipe.js', 'folder.js', 'outside.js']) {
        expect((await ask(siteOf(symlinks), `/${name}`, 'GET', br)).text).toBe(name);
      }
    }
    expect((await ask(siteOf('within'), '/inside.js', 'GET', br)).text).toBe('BR');
    expect((await ask(siteOf('deny'), '/inside.js', 'GET', br)).text).toBe('inside.js');
  });

  it('are nothing where a dotfile is denied', async () => {
    write('.env', 'SECRET=1');
    write('.env.br', 'SECRET', 10);
    expect((await ask(siteOf(), '/.env', 'GET', br)).status).toBe(404);
    expect((await ask(siteOf(), '/.env.br', 'GET', br)).status).toBe(404);
  });

  it.each(['pipe', 'folder', 'outside'])('a page that is a %s is none', async (what) => {
    mkdirSync(tree.at(`pub/${what}-page`));
    const page = tree.at(`pub/${what}-page/404.html`);
    tree.write('secret.txt', 'CANARY: outside the root');
    if (what === 'pipe') execFileSync('mkfifo', [page]);
    else if (what === 'folder') mkdirSync(page);
    else symlinkSync('../../secret.txt', page);
    const answer = await ask(siteOf(), `/${what}-page/none`);
    expect([answer.status, answer.text]).toEqual([404, undefined]);
  });
});

describe.runIf(process.platform === 'linux')('descriptors', () => {
  it.each<[string, string, Sent, number]>([
    ['GET', '/page.js', {}, 200],
    ['HEAD', '/page.js', {}, 200],
    ['GET', '/page.js', { 'Accept-Encoding': 'br' }, 200],
    ['GET', '/page.js', { 'Accept-Encoding': 'gzip' }, 200],
    ['HEAD', '/page.js', { 'Accept-Encoding': 'br' }, 200],
    ['GET', '/page.js', { Range: 'bytes=0-1' }, 206],
    ['GET', '/page.js', { Range: 'bytes=0-0,5-5' }, 206],
    ['GET', '/page.js', { 'If-None-Match': '*', 'Accept-Encoding': 'br' }, 304],
    ['GET', '/page.js', { 'If-Match': '"x"' }, 412],
    ['GET', '/page.js', { Range: 'bytes=90-' }, 416],
    ['GET', '/paged/none', {}, 404],
    ['HEAD', '/paged/none', {}, 404],
    ['GET', '/none', {}, 404],
  ])(
    'of %s %s with %j (%d): one with content, else none',
    async (method, target, fields, status) => {
      write('page.js', 'let page;');
      write('page.js.br', 'BR', 30);
      write('page.js.gz', 'GZ', 90);
      write('paged/404.html', 'none');
      const response = await siteOf().respond(requestFor(target, method, fields));
      expect(response.status).toBe(status);
      expect(tree.openDescriptors()).toHaveLength(response.content === undefined ? 0 : 1);
      await response.content?.read(new Uint8Array(1));
      await response.content?.close();
    },
  );
});
