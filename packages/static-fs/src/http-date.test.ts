import { describe, expect, it } from 'vitest';

import { formatHttpDate, parseHttpDate, toWholeSecond } from './http-date.ts';

const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);
const EXAMPLE = 784111777000;

describe('formatHttpDate()', () => {
  it.each<[number, string | undefined, string]>([
    [EXAMPLE, 'Sun, 06 Nov 1994 08:49:37 GMT', 'the example of RFC 9110 §5.6.7'],
    [EXAMPLE + 999.9, 'Sun, 06 Nov 1994 08:49:37 GMT', 'parts of a second are dropped'],
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

describe('parseHttpDate()', () => {
  it.each<[string, number, string]>([
    ['Sun, 06 Nov 1994 08:49:37 GMT', EXAMPLE, 'IMF-fixdate'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', EXAMPLE, 'RFC 850'],
    ['Sun Nov  6 08:49:37 1994', EXAMPLE, 'asctime'],
    ['Sun Nov 06 08:49:37 1994', EXAMPLE, 'asctime with two digits'],
    ['Wed Nov 16 08:49:37 1994', EXAMPLE + 10 * 86_400_000, 'asctime, later in the month'],
    ['Mon, 06 Nov 1994 08:49:37 GMT', EXAMPLE, 'a wrong day of the week says nothing new'],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0, 'the epoch'],
    ['Wed, 31 Dec 1969 23:59:59 GMT', -1000, 'before the epoch'],
    ['Sat, 01 Jan 0000 00:00:00 GMT', -62_167_219_200_000, 'the year 0 is not 1900'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 253_402_300_799_000, 'the last that there is'],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29), 'a leap day'],
    ['Tue, 29 Feb 2000 00:00:00 GMT', Date.UTC(2000, 1, 29), 'a leap day of a whole century'],
    ['Sat, 31 Dec 2016 23:59:60 GMT', 1_483_228_799_999, 'a leap second, before midnight'],
    ['Sat Dec 31 23:59:60 2016', 1_483_228_799_999, 'a leap second in another form'],
  ])('reads %j as %j: %s', (text, expected) => {
    expect(parseHttpDate(text, NOW)).toBe(expected);
  });

  it.each<[string, string]>([
    ['', 'nothing'],
    ['0', 'a number, as some send for "in the past"'],
    ['784111777', 'seconds'],
    ['1994-11-06T08:49:37Z', 'another standard'],
    ['sun, 06 Nov 1994 08:49:37 GMT', 'names are case-sensitive'],
    ['Sun, 06 nov 1994 08:49:37 GMT', 'names are case-sensitive'],
    ['Sun, 06 Nov 1994 08:49:37 gmt', 'names are case-sensitive'],
    ['Sun, 06 Nov 1994 08:49:37 UTC', 'GMT is the only zone'],
    ['Sun, 06 Nov 1994 08:49:37 +0000', 'GMT is the only zone'],
    ['Sun, 06 Nov 1994 08:49:37', 'no zone'],
    ['Sun, 6 Nov 1994 08:49:37 GMT', 'one digit'],
    ['Sun, 06 Nov 94 08:49:37 GMT', 'two digits of the year'],
    ['Sun, 06 Nov 19940 08:49:37 GMT', 'five digits of the year'],
    ['Sun, 06 Nov -994 08:49:37 GMT', 'a sign'],
    ['Sun,  06 Nov 1994 08:49:37 GMT', 'two blanks'],
    [' Sun, 06 Nov 1994 08:49:37 GMT', 'a blank in front'],
    ['Sun, 06 Nov 1994 08:49:37 GMT ', 'a blank behind'],
    ['Sun, 06 Nov 1994 08:49:37 GMT\n', 'a line end behind'],
    ['Sun, 06 Nov 1994 08:49:37 GMT; length=6', 'a parameter, as one browser once sent'],
    ['Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT', 'two of them'],
    ['Day, 06 Nov 1994 08:49:37 GMT', 'no name of a day'],
    ['Sunday, 06 Nov 1994 08:49:37 GMT', 'the name of another form'],
    ['Sun, 06-Nov-94 08:49:37 GMT', 'the name of another form'],
    ['Sunday, 06-Nov-1994 08:49:37 GMT', 'four digits in the old form'],
    ['Sunday Nov  6 08:49:37 1994', 'the name of another form'],
    ['Sun Nov 6 08:49:37 1994', 'one blank too few'],
    ['Sun Nov  6 08:49:37 1994 GMT', 'a zone where none is'],
    ['Sun, 06 Now 1994 08:49:37 GMT', 'no name of a month'],
    ['Sun, 00 Nov 1994 08:49:37 GMT', 'no day'],
    ['Sun Nov  0 08:49:37 1994', 'no day'],
    ['Thu, 31 Nov 1994 08:49:37 GMT', 'a day that November does not have'],
    ['Wed, 29 Feb 2023 08:49:37 GMT', 'no leap year'],
    ['Mon, 29 Feb 1900 08:49:37 GMT', 'no leap year'],
    ['Sunday, 29-Feb-23 08:49:37 GMT', 'no leap year in this century'],
    ['Sun, 06 Nov 1994 24:00:00 GMT', 'no such hour'],
    ['Sun, 06 Nov 1994 08:60:00 GMT', 'no such minute'],
    ['Sun, 06 Nov 1994 08:49:60 GMT', 'a leap second in the middle of a day'],
    ['Sun, 06 Nov 1994 23:59:61 GMT', 'no such second'],
    ['Sun, ٠٦ Nov 1994 08:49:37 GMT', 'digits of another script'],
  ])('takes %j for no date: %s', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  it.each<[string, number, number, string]>([
    ['Saturday, 15-Aug-76 12:00:00 GMT', NOW, 2076, 'exactly fifty years ahead'],
    ['Sunday, 15-Aug-76 12:00:01 GMT', NOW, 1976, 'a second more than fifty years ahead'],
    ['Wednesday, 31-Dec-75 00:00:00 GMT', NOW, 2075, 'less than fifty years ahead'],
    ['Thursday, 01-Jan-70 00:00:00 GMT', NOW, 2070, 'the epoch itself, by the rule'],
    ['Friday, 01-Jan-99 00:00:00 GMT', NOW, 1999, 'the last century'],
    ['Saturday, 01-Jan-00 00:00:00 GMT', NOW, 2000, 'this century'],
    ['Saturday, 29-Feb-20 00:00:00 GMT', NOW, 2020, 'a leap day'],
    ['Wednesday, 01-Jan-10 00:00:00 GMT', Date.UTC(2080, 0, 1), 2110, 'over the turn of one'],
    ['Friday, 01-Jan-99 00:00:00 GMT', 0, 1999, 'seen from the epoch'],
    ['Monday, 29-Feb-76 00:00:00 GMT', Date.UTC(2024, 1, 29), 1976, 'no 29 February in 2074'],
  ])('reads the year of %j, at %d, as %d: %s', (text, nowMs, year) => {
    expect(new Date(parseHttpDate(text, nowMs) ?? NaN).getUTCFullYear()).toBe(year);
  });

  it('puts a leap second between the seconds around it', () => {
    const leap = parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW);
    expect(leap).toBeGreaterThan(parseHttpDate('Sat, 31 Dec 2016 23:59:59 GMT', NOW) ?? NaN);
    expect(leap).toBeLessThan(parseHttpDate('Sun, 01 Jan 2017 00:00:00 GMT', NOW) ?? NaN);
  });

  it('needs the time for years of two digits only', () => {
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', NaN)).toBe(EXAMPLE);
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NaN)).toBeUndefined();
  });
});

describe('toWholeSecond()', () => {
  it.each([
    [EXAMPLE + 999.9, EXAMPLE],
    [EXAMPLE, EXAMPLE],
    [-1, -1000],
  ])('takes %d for %d', (epochMs, expected) => {
    expect(toWholeSecond(epochMs)).toBe(expected);
  });
});
