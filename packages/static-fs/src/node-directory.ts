// The names in a directory of this machine, as far as a site has them: what is listed can be asked
// for. The directory is opened, and where it is is checked on the descriptor, as for a file; what is
// in it is then read through that descriptor, so that nobody can put another in its place meanwhile.
//
// For each name one lstat, and for a link the opening of what it leads to. A few names at a time:
// the threads that do it are those that files are opened with.

import { constants } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

import type { DirectoryEntry, DirectoryListing } from './directory-listing.ts';
import {
  endWithSeparator,
  liesInPlace,
  withholding,
  type SymlinkPolicy,
  type Withholds,
} from './containment.ts';
import { nodeDisk, type Disk } from './disk.ts';
import type { DiskTime } from './disk-time.ts';
import { errorOfOpening, fileSourceError } from './errors.ts';
import type { FileSource, NothingThere, Segments } from './file-source.ts';
import { StoredNames } from './stored-names.ts';
import { formatSitePath, parseSitePath, type SitePathRules } from './site-path.ts';

/** What is listed, and how much at once. */
export interface NodeDirectoryOptions {
  /** The directory that is the site root; relative to the working directory at the time of the call. */
  readonly root: string;
  /** The source of the same root: what it does not open is not listed. */
  readonly source: FileSource;
  /** Which names the site answers: others are not listed. */
  readonly rules: SitePathRules;
  /** Which symbolic links are followed; those of the source. Default: `within`. */
  readonly symlinks?: SymlinkPolicy;
  /** Files that are not listed, as the source does not open them. Default: none. */
  readonly withheld?: readonly string[];
  /** Whether a name is left out though the source opens it. Default: none is. */
  readonly unlisted?: ((name: string) => boolean) | undefined;
  /** The most entries of one listing. Default: 10,000. */
  readonly maxEntries?: number;
  /** How many directories are read at once; the next 32 wait. Default: 2. */
  readonly maxListings?: number;
}

/** Where listings come from. */
export interface DirectorySource {
  /**
   * Reads the names in a directory.
   *
   * @throws {FileSourceError} `forbidden`, `busy`, `stuck` or `failed`; nothing stays open then.
   */
  list(segments: Segments): Promise<DirectoryListing | NothingThere>;
}

const NOTHING: NothingThere = { kind: 'nothing' };
const MAX_WAITING = 32;
const MAX_STATS_AT_ONCE = 8;
// A directory of nothing but hidden names is not read for ever either.
const NAMES_READ_FOR_ONE_LISTED = 10;
// O_DIRECTORY: anything else is ENOTDIR, and a FIFO does not block. Undefined on Windows.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK;

/** Makes a source of listings of the directories below a directory. */
export function nodeDirectory(options: NodeDirectoryOptions): DirectorySource {
  return nodeDirectoryOn(nodeDisk, options);
}

/** As `nodeDirectory()`, on a disk of the caller's, each call of which may have a time. */
export function nodeDirectoryOn(
  disk: Disk,
  options: NodeDirectoryOptions,
  time?: DiskTime,
): DirectorySource {
  return new NodeDirectory(disk, options, time);
}

