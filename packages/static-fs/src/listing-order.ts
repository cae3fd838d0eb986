// The order of a listing: how it is asked for in a query, and the ordering of the entries. Pure.
//
// Ten thousand names in one go keep everybody else waiting: 14 ms before the code is compiled, 36 ms
// where the names are long, 160 ms where they are digits and letters in turn. So it is done in
// slices, and whoever asks decides what happens between two of them (text-content.ts).

import type { DirectoryEntry } from './directory-listing.ts';

/** By what entries are ordered. */
export type ListingKey = 'name' | 'size' | 'modified';

/** The order of a listing. Directories come first in each. */
export interface ListingOrder {
  readonly key: ListingKey;
  readonly direction: 'ascending' | 'descending';
}

const BY_NAME: ListingOrder = { key: 'name', direction: 'ascending' };
// Half a millisecond; of the worst names, 5.
const SLICE_ENTRIES = 256;
// The longest name has 255 digits.
const LENGTH_DIGITS = 3;

/**
 * Reads the order from the query of a request: `sort=name|size|modified`, `order=asc|desc`.
 * Anything else says nothing.
 */
export function parseListingOrder(query: string | undefined): ListingOrder {
  const parameters = new Map(
    (query ?? '').split('&', 8).map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return [name, value] as const;
    }),
  );
  const key = parameters.get('sort');
  const direction = parameters.get('order') === 'desc' ? 'descending' : 'ascending';
  return key === 'size' || key === 'modified' || key === 'name' ? { key, direction } : BY_NAME;
}

/** Writes an order as a query, as `parseListingOrder()` reads it. */
export function formatListingOrder({ key, direction }: ListingOrder): string {
  return `sort=${key}&order=${direction === 'ascending' ? 'asc' : 'desc'}`;
}

/**
 * Orders entries: directories first; of one kind by the key, and by name where that is equal. Names
 * go without regard to case, and numbers in them by their value: `2.txt` is before `10.txt`. The
 * same on every machine, which the collation of a language is not; and in half its time.
 *
 * Yields after each slice of the work: the piece of text that has come of it, which is none.
 */
export function* orderEntries(
  entries: readonly DirectoryEntry[],
  order: ListingOrder,
): Generator<'', DirectoryEntry[], undefined> {
  const compare = comparisonBy(order);
  let runs: Keyed[][] = [];
  for (let at = 0; at < entries.length; at += SLICE_ENTRIES) {
    if (at > 0) yield '';
    const slice = entries.slice(at, at + SLICE_ENTRIES);
    runs.push(slice.map((entry) => keyedBy(entry, order)).sort(compare));
  }
  // Each two of them become one, until one is left.
  while (runs.length > 1) {
    const merged: Keyed[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [one = [], other = []] = runs.slice(at, at + 2);
      merged.push(yield* merge(one, other, compare));
    }
    runs = merged;
  }
  return (runs[0] ?? []).map(({ entry }) => entry);
}

/** An entry with what it is ordered by, which is made once. */
interface Keyed {
  readonly entry: DirectoryEntry;
  readonly name: string;
  readonly value: number;
}

type Comparison = (one: Keyed, other: Keyed) => number;

function keyedBy(entry: DirectoryEntry, { key }: ListingOrder): Keyed {
  return { entry, name: nameKeyOf(entry.name), value: valueOf(entry, key) };
}

function comparisonBy({ key, direction }: ListingOrder): Comparison {
  const sign = direction === 'ascending' ? 1 : -1;
  return (a, b) => {
    if (a.entry.kind !== b.entry.kind) return a.entry.kind === 'directory' ? -1 : 1;
    if (a.value !== b.value) return sign * (a.value - b.value);
    const byName = compareText(a.name, b.name) || compareText(a.entry.name, b.entry.name);
    return key === 'name' ? sign * byName : byName;
  };
}

/** Makes one ordered run of two. Of equal entries, those of the first come first. */
function* merge(
  one: readonly Keyed[],
  other: readonly Keyed[],
  compare: Comparison,
): Generator<'', Keyed[], undefined> {
  const merged: Keyed[] = [];
  let inOne = 0;
  let inOther = 0;
  for (;;) {
    const [a, b] = [one[inOne], other[inOther]];
    if (a === undefined || b === undefined) break;
    const isFirst = compare(a, b) <= 0;
    merged.push(isFirst ? a : b);
    if (isFirst) inOne += 1;
    else inOther += 1;
    if (merged.length % SLICE_ENTRIES === 0) yield '';
  }
  return merged.concat(one.slice(inOne), other.slice(inOther));
}

// Digits with their number in front, so that more of them is more: `002` `10` after `001` `2`.
function nameKeyOf(name: string): string {
  return name.toLowerCase().replace(/0*(\d+)/g, (_, digits: string) => {
    return String(digits.length).padStart(LENGTH_DIGITS, '0') + digits;
  });
}

function valueOf(entry: DirectoryEntry, key: ListingKey): number {
  if (key === 'modified') return Number.isNaN(entry.mtimeMs) ? -Infinity : entry.mtimeMs;
  return key === 'size' && entry.kind === 'file' ? entry.sizeBytes : 0;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
