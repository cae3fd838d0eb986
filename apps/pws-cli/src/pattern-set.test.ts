import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cloudflarePattern, netlifyPattern } from './path-patterns.ts';
import { type StepTally, captureBy } from './pattern-captures.ts';
import { PatternSet } from './pattern-set.ts';
import {
  ANY_BUT_SLASH,
  ANY_UNIT,
  type Pattern,
  type PatternNode,
  capture,
  compilePattern,
  literal,
  repeat,
  sequence,
  unitIn,
} from './pattern.ts';
import { isFault } from './rule-problem.ts';

const compiled = (node: PatternNode): Pattern => {
  const pattern = compilePattern(node);
  if (pattern === undefined) throw new Error('expected a pattern that is small enough');
  return pattern;
};

/** What is written for both machines, and as a regular expression. */
const translated = (node: PatternNode): string => {
  switch (node.kind) {
    case 'unit': {
      const escaped = node.ranges.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
      const pairs = escaped.flatMap((first, at) =>
        at % 2 === 0 ? [`${first}-${escaped[at + 1] as string}`] : [],
      );
      return `[${pairs.join('')}]`;
    }
    case 'sequence':
      return node.nodes.map(translated).join('');
    case 'choice':
      return `(?:${node.nodes.map(translated).join('|')})`;
    case 'repeat': {
      const most = node.most === Infinity ? '' : String(node.most);
      const mark = node.preference === 'lazy' ? '?' : '';
      return `(?:${translated(node.node)}){${node.least},${most}}${mark}`;
    }
    case 'capture':
      return `(${translated(node.node)})`;
  }
};

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 12 });

const unit = fc.constantFrom<PatternNode>(
  ANY_UNIT,
  ANY_BUT_SLASH,
  literal('a'),
  literal('A', 'any-case'),
  unitIn([
    [0x62, 0x62],
    [0x2e, 0x2f],
  ]),
);

// What is repeated takes something: regular expressions of this language pass over a turn that
// takes nothing, others do not.
const { node } = fc.letrec<{ node: PatternNode; flat: PatternNode }>((tie) => ({
  flat: fc.oneof(
    { maxDepth: 2 },
    unit,
    fc.array(tie('flat'), { minLength: 1, maxLength: 3 }).map((nodes) => sequence(nodes)),
    fc
      .array(tie('flat'), { minLength: 1, maxLength: 3 })
      .map((nodes): PatternNode => ({ kind: 'choice', nodes })),
  ),
  node: fc.oneof(
    { maxDepth: 3 },
    unit,
    fc.array(tie('node'), { maxLength: 3 }).map((nodes) => sequence(nodes)),
    fc
      .array(tie('node'), { minLength: 1, maxLength: 3 })
      .map((nodes): PatternNode => ({ kind: 'choice', nodes })),
    fc
      .record({
        node: tie('flat'),
        least: fc.integer({ min: 0, max: 2 }),
        more: fc.constantFrom(0, 1, 2, Infinity),
        preference: fc.constantFrom('greedy' as const, 'lazy' as const),
      })
      .map(({ node: repeated, least, more, preference }): PatternNode => {
        return { kind: 'repeat', node: repeated, least, most: least + more, preference };
      }),
  ),
}));