class NodeDirectory implements DirectorySource {
  readonly #disk: Disk;
  readonly #time: DiskTime | undefined;
  readonly #root: string;
  readonly #options: Required<Omit<NodeDirectoryOptions, 'withheld' | 'unlisted'>>;
  readonly #withholds: Withholds | undefined;
  readonly #isUnlisted: ((name: string) => boolean) | undefined;
  readonly #storedNames: StoredNames;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(disk: Disk, options: NodeDirectoryOptions, time: DiskTime | undefined) {
    this.#disk = disk;
    this.#time = time;
    this.#root = endWithSeparator(resolve(options.root));
    this.#storedNames = new StoredNames(disk, this.#root);
    this.#withholds = withholding(options.withheld);
    this.#isUnlisted = options.unlisted;
    this.#options = { symlinks: 'within', maxEntries: 10_000, maxListings: 2, ...options };
  }

  async list(segments: Segments): Promise<DirectoryListing | NothingThere> {
    if (!isServed(segments, this.#options.rules)) return NOTHING;
    if (this.#running >= this.#options.maxListings) {
      if (this.#waiting.length >= MAX_WAITING) throw fileSourceError('busy');
      // Whoever is done hands its turn on.
      await new Promise<void>((turn) => this.#waiting.push(turn));
    } else {
      this.#running += 1;
    }
    try {
      return await this.#listNow(segments);
    } catch (cause) {
      const error = errorOfOpening(cause);
      if (error.kind === 'missing') return NOTHING; // or it vanished while it was read
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #listNow(segments: Segments): Promise<DirectoryListing | NothingThere> {
    const { symlinks } = this.#options;
    const pathname = this.#root + segments.join(sep);
    const flags = symlinks === 'deny' ? OPEN_FLAGS | constants.O_NOFOLLOW : OPEN_FLAGS;
    // The root may be a link that is pointed at the next release: that one is the operator's own.
    const descriptor = await this.#inTime(
      segments,
      () => this.#disk.open(segments.length === 0 ? this.#root : pathname, flags),
      (late) => this.#disk.close(late),
    );
    const pathByIdentity = (): Promise<string | undefined> =>
      this.#inTime(segments, () => this.#disk.pathByIdentity(descriptor, pathname));
    try {
      const told = this.#disk.pathOfDescriptor(descriptor);
      const place = told ?? (await pathByIdentity());
      if (place === undefined || !(await this.#isInPlace(place, segments))) return NOTHING;
      if (!(await this.#isNamed(descriptor, segments))) return NOTHING;
      // Security: by the descriptor where the kernel lets us. Where it does not, by the name, and
      // what was read counts for nothing unless the name still leads to what is open.
      const base = told === undefined ? endWithSeparator(pathname) : `/proc/self/fd/${descriptor}/`;
      const listing = await this.#readEntries(base, segments, this.#isWithheldIn(place));
      if (told !== undefined) return listing;
      return (await pathByIdentity()) === place ? listing : NOTHING;
    } finally {
      await this.#giveBack(segments, () => this.#disk.close(descriptor));
    }
  }

  async #isInPlace(place: string, segments: Segments): Promise<boolean> {
    const { symlinks } = this.#options;
    if (symlinks === 'follow') return true;
    const path = await this.#inTime(segments, () => this.#disk.canonicalPath(this.#root));
    const root = endWithSeparator(path);
    return liesInPlace(place, root, segments, symlinks);
  }

  #isNamed(descriptor: number, segments: Segments): Promise<boolean> {
    return this.#inTime(segments, async () => {
      const { dev } = await this.#disk.stat(descriptor);
      return this.#storedNames.has(segments, dev);
    });
  }

  async #readEntries(
    base: string,
    segments: Segments,
    isWithheld: ((name: string) => boolean) | undefined,
  ): Promise<DirectoryListing> {
    const { names, truncated } = await this.#readNames(base, segments);
    const entries: DirectoryEntry[] = [];
    let index = 0;
    const takeNames = async (): Promise<void> => {
      for (let name = names[index++]; name !== undefined; name = names[index++]) {
        // Here, where there is much to wait for: for ten thousand names at once it took 20 ms.
        if (isWithheld?.(name) === true) continue;
        const entry = await this.#entryOf(base, segments, name);
        if (entry !== undefined) entries.push(entry);
      }
    };
    const takers = Array.from({ length: MAX_STATS_AT_ONCE }, takeNames);
    // Security: all of them end before the descriptor is closed: its number is then another's. What
    // was given up may go on after that, but nobody hears what it finds.
    const failed = (await Promise.allSettled(takers)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return { segments, entries, truncated };
  }

  /** Tells which names in a place are kept back; `undefined` where nothing is. */
  #isWithheldIn(place: string): ((name: string) => boolean) | undefined {
    const withholds = this.#withholds;
    if (withholds === undefined) return undefined;
    const folder = endWithSeparator(place);
    return (name) => withholds(folder + Buffer.from(name).toString('latin1'));
  }

  async #readNames(
    base: string,
    segments: Segments,
  ): Promise<{ readonly names: readonly string[]; readonly truncated: boolean }> {
    const { maxEntries, rules } = this.#options;
    // A set: two names that are not UTF-8 look the same once they are decoded.
    const names = new Set<string>();
    let left = maxEntries * NAMES_READ_FOR_ONE_LISTED;
    const directory = await this.#inTime(
      segments,
      () => opendir(base, { bufferSize: 256 }),
      (late) => late.close(),
    );
    try {
      for (;;) {
        const entry = await this.#inTime(segments, () => directory.read());
        if (entry === null) return { names: [...names], truncated: false };
        left -= 1;
        if (names.size >= maxEntries || left < 0) return { names: [...names], truncated: true };
        if (this.#isUnlisted?.(entry.name) === true) continue;
        if (isServed([...segments, entry.name], rules)) names.add(entry.name);
      }
    } finally {
      await this.#giveBack(segments, () => directory.close());
    }
  }

  /** Gives `undefined` for what the site would not send: special files, links that lead nowhere. */
  async #entryOf(
    base: string,
    segments: Segments,
    name: string,
  ): Promise<DirectoryEntry | undefined> {
    try {
      const stats = await this.#inTime([...segments, name], () => lstat(base + name));
      const { mtimeMs } = stats;
      if (stats.isFile()) return { name, kind: 'file', sizeBytes: stats.size, mtimeMs };
      if (stats.isDirectory()) return { name, kind: 'directory', sizeBytes: 0, mtimeMs };
      if (!stats.isSymbolicLink()) return undefined;
      const target = await this.#options.source.open([...segments, name]);
      if (target.kind === 'nothing') return undefined;
      if (target.kind === 'directory') return { name, kind: 'directory', sizeBytes: 0, mtimeMs };
      await target.close();
      return { name, kind: 'file', sizeBytes: target.lengthBytes, mtimeMs: target.mtimeMs };
    } catch (cause) {
      const error = errorOfOpening(cause);
      // Removed since its name was read, or closed to this program. Anything else is no listing.
      if (error.kind === 'missing' || error.kind === 'forbidden') return undefined;
      throw error;
    }
  }

  #inTime<Result>(
    segments: Segments,
    operation: () => Promise<Result>,
    late?: (result: Result) => Promise<void>,
  ): Promise<Result> {
    return this.#time?.inTime(segments, operation, late) ?? operation();
  }

  #giveBack(segments: Segments, operation: () => Promise<void>): Promise<void> {
    return this.#time?.giveBack(segments, operation) ?? operation();
  }
}

/** Tells whether a site answers the path, by writing it as a client would, and reading that. */
function isServed(segments: Segments, rules: SitePathRules): boolean {
  if (segments.some((segment) => /\p{Surrogate}/u.test(segment))) return false;
  const path = formatSitePath({ kind: 'site-path', segments, endsWithSlash: false });
  return parseSitePath(path, rules).kind === 'site-path';
}
