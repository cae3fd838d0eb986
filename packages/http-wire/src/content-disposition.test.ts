import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatContentDisposition,
  formatExtendedValue,
  parseContentDisposition,
  parseExtendedValue,
} from './content-disposition.ts';

const ASCII_FIELD_VALUE = /^[\x20-\x7e]*$/;
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
const NAME_PIECES = String.raw`.. . / \ C: con NUL.txt %41 % " a ::$DATA * '`;
const namePiece = fc.constantFrom(
  ...NAME_PIECES.split(' ').concat(' ', '\0', '\r\n', '\u20ac', '\u{1f600}'),
  ...'\u202e,\u2028,\u0085,\ud800,\udc00'.split(','),
);
const anyName = fc.oneof(codeUnits, fc.string({ unit: namePiece, maxLength: 8 }));
const VALUE_PIECES = String.raw`attachment ; = " \ filename filename* UTF-8'' iso-8859-1'en' %e2%82%ac % %ff a ,`;
const valuePiece = fc.constantFrom(...VALUE_PIECES.split(' '), ' ', '\0', '\u00e9', '\ud800');
const hostile = fc.oneof(
  fc.string({ unit: valuePiece, maxLength: 12 }),
  fc.string({ unit: valuePiece, maxLength: 8 }).map((rest) => `attachment;filename*=${rest}`),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

describe('parseContentDisposition()', () => {
  it.each<[string, string, string | undefined, string]>([
    ['Attachment; filename=example.html', 'attachment', 'example.html', 'RFC 6266 §5'],
    ['INLINE; FILENAME= "an example.html"', 'inline', 'an example.html', 'RFC 6266 §5'],
    ["attachment; filename*= UTF-8''%e2%82%ac%20rates", 'attachment', '€ rates', 'RFC 6266 §5'],
    [
      `attachment; filename="EURO rates"; filename*=utf-8''%e2%82%ac%20rates`,
      'attachment',
      '€ rates',
      'RFC 6266 §5: the extended name wins',
    ],
    [`a; filename*=utf-8''b; filename="c"`, 'a', 'b', 'it wins in any order'],
    ['inline', 'inline', undefined, 'no name'],
    ['attachment;', 'attachment', undefined, 'an empty parameter'],
    ['attachment; filename=""', 'attachment', '', 'a name that is empty'],
    [String.raw`attachment; filename="\"a\\b\""`, 'attachment', String.raw`"a\b"`, 'quoted pairs'],
    ['attachment; filename="\u00e9"', 'attachment', '\u00e9', 'obs-text as ISO 8859-1'],
    ['attachment; filename="%41.txt"', 'attachment', '%41.txt', 'a plain name has no escapes'],
    ["a; filename*=iso-8859-1'en'%A3%20rates", 'a', '£ rates', 'ISO-8859-1, RFC 5987 §3.2.2'],
    ["a; filename=b; filename*=UTF-8''%c0%af", 'a', 'b', 'an overlong slash is no UTF-8'],
    ["a; filename=b; filename*=UTF-8''%ff", 'a', 'b', 'invalid UTF-8'],
    ["a; filename=b; filename*=UTF-8''%4", 'a', 'b', 'a percent sign without two digits'],
    ["a; filename=b; filename*=UTF-16''%41", 'a', 'b', 'another charset'],
    ['a; filename=b; filename*=plain', 'a', 'b', 'no charset'],
    [`a; filename=b; filename*="UTF-8''c"`, 'a', 'b', 'an extended value in quotes is none'],
    ["a; filename*=UTF-8''%ff", 'a', undefined, 'an invalid name and no other'],
  ])('reads %j as %j with the name %j: %s', (value, type, filename) => {
    expect(parseContentDisposition(value)).toMatchObject({ type, filename });
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['filename=a.txt', 'no disposition type'],
    ['"attachment"', 'a quoted type'],
    ['attachment filename=a', 'no semicolon'],
    ['attachment; filename=a b', 'a blank in a token'],
    ['attachment; filename="a', 'a quote left open'],
    ['attachment; filename=a; filename=b', 'a name that comes twice: invalid, RFC 6266 §4.1'],
    ["attachment; filename*=UTF-8''a; FILENAME*=UTF-8''b", 'the same in another case'],
    ['attachment, inline', 'a list'],
    ['attachment; filename="a\0b"', 'a control octet'],
  ])('refuses %j: %s', (value) => {
    expect(parseContentDisposition(value)).toBeUndefined();
  });

  it('keeps the other parameters as they were sent', () => {
    const parsed = parseContentDisposition(`form-data; Name="f"; x*=UTF-8''%41; filename=a`);
    expect([...(parsed?.parameters ?? [])]).toEqual([
      ['name', 'f'],
      ['x*', "UTF-8''%41"],
    ]);
  });

  it.each<[string, string | undefined, string]>([
    ['report.pdf', 'report.pdf', 'a plain name'],
    ['\u65e5\u672c\u8a9e.txt', '\u65e5\u672c\u8a9e.txt', 'any script'],
    ['../../etc/passwd', 'passwd', 'the last path segment'],
    [String.raw`C:\Windows\win.ini`, 'win.ini', 'the last segment between backslashes'],
    ['C:win.ini', 'C_win.ini', 'a drive without a separator'],
    ['a.txt::$DATA', 'a.txt__$DATA', 'a stream'],
    ['..', undefined, 'the folder above'],
    ['.bashrc', 'bashrc', 'a hidden file'],
    ['a.txt. .', 'a.txt', 'an end that some platforms cut off'],
    ['folder/', undefined, 'a folder'],
    ['', undefined, 'nothing'],
    ['a\0b\r\nc', 'a_b__c', 'control characters'],
    ['photo\u202egpj.exe', 'photo_gpj.exe', 'a turned direction of writing'],
    ['NUL.txt', '_NUL.txt', 'a device'],
    ['com1', '_com1', 'a device'],
    ['con .txt', '_con .txt', 'a device with a blank behind it'],
    ['a\u2028b\u2029c', 'a_b_c', 'separators of lines and paragraphs'],
    ['console.log', 'console.log', 'no device'],
  ])('suggests for the file name %j the name %j: %s', (filename, expected) => {
    const value = formatContentDisposition('attachment', filename);
    expect(parseContentDisposition(value)).toMatchObject({ filename });
    expect(parseContentDisposition(value)?.suggestedName).toBe(expected);
  });

  it('suggests only names that stay in their folder on every platform', () => {
    fc.assert(
      fc.property(anyName, (filename) => {
        const value = formatContentDisposition('attachment', filename);
        const name = parseContentDisposition(value)?.suggestedName;
        if (name === undefined) return;
        for (const path of [posix, win32]) {
          expect(path.basename(name)).toBe(name);
          expect(path.resolve('/base', name)).toBe(path.resolve('/base') + path.sep + name);
        }
        expect(name).not.toMatch(/^[. ]|[. ]$|\p{Cc}|\p{Cs}/u);
        const again = parseContentDisposition(formatContentDisposition('inline', name));
        expect(again?.suggestedName).toBe(name);
      }),
    );
  });

  it('gives a disposition or undefined for any text, and never throws', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const parsed = parseContentDisposition(value);
        expect(parsed?.type ?? 'inline').toMatch(/^[^\s;=]+$/);
      }),
    );
  });
});

