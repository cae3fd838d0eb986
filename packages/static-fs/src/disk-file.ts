// A file of this machine, once its descriptor is open and it is known to be inside: read through
// the threads for as long as that is open, or, a small one, whole and on the spot. Owns what a file
// is told apart by, and that no descriptor is used after it was closed. Whether a file may be opened
// at all, and read on the spot, is decided in node-file-source.ts.

import type { BigIntStats } from 'node:fs';

import type { Disk } from './disk.ts';
import { errorOfReading, fileSourceError } from './errors.ts';
import { FileInMemory } from './file-in-memory.ts';
import type { OpenFile, WholeFile } from './file-source.ts';

/** The largest file that is read on the spot: a copy of so much takes five microseconds. */
const LARGEST_AT_ONCE_BYTES = 64 * 1024;

/** What is known of a file that was just opened. */
interface DiskFacts {
  readonly stats: BigIntStats;
  /** Whether it is on a disk of this machine, the one of the root. */
  readonly isLocal: boolean;
  /** Whether each change from now on will show in its facts. */
  readonly hasSettled: boolean;
}

/** A file that is open: whoever has it closes it. */
export class DiskFile implements OpenFile {
  readonly kind = 'file';
  readonly lengthBytes: number;
  readonly mtimeMs: number;
  readonly mtimeNs: bigint;
  readonly identity: string;
  readonly octets = undefined;
  readonly #disk: Disk;
  readonly #descriptor: number;
  readonly #isLocal: boolean;
  readonly #hasSettled: boolean;
  #closing: Promise<void> | undefined;

  constructor(disk: Disk, descriptor: number, { stats, isLocal, hasSettled }: DiskFacts) {
    // Security: a length that calculations are not exact with would be declared wrong.
    if (stats.size > Number.MAX_SAFE_INTEGER) throw fileSourceError('failed');
    this.#disk = disk;
    this.#descriptor = descriptor;
    this.#isLocal = isLocal;
    this.#hasSettled = hasSettled;
    this.lengthBytes = Number(stats.size);
    // Not `stats.mtimeMs`, which has no parts of a millisecond here.
    this.mtimeMs = Number(stats.mtimeNs) / 1e6;
    this.mtimeNs = stats.mtimeNs;
    this.identity = identityOf(stats);
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    // Security: a number that was closed is given to the next file that is opened.
    if (this.#closing !== undefined) throw fileSourceError('closed');
    try {
      return await this.#disk.read(this.#descriptor, into, position);
    } catch (cause) {
      throw errorOfReading(cause);
    }
  }

  // A file that grew may have been added to (a log), which changes nothing of what was declared, or
  // may have been written anew; the two look alike, and the first is common.
  async hasChanged(): Promise<boolean> {
    if (this.#closing !== undefined) throw fileSourceError('closed');
    const stats = this.#isLocal
      ? this.#disk.statOpenSync(this.#descriptor)
      : await this.#disk.stat(this.#descriptor);
    return stats.mtimeNs !== this.mtimeNs && stats.size <= this.lengthBytes;
  }

  hasSettled(): boolean {
    return this.#hasSettled;
  }

  close(): Promise<void> {
    this.#closing ??= this.#disk.close(this.#descriptor);
    return this.#closing;
  }

  // Not of a file that was deleted: the last who closes that gives its octets back to the disk,
  // which takes long where they are many.
  closeNow(): boolean {
    if (this.#closing !== undefined) return true;
    if (!this.#isLocal || !this.#hasName()) return false;
    this.#closing = CLOSED;
    this.#disk.closeSync(this.#descriptor);
    return true;
  }

  #hasName(): boolean {
    try {
      return this.#disk.statOpenSync(this.#descriptor).nlink > 0n;
    } catch {
      return false;
    }
  }
}

const CLOSED = Promise.resolve();

/** A small file that was read whole: there is nothing to close. */
class DiskOctets extends FileInMemory implements WholeFile {
  readonly lengthBytes: number;
  readonly mtimeMs: number;
  readonly mtimeNs: bigint;
  readonly identity: string;
  readonly #hasSettled: boolean;

  constructor(octets: Uint8Array, { stats, hasSettled }: DiskFacts) {
    super(octets);
    this.lengthBytes = octets.length;
    this.mtimeMs = Number(stats.mtimeNs) / 1e6;
    this.mtimeNs = stats.mtimeNs;
    this.identity = identityOf(stats);
    this.#hasSettled = hasSettled;
  }

  override hasSettled(): boolean {
    return this.#hasSettled;
  }
}

/**
 * Reads a whole small file on the spot, between two looks at its facts; does not close it. Blocks,
 * for disks of this machine alone.
 *
 * @param facts - What the first look has shown.
 * @returns `undefined` where it is not small, or is written meanwhile.
 * @throws The error of the system, where the disk gives one.
 */
export function readNow(disk: Disk, descriptor: number, facts: DiskFacts): WholeFile | undefined {
  const { size } = facts.stats;
  if (size > LARGEST_AT_ONCE_BYTES) return undefined;
  const octets = readWholeNow(disk, descriptor, Number(size));
  if (octets === undefined) return undefined;
  const file = new DiskOctets(octets, facts);
  return isAsFound(disk.statOpenSync(descriptor), file) ? file : undefined;
}

function readWholeNow(disk: Disk, descriptor: number, bytes: number): Uint8Array | undefined {
  // Not from the pool of Buffer: a kept octet would keep its whole slab.
  const octets = Buffer.allocUnsafeSlow(bytes);
  for (let count = 0; count < octets.length;) {
    const read = disk.readSync(descriptor, octets.subarray(count), count);
    if (read === 0) return undefined;
    count += read;
  }
  return octets;
}

/**
 * Tells whether facts are those that a file was found with: it is the same then, and was written by
 * nobody since, but within a tick of the disk's clock.
 */
export function isAsFound(stats: BigIntStats, file: OpenFile): boolean {
  if (stats.mtimeNs !== file.mtimeNs || Number(stats.size) !== file.lengthBytes) return false;
  return identityOf(stats) === file.identity;
}

function identityOf({ dev, ino, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${ctimeNs}`;
}
