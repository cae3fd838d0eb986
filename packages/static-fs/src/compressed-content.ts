// A large file as a content in a content coding: compressed while it is sent, for one client, and
// never whole in memory. It is pulled like any content. All work is done inside a read, so a slow
// reader costs one piece of the file, what the coder holds, and 64 to 128 KiB of its output, and to
// stop means to not read again. Its length is not known before its end. RFC 9110 §8.4, §8.6.
//
// Security: exactly the octets that the file had when it was opened are compressed. If there are
// fewer, the content ends with an error and never as if it were whole.

import type { Transform } from 'node:stream';

import { codingsMadeHere, createCoder } from './compression.ts';
import type { ContentCoding } from './content-coding.ts';
import { fileSourceError } from './errors.ts';
import type { OpenFile } from './file-source.ts';
import type { Content } from './response.ts';

/** A content whose length is known at its end. */
export interface CompressedContent extends Content {
  /** Not known beforehand: nothing can be declared, and the message is framed without it. */
  readonly lengthBytes: undefined;
}

/** Contents that are compressed while they are sent, a limited number at once. */
export interface CompressedContents {
  /**
   * Makes the content of a file in a coding. The content closes the file.
   *
   * @returns `undefined` where the coding cannot be made here, or too many are open already; the
   * file is untouched then, and is sent as it is.
   */
  contentOf(file: OpenFile, coding: ContentCoding): CompressedContent | undefined;
}

/** How many there are. */
export interface CompressedContentsOptions {
  /** How many are open at once; each holds up to 9 MiB while it is read. Default: 16. */
  readonly maxAtOnce?: number;
}

// Under a millisecond of a thread: other files are read between two pieces of sixteen.
const PIECE_BYTES = 64 * 1024;

/** Makes a place for contents that are compressed while they are sent. */
export function compressedContents(options: CompressedContentsOptions = {}): CompressedContents {
  const { maxAtOnce = 16 } = options;
  let openCount = 0;
  return {
    contentOf(file: OpenFile, coding: ContentCoding): CompressedContent | undefined {
      if (openCount >= maxAtOnce || !codingsMadeHere.has(coding)) return undefined;
      openCount += 1;
      return new FileInCoding(file, coding, () => {
        openCount -= 1;
      });
    },
  };
}

class FileInCoding implements CompressedContent {
  readonly lengthBytes = undefined;
  readonly octets = undefined;
  readonly #file: OpenFile;
  readonly #coding: ContentCoding;
  readonly #released: () => void;
  /** Made by the first read: the answer to HEAD needs none. */
  #coder: Transform | undefined;
  #piece: Uint8Array = new Uint8Array(0);
  /** How many octets of the file the coder was given, whether it has taken them, and whether all. */
  #givenBytes = 0;
  #isTaken = true;
  #isAllGiven = false;
  /** What ended it early; every later read rejects with it too. */
  #fault: unknown;
  #wake: () => void = () => {};
  #reading: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: OpenFile, coding: ContentCoding, released: () => void) {
    this.#file = file;
    this.#coding = coding;
    this.#released = released;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#closing !== undefined) throw fileSourceError('closed');
    if (this.#coder?.readableEnded === true) return 0;
    if (this.#reading !== undefined) throw new TypeError('one read at a time');
    if (into.length === 0) throw new TypeError('a buffer of no bytes cannot be read into');

    this.#reading = this.#next(into);
    try {
      return await this.#reading;
    } catch (error) {
      this.#fault ??= error;
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  // Until there is output: gives the coder the next piece once it has taken the last one. Where a
  // file shrinks a thousandfold, one read takes many pieces, so a close has to be seen in between. It
  // waits for nothing but the coder, which always comes back with something.
  async #next(into: Uint8Array): Promise<number> {
    const coder = (this.#coder ??= this.#start());
    for (;;) {
      if (this.#closing !== undefined) throw fileSourceError('closed');
      if (this.#fault !== undefined) throw this.#fault;
      const count = take(coder, into);
      if (count > 0) return count;
      if (coder.readableEnded) return 0;
      if (this.#isTaken && !this.#isAllGiven) await this.#give(coder);
      else await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  #start(): Transform {
    const { lengthBytes } = this.#file;
    const coder = createCoder(this.#coding, lengthBytes);
    this.#piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, lengthBytes));
    // They stay for as long as the coder does, which nobody else holds. Each only tells the loop to
    // look again: an error is thrown there, and heard also where nobody reads.
    coder.on('readable', () => this.#wake());
    coder.on('end', () => this.#wake());
    coder.on('error', (cause) => {
      this.#fault ??= fileSourceError('failed', cause);
      this.#wake();
    });
    return coder;
  }

  async #give(coder: Transform): Promise<void> {
    const leftBytes = this.#file.lengthBytes - this.#givenBytes;
    if (leftBytes === 0) {
      if ((await this.#file.hasChanged?.()) === true) throw fileSourceError('changed');
      this.#isAllGiven = true;
      coder.end();
      return;
    }
    const room = this.#piece.subarray(0, Math.min(leftBytes, this.#piece.length));
    const count = await this.#file.read(room, this.#givenBytes);
    if (count === 0) throw fileSourceError('changed');
    this.#givenBytes += count;
    this.#isTaken = false;
    // Called when all of the piece is compressed and put out: the buffer may be used again then.
    coder.write(room.subarray(0, count), () => {
      this.#isTaken = true;
      this.#wake();
    });
  }

  // A descriptor that is closed under a read can be another file's by the time the read is done. A
  // coder that is at work on a thread may be destroyed: zlib holds it until the thread is done.
  async #release(): Promise<void> {
    if (this.#reading !== undefined) await Promise.allSettled([this.#reading]);
    this.#coder?.destroy();
    this.#piece = new Uint8Array(0);
    await this.#file.close();
    this.#released();
  }
}

/** Moves output of a coder into a buffer; 0 where there is none now. */
function take(coder: Transform, into: Uint8Array): number {
  // To ask for more than is there gives nothing, and makes the coder go on; never all that is there,
  // which may be more than the buffer holds.
  const count = Math.max(1, Math.min(into.length, coder.readableLength, PIECE_BYTES));
  const octets: Uint8Array | null = coder.read(count);
  if (octets === null) return 0;
  into.set(octets);
  return octets.length;
}
