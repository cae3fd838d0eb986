import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ChangingFileSource, QuickFileSource, TellingFileSource } from '../test/cached-model.ts';
import { cachedFileSource } from './cached-file-source.ts';
import type { FileSource } from './file-source.ts';
import type { StaticResponse } from './response.ts';
import type { Route, RouteQuestion } from './routes.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const EPOCH_MS = Date.UTC(2030, 0);

/** Worth compressing. */
const LONG_TEXT = 'octets and octets, '.repeat(100);

function put(disk: ChangingFileSource, path: string, text: string): void {
  disk.files.set(path, { text, mtimeMs: EPOCH_MS - 12_345_678, identity: 'first' });
}

interface SetUp {
  readonly disk: ChangingFileSource;
  readonly clock: { nowMs: number; epochMs: number };
  readonly site: StaticSite;
  /** A second site of the same source, which gives names with dots. */
  readonly other: StaticSite;
  readonly hits: () => number;
}

function setUp(): SetUp {
  const disk = new TellingFileSource();
  for (const path of [
    'a.png',
    'a.html',
    'b c.png',
    '.a.png',
    'index.png',
    'd/a.png',
    'd/index.png',
  ]) {
    put(disk, path, path);
  }
  put(disk, 'long.txt', LONG_TEXT);
  const clock = { nowMs: 10_000, epochMs: EPOCH_MS };
  const source = cachedFileSource(disk, { now: () => clock.nowMs });
  const index = ['index.png'];
  const now = (): number => clock.epochMs;
  return {
    disk,
    clock,
    site: createStaticSite({ source, now, index, cleanUrls: true, shell: 'a.html' }),
    other: createStaticSite({ source, now, index, dotfiles: 'allow' }),
    hits: () => source.counts.hits,
  };
}

const PAGE = { Accept: 'text/html' };
const SINCE = { 'If-Modified-Since': 'Tue, 01 Jan 2030 00:00:00 GMT' };
const UNCHANGED: Asked = { fields: { 'If-None-Match': '*' } };

const ANYBODY = { takes: () => true };

const COMPRESSED: Asked = { path: '/long.txt', fields: { 'Accept-Encoding': 'gzip' } };

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

