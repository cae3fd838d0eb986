import { describe, expect, it } from 'vitest';

import { parseEntityTag } from './entity-tag.ts';
import { applicableRange, evaluateIfRange } from './if-range.ts';
import type { Validators } from './preconditions.ts';

const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);
const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const DATE_MS = 784111777000;

const STRONG: Validators = { entityTag: parseEntityTag('"a"'), lastModifiedMs: DATE_MS };
const WEAK: Validators = { entityTag: parseEntityTag('W/"a"'), lastModifiedMs: DATE_MS + 999 };

describe('evaluateIfRange()', () => {
  it.each<[string, Validators, boolean, string]>([
    ['"a"', STRONG, true, 'the same, strongly'],
    ['"b"', STRONG, false, 'another'],
    ['W/"a"', STRONG, false, 'the client has a weak one'],
    ['"a"', WEAK, false, 'there is a weak one'],
    ['W/"a"', WEAK, false, 'both are weak'],
    ['"a"', { lastModifiedMs: DATE_MS }, false, 'there is none'],
    ['"a", "b"', STRONG, false, 'a list is not in the grammar'],
    ['*', STRONG, false, 'nor is an asterisk'],
    ['', STRONG, false, 'nothing'],
    ['a', STRONG, false, 'no quotes'],
    [DATE, STRONG, true, 'the date, exactly'],
    [DATE, WEAK, true, 'the date, exactly: parts of a second are not sent'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', STRONG, true, 'the date in another form'],
    ['Sun, 06 Nov 1994 08:49:36 GMT', STRONG, false, 'an earlier date'],
    ['Sun, 06 Nov 1994 08:49:38 GMT', STRONG, false, 'a later date: not "unmodified since"'],
    [DATE, { entityTag: STRONG.entityTag }, false, 'there is no date'],
    ['yesterday', STRONG, false, 'no date'],
  ])('takes %j, with %j there, for %j: %s', (text, current, expected) => {
    expect(evaluateIfRange(text, current, NOW)).toBe(expected);
  });

  it.each<[number, boolean, string]>([
    [-1, false, 'the clock went back'],
    [0, false, 'at once'],
    [999, false, 'within the same second'],
    [1999, false, 'within two seconds, which is what some file systems can tell'],
    [2000, true, 'once it is over'],
  ])('believes a date %d ms after it: %j, %s', (ageMs, expected) => {
    expect(evaluateIfRange(DATE, STRONG, DATE_MS + ageMs)).toBe(expected);
  });

  it('never takes a leap second for the second before it', () => {
    const current = { lastModifiedMs: Date.UTC(2016, 11, 31, 23, 59, 59) };
    expect(evaluateIfRange('Sat, 31 Dec 2016 23:59:59 GMT', current, NOW)).toBe(true);
    expect(evaluateIfRange('Sat, 31 Dec 2016 23:59:60 GMT', current, NOW)).toBe(false);
  });
});

describe('applicableRange()', () => {
  const RANGE = 'bytes=0-1';

  it.each<[string, Readonly<Record<string, string>>, string | undefined, string]>([
    ['GET', { Range: RANGE }, RANGE, 'without If-Range'],
    ['GET', { Range: RANGE, 'If-Range': '"a"' }, RANGE, 'the client has a part of this'],
    ['GET', { Range: RANGE, 'If-Range': DATE }, RANGE, 'the client has a part of this'],
    ['GET', { Range: RANGE, 'If-Range': '"b"' }, undefined, 'the client has a part of another'],
    ['GET', { Range: RANGE, 'If-Range': '' }, undefined, 'malformed'],
    ['GET', { 'If-Range': '"a"' }, undefined, 'no Range (§13.1.5)'],
    ['GET', {}, undefined, 'nothing'],
    ['HEAD', { Range: RANGE }, undefined, 'Range is defined for GET only (§14.2)'],
    ['POST', { Range: RANGE }, undefined, 'Range is defined for GET only (§14.2)'],
    ['get', { Range: RANGE }, undefined, 'methods are case-sensitive'],
  ])('gives for %s with %j %j: %s', (method, fields, expected) => {
    const lookup = { get: (name: string): string | undefined => fields[name] };
    expect(applicableRange({ method, fields: lookup }, STRONG, NOW)).toBe(expected);
  });
});
