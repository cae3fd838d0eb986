import type { Route, ServedFile, SitePath } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from './json-text.ts';
import { parseJson } from './json-text.ts';
import { PatternSet } from './pattern-set.ts';
import { isFault } from './rule-problem.ts';
import { type ServeJson, readServeJson } from './serve-json.ts';
import { type ServeRules, compileServeJson, serveJsonProblems } from './serve-json-rules.ts';
import { readServeSource } from './serve-source.ts';

function jsonOf(config: object): ServeJson {
  const text = JSON.stringify(config);
  const faults: Fault[] = [];
  const tree = parseJson(text, faults);
  if (tree === undefined) throw new Error('it is JSON');
  const json = readServeJson(tree, text, faults);
  expect(faults).toEqual([]);
  return json;
}

function rulesOf(config: object): ServeRules {
  return compileServeJson(jsonOf(config), 'serve.json');
}

const problemsOf = (config: object): ReturnType<typeof serveJsonProblems> =>
  serveJsonProblems(jsonOf(config));

const pathOf = (text: string): SitePath => ({
  kind: 'site-path',
  segments: text.split('/').filter((name) => name !== ''),
  endsWithSlash: text.endsWith('/') && text !== '/',
});

function ask(rules: ServeRules, when: 'forced' | 'unforced', text: string): Route | undefined {
  const fields = { get: () => undefined };
  return rules.routes[when]({ method: 'GET', path: pathOf(text), query: undefined, fields });
}

