// The names in a directory, for somebody who asks for the directory itself: their order, and their
// form as JSON; the page for people is in listing-page.ts. Pure: who reads the directory is
// node-directory.ts. RFC 9110 §12.5.1 (which of the two), RFC 3986 §4.2 (the references).
//
//   {
//     "path": "/docs/",                        the path of the directory, encoded
//     "entries": [{
//       "name": "a b.txt",                     decoded
//       "type": "file",                        or "directory"
//       "size": 12,                            in bytes; null for a directory
//       "modified": "2024-05-06T07:08:09.000Z",  or null where the disk has no real date
//       "href": "./a%20b.txt"                  relative to the path; a directory ends with "/"
//     }],
//     "truncated": false                       whether there are more than are listed
//   }

import type { Segments } from './file-source.ts';
import { formatSitePath } from './site-path.ts';
import { parseAccept } from './weights.ts';

/** One name in a directory. */
export interface DirectoryEntry {
  /** Its name, decoded. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** The length of a file in bytes; says nothing for a directory. */
  readonly sizeBytes: number;
  /** When it was last modified, in milliseconds since the epoch; whatever the disk says. */
  readonly mtimeMs: number;
}

/** What is in a directory. */
export interface DirectoryListing {
  /** The path of the directory below the site root; empty for the root. */
  readonly segments: Segments;
  /** What is in it, in any order. */
  readonly entries: readonly DirectoryEntry[];
  /** Whether there is more in it than this. */
  readonly truncated: boolean;
}

/** By what entries are ordered. */
export type ListingKey = 'name' | 'size' | 'modified';

/** The order of a listing. Directories come first in each. */
export interface ListingOrder {
  readonly key: ListingKey;
  readonly direction: 'ascending' | 'descending';
}

const BY_NAME: ListingOrder = { key: 'name', direction: 'ascending' };
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

/** Tells whether a client would rather have JSON than HTML. Who takes either gets HTML. */
export function prefersJson(accept: string | undefined): boolean {
  const weights = parseAccept(accept ?? '');
  if (weights === undefined) return false;
  return weights.of('application/json') > weights.of('text/html');
}

/**
 * Orders entries: directories first; of one kind by the key, and by name where that is equal. Names
 * go without regard to case, and numbers in them by their value: `2.txt` is before `10.txt`. The
 * same on every machine, which the collation of a language is not; and in half its time.
 */
export function orderEntries(
  entries: readonly DirectoryEntry[],
  { key, direction }: ListingOrder,
): DirectoryEntry[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const keyed = entries.map((entry) => ({
    entry,
    name: nameKeyOf(entry.name),
    value: valueOf(entry, key),
  }));
  keyed.sort((a, b) => {
    if (a.entry.kind !== b.entry.kind) return a.entry.kind === 'directory' ? -1 : 1;
    if (a.value !== b.value) return sign * (a.value - b.value);
    const byName = compare(a.name, b.name) || compare(a.entry.name, b.entry.name);
    return key === 'name' ? sign * byName : byName;
  });
  return keyed.map(({ entry }) => entry);
}

/** Writes the reference to an entry, relative to its directory with the slash. */
export function hrefOf({ name, kind }: DirectoryEntry): string {
  // Security: `./` first, so that no name is a scheme (`javascript:`), a host or the parent. Half
  // a surrogate pair, which only Windows has in names, cannot be encoded: it is U+FFFD.
  const text = /[\uD800-\uDFFF]/.test(name) ? name.replace(/\p{Surrogate}/gu, '\uFFFD') : name;
  const encoded = encodeURIComponent(text);
  return `./${encoded}${kind === 'directory' ? '/' : ''}`;
}

/** Gives a date as in RFC 3339; `undefined` for what is none, or is out of its four-digit years. */
export function formatModified(mtimeMs: number): string | undefined {
  const isWritable = mtimeMs >= -62_167_219_200_000 && mtimeMs < 253_402_300_800_000;
  return isWritable ? new Date(mtimeMs).toISOString() : undefined;
}

/** Writes a listing as JSON, in pieces of some kilobytes. */
export function* renderListingJson(
  listing: DirectoryListing,
  order: ListingOrder,
): Generator<string, void, undefined> {
  const path = formatSitePath({
    kind: 'site-path',
    segments: listing.segments,
    endsWithSlash: true,
  });
  let piece = `{"path":${JSON.stringify(path)},"entries":[`;
  let separator = '';
  for (const entry of orderEntries(listing.entries, order)) {
    const { name, kind } = entry;
    const size = kind === 'file' ? entry.sizeBytes : null;
    const modified = formatModified(entry.mtimeMs) ?? null;
    piece += `${separator}\n${JSON.stringify({ name, type: kind, size, modified, href: hrefOf(entry) })}`;
    separator = ',';
    if (piece.length < 16_384) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n],"truncated":${listing.truncated}}\n`;
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

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
