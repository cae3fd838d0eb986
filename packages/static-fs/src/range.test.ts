import { describe, expect, it } from 'vitest';

import {
  type ContentRange,
  formatContentRange,
  parseContentRange,
  parseRange,
  type RangeSpec,
  resolveRanges,
} from './range.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const from = (first: number, last?: number): RangeSpec => ({ kind: 'int-range', first, last });
const suffix = (lengthBytes: number): RangeSpec => ({ kind: 'suffix-range', lengthBytes });

/** What becomes of a Range, in short: `0-9`, `0-1 4-5`, `whole`, `416`, or `ignored`. */
function decide(field: string, lengthBytes: number): string {
  const specs = parseRange(field);
  if (specs === undefined) return 'ignored';
  const resolved = resolveRanges(specs, lengthBytes);
  if (resolved.kind === 'whole') return 'whole';
  if (resolved.kind === 'unsatisfiable') return '416';
  return resolved.ranges.map(({ first, last }) => `${first}-${last}`).join(' ');
}

describe('parseRange()', () => {
  it.each<[string, RangeSpec[], string]>([
    ['bytes=0-499', [from(0, 499)], 'first and last'],
    ['bytes=9500-', [from(9500)], 'open'],
    ['bytes=-500', [suffix(500)], 'suffix'],
    ['bytes=0-0,-1', [from(0, 0), suffix(1)], 'the first and the last octet'],
    ['bytes=500-600,601-999', [from(500, 600), from(601, 999)], 'two'],
    ['bytes= , 0-1\t,,\t2-3 ,', [from(0, 1), from(2, 3)], 'blanks and empty members'],
    ['Bytes=0-1', [from(0, 1)], 'units are case-insensitive (RFC 9110 §14.1)'],
    ['bytes=007-08', [from(7, 8)], 'leading zeros'],
    ['bytes=-0', [suffix(0)], 'in the grammar, though of no use'],
    ['bytes=0-9007199254740991', [from(0, MAX)], 'the largest exact number'],
    ['bytes=9007199254740990-', [from(MAX - 1)], 'the one before'],
    ['bytes=0-9007199254740993', [from(0, MAX)], 'larger'],
    [`bytes=${'9'.repeat(400)}-`, [from(MAX)], 'larger than any number'],
    [`bytes=-${'0'.repeat(400)}1`, [suffix(1)], 'long, but small'],
    ['bytes=99999999999999999999-99999999999999999998', [from(MAX, MAX)], 'both are one number'],
  ])('reads %j as %j: %s', (text, expected) => {
    expect(parseRange(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['bytes', 'no set'],
    ['bytes=', 'an empty set'],
    ['bytes=,', 'a set of empty members'],
    ['bytes= ', 'a set of a blank'],
    ['0-1', 'no unit'],
    ['=0-1', 'no unit'],
    ['items=0-1', 'another unit'],
    ['bytes =0-1', 'a blank before ='],
    ['bytes= 0-1', 'a blank behind ='],
    [' bytes=0-1', 'a blank in front'],
    ['bytes=-', 'no position'],
    ['bytes=5', 'no hyphen'],
    ['bytes=5-2', 'the last position before the first'],
    ['bytes=0-1,5-2', 'one of them'],
    ['bytes=abc', 'no digits'],
    ['bytes=1-x', 'no digits'],
    ['bytes=x-1', 'no digits'],
    ['bytes=--1', 'two hyphens'],
    ['bytes=0--1', 'two hyphens'],
    ['bytes=+0-1', 'a sign'],
    ['bytes=0.0-1', 'a fraction'],
    ['bytes=0x0-1', 'another base'],
    ['bytes=1e1-', 'an exponent'],
    ['bytes=0 -1', 'a blank within'],
    ['bytes=0- 1', 'a blank within'],
    ['bytes=0-1 2-3', 'no comma'],
    ['bytes=0-1;2-3', 'another separator'],
    ['bytes=0-1, bytes=2-3', 'two field lines'],
    ['bytes=0-1\u00a0', 'a blank that is none'],
    ['bytes=٠-١', 'digits of another script'],
    ['bytes=0-1\n', 'a line end'],
  ])('ignores %j: %s', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it('ignores a field with more ranges than may be asked for', () => {
    const ranges = (count: number): string => `bytes=${Array(count).fill('0-0').join(',')}`;
    expect(parseRange(ranges(16))).toHaveLength(16);
    expect(parseRange(ranges(17))).toBeUndefined();
    expect(parseRange(ranges(1000))).toBeUndefined();
    expect(parseRange(ranges(1000), { maxRanges: 1000 })).toHaveLength(1000);
    expect(parseRange(ranges(1), { maxRanges: 0 })).toBeUndefined();
  });
});

describe('a Range', () => {
  it.each<[string, string, string]>([
    ['bytes=0-0', '0-0', 'one octet'],
    ['bytes=9-9', '9-9', 'the last octet'],
    ['bytes=2-5', '2-5', 'some'],
    ['bytes=7-', '7-9', 'the rest'],
    ['bytes=0-', '0-9', 'all, as a range'],
    ['bytes=-5', '5-9', 'the end'],
    ['bytes=-10', '0-9', 'all of it'],
    ['bytes=-100', '0-9', 'more than all of it'],
    ['bytes=5-100', '5-9', 'past the end'],
    ['bytes=0-99999999999999999999', '0-9', 'far past the end'],
    ['bytes=-0', '416', 'nothing of it'],
    ['bytes=10-', '416', 'just past the end'],
    ['bytes=20-', '416', 'past the end'],
    ['bytes=99999999999999999999-', '416', 'far past the end'],
    ['bytes=20-,-0,30-40', '416', 'none of them'],
    ['bytes=5-2', 'ignored', 'inverted'],
    ['bytes=abc', 'ignored', 'malformed'],
    ['bytes=20-,0-1', '0-1', 'one of them'],
    ['bytes=-0,4-5,20-30,0-1', '4-5 0-1', 'some of them, in their order'],
    ['bytes=0-1,1-2', '0-2', 'overlapping'],
    ['bytes=0-1,2-3', '0-3', 'touching'],
    ['bytes=2-3,0-1', '0-3', 'touching the other way round'],
    ['bytes=0-1,3-4', '0-1 3-4', 'one octet between'],
    ['bytes=3-4,0-1', '3-4 0-1', 'the order that was asked for'],
    ['bytes=8-9,4-5,0-1', '8-9 4-5 0-1', 'the order that was asked for'],
    ['bytes=8-9,0-1,4-5,1-2', '8-9 0-2 4-5', 'in the place of the first of them'],
    ['bytes=1-2,8-9,4-5,0-1', '0-2 8-9 4-5', 'in the place of the first of them'],
    ['bytes=0-1,4-5,2-3,8-9', '0-5 8-9', 'joined by a third'],
    ['bytes=0-9,2-3', '0-9', 'one within the other'],
    ['bytes=2-3,0-9', '0-9', 'one within the other'],
    ['bytes=0-,0-,0-,0-,0-,0-', '0-9', 'the same many times over'],
    ['bytes=0-0,-1', '0-0 9-9', 'the first and the last octet'],
    ['bytes=-1,-2,-3', '7-9', 'suffixes always overlap'],
  ])('%s of ten octets gives %s: %s', (field, expected) => {
    expect(decide(field, 10)).toBe(expected);
  });

  it.each([['bytes=0-0'], ['bytes=0-'], ['bytes=-1'], ['bytes=-0'], ['bytes=5-9']])(
    '%s of nothing gives the whole, since no Content-Range could name a part',
    (field) => {
      expect(decide(field, 0)).toBe('whole');
    },
  );

  it.each<[string, number, string, string]>([
    ['bytes=4294967295-4294967296', 2 ** 33, '4294967295-4294967296', 'around 4 GiB'],
    ['bytes=-1', 2 ** 32 + 1, '4294967296-4294967296', 'beyond 4 GiB'],
    ['bytes=9007199254740989-', MAX, '9007199254740989-9007199254740990', 'the largest file'],
    ['bytes=-9007199254740991', MAX, '0-9007199254740990', 'all of it'],
    ['bytes=9007199254740991-', MAX, '416', 'just past its end'],
    ['bytes=0-1,9007199254740990-', MAX, '0-1 9007199254740990-9007199254740990', 'both ends'],
  ])('%s of %d octets gives %s: %s', (field, lengthBytes, expected) => {
    expect(decide(field, lengthBytes)).toBe(expected);
  });
});

describe('resolveRanges()', () => {
  it('gives the whole where nothing is asked for', () => {
    expect(resolveRanges([], 10)).toEqual({ kind: 'whole' });
  });

  it('gives the whole where the heads of the parts would cost more than the whole', () => {
    const everySecond = (count: number): RangeSpec[] =>
      Array.from({ length: count }, (_, index) => from(2 * index, 2 * index));
    expect(resolveRanges(everySecond(16), 32).kind).toBe('ranges');
    expect(resolveRanges(everySecond(17), 34).kind).toBe('whole');
    expect(resolveRanges(everySecond(17), 17 + 256).kind).toBe('ranges');
    expect(resolveRanges(everySecond(17), 17 + 255).kind).toBe('whole');
  });

  it('looks at each of many ranges a few times only', () => {
    let reads = 0;
    const specs = Array.from({ length: 10_000 }, (_, index) => {
      const first = (index * 7919) % 100_003;
      return {
        kind: 'int-range' as const,
        get first() {
          reads++;
          return first;
        },
        last: first,
      };
    });
    resolveRanges(specs, 1e9);
    expect(reads).toBeLessThan(5 * specs.length);
  });
});

describe('Content-Range', () => {
  const range = (first: number, last: number, lengthBytes?: number): ContentRange => ({
    kind: 'range',
    range: { first, last },
    lengthBytes,
  });

  it.each<[string, ContentRange]>([
    ['bytes 42-1233/1234', range(42, 1233, 1234)],
    ['bytes 42-1233/*', range(42, 1233)],
    ['bytes 0-0/1', range(0, 0, 1)],
    ['bytes */1234', { kind: 'unsatisfied', lengthBytes: 1234 }],
    ['bytes */0', { kind: 'unsatisfied', lengthBytes: 0 }],
    ['bytes 4294967296-4294967297/8589934592', range(2 ** 32, 2 ** 32 + 1, 2 ** 33)],
    ['bytes 0-9007199254740990/9007199254740991', range(0, MAX - 1, MAX)],
    ['bytes 0-9007199254740990/*', range(0, MAX - 1)],
  ])('is written and read as %s', (text, contentRange) => {
    expect(formatContentRange(contentRange)).toBe(text);
    expect(parseContentRange(text)).toEqual(contentRange);
  });

  it('is read with a unit in any case', () => {
    expect(parseContentRange('Bytes 0-0/1')).toEqual(range(0, 0, 1));
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['bytes', 'no range'],
    ['bytes */*', 'says nothing'],
    ['bytes 0-1', 'no length'],
    ['bytes 0-1/', 'no length'],
    ['bytes -1/10', 'no first position'],
    ['bytes 0-/10', 'no last position'],
    ['bytes 5-2/10', 'inverted'],
    ['bytes 0-10/10', 'past the length'],
    ['bytes 0-0/0', 'past the length'],
    ['bytes=0-1/10', 'the other field'],
    ['bytes  0-1/10', 'two blanks'],
    ['bytes\t0-1/10', 'another blank'],
    ['bytes 0-1 /10', 'a blank within'],
    ['items 0-1/10', 'another unit'],
    ['bytes 0-1/9007199254740992', 'a length that is not exact'],
    ['bytes 0-9007199254740991/*', 'a position that no length can follow'],
    ['bytes 0-1/10, bytes 0-1/10', 'two field lines'],
    ['bytes 0-1/10\n', 'a line end'],
  ])('is not %j: %s', (text) => {
    expect(parseContentRange(text)).toBeUndefined();
  });
});
