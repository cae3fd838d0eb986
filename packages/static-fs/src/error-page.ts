// The site's own pages for errors: the nearest `404.html` up the tree for what is not there, and
// the nearest `500.html` for what the disk could not do. They are files like any other, opened
// through the same source; one that is no regular file, or cannot be opened, is not there, and then
// the answer has no content. RFC 9110 §15.5, §15.6.

import { isStuck } from './errors.ts';
import type { FileSource, Opened, OpenFile, Segments } from './file-source.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Outcome } from './outcome.ts';
import { openIn, type Steps, wait } from './steps.ts';

/** A page for an error. Its file is open. */
export interface ErrorPage {
  /** The value of Content-Type. */
  readonly mediaType: string;
  readonly file: OpenFile;
  /** Where it is. */
  readonly segments: Segments;
}

/** Where to look. */
export interface ErrorPageOptions {
  readonly source: FileSource;
  readonly errorPages: boolean;
}

const MISSING_PAGE = '404.html';
const FAULT_PAGE = '500.html';

// Security: a path of 8 KiB can name four thousand folders, none of which has to be there. A page
// further down than this is not found.
const MAX_DEPTH = 16;

/** Whether there can be a page for an outcome. */
export function mayHavePage({ kind }: Outcome): boolean {
  return kind === 'missing' || kind === 'failed' || kind === 'busy' || kind === 'stuck';
}

/**
 * Opens the page for an outcome. Never throws.
 *
 * Not for 501: that answer is the same everywhere and touches no disk. Nor for 400, 403, 405, 412
 * and 416: those are for programs.
 */
export function* openErrorPage(
  outcome: Outcome,
  options: ErrorPageOptions,
): Steps<ErrorPage | undefined> {
  if (!options.errorPages) return undefined;
  switch (outcome.kind) {
    case 'missing':
      return yield* openNearest(outcome.folder, MISSING_PAGE, options.source);
    case 'failed':
      return yield* openNearest(outcome.folder, FAULT_PAGE, options.source);
    case 'busy':
      // Where there are no descriptors, to look for more pages only takes longer.
      return yield* openNearest([], FAULT_PAGE, options.source);
    case 'stuck':
      // One wait is enough: only what is in memory.
      return pageOf(options.source.peek?.([FAULT_PAGE]), [FAULT_PAGE]);
    default:
      return undefined;
  }
}

function* openNearest(
  folder: Segments,
  name: string,
  source: FileSource,
): Steps<ErrorPage | undefined> {
  for (let depth = Math.min(folder.length, MAX_DEPTH); depth >= 0; depth -= 1) {
    // One after the other: the nearest wins, and most sites have one at the root only.
    const page = yield* openPage([...folder.slice(0, depth), name], source);
    if (page === 'stuck') return undefined;
    if (page !== undefined) return page;
  }
  return undefined;
}

// What kept the file away may well keep the page away, too.
function* openPage(segments: Segments, source: FileSource): Steps<ErrorPage | 'stuck' | undefined> {
  try {
    const asked = openIn(source, segments);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    return pageOf(opened, segments);
  } catch (error) {
    return isStuck(error) ? 'stuck' : undefined;
  }
}

function pageOf(opened: Opened | undefined, segments: Segments): ErrorPage | undefined {
  if (opened?.kind !== 'file') return undefined;
  return { mediaType: mediaTypeOf(segments.at(-1) ?? ''), file: opened, segments };
}
