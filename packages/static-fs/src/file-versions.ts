// Which version of a file an open one is, and the octets of that version where they are kept. Two
// open files are of one version when all their facts are the same, with two exceptions:
//
// - A file that is written while it is read has octets of no version. So small files are read
//   between two looks at their facts.
// - A file that is written twice within one tick of its date has the same facts twice. So what was
//   read less than SETTLE_MS after the facts were first met is read once more later, unless the
//   source knows that they were old already.
//
// Nothing here opens for somebody else to close: a file comes in open, and either goes out open or
// is closed and goes out in memory.

import { ANSWER_BYTES, bytesOfAnswer } from './answers-by-text.ts';
import { BoundedEntries } from './bounded-entries.ts';
import { closeFile, fileInMemory, knownFile, readWhole, sameFacts } from './file-in-memory.ts';
import type { FilePieces } from './file-pieces.ts';
import type { FileSource, OpenFile, Segments, WholeFile } from './file-source.ts';
import { type KnownAnswer, putInFront } from './known-answers.ts';
import { LargeFiles } from './large-files.ts';
import { ownText } from './own-text.ts';

/** One version of a file: the same object for as long as the file is the same. */
export interface FileVersion {
  /** Counts up, and is never given twice by one source. */
  readonly number: number;
  /** The segments of its path, joined with `/`. */
  readonly path: string;
}

/** A file of a cached source. */
export interface CachedFile extends OpenFile {
  /**
   * Which version of the file this is: what was made of it may hang on this in a WeakMap.
   * `undefined` where the file changes while it is looked at, so that no validator would be true.
   */
  readonly version: FileVersion | undefined;
}

/** What is remembered of a file. */
export interface KeptFile {
  /** How many segments its path has. */
  readonly depth: number;
  /** The file as it was, in memory or closed by now: for its facts. */
  readonly facts: OpenFile;
  readonly version: FileVersion;
  /** With its octets; `undefined` for a large one. */
  readonly inMemory: (CachedFile & WholeFile) | undefined;
  /** Not open, with its parts; `undefined` for a small one. */
  readonly known: CachedFile | undefined;
  /** Its pieces, where there may be room for all of them. */
  readonly pieces: FilePieces | undefined;
  /** When these facts were first met; −∞ where they were old by then. */
  metMs: number;
  /** When the version was made, or its octets were last begun to be read. */
  readMs: number;
  /** When the question was asked that it last was the answer to. */
  checkedMs: number;
  /** What those are answered whose path leads to it, the first of a few; `undefined` for none. */
  answer: KnownAnswer | undefined;
  /** What is counted with it for answers, but for the first one: that is in what each file counts. */
  answerBytes: number;
}

/** A file whose version is known. */
export interface Identified {
  readonly file: CachedFile;
  /** Whether it is in memory, for all who ask; else it is open, for one. */
  readonly isShared: boolean;
}

interface Read {
  readonly octets: Uint8Array;
  /** Not after the reading began. */
  readonly readMs: number;
  /** Not before the facts were looked at. */
  readonly seenMs: number;
}

/** What files are kept, and where a file is looked at again. */
export interface FileVersionsOptions {
  readonly source: FileSource;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly largestFileBytes: number;
  /** Told of each part of a file that came out of memory. */
  readonly hit: () => void;
  /** Told of each part that was read to be kept. */
  readonly miss: () => void;
}

/** What may be taken by the texts that answers are found under. */
const PLACES_SHARE = 1 / 13;
/** Besides the texts. Measured with 5,000 of them for one file, Node 20: 220 bytes. */
const PLACE_BYTES = 224;
const NO_PLACES: readonly string[] = [];
/** Of a file and its siblings each may have the answer under a text, for those who accept it. */
const MOST_PLACES = 4;
// The coarsest dates of common file systems have ticks of two seconds.
const SETTLE_MS = 2000;

/** The versions of files that are kept, by path. */
export class FileVersions {
  readonly #options: FileVersionsOptions;
  readonly #kept: BoundedEntries<KeptFile>;
  /** Where the answers are that are kept under another text than the path of their file. */
  readonly #places: BoundedEntries<readonly string[]>;
  readonly #large: LargeFiles;
  #count = 0;
  #changes = 0;

