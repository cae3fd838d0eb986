// A file source that remembers what another one said: the octets of small files, the version of
// large ones, what is a directory and what is not there. What it says was true at most `freshMs`
// ago. After that the source is asked whether it is the same still, and where that cannot be told at
// once the file is opened anew: where its facts are the same, its octets stay. One bound for the
// memory; no descriptor is kept; no clock but the one that it is given.
//
// For one GET of a small file: nothing while it is fresh; then one stat on the spot, or open, fstat
// and close where the disk could hang. When it is read, which is at first and, where it was young
// or its disk could hang, until its facts have stood for two seconds: that twice, and a read; on a
// disk of this machine an open, a read and what needs no thread, or all on the spot (`openNow()`).

import { AnswersByText } from './answers-by-text.ts';
import { BoundedEntries } from './bounded-entries.ts';
import type {
  Basis,
  FileSource,
  FoundDirectory,
  NothingThere,
  Said,
  Segments,
} from './file-source.ts';
import {
  asOpen,
  FileVersions,
  isSettled,
  type CachedFile,
  type FileVersion,
  type KeptFile,
} from './file-versions.ts';
import type { Asking, KnownAnswer } from './known-answers.ts';
import { SaidNotes } from './said-notes.ts';

/** What a cached source found under a path. */
export type CachedOpened = CachedFile | FoundDirectory | NothingThere;

/** How much is remembered, and for how long it is believed. */
export interface CachedFileSourceOptions {
  /** Gives a time that only goes forward, in milliseconds. */
  readonly now: () => number;
  /** The most that is kept, everything counted, in bytes. Default: 64 MiB. */
  readonly memoryBytes?: number;
  /** How long an answer is believed, in milliseconds; 0 asks each time. Default: 1000. */
  readonly freshMs?: number;
  /** The largest file whose octets are kept, in bytes. Default: 1 MiB. */
  readonly largestFileBytes?: number;
}

/** What became of the questions, and what is kept now. */
export interface CacheCounts {
  /** Answers that needed no question to the source, or shared the one of another. */
  readonly hits: number;
  /** Answers that the source was asked for. */
  readonly misses: number;
  /** How many paths are remembered. */
  readonly entries: number;
  /** What they count, in bytes. */
  readonly bytes: number;
}

/** A file source that remembers. */
export interface CachedFileSource extends FileSource {
  /**
   * Opens what the segments name. A file whose `octets` are there is in memory and the same object
   * for all who ask: to close it does nothing, and it can be read from afterwards too.
   *
   * @throws {FileSourceError} What the source throws; that is not remembered.
   */
  open(segments: Segments): Promise<CachedOpened>;
  /** Answers at once, from memory; `undefined` where `open()` has to be asked. */
  peek(segments: Segments): CachedOpened | undefined;
  /**
   * Gives the same, and a file that is too large for memory with its `parts`, once its facts prove
   * what it is.
   */
  recall(segments: Segments): CachedOpened | undefined;
  /**
   * Counts octets that somebody keeps with a version (a compressed form) into the bound.
   *
   * @returns Whether they may be kept; `false` where the version is not, or there is no room.
   */
  grow(version: FileVersion, octets: number): boolean;
  /** The figures at this moment. */
  readonly counts: CacheCounts;
}

interface KeptAbsence {
  readonly found: FoundDirectory | NothingThere;
  readonly depth: number;
  checkedMs: number;
}

interface Loaded {
  readonly opened: CachedOpened;
  /** Whether it is for all who wait; a descriptor is for one. */
  readonly isShared: boolean;
}

interface Load {
  readonly startedMs: number;
  readonly loaded: Promise<Loaded>;
}

// Guesses at names must not push out files: what is no file has its own share. It is not small,
// since each file that could have siblings is three names of nothing; one costs 230 bytes of heap
// besides its key, Node 20.
const ABSENCES_SHARE = 3 / 16;
const ABSENCE_BYTES = 256;
const ABSENCES_MAX_FRESH_MS = 1000;
/** Of answers that go with no file. */
const ANSWERS_SHARE = 1 / 32;