async function ask(site: StaticSite, asked: Asked = {}): Promise<StaticResponse> {
  const { method = 'GET', path = '/a.png', query, fields = {} } = asked;
  const given = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  const lookup = { get: (name: string) => given.get(name.toLowerCase()) };
  return site.respond({ method, path, query, fields: lookup });
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
    ['for the folder', { path: '/' }, { path: '/' }],
    ['for a folder below', { path: '/d/' }, { path: '/d/' }],
    ['with escapes', { path: '/b%20c.png' }, { path: '/b%20c.png' }],
    ['of a page without its extension', { path: '/a' }, { path: '/a' }],
    ['of text, for who accepts no coding', { path: '/long.txt' }, { path: '/long.txt' }],
    ['of text, for who accepts one', COMPRESSED, COMPRESSED],
    [
      'of text, for who accepts the same in other words',
      COMPRESSED,
      { ...COMPRESSED, fields: { 'Accept-Encoding': 'gzip, br;q=0' } },
    ],
  ])('is the same one from the third time on: %s', async (_, asked, again) => {
    const { site, hits } = setUp();
    await ask(site, asked);
    await ask(site, asked);
    const first = await ask(site, again);
    const before = hits();
    expect((await ask(site, again)).memo).toBe(first.memo);
    expect(hits() - before).toBe(1);
    expect(first).toMatchObject({ status: 200, memo: {} });
  });

  it.each<[string, Asked, number]>([
    ['a part', { fields: { Range: 'bytes=0-0' } }, 206],
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

  it.each<[string, Asked, Asked, number]>([
    ['who goes to a page', { path: '/none', fields: PAGE }, { path: '/none', fields: {} }, 200],
    ['who does not', { path: '/none' }, { path: '/none', fields: PAGE }, 404],
    ['another spelling', { path: '/a.html' }, { path: '/a.html', query: 'q' }, 301],
    ['what is not to be known of', { path: '/.a.png' }, { path: '/.b.png' }, 404],
    ['what is not there', { path: '/c.png' }, { path: '/c.png', method: 'HEAD' }, 404],
    ['what is as it was', UNCHANGED, {}, 304],
    ['what is no younger', { fields: SINCE }, { fields: { 'If-None-Match': '"x"' } }, 304],
  ])('is kept for %s, and not for others', async (_, asked, otherwise, status) => {
    const { site } = setUp();
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, asked)).status).toBe(status);
    }
    const first = await ask(site, asked);
    const other = await ask(site, otherwise);
    const anew = await ask(setUp().site, otherwise);
    expect([other.status, other.fields]).toEqual([anew.status, anew.fields]);
    expect(other.memo).not.toBe(first.memo);
    const again = await ask(site, asked);
    expect([again.status, again.memo]).toEqual([status, first.memo]);
    expect(first.memo).toBeDefined();
  });

  it('is not kept of a name that was guessed, before it is asked for again', async () => {
    const disk = new QuickFileSource();
    put(disk, 'a.png', 'a');
    const source = cachedFileSource(disk, { now: () => 0 });
    const site = createStaticSite({ source });
    for (let guess = 0; guess < 50; guess += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, { path: `/guess${guess}.png` })).status).toBe(404);
    }
    const known = Array.from({ length: 50 }, (_, guess) =>
      source.answerAt?.(`guess${guess}.png`, ANYBODY),
    );
    expect(known.filter((answer) => answer !== undefined)).toEqual([]);
  });

  it('that goes with no file pushes out no other, whatever paths there are', async () => {
    const disk = new TellingFileSource();
    put(disk, 'a.png', 'a');
    const source = cachedFileSource(disk, { now: () => 0, memoryBytes: 1_000_000 });
    const none = (): undefined => undefined;
    const forced = ({ path }: RouteQuestion): Route | undefined =>
      path.segments[0] === 'old'
        ? { kind: 'redirect-to', status: 301, location: `/${path.segments.join('/')}/` }
        : undefined;
    const rules = { names: [], compile: () => ({ forced, unforced: none, fieldsFor: none }) };
    const site = createStaticSite({ source, rules, now: () => EPOCH_MS });
    for (let count = 0; count < 3; count += 1) await ask(site);
    const { bytes } = source.counts;
    for (let index = 0; index < 1000; index += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, { path: `/old/${index}${'x'.repeat(index % 200)}` })).status).toBe(
        301,
      );
    }
    expect((await ask(site)).memo).toBeDefined();
    expect(source.counts.bytes).toBeGreaterThan(bytes);
    expect(source.counts.bytes - bytes).toBeLessThanOrEqual(1_000_000 / 32);
  });

  it.each(['*', '', 'a.png', 'xa.png'])(
    'is not for who asks for what is no path: %j',
    async (path) => {
      const { site } = setUp();
      for (const known of ['/', '/a.png']) {
        for (let count = 0; count < 3; count += 1) {
          // oxlint-disable-next-line no-await-in-loop
          await ask(site, { path: known });
        }
      }
      expect((await ask(site, { path })).status).toBe(400);
    },
  );

  it('is read by each who is given it, whoever reads it meanwhile or has closed it', async () => {
    const { site } = setUp();
    for (let count = 0; count < 3; count += 1) await ask(site);
    const contents = [await ask(site), await ask(site)].map(({ content }) => content!);
    const into = new Uint8Array(3);
    const read: string[] = [];
    for (const content of [...contents, ...contents]) {
      // oxlint-disable-next-line no-await-in-loop
      const count = await content.read(into);
      read.push(Buffer.from(into.subarray(0, count)).toString());
    }
    expect(read).toEqual(['a.p', 'a.p', 'ng', 'ng']);
    await contents[0]?.close();
    expect(await contents[1]?.read(into)).toBe(0);
    expect(await (await ask(site)).content?.read(into)).toBe(3);
  });

  it('is another for each list of codings, of which a few are kept', async () => {
    const { site } = setUp();
    const lists = [
      'gzip',
      'br',
      'br, gzip',
      'gzip;q=0.5, br;q=0.2',
      'zstd, gzip',
      'zstd, br',
      'zstd',
      'identity',
    ];
    const answers = new Map<string, StaticResponse>();
    for (const codings of [...lists, ...lists, ...lists]) {
      // oxlint-disable-next-line no-await-in-loop
      answers.set(
        codings,
        await ask(site, { ...COMPRESSED, fields: { 'Accept-Encoding': codings } }),
      );
    }
    expect(answers.get('identity')?.fields).not.toContainEqual(['Content-Encoding', 'gzip']);
    const again = await Promise.all(
      lists
        .toReversed()
        .map((codings) => ask(site, { ...COMPRESSED, fields: { 'Accept-Encoding': codings } })),
    );
    expect(again.map(({ memo }) => memo !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is the same for those who accept the same, with others between them', async () => {
    const { site } = setUp();
    const gzip = { ...COMPRESSED };
    const brotli = { ...COMPRESSED, fields: { 'Accept-Encoding': 'br' } };
    for (let count = 0; count < 3; count += 1) {
      await ask(site, gzip);
      await ask(site, brotli);
      await ask(site, { path: '/long.txt' });
    }
    const [one, other] = [await ask(site, gzip), await ask(site, brotli)];
    expect(one.fields).toContainEqual(['Content-Encoding', 'gzip']);
    expect(other.fields).toContainEqual(['Content-Encoding', 'br']);
    expect((await ask(site, gzip)).memo).toBe(one.memo);
    expect((await ask(site, brotli)).memo).toBe(other.memo);
    expect(one.memo).not.toBe(other.memo);
  });

  it('is one for each sibling and for the file as it is, whoever asks in between', async () => {
    const { site, disk } = setUp();
    put(disk, 'long.txt.gz', 'by gzip');
    put(disk, 'long.txt.br', 'by brotli');
    const askers = ['gzip', 'br', 'identity'].map((codings) => ({
      ...COMPRESSED,
      fields: { 'Accept-Encoding': codings },
    }));
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      for (const asked of askers) await ask(site, asked);
    }
    const answers = await Promise.all(askers.map((asked) => ask(site, asked)));
    expect(answers.map(textOf)).toEqual(['by gzip', 'by brotli', LONG_TEXT]);
    expect(answers.map(({ memo }) => memo !== undefined)).toEqual([true, true, true]);
  });

  it('counts for nothing where it is not given', async () => {
    const { site, hits } = setUp();
    for (let count = 0; count < 4; count += 1) await ask(site, COMPRESSED);
    const before = hits();
    // The file alone is asked for: no coding is acceptable.
    expect((await ask(site, { path: '/long.txt' })).memo).toBeUndefined();
    expect(hits() - before).toBe(1);
  });

  it('is not kept before a coding is made that could be', async () => {
    const { site, disk } = setUp();
    // Nobody reads it: it is written all the time.
    let count = 0;
    disk.afterRead = () =>
      disk.write('long.txt', LONG_TEXT.replace('o', String((count += 1) % 10)));
    for (let round = 0; round < 3; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(site, COMPRESSED)).memo).toBeUndefined();
    }
  });

  it.each<[string, Asked, (disk: ChangingFileSource) => void, string]>([
    ['a sibling', COMPRESSED, (disk) => put(disk, 'long.txt.gz', 'sibling'), 'sibling'],
    ['a file of its name', { path: '/a' }, (disk) => put(disk, 'a', 'file'), 'file'],
    [
      'a better index file',
      { path: '/d/' },
      (disk) => put(disk, 'd/index.txt', 'better'),
      'better',
    ],
  ])('is another when there is %s', async (_, asked, change, text) => {
    const { disk, clock } = setUp();
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const index = ['index.txt', 'index.png'];
    const site = createStaticSite({ source, now: () => EPOCH_MS, index, cleanUrls: true });
    for (let count = 0; count < 3; count += 1) await ask(site, asked);
    expect((await ask(site, asked)).memo).toBeDefined();
    // By then it is known that none of their dates hides a change.
    clock.nowMs += 3000;
    for (let count = 0; count < 3; count += 1) await ask(site, asked);
    change(disk);
    clock.nowMs += 1000;
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect(textOf(await ask(site, asked))).toBe(text);
    }
  });

  it('is another when its sibling goes', async () => {
    const { site, disk, clock } = setUp();
    put(disk, 'long.txt.gz', 'sibling');
    for (let count = 0; count < 3; count += 1) await ask(site, COMPRESSED);
    expect(textOf(await ask(site, COMPRESSED))).toBe('sibling');
    disk.files.delete('long.txt.gz');
    clock.nowMs += 1000;
    expect(textOf(await ask(site, COMPRESSED))).not.toBe('sibling');
  });

  it('asks for all that it rests on once, as long as that is believed', async () => {
    const disk = new TellingFileSource();
    for (const path of ['a.html', 'b.png']) put(disk, path, LONG_TEXT);
    let nowMs = 10_000;
    let looks = 0;
    const source = cachedFileSource(disk, { now: () => ((looks += 1), nowMs) });
    const site = createStaticSite({
      source,
      now: () => EPOCH_MS,
      cleanUrls: true,
      shell: 'a.html',
    });
    const asked: Asked = { path: '/x/y', fields: { ...PAGE, 'Accept-Encoding': 'gzip, br' } };
    const looksOfOne = async (): Promise<number> => {
      looks = 0;
      expect((await ask(site, asked)).memo).toBeDefined();
      return looks;
    };
    for (let count = 0; count < 4; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await ask(site, asked);
    }
    expect(await looksOfOne()).toBe(1);
    // Another file has come into memory: it might have been one of those.
    await ask(site, { path: '/b.png' });
    expect(await looksOfOne()).toBeGreaterThan(4);
    expect(await looksOfOne()).toBe(1);
    nowMs += 1000;
    // Each file and its siblings was looked at too soon after it had come to be known.
    for (let count = 0; count < 4; count += 1) {
      nowMs += 1000;
      // oxlint-disable-next-line no-await-in-loop
      await ask(site, asked);
    }
    expect(await looksOfOne()).toBe(1);
    nowMs += 1000;
    expect(await looksOfOne()).toBeGreaterThan(4);
    expect(await looksOfOne()).toBe(1);
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
    for (const path of [...paths, ...paths].flatMap((each) => [each, each])) {
      // oxlint-disable-next-line no-await-in-loop
      expect(textOf(await ask(site, { path: `/${path}` }))).toBe(path);
    }
    expect(paths.filter((path) => source.answerAt?.(path, ANYBODY) !== undefined)).toEqual([
      '18.png',
      '19.png',
    ]);
  });

  it('is what it would be if none were kept, whatever becomes of the files', async () => {
    const names = ['a.txt', 'a.txt.gz', 'a.txt.br', 'a', 'a.html', 'd/index.html'];
    const change = fc.oneof(
      fc.record({ write: fc.constantFrom(...names), count: fc.integer({ min: 10, max: 99 }) }),
      fc.record({ remove: fc.constantFrom(...names) }),
    );
    const ask3 = fc.record({
      path: fc.constantFrom('/a.txt', '/a', '/%61.txt', '/d/', '/a.html'),
      codings: fc.constantFrom(undefined, 'gzip', 'br, gzip'),
      method: fc.constantFrom('GET', 'GET', 'HEAD'),
      times: fc.constantFrom(1, 3),
    });
    const wait = fc.record({ waitMs: fc.constantFrom(1, 1000, 3000) });
    const step = fc.oneof(
      { weight: 1, arbitrary: change },
      { weight: 1, arbitrary: wait },
      { weight: 4, arbitrary: ask3 },
    );
    let knownCount = 0;
    const run = async (
      steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    ) => {
      const disk = new TellingFileSource();
      let changes = 0;
      let changedMs = 0;
      const clock = { nowMs: 10_000 };
      const sourceOf = (): FileSource => cachedFileSource(disk, { now: () => clock.nowMs });
      const options = { now: () => EPOCH_MS + clock.nowMs, cleanUrls: true, etag: 'stat' } as const;
      const site = createStaticSite({ source: sourceOf(), ...options });
      const plain = sourceOf();
      const forgetful = createStaticSite({
        source: {
          open: (segments) => plain.open(segments),
          peek: (segments) => plain.peek?.(segments),
          grow: (version, octets) => plain.grow?.(version, octets) ?? false,
        },
        ...options,
      });
      const toBegin = [...names.map((write) => ({ write, count: 5 })), { remove: 'a' }] as const;
      for (const each of [...toBegin, { remove: 'a.txt.br' }, ...steps]) {
        if ('write' in each || 'remove' in each) changedMs = clock.nowMs;
        if ('write' in each) {
          const text = `${each.count} `.repeat(each.count * 10);
          const identity = String((changes += 1));
          // Some long ago, some just now: then it may not say so for good.
          const agoMs = changes % 2 === 0 ? 0 : 9e9 - changes * 1000;
          const mtimeMs = EPOCH_MS + clock.nowMs - agoMs;
          disk.files.set(each.write, { text, mtimeMs, identity });
        } else if ('remove' in each) {
          disk.files.delete(each.remove);
        } else if ('waitMs' in each) {
          clock.nowMs += each.waitMs;
        } else {
          const { path, method, codings } = each;
          const fields = codings === undefined ? {} : { 'Accept-Encoding': codings };
          for (let count = 0; count < each.times; count += 1) {
            // oxlint-disable-next-line no-await-in-loop
            const one = await ask(site, { path, method, fields });
            // oxlint-disable-next-line no-await-in-loop
            const other = await ask(forgetful, { path, method, fields });
            if (one.memo !== undefined) knownCount += 1;
            // Until then each may believe what it saw, and they need not have looked at once.
            if (clock.nowMs - changedMs < 1000) continue;
            expect([one.status, one.fields, textOf(one)]).toEqual([
              other.status,
              other.fields,
              textOf(other),
            ]);
          }
        }
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), run), {
      numRuns: 300,
    });
    expect(knownCount).toBeGreaterThan(1000);
  });
});
