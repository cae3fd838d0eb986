// The names in a directory, for somebody who asks for the directory itself, and their form as JSON;
// the page for people is in listing-page.ts, the order in listing-order.ts. Pure: who reads the
// directory is node-directory.ts. RFC 9110 §12.5.1 (which of the two), RFC 3986 §4.2 (the references).
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
import { type ListingOrder, orderEntries } from './listing-order.ts';
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

/** Tells whether a client would rather have JSON than HTML. Who takes either gets HTML. */
export function prefersJson(accept: string | undefined): boolean {
  const weights = parseAccept(accept ?? '');
  if (weights === undefined) return false;
  return weights.of('application/json') > weights.of('text/html');
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

/** Writes a listing as JSON, in pieces of some kilobytes; empty ones first, while it is ordered. */
export function* renderListingJson(
  listing: DirectoryListing,
  order: ListingOrder,
): Generator<string, void, undefined> {
  const path = formatSitePath({
    kind: 'site-path',
    segments: listing.segments,
    endsWithSlash: true,
  });
  const entries = yield* orderEntries(listing.entries, order);
  let piece = `{"path":${JSON.stringify(path)},"entries":[`;
  let separator = '';
  for (const entry of entries) {
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
