import { describe, expect, it } from 'vitest';

import { formatHttpDate } from './http-date.ts';

describe('formatHttpDate()', () => {
  it.each<[number, string | undefined, string]>([
    [784111777000, 'Sun, 06 Nov 1994 08:49:37 GMT', 'the example of RFC 9110 §5.6.7'],
    [784111777999.9, 'Sun, 06 Nov 1994 08:49:37 GMT', 'parts of a second are dropped'],
    [0, 'Thu, 01 Jan 1970 00:00:00 GMT', 'the epoch'],
    [Date.UTC(2024, 1, 29), 'Thu, 29 Feb 2024 00:00:00 GMT', 'a leap day'],
    [253402300799999, 'Fri, 31 Dec 9999 23:59:59 GMT', 'the last that there is'],
    [253402300800000, undefined, 'a year of five digits'],
    [-1, undefined, 'before the epoch'],
    [NaN, undefined, 'no date'],
    [Infinity, undefined, 'no date'],
  ])('writes %d as %j: %s', (epochMs, expected) => {
    expect(formatHttpDate(epochMs)).toBe(expected);
  });
});
