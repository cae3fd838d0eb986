// Parts of a large file that are in memory: blocks of one version, read because small ranges of it
// were asked for again and again. Media players and browsers that seek ask for much at once and once
// only; readers of an index, of tiles, of pages of a database or of a document ask for little, and
// many of them for the same. So a block is kept from the second time that a range begins in it,
// among the last few that were asked for, and only for ranges that are no longer than one: what is
// longer costs more to send than to open the file.
//
// Security: a part is of its version as a whole, or it is not given: what is read goes between two
// looks at the facts of the file, and versions whose facts could hide a change have no parts.
//
// Bounded twice: by the memory of all files, which blocks are counted into before they are read, and
// by a share of that for one file. Pure, but for what it is given to read with.

import type { KeptParts } from './file-source.ts';
import type { ByteRange } from './range.ts';

/** The size of a block, and of the longest range that comes out of blocks, in bytes. */
export const BLOCK_BYTES: number = 64 * 1024;

/** What a block costs besides its octets, in bytes: objects and what the allocator rounds up. */
const BLOCK_COST_BYTES = 512;

/** How many blocks that were asked for are remembered. */
const ASKED_COUNT = 32;

/** What parts are made of. */
export interface FilePartsOptions {
  readonly lengthBytes: number;
  /** The most that all blocks count, in bytes. */
  readonly maxBytes: number;
  /** Counts octets into the memory of all files; `false` where there is no room. */
  readonly grow: (octets: number) => boolean;
  /** Counts them no longer. */
  readonly shrink: (octets: number) => void;
  /**
   * Reads octets of this version, from a position on, into buffers that follow each other.
   *
   * @returns Whether they are full and of this version; not, where that is not sure. Never rejects.
   */
  readonly read: (position: number, into: readonly Uint8Array[]) => Promise<boolean>;
  /** Told of a part that came out of memory. */
  readonly hit: () => void;
  /** Told of a part that was read. */
  readonly miss: () => void;
}

interface Block {
  readonly octets: Uint8Array;
  /** Whether it was asked for since it was last looked at for being given up. */
  isUsed: boolean;
}

/** The parts of one version of a file. */
export class FileParts implements KeptParts {
  readonly #options: FilePartsOptions;
  /** By their number, in the order in which they are looked at for being given up. */
  readonly #blocks = new Map<number, Block>();
  /** The numbers of those that were last asked for and not there. */
  readonly #asked: number[] = [];
  #askedIndex = 0;
  /** The numbers of those that are being read. */
  readonly #loading = new Set<number>();
  #bytes = 0;
  /** The part that was given last, where it lies in one block: what is made of it is kept with it. */
  #last: (ByteRange & { readonly block: Block; readonly octets: Uint8Array }) | undefined;

  constructor(options: FilePartsOptions) {
    this.#options = options;
  }

  get(range: ByteRange): Uint8Array | undefined {
    if (lengthOf(range) > BLOCK_BYTES) return undefined;
    const part = this.#getLast(range) ?? this.#cut(range);
    if (part !== undefined) this.#options.hit();
    return part;
  }

  load(range: ByteRange): Promise<Uint8Array | undefined> | undefined {
    if (lengthOf(range) > BLOCK_BYTES || !this.#wasAskedFor(blockOf(range.first))) return undefined;
    const missing = blocksOf(range).filter((number) => !this.#blocks.has(number));
    // Who comes meanwhile reads for themselves, as far as they need: nobody waits for another.
    if (missing.some((number) => this.#loading.has(number))) return undefined;
    const buffersBytes = missing.map((number) => this.#lengthOfBlock(number));
    const countedBytes = buffersBytes.reduce((sum, bytes) => sum + bytes + BLOCK_COST_BYTES, 0);
    if (!this.#makeRoom(countedBytes)) return undefined;
    return this.#load(range, missing, countedBytes);
  }

  async #load(
    range: ByteRange,
    missing: readonly number[],
    countedBytes: number,
  ): Promise<Uint8Array | undefined> {
    for (const number of missing) this.#loading.add(number);
    // Not from the pool of Buffer: a kept octet would keep its whole slab.
    const read = new Map(
      missing.map((number) => [number, Buffer.allocUnsafeSlow(this.#lengthOfBlock(number))]),
    );
    const [first = 0] = missing;
    const isRead = await this.#options.read(first * BLOCK_BYTES, [...read.values()]);
    for (const number of missing) this.#loading.delete(number);
    if (!isRead) {
      this.#give(countedBytes);
      return undefined;
    }
    this.#options.miss();
    for (const [number, octets] of read) this.#blocks.set(number, { octets, isUsed: false });
    return this.#cut(range);
  }

  #getLast({ first, last }: ByteRange): Uint8Array | undefined {
    if (this.#last?.first !== first || this.#last.last !== last) return undefined;
    this.#last.block.isUsed = true;
    return this.#last.octets;
  }

  /** Cuts a range out of the one or two blocks that it lies in; a view where it is one. */
  #cut({ first, last }: ByteRange): Uint8Array | undefined {
    const number = blockOf(first);
    const block = this.#blocks.get(number);
    if (block === undefined) return undefined;
    const startBytes = first - number * BLOCK_BYTES;
    const endBytes = last + 1 - number * BLOCK_BYTES;
    if (endBytes <= BLOCK_BYTES) {
      const octets = block.octets.subarray(startBytes, endBytes);
      block.isUsed = true;
      this.#last = { first, last, block, octets };
      return octets;
    }
    const next = this.#blocks.get(number + 1);
    if (next === undefined) return undefined;
    block.isUsed = true;
    next.isUsed = true;
    return Buffer.concat([
      block.octets.subarray(startBytes),
      next.octets.subarray(0, endBytes - BLOCK_BYTES),
    ]);
  }

  /** Whether it is among those that were last asked for; from now on it is. */
  #wasAskedFor(number: number): boolean {
    if (this.#asked.includes(number)) return true;
    this.#asked[this.#askedIndex] = number;
    this.#askedIndex = (this.#askedIndex + 1) % ASKED_COUNT;
    return false;
  }

  #lengthOfBlock(number: number): number {
    return Math.min(BLOCK_BYTES, this.#options.lengthBytes - number * BLOCK_BYTES);
  }

  #makeRoom(bytes: number): boolean {
    const { maxBytes, grow } = this.#options;
    if (bytes > maxBytes) return false;
    while (this.#bytes + bytes > maxBytes) {
      // All that is counted is being read.
      if (!this.#giveUpOne()) return false;
    }
    if (!grow(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives up a block that was not used since it was last looked at; the others come behind. */
  #giveUpOne(): boolean {
    for (const [number, block] of this.#blocks) {
      this.#blocks.delete(number);
      if (!block.isUsed) {
        if (this.#last?.block === block) this.#last = undefined;
        this.#give(block.octets.length + BLOCK_COST_BYTES);
        return true;
      }
      block.isUsed = false;
      this.#blocks.set(number, block);
    }
    return false;
  }

  #give(bytes: number): void {
    this.#bytes -= bytes;
    this.#options.shrink(bytes);
  }
}

function lengthOf({ first, last }: ByteRange): number {
  return last - first + 1;
}

function blockOf(position: number): number {
  return Math.floor(position / BLOCK_BYTES);
}

/** The numbers of the one or two blocks that a range lies in. */
function blocksOf({ first, last }: ByteRange): number[] {
  const [one, other] = [blockOf(first), blockOf(last)];
  return one === other ? [one] : [one, other];
}
