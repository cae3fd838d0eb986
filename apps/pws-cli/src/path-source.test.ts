import fc from 'fast-check';
import pathToRegexp from 'path-to-regexp';
import { describe, expect, it, test } from 'vitest';
import { parsePathTokens, pathSourceNode } from './path-source.ts';
import { captureBy } from './pattern-captures.ts';
import { compilePattern } from './pattern.ts';
import { isFault } from './rule-problem.ts';

type Captured = Readonly<Record<string, string>> | undefined | 'refused';

function capturesOf(source: string, path: string): Captured {
  const node = pathSourceNode(parsePathTokens(source));
  if (isFault(node)) return 'refused';
  const pattern = compilePattern(node);
  if (pattern === undefined) return 'refused';
  const captures = captureBy(pattern, path);
  return captures && Object.fromEntries(captures);
}

/** By the library. */
function capturesByLibrary(source: string, path: string): Captured {
  const keys: pathToRegexp.Key[] = [];
  const found = pathToRegexp(source, keys).exec(path);
  if (found === null) return undefined;
  const captures = keys.flatMap(({ name }, index) => {
    const held = found[index + 1];
    return held === undefined ? [] : [[String(name), held] as const];
  });
  return Object.fromEntries(captures);
}

describe('a source of a path', () => {
  test.each<[string, string, Captured, string]>([
    ['/old/:id', '/old/12', { id: '12' }, 'a name is one segment'],
    ['/old/:id', '/old/12/', { id: '12' }, 'with a slash at the end or without'],
    ['/old/:id', '/OLD/A', { id: 'A' }, 'letters in any case'],
    ['/old/:id', '/old/1/2', undefined, 'not two'],
    ['/:a-:b', '/x-y-z', { a: 'x-y', b: 'z' }, 'the character before a name is not in it'],
    ['/(.*)', '/a/b', { 0: 'a/b' }, 'a group has a number'],
    ['/(.*)*', '/a/b', { 0: 'a/b' }, 'as does the one that stands for two stars'],
    ['/:y(\\d{4})/:m', '/2024/05', { y: '2024', m: '05' }, 'digits, so many'],
    ['/:y(\\d{4})', '/20245', undefined, 'and no more'],
    ['/a/:b?', '/a', {}, 'a name that may be missing'],
    ['/a/:b+', '/a/x/y', { b: 'x/y' }, 'or be several'],
    ['/a/:b*', '/a', {}, 'or both'],
    ['/:n(a|bc)', '/BC', { n: 'BC' }, 'alternatives'],
    ['/a\\:b', '/a:b', {}, 'what is escaped is itself'],
    ['/:id([^/]+)/x', '/1/x', { id: '1' }, 'classes'],
  ])('%s for %s: %j, %s', (source, path, expected) => {
    expect(capturesOf(source, path)).toEqual(expected);
    expect(capturesByLibrary(source, path)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['/(a\\b)', 'expected no back references, anchors and properties, got "\\x5cb"'],
    ['/(\\1)', 'expected no back references, anchors and properties, got "\\x5c1"'],
    ['/(?a)', 'expected something to repeat, got "?"'],
    ['/(a\\))', 'expected no groups in a group, got another parenthesis'],
    ['/(^a)', 'expected no anchors, got "^"'],
    ['/(a{9999})', 'expected 1000 times at most, got "{9999}"'],
  ])('%s is refused: %s', (source, fault) => {
    expect(pathSourceNode(parsePathTokens(source))).toEqual({ fault });
  });

  /** An optional group that is empty was not passed, there; it is as good as the empty text. */
  const held = (captures: Captured): unknown =>
    typeof captures === 'object'
      ? Object.fromEntries(Object.entries(captures).filter(([, text]) => text !== ''))
      : captures;

  it('holds what it does for path-to-regexp 3, but for what is refused', () => {
    const source = fc
      .string({
        unit: fc.constantFrom(
          ...Array.from('abA-./:?+*()|[]\\^{,}1é'),
          ':a',
          '(a|b)',
          '(.*)',
          '([^/]+)',
          '\\d',
        ),
        maxLength: 10,
      })
      .map((text) => `/${text}`);
    const path = fc.string({
      unit: fc.constantFrom(...Array.from('abAB-./:1é?+()')),
      maxLength: 8,
    });
    fc.assert(
      fc.property(source, fc.array(path, { minLength: 1, maxLength: 8 }), (text, paths) => {
        for (const each of paths) {
          const got = capturesOf(text, `/${each}`);
          if (got === 'refused') continue;
          const expected = capturesByLibrary(text, `/${each}`);
          expect([text, each, held(got)]).toEqual([text, each, held(expected)]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
