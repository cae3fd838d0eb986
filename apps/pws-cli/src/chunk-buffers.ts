/**
 * The buffers that content goes through on its way from a file to a socket.
 * Owns how large they are and how many large ones there may be at a time: a client that takes much
 * quickly and then stops holds what it was given until its deadline, so what all clients together
 * can hold is bounded here.
 */

/** For a client of which nothing is known yet, and for one that is slow. */
export const FIRST_CHUNK_BYTES: number = 64 * 1024;
/** For one that seems to keep up: for some megabytes the operating system does so for it. */
const SECOND_CHUNK_BYTES = 128 * 1024;
/** For one that keeps up: reading and writing 1 MiB takes half the time of 16 times 64 KiB. */
const LARGE_CHUNK_BYTES = 1024 * 1024;
/** What the operating system takes for a client that reads nothing, and then some. */
const PROVEN_AFTER_BYTES = 8 * 1024 * 1024;
const MOST_LARGE = 64;

/** Where buffers come from. Each that is taken is given back or forgotten, once. */
export type ChunkSource = Pick<ChunkBuffers, 'sizeAfter' | 'take' | 'give' | 'forget'>;

/** Gives buffers out, and takes them back. */
export class ChunkBuffers {
  readonly #free: Uint8Array[] = [];
  /** In use or free. */
  #largeCount = 0;

  /** How many large buffers are in use. */
  get largeInUse(): number {
    return this.#largeCount - this.#free.length;
  }

  /** How large the next chunk may be for a client that has kept up so far. */
  sizeAfter(sentBytes: number): number {
    if (sentBytes < FIRST_CHUNK_BYTES) return FIRST_CHUNK_BYTES;
    return sentBytes < PROVEN_AFTER_BYTES ? SECOND_CHUNK_BYTES : LARGE_CHUNK_BYTES;
  }

  /** Gives a buffer of so many bytes, or of fewer where all large ones are in use. */
  take(bytes: number): Uint8Array {
    if (bytes <= SECOND_CHUNK_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const kept = this.#free.pop();
    if (kept !== undefined) return kept;
    if (this.#largeCount === MOST_LARGE) return Buffer.allocUnsafeSlow(SECOND_CHUNK_BYTES);
    this.#largeCount += 1;
    return Buffer.allocUnsafeSlow(LARGE_CHUNK_BYTES);
  }

  /** Takes a buffer back, to be given to somebody else. */
  give(buffer: Uint8Array): void {
    if (buffer.length === LARGE_CHUNK_BYTES) this.#free.push(buffer);
  }

  /** Takes note that a buffer is not coming back: a write that failed may have it still. */
  forget(buffer: Uint8Array): void {
    if (buffer.length === LARGE_CHUNK_BYTES) this.#largeCount -= 1;
  }
}
