// What rules that look at more than the path do to answers: what these say of caches, of the file
// that they are, and of the version of it.

import { describe, expect, it } from 'vitest';

import { createStaticSite, type Route, type RouteQuestion, type StaticSite } from '../src/index.ts';
import { ask } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';

const FILES = {
  'index.html': '<p>front',
  'a.txt': 'a',
  'en.html': '<p>en',
  'de.html': '<p>de',
  'gone.html': '<p>gone',
  'list/a.txt': 'a',
  'assets/app-BwR3k9Xq.js': 'script',
};
const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate' };
const SHELL: Route = { kind: 'rewrite', path: '/', status: 200, role: 'shell' };

const within = (path: string, status = 200): Route => ({
  kind: 'rewrite',
  path,
  status,
  role: 'file',
});
const to = (location: string): Route => ({ kind: 'redirect-to', status: 302, location });

type Rule = (asked: RouteQuestion) => Route | undefined;

const isGerman = ({ fields }: RouteQuestion): boolean => fields.get('accept-language') === 'de';
const hasCookie = ({ fields }: RouteQuestion): boolean => fields.get('COOKIE') !== undefined;

function siteWith(rules: { forced?: Rule; unforced?: Rule }): StaticSite {
  const none = (): undefined => undefined;
  const source = new MemoryFileSource(FILES, { inMemory: true });
  return createStaticSite({
    source,
    directories: {
      list: () =>
        Promise.resolve({
          segments: ['list'],
          entries: [{ name: 'a.txt', kind: 'file', sizeBytes: 1, mtimeMs: 0 }],
          truncated: false,
        }),
    },
    rules: {
      names: [],
      compile: () => ({ forced: none, unforced: none, fieldsFor: none, ...rules }),
    },
  });
}

describe('an answer depends on what the rules have looked at', () => {
  it.each<[string, { forced?: Rule; unforced?: Rule }, string, object, number, string | undefined]>(
    [
      ['no rule', {}, '/a.txt', {}, 200, 'Accept-Encoding'],
      [
        'a language that was asked for',
        { forced: (asked) => (isGerman(asked) ? to('/de') : undefined) },
        '/a.txt',
        { 'Accept-Language': 'de' },
        302,
        'Accept-Language',
      ],
      [
        'a language that was not: another would be sent elsewhere',
        { forced: (asked) => (isGerman(asked) ? to('/de') : undefined) },
        '/a.txt',
        {},
        200,
        'Accept-Encoding, Accept-Language',
      ],
      [
        'a language, and then a cookie',
        {
          unforced: (asked) =>
            within(isGerman(asked) || hasCookie(asked) ? '/de.html' : '/en.html'),
        },
        '/x',
        {},
        200,
        'Accept-Encoding, Accept-Language, Cookie',
      ],
      [
        'the same twice',
        { forced: (asked) => (isGerman(asked) && isGerman(asked) ? to('/de') : undefined) },
        '/a.txt',
        {},
        200,
        'Accept-Encoding, Accept-Language',
      ],
      [
        'the host: that is of what was asked for',
        { forced: ({ fields }) => (fields.get('Host') === 'b' ? to('/b') : undefined) },
        '/a.txt',
        {},
        200,
        'Accept-Encoding',
      ],
      [
        'whether somebody goes to a page, who gets the shell',
        { unforced: () => SHELL },
        '/x',
        NAVIGATION,
        200,
        'Accept-Encoding, Accept, Sec-Fetch-Mode',
      ],
      [
        'that of one who gets the listing in its place',
        { unforced: () => SHELL },
        '/list/',
        { 'Sec-Fetch-Mode': 'cors' },
        200,
        'Accept, Sec-Fetch-Mode',
      ],
      [
        'or is led to it',
        { unforced: () => SHELL },
        '/list',
        { 'Sec-Fetch-Mode': 'cors' },
        301,
        'Accept, Sec-Fetch-Mode',
      ],
      [
        'nothing that an error would be kept by',
        { unforced: (asked) => (isGerman(asked) ? within('/de.html') : undefined) },
        '/x',
        {},
        404,
        undefined,
      ],
    ],
  )('%s', async (_what, rules, target, fields, status, vary) => {
    const site = siteWith(rules);
    const asked = fields as Readonly<Record<string, string>>;
    const get = await ask(site, target, 'GET', asked);
    expect([get.status, get.fields['Vary']]).toEqual([status, vary]);
    const again = await ask(site, target, 'GET', asked);
    expect(again.fields).toEqual(get.fields);
    expect((await ask(site, target, 'HEAD', asked)).fields['Vary']).toBe(vary);
  });

  it('in a 304 and a part as well', async () => {
    const site = siteWith({ forced: (asked) => (isGerman(asked) ? to('/de') : undefined) });
    const { ETag = '' } = (await ask(site, '/a.txt')).fields;
    const unchanged = await ask(site, '/a.txt', 'GET', { 'If-None-Match': ETag });
    const part = await ask(site, '/a.txt', 'GET', { Range: 'bytes=0-0' });
    const VARY = 'Accept-Encoding, Accept-Language';
    expect([unchanged.status, unchanged.fields['Vary']]).toEqual([304, VARY]);
    expect([part.status, part.fields['Vary']]).toEqual([206, VARY]);
  });
});