describe('formatContentDisposition()', () => {
  it.each<[string | undefined, string, string]>([
    [undefined, 'attachment', 'no name'],
    ['', 'attachment; filename=""', 'an empty name'],
    ['a b;c=d.txt', 'attachment; filename="a b;c=d.txt"', 'plain ASCII'],
    [
      '\u20ac rates',
      `attachment; filename="_ rates"; filename*=UTF-8''%E2%82%AC%20rates`,
      'the example of RFC 6266 §5, with our fallback',
    ],
    [
      'a"b\\c/d',
      `attachment; filename="a_b_c_d"; filename*=UTF-8''a%22b%5Cc%2Fd`,
      'quote, backslash and slash: appendix D avoids what needs a quoted pair',
    ],
    [
      '100%41 50%',
      `attachment; filename="100_41 50%"; filename*=UTF-8''100%2541%2050%25`,
      'a percent sign before two digits, and one that is not',
    ],
    [
      "\u00e9'()*!",
      `attachment; filename="_'()*!"; filename*=UTF-8''%C3%A9%27%28%29%2A!`,
      'marks that attr-char does not have',
    ],
    [
      'a\r\nSet-Cookie: b',
      `attachment; filename="a__Set-Cookie: b"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b`,
      'a line end splits nothing',
    ],
    [
      '\ud83d\ude00\ud83d',
      `attachment; filename="__"; filename*=UTF-8''%F0%9F%98%80%EF%BF%BD`,
      'one mark for a pair, U+FFFD for half of one',
    ],
  ])('writes the name %j as %j: %s', (filename, expected) => {
    expect(formatContentDisposition('attachment', filename)).toBe(expected);
  });

  it('refuses another disposition type', () => {
    expect(() => formatContentDisposition('inline\r\n' as 'inline')).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'invalid-field-value' }),
    );
  });

  it('writes any text as ASCII from which the same name is read', () => {
    fc.assert(
      fc.property(fc.constantFrom('inline', 'attachment'), anyName, (type, filename) => {
        const value = formatContentDisposition(type, filename);
        expect(value).toMatch(ASCII_FIELD_VALUE);
        expect(parseContentDisposition(value)).toMatchObject({
          type,
          filename: wellFormed(filename),
        });
        expect(value).not.toMatch(/filename="[^"]*(?:%[0-9A-Fa-f]{2}|[\\/])/);
      }),
    );
  });
});

describe('parseExtendedValue()', () => {
  it.each<[string, string | undefined, string]>([
    ["iso-8859-1'en'%A3%20rates", '£ rates', 'RFC 5987 §3.2.2'],
    ["UTF-8''%c2%a3%20and%20%e2%82%ac%20rates", '£ and € rates', 'RFC 8187 §3.2.2'],
    ["utf-8'de-CH'", '', 'a language, and no text'],
    ["ISO-8859-1''%80", '\u0080', 'ISO 8859-1 it is, not a code page of Windows'],
    ["UTF-8'en_US'a", undefined, 'a language with another character'],
    ["UTF-8'a", undefined, 'one apostrophe'],
    ["UTF-8''a'b", undefined, 'three apostrophes'],
    ["UTF-8''a*b", undefined, 'an asterisk'],
    ["UTF-8''a b", undefined, 'a blank'],
    ["UTF-8''%", undefined, 'a percent sign at the end'],
    ["UTF-8''%4\u0661", undefined, 'a digit that is not ASCII'],
    ["UTF-8''%ed%a0%80", undefined, 'a surrogate in UTF-8'],
    ["''a", undefined, 'no charset'],
  ])('reads %j as %j: %s', (value, expected) => {
    expect(parseExtendedValue(value)).toBe(expected);
  });

  it('reads what formatExtendedValue() writes, for any text', () => {
    fc.assert(
      fc.property(anyName, (text) => {
        expect(parseExtendedValue(formatExtendedValue(text))).toBe(wellFormed(text));
      }),
    );
  });
});
