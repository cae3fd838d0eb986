// Which file answers a path: the file itself, the index file of a directory, the same path with
// its slash, or none. The first step that reaches for the disk, and the only one that opens.
// One open for a hit; one for each index name that is not there.

import type { FileSourceError } from './errors.ts';
import { errorOfOpening } from './errors.ts';
import type { FileSource, OpenFile } from './file-source.ts';
import { MISSING, type Fault, type Missing, type Redirect } from './outcome.ts';
import type { SitePath } from './site-path.ts';

/** The file that answers. */
export interface LocatedFile {
  readonly kind: 'located';
  /** The file, open. */
  readonly file: OpenFile;
  /** Its name, which need not be in the path: an index file's is not. */
  readonly name: string;
}

/** Where to look. */
export interface LocateOptions {
  readonly source: FileSource;
  /** The names that answer for a directory, best first. */
  readonly index: readonly string[];
}

/** Finds the file for a path. Never rejects: what the disk can do is an outcome. */
export async function locate(
  path: SitePath,
  options: LocateOptions,
): Promise<LocatedFile | Redirect | Missing | Fault> {
  try {
    return path.endsWithSlash
      ? await locateIndex(path.segments, options)
      : await locateFile(path, options.source);
  } catch (error) {
    return outcomeOfError(errorOfOpening(error));
  }
}

async function locateFile(
  path: SitePath,
  source: FileSource,
): Promise<LocatedFile | Redirect | Missing> {
  const opened = await source.open(path.segments);
  if (opened.kind === 'file') {
    return { kind: 'located', file: opened, name: path.segments.at(-1) ?? '' };
  }
  // Without the slash, relative references in the index file would start one level too high.
  if (opened.kind === 'directory')
    return { kind: 'redirect', to: { ...path, endsWithSlash: true } };
  return MISSING;
}

// The directory itself is not asked for: its index file says enough. A file with a slash behind it
// (`/a.txt/`) falls out the same way, since nothing can be below a file.
async function locateIndex(
  segments: readonly string[],
  options: LocateOptions,
): Promise<LocatedFile | Missing> {
  for (const name of options.index) {
    // One after the other: the first name that is there wins.
    const opened = await options.source.open([...segments, name]);
    if (opened.kind === 'file') return { kind: 'located', file: opened, name };
  }
  return MISSING; // a listing comes here
}

function outcomeOfError(error: FileSourceError): Missing | Fault {
  switch (error.kind) {
    case 'missing':
      return MISSING;
    case 'forbidden':
    case 'busy':
      return { kind: error.kind, error };
    default:
      return { kind: 'failed', error };
  }
}
