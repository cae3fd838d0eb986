// Directories, as a site answers for them where it lists them: which form, which fields, and what
// is never listed. What the two forms look like is tested beside their modules.

import { mkdirSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createStaticSite, type StaticResponse } from '../src/index.ts';
import { ask, requestFor, type Sent } from './exchange.ts';
import { fileEntry } from './listing-entries.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { TemporaryTree } from './temporary-tree.ts';

const tree = new TemporaryTree();
tree.write('pub/index.html', 'front');
tree.write('pub/files/a.txt', 'a');
tree.write('pub/files/b & c.txt', 'bc');
tree.write('pub/files/.env', 'SECRET=1');
tree.write('pub/files/sub/deep.txt', 'deep');
mkdirSync(tree.at('pub/empty'));
const site = createStaticSite({ root: tree.at('pub'), listing: true });

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

const JSON_WANTED = { Accept: 'application/json' };
const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('a directory without an index file, where directories are listed', () => {
  it.each<[Sent, string, string]>([
    [{}, 'text/html; charset=utf-8', 'no preference'],
    [BROWSER, 'text/html; charset=utf-8', 'a browser'],
    [{ Accept: '*/*' }, 'text/html; charset=utf-8', 'anything'],
    [JSON_WANTED, 'application/json', 'JSON alone'],
    [{ Accept: 'application/json, text/html;q=0.9' }, 'application/json', 'JSON rather'],
    [{ Accept: 'text/html, application/json;q=0.9' }, 'text/html; charset=utf-8', 'HTML rather'],
  ])('is listed for %j as %s: %s', async (fields, type) => {
    const answer = await ask(site, '/files/', 'GET', fields);
    expect(answer.status).toBe(200);
    expect(answer.fields).toMatchObject({
      'Content-Type': type,
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept',
    });
    expect(answer.fields).not.toHaveProperty('Content-Length');
    expect(answer.fields).not.toHaveProperty('ETag');
  });

  it('has a page that runs and loads nothing', async () => {
    const { fields } = await ask(site, '/files/');
    expect(fields['Content-Security-Policy']).toContain("default-src 'none'");
  });

  it('names what can be asked for, and nothing else', async () => {
    const { text } = await ask(site, '/files/', 'GET', JSON_WANTED);
    const { path, entries, truncated } = JSON.parse(text ?? '');
    expect(path).toBe('/files/');
    expect(truncated).toBe(false);
    expect(entries.map(({ name }: { name: string }) => name)).toEqual([
      'sub',
      'a.txt',
      'b & c.txt',
    ]);
    for (const { href, type, size } of entries) {
      const reached = await ask(site, `/files/${href.slice(2)}`, 'GET', JSON_WANTED);
      expect(reached.status).toBe(200);
      if (type === 'file') expect(reached.text).toHaveLength(size);
    }
  });

  it.each<[string, string[]]>([
    ['/files/?sort=size&order=desc', ['sub', 'b & c.txt', 'a.txt']],
    ['/files/?sort=name&order=desc', ['sub', 'b & c.txt', 'a.txt']],
    ['/files/?sort=name', ['sub', 'a.txt', 'b & c.txt']],
    ['/files/?sort=nonsense', ['sub', 'a.txt', 'b & c.txt']],
  ])('is ordered by its query: %s', async (target, names) => {
    const { text } = await ask(site, target, 'GET', JSON_WANTED);
    expect(JSON.parse(text ?? '').entries.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('has the same fields with HEAD, and no content', async () => {
    const [get, head] = [await ask(site, '/files/'), await ask(site, '/files/', 'HEAD')];
    expect(head.fields).toEqual(get.fields);
    expect(head.text).toBeUndefined();
  });

  it.each<[string, number, string | undefined, string]>([
    ['/', 200, 'front', 'an index file comes first'],
    ['/files', 301, undefined, 'the slash is added first'],
    ['/none/', 404, undefined, 'what is not there'],
    ['/files/a.txt/', 404, undefined, 'a file with a slash'],
    ['/files/.git/', 404, undefined, 'a dotfile'],
  ])('is not what %s is: %d', async (target, status, text) => {
    const answer = await ask(site, target);
    expect(answer.status).toBe(status);
    if (text !== undefined) expect(answer.text).toBe(text);
  });

  it.each<[number, number, boolean]>([
    [4, 3, false],
    [3, 3, false],
    [2, 2, true],
    [1, 1, true],
  ])('has at most %d entries where told so: %d, cut short: %s', async (most, count, isCut) => {
    const short = createStaticSite({ root: tree.at('pub'), listing: true, maxListEntries: most });
    const { text } = await ask(short, '/files/', 'GET', JSON_WANTED);
    const { entries, truncated } = JSON.parse(text ?? '');
    expect([entries.length, truncated]).toEqual([count, isCut]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('cannot have at most %d entries', (maxListEntries) => {
    const options = { root: tree.at('pub'), listing: true, maxListEntries };
    expect(() => createStaticSite(options)).toThrow(TypeError);
  });

  it('says that an empty directory is empty', async () => {
    const { status, text } = await ask(site, '/empty/');
    expect(status).toBe(200);
    expect(text).toContain('Nothing is in this folder.');
  });
});

describe('a directory without an index file', () => {
  it.each(['GET', 'HEAD'])('is given back when the answer to %s is closed', async (method) => {
    const entries = Array.from({ length: 60_000 }, (_, index) => fileEntry(`f${index}`));
    const listed = createStaticSite({
      source: new MemoryFileSource({ 'files/a.txt': 'a' }),
      directories: { list: async (segments) => ({ segments, entries, truncated: false }) },
    });
    const respond = async (): Promise<StaticResponse> =>
      listed.respond(requestFor('/files/', method));
    // Those to HEAD are closed at once: there is no content to hold them.
    const isHeld = method === 'GET';
    const responses = [await respond(), await respond(), await respond()];
    expect(responses.map(({ status }) => status)).toEqual([200, 200, isHeld ? 503 : 200]);
    await responses[0]?.content?.close();
    expect((await respond()).status).toBe(200);
  });

  it('is missing by default, from a folder and from a source', async () => {
    const folder = createStaticSite({ root: tree.at('pub') });
    expect((await ask(folder, '/files/')).status).toBe(404);
    const source = createStaticSite({ source: new MemoryFileSource({ 'files/a.txt': 'a' }) });
    expect((await ask(source, '/files/')).status).toBe(404);
  });

  it('is listed by the source of directories that the caller brings', async () => {
    const listed = createStaticSite({
      source: new MemoryFileSource({ 'files/a.txt': 'a' }),
      directories: {
        list: (segments) =>
          Promise.resolve({
            segments,
            entries: [{ name: 'a.txt', kind: 'file', sizeBytes: 1, mtimeMs: 0 }],
            truncated: true,
          }),
      },
    });
    const { text } = await ask(listed, '/files/', 'GET', JSON_WANTED);
    expect(JSON.parse(text ?? '')).toMatchObject({ path: '/files/', truncated: true });
  });
});
