// What a cached source does with one open file: read it whole, compare its facts with those of
// another time, and give its octets out again without a descriptor.

import type { OpenFile } from './file-source.ts';

/**
 * Reads a whole file. Does not close it.
 *
 * @returns `undefined` where it is shorter than it was when it was opened.
 */
export async function readWhole(file: OpenFile): Promise<Uint8Array | undefined> {
  if (file.octets !== undefined) return file.octets;
  // Not from the pool of Buffer: a kept octet would keep its whole slab.
  const octets = Buffer.allocUnsafeSlow(file.lengthBytes);
  let count = 0;
  while (count < octets.length) {
    const read = await file.read(octets.subarray(count), count);
    if (read === 0) return undefined;
    count += read;
  }
  return octets;
}

/**
 * Tells whether two open files have the same facts: length and date, and whatever else the source
 * says about a file in a text or a number of its own (an exact date, an identity).
 */
export function sameFacts(one: OpenFile, other: OpenFile): boolean {
  const facts = Object.entries(one).filter(([, fact]) => isPlain(fact));
  const others = new Map<string, unknown>(Object.entries(other));
  return facts.every(([name, fact]) => Object.is(fact, others.get(name)));
}

function isPlain(fact: unknown): boolean {
  return fact !== null && typeof fact !== 'object' && typeof fact !== 'function';
}

/** Gives a file with all its facts, whose octets are in memory. To close it does nothing. */
export function fileInMemory<Mark extends object>(
  file: OpenFile,
  octets: Uint8Array,
  mark: Mark,
): OpenFile & Mark {
  return {
    ...file,
    ...mark,
    octets,
    read(into, position) {
      const part = octets.subarray(position, position + into.length);
      into.set(part);
      return Promise.resolve(part.length);
    },
    hasChanged: () => UNCHANGED,
    hasSettled: () => true,
    close: () => CLOSED,
    closeNow: () => true,
  };
}

// Octets in memory are of one version, whatever becomes of the file.
const UNCHANGED = Promise.resolve(false);
const CLOSED = Promise.resolve();
