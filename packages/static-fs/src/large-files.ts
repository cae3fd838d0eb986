// What of large files is in memory: parts of any, for small ranges, and pieces of those that there
// is room for as a whole. Both hang on a version, are counted with it and go with it.
//
// Security: both are of their version, or they are not kept. What is read goes between two looks at
// the facts of the file, and nothing is kept of a version whose facts could hide a change.

import { closeFile, readPart } from './file-in-memory.ts';
import { FileParts } from './file-parts.ts';
import { FilePieces } from './file-pieces.ts';
import type { FileSource, OpenFile, Segments } from './file-source.ts';
import type { FileVersion } from './file-versions.ts';
import type { ByteRange } from './range.ts';

/** What the parts of one file may take of all, and its pieces. */
const SHARE = 1 / 4;

/** What keeps versions. */
export interface LargeFilesOptions {
  readonly source: FileSource;
  readonly maxBytes: number;
  /** Told of each part of a file that came out of memory. */
  readonly hit: () => void;
  /** Told of each part that was read to be kept. */
  readonly miss: () => void;
  readonly isKept: (version: FileVersion) => boolean;
  /** Counts octets with a version that is kept; `false` where there is no room. */
  readonly grow: (version: FileVersion, octets: number) => boolean;
  readonly shrink: (version: FileVersion, octets: number) => void;
  /** Whether an open file is of a version. */
  readonly isOf: (segments: Segments, file: OpenFile, version: FileVersion) => boolean;
  /** Looks at the facts of an open file again. */
  readonly isUnchanged: (segments: Segments, file: OpenFile) => Promise<boolean>;
}

/** Makes what is kept of large files. */
export class LargeFiles {
  readonly #options: LargeFilesOptions;

  constructor(options: LargeFilesOptions) {
    this.#options = options;
  }

  /** Makes a place for the parts of a version. */
  partsOf(segments: Segments, { lengthBytes }: OpenFile, version: FileVersion): FileParts {
    const { maxBytes, hit, miss, grow, shrink } = this.#options;
    return new FileParts({
      lengthBytes,
      maxBytes: Math.floor(maxBytes * SHARE),
      grow: (octets) => grow(version, octets),
      shrink: (octets) => shrink(version, octets),
      read: (position, into) => this.#readPart(segments, version, { position, into }),
      hit,
      miss,
    });
  }

  /** Makes a place for the pieces of a version; `undefined` where there is no room for all. */
  piecesOf({ lengthBytes }: OpenFile, version: FileVersion): FilePieces | undefined {
    const { maxBytes, grow, shrink } = this.#options;
    if (lengthBytes > maxBytes * SHARE) return undefined;
    return new FilePieces({
      lengthBytes,
      grow: (octets) => grow(version, octets),
      shrink: (octets) => shrink(version, octets),
    });
  }

  /**
   * Tells how an open file of a version gives its pieces.
   *
   * @param pieces - Weak: who takes the file slowly must not keep what was given up meanwhile, and
   * is not counted any more.
   */
  atHand(
    segments: Segments,
    file: OpenFile,
    { version, pieces }: { readonly version: FileVersion; readonly pieces: WeakRef<FilePieces> },
  ): NonNullable<OpenFile['atHand']> {
    const { isKept, isUnchanged } = this.#options;
    const read = async (position: number, into: Uint8Array): Promise<boolean> =>
      (await readPart(file, position, [into])) && (await isUnchanged(segments, file));
    return (range: ByteRange) => (isKept(version) ? pieces.deref()?.from(range, read) : undefined);
  }

  /** Reads a part between two looks at the version; `false` where it is another, or that fails. */
  async #readPart(
    segments: Segments,
    version: FileVersion,
    { position, into }: { readonly position: number; readonly into: readonly Uint8Array[] },
  ): Promise<boolean> {
    const { source, isOf, isUnchanged } = this.#options;
    try {
      const opened = await source.open(segments);
      if (opened.kind !== 'file') return false;
      try {
        if (!isOf(segments, opened, version)) return false;
        if (!(await readPart(opened, position, into))) return false;
        return await isUnchanged(segments, opened);
      } finally {
        await closeFile(opened);
      }
    } catch {
      return false; // who asked opens it anew, and is told
    }
  }
}
