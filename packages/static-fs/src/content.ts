// An open file, or parts of it, as the content of a response. It is pulled: the caller brings the
// buffer, so a slow reader costs that one buffer whatever the size of the file, and the size of a
// chunk is decided where the socket is. Security: never more octets than declared, and never a
// quiet end before them; either would be read as a part of the next response (RFC 9112 §6.3). And
// never the last octets of a file that was written over since its first: a mixture that looks whole.

import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import type { ByteRange } from './range.ts';
import type { Content } from './response.ts';

/** A piece of a content: octets that are at hand, or a part of the file. */
export type Piece = Uint8Array | ByteRange;

/** A content whose length is known. */
export interface SizedContent extends Content {
  readonly lengthBytes: number;
}

/** Makes the content of a whole file. The content closes the file. */
export function fileContent(file: OpenFile): SizedContent {
  if (file.octets !== undefined) return new OctetsContent(file, file.octets);
  const pieces = file.lengthBytes === 0 ? [] : [{ first: 0, last: file.lengthBytes - 1 }];
  return new FileContent(file, pieces);
}

/** Makes the content of a part of a file. The content closes the file. */
export function rangeContent(file: OpenFile, range: ByteRange): SizedContent {
  const { octets } = file;
  if (octets === undefined) return new FileContent(file, [range]);
  return new OctetsContent(file, octets.subarray(range.first, range.last + 1));
}

/** Makes the content that is octets in memory. */
export function octetsContent(octets: Uint8Array): SizedContent {
  return new OctetsContent(NO_FILE, octets);
}

/** Makes the content that is the pieces one after the other. The content closes the file. */
export function piecedContent(file: OpenFile, pieces: readonly Piece[]): SizedContent {
  const { octets } = file;
  if (octets === undefined) return new FileContent(file, pieces);
  // Views of what is in memory: nothing is copied before it is read.
  const inMemory = pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : octets.subarray(piece.first, piece.last + 1),
  );
  return new FileContent(file, inMemory);
}

// Not the file that octets are a part of: who takes them slowly would keep all its parts.
const NO_FILE: Pick<OpenFile, 'read' | 'atHand' | 'hasChanged' | 'close' | 'closeNow'> = {
  read: () => Promise.reject(fileSourceError('closed')),
  close: () => Promise.resolve(),
  closeNow: () => true,
};

const NO_ROOM = 'a buffer of no bytes cannot be read into';

/** Octets in memory. An answer that is given again has the same octets, and a content of its own. */
class OctetsContent implements SizedContent {
  readonly octets: Uint8Array;
  readonly #file: Pick<OpenFile, 'close'>;
  #offset = 0;
  #closing: Promise<void> | undefined;

  constructor(file: Pick<OpenFile, 'close'>, octets: Uint8Array) {
    this.octets = octets;
    this.#file = file;
  }

  get lengthBytes(): number {
    return this.octets.length;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#closing !== undefined) throw fileSourceError('closed');
    const part = this.octets.subarray(this.#offset, this.#offset + into.length);
    if (part.length === 0 && this.#offset < this.octets.length) throw new TypeError(NO_ROOM);
    into.set(part);
    this.#offset += part.length;
    return part.length;
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close();
    return this.#closing;
  }
}

class FileContent implements SizedContent {
  readonly lengthBytes: number;
  readonly octets = undefined;
  readonly #file: typeof NO_FILE;
  readonly #pieces: readonly Piece[];
  /** Which piece is next, and how many of its octets are read. */
  #index = 0;
  #offset = 0;
  #reading: Promise<unknown> | undefined;
  /** Whether octets were read that may be of another version, if the file was written since. */
  #isFromDisk = false;
  #closing: Promise<void> | undefined;

  constructor(file: typeof NO_FILE, pieces: readonly Piece[]) {
    this.#file = file;
    this.#pieces = pieces;
    this.lengthBytes = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#closing !== undefined) throw fileSourceError('closed');
    if (this.#index === this.#pieces.length) return 0;
    if (this.#reading !== undefined) throw new TypeError('one read at a time');
    if (into.length === 0) throw new TypeError(NO_ROOM);

    const reading = this.#fill(into);
    this.#reading = reading;
    try {
      return await reading;
    } finally {
      this.#reading = undefined;
    }
  }

  next(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#closing !== undefined || this.#reading !== undefined) return undefined;
    const piece = this.#pieces[this.#index];
    if (piece === undefined || piece instanceof Uint8Array) return undefined;
    const found = this.#file.atHand?.({ first: piece.first + this.#offset, last: piece.last });
    return found instanceof Promise ? this.#takeLater(found) : this.#take(found);
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  async #takeLater(found: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    this.#reading = found;
    try {
      return this.#take(await found);
    } finally {
      this.#reading = undefined;
    }
  }

  /** Goes on behind octets at hand. Not with the last, where the file has to be looked at again. */
  #take(octets: Uint8Array | undefined): Uint8Array | undefined {
    const piece = this.#pieces[this.#index];
    if (octets === undefined || piece === undefined) return undefined;
    const isLast = octets.length === lengthOf(piece) - this.#offset;
    if (this.#isFromDisk && isLast) return undefined;
    this.#advance(octets.length, lengthOf(piece));
    return octets;
  }

  // Octets at hand until the buffer is full or the file has been read once: the head of a part goes
  // out together with what comes after it.
  async #fill(into: Uint8Array): Promise<number> {
    let filledBytes = 0;
    for (;;) {
      const piece = this.#pieces[this.#index];
      if (piece === undefined || filledBytes === into.length) return filledBytes;
      const endBytes = Math.min(into.length, filledBytes + lengthOf(piece) - this.#offset);
      const room = into.subarray(filledBytes, endBytes);
      const isFile = !(piece instanceof Uint8Array);
      const count = isFile
        ? await this.#file.read(room, piece.first + this.#offset)
        : copy(piece.subarray(this.#offset, this.#offset + room.length), room);
      if (count === 0) throw fileSourceError('changed');
      this.#advance(count, lengthOf(piece));
      filledBytes += count;
      this.#isFromDisk ||= isFile;
      if (isFile && this.#isFileDone() && (await this.#file.hasChanged?.()) === true) {
        throw fileSourceError('changed');
      }
      if (isFile) return filledBytes;
    }
  }

  #advance(count: number, pieceBytes: number): void {
    this.#offset += count;
    if (this.#offset < pieceBytes) return;
    this.#index += 1;
    this.#offset = 0;
  }

  #isFileDone(): boolean {
    for (let index = this.#index; index < this.#pieces.length; index += 1) {
      if (!(this.#pieces[index] instanceof Uint8Array)) return false;
    }
    return true;
  }

  // A descriptor that is closed under a read can be another file's by the time the read is done.
  async #release(): Promise<void> {
    if (this.#reading !== undefined) await Promise.allSettled([this.#reading]);
    if (this.#file.closeNow?.() !== true) await this.#file.close();
  }
}

function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.last - piece.first + 1;
}

function copy(octets: Uint8Array, into: Uint8Array): number {
  into.set(octets);
  return octets.length;
}
