import { describe, expect, it } from 'vitest';

import { directoryEntry, fileEntry, inOrder } from '../test/listing-entries.ts';
import type { DirectoryEntry } from './directory-listing.ts';
import { formatListingOrder, orderEntries, parseListingOrder } from './listing-order.ts';

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
    const names = inOrder(entries, { key, direction }).map(({ name }) => name);
    expect(names.join(' ')).toBe(expected);
  });

  it('does not depend on how the entries came', () => {
    for (const key of ['name', 'size', 'modified'] as const) {
      const order = { key, direction: 'ascending' } as const;
      expect(inOrder(entries.toReversed(), order)).toEqual(inOrder(entries, order));
    }
  });
});

describe('many entries', () => {
  const BY_NAME = { key: 'name', direction: 'ascending' } as const;

  it.each([0, 1, 255, 256, 257, 512, 513, 5000])('are ordered: %i', (count) => {
    const names = Array.from({ length: count }, (_, index) => `f${(index * 7919) % count}`);
    const ordered = inOrder(
      names.map((name) => fileEntry(name)),
      BY_NAME,
    );
    expect(ordered.map(({ name }) => name)).toEqual(
      Array.from({ length: count }, (_, index) => `f${index}`),
    );
  });

  it('are ordered in slices, none of which looks at more than 256 or compares them all', () => {
    const looks = { names: 0, kinds: 0 };
    const entries = Array.from({ length: 10_000 }, (_, index): DirectoryEntry => {
      const name = `f${(index * 7919) % 10_000}`;
      return {
        ...fileEntry(name),
        get name() {
          looks.names += 1;
          return name;
        },
        get kind() {
          looks.kinds += 1;
          return 'file' as const;
        },
      };
    });
    const slices: (typeof looks)[] = [];
    const ordering = orderEntries(entries, BY_NAME);
    for (let isDone = false; !isDone; Object.assign(looks, { names: 0, kinds: 0 })) {
      isDone = ordering.next().done === true;
      slices.push({ ...looks });
    }
    expect(slices.reduce((sum, { names }) => sum + names, 0)).toBe(10_000);
    expect(Math.max(...slices.map(({ names }) => names))).toBe(256);
    // Two for each of at most 8 comparisons of an entry: of all at once it would be 240,000.
    expect(Math.max(...slices.map(({ kinds }) => kinds))).toBeLessThanOrEqual(2 * 8 * 256);
  });
});