  constructor(options: FileVersionsOptions) {
    this.#options = options;
    this.#places = new BoundedEntries(Math.floor(options.maxBytes * PLACES_SHARE), PLACE_BYTES);
    this.#kept = new BoundedEntries(options.maxBytes - this.#places.maxBytes);
    this.#large = new LargeFiles({
      ...options,
      maxBytes: this.#kept.maxBytes,
      isKept: (version) => this.#isKept(version),
      grow: (version, octets) => this.grow(version, octets),
      shrink: (version, octets) => {
        if (this.#isKept(version)) this.#kept.shrink(version.path, octets);
      },
      isOf: (segments, file, version) => this.#keptLike(segments, file)?.version === version,
      isUnchanged: (segments, file) => this.#isUnchanged(segments, file),
    });
  }

  get size(): number {
    return this.#kept.size;
  }

  /** How often a version was kept, or a file was forgotten since it is none any more. */
  get changes(): number {
    return this.#changes;
  }

  get bytes(): number {
    return this.#kept.bytes + this.#places.bytes;
  }

  get(path: string): KeptFile | undefined {
    return this.#kept.get(path);
  }

  /** Whether a file is kept whose octets are not: it was too large for that when it was opened last. */
  isLarge(path: string): boolean {
    const kept = this.#kept.get(path);
    return kept !== undefined && kept.inMemory === undefined;
  }

  /** Whether the octets of a file may be kept. */
  mayKeep({ lengthBytes }: OpenFile): boolean {
    return lengthBytes <= this.#options.largestFileBytes;
  }

  delete(path: string): void {
    this.#changes += 1;
    this.#kept.delete(path);
  }

  /** Counts octets that hang on a version; `false` where it is not kept, or has no room. */
  grow(version: FileVersion, octets: number): boolean {
    return this.#isKept(version) && this.#kept.grow(version.path, octets);
  }

  /** Gives the paths of the files that answers are kept with under a text that is not their path. */
  placesOf(text: string): readonly string[] {
    return this.#places.get(text) ?? NO_PLACES;
  }

  /** Keeps an answer with the version that it was made of, where that is kept. */
  keepAnswer(version: FileVersion, answer: KnownAnswer): void {
    const { path } = version;
    const kept = this.#kept.get(path);
    if (kept === undefined || kept.version !== version) return;
    putInFront(answer, kept.answer);
    kept.answer = answer;
    let bytes = -ANSWER_BYTES;
    for (let each: KnownAnswer | undefined = answer; each !== undefined; each = each.other) {
      bytes += bytesOfAnswer(each);
    }
    if (bytes > kept.answerBytes) {
      if (!this.#kept.grow(path, bytes - kept.answerBytes)) {
        kept.answer = undefined;
        return;
      }
      kept.answerBytes = bytes;
    }
    if (answer.text !== path) this.#notePlace(answer.text, path);
  }

  #notePlace(text: string, path: string): void {
    const known = this.placesOf(text);
    if (known.includes(path)) return;
    const places = [path, ...known].slice(0, MOST_PLACES);
    const octets = places.reduce((sum, place) => sum + 2 * place.length, 0);
    this.#places.set(text, places, octets);
  }

  /** Tells which kept version an open file is of; of a new one where it is of none. */
  versionOf(segments: Segments, file: OpenFile): FileVersion {
    return this.#keptLike(segments, file)?.version ?? this.#newVersion(segments);
  }

  /**
   * Finds or makes the version of a file that was just opened.
   *
   * @param askedMs - When the question was asked that this file is the answer to.
   * @returns `undefined`, with the file still open, where it changed while it was read.
   * @throws {FileSourceError} What reading throws; the file is still open then.
   */
  async identify(
    segments: Segments,
    file: OpenFile,
    askedMs: number,
  ): Promise<Identified | undefined> {
    if (!this.mayKeep(file)) return this.#identifyLarge(segments, file, askedMs);
    const kept = this.#keptLike(segments, file);
    if (kept?.inMemory !== undefined && isSettled(kept)) {
      kept.checkedMs = Math.max(kept.checkedMs, askedMs);
      await closeFile(file);
      return { file: kept.inMemory, isShared: true };
    }
    // So many are read at this moment that the bound would be passed.
    if (!this.#kept.reserve(file.lengthBytes)) {
      return asOpen(file, kept?.version ?? this.#newVersion(segments));
    }
    let read: Read | undefined;
    try {
      read = await this.#readSteady(segments, file);
    } finally {
      this.#kept.release(file.lengthBytes);
    }
    if (read === undefined) return undefined;
    await closeFile(file);
    return { file: this.#identifySmall(segments, file, askedMs, read), isShared: true };
  }

  /** Finds or makes the version of a file that came with its octets just now, and is not open. */
  identifyWhole(segments: Segments, file: WholeFile, askedMs: number): CachedFile & WholeFile {
    // All of it happened between the question and now.
    const read = { octets: file.octets, readMs: askedMs, seenMs: this.#options.now() };
    return this.#identifySmall(segments, file, askedMs, read);
  }

  /** Reads a whole file between two looks at its facts; `undefined` where they differ. */
  async #readSteady(segments: Segments, file: OpenFile): Promise<Read | undefined> {
    const readMs = this.#options.now();
    const octets = await readWhole(file);
    if (octets === undefined || !(await this.#isUnchanged(segments, file))) return undefined;
    return { octets, readMs, seenMs: readMs };
  }

  #identifySmall(
    segments: Segments,
    file: OpenFile,
    askedMs: number,
    { octets, readMs, seenMs }: Read,
  ): CachedFile & WholeFile {
    const kept = this.#keptLike(segments, file);
    if (kept?.inMemory !== undefined && isEqual(kept.inMemory.octets, octets)) {
      kept.checkedMs = Math.max(kept.checkedMs, askedMs);
      kept.readMs = Math.max(kept.readMs, readMs);
      if (isOld(file)) kept.metMs = -Infinity;
      return kept.inMemory;
    }
    const version = this.#newVersion(segments);
    const inMemory = fileInMemory(file, octets, { version });
    const metMs = isOld(file) ? -Infinity : (kept?.metMs ?? seenMs);
    this.#keep({
      depth: segments.length,
      facts: inMemory,
      version,
      inMemory,
      known: undefined,
      pieces: undefined,
      metMs,
      readMs,
      checkedMs: askedMs,
      answer: undefined,
      answerBytes: 0,
    });
    return inMemory;
  }

  // What hangs on the version of a large file cannot be made again here to be compared. So the
  // version itself is made anew, once, when the facts have settled.
  #identifyLarge(segments: Segments, file: OpenFile, askedMs: number): Identified {
    const nowMs = this.#options.now();
    const kept = this.#keptLike(segments, file);
    const isYoung = kept !== undefined && !isOld(file) && nowMs - kept.metMs < SETTLE_MS;
    if (kept !== undefined && (isYoung || isSettled(kept))) {
      kept.checkedMs = Math.max(kept.checkedMs, askedMs);
      // What is asked for once has come by without this.
      if (kept.pieces !== undefined && isSettled(kept)) {
        const pieces = new WeakRef(kept.pieces);
        const atHand = this.#large.atHand(segments, file, { version: kept.version, pieces });
        Object.assign(file, { atHand });
      }
      return asOpen(file, kept.version);
    }
    const version = this.#newVersion(segments);
    const own = version.path.split('/');
    const metMs = isOld(file) ? -Infinity : (kept?.metMs ?? nowMs);
    this.#keep({
      depth: segments.length,
      facts: file,
      version,
      inMemory: undefined,
      known: knownFile(file, this.#large.partsOf(own, file, version), { version }),
      pieces: this.#large.piecesOf(file, version),
      metMs,
      readMs: nowMs,
      checkedMs: askedMs,
      answer: undefined,
      answerBytes: 0,
    });
    return asOpen(file, version);
  }

  #isKept(version: FileVersion): boolean {
    return this.#kept.get(version.path)?.version === version;
  }

  #keptLike(segments: Segments, file: OpenFile): KeptFile | undefined {
    const kept = this.#kept.get(segments.join('/'));
    if (kept === undefined || kept.depth !== segments.length) return undefined;
    return sameFacts(kept.facts, file) ? kept : undefined;
  }

  #newVersion(segments: Segments): FileVersion {
    this.#count += 1;
    return { number: this.#count, path: ownText(segments.join('/')) };
  }

  #keep(entry: KeptFile): void {
    const { path } = entry.version;
    // A question that was asked later may have been answered sooner.
    if ((this.#kept.get(path)?.checkedMs ?? -Infinity) > entry.checkedMs) return;
    this.#changes += 1;
    this.#kept.set(path, entry, entry.inMemory?.lengthBytes ?? 0);
  }

  /** Looks at the facts of an open file again, without which octets are of no version. */
  async #isUnchanged(segments: Segments, file: OpenFile): Promise<boolean> {
    if (this.#options.source.isStill?.(segments, file) === true) return true;
    let again: OpenFile;
    try {
      const opened = await this.#options.source.open(segments);
      if (opened.kind !== 'file') return false;
      again = opened;
    } catch {
      return false; // not sure, and the file that is open can still be sent
    }
    await closeFile(again);
    return sameFacts(file, again);
  }
}

/** Whether what is kept was read late enough to be all that its facts can stand for. */
export function isSettled(kept: KeptFile): boolean {
  return kept.readMs - kept.metMs >= SETTLE_MS;
}

/** Whether each change since it was opened would show in its facts. */
function isOld(file: OpenFile): boolean {
  return file.hasSettled?.() === true;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Gives an open file with its version; all else it has stays as it is. */
export function asOpen(file: OpenFile, version: FileVersion | undefined): Identified {
  return { file: Object.assign(file, { version }), isShared: false };
}
