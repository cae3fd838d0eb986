import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesIn } from './json-text.ts';

describe('places in a text', () => {
  it('are those of its lines, however these end', () => {
    const pieces = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', 'bc'), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, fc.array(fc.nat({ max: 12 }), { minLength: 1 }), (all, counts) => {
        // What stands next to each other could be one line end.
        const parts = all.flatMap((piece) => [piece, 'x']);
        const placeOf = placesIn(parts.join(''));
        for (const count of counts) {
          const before = parts.slice(0, count * 2).join('');
          const lines = before.split(/\r\n|[\r\n]/);
          const column = (lines.at(-1) as string).length + 1;
          expect(placeOf(before.length)).toEqual({ line: lines.length, column });
        }
      }),
    );
  });
});
