import { describe, expect, it } from 'vitest';

import { parseAccept, parseAcceptEncoding } from './weights.ts';

describe('parseAcceptEncoding()', () => {
  it.each<[string, string, number, string]>([
    ['gzip', 'gzip', 1, 'listed'],
    ['gzip', 'br', 0, 'not listed'],
    ['gzip, deflate, br, zstd', 'br', 1, 'as browsers send it'],
    ['gzip;q=0.5', 'gzip', 0.5, 'with a weight'],
    ['gzip;q=0', 'gzip', 0, 'refused'],
    ['gzip;q=0.000', 'gzip', 0, 'refused, to three places'],
    ['gzip;q=0.', 'gzip', 0, 'refused, with a point'],
    ['gzip;q=1.', 'gzip', 1, 'with a point'],
    ['gzip;q=1.000', 'gzip', 1, 'to three places'],
    ['gzip;q=0.001', 'gzip', 0.001, 'the least'],
    ['gzip \t;\t q=0.25', 'gzip', 0.25, 'with blanks'],
    ['gzip;Q=0.25', 'gzip', 0.25, 'q in the other case'],
    ['GZip', 'gZIP', 1, 'in any case'],
    ['x-gzip', 'gzip', 1, 'the old name (RFC 9110 §8.4.1)'],
    ['gzip', 'x-gzip', 1, 'the old name'],
    ['X-Compress;q=0.5', 'compress', 0.5, 'the old name'],
    [',, gzip ,\t,br,', 'br', 1, 'empty members'],
    [' gzip ', 'gzip', 1, 'blanks around the value'],
    ["!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ", 1, 'any token'],
    ['gzip, gzip;q=0', 'gzip', 0, 'named twice'],
    ['gzip;q=0, gzip', 'gzip', 0, 'named twice'],
    ['gzip;q=0,5', 'gzip', 0, 'a comma for a point begins another member'],
    ['*', 'br', 1, 'any'],
    ['*;q=0.5, gzip;q=1', 'br', 0.5, 'any other'],
    ['*;q=0.5, gzip;q=1', 'gzip', 1, 'named, and any other'],
    ['gzip;q=0, *', 'gzip', 0, 'refused, and any other'],
    ['gzip, *;q=0', 'br', 0, 'no other'],
    ['', 'gzip', 0, 'an empty field wants no coding'],
    ['', 'identity', 0.001, 'identity is acceptable unless it is refused'],
    ['gzip;q=0.001', 'identity', 0.001, 'not more than what is listed'],
    ['gzip;q=0', 'identity', 0.001, 'another is refused'],
    ['identity', 'identity', 1, 'listed'],
    ['identity;q=0', 'identity', 0, 'refused'],
    ['*;q=0', 'identity', 0, 'refused with all others'],
    ['*;q=0, identity;q=0.1', 'identity', 0.1, 'not refused with all others'],
    ['identity;q=0, *', 'identity', 0, 'refused, and any other'],
    ['gzip;q=0.5, *;q=0.8', 'identity', 0.8, 'one of any other'],
    ['gzip', '', 0, 'no coding'],
    ['*', '__proto__', 1, 'a property of every object'],
    ['gzip', '__proto__', 0, 'a property of every object'],
    ['gzip', 'constructor', 0, 'a property of every object'],
  ])('%j gives %j %d: %s', (text, coding, expected) => {
    expect(parseAcceptEncoding(text)?.of(coding)).toBe(expected);
  });

  it.each<[string, string]>([
    ['gzip;q=0.0000, *', 'four places, where gzip would be refused'],
    ['gzip;q=1.001', 'more than 1'],
    ['gzip;q=1.1', 'more than 1'],
    ['gzip;q=2', 'more than 1'],
    ['gzip;q=-1', 'a sign'],
    ['gzip;q=.5', 'no digit before the point'],
    ['gzip;q=00.5', 'two digits before the point'],
    ['gzip;q=', 'no weight'],
    ['gzip;q', 'no weight'],
    ['gzip;', 'no weight'],
    ['gzip;q=abc', 'no number'],
    ['gzip;q="0.5"', 'quotes'],
    ['gzip;q =0.5', 'a blank before ='],
    ['gzip;q= 0.5', 'a blank behind ='],
    ['gzip;q=0.5;q=0.5', 'two weights'],
    ['gzip;level=1', 'another parameter'],
    ['gzip br', 'no comma'],
    ['gzip/br', 'no token'],
    ['"gzip"', 'quotes'],
    ['gzip; br', 'another separator'],
    [';q=1', 'no coding'],
    ['br, \u00e9', 'not ASCII'],
    ['gzip\n', 'a line end'],
    ['\u00a0gzip', 'a blank that is none'],
  ])('takes %j for no list at all: %s', (text) => {
    expect(parseAcceptEncoding(text)).toBeUndefined();
  });
});

