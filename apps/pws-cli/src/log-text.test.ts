import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { printable, rememberLast } from './log-text.ts';

describe('printable()', () => {
  test.each([
    ['', '', 'nothing'],
    ['GET /a?b=1&c=%20', 'GET /a?b=1&c=%20', 'visible ASCII and blanks as they are'],
    ['a"b', String.raw`a\x22b`, 'a quote, which would end a field of the combined form'],
    ['a\\x22', String.raw`a\x5cx22`, 'a backslash, so that an escape cannot be faked'],
    ['a\nb\rc', String.raw`a\x0ab\x0dc`, 'line ends, which would begin another line'],
    ['\u001b[31m', String.raw`\x1b[31m`, 'ESC, which would move the cursor'],
    ['\u009b31m', String.raw`\x9b31m`, 'the one-octet form of ESC ['],
    ['\u202eabc', String.raw`\u202eabc`, 'an override of the writing direction'],
    ['\u0000\t\u007f', String.raw`\x00\x09\x7f`, 'NUL, tab and DEL'],
    ['ü', String.raw`\xfc`, 'an octet above ASCII'],
    ['😀', String.raw`\ud83d\ude00`, 'both halves of a pair'],
    ['\ud800', String.raw`\ud800`, 'half a pair'],
    ['\u2028', String.raw`\u2028`, 'a line separator'],
  ])('%j is %j: %s', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test.each([
    [15, 'aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaa...', 'one more than there may be'],
    [16, 'aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaa', 'just as many'],
    [2, 'a\n\n', String.raw`a\x0a...`, 'characters of the text, not of its escapes'],
  ])('cuts to %i characters %j: %s, %s', (limit, text, expected) => {
    expect(printable(text, limit)).toBe(expected);
  });

  it('leaves 1024 characters, and cuts more and says so', () => {
    expect(printable('a'.repeat(1024))).toBe('a'.repeat(1024));
    expect(printable('a'.repeat(1025))).toBe(`${'a'.repeat(1024)}...`);
  });

  it('gives visible ASCII and blanks alone, without a quote, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        expect(printable(text)).toMatch(/^[ !#-~]*$/);
      }),
    );
  });

  it('gives different texts for different texts that are not cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(printable(one) === printable(other)).toBe(one === other);
      }),
    );
  });
});

describe('rememberLast()', () => {
  it('gives what is printed, in whatever order texts come, and prints none twice in a row', () => {
    const texts = fc.array(fc.constantFrom('', 'GET', 'a"b', 'a\nb', 'PUT'));
    fc.assert(
      fc.property(texts, (all) => {
        const asked: string[] = [];
        const print = rememberLast((text) => {
          asked.push(text);
          return printable(text);
        });
        expect(all.map(print)).toEqual(all.map((text) => printable(text)));
        expect(asked).toEqual(all.filter((text, at) => text !== all[at - 1]));
      }),
    );
  });
});
