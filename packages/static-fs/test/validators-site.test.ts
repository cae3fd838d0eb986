// Validators as a site sends them, where the date of a file says little: from the content, by the
// policy, and none where the file changes while it is looked at.

import { utimesSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createStaticSite, type FolderSite, type StaticSite } from '../src/index.ts';
import { ask } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { TemporaryTree } from './temporary-tree.ts';

const tree = new TemporaryTree();
const ZIP = 315_532_800; // 1980-01-01
const BUILD = 1_700_000_000; // SOURCE_DATE_EPOCH of some build
const WRITTEN = BUILD + 0.5;

function write(name: string, text: string, mtimeSeconds: number): void {
  utimesSync(tree.write(name, text), mtimeSeconds, mtimeSeconds);
}

function siteOf(folder: string, options: Omit<FolderSite, 'root'> = {}): StaticSite {
  return createStaticSite({ root: tree.at(folder), ...options });
}

async function tagOf(site: StaticSite, target: string): Promise<string | undefined> {
  return (await ask(site, target)).fields['ETag'];
}

afterEach(() => {
  expect(tree.openDescriptors(), 'nothing stays open').toEqual([]);
});

afterAll(() => {
  tree.remove();
});

const LARGE = 'x'.repeat(100_000);
write('a/zip.txt', 'same content', ZIP);
write('a/build.txt', 'same content', BUILD);
write('a/written.txt', 'same content', WRITTEN);
write('a/large.txt', LARGE, BUILD);
write('b/build.txt', 'same content', BUILD + 86_400);
write('c/build.txt', 'else content', BUILD);

describe('the entity tag of a file', () => {
  it('whose date is that of an archive is made of its content, and there is no date', async () => {
    const { fields } = await ask(siteOf('a'), '/zip.txt');
    expect(fields['ETag']).toMatch(/^"[\w-]{24}"$/);
    expect(fields).not.toHaveProperty('Last-Modified');
  });

  it('whose date has whole seconds is made of its content, and the date is sent', async () => {
    const { fields } = await ask(siteOf('a'), '/build.txt');
    expect(fields['ETag']).toMatch(/^"[\w-]{24}"$/);
    expect(fields['Last-Modified']).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
  });

  it('is the same on replicas that were built at different times', async () => {
    expect(await tagOf(siteOf('a'), '/build.txt')).toBe(await tagOf(siteOf('b'), '/build.txt'));
  });

  it('differs between two builds with one date and length', async () => {
    expect(await tagOf(siteOf('a'), '/build.txt')).not.toBe(await tagOf(siteOf('c'), '/build.txt'));
  });

  it('that a program wrote is made of date and length', async () => {
    const tag = await tagOf(siteOf('a'), '/written.txt');
    expect(tag).toMatch(/^"[\da-z]+-c"$/);
    expect(await tagOf(siteOf('a', { etag: 'content' }), '/written.txt')).not.toBe(tag);
  });

  it.each<[NonNullable<FolderSite['etag']>, string, RegExp | undefined]>([
    ['stat', '/build.txt', /^"[\da-z]+-c"$/],
    ['stat', '/zip.txt', undefined],
    ['content', '/build.txt', /^"[\w-]{24}"$/],
    ['off', '/build.txt', undefined],
    ['off', '/zip.txt', undefined],
  ])('with the policy %s, for %s, is %s', async (etag, target, expected) => {
    const tag = await tagOf(siteOf('a', { etag }), target);
    if (expected === undefined) expect(tag).toBeUndefined();
    else expect(tag).toMatch(expected);
  });

  it('is what preconditions are evaluated with', async () => {
    const site = siteOf('a');
    const tag = (await tagOf(site, '/zip.txt')) ?? '';
    const answers = [
      await ask(site, '/zip.txt', 'GET', { 'If-None-Match': tag }),
      await ask(site, '/zip.txt', 'GET', { 'If-Match': '"other"' }),
      await ask(site, '/zip.txt', 'GET', { Range: 'bytes=0-3', 'If-Range': tag }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([304, 412, 206]);
  });

  it('of a larger file delays no answer, and comes with a later one', async () => {
    const site = siteOf('a');
    expect(await tagOf(site, '/large.txt')).toBeUndefined();
    let tag: string | undefined;
    for (let turns = 0; tag === undefined && turns < 10_000; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      tag = await tagOf(site, '/large.txt');
    }
    expect(tag).toMatch(/^"[\w-]{24}"$/);
  });

  it('is of date and length where the source tells no versions apart', async () => {
    const source = new MemoryFileSource({ 'a.txt': { text: 'text', mtimeMs: BUILD * 1000 } });
    const site = createStaticSite({ source });
    expect(await tagOf(site, '/a.txt')).toMatch(/^"[\da-z]+-4"$/);
  });
});

describe('a file that changes while it is looked at', () => {
  it('has no validators, and is not to be kept by anybody', async () => {
    const inner = new MemoryFileSource({ 'a.txt': 'half of it' });
    const site = createStaticSite({
      source: {
        async open(segments) {
          const opened = await inner.open(segments);
          return opened.kind === 'file' ? { ...opened, version: undefined } : opened;
        },
      },
    });
    const { status, fields } = await ask(site, '/a.txt');
    expect(status).toBe(200);
    expect(fields).not.toHaveProperty('ETag');
    expect(fields).not.toHaveProperty('Last-Modified');
    expect(fields['Cache-Control']).toBe('no-store');
    const again = await ask(site, '/a.txt', 'GET', { 'If-None-Match': '"x"' });
    expect(again.status).toBe(200);
    expect(inner.openCount).toBe(0);
  });
});
