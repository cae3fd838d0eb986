// Which directories are listed, which names in them, and the one whose only file answers for it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readAll } from '../test/exchange.ts';
import { TemporaryTree } from '../test/temporary-tree.ts';
import type { FolderSite } from './site-options.ts';
import { createStaticSite } from './static-site.ts';

const tree = new TemporaryTree();
beforeAll(() => {
  tree.write('open/a.txt', 'a');
  tree.write('open/b.bak', 'b');
  tree.write('shut/c.txt', 'c');
  tree.write('single/only.txt', 'only');
  tree.write('single-folder/x/y.txt', 'y');
});
afterAll(() => tree.remove());

/** The status, and the names in a listing or the file that was sent. */
async function answerOf(path: string, options: Partial<FolderSite>): Promise<unknown[]> {
  const site = createStaticSite({ root: tree.at(''), ...options });
  const fields = { get: (name: string) => (name === 'Accept' ? 'application/json' : undefined) };
  const response = await site.respond({ method: 'GET', path, query: undefined, fields });
  const text = response.content === undefined ? '' : (await readAll(response.content)).toString();
  await response.content?.close();
  if (!text.startsWith('{')) return [response.status, text];
  const { entries } = JSON.parse(text) as { entries: { name: string }[] };
  return [response.status, entries.map(({ name }) => name)];
}

describe('listing', () => {
  it('can be for some directories alone', async () => {
    const listing: FolderSite['listing'] = ({ segments }) => segments[0] === 'open';
    expect(await answerOf('/open/', { listing })).toEqual([200, ['a.txt', 'b.bak']]);
    expect((await answerOf('/shut/', { listing }))[0]).toBe(404);
  });

  it('leaves out names that are unlisted, which are served all the same', async () => {
    const unlisted = (name: string): boolean => name.endsWith('.bak');
    expect(await answerOf('/open/', { listing: true, unlisted })).toEqual([200, ['a.txt']]);
    expect(await answerOf('/open/b.bak', { listing: true, unlisted })).toEqual([200, 'b']);
  });
});

describe('files of rules', () => {
  const none = (): undefined => undefined;
  const compile = () => ({ forced: none, unforced: none, fieldsFor: none });
  const rules = { names: ['_headers', '_redirects'], compile };
  const listing = true;

  it('are not listed where they are read, nor what a build has made of them', async () => {
    for (const name of ['_headers', '_REDIRECTS', '_headers.gz', '_redirects.br', '_others']) {
      tree.write(`ruled/${name}`, '');
    }
    tree.write('ruled/sub/_headers', '');
    const root = tree.at('ruled');
    expect(await answerOf('/', { root, listing, rules })).toEqual([200, ['sub', '_others']]);
    expect(await answerOf('/sub/', { root, listing, rules })).toEqual([200, ['_headers']]);
    expect(((await answerOf('/', { root, listing }))[1] as string[]).length).toBe(6);
  });

  it('do not keep the one other file from answering', async () => {
    tree.write('ruled-single/_headers', '');
    tree.write('ruled-single/only.txt', 'only');
    const root = tree.at('ruled-single');
    expect(await answerOf('/', { root, renderSingle: true, rules })).toEqual([200, 'only']);
  });
});

describe('renderSingle', () => {
  it.each<[string, unknown[], string]>([
    ['/single/', [200, 'only'], 'the one file answers for its directory'],
    ['/single', [200, 'only'], 'with the slash and without'],
    ['/open/', [200, ['a.txt', 'b.bak']], 'one of several does not'],
    ['/single-folder/', [200, ['x']], 'and no directory does'],
  ])('%s: %j, %s', async (path, expected) => {
    expect(await answerOf(path, { listing: true, renderSingle: true })).toEqual(expected);
  });

  it('holds where nothing is listed, too', async () => {
    expect(await answerOf('/single/', { renderSingle: true })).toEqual([200, 'only']);
    expect((await answerOf('/open/', { renderSingle: true }))[0]).toBe(404);
    expect((await answerOf('/open', { renderSingle: true }))[0]).toBe(404);
  });
});