describe('a file that a rule leads to', () => {
  it.each<[string, string, string, string]>([
    ['/app.js', '/assets/app-BwR3k9Xq.js', 'rewritten', 'another name'],
    ['/x/app-BwR3k9Xq.js', '/assets/app-BwR3k9Xq.js', 'rewritten', 'another folder'],
    ['/app-BwR3k9Xq.js', '/assets/app-BwR3k9Xq.js', 'rewritten', 'a part of its path'],
    ['/v1/assets/app-BwR3k9Xq.js', '/assets/app-BwR3k9Xq.js', 'file', 'all of its path'],
    ['/x', '/en.html', 'rewritten', 'a page'],
    ['/x', '/', 'rewritten', 'the index of a folder'],
  ])('answers for %s with %s as %s: %s', async (target, path, role) => {
    const { response } = await ask(siteWith({ unforced: () => within(path) }), target);
    expect(response.served?.role).toBe(role);
  });

  it('is told by its entity tag from another that a rule leads to from the same path', async () => {
    const rule: Rule = (asked) => within(isGerman(asked) ? '/de.html' : '/en.html');
    const site = siteWith({ unforced: rule });
    const german = { 'Accept-Language': 'de' };
    const de = await ask(site, '/x', 'GET', german);
    const en = await ask(site, '/x');
    // Of the same length, and written in the same tick of the clock.
    expect([de.text, en.text]).toEqual(['<p>de', '<p>en']);
    expect(de.fields['ETag']).not.toBe(en.fields['ETag']);
    expect((await ask(site, '/x')).fields['ETag']).toBe(en.fields['ETag']);
    const asked = async (tag = '', fields = {}): Promise<number> =>
      (await ask(site, '/x', 'GET', { ...fields, 'If-None-Match': tag })).status;
    expect(await asked(de.fields['ETag'])).toBe(200);
    expect(await asked(de.fields['ETag'], german)).toBe(304);
    expect((await ask(site, '/de.html')).fields['ETag']).not.toBe(de.fields['ETag']);
  });

  it('is so in each coding, and as a part', async () => {
    const source = new MemoryFileSource({ 'a.js': 'aaa', 'a.js.gz': 'zzz', 'b.js': 'bbb' });
    let path = '/a.js';
    const none = (): undefined => undefined;
    const site = createStaticSite({
      source,
      rules: {
        names: [],
        compile: () => ({ forced: none, unforced: () => within(path), fieldsFor: none }),
      },
    });
    const tagOf = async (fields: Readonly<Record<string, string>>): Promise<unknown> =>
      (await ask(site, '/x.js', 'GET', fields)).fields['ETag'];
    const gzip = { 'Accept-Encoding': 'gzip' };
    const tags = [await tagOf({}), await tagOf(gzip), await tagOf({ Range: 'bytes=0-0' })];
    path = '/b.js';
    tags.push(await tagOf({}));
    expect(new Set(tags).size).toBe(3);
    expect(tags[2]).toBe(tags[0]);
    expect(source.openCount).toBe(0);
  });
});
