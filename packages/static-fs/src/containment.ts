// Whether what is open lies where it may: the second wall, behind site-path.ts, for files and for
// directories alike. Pure; who opens, asks the kernel for the place of the descriptor.
// Paths are octets, one to a character (latin1), as disk.ts gives them.

import { sep } from 'node:path';

import type { Segments } from './file-source.ts';

/**
 * Which symbolic links below the root are followed.
 *
 * - `within`: those that lead to something inside the root
 * - `follow`: all, wherever they lead
 * - `deny`: none
 */
export type SymlinkPolicy = 'within' | 'follow' | 'deny';

/**
 * Tells whether what was opened for the segments lies where the policy lets it.
 *
 * Security: never the root without its separator: `/srv/pub` is the start of `/srv/pub-x` too.
 *
 * @param place - The path without links of what is open.
 * @param canonicalRoot - The root without links, with a separator at its end.
 */
export function liesInPlace(
  place: string,
  canonicalRoot: string,
  segments: Segments,
  symlinks: SymlinkPolicy,
): boolean {
  if (symlinks === 'follow') return true;
  if (segments.length === 0) return endWithSeparator(place) === canonicalRoot;
  if (symlinks === 'within') return endWithSeparator(place).startsWith(canonicalRoot);
  return place === canonicalRoot + Buffer.from(segments.join(sep)).toString('latin1');
}

/** Tells whether what is open at a place is kept back. */
export type Withholds = (place: string) => boolean;

/**
 * Tells which places are kept back: files that lie below the root and are none of the site's.
 *
 * Security: by the place of what is open, not by the name that was asked for: however the name is
 * written, and whichever link or index leads there, the place is one. A file that was replaced
 * between its opening and the question has ` (deleted)` behind its path, and is kept back too.
 *
 * @param paths - Absolute paths without links; of a path with links, nothing is kept back.
 * @returns `undefined` where there are none, so that nobody has to ask for a place.
 */
export function withholding(paths: readonly string[] = []): Withholds | undefined {
  if (paths.length === 0) return undefined;
  const places = paths.map((path) => Buffer.from(path).toString('latin1'));
  const all = new Set(places.flatMap((place) => [place, `${place} (deleted)`]));
  return (place) => all.has(place);
}

/** The path with one separator at its end. */
export function endWithSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
