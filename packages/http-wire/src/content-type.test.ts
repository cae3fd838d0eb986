import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type MediaType, charsetOf, formatContentType, parseContentType } from './content-type.ts';
import { FIELD_VALUE_PATTERN } from './grammar.ts';

const mediaType = (
  type: string,
  subtype: string,
  parameters: [string, string][] = [],
): MediaType => ({
  type,
  subtype,
  parameters: new Map(parameters),
});
const HTML = mediaType('text', 'html', [['charset', 'utf-8']]);

const piece = fc.constantFrom(
  'text',
  '/',
  'html',
  ';',
  ' ',
  '=',
  '"',
  '\\',
  'charset',
  'utf-8',
  ',',
);
const hostile = fc.oneof(
  fc.string({ unit: piece, maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

describe('parseContentType()', () => {
  it.each<[string, MediaType, string]>([
    ['text/html;charset=utf-8', HTML, 'RFC 9110 §8.3.1, preferred there'],
    [
      'Text/HTML;Charset="utf-8"',
      HTML,
      'RFC 9110 §8.3.1, equivalent: type and names in any case, quotes without meaning',
    ],
    ['text/html; charset="utf-8"', HTML, 'RFC 9110 §8.3.1, equivalent'],
    [
      'text/html;charset=UTF-8',
      mediaType('text', 'html', [['charset', 'UTF-8']]),
      'values keep their case: whether it matters is for the parameter to say',
    ],
    ['image/svg+xml', mediaType('image', 'svg+xml'), 'no parameters'],
    [
      'multipart/form-data; boundary="a, b"',
      mediaType('multipart', 'form-data', [['boundary', 'a, b']]),
      'a comma between quotes',
    ],
    ['text/html;', mediaType('text', 'html'), 'an empty parameter'],
    ['*/*', mediaType('*', '*'), 'marks that are token octets; no range is known here'],
  ])('reads %j as %o: %s', (value, expected) => {
    expect(parseContentType(value)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['text', 'no subtype'],
    ['text/', 'an empty subtype'],
    ['/html', 'an empty type'],
    ['text /html', 'a blank in the type'],
    ['text/html/x', 'a second slash'],
    ['text/html, text/plain', 'two lines combined: the field is no list'],
    ['text/html charset=utf-8', 'no semicolon'],
    ['text/html; charset = utf-8', 'blanks around the equals sign'],
    ['text/html; charset=utf-8; charset=utf-7', 'two charsets'],
    ['text/html; charset=', 'no value'],
    ['text/html; charset="utf-8', 'a quote left open'],
    ['text/html\r\n', 'a line end'],
  ])('refuses %j: %s', (value) => {
    expect(parseContentType(value)).toBeUndefined();
  });

  it('gives a media type that can be written again, or undefined, for any text', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const parsed = parseContentType(value);
        if (parsed === undefined) return;
        const written = formatContentType(parsed);
        expect(written).toMatch(FIELD_VALUE_PATTERN);
        expect(parseContentType(written)).toEqual(parsed);
      }),
    );
  });
});

describe('formatContentType()', () => {
  it.each<[MediaType, string, string]>([
    [HTML, 'text/html; charset=utf-8', 'as RFC 9110 §8.3 has it'],
    [mediaType('IMAGE', 'SVG+XML'), 'image/svg+xml', 'in lower case'],
    [mediaType('a', 'b', [['c', '"']]), String.raw`a/b; c="\""`, 'quoted where it has to be'],
  ])('writes %o as %j: %s', (value, expected) => {
    expect(formatContentType(value)).toBe(expected);
  });

  it.each<[MediaType, string]>([
    [mediaType('', 'html'), 'an empty type'],
    [mediaType('text', 'html; a=b'), 'a subtype that is no token'],
    [mediaType('te\u212a', 'html'), 'a type that only lower case makes a token'],
    [mediaType('text', 'html', [['a', '\n']]), 'a line end in a value'],
    [mediaType('text', 'html', [['a\r', 'b']]), 'a line end in a name'],
  ])('refuses to write %o: %s', (value) => {
    expect(() => formatContentType(value)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'invalid-field-value' }),
    );
  });
});

describe('charsetOf()', () => {
  it.each<[string, string | undefined, string]>([
    ['text/html; charset=UTF-8', 'utf-8', 'in lower case: charset names have no case'],
    ['text/html; CHARSET="utf-8"', 'utf-8', 'quoted or not'],
    ['text/html', undefined, 'none is named, and none is assumed'],
    ['text/html; charset=""', undefined, 'nothing is no name'],
    ['text/html; charset="a b"', undefined, 'a name is a token'],
  ])('finds in %j the charset %j: %s', (value, expected) => {
    expect(charsetOf(parseContentType(value) as MediaType)).toBe(expected);
  });
});
