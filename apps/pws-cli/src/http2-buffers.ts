/**
 * The buffers of one session.
 * Owns how much its streams hold at a time. A client may have a hundred of them, and what it is
 * offered waits for it until the deadline of each: where they hold much already, the next has
 * small ones.
 */
import type { ChunkBuffers, ChunkSource } from './chunk-buffers.ts';

/** As much as two streams of the fastest client have. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What one frame carries, and the least that any stream has. */
const SMALL_BYTES = 16 * 1024;

export class SessionBuffers implements ChunkSource {
  readonly #source: ChunkSource;
  #heldBytes = 0;

  constructor(source: ChunkBuffers) {
    this.#source = source;
  }

  /** How much all streams hold now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  sizeAfter(sentBytes: number): number {
    return this.#source.sizeAfter(sentBytes);
  }

  take(bytes: number): Uint8Array {
    const isMuch = this.#heldBytes + bytes > MOST_BYTES;
    const buffer = this.#source.take(isMuch ? Math.min(bytes, SMALL_BYTES) : bytes);
    this.#heldBytes += buffer.length;
    return buffer;
  }

  give(buffer: Uint8Array): void {
    this.#heldBytes -= buffer.length;
    this.#source.give(buffer);
  }

  forget(buffer: Uint8Array): void {
    this.#heldBytes -= buffer.length;
    this.#source.forget(buffer);
  }
}
