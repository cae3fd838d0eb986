// Files in the folder that are none of the site: whatever they are asked for as, they are not there.

import { linkSync, renameSync, symlinkSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { nodeDisk, type Disk } from '../src/disk.ts';
import { createStaticSite, type StaticSite } from '../src/index.ts';
import { nodeFileSourceOn } from '../src/node-file-source.ts';
import { ask } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

const POSIX = process.platform !== 'win32';
const tree = new TemporaryTree();
tree.write('pub/index.html', 'front');
tree.write('pub/404.html', 'page');
tree.write('pub/sub/kept.txt', 'kept');
const withheld = [tree.write('pub/own.json', '{"own":1}'), tree.write('pub/sub/ö.json', '{}')];
tree.write('pub/own.json.txt', 'another');
tree.write('pub/deep/own.json', 'another');
if (POSIX) {
  symlinkSync('own.json', tree.at('pub/link.json'));
  symlinkSync(tree.at('pub/sub'), tree.at('pub/folder'));
}

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

const siteOf = (options: object = {}): StaticSite =>
  createStaticSite({ root: tree.at('pub'), withheld, listing: true, ...options });

describe('a file that is withheld', () => {
  const missing = ask(siteOf(), '/there-is-none.json');

  it.each<[string, string]>([
    ['/own.json', 'by its name'],
    ['/%6fwn.json', 'by its name, a letter of it encoded'],
    ['/own%2ejson', 'by its name, the dot of it encoded'],
    ['/%6F%77%6E%2E%6A%73%6F%6E', 'by its name, all of it encoded'],
    ['/own.json?x', 'with a query'],
    ['/own.json/', 'as if it were a folder'],
    ['/own.json/index.html', 'as if something were in it'],
    ['/sub/%C3%B6.json', 'where its name is not ASCII'],
    ['/link.json', 'by a link'],
    ['/folder/%C3%B6.json', 'through a link'],
  ])('answers %s like one that is not there: %s', async (path) => {
    const expected = await missing;
    for (const options of [{}, { symlinks: 'follow' }, { freshMs: 0 }, { index: ['own.json'] }]) {
      const { status, fields, text } = await ask(siteOf(options), path);
      expect({ status, text, fields }).toEqual({
        status: 404,
        text: expected.text,
        fields: expected.fields,
      });
    }
  });

  it('is no index', async () => {
    const answer = await ask(siteOf({ index: ['own.json', 'index.html'] }), '/');
    expect(answer.text).toBe('front');
  });

  it('is not listed, and what is beside it is', async () => {
    const names = async (path: string): Promise<string[]> => {
      const { text } = await ask(siteOf({ index: [] }), path, 'GET', {
        Accept: 'application/json',
      });
      const { entries } = JSON.parse(text ?? '') as { entries: { name: string }[] };
      return entries.map(({ name }) => name).toSorted();
    };
    expect(await names('/sub/')).toEqual(['kept.txt']);
    expect(await names('/')).not.toContain('own.json');
    expect(await names('/')).not.toContain('link.json');
    expect(await names('/')).toContain('own.json.txt');
  });

  it('leaves those of like names alone', async () => {
    expect((await ask(siteOf(), '/own.json.txt')).text).toBe('another');
    expect((await ask(siteOf(), '/deep/own.json')).text).toBe('another');
  });

  it.runIf(process.platform === 'linux')('is not sent when it is replaced meanwhile', async () => {
    const path = tree.write('pub/replaced.json', 'old');
    const disk: Disk = {
      ...nodeDisk,
      async open(pathname, flags) {
        const descriptor = await nodeDisk.open(pathname, flags);
        renameSync(tree.write('pub/next', 'new'), path);
        return descriptor;
      },
    };
    for (const symlinks of ['within', 'follow'] as const) {
      const source = nodeFileSourceOn(disk, { root: tree.at('pub'), symlinks, withheld: [path] });
      expect((await source.open(['replaced.json'])).kind).toBe('nothing');
    }
  });

  it.runIf(POSIX)('is another file by a hard link, which nothing tells apart', async () => {
    linkSync(tree.at('pub/own.json'), tree.at('pub/hard.json'));
    expect((await ask(siteOf(), '/hard.json')).status).toBe(200);
  });
});
