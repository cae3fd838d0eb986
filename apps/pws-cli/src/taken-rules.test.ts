import type { SitePath } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type CheckedRule, checkedRules, readPath } from './checked-rules.ts';
import { parseJson } from './json-text.ts';
import type { PlacedRules } from './redirect-rule.ts';
import { parseRedirectsFile } from './redirects-file.ts';
import type { RulesDialect } from './rule-problem.ts';
import { compileServeJson } from './serve-json-rules.ts';
import { readServeJson } from './serve-json.ts';
import { takenRules } from './taken-rules.ts';

function lines(text: string, dialect: RulesDialect = 'netlify'): PlacedRules {
  return { file: '_redirects', syntax: 'lines', rules: parseRedirectsFile(text, dialect).rules };
}

function served(sources: readonly string[]): PlacedRules {
  const destination = 'https://example.com/';
  const text = JSON.stringify({ redirects: sources.map((source) => ({ source, destination })) });
  const tree = parseJson(text, []);
  if (tree === undefined) throw new Error('it is JSON');
  return compileServeJson(readServeJson(tree, text, []), 'serve.json');
}

const takenIn = (rules: readonly CheckedRule[], dotfiles?: 'allow'): string[] =>
  [...takenRules(rules, { dotfiles }).keys()].map(({ rule }) => rule.from.source);

describe('a rule is left no request', () => {
  test.each<[string, PlacedRules, readonly string[]]>([
    ['where all of it is below a path', lines('/a/* /x\n/a/b /y'), ['/a/b']],
    ['nor where it is that path', lines('/a/* /x\n/a /y'), ['/a']],
    ['but where it is for more', lines('/a/:b /x\n/a/* /y'), []],
    ['or for deeper ones', lines('/a/:b /x\n/a/:b/c /y'), []],
    ['or with a slash, where that matters', lines('/a /x\n/a/ /y', 'cloudflare'), []],
    ['where a name only begins so', lines('/a* /x\n/ab/* /y', 'cloudflare'), ['/ab/*']],
    ['but where the first leads there itself', lines('/a/* /a/b\n/a/b /y'), []],
    ['or to one of those that it is for', lines('/* /a\n/a/* /y'), []],
    ['or to all of them, by what was asked for', lines('/* /x/:splat\n/x/* /y\n/z/* /y'), ['/z/*']],
    ['where it leads there on another host', lines('/* https://a.example/a\n/a/* /y'), ['/a/*']],
    ['but where it asks for more', lines('/a/* /x Language=de\n/a/b /y'), []],
    ['or is for one host', lines('https://a.example/* /x\n/a /y'), []],
    ['of globs', served(['/a/**', '/a/b']), ['/a/b']],
    ['in any case, of paths', served(['/a/**', '/A/b']), ['/A/b']],
    ['of classes', served(['/1/[2-4]', '/1/3', '/1/5']), ['/1/3']],
    ['where letters are in the same case', served(['/a/[b-d]', '/a/c']), []],
    ['of all', served(['**', '/a/:b', '/c']), ['/a/:b', '/c']],
    ['of groups', served(['/a/:b(\\d+)', '/a/12', '/a/b']), ['/a/12']],
    ['of all but one', served(['!/a', '/b', '/a']), ['/b']],
    ['but where it is for all but one', served(['/a', '!/b']), []],
    ['of braces', served(['/{1,2}/*', '/2/3']), ['/2/3']],
  ])('%s', (_when, place, expected) => {
    expect(takenIn(checkedRules([place], ''))).toEqual(expected);
  });

  it('where names that begin with a dot are not served, and globs do not know them', () => {
    const rules = checkedRules([served(['/a/*']), lines('/1/:b /x')], '');
    expect(takenIn(rules)).toEqual([]);
    const both = checkedRules([served(['/1/@(*)']), lines('/1/:b /x')], '');
    expect(takenIn(both)).toEqual(['/1/:b']);
    expect(takenIn(both, 'allow')).toEqual([]);
  });

  it('only where none ever comes to it', () => {
    const part = fc.constantFrom('a', 'b', '12', ':x', '*', 'a*');
    const source = fc.array(part, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const glob = fc.constantFrom(
      'a',
      '12',
      ':x',
      '*',
      '**',
      '[ab]',
      '[^a]',
      '?',
      ':y*',
      '(.+)',
      '{a,12}',
    );
    const globs = fc.array(glob, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const target = fc.constantFrom('/x', '/a', '/:splat', 'https://example.com/');
    const line = fc.tuple(source, target, fc.constantFrom('301', '302!'));
    const name = fc.constantFrom('a', 'b', '12', 'ab', 'A', '.well-known', 'x');
    const path = fc
      .tuple(fc.array(name, { maxLength: 4 }), fc.boolean())
      .map(([names, ends]): SitePath => readPath(`/${names.join('/')}${ends ? '/' : ''}`));
    fc.assert(
      fc.property(
        fc.array(globs, { maxLength: 4 }),
        fc.array(line, { maxLength: 4 }),
        fc.array(path, { minLength: 20, maxLength: 20 }),
        (sources, all, paths) => {
          const text = all.map((each) => each.join(' ')).join('\n');
          const rules = checkedRules([served(sources), lines(text)], '');
          const taken = takenRules(rules, {});
          for (const asked of paths.filter(
            ({ segments }) => !segments.slice(1).includes('.well-known'),
          )) {
            const first = rules.find(({ alone }) => alone(asked) !== undefined);
            if (first !== undefined) expect(taken.get(first)).toBeUndefined();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
