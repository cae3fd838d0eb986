import { describe, expect, it } from 'vitest';

import { lastModified } from './validators.ts';

const NOW = Date.UTC(2024, 4, 6, 7, 8, 9, 500);
const NOW_TEXT = 'Mon, 06 May 2024 07:08:09 GMT';

describe('lastModified()', () => {
  it.each<[number, string | undefined, string]>([
    [784111777123, 'Sun, 06 Nov 1994 08:49:37 GMT', 'the date of the file'],
    [NOW, NOW_TEXT, 'this very moment'],
    [NOW + 1, NOW_TEXT, 'the future is now (RFC 9110 §8.8.2.1)'],
    [NOW + 1e15, NOW_TEXT, 'a year of five digits'],
    [Infinity, NOW_TEXT, 'the end of time'],
    [2000, 'Thu, 01 Jan 1970 00:00:02 GMT', 'the first date that somebody may have meant'],
    [1999, undefined, 'a package store'],
    [0, undefined, 'no date was kept'],
    [-5e12, undefined, 'before the epoch'],
    [NaN, undefined, 'no date'],
  ])('gives for %d %j: %s', (mtimeMs, expected) => {
    expect(lastModified(mtimeMs, NOW)).toBe(expected);
  });
});
