import { Fields } from '@pws/http-wire';
import { describe, expect, test } from 'vitest';
import { type QueryMatch, fulfils, matchQuery, unusedQuery } from './rule-conditions.ts';

describe('a condition on', () => {
  test.each<[readonly string[], string | undefined, boolean, string]>([
    [['de'], 'de', true, 'the language itself'],
    [['de'], 'de-AT', true, 'one below it'],
    [['de-at'], 'de', false, 'not one above it'],
    [['de'], 'den', false, 'or one that begins alike'],
    [['en', 'de'], 'DE', true, 'one of several, in any case'],
    [['de'], 'en, de;q=0.5', false, 'what is wanted most alone'],
    [['de'], 'en;q=0.5, de ;q=0.9', true, 'wherever it stands'],
    [['de'], 'en, de', true, 'of several alike, each'],
    [['de'], 'de;q=0', false, 'nothing that is not wanted'],
    [['de'], 'de;q=x', false, 'nothing that cannot be read'],
    [['de'], undefined, false, 'nothing where nothing is said'],
    [['de'], '*', false, 'nothing of whoever takes any'],
  ])('the languages %j holds for %j: %j, %s', (languages, field, expected) => {
    const fields = Fields.from(field === undefined ? [] : [['Accept-Language', field]]);
    expect(fulfils({ languages, unmet: [] }, fields)).toBe(expected);
  });

  test.each<[readonly string[], string | undefined, boolean]>([
    [['a'], 'a=1', true],
    [['a'], 'b=2; a=1', true],
    [['a'], 'a=', true],
    [['a', 'b'], 'c=3; b=2', true],
    [['a'], 'A=1', false],
    [['a'], 'b=a=1', false],
    [['a'], 'a', false],
    [['a'], undefined, false],
  ])('the cookies %j holds for %j: %j', (cookies, field, expected) => {
    const fields = Fields.from(field === undefined ? [] : [['Cookie', field]]);
    expect(fulfils({ cookies, unmet: [] }, fields)).toBe(expected);
  });

  test('what nobody here knows never holds', () => {
    const fields = Fields.from([['Cookie', 'a=1']]);
    expect(fulfils({ cookies: ['a'], unmet: ['Country'] }, fields)).toBe(false);
    expect(fulfils({ unmet: [] }, fields)).toBe(true);
  });
});

describe('parameters', () => {
  const ID: QueryMatch = { key: 'id', name: 'id' };
  test.each<
    [readonly QueryMatch[], string | undefined, Readonly<Record<string, string>> | undefined]
  >([
    [[], undefined, {}],
    [[ID], undefined, undefined],
    [[ID], 'id=7', { id: '7' }],
    [[ID], 'a=1&id=%C3%A4+b&id=2', { id: 'ä b' }],
    [[ID], 'id', { id: '' }],
    [[ID], 'ID=7', undefined],
    [[ID], 'id=%zz%ff', { id: '%zz\ufffd' }],
    [[{ key: 'id', value: '7' }], 'id=7', {}],
    [[{ key: 'id', value: '7' }], 'id=8', undefined],
    [[{ key: 'id', value: '7' }, ID], 'id=7', { id: '7' }],
  ])('%j of the query %j are %j', (matches, query, expected) => {
    const captures = matchQuery(matches, query);
    expect(captures && Object.fromEntries(captures)).toEqual(expected);
  });

  test.each<[readonly QueryMatch[], string | undefined, string | undefined]>([
    [[], 'a=1&b', 'a=1&b'],
    [[ID], undefined, undefined],
    [[ID], 'id=7', undefined],
    [[ID], 'a=%20&id=7&b&i%64=8', 'a=%20&b'],
  ])('%j leave of the query %j what they have not used: %j', (matches, query, expected) => {
    expect(unusedQuery(matches, query)).toBe(expected);
  });
});