describe('a redirect of a serve.json', () => {
  it('stays on its host, whatever is put into it, and wherever', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\\\',
      ':a',
      ':b?',
      '(.*)',
      '*',
      'x',
      '?',
      '#',
      '.',
      '@',
    );
    const source = fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => `/${all.join('')}`);
    const destination = fc.array(piece, { maxLength: 5 }).map((all) => `/${all.join('')}`);
    const name = fc.constantFrom('evil.example', '\\', 'x', 'https:', '@', '\t', '..', '%2F');
    const path = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`);
    fc.assert(
      fc.property(source, destination, fc.array(path), (from, to, paths) => {
        const rules = rulesOf({ redirects: [{ source: from, destination: to }] });
        for (const each of paths) {
          const route = ask(rules, 'forced', each);
          if (route?.kind !== 'redirect-to') continue;
          expect(route.location).toMatch(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is passed over where it leads to where the request came from', () => {
    const rules = rulesOf({ redirects: [{ source: '/docs', destination: '/docs/' }] });
    expect(ask(rules, 'forced', '/docs/')).toBeUndefined();
    const all = rulesOf({ redirects: [{ source: '**', destination: '/moved' }] });
    expect(ask(all, 'forced', '/moved')).toBeUndefined();
    expect(ask(all, 'forced', '/x')).toMatchObject({ location: '/moved', rule: 'serve.json:1' });
  });
});

describe('a rewrite of a serve.json', () => {
  it('is a shell where it takes all below a path to one page', () => {
    const roleOf = (source: string, destination: string): unknown =>
      (
        ask(rulesOf({ rewrites: [{ source, destination }] }), 'unforced', '/app/x') as {
          role: string;
        }
      ).role;
    expect(roleOf('**', '/index.html')).toBe('shell');
    expect(roleOf('/app/**', '/app/index.html')).toBe('shell');
    expect(roleOf('/app/:path*', '/app')).toBe('shell');
    expect(roleOf('/app/(.+)', '/app')).toBe('shell');
    expect(roleOf('!/api', '/index.html')).toBe('shell');
    expect(roleOf('**', '/all.json')).toBe('file');
    expect(roleOf('/app/:id', '/index.html')).toBe('file');
    expect(roleOf('*', '/:0.html')).toBe('file');
  });

  it('gets a note where its group is none to serve', () => {
    expect(problemsOf({ rewrites: [{ source: '/(.*)', destination: '/a' }] })).toEqual([
      {
        line: 1,
        column: 24,
        message: 'the first * is (.*) to serve, also in a group: "/(.*)" matches nothing of use',
        severity: 'warning',
      },
    ]);
    expect(problemsOf({ rewrites: [{ source: '/@(a*|b)', destination: '/a' }] })).toEqual([]);
  });

  it('that makes its path longer and longer leads nowhere', () => {
    const double = { source: '/:a', destination: '/:a:a' };
    const rules = rulesOf({ rewrites: Array.from({ length: 40 }, () => double) });
    expect(ask(rules, 'unforced', '/abcdefgh')).toBeUndefined();
  });
});

describe('fields of a serve.json', () => {
  it('are the same object for the same rules', () => {
    const headers = [{ source: '**/*.js', headers: [{ key: 'X', value: '1' }] }];
    const { routes } = rulesOf({ headers });
    const fields = { get: () => undefined };
    const effectOf = (name: string): unknown => {
      const asked = { method: 'GET', path: pathOf('/'), query: undefined, fields };
      return routes.fieldsFor(asked, { status: 200, served: { segments: [name], role: 'file' } });
    };
    expect(effectOf('a.js')).toMatchObject({ set: [['X', '1']], remove: new Set() });
    expect(effectOf('b.js')).toBe(effectOf('a.js'));
    expect(effectOf('b.css')).toBeUndefined();
  });

  it('of one rule are what it says last', () => {
    const headers = [
      { key: 'X', value: '1' },
      { key: 'x', value: null },
      { key: 'Y', value: null },
      { key: 'y', value: '2' },
    ];
    const { routes } = rulesOf({ headers: [{ source: '**', headers }] });
    const fields = { get: () => undefined };
    const asked = { method: 'GET', path: pathOf('/a'), query: undefined, fields };
    expect(routes.fieldsFor(asked, { status: 404, served: undefined })).toMatchObject({
      set: [['y', '2']],
      remove: new Set(['x']),
      rules: new Map([
        ['y', ['serve.json:1']],
        ['x', ['serve.json:1']],
      ]),
    });
    expect(routes.fieldsFor(asked, { status: 301, served: undefined })).toBeUndefined();
    expect(routes.fieldsFor(asked, { status: 200, served: undefined })).toBeUndefined();
  });

  it('are of the file: an error without a page has no type of the path', () => {
    const headers = [
      { key: 'Content-Type', value: 'text/calendar' },
      { key: 'X', value: '1' },
    ];
    const { routes } = rulesOf({ headers: [{ source: '**', headers }] });
    const fields = { get: () => undefined };
    const asked = { method: 'GET', path: pathOf('/a.ics'), query: undefined, fields };
    const namesOf = (served: ServedFile | undefined): unknown =>
      routes.fieldsFor(asked, { status: 404, served })?.set.map(([name]) => name);
    expect(namesOf(undefined)).toEqual(['X']);
    expect(namesOf({ segments: ['404.html'], role: 'error-page' })).toEqual(['Content-Type', 'X']);
  });
});

describe('a source of a serve.json', () => {
  it('is matched in a time that grows with the path alone', () => {
    const hostile = [
      '/(a|a)*(a|a)*(a|a)*b',
      '/+(+(a|a)|*(a))b',
      '/**/a/**/a/**/a/**/b',
      '/:a-:b-:c-:d',
    ];
    for (const source of hostile) {
      const read = readServeSource(source, 'glob-or-parameters');
      if (isFault(read)) throw new Error(read.fault);
      const { instructions } = read.pattern;
      fc.assert(
        fc.property(
          fc.string({ unit: fc.constantFrom('a', '/', '-'), minLength: 200, maxLength: 400 }),
          (text) => {
            const set = new PatternSet([read.pattern]);
            set.match(`/${text}`);
            expect(set.steps).toBeLessThanOrEqual(
              (text.length + 2) * (instructions.length * 2 + 1),
            );
          },
        ),
        { numRuns: 20 },
      );
    }
  });
});
