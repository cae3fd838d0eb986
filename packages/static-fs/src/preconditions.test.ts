import { describe, expect, it } from 'vitest';

import { parseEntityTag } from './entity-tag.ts';
import {
  evaluatePreconditions,
  type PreconditionResult,
  type Validators,
} from './preconditions.ts';

const NOW = Date.UTC(2026, 7, 15, 12, 0, 0);
const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';

const STRONG: Validators = { entityTag: parseEntityTag('"a"'), lastModifiedMs: 784111777000 };
const WEAK: Validators = { entityTag: parseEntityTag('W/"a"'), lastModifiedMs: 784111777999 };
const DATE_ONLY: Validators = { lastModifiedMs: 784111777000 };
const NONE: Validators = {};

type Fields = Readonly<Record<string, string>>;
type Row = [fields: Fields, expected: PreconditionResult, why: string];

function evaluate(method: string, fields: Fields, current: Validators): PreconditionResult {
  const lookup = { get: (name: string): string | undefined => fields[name] };
  return evaluatePreconditions({ method, fields: lookup }, current, NOW);
}

describe('evaluatePreconditions() for GET and HEAD', () => {
  const check = (fields: Fields, expected: PreconditionResult, current: Validators): void => {
    expect(evaluate('GET', fields, current)).toBe(expected);
    expect(evaluate('HEAD', fields, current)).toBe(expected);
  };

  it.each<Row>([
    [{}, 'proceed', 'no precondition'],
    [{ 'If-Match': '"a"' }, 'proceed', 'the same'],
    [{ 'If-Match': '"b", "a"' }, 'proceed', 'one of them'],
    [{ 'If-Match': '*' }, 'proceed', 'whatever is there'],
    [{ 'If-Match': '"b"' }, 'failed', 'another'],
    [{ 'If-Match': 'W/"a"' }, 'failed', 'a weak one never matches strongly'],
    [{ 'If-Match': '' }, 'failed', 'none of none'],
    [{ 'If-Match': 'a' }, 'failed', 'malformed: nothing is sure'],
    [{ 'If-Match': '"a", b' }, 'failed', 'malformed: nothing is sure'],
    [{ 'If-Unmodified-Since': DATE }, 'proceed', 'not modified'],
    [{ 'If-Unmodified-Since': AFTER }, 'proceed', 'not modified'],
    [{ 'If-Unmodified-Since': BEFORE }, 'failed', 'modified'],
    [{ 'If-Unmodified-Since': 'yesterday' }, 'proceed', 'no date is ignored (§13.1.4)'],
    [{ 'If-Unmodified-Since': `${BEFORE}, ${BEFORE}` }, 'proceed', 'two dates are none'],
    [{ 'If-Match': '"a"', 'If-Unmodified-Since': BEFORE }, 'proceed', 'If-Match replaces it'],
    [{ 'If-Match': '"b"', 'If-Unmodified-Since': DATE }, 'failed', 'If-Match replaces it'],
    [{ 'If-None-Match': '"a"' }, 'not-modified', 'the same'],
    [{ 'If-None-Match': 'W/"a"' }, 'not-modified', 'the same, weakly'],
    [{ 'If-None-Match': '"b", W/"a"' }, 'not-modified', 'one of them'],
    [{ 'If-None-Match': '*' }, 'not-modified', 'whatever is there'],
    [{ 'If-None-Match': '"b"' }, 'proceed', 'another'],
    [{ 'If-None-Match': '' }, 'proceed', 'none of none'],
    [{ 'If-None-Match': 'a' }, 'proceed', 'malformed: a 304 would be a guess'],
    [{ 'If-None-Match': '"a", b' }, 'proceed', 'malformed: a 304 would be a guess'],
    [{ 'If-Modified-Since': DATE }, 'not-modified', 'the same'],
    [{ 'If-Modified-Since': AFTER }, 'not-modified', 'not modified since'],
    [{ 'If-Modified-Since': BEFORE }, 'proceed', 'modified since'],
    [{ 'If-Modified-Since': 'Sunday, 06-Nov-94 08:49:37 GMT' }, 'not-modified', 'RFC 850'],
    [{ 'If-Modified-Since': 'Sun Nov  6 08:49:37 1994' }, 'not-modified', 'asctime'],
    [{ 'If-Modified-Since': '0' }, 'proceed', 'no date is ignored (§13.1.3)'],
    [{ 'If-Modified-Since': `${DATE}, ${DATE}` }, 'proceed', 'two dates are none (§13.1.3)'],
    [{ 'If-None-Match': '"b"', 'If-Modified-Since': DATE }, 'proceed', 'the tag replaces the date'],
    [{ 'If-None-Match': 'b', 'If-Modified-Since': DATE }, 'proceed', 'even a malformed tag'],
    [
      { 'If-None-Match': '"a"', 'If-Modified-Since': BEFORE },
      'not-modified',
      'only the tag counts',
    ],
    [{ 'If-Match': '"a"', 'If-None-Match': '"a"' }, 'not-modified', 'step 1, then step 3'],
    [{ 'If-Match': '"b"', 'If-None-Match': '"a"' }, 'failed', 'step 1 comes first'],
    [{ 'If-Match': '"b"', 'If-Modified-Since': DATE }, 'failed', 'step 1 comes first'],
    [{ 'If-Unmodified-Since': BEFORE, 'If-None-Match': '"a"' }, 'failed', 'step 2 comes first'],
    [{ 'If-Unmodified-Since': DATE, 'If-Modified-Since': DATE }, 'not-modified', 'step 2, step 4'],
    [{ 'If-Range': '"b"', Range: 'bytes=0-1' }, 'proceed', 'If-Range is no matter of this'],
  ])('gives for %j with a strong entity tag %j: %s', (fields, expected) => {
    check(fields, expected, STRONG);
  });

  it.each<Row>([
    [{ 'If-Match': 'W/"a"' }, 'failed', 'weak tags never match strongly'],
    [{ 'If-Match': '"a"' }, 'failed', 'weak tags never match strongly'],
    [{ 'If-Match': '*' }, 'proceed', 'whatever is there'],
    [{ 'If-None-Match': 'W/"a"' }, 'not-modified', 'the same'],
    [{ 'If-None-Match': '"a"' }, 'not-modified', 'the same, weakly'],
    [{ 'If-Modified-Since': DATE }, 'not-modified', 'parts of a second do not count'],
    [{ 'If-Unmodified-Since': DATE }, 'proceed', 'parts of a second do not count'],
  ])('gives for %j with a weak entity tag %j: %s', (fields, expected) => {
    check(fields, expected, WEAK);
  });

  it.each<Row>([
    [{ 'If-Match': '"a"' }, 'failed', 'there is no tag to match'],
    [{ 'If-Match': '*' }, 'proceed', 'whatever is there'],
    [{ 'If-None-Match': '"a"' }, 'proceed', 'there is no tag to match'],
    [{ 'If-None-Match': '"a"', 'If-Modified-Since': DATE }, 'proceed', 'the tag replaces the date'],
    [{ 'If-None-Match': '*' }, 'not-modified', 'whatever is there'],
    [{ 'If-Modified-Since': DATE }, 'not-modified', 'the same'],
  ])('gives for %j without an entity tag %j: %s', (fields, expected) => {
    check(fields, expected, DATE_ONLY);
  });

  it.each<Row>([
    [{ 'If-Modified-Since': AFTER }, 'proceed', 'nothing to compare is ignored (§13.1.3)'],
    [{ 'If-Unmodified-Since': BEFORE }, 'proceed', 'nothing to compare is ignored (§13.1.4)'],
    [{ 'If-None-Match': '*' }, 'not-modified', 'whatever is there'],
    [{ 'If-Match': '*' }, 'proceed', 'whatever is there'],
  ])('gives for %j without any validator %j: %s', (fields, expected) => {
    check(fields, expected, NONE);
  });

  it('takes a leap second for later than the second before and earlier than midnight', () => {
    const since = { 'If-Modified-Since': 'Sat, 31 Dec 2016 23:59:60 GMT' };
    const midnight = Date.UTC(2017, 0, 1);
    expect(evaluate('GET', since, { lastModifiedMs: midnight - 1000 })).toBe('not-modified');
    expect(evaluate('GET', since, { lastModifiedMs: midnight })).toBe('proceed');
  });
});

