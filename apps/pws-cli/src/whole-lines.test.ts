import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createLineJoiner } from './whole-lines.ts';

function linesOf(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  const take = createLineJoiner((line) => lines.push(line));
  for (const piece of pieces) take(piece);
  return lines;
}

describe('createLineJoiner()', () => {
  test.each<[string[], string[], string]>([
    [[], [], 'nothing'],
    [['a\n'], ['a\n'], 'one line'],
    [['a\nb\n'], ['a\n', 'b\n'], 'two in one piece'],
    [['a', 'b', '\n'], ['ab\n'], 'one in three pieces'],
    [['a\nb', 'c\n'], ['a\n', 'bc\n'], 'the rest of a piece with the next one'],
    [['\n\n'], ['\n', '\n'], 'empty lines'],
    [['a\nhalf'], ['a\n'], 'not what has no end'],
    [['', 'a\n', ''], ['a\n'], 'empty pieces are nothing'],
  ])('makes of %j %j: %s', (pieces, lines) => {
    expect(linesOf(pieces)).toEqual(lines);
  });

  it('gives the same lines however the text is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 6 }), (whole, cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((to, index) => whole.slice(places[index], to));
        expect(linesOf(pieces).join('')).toBe(linesOf([whole]).join(''));
        expect(linesOf(pieces)).toEqual(linesOf([whole]));
      }),
    );
  });

  it('ends a line that has no end by a mebibyte', () => {
    const lines = linesOf(['x'.repeat(1024 * 1024), 'y', 'z\n']);
    expect(lines.map((line) => [line.length, line.at(-2)])).toEqual([
      [1024 * 1024 + 2, 'y'],
      [2, 'z'],
    ]);
  });
});
