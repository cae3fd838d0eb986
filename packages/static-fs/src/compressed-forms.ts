// The forms of files in content codings that are made here: once for each version of a file and
// coding, kept in memory for as long as the version is, within its bound. A few at once on the
// thread pool, a few more wait their turn; whoever comes then has the file as it is. Nothing here
// fails: where there is no form, the file itself is there and is sent. RFC 9110 §8.4.
//
// Security: a form is of one version and never a mixture of two. The octets of a file in memory are
// of its version already (file-versions.ts). A larger one is read here, through a descriptor that
// somebody may write behind meanwhile; so what was read counts only if the version is still that of
// the file afterwards. Within one tick of its date a change is not seen even then: that form goes
// two seconds later, when the version is made anew because its date has settled.

import { codingsMadeHere, compress as compressHere } from './compression.ts';
import type { ContentCoding } from './content-coding.ts';
import { readWhole } from './file-in-memory.ts';
import type { FileSource, OpenFile } from './file-source.ts';
import type { FileVersion } from './file-versions.ts';

/** The largest file that a form is made and kept of, in bytes. Larger ones are sent as they are made. */
export const largestFormBytes: number = 4 * 1024 * 1024;

/** Forms of files in content codings. */
export interface CompressedForms {
  /**
   * Gives the form of a file, and makes it where need be: one run for all who ask at once. At once
   * and without a promise where the answer is known. Belongs to all who ask: not to be changed.
   *
   * @param file - Stays the caller's, who does not close it before the answer is there.
   * @returns `undefined` where the file is to be sent as it is: no version, too large, not enough
   * smaller, changed meanwhile, unreadable, or too much under way. Never rejects.
   */
  formOf(
    file: OpenFile,
    coding: ContentCoding,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

type Compress = (octets: Uint8Array, coding: ContentCoding) => Promise<Uint8Array>;

/** Where forms are counted, and how many are made. */
export interface CompressedFormsOptions {
  /**
   * Counts octets that hang on a version into the bound of memory, before they are kept.
   *
   * @returns Whether they may be kept; of 0 octets: whether the version itself is.
   */
  keep(version: FileVersion, octets: number): boolean;
  /**
   * Looks at the file anew, on the disk and not in memory.
   *
   * @returns Whether it still is of this version. Where this rejects, it is not sure, so it is not.
   */
  isCurrent(version: FileVersion): Promise<boolean>;
  /** Compresses octets, which it does not change. Default: on the thread pool of Node. */
  readonly compress?: Compress;
  /** How many forms are made at once: of the four threads that files are read with. Default: 2. */
  readonly maxAtOnce?: number;
  /** How many more wait for their turn, with their files open. Default: 32. */
  readonly maxWaiting?: number;
}

// Not enough smaller, or more than the whole memory: made once, and not again for this version.
const NONE: unique symbol = Symbol('no form');

type Known = Uint8Array | typeof NONE | Promise<Uint8Array | undefined>;

// Less is not worth decoding it: the Content-Encoding and Vary lines alone are 45 octets.
const SAVED_BYTES = 64;
const SAVED_SHARE = 1 / 20;

/**
 * What a form costs besides its octets, in bytes. Measured with forms of 64 octets for 50,000
 * versions, Node 20: 263 bytes of heap each and what the allocator rounds up, and 228 once for each.
 */
const FORM_BYTES = 512;

/** Makes a place for forms. */
export function compressedForms(options: CompressedFormsOptions): CompressedForms {
  return new Forms(options);
}

/** A source that keeps what is made of its files. */
export type KeepingSource = FileSource & Required<Pick<FileSource, 'grow'>>;

/** As `compressedForms()`, of the files of a source, and counted with them. */
export function compressedFormsIn(source: KeepingSource): CompressedForms {
  return compressedForms({
    keep: (version, octets) => source.grow(version, octets),
    async isCurrent(version: FileVersion): Promise<boolean> {
      const opened = await source.open(version.path.split('/'));
      if (opened.kind !== 'file') return false;
      await opened.close();
      // What is in memory may have been believed and not looked at.
      return opened.octets === undefined && opened.version === version;
    },
  });
}

class Forms implements CompressedForms {
  readonly #options: CompressedFormsOptions;
  readonly #compress: Compress;
  readonly #maxAtOnce: number;
  readonly #maxWaiting: number;
  readonly #known = new WeakMap<FileVersion, Map<ContentCoding, Known>>();
  #runningCount = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: CompressedFormsOptions) {
    this.#options = options;
    this.#compress = options.compress ?? compressHere;
    this.#maxAtOnce = options.maxAtOnce ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 32;
  }

  formOf(
    file: OpenFile,
    coding: ContentCoding,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const { version } = file;
    if (version === undefined) return undefined;
    const known = this.#known.get(version)?.get(coding);
    if (known !== undefined) return known === NONE ? undefined : known;

    if (file.lengthBytes > largestFormBytes || !codingsMadeHere.has(coding)) return undefined;
    // A version that is not kept is a new one each time, and so would its form be.
    if (!this.#options.keep(version, 0)) return undefined;
    const isFull = this.#runningCount >= this.#maxAtOnce;
    if (isFull && this.#waiting.length >= this.#maxWaiting) return undefined;
    const run = this.#makeInTurn(file, version, coding);
    this.#remember(version, coding, run);
    return run;
  }

  async #makeInTurn(
    file: OpenFile,
    version: FileVersion,
    coding: ContentCoding,
  ): Promise<Uint8Array | undefined> {
    // Whoever is done hands its turn on.
    if (this.#runningCount < this.#maxAtOnce) this.#runningCount += 1;
    else await new Promise<void>((turn) => this.#waiting.push(turn));
    try {
      return await this.#make(file, version, coding);
    } catch {
      // Unreadable, or no memory: for now. The file is sent as it is, and whoever sends it is told.
      this.#known.get(version)?.delete(coding);
      return undefined;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#runningCount -= 1;
      else next();
    }
  }

  async #make(
    file: OpenFile,
    version: FileVersion,
    coding: ContentCoding,
  ): Promise<Uint8Array | undefined> {
    const octets = await this.#readSteady(file, version);
    if (octets === undefined) {
      this.#known.get(version)?.delete(coding);
      return undefined;
    }
    const form = await this.#compress(octets, coding);
    if (!isWorthIt(form.length, octets.length)) {
      this.#remember(version, coding, NONE);
      return undefined;
    }
    // Who waits has it all the same. There is no room for it in an empty memory either, or the
    // version went meanwhile: to make it for each who asks would be the attack that the bound is for.
    const isKept = this.#options.keep(version, form.length + FORM_BYTES);
    this.#remember(version, coding, isKept ? form : NONE);
    return form;
  }

  /** Gives octets that are of the version as a whole; `undefined` where they may not be. */
  async #readSteady(file: OpenFile, version: FileVersion): Promise<Uint8Array | undefined> {
    if (file.octets !== undefined) return file.octets;
    const octets = await readWhole(file);
    if (octets === undefined) return undefined;
    return (await this.#options.isCurrent(version)) ? octets : undefined;
  }

  #remember(version: FileVersion, coding: ContentCoding, known: Known): void {
    const ofVersion = this.#known.get(version);
    if (ofVersion === undefined) this.#known.set(version, new Map([[coding, known]]));
    else ofVersion.set(coding, known);
  }
}

function isWorthIt(formBytes: number, fileBytes: number): boolean {
  return fileBytes - formBytes >= Math.max(SAVED_BYTES, fileBytes * SAVED_SHARE);
}