describe('parseAccept()', () => {
  const EXAMPLE = 'text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5';

  it.each<[string, string, number, string]>([
    // The second example of RFC 9110 §12.5.1.
    [EXAMPLE, 'text/plain;format=flowed', 1, 'with its parameter'],
    [EXAMPLE, 'text/plain', 0.7, 'without'],
    [EXAMPLE, 'text/html', 0.3, 'another text'],
    [EXAMPLE, 'image/jpeg', 0.5, 'anything else'],
    [EXAMPLE, 'text/plain;format=fixed', 0.7, 'another parameter'],
    ['audio/*; q=0.2, audio/basic', 'audio/basic', 1, 'the first example of RFC 9110 §12.5.1'],
    ['audio/*; q=0.2, audio/basic', 'audio/ogg', 0.2, 'the rest of it'],
    ['text/html, */*;q=0.8', 'application/json', 0.8, 'as browsers send it'],
    ['application/json', 'text/html', 0, 'not listed'],
    ['Text/HTML', 'tEXT/html', 1, 'in any case'],
    ['text/html;q=0', 'text/html', 0, 'refused'],
    ['text/html;q=0, */*', 'text/html', 0, 'refused, and any other'],
    ['*/*;q=0, text/html', 'text/css', 0, 'no other'],
    ['text/html', 'text/html; charset=utf-8', 1, 'more is said of the type than was asked'],
    ['text/html;charset=utf-8', 'text/html', 0, 'less is said of the type than was asked'],
    ['text/html;charset=UTF-8', 'text/html; Charset="utf-8"', 1, 'values in any case, quoted'],
    ['text/html;a=1;q=0.2;b=2', 'text/html;b=2;a=1', 0.2, 'q in the middle'],
    ['text/html;a=1;q=.2', 'text/html', NaN, 'no digit before the point'],
    ['a/b;x=1;y=2;q=0.1, a/b;x=1;q=0.2, a/b;q=0.3', 'a/b;x=1;y=2', 0.1, 'two parameters'],
    ['a/b;x=1;y=2;q=0.1, a/b;x=1;q=0.2, a/b;q=0.3', 'a/b;x=1', 0.2, 'one parameter'],
    ['a/b;q=0.1, a/*;x=1', 'a/b;x=1', 0.1, 'the subtype counts more than a parameter'],
    ['a/*;x=1;q=0.1, a/*', 'a/b;x=1', 0.1, 'a parameter with any subtype'],
    ['a/b;q=0.9, a/b;q=0.4', 'a/b', 0.4, 'named twice'],
    ['a/b;q=0.4, a/b;q=0.9', 'a/b', 0.4, 'named twice'],
    ['a/b;;; ;q=0.5;', 'a/b', 0.5, 'empty parameters'],
    ['a/b ; x=1 ; q=0.5', 'a/b;x=1', 0.5, 'blanks around semicolons'],
    ['a/b;x="1, c/d;q=0";q=0.5', 'c/d', 0, 'a comma in quotes'],
    ['a/b;x="1, c/d;q=0";q=0.5', 'a/b;x="1, C/D;q=0"', 0.5, 'a comma in quotes'],
    ['a/b;x="\\"\\\\\\1"', 'a/b;x="\\"\\\\1"', 1, 'escapes in quotes'],
    ['a/b;x=""', 'a/b;x=""', 1, 'empty quotes'],
    [', a/b', 'a/b', 1, 'an empty member'],
    ['*/html, a/b', 'text/html', 0, 'in the grammar, but without a meaning'],
    ['a/b, */*', 'nonsense', 0, 'no media type'],
    ['a/b, */*', '', 0, 'no media type'],
    ['a/b, */*', 'a/b, a/c', 0, 'two media types'],
    ['a/b;__proto__=1', 'a/b', 0, 'a property of every object'],
    ['a/b;__proto__=1', 'a/b;__proto__=1', 1, 'a property of every object'],
  ])('%j gives %j %d: %s', (text, mediaType, expected) => {
    expect(parseAccept(text)?.of(mediaType) ?? NaN).toBe(expected);
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    [' , ', 'nothing but empty members'],
    ['text', 'no subtype'],
    ['text/', 'no subtype'],
    ['/html', 'no type'],
    ['text /html', 'a blank'],
    ['*', 'no media range'],
    ['text/html, *; q=.2, */*; q=.2', 'as an old client library sends it'],
    ['text/html;q=1.5', 'more than 1'],
    ['text/html;q=0.5;q=0.5', 'two weights'],
    ['text/html;q', 'no weight'],
    ['text/html;level', 'no value'],
    ['text/html;level=', 'no value'],
    ['text/html;level= 1', 'a blank'],
    ['text/html;=1', 'no name'],
    ['text/html;a="1', 'not closed'],
    ['text/html;a="1\\', 'not closed'],
    ['text/html;a="1"2', 'more than the quotes'],
    ['text/html;a="\u007f"', 'a control'],
    ['text/html;a="\u0100"', 'no octet'],
    ['text/html text/css', 'no comma'],
    ['text/html/css', 'two slashes'],
  ])('takes %j for no list at all: %s', (text) => {
    expect(parseAccept(text)).toBeUndefined();
  });
});
