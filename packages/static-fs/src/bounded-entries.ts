// Entries by key within a bound of octets: those leave first that were not used for long. Whoever puts an
// entry in says what it costs; the key and the fixed cost of being kept at all are added here, so
// that many small entries cannot grow the memory either. Octets that are still being read can be
// reserved, and count like those that are kept. Pure.

import { ownText } from './own-text.ts';

/**
 * What an entry costs besides its key and its octets, in bytes: objects, its slot in the map, what
 * the allocator rounds up, what a site hangs on a file (its entity tag from content, its
 * representation, its field lines, its answer), and the head that a sender keeps with that. Measured
 * with 9,000 small files, Node 20: 1880 bytes each behind a whole site, and 770 for the head.
 */
const ENTRY_BYTES = 2688;

interface Entry<Value> {
  readonly key: string;
  value: Value;
  bytes: number;
  /** Whether it was asked for since it was put at the new end of the list. */
  isUsed: boolean;
  newer: Entry<Value> | undefined;
  older: Entry<Value> | undefined;
}

/** Gives what an entry under a key counts, in bytes. */
export function costOf(key: string, octets: number, entryBytes: number = ENTRY_BYTES): number {
  return entryBytes + 2 * key.length + octets;
}

/** Entries that together never count more than the bound. */
export class BoundedEntries<Value> {
  /** The most that all entries and reservations count, in bytes. */
  readonly maxBytes: number;
  /** What each entry counts besides its key and its octets, in bytes. */
  readonly #entryBytes: number;
  // A list through the entries, and not the order of the map: to delete and set again on each
  // hit makes the map rehash itself every few thousand hits. Nor is it in the order of use: an entry
  // that was used has a second chance when it is the oldest (the CLOCK algorithm). To move it at each
  // hit is to write to its neighbours, which are in no cache of the processor where there are 10,000.
  readonly #entries = new Map<string, Entry<Value>>();
  #newest: Entry<Value> | undefined;
  #oldest: Entry<Value> | undefined;
  #keptBytes = 0;
  #reservedBytes = 0;

  constructor(maxBytes: number, entryBytes: number = ENTRY_BYTES) {
    this.maxBytes = maxBytes;
    this.#entryBytes = entryBytes;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** What entries and reservations count now, in bytes. */
  get bytes(): number {
    return this.#keptBytes + this.#reservedBytes;
  }

  /** Gives what is kept under a key; it counts as used then. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (!entry.isUsed) entry.isUsed = true;
    return entry.value;
  }

  /**
   * Keeps a value, in place of what was kept under the key.
   *
   * @returns Whether it is kept; `false` where it alone is more than there is room for.
   */
  set(key: string, value: Value, octets: number): boolean {
    this.delete(key);
    const bytes = costOf(key, octets, this.#entryBytes);
    if (bytes > this.maxBytes - this.#reservedBytes) return false;
    this.#makeRoom(bytes);
    const own = ownText(key);
    const entry = { key: own, value, bytes, isUsed: false, newer: undefined, older: undefined };
    this.#entries.set(own, entry);
    this.#link(entry);
    this.#keptBytes += bytes;
    return true;
  }

  /**
   * Counts more octets for what is kept under a key.
   *
   * @returns Whether they are counted; `false` where nothing is kept, or there is no room.
   */
  grow(key: string, octets: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.bytes + octets > this.maxBytes - this.#reservedBytes) {
      return false;
    }
    // As the newest that is used it leaves after all others, and those are as much as has to go.
    this.#renew(entry);
    entry.isUsed = true;
    this.#makeRoom(octets);
    entry.bytes += octets;
    this.#keptBytes += octets;
    return true;
  }

  /** Counts octets no longer that were counted by `grow()`. */
  shrink(key: string, octets: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.bytes -= octets;
    this.#keptBytes -= octets;
  }

  /** Forgets what is kept under a key. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
    this.#keptBytes -= entry.bytes;
  }

  /**
   * Counts octets that are not kept yet. Who reserves, releases the same number.
   *
   * @returns Whether they are counted; `false` where there is no room for them.
   */
  reserve(octets: number): boolean {
    if (octets > this.maxBytes - this.#reservedBytes) return false;
    this.#makeRoom(octets);
    this.#reservedBytes += octets;
    return true;
  }

  /** Counts reserved octets no longer. */
  release(octets: number): void {
    this.#reservedBytes -= octets;
  }

  #makeRoom(bytes: number): void {
    while (this.bytes + bytes > this.maxBytes && this.#oldest !== undefined) {
      if (this.#oldest.isUsed) this.#renew(this.#oldest);
      else this.delete(this.#oldest.key);
    }
  }

  #renew(entry: Entry<Value>): void {
    entry.isUsed = false;
    this.#unlink(entry);
    this.#link(entry);
  }

  #link(entry: Entry<Value>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #unlink(entry: Entry<Value>): void {
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    entry.newer = undefined;
    entry.older = undefined;
  }
}
