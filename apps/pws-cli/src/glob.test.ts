import fc from 'fast-check';
import minimatch from 'minimatch';
import { describe, expect, it, test } from 'vitest';
import { readGlob, slashed } from './glob.ts';
import { PatternSet } from './pattern-set.ts';
import { compilePattern } from './pattern.ts';
import { isFault } from './rule-problem.ts';

/** `undefined` where the glob is refused. */
function matches(source: string, path: string): boolean | undefined {
  const glob = readGlob(slashed(source));
  if (isFault(glob)) return undefined;
  const pattern = compilePattern(glob.node);
  if (pattern === undefined) return undefined;
  const isMatched = new PatternSet([pattern]).match(path).length > 0;
  return isMatched === (glob.holdsFor === 'matched');
}

function matchesByLibrary(source: string, path: string): boolean | undefined {
  try {
    return minimatch(path, slashed(source));
  } catch {
    // Of several `**` and more, it falls over its own feet.
    return undefined;
  }
}

describe('a glob', () => {
  test.each<[string, string, boolean, string]>([
    ['*', '/a', true, 'a star is one name'],
    ['*', '/a/b', false, 'and no more'],
    ['*', '/.a', false, 'not one that begins with a dot'],
    ['.*', '/.a', true, 'but where it says so'],
    ['**', '/', true, 'two are all, the root too'],
    ['**', '/a/b/c', true, 'and all below'],
    ['**', '/a/.b', false, 'but no name with a dot'],
    ['/a/**', '/a', false, 'behind a name they are one at least'],
    ['/a/**/b', '/a/b', true, 'and in the middle none, too'],
    ['**/*.@(jpg|png)', '/x/y/z.png', true, 'of a list one holds'],
    ['**/*.@(jpg|png)', '/z.gif', false, 'and nothing else'],
    ['/?(a)b', '/b', true, 'once or not'],
    ['/+(ab)', '/abab', true, 'once or more often'],
    ['/**(ab)c', '/xc', false, 'however many stars there are'],
    ['/*(ab)c', '/c', true, 'as often as one likes'],
    ['/{a,b/c}.html', '/b/c.html', true, 'braces reach over slashes'],
    ['/{1..3}', '/2', true, 'and count'],
    ['/[a-c]x', '/bx', true, 'a class is one character'],
    ['/[z{a]x', '/ax', true, 'in whatever order it is written'],
    ['/[!a-c]x', '/bx', false, 'or all but those'],
    ['!/b', '/a', true, 'a mark before all: everything else'],
    ['!/b', '/b', false, 'and not that'],
    ['a/../b', '/b', true, 'dot segments are gone before'],
    ['/a%20b', '/a b', false, 'escapes are not read'],
    ['/A', '/a', false, 'case counts'],
  ])('%s for %s: %j, %s', (source, path, expected) => {
    expect(matches(source, path)).toBe(expected);
    expect(minimatch(path, slashed(source))).toBe(expected);
  });

  test.each<[string, string]>([
    ['/!(a)', 'expected no !(…): what must not be there cannot be matched'],
    ['/[]a]', 'expected a class that does not begin with ]'],
    ['/[z-a]', 'expected a range that goes up, got one that goes down'],
    [`/${'{1..100}'.repeat(3)}`, 'expected at most 1000 texts of braces'],
  ])('%s is refused: %s', (source, fault) => {
    expect(readGlob(slashed(source))).toEqual({ fault });
  });

  // There, a wildcard changes places with such a character behind it: `*)` is `)*`.
  const changesPlaces = (source: string): boolean => {
    let rest = source;
    for (let before = ''; before !== rest;) {
      before = rest;
      rest = rest.replace(/[?*+@!]\([^()]*\)/g, 'L');
    }
    return /[?*+@!][)|\]]/.test(rest);
  };
  // And what is behind a bracket that is not closed is the word `undefined`, where it is these.
  const isUndefined = (source: string): boolean => /\[(?:\*\*)?(?:$|[/,}])/.test(source);

  it('matches what minimatch 3 matches, but for what is refused', () => {
    const source = fc.string({
      unit: fc.constantFrom(
        ...Array.from('ab.-/*?()|[]!{},@+\\1'),
        '**',
        '/**/',
        '@(',
        '[a',
        '{a,',
        '..',
        ')',
      ),
      maxLength: 12,
    });
    const path = fc
      .array(
        fc.string({
          unit: fc.constantFrom(...Array.from('ab.-*(|[]{}+1)@,')),
          minLength: 1,
          maxLength: 4,
        }),
        {
          maxLength: 4,
        },
      )
      .map((names) => `/${names.join('/')}`);
    fc.assert(
      fc.property(source, fc.array(path, { minLength: 1, maxLength: 8 }), (text, paths) => {
        fc.pre(!changesPlaces(text) && !isUndefined(text));
        for (const each of [...paths, '/', '/a', '/a/b', '/b/.a']) {
          const got = matches(text, each);
          const expected = matchesByLibrary(text, each);
          if (got === undefined || expected === undefined) continue;
          expect([text, each, got]).toEqual([text, each, expected]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