describe('a set of patterns', () => {
  it('has those that match the whole text, in order', () => {
    const set = new PatternSet(
      [
        sequence([literal('/a'), repeat(ANY_UNIT, 0, Infinity)]),
        literal('/ab'),
        sequence([literal('/'), repeat(ANY_BUT_SLASH, 1, Infinity)]),
        literal('/AB', 'any-case'),
      ].map(compiled),
    );
    const matched = ['/ab', '/aB', '/a/b', '/b', '', '/', '/ab/'].map((each) => set.match(each));
    expect(matched).toEqual([[0, 1, 2, 3], [0, 2, 3], [0], [2], [], [], [0]]);
    expect(set.match('/ab')).toBe(set.match('/ab'));
  });

  it('knows what holds for any text', () => {
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 3 }), text, (nodes, each) => {
        const set = new PatternSet(nodes.map(compiled), { maxCells: Infinity });
        const seen = new Set<string>();
        const isWhole = set.holdsForAll((matched) => seen.add(matched.join()).size > 0);
        expect(isWhole).toBe(true);
        expect(seen).toContain(set.match(each).join());
      }),
    );
  });

  const ANYTHING = repeat(ANY_UNIT, 0, Infinity);
  const NAME = repeat(ANY_BUT_SLASH, 1, Infinity);
  test.each<[string, PatternNode, PatternNode, boolean]>([
    ['a text in itself', literal('/a'), literal('/a'), true],
    ['a text in all', literal('/a'), ANYTHING, true],
    ['all in a text', ANYTHING, literal('/a'), false],
    [
      'names in all below',
      sequence([literal('/'), NAME]),
      sequence([literal('/'), ANYTHING]),
      true,
    ],
    [
      'all below in names',
      sequence([literal('/'), ANYTHING]),
      sequence([literal('/'), NAME]),
      false,
    ],
    ['letters in their case in any', literal('/a'), literal('/A', 'any-case'), true],
    ['letters in any case in one', literal('/a', 'any-case'), literal('/a'), false],
  ])('knows whether one is in another: %s', (_what, inner, outer, expected) => {
    const set = new PatternSet([inner, outer].map(compiled), { maxCells: Infinity });
    const isIn = set.holdsForAll((matched) => !matched.includes(0) || matched.includes(1));
    expect(isIn).toBe(expected);
  });

  it('says no of what has more states than are kept', () => {
    const far = sequence([ANYTHING, literal('a'), repeat(ANY_UNIT, 24, 24)]);
    const set = new PatternSet([compiled(far)], { maxCells: Infinity });
    expect(set.holdsForAll(() => true)).toBe(false);
    expect(set.cells).toBeLessThan(1_100_000);
  });

  it('may be empty, and have patterns that match nothing but the empty text', () => {
    expect(new PatternSet([]).match('/a')).toEqual([]);
    expect(new PatternSet([compiled(sequence([]))]).match('')).toEqual([0]);
    expect(new PatternSet([compiled(sequence([]))]).match('a')).toEqual([]);
  });

  it('reads letters of other scripts in any case', () => {
    const set = new PatternSet([compiled(literal('/ÄПß', 'any-case'))]);
    expect(set.match('/äпß')).toEqual([0]);
    expect(set.match('/aпß')).toEqual([]);
  });

  it('agrees with each pattern alone, however little it may keep', () => {
    fc.assert(
      fc.property(
        fc.array(node, { maxLength: 5 }),
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(0, 40, 1_000_000),
        (nodes, texts, maxCells) => {
          const patterns = nodes.map(compiled);
          const set = new PatternSet(patterns, { maxCells });
          for (const each of texts) {
            const alone = patterns.flatMap((pattern, id) =>
              captureBy(pattern, each) === undefined ? [] : [id],
            );
            expect(set.match(each)).toEqual(alone);
          }
        },
      ),
    );
  });

  it('keeps no more than it may, and takes no longer than text times patterns', () => {
    // Whether the twentieth unit from the end is an `a` takes a million states.
    const hostile = Array.from({ length: 12 }, (_, index) =>
      compiled(
        sequence([
          repeat(ANY_UNIT, 0, Infinity),
          literal('a'),
          repeat(ANY_UNIT, index + 9, index + 9),
        ]),
      ),
    );
    const instructions = hostile.reduce((sum, pattern) => sum + pattern.instructions.length, 0);
    const maxCells = 50_000;
    const set = new PatternSet(hostile, { maxCells });
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 400, maxLength: 400 });
    fc.assert(
      fc.property(letters, (each) => {
        const before = set.steps;
        set.match(each);
        expect(set.steps - before).toBeLessThanOrEqual((each.length + 1) * (instructions * 2 + 1));
        expect(set.cells).toBeLessThanOrEqual(maxCells);
      }),
    );
  });

  it('takes one step for each unit of a text that it has seen', () => {
    const set = new PatternSet(
      Array.from({ length: 1000 }, (_, index) => compiled(literal(`/old/${index}`))),
    );
    set.match('/old/777');
    const before = set.steps;
    expect(set.match('/old/777')).toEqual([777]);
    expect(set.steps - before).toBe(8);
  });
});

describe('captures', () => {
  test.each<[string, string, Readonly<Record<string, string>> | undefined]>([
    ['/a/*', '/a/b/c', { splat: 'b/c' }],
    ['/a/*', '/a/b/', { splat: 'b/' }],
    ['/a/*', '/a', {}],
    ['/a/*', '/a/', { splat: '' }],
    ['/a/*', '/ab', undefined],
    ['/:a/:b', '/x/y', { a: 'x', b: 'y' }],
    ['/:a/:b', '/x/y/', { a: 'x', b: 'y' }],
    ['/:a/:b', '/x/y/z', undefined],
    ['/a*b*c', '/axbybzc', { splat: 'z' }],
  ])('of %s in %s are those of a greedy matcher', (pattern, path, expected) => {
    const read = netlifyPattern(pattern, 'exact');
    if (isFault(read)) throw new Error(read.fault);
    const captures = captureBy(read.pattern, path);
    expect(captures && Object.fromEntries(captures)).toEqual(expected);
  });

  test('are those of a regular expression', () => {
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 4 }), text, (nodes, each) => {
        const pattern = sequence(nodes.map((part, index) => capture(`n${index}`, part)));
        const expected = new RegExp(`^${translated(pattern)}$`).exec(each);
        const captures = captureBy(compiled(pattern), each);
        expect(captures && [...captures.values()]).toEqual(expected?.slice(1));
      }),
      { numRuns: 500 },
    );
  });

  test('take no longer than text times pattern', () => {
    const read = cloudflarePattern('/:a:b:c*:d:e:f');
    if (isFault(read)) throw new Error(read.fault);
    const { pattern } = read;
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/'), maxLength: 300 }), (each) => {
        const tally: StepTally = { steps: 0 };
        captureBy(pattern, `/${each}`, tally);
        expect(tally.steps).toBeLessThanOrEqual(
          (each.length + 2) * pattern.instructions.length * 2,
        );
      }),
    );
  });
});

describe('compilePattern()', () => {
  test.each<[string, PatternNode]>([
    ['a long text', literal('a'.repeat(20_000))],
    ['counted repetition', repeat(literal('a'), 20_000, 20_000)],
    ['repetition of it', repeat(repeat(repeat(ANY_UNIT, 0, 100), 100, 200), 0, 1e9)],
    ['repetition of nothing', repeat(sequence([]), 0, 1e9)],
  ])('makes nothing that is too large: %s', (_what, large) => {
    expect(compilePattern(large)).toBeUndefined();
  });

  it('makes what is repeated without end and may be nothing', () => {
    const pattern = compiled(repeat(repeat(literal('a'), 0, Infinity), 0, Infinity));
    expect(new PatternSet([pattern]).match('aaa')).toEqual([0]);
    expect(captureBy(pattern, 'aab')).toBeUndefined();
  });
});
