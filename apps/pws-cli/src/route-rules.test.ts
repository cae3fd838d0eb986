import { Fields, type FieldLine } from '@pws/http-wire';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseRedirectsFile } from './redirects-file.ts';
import type { Route, RouteQuestion, RouteRules, SitePath } from '@pws/static-fs';
import { createRouteRules } from './route-rules.ts';
import type { RulesDialect } from './rule-problem.ts';

const HOST = 'site.example';

type Routes = Pick<RouteRules, 'forced' | 'unforced'>;

const rulesOf = (text: string, dialect: RulesDialect = 'netlify'): Routes =>
  createRouteRules(parseRedirectsFile(text, dialect).rules, { file: '_redirects' });

/** A request for a path that is decoded already, with a query behind it. */
const questionOf = (target: string, ...lines: FieldLine[]): RouteQuestion => {
  const [decoded = '', query] = target.split('?');
  const segments = decoded.split('/').filter((segment) => segment !== '');
  const path: SitePath = { kind: 'site-path', segments, endsWithSlash: decoded.endsWith('/') };
  return { method: 'GET', path, query, fields: Fields.from([['Host', HOST], ...lines]) };
};

/** `301 location`, or `200 file path`. */
const brief = (route: Route | undefined): string | undefined => {
  if (route?.kind === 'redirect-to') return `${route.status} ${route.location}`;
  return route && `${route.status} ${route.role} ${route.path}`;
};

const unforced = (text: string, target: string, ...lines: FieldLine[]): string | undefined =>
  brief(rulesOf(text).unforced(questionOf(target, ...lines)));

