import { describe, expect, it } from 'vitest';

import { ChangingFileSource } from '../test/cached-model.ts';
import { cachedFileSource } from './cached-file-source.ts';
import type { StaticResponse } from './response.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const EPOCH_MS = Date.UTC(2030, 0);

interface SetUp {
  readonly disk: ChangingFileSource;
  readonly clock: { nowMs: number; epochMs: number };
  readonly site: StaticSite;
  /** A second site of the same source, which gives names with dots. */
  readonly other: StaticSite;
  readonly hits: () => number;
}

function setUp(): SetUp {
  const disk = new ChangingFileSource();
  for (const path of ['a.png', 'a.html', 'b c.png', '.a.png', 'index.png', 'd/a.png']) {
    disk.files.set(path, { text: path, mtimeMs: EPOCH_MS - 12_345_678, identity: 'first' });
  }
  const clock = { nowMs: 10_000, epochMs: EPOCH_MS };
  const source = cachedFileSource(disk, { now: () => clock.nowMs });
  const index = ['index.png'];
  const now = (): number => clock.epochMs;
  return {
    disk,
    clock,
    site: createStaticSite({ source, now, index }),
    other: createStaticSite({ source, now, index, dotfiles: 'allow' }),
    hits: () => source.counts.hits,
  };
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

async function ask(site: StaticSite, asked: Asked = {}): Promise<StaticResponse> {
  const { method = 'GET', path = '/a.png', query, fields = {} } = asked;
  return site.respond({ method, path, query, fields: { get: (name) => fields[name] } });
}

function textOf({ content }: StaticResponse): string {
  return Buffer.from(content?.octets ?? []).toString();
}

describe('the answer for a whole file', () => {
  it.each<[string, Asked, Asked]>([
    ['whoever asks', {}, {}],
    ['with any query', {}, { query: 'x' }],
    ['with fields that say nothing of it', {}, { fields: { 'Accept-Encoding': 'br' } }],
    ['in a folder', { path: '/d/a.png' }, { path: '/d/a.png' }],
  ])('is the same one from the second time on: %s', async (_, asked, again) => {
    const { site, hits } = setUp();
    await ask(site, asked);
    const first = await ask(site, again);
    const before = hits();
    expect(await ask(site, again)).toBe(first);
    expect(hits() - before).toBe(1);
    expect(first).toMatchObject({ status: 200, memo: { made: undefined } });
  });

  it.each<[string, Asked, number]>([
    ['a part', { fields: { Range: 'bytes=0-0' } }, 206],
    ['what has changed', { fields: { 'If-None-Match': '*' } }, 304],
    ['what is younger', { fields: { 'If-Modified-Since': 'Tue, 01 Jan 2030 00:00:00 GMT' } }, 304],
    ['what is as it was', { fields: { 'If-Match': '"x"' } }, 412],
    ['what is older', { fields: { 'If-Unmodified-Since': 'Sat, 01 Jan 1966 00:00:00 GMT' } }, 412],
    ['its fields', { method: 'HEAD' }, 200],
    ['to change it', { method: 'PUT' }, 405],
  ])('is not for who asks for %s', async (_, asked, status) => {
    const { site } = setUp();
    for (let count = 0; count < 3; count += 1) await ask(site);
    const response = await ask(site, asked);
    expect([response.status, response.memo]).toEqual([status, undefined]);
  });

  it.each<[string, Asked, number]>([
    ['depends on the coding', { path: '/a.html' }, 200],
    ['is asked for with escapes', { path: '/b%20c.png' }, 200],
    ['is asked for with its folder', { path: '/' }, 200],
    ['is not to be known of', { path: '/.a.png' }, 404],
    ['is not there', { path: '/c.png' }, 404],
  ])('is made each time where it %s', async (_, asked, status) => {
    const { site } = setUp();
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const response = await ask(site, asked);
      expect([response.status, response.memo]).toEqual([status, undefined]);
    }
  });

  it('is not given by another site of the same source', async () => {
    const { site, other } = setUp();
    for (let count = 0; count < 3; count += 1) await ask(other, { path: '/.a.png' });
    expect((await ask(site, { path: '/.a.png' })).status).toBe(404);
    expect((await ask(other, { path: '/.a.png' })).status).toBe(200);
  });

  it('is another as soon as the file is believed to be another', async () => {
    const { site, disk, clock } = setUp();
    for (let count = 0; count < 3; count += 1) await ask(site);
    disk.write('a.png', 'other');
    clock.nowMs += 999;
    expect(textOf(await ask(site))).toBe('a.png');
    clock.nowMs += 1;
    expect(textOf(await ask(site))).toBe('other');
    disk.files.delete('a.png');
    clock.nowMs += 1000;
    expect((await ask(site)).status).toBe(404);
  });

  it('is not given where the clock was set back to before the file was changed', async () => {
    const { site, clock } = setUp();
    for (let count = 0; count < 3; count += 1) await ask(site);
    expect((await ask(site)).memo).toBeDefined();
    clock.epochMs = 0;
    expect((await ask(site)).memo).toBeUndefined();
  });

  it('goes with the file where there is no more room for it', async () => {
    const disk = new ChangingFileSource();
    const paths = Array.from({ length: 20 }, (_, index) => `${index}.png`);
    for (const path of paths) disk.write(path, path);
    const source = cachedFileSource(disk, { now: () => 0, memoryBytes: 10_000 });
    const site = createStaticSite({ source, now: () => EPOCH_MS });
    for (const path of [...paths, ...paths]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(textOf(await ask(site, { path: `/${path}` }))).toBe(path);
    }
    expect(paths.filter((path) => source.answerAt?.(path) !== undefined)).toEqual([
      '18.png',
      '19.png',
    ]);
  });
});
