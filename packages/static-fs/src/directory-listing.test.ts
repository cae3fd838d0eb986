import { describe, expect, it } from 'vitest';

import { directoryEntry, fileEntry } from '../test/listing-entries.ts';
import { hrefOf, prefersJson, renderListingJson } from './directory-listing.ts';
import type { ListingOrder } from './listing-order.ts';

const BY_NAME: ListingOrder = { key: 'name', direction: 'ascending' };

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