describe('a redirect', () => {
  test.each<[string, string, string | undefined, string]>([
    ['/a /b', '/a', '301 /b', 'leads elsewhere'],
    ['/a /b', '/a/', '301 /b', 'with a slash or without'],
    ['/a /b', '/c', undefined, 'for its own path alone'],
    ['/a /b', '/a?x=1&y', '301 /b?x=1&y', 'hands the query on'],
    ['/a /b?z', '/a?x=1', '301 /b?z', 'unless it has one'],
    ['/a /b?', '/a?x=1', '301 /b?', 'also an empty one'],
    ['/a /b#c', '/a?x', '301 /b?x#c', 'before the fragment'],
    ['/a/* /b/:splat', '/a/c/d', '301 /b/c/d', 'keeps slashes'],
    ['/a/* /b/:splat', '/a/c/', '301 /b/c/', 'also the last'],
    ['/a/* /b/:splat', '/a', '301 /b/', 'puts in nothing'],
    ['/a/* /b/:splat/c', '/a', '301 /b/c', 'without two slashes then'],
    [
      '/a/:b /c?d=:b',
      '/a/x&y=1',
      '301 /c?d=x%26y%3D1',
      'puts into a query what is one value there',
    ],
    ['/a/* /c?d=:splat', '/a/x/y', '301 /c?d=x%2Fy', 'also of several segments'],
    ['/a/:b /c#:b', '/a/x y', '301 /c#x%20y', 'and into a fragment'],
    ['/a/:b /c/:b', '/a/ä b%', '301 /c/%C3%A4%20b%25', 'escaped'],
    ['/:id/:idx /:idx/:id', '/1/2', '301 /2/1', 'with the longest names first'],
    ['/a /b%20c/ä', '/a', '301 /b%20c/%C3%A4', 'and what it says itself, once'],
    ['/a%20b /c', '/a b', '301 /c', 'from what it says decoded'],
    ['/a /b\n/a /c', '/a', '301 /b', 'the first that fits'],
    ['/store id=:id /blog/:id', '/store?id=7', '301 /blog/7', 'of parameters'],
    ['/store id=:id /blog/:id', '/store?id=7&x=1', '301 /blog/7?x=1', 'handing on the others'],
    ['/store id=:id /blog/:id', '/store', undefined, 'none without'],
    ['/store id=:id /blog/:id\n/store /blog', '/store', '301 /blog', 'then the next'],
    ['/store id=:id /blog/:id', '/store?id=/../x', '301 /blog/../x', 'on this host'],
    ['/news/:y/:m/:d /b-:y-:m-:d.html', '/news/1/2/3', '301 /b-1-2-3.html', 'of several'],
    ['/ext https://h:1234/r?q#a', '/ext?x', '301 https://h:1234/r?q#a', 'on another host'],
    ['/ext https://h', '/ext?x', '301 https://h?x', 'without a path'],
    ['/x/* https://h/:splat', '/x/a//b', '301 https://h/a/b', 'with one'],
    [
      '/x/* https://b\\.com/:splat',
      '/x/a',
      '301 https://b/%5C.com/a',
      'that a backslash does not change',
    ],
    [
      '/u/:n/* https://:n.example/:splat',
      '/u/ab/c',
      '301 https://ab.example/c',
      'with a label of it',
    ],
    ['/u/:n/* https://:n.example/:splat', '/u/a.b/c', undefined, 'that is one label'],
    ['/u/:n/* https://:n.example/:splat', '/u/a@b/c', undefined, 'and nothing else'],
    ['http://site.example/* http://b.com/:splat', '/x', '301 http://b.com/x', 'of this host'],
    ['http://b.com/* http://c.com/:splat', '/x', undefined, 'not of another'],
    ['/a /a', '/a', undefined, 'not to where it comes from'],
    ['/a/ /a', '/a', undefined, 'with a slash or without'],
    ['/a/ /a', '/a/', '301 /a', 'but to the other of those'],
    ['/a%20b /a%20b', '/a b', undefined, 'however that is escaped'],
    ['/a /a?b=c', '/a', '301 /a?b=c', 'with another query it is another place'],
    ['/a /a?b=c', '/a?b=c', undefined, 'the same one is not'],
    ['/a /a#c', '/a?b', undefined, 'nor is a fragment'],
    ['/a /a\n/a id=1 /c', '/a?id=1', undefined, 'and a rule that never holds hides another'],
    ['/a id=1 /a?id=1\n/a /c', '/a?id=1', '301 /c?id=1', 'the next rule is asked then'],
    ['/* https://site.example/:splat', '/x', undefined, 'nor by its own name'],
    ['/* https://site.example:443/:splat', '/x', undefined, 'with the port of its scheme'],
    [
      '/* https://site.example:8443/:splat',
      '/x',
      '301 https://site.example:8443/x',
      'another port is elsewhere',
    ],
    ['http://site.example/* https://site.example/:splat', '/x', undefined, 'whatever the scheme'],
    ['/a /b 302 Country=us', '/a', undefined, 'never where nobody knows'],
    ['/a /b 302 Role=admin\n/a /c 302', '/a', '302 /c', 'then the next'],
  ])('%j leads %s to %j: %s', (text, target, expected) => {
    expect(unforced(text, target)).toBe(expected);
  });

  test.each<[string, string, string | undefined, string]>([
    ['/a /a', '/a', undefined, 'not to itself, by its path below the base'],
    ['/a https://site.example/app/a', '/a', undefined, 'nor by its whole name'],
    ['/a https://site.example/a', '/a', '301 https://site.example/a', 'but out of the base'],
    ['/* https://site.example/:splat', '/app/a', '301 https://site.example/app/a', 'always'],
  ])('%j of a site below /app/ leads %s to %j: %s', (text, target, expected) => {
    const asked = { ...questionOf(target), base: ['app'] };
    expect(brief(rulesOf(text).unforced(asked))).toBe(expected);
  });

  it('asks for a language or a cookie', () => {
    const text = '/a /de/:x 302 Language=de\n/a /beta 302 Cookie=beta\n/a /en 302';
    expect(unforced(text, '/a', ['Accept-Language', 'de-AT, en;q=0.5'])).toBe('302 /de/:x');
    expect(unforced(text, '/a', ['Cookie', 'x=1; beta=1'])).toBe('302 /beta');
    expect(unforced(text, '/a')).toBe('302 /en');
  });

  it('says which rule it is of', () => {
    expect(rulesOf('# x\n/b /c\n/a /b').unforced(questionOf('/a'))).toEqual({
      kind: 'redirect-to',
      status: 301,
      location: '/b',
      rule: '_redirects:3',
    });
  });
});

describe('a rewrite', () => {
  test.each<[string, string, string | undefined]>([
    ['/* /index.html 200', '/a/b', '200 shell /index.html'],
    ['/* /index.html 200', '/', '200 shell /index.html'],
    ['/a/* /data/:splat.json 200', '/a/b c', '200 file /data/b%20c.json'],
    ['/gone/* /410.html 410', '/gone/x', '410 file /410.html'],
    ['/a /b?x#y 200', '/a?z', '200 file /b'],
    ['/admin/* 200\n/* /index.html 200', '/admin/x', '200 file /admin/x'],
    ['/admin/* 200 Role=admin\n/* /index.html 200', '/admin/x', '200 shell /index.html'],
  ])('%j of %s is %j', (text, target, expected) => {
    expect(unforced(text, target)).toBe(expected);
  });
});

