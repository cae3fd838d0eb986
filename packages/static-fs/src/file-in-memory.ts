// What a cached source does with one open file: read it whole, compare its facts with those of
// another time, and give its octets, or its facts alone, out again without a descriptor.

import { fileSourceError } from './errors.ts';
import type { KeptParts, OpenFile, WholeFile } from './file-source.ts';

/**
 * Reads a whole file. Does not close it.
 *
 * @returns `undefined` where it is shorter than it was when it was opened.
 */
export async function readWhole(file: OpenFile): Promise<Uint8Array | undefined> {
  if (file.octets !== undefined) return file.octets;
  // Not from the pool of Buffer: a kept octet would keep its whole slab.
  const octets = Buffer.allocUnsafeSlow(file.lengthBytes);
  return (await readPart(file, 0, [octets])) ? octets : undefined;
}

/**
 * Reads a part of a file into buffers that follow each other. Does not close it.
 *
 * @returns Whether all are full: not where the file is shorter.
 */
export async function readPart(
  file: OpenFile,
  position: number,
  into: readonly Uint8Array[],
): Promise<boolean> {
  let at = position;
  for (const buffer of into) {
    for (let count = 0; count < buffer.length;) {
      const read = await file.read(buffer.subarray(count), at);
      if (read === 0) return false;
      count += read;
      at += read;
    }
  }
  return true;
}

/** Closes a file: at once where it can be. */
export async function closeFile(file: OpenFile): Promise<void> {
  if (file.closeNow?.() !== true) await file.close();
}

/**
 * Tells whether two open files have the same facts: length and date, and whatever else the source
 * says about a file in a text or a number of its own (an exact date, an identity).
 */
export function sameFacts(one: OpenFile, other: OpenFile): boolean {
  const others = new Map<string, unknown>(Object.entries(other));
  return plainFactsOf(one).every(([name, fact]) => Object.is(fact, others.get(name)));
}

function plainFactsOf(file: OpenFile): [string, unknown][] {
  return Object.entries(file).filter(([, fact]) => isPlain(fact));
}

function isPlain(fact: unknown): boolean {
  return fact !== null && typeof fact !== 'object' && typeof fact !== 'function';
}

/** Gives a file with all its facts, whose octets are in memory. To close it does nothing. */
export function fileInMemory<Mark extends object>(
  file: OpenFile,
  octets: Uint8Array,
  mark: Mark,
): WholeFile & Mark {
  const facts = Object.fromEntries(plainFactsOf(file)) as Pick<OpenFile, 'lengthBytes' | 'mtimeMs'>;
  return Object.assign(new FileInMemory(octets), facts, mark, { octets });
}

/**
 * What all files in memory do. Their methods are those of all: with some of its own each file took
 * 480 bytes more.
 */
export class FileInMemory {
  readonly kind = 'file';
  readonly octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    const part = this.octets.subarray(position, position + into.length);
    into.set(part);
    return Promise.resolve(part.length);
  }

  hasChanged(): Promise<boolean> {
    return UNCHANGED;
  }

  hasSettled(): boolean {
    return true;
  }

  close(): Promise<void> {
    return CLOSED;
  }

  closeNow(): boolean {
    return true;
  }
}

/** Gives a file with all its facts that is not open, and in memory by its parts. */
export function knownFile<Mark extends object>(
  file: OpenFile,
  parts: KeptParts,
  mark: Mark,
): OpenFile & Mark {
  return {
    ...file,
    ...mark,
    octets: undefined,
    parts,
    read: () => Promise.reject(fileSourceError('closed')),
    hasChanged: () => UNCHANGED,
    hasSettled: () => true,
    close: () => CLOSED,
    closeNow: () => true,
  };
}

// Octets in memory are of one version, whatever becomes of the file.
const UNCHANGED = Promise.resolve(false);
const CLOSED = Promise.resolve();