/** Makes a source that remembers what another one said. */
export function cachedFileSource(
  source: FileSource,
  options: CachedFileSourceOptions,
): CachedFileSource {
  return new RememberingSource(source, options);
}

class RememberingSource implements CachedFileSource {
  misses = 0;
  readonly #source: FileSource;
  readonly #now: () => number;
  readonly #freshMs: number;
  readonly #absencesFreshMs: number;
  readonly #files: FileVersions;
  readonly #absences: BoundedEntries<KeptAbsence>;
  readonly #answers: AnswersByText;
  readonly #loads = new Map<string, Load>();
  #hits = 0;
  readonly #notes = new SaidNotes();

  constructor(source: FileSource, options: CachedFileSourceOptions) {
    const { now, memoryBytes = 64 * 1024 * 1024, largestFileBytes = 1024 * 1024 } = options;
    this.#source = source;
    this.#now = now;
    this.#freshMs = options.freshMs ?? 1000;
    this.#absencesFreshMs = Math.min(this.#freshMs, ABSENCES_MAX_FRESH_MS);
    this.#absences = new BoundedEntries(Math.floor(memoryBytes * ABSENCES_SHARE), ABSENCE_BYTES);
    const ofAnswers = Math.floor(memoryBytes * ANSWERS_SHARE);
    this.#answers = new AnswersByText(ofAnswers);
    const maxBytes = memoryBytes - this.#absences.maxBytes - ofAnswers;
    this.#files = new FileVersions({
      source,
      now,
      maxBytes,
      largestFileBytes,
      hit: () => {
        this.#countHit();
      },
      miss: () => {
        this.misses += 1;
      },
    });
  }

  get counts(): CacheCounts {
    return {
      hits: this.#hits,
      misses: this.misses,
      entries: this.#files.size + this.#absences.size + this.#answers.size,
      bytes: this.#files.bytes + this.#absences.bytes + this.#answers.bytes,
    };
  }

  peek(segments: Segments): CachedOpened | undefined {
    const path = segments.join('/');
    const file = this.#files.get(path);
    if (file !== undefined) {
      if (file.depth !== segments.length) return undefined;
      if (file.inMemory === undefined || !this.#isBelieved(file)) return undefined;
      this.#noteSaid(file.checkedMs + this.#freshMs);
      this.#notes.follow(path, 'file', file.version);
      return file.inMemory;
    }
    const absence = this.#absences.get(path);
    if (absence === undefined || absence.depth !== segments.length) return undefined;
    if (!this.#isStillAbsent(path, absence)) return undefined;
    this.#noteSaid(absence.checkedMs + this.#absencesFreshMs);
    this.#notes.follow(path, absence.found.kind, undefined);
    return absence.found;
  }

  #isStillAbsent(path: string, absence: KeptAbsence): boolean {
    const nowMs = this.#now();
    if (nowMs - absence.checkedMs < this.#absencesFreshMs) return true;
    const segments = absence.depth === 0 ? [] : path.split('/');
    if (this.#source.isStill?.(segments, absence.found) !== true) return false;
    absence.checkedMs = nowMs;
    return true;
  }

  recall(segments: Segments): CachedOpened | undefined {
    const file = this.#files.get(segments.join('/'));
    if (file?.known === undefined || file.depth !== segments.length) return this.peek(segments);
    if (!isSettled(file) || !this.#isBelieved(file)) return undefined;
    // Whether it is in memory shows when a part of it is asked for.
    this.#notes.noteTerm(file.checkedMs + this.#freshMs);
    return file.known;
  }

  answerAt(text: string, asker: Asking): KnownAnswer | undefined {
    const own = this.#answerOf(this.#files.get(text), text, asker);
    if (own !== undefined) return own;
    for (const path of this.#files.placesOf(text)) {
      const answer = this.#answerOf(this.#files.get(path), text, asker);
      if (answer !== undefined) return answer;
    }
    const answer = this.#takenBy(asker, this.#answers.get(text));
    if (answer !== undefined) this.#countHit();
    return answer;
  }

  #answerOf(file: KeptFile | undefined, text: string, asker: Asking): KnownAnswer | undefined {
    if (file?.answer?.text !== text) return undefined;
    const answer = this.#takenBy(asker, file.answer);
    if (answer === undefined || !this.#isBelieved(file)) return undefined;
    this.#noteSaid(file.checkedMs + this.#freshMs);
    return answer;
  }

  /** The first that one who asks takes, where all besides its file that it rests on is so still. */
  #takenBy(asker: Asking, first: KnownAnswer | undefined): KnownAnswer | undefined {
    let answer = first;
    while (answer !== undefined && !asker.takes(answer)) answer = answer.other;
    return answer !== undefined && this.#standsStill(answer) ? answer : undefined;
  }

  // Once as long as all of it is believed, and not for each request: six names of a shell and its
  // siblings were 6 % of an answer at 1,000 paths.
  #standsStill(answer: KnownAnswer): boolean {
    const { trail, basis } = answer;
    if (trail.length === 0 || (basis !== undefined && this.standsBy(basis))) return true;
    let untilMs = Infinity;
    for (const said of trail) untilMs = Math.min(untilMs, this.#believedUntil(said));
    if (untilMs === -Infinity) return false;
    this.#notes.noteTerm(untilMs);
    answer.basis = { untilMs, changes: this.#files.changes, questions: 0 };
    return true;
  }

  keepAnswer(version: FileVersion | undefined, answer: KnownAnswer): void {
    if (version === undefined) this.#answers.keep(answer);
    else this.#files.keepAnswer(version, answer);
  }

  beginTrail(): void {
    this.#notes.beginTrail();
  }

  trail(): readonly Said[] | undefined {
    return this.#notes.trail;
  }

  /** Until when what was said is believed; −∞ where it is not so any more. */
  #believedUntil({ path, kind, version }: Said): number {
    if (version !== undefined) {
      const file = this.#files.get(path);
      const isSo = file?.version === version && this.#isBelieved(file);
      return isSo ? file.checkedMs + this.#freshMs : -Infinity;
    }
    const absence = this.#absences.get(path);
    const isSo = absence?.found.kind === kind && this.#isStillAbsent(path, absence);
    return isSo ? absence.checkedMs + this.#absencesFreshMs : -Infinity;
  }

  beginBasis(): void {
    this.#notes.beginBasis();
  }

  basis(): Basis {
    return this.#notes.basisAt(this.#files.changes);
  }

  holds(basis: Basis): boolean {
    if (!this.#isBelievedStill(basis)) return false;
    this.#hits += basis.questions;
    return true;
  }

  standsBy(basis: Basis): boolean {
    if (!this.#isBelievedStill(basis)) return false;
    this.#notes.noteTerm(basis.untilMs);
    return true;
  }

  #isBelievedStill({ untilMs, changes }: Basis): boolean {
    return changes === this.#files.changes && this.#now() < untilMs;
  }

  #noteSaid(untilMs: number): void {
    this.#countHit();
    this.#notes.noteTerm(untilMs);
  }

  #countHit(): void {
    this.#hits += 1;
    this.#notes.count();
  }

  openNow(segments: Segments): ReturnType<Required<FileSource>['openNow']> {
    if (segments.some((segment) => segment.includes('/'))) return undefined;
    const path = segments.join('/');
    // Who comes while it is loaded by the threads waits for that.
    if (this.#loads.has(path) || this.#files.isLarge(path)) return undefined;
    const startedMs = this.#now();
    const opened = this.#source.openNow?.(segments);
    if (opened === undefined) return undefined;
    if (opened.kind === 'file' && !this.#files.mayKeep(opened)) return undefined;
    this.misses += 1;
    this.#notes.count();
    if (opened.kind !== 'file') {
      this.#keepAbsence(segments, opened, startedMs);
      this.#notes.noteTerm(startedMs + this.#absencesFreshMs);
      this.#notes.follow(path, opened.kind, undefined);
      return opened;
    }
    this.#notes.noteTerm(startedMs + this.#freshMs);
    const file = this.#files.identifyWhole(segments, opened, startedMs);
    // Whatever is asked for by its path is one thing.
    this.#absences.delete(path);
    this.#notes.follow(path, 'file', file.version);
    return file;
  }

  async open(segments: Segments): Promise<CachedOpened> {
    const kept = this.peek(segments);
    if (kept !== undefined) return kept;
    // With a separator in it a segment is no name, and two paths would have one key.
    if (segments.some((segment) => segment.includes('/'))) return this.#openAlone(segments, true);

    const path = segments.join('/');
    const startedMs = this.#now();
    const running = this.#loads.get(path);
    // Not one that hangs: what it saw may be older by now than what is believed.
    if (running !== undefined && startedMs - running.startedMs < this.#freshMs) {
      const { opened, isShared } = await running.loaded;
      // Of a file that changes while it is looked at there is no version.
      const isSteady = opened.kind !== 'file' || opened.version !== undefined;
      if (!isShared) return this.#openAlone(segments, isSteady);
      this.#hits += 1;
      return opened;
    }

    this.misses += 1;
    const load = { startedMs, loaded: this.#load(segments, startedMs) };
    this.#loads.set(path, load);
    try {
      return (await load.loaded).opened;
    } finally {
      if (this.#loads.get(path) === load) this.#loads.delete(path);
    }
  }

  grow(version: FileVersion, octets: number): boolean {
    return this.#files.grow(version, octets);
  }

  #isBelieved(file: KeptFile): boolean {
    const nowMs = this.#now();
    if (nowMs - file.checkedMs < this.#freshMs) return true;
    if (!isSettled(file)) return false;
    const { facts, version } = file;
    if (this.#source.isStill?.(version.path.split('/'), facts) !== true) return false;
    file.checkedMs = nowMs;
    return true;
  }

  /** Opens for one alone, and keeps nothing. */
  async #openAlone(segments: Segments, hasVersion: boolean): Promise<CachedOpened> {
    this.misses += 1;
    const opened = await this.#source.open(segments);
    if (opened.kind !== 'file') return opened;
    const version = hasVersion ? this.#files.versionOf(segments, opened) : undefined;
    return asOpen(opened, version).file;
  }

  async #load(segments: Segments, startedMs: number): Promise<Loaded> {
    for (let attempt = 1; ; attempt += 1) {
      const opened = await this.#source.open(segments);
      if (opened.kind !== 'file') {
        this.#keepAbsence(segments, opened, startedMs);
        return { opened, isShared: true };
      }
      // From here on a descriptor is open: it is closed, or goes with the answer.
      try {
        const identified = await this.#files.identify(segments, opened, startedMs);
        if (identified !== undefined) {
          this.#absences.delete(segments.join('/'));
          return { opened: identified.file, isShared: identified.isShared };
        }
      } catch (error) {
        await opened.close();
        throw error;
      }
      // Somebody writes it. Once more; then as it is, for whoever sends it to be cut off by.
      if (attempt === 2) return { opened: asOpen(opened, undefined).file, isShared: false };
      await opened.close();
    }
  }

  #keepAbsence(segments: Segments, found: FoundDirectory | NothingThere, checkedMs: number): void {
    const path = segments.join('/');
    // A question that was asked later may have been answered sooner.
    if ((this.#files.get(path)?.checkedMs ?? -Infinity) > checkedMs) return;
    this.#files.delete(path);
    const { kind } = found;
    this.#absences.set(path, { found: { kind }, depth: segments.length, checkedMs }, 0);
  }
}