describe('rules that are forced', () => {
  it("are those with a mark in Netlify's dialect", () => {
    const rules = rulesOf('/a /b\n/a /c 302!\n/* /index.html 200!\n');
    expect(brief(rules.unforced(questionOf('/a')))).toBe('301 /b');
    // The second is not there: the first takes all requests for that path.
    expect(brief(rules.forced(questionOf('/a')))).toBe('200 file /index.html');
  });

  it("are all in Cloudflare's, but for the shell", () => {
    const rules = rulesOf('/a /b\n/* /index.html 200', 'cloudflare');
    expect(brief(rules.forced(questionOf('/a')))).toBe('302 /b');
    expect(rules.forced(questionOf('/c'))).toBeUndefined();
    expect(brief(rules.unforced(questionOf('/c')))).toBe('200 shell /index.html');
  });

  it('are none in an empty file', () => {
    const rules = rulesOf('');
    expect(rules.forced(questionOf('/'))).toBeUndefined();
    expect(rules.unforced(questionOf('/'))).toBeUndefined();
  });
});

describe('no redirect leaves the host that its rule does not name', () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      '/',
      '//',
      '\\',
      '/\\',
      '@',
      ':',
      'evil.example',
      '//evil.example',
      '\\\\evil.example',
      '%2f',
      '%5c',
      '%2F%2Fevil.example',
      '\t',
      '\n',
      '\r\nSet-Cookie: a=1',
      '.',
      '..',
      '?',
      '#',
      ' ',
      'https:',
      'javascript:',
      '\u2028',
      '\ud800',
      'a',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const text = fc.array(hostile, { maxLength: 6 }).map((parts) => parts.join(''));
  const segments = fc.array(text, { maxLength: 4 });

  const locationOf = (route: Route | undefined): string | undefined =>
    route?.kind === 'redirect-to' ? route.location : undefined;

  const rules = fc.constantFrom(
    '/* /:splat',
    '/* :splat',
    '/* //:splat',
    '/* /\\:splat',
    '/:a /:a',
    '/:a/* /:splat:a',
    '/:a/:b /:a:b',
    '/*x /:splat',
    '/* /x/../:splat',
    '/* /x?y=:splat',
    '/* /x#:splat',
    '/* /.:splat',
    '/* x=:x /:x/:splat',
  );
  const dialects = fc.constantFrom<RulesDialect>('netlify', 'cloudflare');
  const ask = (line: string, dialect: RulesDialect, path: SitePath, query: string | undefined) => {
    const compiled = rulesOf(`${line} 302`, dialect);
    const asked: RouteQuestion = { method: 'GET', path, query, fields: Fields.from([]) };
    return [compiled.forced(asked), compiled.unforced(asked)].map(locationOf);
  };

  test('whatever is asked for', () => {
    fc.assert(
      fc.property(
        rules,
        dialects,
        segments,
        fc.option(text, { nil: undefined }),
        (line, dialect, path, query) => {
          // Also with segments that no site path has: nothing here relies on who reads paths.
          const sitePath: SitePath = { kind: 'site-path', segments: path, endsWithSlash: false };
          for (const location of ask(line, dialect, sitePath, query)) {
            if (location === undefined) continue;
            expect(location).toMatch(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/);
            expect(new URL(location, `https://${HOST}/`).origin).toBe(`https://${HOST}`);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('whatever the rule is', () => {
    const target = fc.array(fc.oneof(hostile, fc.constantFrom(':splat', ':a')), { maxLength: 5 });
    fc.assert(
      fc.property(target, segments, dialects, (parts, path, dialect) => {
        const sitePath: SitePath = { kind: 'site-path', segments: path, endsWithSlash: false };
        for (const location of ask(`/:a/* /${parts.join('')}`, dialect, sitePath, undefined)) {
          if (location === undefined) continue;
          expect(new URL(location, `https://${HOST}/`).origin).toBe(`https://${HOST}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('and where it names one, it is that one', () => {
    const named = fc.constantFrom(
      '/* https://b.example/:splat',
      '/:a/* https://b.example:8443/:a:splat',
      '/* https://b.example?x=:splat',
      '/* https://b.example#:splat',
    );
    fc.assert(
      fc.property(named, dialects, segments, (line, dialect, path) => {
        const sitePath: SitePath = { kind: 'site-path', segments: path, endsWithSlash: true };
        for (const location of ask(line, dialect, sitePath, undefined)) {
          if (location === undefined) continue;
          expect(new URL(location).hostname).toBe('b.example');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('and a label of it ends where the rule says', () => {
    fc.assert(
      fc.property(dialects, segments, (dialect, path) => {
        const sitePath: SitePath = { kind: 'site-path', segments: path, endsWithSlash: true };
        for (const location of ask(
          '/:a/* https://x-:a.b.example/:splat',
          dialect,
          sitePath,
          undefined,
        )) {
          if (location === undefined) continue;
          expect(new URL(location).hostname).toMatch(/^x-[a-z\d-]+\.b\.example$/);
        }
      }),
    );
  });
});
