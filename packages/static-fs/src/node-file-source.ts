// The files below a directory of this machine: how one is opened, and what keeps it inside.
// The check is made on the open descriptor, not on the path: between a check of a path and the
// opening of it, the path can become another one. What was opened elsewhere is closed unread.
//
// For one GET: open, fstat, one read for each chunk, fstat again before the last is handed on, and
// close, each one thread-pool trip; and one readlink in /proc, which needs none. HEAD: open, fstat
// and close. Missing: open. On a disk of this machine fstat needs no trip either, in a folder of
// which a file was opened before, nor does close() where the caller lets it. Nor does anything there
// of a small file, where the disk is quick and openNow() is asked: open, readlink, fstat, read, fstat
// and close on the spot, or the open alone where there is none.

import { constants, type BigIntStats } from 'node:fs';
import { resolve, sep } from 'node:path';

import {
  endWithSeparator,
  liesInPlace,
  withholding,
  type SymlinkPolicy,
  type Withholds,
} from './containment.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { DiskFile, isAsFound, readNow } from './disk-file.ts';
import { DiskPace } from './disk-pace.ts';
import { errorOfOpening, errorOfReading } from './errors.ts';
import type {
  FileSource,
  FoundDirectory,
  NothingThere,
  OpenFile,
  Opened,
  Segments,
  WholeFile,
} from './file-source.ts';
import { MountNames } from './mount-names.ts';
import { StoredNames } from './stored-names.ts';

/** What a source of files on this machine is made of. */
export interface NodeFileSourceOptions {
  /** The directory; relative to the working directory at the time of the call. */
  readonly root: string;
  /** Which symbolic links are followed. Default: `within`. */
  readonly symlinks?: SymlinkPolicy;
  /** Absolute paths without links of files that are as if they were not there. Default: none. */
  readonly withheld?: readonly string[];
  /**
   * Gives the time by which a disk of this machine dates its files, in milliseconds since the
   * epoch. Default: of no file it is known how old it is.
   */
  readonly now?: (() => number) | undefined;
  /**
   * Gives a time that only goes forward, in milliseconds and small parts of one: by it is measured
   * how quick the disk is. Default: nothing is known of that, and all goes through the threads.
   */
  readonly exactMs?: (() => number) | undefined;
}

const DIRECTORY: FoundDirectory = { kind: 'directory' };
const NOTHING: NothingThere = { kind: 'nothing' };
/** How many folders are known to be on a disk of this machine; then they are met anew. */
const MOST_FOLDERS = 4096;
const OUTSIDE: unique symbol = Symbol('outside');
/** No disk that is told to be of this machine has a tick as long as this. */
const SETTLE_MS = 2000;
/** In place of the number of a device, of what may not be opened. */
const CLOSED_DEVICE = -1n;

// O_NONBLOCK: opening a FIFO waits for a writer, and four that wait hold every thread that files
// are read with. O_NOCTTY: opening a terminal must not make it ours. Both are undefined, and so
// no bits, on Windows.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Makes a source of the files below a directory.
 *
 * @throws {FileSourceError} `missing`, `forbidden`, … where the root is no directory that is there.
 */
export function nodeFileSource(options: NodeFileSourceOptions): FileSource {
  return nodeFileSourceOn(nodeDisk, options);
}

/** As `nodeFileSource()`, on a disk of the caller's. */
export function nodeFileSourceOn(disk: Disk, options: NodeFileSourceOptions): FileSource {
  return new NodeFileSource(disk, options);
}

class NodeFileSource implements FileSource {
  readonly #disk: Disk;
  readonly #symlinks: SymlinkPolicy;
  readonly #withholds: Withholds | undefined;
  readonly #flags: number;
  readonly #now: (() => number) | undefined;
  /** `undefined` where nothing is read on the spot. */
  readonly #pace: DiskPace | undefined;
  readonly #mounts: MountNames | undefined;
  /** The root as it was named, with a separator at its end: what paths to open begin with. */
  readonly #root: string;
  /** The device of the root, where that is a disk of this machine. */
  readonly #localDevice: bigint | undefined;
  /** What identities begin with there. */
  readonly #localPrefix: string;
  /** The folders in which a file of that device was opened. */
  readonly #localFolders = new Set<string>();
  readonly #storedNames: StoredNames;
  /** The root without links, as octets, with a separator at its end: what a place is held to. */
  #canonicalRoot: string;

