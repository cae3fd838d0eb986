// Which file answers a path: the file itself, the index file of a directory, the same path with
// its slash, what is in the directory, or none. The first step that reaches for the disk, and the only one that opens.
// One open for a hit; one for each index name that is not there.

import type { FileSourceError } from './errors.ts';
import { errorOfOpening } from './errors.ts';
import type { FileSource, OpenFile, Opened, Segments } from './file-source.ts';
import type { HeldListing, HeldListings } from './held-listings.ts';
import type { Fault, Missing, Redirect } from './outcome.ts';
import type { SitePath } from './site-path.ts';
import { openIn, type Steps, wait } from './steps.ts';

/** The file that answers. */
export interface LocatedFile {
  readonly kind: 'located';
  /** The file, open. */
  readonly file: OpenFile;
  /** Where it is, which need not be the path: an index file's name is not in it. */
  readonly segments: Segments;
}

/** The directory that answers: no index file is in it. */
export interface LocatedDirectory {
  readonly kind: 'located-directory';
  readonly listing: HeldListing;
}

/** Where to look. */
export interface LocateOptions {
  readonly source: FileSource;
  /** The names that answer for a directory, best first. */
  readonly index: readonly string[];
  /** Where directories are read; `undefined` where they are not listed. */
  readonly directories: HeldListings | undefined;
}

/** Finds the file for a path. Never throws: what the disk can do is an outcome. */
export function* locate(
  path: SitePath,
  options: LocateOptions,
): Steps<LocatedFile | LocatedDirectory | Redirect | Missing | Fault> {
  const { segments, endsWithSlash } = path;
  const folder = endsWithSlash ? segments : segments.slice(0, -1);
  const missing: Missing = { kind: 'missing', folder };
  try {
    if (endsWithSlash) {
      const located = yield* locateIndex(segments, options);
      return located ?? (yield* locateDirectory(segments, options)) ?? missing;
    }
    const asked = openIn(options.source, segments);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    return locateFile(path, opened) ?? missing;
  } catch (cause) {
    const error = errorOfOpening(cause);
    return error.kind === 'missing' ? missing : faultOf(error, folder);
  }
}

function locateFile(path: SitePath, opened: Opened): LocatedFile | Redirect | undefined {
  const { segments } = path;
  if (opened.kind === 'file') return { kind: 'located', file: opened, segments };
  // Without the slash, relative references in the index file would start one level too high.
  if (opened.kind === 'directory') {
    return { kind: 'redirect', to: { ...path, endsWithSlash: true } };
  }
  return undefined;
}

// The directory itself is not asked for: its index file says enough. A file with a slash behind it
// (`/a.txt/`) falls out the same way, since nothing can be below a file.
function* locateIndex(folder: Segments, options: LocateOptions): Steps<LocatedFile | undefined> {
  for (const name of options.index) {
    // One after the other: the first name that is there wins.
    const segments = [...folder, name];
    const asked = openIn(options.source, segments);
    const opened = asked instanceof Promise ? yield* wait(asked) : asked;
    if (opened.kind === 'file') return { kind: 'located', file: opened, segments };
  }
  return undefined;
}

function* locateDirectory(
  folder: Segments,
  { directories }: LocateOptions,
): Steps<LocatedDirectory | undefined> {
  if (directories === undefined) return undefined;
  const listing = yield* wait(directories.list(folder));
  return 'kind' in listing ? undefined : { kind: 'located-directory', listing };
}

function faultOf(error: FileSourceError, folder: Segments): Fault {
  const { kind } = error;
  const isNamed = kind === 'forbidden' || kind === 'busy' || kind === 'stuck';
  return { kind: isNamed ? kind : 'failed', folder, error };
}
