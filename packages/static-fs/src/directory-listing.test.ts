import { describe, expect, it } from 'vitest';

import { directoryEntry, fileEntry } from '../test/listing-entries.ts';
import {
  formatListingOrder,
  hrefOf,
  orderEntries,
  parseListingOrder,
  prefersJson,
  renderListingJson,
  type ListingOrder,
} from './directory-listing.ts';

const BY_NAME: ListingOrder = { key: 'name', direction: 'ascending' };

describe('the order', () => {
  it.each([
    [undefined, 'name', 'ascending', 'no query'],
    ['', 'name', 'ascending', 'an empty one'],
    ['sort=size', 'size', 'ascending', 'a key'],
    ['sort=modified&order=desc', 'modified', 'descending', 'both'],
    ['order=desc&sort=size', 'size', 'descending', 'the other way around'],
    ['sort=size&order=up', 'size', 'ascending', 'an order that is none'],
    ['sort=SIZE', 'name', 'ascending', 'a key that is none'],
    ['sort=__proto__', 'name', 'ascending', 'a name of a property'],
    ['v=1&sort=size', 'size', 'ascending', 'something else with it'],
    ['&&&&&&&&sort=size', 'name', 'ascending', 'more than anybody means'],
  ])('of the query %j is %s, %s: %s', (query, key, direction, _why) => {
    expect(parseListingOrder(query)).toEqual({ key, direction });
  });

  it('is read as it was written', () => {
    for (const key of ['name', 'size', 'modified'] as const) {
      for (const direction of ['ascending', 'descending'] as const) {
        const order = { key, direction };
        expect(parseListingOrder(formatListingOrder(order))).toEqual(order);
      }
    }
  });

  const entries = [
    fileEntry('b10', 3, 300),
    fileEntry('B2', 1, 200),
    directoryEntry('z', 900),
    fileEntry('a', 2, Number.NaN),
    directoryEntry('y', 100),
    fileEntry('b02', 1, 200),
  ];
  it.each([
    ['name', 'ascending', 'y z a B2 b02 b10', 'numbers by value, case does not matter'],
    ['name', 'descending', 'z y b10 b02 B2 a', 'directories first all the same'],
    ['size', 'ascending', 'y z B2 b02 a b10', 'by name where it is equal'],
    ['size', 'descending', 'y z b10 a B2 b02', 'which is not turned around'],
    ['modified', 'ascending', 'y z a B2 b02 b10', 'no date is before all'],
    ['modified', 'descending', 'z y b10 B2 b02 a', 'and after all'],
  ] as const)('by %s, %s is %j: %s', (key, direction, expected, _why) => {
    const names = orderEntries(entries, { key, direction }).map(({ name }) => name);
    expect(names.join(' ')).toBe(expected);
  });

  it('does not depend on how the entries came', () => {
    for (const key of ['name', 'size', 'modified'] as const) {
      const order = { key, direction: 'ascending' } as const;
      expect(orderEntries(entries.toReversed(), order)).toEqual(orderEntries(entries, order));
    }
  });
});

describe('prefersJson()', () => {
  it.each([
    [undefined, false, 'no field'],
    ['*/*', false, 'anything'],
    ['application/json', true, 'JSON alone'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false, 'a browser'],
    ['application/json, text/plain, */*', false, 'as much as HTML'],
    ['application/json, */*;q=0.5', true, 'more than all others'],
    ['application/*;q=0.9, text/html;q=0.8', true, 'a range'],
    ['application/json;q=0', false, 'refused'],
    ['application/json;q=2', false, 'a field that is none'],
  ])('of %j is %j: %s', (accept, expected, _why) => {
    expect(prefersJson(accept)).toBe(expected);
  });
});

describe('a reference', () => {
  it.each([
    [fileEntry('a b.txt'), './a%20b.txt', 'a blank'],
    [directoryEntry('a'), './a/', 'a directory'],
    [fileEntry('javascript:alert(1)'), './javascript%3Aalert(1)', 'a scheme'],
    [fileEntry('a?b#c%20'), './a%3Fb%23c%2520', 'what ends a path'],
    [fileEntry('\uD800'), './%EF%BF%BD', 'half a pair'],
    [fileEntry('\u{1F600}'), './%F0%9F%98%80', 'a whole pair'],
  ])('of %j is %j: %s', (entry, expected) => {
    expect(hrefOf(entry)).toBe(expected);
  });
});

it('JSON has the documented shape', () => {
  const entries = [fileEntry('a "b".txt', 12), directoryEntry('c'), fileEntry('d', 0, Number.NaN)];
  const listing = { segments: ['docs', 'x y'], entries, truncated: true };
  expect(JSON.parse([...renderListingJson(listing, BY_NAME)].join(''))).toEqual({
    path: '/docs/x%20y/',
    entries: [
      {
        name: 'c',
        type: 'directory',
        size: null,
        modified: '2024-05-06T07:08:09.000Z',
        href: './c/',
      },
      {
        name: 'a "b".txt',
        type: 'file',
        size: 12,
        modified: '2024-05-06T07:08:09.000Z',
        href: './a%20%22b%22.txt',
      },
      { name: 'd', type: 'file', size: 0, modified: null, href: './d' },
    ],
    truncated: true,
  });
});

it('JSON of an empty root is valid too', () => {
  const listing = { segments: [], entries: [], truncated: false };
  const text = [...renderListingJson(listing, BY_NAME)].join('');
  expect(JSON.parse(text)).toEqual({ path: '/', entries: [], truncated: false });
});
