import { readFileSync } from 'node:fs';
import type { RouteQuestion, RuledAnswer } from '@pws/static-fs';
import { describe, expect, it } from 'vitest';
import { type FileProblem, formatProblem } from './rule-problem.ts';
import { SiteConventions } from './site-conventions.ts';

const octets = (text: string): Uint8Array => Buffer.from(text);

function conventionsOf(dialect: 'netlify' | 'cloudflare' | 'off' = 'netlify'): {
  conventions: SiteConventions;
  told: string[];
} {
  const told: string[] = [];
  const report = (problems: readonly FileProblem[]): void => {
    told.push(...problems.map(formatProblem));
  };
  return { conventions: new SiteConventions({ dialect, report }), told };
}

function questionFor(...segments: string[]): RouteQuestion {
  return {
    method: 'GET',
    path: { kind: 'site-path', segments, endsWithSlash: false },
    query: undefined,
    fields: { get: () => undefined },
  };
}

const NOTHING = [undefined, undefined, undefined, undefined, undefined] as const;
const OK = { status: 200, served: undefined };

describe('SiteConventions', () => {
  it('says nothing where there are no files', () => {
    const { conventions, told } = conventionsOf();
    expect(conventions.files.names).toEqual(['_headers', '_redirects']);
    const rules = conventions.files.compile(NOTHING);
    expect(rules.forced(questionFor('a'))).toBeUndefined();
    expect(rules.fieldsFor(questionFor('a'), OK)).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('reads files, and reads again only what is another one', () => {
    const { conventions, told } = conventionsOf();
    const headers = octets('/a\n  X-A: 1\n  Content-Length: 5\n');
    const contents = [headers, octets('/old /new\n/broken\n'), ...NOTHING.slice(2)];
    const rules = conventions.files.compile(contents);
    expect(rules.unforced(questionFor('old'))).toMatchObject({ location: '/new' });
    expect(rules.fieldsFor(questionFor('a'), OK)?.set).toEqual([['X-A', '1']]);
    expect(told.map((line) => line.slice(0, line.indexOf(' ')))).toEqual([
      '_headers:3:3:',
      '_redirects:2:1:',
    ]);
    // The same octets in another array, as after the file was read anew.
    conventions.files.compile([Buffer.from(headers), octets('/c /d\n'), ...NOTHING.slice(2)]);
    expect(told).toHaveLength(2);
    const none = conventions.files.compile(NOTHING);
    expect(none.unforced(questionFor('old'))).toBeUndefined();
    expect(none.fieldsFor(questionFor('a'), OK)).toBeUndefined();
  });

  it('gives redirects no fields as Netlify, and those of files as Cloudflare', () => {
    const contents = [octets('/a\n  X-A: 1\n'), ...NOTHING.slice(1)];
    const fieldsOf = (dialect: 'netlify' | 'cloudflare', status: number): unknown =>
      conventionsOf(dialect)
        .conventions.files.compile(contents)
        .fieldsFor(questionFor('a'), { status, served: undefined })?.set;
    expect(fieldsOf('netlify', 301)).toBeUndefined();
    expect(fieldsOf('netlify', 304)).toEqual([['X-A', '1']]);
    expect(fieldsOf('cloudflare', 301)).toEqual([['X-A', '1']]);
  });

  it.each<[string, RuledAnswer, string[]]>([
    [
      'a file',
      { status: 200, served: { segments: ['a'], role: 'file' } },
      ['Content-Type', 'Content-Disposition', 'Content-Language'],
    ],
    [
      'one that a rule leads to',
      { status: 200, served: { segments: ['b'], role: 'rewritten' } },
      ['Content-Type', 'Content-Disposition', 'Content-Language'],
    ],
    [
      'the shell',
      { status: 200, served: { segments: ['index.html'], role: 'shell' } },
      ['Content-Language'],
    ],
    [
      'the page of an error',
      { status: 404, served: { segments: ['404.html'], role: 'error-page' } },
      ['Content-Language'],
    ],
    ['an error without one', { status: 416, served: undefined }, ['Content-Language']],
  ])('says of %s by its path what is true of it', (_what, answer, expected) => {
    const { conventions } = conventionsOf();
    const text =
      '/a\n  Content-Type: text/calendar\n  ! content-type\n  Content-Disposition: attachment\n  Content-Language: de\n';
    const removing = '/b\n  ! Content-Type\n';
    const rules = conventions.files.compile([octets(text + removing), ...NOTHING.slice(1)]);
    const effect = rules.fieldsFor(questionFor('a'), answer);
    expect(effect?.set.map(([name]) => name)).toEqual(expected);
    expect(rules.fieldsFor(questionFor('a'), answer)).toBe(effect);
    expect(rules.fieldsFor(questionFor('b'), answer)?.remove.size).toBe(
      expected.length > 1 ? 1 : 0,
    );
  });

  it('tells of a file that is too large, once', () => {
    const { conventions, told } = conventionsOf();
    const contents = ['too-large', ...NOTHING.slice(1)] as const;
    conventions.files.compile(contents);
    conventions.files.compile(contents);
    expect(told).toEqual(['_headers: expected at most 1 MiB, got more: nothing of it holds']);
  });

  it('knows hashed names of manifests alone with --rules off, and when they are others', () => {
    const { conventions } = conventionsOf('off');
    expect(conventions.files.names).toEqual([]);
    const manifest = { 'main.ts': { file: 'assets/main-abcdefgh.js', name: 'main' } };
    conventions.files.compile([octets(JSON.stringify(manifest)), undefined, undefined]);
    const { revision } = conventions;
    expect(conventions.has('assets/main-abcdefgh.js')).toBe(true);
    conventions.files.compile([undefined, undefined, undefined]);
    expect(conventions.has('assets/main-abcdefgh.js')).toBe(false);
    expect(conventions.revision).toBeGreaterThan(revision);
  });

  it('takes the example of the documents without a word', () => {
    const page = readFileSync(new URL('../../../docs/real-sites.md', import.meta.url), 'utf8');
    const [, redirects = '', headers = ''] =
      /```\n# _redirects[^\n]*\n(.*?)\n\n# _headers\n(.*?)```/su.exec(page) ?? [];
    const { conventions, told } = conventionsOf();
    const rules = conventions.files.compile([
      octets(headers),
      octets(redirects),
      ...NOTHING.slice(2),
    ]);
    expect(told).toEqual([]);
    expect(rules.unforced(questionFor('blog', '2026', 'a'))).toMatchObject({
      location: '/posts/2026-a',
    });
    expect(rules.fieldsFor(questionFor('draft', 'a'), OK)?.remove).toEqual(
      new Set(['content-security-policy']),
    );
  });
});
