// Whole answers that rules had something to say of: kept as others are, and over as soon as anything
// is another one that they rest on: the rules, a field that these have looked at, a file, the site.

import { describe, expect, it } from 'vitest';

import {
  cachedFileSource,
  createStaticSite,
  mountSites,
  type RouteQuestion,
  type RouteRules,
  type StaticResponse,
  type StaticSite,
} from '../src/index.ts';
import { QuickFileSource } from './cached-model.ts';

const EPOCH_MS = Date.UTC(2030, 0);
const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate' };

const to = (location: string) => ({ kind: 'redirect-to', status: 301, location }) as const;
const within = (path: string, status = 200) =>
  ({ kind: 'rewrite', path, status, role: 'file' }) as const;
const sayField = (value: string) =>
  ({ set: [['X-Rule', value]], remove: new Set<string>() }) as const;
const SAME_FIELD = sayField('same');
const isOld = ({ path }: RouteQuestion): boolean => path.segments[0] === 'old';

/** What the first word of the file of rules says. */
const RULES: Readonly<Record<string, Partial<RouteRules>>> = {
  none: {},
  one: { fieldsFor: () => sayField('one') },
  two: { fieldsFor: () => sayField('two') },
  away: { forced: (asked) => (isOld(asked) ? to('/a.png') : undefined) },
  elsewhere: { forced: (asked) => (isOld(asked) ? to('/b.png') : undefined) },
  'missing-away': { unforced: () => to('/a.png') },
  onward: { unforced: ({ query }) => to(`/a.png?${query ?? ''}`) },
  rewrite: { unforced: (asked) => (isOld(asked) ? within('/a.png') : undefined) },
  'rewrite-other': { unforced: (asked) => (isOld(asked) ? within('/b.png') : undefined) },
  gone: { unforced: (asked) => (isOld(asked) ? within('/page.html', 410) : undefined) },
  shell: { unforced: () => ({ ...within('/page.html'), role: 'shell' }) },
  'shell-with-fields': {
    unforced: () => ({ ...within('/page.html'), role: 'shell' }),
    fieldsFor: () => SAME_FIELD,
  },
  'shell-with-fields-by-path': {
    unforced: () => ({ ...within('/page.html'), role: 'shell' }),
    fieldsFor: ({ path }) => sayField(path.segments.join('/')),
  },
  host: { forced: ({ fields }) => (fields.get('Host') === 'www' ? to('//apex/') : undefined) },
  language: {
    forced: ({ fields }) => (fields.get('Accept-Language') === 'de' ? to('/de/') : undefined),
  },
  cookie: { forced: ({ fields }) => (fields.get('Cookie') === 'b=1' ? to('/b.png') : undefined) },
  'host-field': {
    fieldsFor: ({ fields }) => sayField(fields.get('host') ?? 'nobody'),
  },
};

const FILES = ['a.png', 'b.png', 'page.html', '404.html'];

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

interface Ruled {
  readonly site: StaticSite;
  readonly disk: QuickFileSource;
  /** A second later all is looked at again. */
  readonly clock: { nowMs: number };
  readonly rule: (words: string) => void;
}

function put(disk: QuickFileSource, path: string, text: string): void {
  disk.files.set(path, { text, mtimeMs: EPOCH_MS - 9e9, identity: `${path}: ${text}` });
}

function ruled(words: string, base = '/'): Ruled {
  const disk = new QuickFileSource();
  disk.hasSettled = true;
  for (const path of FILES) put(disk, path, path);
  const rule = (said: string): void => put(disk, '_rules', said);
  rule(words);
  const clock = { nowMs: 10_000 };
  const none = (): undefined => undefined;
  const site = createStaticSite({
    source: cachedFileSource(disk, { now: () => clock.nowMs }),
    base,
    now: () => EPOCH_MS + clock.nowMs,
    rules: {
      names: ['_rules'],
      compile([content]) {
        const said = content instanceof Uint8Array ? Buffer.from(content).toString() : '';
        return { forced: none, unforced: none, fieldsFor: none, ...RULES[said] };
      },
    },
  });
  return { site, disk, clock, rule };
}

