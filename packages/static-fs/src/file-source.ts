// The port through which the site's files are reached. Whoever implements it answers with values:
// a file, a directory, or nothing that could be sent. Faults reject with a FileSourceError.
// A source never follows a name out of its root, and never lets a special file block it.

import type { FileVersion } from './file-versions.ts';
import type { Asking, KnownAnswer } from './known-answers.ts';
import type { ByteRange } from './range.ts';

/** The decoded segments of a path below the site root, outermost first; empty for the root. */
export type Segments = readonly string[];

/** Parts of one version of a file that are in memory. */
export interface KeptParts {
  /**
   * Gives a part at once; `undefined` where it is not in memory. It stays what it is whatever
   * becomes of the file. Belongs to all who ask: not to be changed.
   */
  get(range: ByteRange): Uint8Array | undefined;
  /**
   * Reads a part that `get()` did not give, and keeps it.
   *
   * @returns `undefined` where it is not to be kept, at once or when that is known. Never rejects.
   */
  load(range: ByteRange): Promise<Uint8Array | undefined> | undefined;
}

/** A regular file, open for reading. Whoever opened it closes it. */
export interface OpenFile {
  readonly kind: 'file';
  /** The length when it was opened, in bytes. */
  readonly lengthBytes: number;
  /** When it was last modified, in milliseconds since the epoch; whatever the disk says. */
  readonly mtimeMs: number;
  /**
   * The same in nanoseconds, as exactly as the disk keeps it; entity tags are made of it. A source
   * that wraps another hands it on. Default: `mtimeMs` is all there is.
   */
  readonly mtimeNs?: bigint | undefined;
  /**
   * Tells this file from another of the same name, length and date that was put in its place: on
   * a disk device, inode and change time. Default: length and date are all there is.
   */
  readonly identity?: string | undefined;
  /**
   * Which version of the file this is, from a source that tells versions apart: the same object for
   * as long as the file is the same. `undefined` where the file changes while it is looked at, so
   * that nothing that is said of it would be true for long. Default: versions are not told apart.
   */
  readonly version?: FileVersion | undefined;
  /** The whole file, where the source has it in memory; then `read()` is not needed. */
  readonly octets: Uint8Array | undefined;
  /**
   * Of a file that is known and not open: what it can be answered from without being opened. It
   * cannot be read from. Default: it is open, or in memory as a whole.
   */
  readonly parts?: KeptParts | undefined;
  /**
   * Reads at a position of the file into the caller's buffer, which is not retained.
   *
   * @returns How many octets were read; 0 at the end of the file.
   * @throws {FileSourceError} `busy`, `failed`, or `closed` after `close()`; `stuck`, and then the
   * buffer is the disk's, which may write into it at any time: it is not to be used again.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /**
   * Gives the octets from the start of a range on that are in memory, or come there by being read:
   * some of them, up to a mebibyte. They are of this version of the file. `undefined` where they
   * have to be read by `read()`. Belongs to all who ask: not to be changed. Default: none are.
   *
   * @throws {FileSourceError} As `read()`.
   */
  atHand?(range: ByteRange): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Tells whether the file was written since it was opened, other than at its end: what was read is
   * of two versions then. Default: that is not known.
   */
  hasChanged?(): Promise<boolean>;
  /**
   * Whether it was changed so long before it was opened that each later change gives it other
   * facts. Default: that is not known.
   */
  hasSettled?(): boolean;
  /** Releases the descriptor. Idempotent, never rejects; not to be called while a read runs. */
  close(): Promise<void>;
  /**
   * Does what `close()` does at once, where that needs no waiting; `false` where it is not done.
   * Default: it never is.
   */
  closeNow?(): boolean;
}

/** A file that is in memory as a whole, and not open. */
export interface WholeFile extends OpenFile {
  readonly octets: Uint8Array;
}

/** A directory is there; nothing stays open. */
export interface FoundDirectory {
  readonly kind: 'directory';
}

/** Nothing is there that could be sent: no such name, not a regular file, or outside the root. */
export interface NothingThere {
  readonly kind: 'nothing';
}

/** What a source found under a path. */
export type Opened = OpenFile | FoundDirectory | NothingThere;

/** What an answer rests on that was made of what a source had in memory. */
export interface Basis {
  /** Until when the oldest of what was said is believed, by the clock of the source. */
  readonly untilMs: number;
  /** How often what the source says had changed by then. */
  readonly changes: number;
  /** How many questions were answered. */
  readonly questions: number;
}

/** What a source said of one path. */
export interface Said {
  /** The segments, joined with `/`. */
  readonly path: string;
  readonly kind: Opened['kind'];
  /** Of a file: which version it was. */
  readonly version: FileVersion | undefined;
}

/** Where the files of a site come from. */
export interface FileSource {
  /**
   * Opens what the segments name.
   *
   * @throws {FileSourceError} `forbidden`, `busy`, `stuck` or `failed`; nothing stays open then.
   */
  open(segments: Segments): Promise<Opened>;
  /**
   * Gives the same at once, where it need not be waited for; `undefined` where `open()` has to be
   * asked. Default: everything has to be waited for.
   */
  peek?(segments: Segments): Opened | undefined;
  /**
   * Gives the same on the spot, where that takes hardly longer than a look into memory: to be asked
   * where `peek()` knew nothing. `undefined` where `open()` has to be asked. Default: it always has.
   */
  openNow?(segments: Segments): WholeFile | FoundDirectory | NothingThere | undefined;
  /**
   * Gives the same as `peek()`, and also a file that is known and not open: one with `parts`. Who
   * needs what is not in its parts has to ask `open()`. Default: none is known.
   */
  recall?(segments: Segments): Opened | undefined;
  /**
   * Begins to note what `peek()` says, for an answer that is made of it; until `basis()` is called.
   * Default: whoever asks again has to be answered anew.
   */
  beginBasis?(): void;
  /** What all that was said since then rests on. */
  basis?(): Basis;
  /** Whether all that rests on a basis would be said again now, without asking further. */
  holds?(basis: Basis): boolean;
  /** The same, for an answer that is being made and rests on that as well. */
  standsBy?(basis: Basis): boolean;
  /**
   * Begins to note each thing that `peek()` and `openNow()` say, for an answer that is made of it at
   * once; until `trail()` is called. Default: nothing is noted.
   */
  beginTrail?(): void;
  /** What was said since then; `undefined` where it was too much to be asked again. */
  trail?(): readonly Said[] | undefined;
  /**
   * Tells at once whether what was found under a path is still there and the same; `false` also
   * where that cannot be told without waiting. Default: it never can.
   */
  isStill?(segments: Segments, found: Opened): boolean;
  /**
   * Gives an answer that was kept under a text and that one who asks takes, where all that it rests on
   * would be said again, without asking further. Default: none are kept.
   */
  answerAt?(text: string, asker: Asking): KnownAnswer | undefined;
  /**
   * Keeps an answer under its text. What was made of one version of a file in memory is kept as long
   * as that, beside a few others of it; what was made of none (`undefined`), as long as there is room.
   * Default: none are kept.
   */
  keepAnswer?(version: FileVersion | undefined, answer: KnownAnswer): void;
  /** How many questions the disk was asked so far. Default: nobody counts. */
  readonly misses?: number;
  /**
   * Counts octets that are kept with a version of a file (a compressed form) into the bound of the
   * source. Default: nothing is kept with files of this source.
   *
   * @returns Whether they may be kept; `false` where the version is not, or there is no room.
   */
  grow?(version: FileVersion, octets: number): boolean;
}
