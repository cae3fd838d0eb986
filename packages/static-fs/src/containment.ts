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

/** The path with one separator at its end. */
export function endWithSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
