import { describe, expect, it } from 'vitest';

import {
  type EntityTag,
  formatEntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTagList,
} from './entity-tag.ts';

const strong = (opaque: string): EntityTag => ({ weak: false, opaque });
const weak = (opaque: string): EntityTag => ({ weak: true, opaque });

describe('parseEntityTag()', () => {
  it.each<[string, EntityTag, string]>([
    ['"xyzzy"', strong('xyzzy'), 'the first example of RFC 9110 §8.8.3'],
    ['W/"xyzzy"', weak('xyzzy'), 'the second'],
    ['""', strong(''), 'the third'],
    ['W/""', weak(''), 'nothing, weakly'],
    ['"a,b"', strong('a,b'), 'a comma is an etagc'],
    ['"a\\"', strong('a\\'), 'a backslash is one too, and escapes nothing'],
    ['"W/"', strong('W/'), 'not weak inside'],
    ['"\u0080\u00ff"', strong('\u0080\u00ff'), 'obs-text'],
    ['"!#~"', strong('!#~'), 'the ends of etagc'],
  ])('reads %j as %j: %s', (text, expected) => {
    expect(parseEntityTag(text)).toEqual(expected);
    expect(formatEntityTag(expected)).toBe(text);
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['xyzzy', 'no quotes'],
    ['"', 'one quote'],
    ['W/"', 'one quote'],
    ['"a', 'not closed'],
    ['a"', 'not opened'],
    ['w/"a"', 'W is case-sensitive'],
    ['W"a"', 'no slash'],
    ['W/ "a"', 'a blank'],
    ['"a b"', 'a blank inside'],
    ['"a""b"', 'a quote inside'],
    ['"a"b', 'something behind'],
    ['"a" ', 'a blank behind'],
    [' "a"', 'a blank in front'],
    ['"\u007f"', 'a control'],
    ['"a\r\nb"', 'line ends'],
    ['"\u0100"', 'no octet'],
    ['"a", "b"', 'two of them'],
    ['*', 'an asterisk is for lists'],
  ])('takes %j for none: %s', (text) => {
    expect(parseEntityTag(text)).toBeUndefined();
  });
});

describe('parseEntityTagList()', () => {
  it.each<[string, '*' | EntityTag[], string]>([
    ['"xyzzy"', [strong('xyzzy')], 'one'],
    [
      '"xyzzy", "r2d2xxxx", "c3piozzzz"',
      [strong('xyzzy'), strong('r2d2xxxx'), strong('c3piozzzz')],
      'the example of RFC 9110 §13.1.1',
    ],
    ['W/"a",W/"b"', [weak('a'), weak('b')], 'without blanks'],
    ['"a"\t ,\t "b"', [strong('a'), strong('b')], 'with many'],
    [',, "a",, ,"b",', [strong('a'), strong('b')], 'empty members (RFC 9110 §5.6.1.2)'],
    [' "a" ', [strong('a')], 'blanks around the value'],
    ['"a", "a"', [strong('a'), strong('a')], 'twice the same'],
    ['"a,b", "c"', [strong('a,b'), strong('c')], 'a comma within a tag'],
    ['"*"', [strong('*')], 'a tag that is an asterisk'],
    ['', [], 'none'],
    [' , ,', [], 'none, at length'],
    ['*', '*', 'any'],
    ['\t* ', '*', 'any, with blanks around'],
  ])('reads %j as %j: %s', (text, expected) => {
    expect(parseEntityTagList(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['"a" "b"', 'no comma'],
    ['"a""b"', 'no comma'],
    ['"a", b', 'one without quotes'],
    ['"a", "b', 'one that is not closed'],
    ['*, "a"', 'an asterisk is alone'],
    ['"a", *', 'an asterisk is alone'],
    ['*,', 'an asterisk is no member of a list'],
    ['**', 'one asterisk'],
    ['W/*', 'no weak asterisk'],
    ['"a"; "b"', 'another separator'],
    ['\u00a0"a"', 'a blank that is none'],
    ['"a"\n, "b"', 'a line end'],
  ])('takes %j for none: %s', (text) => {
    expect(parseEntityTagList(text)).toBeUndefined();
  });
});

describe('formatEntityTag()', () => {
  it.each([['a b'], ['a"b'], ['a\r\nSet-Cookie: b'], ['\u007f'], ['\u0100'], ['\ud800']])(
    'refuses %j, which would not be one entity tag',
    (opaque) => {
      expect(() => formatEntityTag(strong(opaque))).toThrow(TypeError);
      expect(() => formatEntityTag(weak(opaque))).toThrow(TypeError);
    },
  );
});

describe('comparing entity tags, as in the table of RFC 9110 §8.8.3.2', () => {
  it.each<[string, string, boolean, boolean]>([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
    ['"a"', '"A"', false, false],
    ['""', '""', true, true],
  ])('%s and %s match strongly: %s, weakly: %s', (a, b, strongly, weakly) => {
    const [left, right] = [parseEntityTag(a), parseEntityTag(b)];
    if (left === undefined || right === undefined) throw new Error('both are entity tags');
    expect([matchesStrongly(left, right), matchesStrongly(right, left)]).toEqual([
      strongly,
      strongly,
    ]);
    expect([matchesWeakly(left, right), matchesWeakly(right, left)]).toEqual([weakly, weakly]);
  });
});
