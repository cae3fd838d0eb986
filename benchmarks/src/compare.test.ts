import { describe, expect, it } from 'vitest';
import { median, ratiosOf, spreadOf, turnsOf } from './compare.ts';

describe('spreadOf()', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }, 'one value is all of it'],
    [[9, 1, 5], { median: 5, min: 1, max: 9 }, 'the order they came in does not matter'],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }, 'an even number has two in the middle'],
    [[10, 9, 100], { median: 10, min: 9, max: 100 }, 'numbers are no texts'],
  ])('gives %j as %j: %s', (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
    expect(median(values)).toBe(expected.median);
  });

  it('has nothing to say of no values', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('ratiosOf()', () => {
  it('compares within a round, not over the whole run', () => {
    // A machine that was slow in the second round was slow for both.
    expect(ratiosOf([200, 20, 400], [100, 10, 100])).toEqual({ median: 2, min: 2, max: 4 });
  });

  it('wants as many rounds of both', () => {
    expect(() => ratiosOf([1, 2], [1])).toThrow(RangeError);
  });
});

describe('turnsOf()', () => {
  it('gives everyone a turn in each round, and lets each be the first', () => {
    const rounds = [0, 1, 2, 3].map((round) => turnsOf(['a', 'b', 'c'], round).join(''));
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc']);
    expect(turnsOf([], 3)).toEqual([]);
  });
});
