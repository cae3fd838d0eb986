// Which content codings a file may come in, and in which order they are tried for a client: the
// siblings that a build has put beside it. Pure. RFC 9110 §8.4, §12.5.3.

import { parseAcceptEncoding } from './weights.ts';

/** A content coding, by its name in Content-Encoding. */
export type ContentCoding = 'br' | 'zstd' | 'gzip';

// The order is that of preference where a client has none: what is smallest, as a rule, comes first.
const SUFFIX_OF_CODING: ReadonlyMap<ContentCoding, string> = new Map([
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
]);

// What is compressed by its own format. A sibling could only be larger, and looking for one that
// nobody made is what negotiation costs: three openings for each picture.
const COMPRESSED =
  /^(?:audio\/|video\/|font\/woff|image\/(?:apng|avif|gif|hei[cf]|jp|jxl|png|webp)|application\/(?:gzip|java-archive|pdf|vnd\.openxmlformats|vnd\.rar|x-7z|x-bzip|x-rar|x-xz|zip|zstd)|[^;]*\+zip)/;

const NONE: readonly ContentCoding[] = [];

// Browsers send one of a few values with each request; to read one takes 0.7 µs. Security: what is
// remembered is bounded in number and length, whoever sends what.
const remembered = new Map<string, readonly ContentCoding[]>();
const MAX_REMEMBERED = 64;
const MAX_REMEMBERED_LENGTH = 128;

/** Gives what a sibling's name has more than that of its file. */
export function suffixOf(coding: ContentCoding): string {
  return SUFFIX_OF_CODING.get(coding) ?? '';
}

/** A name, and those of its siblings. */
export function withSiblings(name: string): readonly string[] {
  return [name, ...[...SUFFIX_OF_CODING.values()].map((suffix) => name + suffix)];
}

/** Tells whether a file may come in several codings; a sibling itself does not. */
export function isNegotiable(name: string, mediaType: string): boolean {
  for (const suffix of SUFFIX_OF_CODING.values()) {
    if (name.toLowerCase().endsWith(suffix)) return false;
  }
  return !COMPRESSED.test(mediaType);
}

/**
 * Gives the codings that are better for a client than none, best first: for all who accept the same
 * in the same order, the same list.
 *
 * `identity` always comes after them, also where the client refuses it (`identity;q=0`): §12.5.3
 * would allow to fail then, but whoever asks for a file would rather have it.
 *
 * @param acceptEncoding - The field value. Where there is none, or none that can be read, any
 * coding would be acceptable; no coding is what every client understands.
 */
export function codingsFor(acceptEncoding: string | undefined): readonly ContentCoding[] {
  if (acceptEncoding === undefined) return NONE;
  const known = remembered.get(acceptEncoding);
  if (known !== undefined) return known;
  const codings = theSame(readCodings(acceptEncoding));
  if (acceptEncoding.length <= MAX_REMEMBERED_LENGTH) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(acceptEncoding, codings);
  }
  return codings;
}

/** All lists that there are: sixteen, of three codings. */
const lists = new Map<string, readonly ContentCoding[]>([['', NONE]]);

/** Gives one list for all that are equal, so that they can be told apart by what they are. */
function theSame(codings: readonly ContentCoding[]): readonly ContentCoding[] {
  const text = codings.join();
  const known = lists.get(text);
  if (known !== undefined) return known;
  lists.set(text, codings);
  return codings;
}

function readCodings(acceptEncoding: string): readonly ContentCoding[] {
  const weights = parseAcceptEncoding(acceptEncoding);
  if (weights === undefined) return NONE;
  const identity = weights.of('identity');
  return [...SUFFIX_OF_CODING.keys()]
    .filter((coding) => weights.of(coding) > 0 && weights.of(coding) >= identity)
    .toSorted((a, b) => weights.of(b) - weights.of(a));
}