async function ask(site: StaticSite, asked: Asked = {}): Promise<StaticResponse> {
  const { method = 'GET', path = '/a.png', query, fields = {} } = asked;
  const given = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  const lookup = { get: (name: string) => given.get(name.toLowerCase()) };
  return site.respond({ method, path, query, fields: lookup });
}

/** Asks until the answer is a known one, where it is ever kept. */
async function known(site: StaticSite, asked?: Asked): Promise<StaticResponse> {
  for (let count = 0; count < 3; count += 1) await ask(site, asked);
  return ask(site, asked);
}

/** What can be told of an answer. */
function told({ status, fields, content, effect }: StaticResponse): unknown[] {
  const location = fields.find(([name]) => name === 'Location')?.[1];
  const text = content?.octets && Buffer.from(content.octets).toString();
  return [status, location ?? text, effect?.set[0]?.[1]];
}

const OLD: Asked = { path: '/old/x' };
const PAGE: Asked = { path: '/x', fields: NAVIGATION };

describe('an answer that rules had something to say of', () => {
  it.each<[string, string, Asked, unknown[]]>([
    ['fields', 'one', {}, [200, 'a.png', 'one']],
    ['fields of an error', 'one', { path: '/none' }, [404, '404.html', 'one']],
    ['nothing but a look at the path', 'away', {}, [200, 'a.png', undefined]],
    ['another place', 'away', OLD, [301, '/a.png', undefined]],
    ['another place for what is not there', 'missing-away', OLD, [301, '/a.png', undefined]],
    ['another file', 'rewrite', OLD, [200, 'a.png', undefined]],
    ['the page of a status', 'gone', OLD, [410, 'page.html', undefined]],
    ['a shell', 'shell', PAGE, [200, 'page.html', undefined]],
    ['nothing, with a look at the host', 'host', {}, [200, 'a.png', undefined]],
    ['nothing, with a look for a cookie', 'cookie', {}, [200, 'a.png', undefined]],
    [
      'nothing, as it is the same',
      'two',
      { fields: { 'If-None-Match': '*' } },
      [304, undefined, 'two'],
    ],
  ])('is the very same one from the third time on: %s', async (_, words, asked, expected) => {
    const { site } = ruled(words);
    expect(told(await ask(site, asked))).toEqual(expected);
    const answer = await known(site, asked);
    expect(told(answer)).toEqual(expected);
    expect(answer.memo).toBeDefined();
    expect((await ask(site, asked)).memo).toBe(answer.memo);
    expect(Object.isFrozen(answer.fields)).toBe(true);
  });

  it.each<[string, string, Asked, unknown[]]>([
    ['one', 'two', {}, [200, 'a.png', 'two']],
    ['one', 'none', {}, [200, 'a.png', undefined]],
    ['none', 'one', {}, [200, 'a.png', 'one']],
    ['away', 'elsewhere', OLD, [301, '/b.png', undefined]],
    ['away', 'none', OLD, [404, '404.html', undefined]],
    ['none', 'away', OLD, [301, '/a.png', undefined]],
    ['rewrite', 'rewrite-other', OLD, [200, 'b.png', undefined]],
    ['gone', 'rewrite', OLD, [200, 'a.png', undefined]],
    ['shell', 'missing-away', PAGE, [301, '/a.png', undefined]],
    ['one', 'two', { fields: { 'If-None-Match': '*' } }, [304, undefined, 'two']],
  ])('is over with its rules, though no file has changed: %s, then %s', async (...row) => {
    const [before, after, asked, expected] = row;
    const { site, clock, rule } = ruled(before);
    expect((await known(site, asked)).memo).toBeDefined();
    rule(after);
    clock.nowMs += 1000;
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect(told(await ask(site, asked))).toEqual(expected);
    }
  });

  it('is not there again with the rules before', async () => {
    const { site, clock, rule } = ruled('one');
    const first = await known(site);
    for (const words of ['two', 'one']) {
      rule(words);
      clock.nowMs += 1000;
      // oxlint-disable-next-line no-await-in-loop
      expect(told(await known(site))).toEqual([200, 'a.png', words]);
    }
    expect((await ask(site)).memo).not.toBe(first.memo);
  });

  it.each<[string, string, Asked, (disk: QuickFileSource) => void, unknown[]]>([
    ['goes', 'one', {}, (disk) => disk.files.delete('a.png'), [404, '404.html', 'one']],
    ['comes', 'missing-away', OLD, (disk) => put(disk, 'old/x', 'new'), [200, 'new', undefined]],
    ['comes', 'rewrite', OLD, (disk) => put(disk, 'old/x', 'new'), [200, 'new', undefined]],
    ['comes', 'shell', PAGE, (disk) => put(disk, 'x', 'new'), [200, 'new', undefined]],
    ['comes', 'one', { path: '/x' }, (disk) => put(disk, 'x', 'new'), [200, 'new', 'one']],
    [
      'goes that a rule leads to',
      'rewrite',
      OLD,
      (disk) => disk.files.delete('a.png'),
      [404, '404.html', undefined],
    ],
    [
      'changes that a rule leads to',
      'rewrite',
      OLD,
      (disk) => put(disk, 'a.png', 'newer'),
      [200, 'newer', undefined],
    ],
    [
      'changes that is the shell',
      'shell',
      PAGE,
      (disk) => put(disk, 'page.html', 'newer'),
      [200, 'newer', undefined],
    ],
    [
      'changes that is the page of a status',
      'gone',
      OLD,
      (disk) => put(disk, 'page.html', 'newer'),
      [410, 'newer', undefined],
    ],
    [
      'goes that is the page of an error',
      'one',
      { path: '/x' },
      (disk) => disk.files.delete('404.html'),
      [404, undefined, 'one'],
    ],
  ])('is over when a file %s: %s %j', async (_, words, asked, change, expected) => {
    const { site, disk, clock } = ruled(words);
    expect((await known(site, asked)).memo).toBeDefined();
    change(disk);
    clock.nowMs += 1000;
    expect(told(await ask(site, asked))).toEqual(expected);
    expect(told(await known(site, asked))).toEqual(expected);
  });

  // A path of an application has its text for itself, and names that are not there; of 1,000 of them
  // none may push out another.
  it.each<[string, string, string]>([
    ['the shell', 'shell', 'page.html'],
    ['what a rule leads to', 'rewrite', 'a.png'],
    ['a shell, with fields', 'shell-with-fields', 'page.html'],
  ])('is kept for 2,000 paths, in the usual memory: %s', async (_, words, text) => {
    const { site } = ruled(words);
    const paths = Array.from({ length: 2000 }, (_path, index) => `/old/${index}`);
    const memos = new Set<unknown>();
    for (let count = 0; count < 4; count += 1) {
      for (const path of paths) {
        // oxlint-disable-next-line no-await-in-loop
        const answer = await ask(site, { path, fields: NAVIGATION });
        if (count === 0) expect(told(answer).slice(0, 2)).toEqual([200, text]);
        if (count === 3) memos.add(answer.memo);
      }
    }
    expect([...memos], 'what is made of one is made of all').toEqual([expect.anything()]);
  });

  it('has nothing of one that says something else, though of the same file', async () => {
    const { site } = ruled('shell-with-fields-by-path');
    for (let count = 0; count < 4; count += 1) {
      for (const name of ['x', 'y', 'z']) {
        // oxlint-disable-next-line no-await-in-loop
        const answer = await ask(site, { path: `/${name}`, fields: NAVIGATION });
        expect(told(answer)).toEqual([200, 'page.html', name]);
        expect(answer.memo === undefined).toBe(count < 2);
      }
    }
    const memos = ['x', 'y', 'z'].map(async (name) => {
      const { memo } = await ask(site, { path: `/${name}`, fields: NAVIGATION });
      return memo;
    });
    expect(new Set(await Promise.all(memos)).size).toBe(3);
  });

  it('is over for one of many paths alone when a file comes there', async () => {
    const { site, disk, clock } = ruled('shell');
    const paths = ['/x', '/y', '/z'];
    for (const path of [...paths, ...paths]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await known(site, { path, fields: NAVIGATION })).memo).toBeDefined();
    }
    put(disk, 'y', 'new');
    clock.nowMs += 999;
    expect(told(await ask(site, { path: '/y', fields: NAVIGATION }))[1]).toBe('page.html');
    clock.nowMs += 1;
    for (const path of paths) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ask(site, { path, fields: NAVIGATION });
      expect(told(answer)[1]).toBe(path === '/y' ? 'new' : 'page.html');
      expect(answer.memo === undefined).toBe(path === '/y');
    }
  });

  const SILENT = [200, 'a.png', undefined];
  it.each<[string, Asked, unknown[], Asked, unknown[]]>([
    ['host', {}, SILENT, { fields: { Host: 'www' } }, [301, '//apex/', undefined]],
    ['host', { fields: { Host: 'apex' } }, SILENT, {}, SILENT],
    [
      'host-field',
      { fields: { Host: 'apex' } },
      [200, 'a.png', 'apex'],
      { fields: { Host: 'www' } },
      [200, 'a.png', 'www'],
    ],
    [
      'language',
      { fields: { 'Accept-Language': 'en' } },
      SILENT,
      { fields: { 'Accept-Language': 'de' } },
      [301, '/de/', undefined],
    ],
    [
      'language',
      { fields: { 'Accept-Language': 'de' } },
      [301, '/de/', undefined],
      { fields: {} },
      SILENT,
    ],
    ['cookie', {}, SILENT, { fields: { Cookie: 'b=1' } }, [301, '/b.png', undefined]],
    ['shell', PAGE, [200, 'page.html', undefined], { path: '/x' }, [404, '404.html', undefined]],
    [
      'onward',
      OLD,
      [301, '/a.png?', undefined],
      { ...OLD, query: 'q' },
      [301, '/a.png?q', undefined],
    ],
  ])('is for the same fields alone that they have looked at: %s %j', async (...row) => {
    const [words, asked, expected, otherwise, other] = row;
    const { site } = ruled(words);
    const answer = await known(site, asked);
    expect(told(answer)).toEqual(expected);
    expect(answer.memo).toBeDefined();
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect(told(await ask(site, otherwise))).toEqual(other);
      // oxlint-disable-next-line no-await-in-loop
      expect(told(await ask(site, asked))).toEqual(expected);
    }
  });

  it.each<[string, string, Asked]>([
    ['a cookie', 'cookie', { fields: { Cookie: 'b=2' } }],
    ['a language that is long', 'language', { fields: { 'Accept-Language': 'e'.repeat(129) } }],
    ['a query', 'onward', { ...OLD, query: 'q' }],
  ])('is not kept where they have looked at %s', async (_, words, asked) => {
    const { site } = ruled(words);
    expect((await known(site, asked)).memo).toBeUndefined();
  });

  it('is kept for any query and cookie where nobody looks at them', async () => {
    const { site } = ruled('one');
    const { memo } = await known(site);
    expect(memo).toBeDefined();
    const asked = { query: 'v=1', fields: { Cookie: 'c=3', Host: 'any' } };
    expect((await ask(site, asked)).memo).toBe(memo);
  });

  it('leaves those alone who want less, or another method', async () => {
    const { site } = ruled('one');
    await known(site);
    const head = await ask(site, { method: 'HEAD' });
    expect([head.status, head.content, head.effect?.set[0]?.[1]]).toEqual([200, undefined, 'one']);
    expect(told(await ask(site, { fields: { Range: 'bytes=0-0' } }))).toEqual([206, 'a', 'one']);
    expect(told(await ask(site, { fields: { 'If-Match': '"x"' } }))).toEqual([
      412,
      undefined,
      'one',
    ]);
  });

  it('is that of its own mount, under the same path and rules', async () => {
    const [outer, inner] = [ruled('one'), ruled('two', '/in/')];
    put(outer.disk, 'in/a.png', 'hidden');
    const both = mountSites({ base: '/', site: outer.site }, [{ base: '/in/', site: inner.site }]);
    for (let count = 0; count < 4; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const [one, two] = [await ask(both), await ask(both, { path: '/in/a.png' })];
      expect([told(one), one.mount]).toEqual([[200, 'a.png', 'one'], undefined]);
      expect([told(two), two.mount]).toEqual([[200, 'a.png', 'two'], '/in/']);
    }
    inner.rule('one');
    for (const { clock } of [outer, inner]) clock.nowMs += 1000;
    expect(told(await ask(both, { path: '/in/a.png' }))).toEqual([200, 'a.png', 'one']);
  });
});
