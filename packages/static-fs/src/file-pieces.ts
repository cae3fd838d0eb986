// A file of some megabytes in memory, in pieces of one: too large to be kept as a whole, since who
// takes it slowly would keep it as a whole, and small enough to have a place in memory where it is
// asked for again and again. Each piece is read by the first who needs it, and given to all who do;
// nobody needs more than one at a time. Whoever sends them has the file open, for what is given up
// meanwhile. Pure, but for what it is given to read with.
//
// Security: pieces are of their version, or they are not kept: see `read`.

import type { ByteRange } from './range.ts';

/** The size of a piece, in bytes. */
export const PIECE_BYTES: number = 1024 * 1024;

/** What a piece costs besides its octets, in bytes: objects and what the allocator rounds up. */
const PIECE_COST_BYTES = 4096;

/** Fills a buffer from a position on; whether it is full and of the version as a whole. */
export type ReadPiece = (position: number, into: Uint8Array) => Promise<boolean>;

/** What pieces are counted with. */
export interface FilePiecesOptions {
  readonly lengthBytes: number;
  /** Counts octets into the memory of all files; `false` where there is no room. */
  readonly grow: (octets: number) => boolean;
  /** Counts them no longer. */
  readonly shrink: (octets: number) => void;
}

/** The pieces of one version of a file. */
export class FilePieces {
  readonly #options: FilePiecesOptions;
  readonly #pieces: (Uint8Array | undefined)[] = [];
  readonly #loading = new Map<number, Promise<Uint8Array | undefined>>();

  constructor(options: FilePiecesOptions) {
    this.#options = options;
  }

  /**
   * Gives the octets from the start of a range on, as far as one piece goes. Reads a piece that is
   * not there, where the range goes to its end: then nothing is read in vain.
   *
   * @returns `undefined` where they are to be read without being kept.
   * @throws What `read` throws, to the one whose it is.
   */
  from(
    range: ByteRange,
    read: ReadPiece,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const number = Math.floor(range.first / PIECE_BYTES);
    const piece = this.#pieces[number];
    if (piece !== undefined) return cut(piece, range);
    const position = number * PIECE_BYTES;
    const bytes = Math.min(PIECE_BYTES, this.#options.lengthBytes - position);
    if (range.last + 1 < position + bytes) return undefined;
    const loading = this.#loading.get(number);
    if (loading !== undefined) return loading.then((octets) => octets && cut(octets, range));
    if (!this.#options.grow(bytes + PIECE_COST_BYTES)) return undefined;
    const loaded = this.#load(number, bytes, read);
    // Whoever shares it reads for themselves then.
    this.#loading.set(
      number,
      loaded.catch(() => undefined),
    );
    return loaded.then((octets) => octets && cut(octets, range));
  }

  async #load(number: number, bytes: number, read: ReadPiece): Promise<Uint8Array | undefined> {
    // Not from the pool of Buffer: a kept octet would keep its whole slab.
    const octets = Buffer.allocUnsafeSlow(bytes);
    let isRead = false;
    try {
      isRead = await read(number * PIECE_BYTES, octets);
    } finally {
      this.#loading.delete(number);
      if (!isRead) this.#options.shrink(bytes + PIECE_COST_BYTES);
    }
    if (!isRead) return undefined;
    this.#pieces[number] = octets;
    return octets;
  }
}

function cut(piece: Uint8Array, { first, last }: ByteRange): Uint8Array {
  const startBytes = first % PIECE_BYTES;
  return piece.subarray(startBytes, startBytes + last - first + 1);
}