  constructor(disk: Disk, options: NodeFileSourceOptions) {
    this.#disk = disk;
    this.#symlinks = options.symlinks ?? 'within';
    this.#withholds = withholding(options.withheld);
    this.#now = options.now;
    this.#pace =
      options.exactMs &&
      new DiskPace({
        now: options.exactMs,
        afterTurn: setImmediate,
        busyMs: () => disk.threadBusyMs(),
      });
    // It takes a descriptor, which there may be none of when it is asked for the first time.
    if (this.#pace !== undefined) disk.threadBusyMs();
    this.#mounts = options.exactMs && new MountNames(disk, options.exactMs);
    this.#flags = this.#symlinks === 'deny' ? OPEN_FLAGS | constants.O_NOFOLLOW : OPEN_FLAGS;
    this.#root = endWithSeparator(resolve(options.root));
    this.#storedNames = new StoredNames(disk, this.#root);
    try {
      // With the separator behind it, a root that is a file is ENOTDIR.
      this.#canonicalRoot = endWithSeparator(disk.canonicalPathSync(this.#root));
      this.#localDevice = disk.localDeviceSync(this.#root);
      this.#localPrefix = `${this.#localDevice}:`;
    } catch (cause) {
      throw errorOfOpening(cause);
    }
  }

  async open(segments: Segments): Promise<Opened> {
    if (!segments.every(isName)) return NOTHING;
    const first = await this.#openOnce(segments);
    if (first !== OUTSIDE) return first;
    // One more try, for two things that are no attack: the root is a link that was pointed at the
    // next release since, or (`deny`) the file was replaced between opening and asking for its
    // path, which then ends in ` (deleted)`. That is also why the root is not resolved just once:
    // a link that is switched is how sites are put in place, and it is the operator's own link.
    await this.#resolveRootAnew();
    const second = await this.#openOnce(segments);
    return second === OUTSIDE ? NOTHING : second;
  }

  // Blocks for some ten microseconds, where the way through the threads takes 150 or more: that is
  // most of what a folder of many small files costs before they are in memory. Where the disk could
  // hang, and where it was slow a moment ago, nothing is opened here. What is in doubt is left to
  // `open()`: a link, what lies outside, what cannot be opened, what is written meanwhile.
  openNow(segments: Segments): WholeFile | FoundDirectory | NothingThere | undefined {
    if (this.#pace === undefined || !this.#localFolders.has(folderOf(segments))) return undefined;
    if (!segments.every(isName) || !this.#pace.begin()) return undefined;
    const found = this.#readNow(segments);
    this.#pace.end();
    return found;
  }

  #readNow(segments: Segments): WholeFile | FoundDirectory | NothingThere | undefined {
    const device = this.#localDevice;
    if (device === undefined || !this.#storedNames.keepsApart(segments, device)) return undefined;
    // Security: opening is not to be given up, and while it waits nobody is answered.
    if (this.#mounts?.mayBeIn(segments) !== false) return undefined;
    const askedMs = this.#now?.();
    let descriptor: number;
    try {
      // Security: a link could lead to a disk that hangs, too.
      const flags = this.#flags | constants.O_NOFOLLOW;
      descriptor = this.#disk.openSync(this.#root + segments.join(sep), flags);
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? NOTHING : undefined;
    }
    try {
      const place = this.#disk.pathOfDescriptor(descriptor);
      if (place === undefined || !this.#liesInPlace(place, segments)) return undefined;
      const stats = this.#disk.statOpenSync(descriptor);
      if (stats.dev !== device) return undefined;
      if (stats.isDirectory()) return DIRECTORY;
      if (!stats.isFile()) return undefined;
      const hasSettled = this.#hasSettled(stats, askedMs);
      return readNow(this.#disk, descriptor, { stats, isLocal: true, hasSettled });
    } catch {
      return undefined;
    } finally {
      this.#disk.closeSync(descriptor);
    }
  }

  // Blocks for some three microseconds, where a question through the threads takes 150 or more. Not
  // where the disk could hang: only what was last met on the device of the root is asked for, and
  // that only where it is a disk of this machine. A file with the same inode and the same time of
  // change is the same, whatever the path to it is by now: all that was checked of it holds.
  isStill(segments: Segments, found: Opened): boolean {
    if (this.#localDevice === undefined || !segments.every(isName)) return false;
    try {
      if (found.kind === 'file') return this.#isStillThere(segments, found);
      return found.kind === 'nothing' && this.#isStillNothing(segments);
    } catch {
      return false;
    }
  }

  #isStillThere(segments: Segments, found: OpenFile): boolean {
    if (found.identity?.startsWith(this.#localPrefix) !== true) return false;
    const stats = this.#disk.statSync(this.#root + segments.join(sep));
    return stats !== undefined && isAsFound(stats, found);
  }

  #isStillNothing(segments: Segments): boolean {
    const outermost = this.#outermostUnknown(segments);
    // Security: where nothing was, another disk may begin by now, or have been all the time.
    if (outermost === undefined || this.#mounts?.mayBeIn(outermost) === true) return false;
    return this.#disk.statSync(this.#root + outermost.join(sep)) === undefined;
  }

  // Below a name that is not there is nothing: the paths of an application are in folders that no disk
  // has, of which nothing can be known. So the outermost of those is what is asked for, in a folder
  // that is known; `undefined` where there is none.
  #outermostUnknown(segments: Segments): Segments | undefined {
    if (this.#localFolders.has(folderOf(segments))) return segments;
    for (let depth = 1; depth < segments.length; depth += 1) {
      const outer = segments.slice(0, depth);
      if (this.#localFolders.has(outer.join('/'))) continue;
      return this.#localFolders.has(folderOf(outer)) ? outer : undefined;
    }
    return undefined;
  }

  #noteFolder(segments: Segments, { dev }: BigIntStats): void {
    if (dev !== this.#localDevice) return;
    if (this.#localFolders.size >= MOST_FOLDERS) this.#localFolders.clear();
    this.#localFolders.add(folderOf(segments));
  }

  // The kernel has the facts of what is open on a disk of this machine in memory: 0.9 microseconds,
  // where a trip through the threads takes 5 to 7 (Node 20, one core for all of them).
  #statOf(descriptor: number, segments: Segments): BigIntStats | Promise<BigIntStats> {
    return this.#localFolders.has(folderOf(segments))
      ? this.#disk.statOpenSync(descriptor)
      : this.#disk.stat(descriptor);
  }

  // Whoever writes gives a file the change time of that moment, and nobody can give it another: what
  // is written from now on cannot have one that is two seconds old.
  #hasSettled({ ctimeNs }: BigIntStats, askedMs: number | undefined): boolean {
    return askedMs !== undefined && askedMs - Number(ctimeNs) / 1e6 >= SETTLE_MS;
  }

  async #openOnce(segments: Segments): Promise<Opened | typeof OUTSIDE> {
    const askedMs = this.#now?.();
    const pathname = this.#root + segments.join(sep);
    let descriptor: number;
    try {
      descriptor = await this.#disk.open(pathname, this.#flags);
    } catch (cause) {
      const error = errorOfOpening(cause);
      if (error.kind === 'missing') return NOTHING;
      if (error.kind === 'forbidden' && (await this.#isDirectory(pathname, segments))) {
        return DIRECTORY;
      }
      throw error;
    }

    // From here on every way out but a file closes the descriptor.
    let result: FoundDirectory | NothingThere | typeof OUTSIDE;
    try {
      if (await this.#isInPlace(descriptor, pathname, segments)) {
        const stats = await this.#statOf(descriptor, segments);
        const named = this.#storedNames.has(segments, stats.dev);
        if (!(named === true || (await named))) {
          result = NOTHING;
        } else if (stats.isFile()) {
          this.#noteFolder(segments, stats);
          const isLocal = stats.dev === this.#localDevice;
          const hasSettled = isLocal && this.#hasSettled(stats, askedMs);
          return new DiskFile(this.#disk, descriptor, { stats, isLocal, hasSettled });
        } else {
          result = stats.isDirectory() ? DIRECTORY : NOTHING;
        }
      } else {
        result = OUTSIDE;
      }
    } catch (cause) {
      await this.#disk.close(descriptor);
      throw errorOfReading(cause);
    }
    await this.#disk.close(descriptor);
    return result;
  }

  // A directory may be closed to who would list it, and open to who knows the names in it. Nothing
  // is read of it here, so that it is looked at by its path does no harm.
  async #isDirectory(pathname: string, segments: Segments): Promise<boolean> {
    try {
      const place = await this.#disk.canonicalPath(pathname);
      if (!liesInPlace(place, this.#canonicalRoot, segments, this.#symlinks)) return false;
      if (!(await this.#storedNames.has(segments, CLOSED_DEVICE))) return false;
      return await this.#disk.isDirectory(place);
    } catch {
      return false;
    }
  }

  // Security: the second wall; the first is site-path.ts, and neither relies on the other. Never
  // the root without its separator: `/srv/pub` is the start of `/srv/pub-x` too. A file that is
  // deleted after it was opened keeps its place in the path, and so stays inside.
  async #isInPlace(descriptor: number, pathname: string, segments: Segments): Promise<boolean> {
    if (this.#symlinks === 'follow' && this.#withholds === undefined) return true;
    const path =
      this.#disk.pathOfDescriptor(descriptor) ??
      (await this.#disk.pathByIdentity(descriptor, pathname));
    return path !== undefined && this.#liesInPlace(path, segments);
  }

  #liesInPlace(path: string, segments: Segments): boolean {
    if (this.#withholds?.(path) === true) return false;
    return liesInPlace(path, this.#canonicalRoot, segments, this.#symlinks);
  }

  async #resolveRootAnew(): Promise<void> {
    try {
      this.#canonicalRoot = endWithSeparator(await this.#disk.canonicalPath(this.#root));
    } catch {
      // The root is gone for now. The old place stays: nothing outside it is let in meanwhile.
    }
  }
}

function folderOf(segments: Segments): string {
  return segments.slice(0, -1).join('/');
}

/** Tells whether a segment is the name of one thing in one directory, whoever made it. */
function isName(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false;
  return !segment.includes('/') && !segment.includes(sep) && !segment.includes('\0');
}
