import { describe, expect, test } from 'vitest';
import { SERVER, parseServerName } from './server-name.ts';

describe('parseServerName()', () => {
  test.each([
    [SERVER, 'what it is without a flag'],
    ['Example', 'a product alone'],
    ['Example/2.1', 'with a version'],
    ['Example/2.1 Library/3', 'several products'],
    ['Example/2.1 (a comment, as in RFC 9110 section 10.2.4)', 'a comment'],
    ["a!#$%&'*+-.^_`|~9", 'every character of a token'],
  ])('takes %j: %s', (text) => {
    expect(parseServerName(text)).toBe(text);
  });

  test.each([
    ['', 'nothing'],
    [' Example', 'a blank before it'],
    ['Example ', 'a blank behind it'],
    ['Example  Library', 'two blanks'],
    ['(comment)', 'a comment alone'],
    ['Example/', 'a version of nothing'],
    ['Example/1/2', 'two versions'],
    ['Exämple', 'no ASCII'],
    ['Example\r\nSet-Cookie: a=b', 'a line end'],
    ['Example\u0000', 'an octet 0'],
    ['Example (a (b))', 'a comment in a comment'],
    ['Example (a\\)', 'a quoted character'],
    ['"Example"', 'a quoted text'],
  ])('does not take %j: %s', (text) => {
    expect(parseServerName(text)).toBeUndefined();
  });

  test('takes no longer for a long text that does not fit', () => {
    expect(parseServerName(`${'a/b '.repeat(50_000)}/`)).toBeUndefined();
  });
});
