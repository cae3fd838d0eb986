import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseExpect } from './expect.ts';

const piece = fc.constantFrom('100-continue', ',', ' ', '=', ';', '"', '\\', 'a', '\0', '\u00e9');

describe('parseExpect()', () => {
  it.each<[string, [string, string?, Record<string, string>?][], string]>([
    ['100-continue', [['100-continue']], 'the one expectation of RFC 9110 §10.1.1'],
    ['100-Continue', [['100-continue']], 'in any case'],
    ['100-continue, 100-continue', [['100-continue'], ['100-continue']], 'two lines combined'],
    [', ,100-continue ,', [['100-continue']], 'empty elements'],
    ['', [], 'an empty list'],
    ['a=B', [['a', 'B']], 'a value as it was sent'],
    ['a="b, c";d=e;F="g"', [['a', 'b, c', { d: 'e', f: 'g' }]], 'a quoted value, parameters'],
    ['a=b ; c=d , e', [['a', 'b', { c: 'd' }], ['e']], 'blanks around delimiters'],
  ])('reads %j as %j: %s', (value, expected) => {
    const read = parseExpect(value)?.map((one) => [
      one.name,
      one.value,
      Object.fromEntries(one.parameters),
    ]);
    expect(read).toEqual(
      expected.map(([name, text, parameters]) => [name, text, parameters ?? {}]),
    );
  });

  it.each<[string, string]>([
    ['100-continue 100-continue', 'no comma'],
    ['a;b=c', 'parameters without a value'],
    ['a=', 'no value'],
    ['=a', 'no name'],
    ['a = b', 'blanks around the equals sign'],
    ['a=b;c=d;c=e', 'a parameter that comes twice'],
    ['a="b', 'a quote left open'],
    ['100-continue\0', 'a control octet'],
  ])('refuses %j: %s', (value) => {
    expect(parseExpect(value)).toBeUndefined();
  });

  it('gives a list or undefined for any text, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: piece }), fc.string({ unit: 'binary' })), (value) => {
        for (const { name } of parseExpect(value) ?? []) expect(name).not.toBe('');
      }),
    );
  });
});
