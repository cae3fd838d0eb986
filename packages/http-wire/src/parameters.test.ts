import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { UsageError } from './errors.ts';
import { FIELD_VALUE_PATTERN, TOKEN_PATTERN } from './grammar.ts';
import { formatParameterValue, formatParameters, parseParameters } from './parameters.ts';

const TCHARS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".split('');
const lowerToken = fc.string({ unit: fc.constantFrom(...TCHARS), minLength: 1, maxLength: 8 });
const octet = fc
  .integer({ min: 0, max: 0xff })
  .map((code) => String.fromCharCode(code))
  .filter((char) => FIELD_VALUE_PATTERN.test(char));
const fieldText = fc.string({ unit: octet, maxLength: 12 });
const piece = fc.constantFrom(
  ';',
  '=',
  ' ',
  '"',
  '\\',
  ',',
  'a',
  'A',
  'q',
  '\t',
  '\0',
  '\r\n',
  '\u00e9',
  '\ud800',
);
const hostile = fc.oneof(
  fc.string({ unit: piece, maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

describe('parseParameters()', () => {
  it.each<[string, Record<string, string>, string]>([
    ['', {}, 'no parameters'],
    [';charset=utf-8', { charset: 'utf-8' }, 'the first form of RFC 9110 §8.3.1'],
    ['; Charset="UTF-8"', { charset: 'UTF-8' }, 'names in lower case, values as they are'],
    [' \t; \ta=1 ; b=2', { a: '1', b: '2' }, 'blanks around semicolons'],
    [';;a=1; ;', { a: '1' }, 'empty parameters say nothing'],
    ['; ', {}, 'an empty parameter behind a blank'],
    [';a=""', { a: '' }, 'an empty quoted string is a value'],
    [';a="b;c=d, e"', { a: 'b;c=d, e' }, 'delimiters mean nothing between quotes'],
    [String.raw`;a="\"\\\b"`, { a: '"\\b' }, 'a quoted pair stands for its second octet'],
    [';a="\t\u0080\u00ff"', { a: '\t\u0080\u00ff' }, 'tab and obs-text in a quoted string'],
    [";filename*=UTF-8''x", { 'filename*': "UTF-8''x" }, 'marks that are token octets'],
    [';__proto__=1', JSON.parse('{"__proto__":"1"}'), 'a name is only a name'],
  ])('reads %j as %j: %s', (text, expected) => {
    expect(Object.fromEntries(parseParameters(text) ?? [['', 'undefined']])).toEqual(expected);
  });

  it.each<[string, string]>([
    ['a=1', 'no semicolon'],
    [';a', 'no equals sign'],
    [';a=', 'no value'],
    [';=1', 'no name'],
    [';a =1', 'a blank before the equals sign (RFC 9110 §5.6.6)'],
    [';a= 1', 'a blank behind it'],
    [';a=1 ', 'a blank at the end, which no field value has'],
    [';a=1;A=1', 'a name that comes twice, even with one value'],
    [';a="b', 'a quoted string that is left open'],
    [';a="b\\', 'a quoted pair that is cut off'],
    [';a="b\\"', 'a closing quote that is escaped'],
    [';a="b"c', 'something behind the closing quote'],
    [';a=b"c"', 'a quote in a token'],
    [';a="\r\n"', 'a line end'],
    [';a="\\\0"', 'a control octet, even in a quoted pair'],
    [';a="\u20ac"', 'a character that is no octet'],
    [';\u00e9=1', 'a name that is no token'],
    [';a=1,b=2', 'a comma'],
  ])('refuses %j: %s', (text) => {
    expect(parseParameters(text)).toBeUndefined();
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    for (const unit of [' ', ';', '; ', ';a', '"', '\\', ';a="\\"', 'a'])
      expect(parseParameters(`;a="${unit.repeat(300_000)}\0`)).toBeUndefined();
    expect(parseParameters(' '.repeat(300_000))).toBeUndefined();
    expect(parseParameters('; '.repeat(300_000))?.size).toBe(0);
  });

  it('gives parameters or undefined for any text, and never throws', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const [name, value] of parseParameters(`;${text}`) ?? []) {
          expect(name).toMatch(TOKEN_PATTERN);
          expect(value).toMatch(FIELD_VALUE_PATTERN);
        }
      }),
    );
  });
});

describe('formatParameters()', () => {
  it.each<[[string, string][], string, string]>([
    [[], '', 'nothing for none'],
    [[['Charset', 'utf-8']], '; charset=utf-8', 'a name in lower case'],
    [
      [
        ['a', '1'],
        ['b', 'x y'],
      ],
      '; a=1; b="x y"',
      'in the given order',
    ],
    [[['a', '']], '; a=""', 'a value that is empty'],
    [[['a', '"\\']], String.raw`; a="\"\\"`, 'quote and backslash, escaped'],
    [[['a', '\u00e9']], '; a="\u00e9"', 'obs-text, quoted'],
  ])('writes %j as %j: %s', (parameters, expected) => {
    expect(formatParameters(parameters)).toBe(expected);
  });

  it.each<[[string, string][], string]>([
    [[['', 'x']], 'an empty name'],
    [[['a b', 'x']], 'a name that is no token'],
    [[['\u212a', 'x']], 'a name that only lower case makes a token'],
    [
      [
        ['a', '1'],
        ['A', '2'],
      ],
      'a name that comes twice',
    ],
    [[['a', 'x\r\nSet-Cookie: y']], 'a value that would split the message'],
    [[['a', '\u20ac']], 'a value that has no octets'],
  ])('refuses to write %j: %s', (parameters) => {
    expect(() => formatParameters(parameters)).toThrow(UsageError);
    expect(() => formatParameters(parameters)).toThrow(
      expect.objectContaining({ code: 'invalid-field-value' }),
    );
  });

  it('writes what parseParameters() reads back as it was', () => {
    const list = fc.uniqueArray(fc.tuple(lowerToken, fieldText), { selector: ([name]) => name });
    fc.assert(
      fc.property(list, (parameters) => {
        const text = formatParameters(parameters);
        expect(text).toMatch(FIELD_VALUE_PATTERN);
        expect([...(parseParameters(text) ?? [])]).toEqual(parameters);
      }),
    );
  });

  it('quotes a value only where it has to', () => {
    expect(formatParameterValue("!#$%&'*+-.^_`|~09azAZ")).toBe("!#$%&'*+-.^_`|~09azAZ");
    expect(formatParameterValue('a/b')).toBe('"a/b"');
  });
});
