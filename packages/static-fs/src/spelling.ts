// How the path of a page is written: with or without its extension, with or without a slash. Owns
// which of the spellings is the one that answers; the others lead to it. Pure.
//
//             file about.html      directory docs with an index file
//   auto      /about               /docs/
//   always    /about/              /docs/
//   never     /about               /docs
//   ignore    with and without     with and without
//
// Of a site without clean URLs a page is a file like any other.

import type { Segments } from './file-source.ts';
import type { SitePath } from './site-path.ts';

/** Whether paths of pages end with a slash. */
export type TrailingSlash = 'auto' | 'always' | 'never' | 'ignore';

/** How pages are written. */
export interface PageSpelling {
  /** Whether a path answers with the file of the same name and `.html`. */
  readonly hasCleanUrl: (path: SitePath) => boolean;
  readonly trailingSlash: TrailingSlash;
}

/** What a page has behind its name. */
const EXTENSION = '.html';

/** The path without the extension; `undefined` where the last name is no page's. */
export function withoutExtension(segments: Segments): Segments | undefined {
  const name = segments.at(-1);
  if (name === undefined || name.length <= EXTENSION.length || !name.endsWith(EXTENSION)) {
    return undefined;
  }
  return [...segments.slice(0, -1), name.slice(0, -EXTENSION.length)];
}

/** The file of a page, from the path without extension; the root has none. */
export function withExtension(segments: Segments): Segments | undefined {
  const name = segments.at(-1);
  return name === undefined ? undefined : [...segments.slice(0, -1), name + EXTENSION];
}

/** The spelling of a path that answers with a page's file. */
export function spellPage(segments: Segments, trailingSlash: TrailingSlash): SitePath {
  return { kind: 'site-path', segments, endsWithSlash: trailingSlash === 'always' };
}

/** The spelling of a path that answers with a directory's index file. */
export function spellDirectory(segments: Segments, trailingSlash: TrailingSlash): SitePath {
  const endsWithSlash = segments.length === 0 || trailingSlash !== 'never';
  return { kind: 'site-path', segments, endsWithSlash };
}

/** Whether a path that answers may be written so, or leads to the other spelling. */
export function isSpelled(
  path: SitePath,
  wanted: SitePath,
  { trailingSlash }: PageSpelling,
): boolean {
  return trailingSlash === 'ignore' || path.endsWithSlash === wanted.endsWithSlash;
}