describe('evaluatePreconditions() for other methods', () => {
  it.each<[string, Fields, PreconditionResult, string]>([
    ['PUT', { 'If-Match': '"a"' }, 'proceed', 'the same'],
    ['PUT', { 'If-Match': '"b"' }, 'failed', 'another'],
    ['DELETE', { 'If-Unmodified-Since': BEFORE }, 'failed', 'modified'],
    ['PUT', { 'If-None-Match': '*' }, 'failed', 'there is something already'],
    ['POST', { 'If-None-Match': 'W/"a"' }, 'failed', 'not 304: it is not read'],
    ['PUT', { 'If-None-Match': '"b"' }, 'proceed', 'another'],
    ['PUT', { 'If-Modified-Since': DATE }, 'proceed', 'for GET and HEAD only (§13.1.3)'],
    ['get', { 'If-None-Match': '"a"' }, 'failed', 'methods are case-sensitive'],
    ['OPTIONS', { 'If-Match': '"b"' }, 'proceed', 'selects no representation (§13.2.1)'],
    ['TRACE', { 'If-None-Match': '*' }, 'proceed', 'selects no representation (§13.2.1)'],
    ['CONNECT', { 'If-Unmodified-Since': BEFORE }, 'proceed', 'selects none (§13.2.1)'],
  ])('gives for %s with %j %j: %s', (method, fields, expected) => {
    expect(evaluate(method, fields, STRONG)).toBe(expected);
  });
});
