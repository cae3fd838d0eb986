import { describe, expect, it } from 'vitest';

import {
  cachedFileSource,
  createStaticSite,
  type DecisionStep,
  type RouteRules,
} from '../src/index.ts';
import { ask, requestFor } from './exchange.ts';
import { MemoryFileSource } from './memory-file-source.ts';

const FILES = {
  'index.html': '<p>front',
  'about.html': '<p>about',
  '404.html': '<p>none',
  'docs/index.html': '<p>docs',
  'app.js': 'script',
  _redirects: 'rules',
};
const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate' };

const NO_RULES: RouteRules = {
  forced: () => undefined,
  unforced: () => undefined,
  fieldsFor: () => undefined,
};

describe('a site with clean URLs', () => {
  const site = createStaticSite({ source: new MemoryFileSource(FILES), cleanUrls: true });

  it.each([
    ['/about', 200, '<p>about'],
    ['/about.html?a=1', 301, '/about?a=1'],
    ['/about/?a=%20', 301, '/about?a=%20'],
    ['/docs?x', 301, '/docs/?x'],
    ['/docs/index.html', 301, '/docs/'],
    ['//about.html', 301, '/about.html'],
    ['/none', 404, '<p>none'],
  ])('answers %s with %d %s', async (target, status, expected) => {
    const answer = await ask(site, target);
    expect(answer.status).toBe(status);
    expect(status === 301 ? answer.fields['Location'] : answer.text).toBe(expected);
  });

  it('says which file it gave, and as what', async () => {
    const served = async (target: string): Promise<unknown> =>
      (await ask(site, target)).response.served;
    expect(await served('/about')).toEqual({ segments: ['about.html'], role: 'page' });
    expect(await served('/docs/')).toEqual({ segments: ['docs', 'index.html'], role: 'index' });
    expect(await served('/app.js')).toEqual({ segments: ['app.js'], role: 'file' });
    expect(await served('/none')).toEqual({ segments: ['404.html'], role: 'error-page' });
    expect(await served('/docs')).toBeUndefined();
  });

  it('lets a function say which paths are written so', async () => {
    const some = createStaticSite({
      source: new MemoryFileSource({ 'a/x.html': 'a', 'b/x.html': 'b' }),
      cleanUrls: ({ segments }) => segments[0] === 'a',
    });
    expect((await ask(some, '/a/x')).status).toBe(200);
    expect((await ask(some, '/a/x.html')).status).toBe(301);
    expect((await ask(some, '/b/x')).status).toBe(404);
    expect((await ask(some, '/b/x.html')).status).toBe(200);
  });
});

describe('a site with a shell', () => {
  const site = createStaticSite({
    source: new MemoryFileSource(FILES, { inMemory: true }),
    shell: 'index.html',
  });

  it('gives it to who goes to a page, with a Vary that says so', async () => {
    const answer = await ask(site, '/cart/3?x', 'GET', NAVIGATION);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('<p>front');
    expect(answer.fields['Vary']).toBe('Accept-Encoding, Accept, Sec-Fetch-Mode');
    expect(answer.response.served).toEqual({ segments: ['index.html'], role: 'shell' });
  });

  it('says the same to HEAD, and knows what the client has', async () => {
    const get = await ask(site, '/cart', 'GET', NAVIGATION);
    const head = await ask(site, '/cart', 'HEAD', NAVIGATION);
    expect(head.fields).toEqual(get.fields);
    const again = await ask(site, '/other', 'GET', {
      ...NAVIGATION,
      'If-None-Match': get.fields['ETag'] as string,
    });
    expect(again.status).toBe(304);
    expect(again.response.served?.role).toBe('shell');
  });

  it('gives a missing asset the 404 page, to be kept by nobody', async () => {
    const answer = await ask(site, '/assets/gone.js', 'GET', NAVIGATION);
    expect(answer.status).toBe(404);
    expect(answer.fields['Cache-Control']).toBe('no-store');
  });

  it('has fields of its own for the same file as itself', async () => {
    expect((await ask(site, '/', 'GET', NAVIGATION)).fields['Vary']).toBe('Accept-Encoding');
    expect((await ask(site, '/x', 'GET', NAVIGATION)).fields['Vary']).toContain('Sec-Fetch-Mode');
  });
});

describe('a site below a base', () => {
  const site = createStaticSite({
    source: new MemoryFileSource({ ...FILES, 'my app/index.html': 'inner' }),
    base: '/my app/',
    cleanUrls: true,
  });

  it.each([
    ['/my%20app/', 200, '<p>front'],
    ['/my%20app/about', 200, '<p>about'],
    ['/my%20app', 301, '/my%20app/'],
    ['/my%20app/docs?q', 301, '/my%20app/docs/?q'],
    ['/my%20app/about.html', 301, '/my%20app/about'],
    ['/my%20app//about', 301, '/my%20app/about'],
    ['/my%20app/my%20app/', 200, 'inner'],
    ['/', 404, '<p>none'],
    ['/about', 404, '<p>none'],
    ['/my%20apple/', 404, '<p>none'],
  ])('answers %s with %d %s', async (target, status, expected) => {
    const answer = await ask(site, target);
    expect(answer.status).toBe(status);
    expect(status === 301 ? answer.fields['Location'] : answer.text).toBe(expected);
  });

  it.each(['app/../..', '/a/./b', '/.git', '/a\\b'])('refuses %s as a base', (base) => {
    expect(() => createStaticSite({ source: new MemoryFileSource({}), base })).toThrow(TypeError);
  });
});

describe('a site with rules in its files', () => {
  it('takes on new rules with the file that they stand in', async () => {
    const entries: Record<string, string> = { ...FILES };
    let source = new MemoryFileSource(entries);
    const site = createStaticSite({
      source: { open: (segments) => source.open(segments) },
      rules: {
        names: ['_redirects'],
        compile: ([octets]) => ({
          ...NO_RULES,
          unforced: () =>
            octets instanceof Uint8Array
              ? { kind: 'redirect-to', status: 302, location: `/${Buffer.from(octets).toString()}` }
              : undefined,
        }),
      },
    });
    expect((await ask(site, '/none')).fields['Location']).toBe('/rules');
    source = new MemoryFileSource({ ...entries, _redirects: 'others' });
    expect((await ask(site, '/none')).fields['Location']).toBe('/others');
    source = new MemoryFileSource({ 'a.txt': 'a' });
    expect((await ask(site, '/none')).status).toBe(404);
  });

  it('hands on what they say of the fields of each answer', async () => {
    const effect = { set: [['X-Robots-Tag', 'noindex']], remove: new Set<string>() } as const;
    const seen: unknown[] = [];
    const site = createStaticSite({
      source: new MemoryFileSource(FILES),
      rules: {
        names: [],
        compile: () => ({
          ...NO_RULES,
          fieldsFor({ path }, answer) {
            seen.push([path.segments, answer]);
            return effect;
          },
        }),
      },
    });
    expect((await ask(site, '/app.js')).response.effect).toBe(effect);
    expect((await ask(site, '/none', 'HEAD')).response.effect).toBe(effect);
    expect((await ask(site, '/%00')).response.effect).toBeUndefined();
    expect(seen).toEqual([
      [['app.js'], { status: 200, served: { segments: ['app.js'], role: 'file' } }],
      [['none'], { status: 404, served: { segments: ['404.html'], role: 'error-page' } }],
    ]);
  });

  it('holds for answers that are known already, once the source looks again', async () => {
    const files: Record<string, string> = { 'a.bin': 'a' };
    let source = new MemoryFileSource(files);
    let nowMs = 5000;
    const cached = cachedFileSource(
      { open: (segments) => source.open(segments) },
      { now: () => nowMs },
    );
    const site = createStaticSite({
      source: cached,
      rules: {
        names: ['_redirects'],
        compile: ([octets]) =>
          octets === undefined
            ? NO_RULES
            : {
                ...NO_RULES,
                forced: () => ({ kind: 'redirect-to', status: 302, location: '/b' }),
              },
      },
    });
    const statuses: number[] = [];
    for (const changed of [files, files, files, { ...files, _redirects: 'b' }, files]) {
      source = new MemoryFileSource(changed);
      nowMs += 3000;
      // oxlint-disable-next-line no-await-in-loop
      for (let again = 0; again < 3; again += 1) statuses.push((await ask(site, '/a.bin')).status);
    }
    expect(statuses.join()).toBe('200,200,200,200,200,200,200,200,200,302,302,302,200,200,200');
  });

  it('reads them before anybody asks, where that is wanted', async () => {
    const source = new MemoryFileSource(FILES);
    const read: boolean[] = [];
    const site = createStaticSite({
      source,
      rules: {
        names: ['_redirects'],
        compile([content]) {
          read.push(content instanceof Uint8Array);
          return NO_RULES;
        },
      },
    });
    await site.prepare();
    expect(read).toEqual([true]);
    expect(source.opened).toEqual(['_redirects']);
    const hidden = new MemoryFileSource({ _redirects: { error: 'busy' } });
    const rules = { names: ['_redirects'], compile: () => NO_RULES };
    await expect(createStaticSite({ source: hidden, rules }).prepare()).resolves.toBeUndefined();
    await expect(createStaticSite({ source }).prepare()).resolves.toBeUndefined();
  });

  it('answers nothing without its rules, where they cannot be read', async () => {
    const source = new MemoryFileSource({ 'a.txt': 'a', _redirects: { error: 'busy' } });
    const site = createStaticSite({
      source,
      rules: { names: ['_redirects'], compile: () => NO_RULES },
    });
    expect((await ask(site, '/a.txt')).status).toBe(503);
  });
});

describe('explain()', () => {
  it('tells each step of the answer that it gives', async () => {
    const source = new MemoryFileSource(FILES);
    const site = createStaticSite({
      source,
      cleanUrls: true,
      shell: 'index.html',
      rules: { names: ['_redirects'], compile: () => NO_RULES },
    });
    const explain = async (target: string, fields = {}): Promise<string[]> => {
      const steps: DecisionStep[] = [];
      const response = await site.explain(requestFor(target, 'GET', fields), (step) => {
        steps.push(step);
      });
      await response.content?.close();
      return steps.map(({ step, tried, result }) => `${step}: ${tried}: ${result}`);
    };
    expect(await explain('/about')).toEqual([
      'method: GET: asks for a file',
      'path: /about: names /about',
      'forced-rule: /about: no rule',
      'file: /about: not there',
      'clean-url: /about.html: a file',
      'representation: text/html; charset=utf-8: as it is, 8 bytes',
      expect.stringMatching(/^precondition: ".+-8", Mon, 06 May 2024 07:08:09 GMT: proceed$/u),
    ]);
    expect(await explain('/gone.js', { 'Sec-Fetch-Mode': 'no-cors' })).toEqual([
      'method: GET: asks for a file',
      'path: /gone.js: names /gone.js',
      'forced-rule: /gone.js: no rule',
      'file: /gone.js: not there',
      'rule: /gone.js: no rule',
      'shell: /index.html: only for those who go to a page',
      'error-page: missing: /404.html',
    ]);
    expect(source.openCount).toBe(0);
  });
});
