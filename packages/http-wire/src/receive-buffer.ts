/**
 * The octets that were received and not yet read, contiguous.
 * Owns when octets are copied: never for a message that arrives in one piece, and amortized
 * once for each octet however small the pieces are. Octets that were handed out as views are
 * never written over.
 */
import { allocate } from './octets.ts';

const EMPTY = new Uint8Array(0);
const SMALLEST = 512;
const FEW = 8;

/** A queue of octets. */
export class ReceiveBuffer {
  /** Where the octets lie; they may lie elsewhere after {@link ReceiveBuffer.append}. */
  octets: Uint8Array = EMPTY;
  /** Index of the first octet not yet read. */
  start = 0;
  /** Index behind the last octet. */
  end = 0;
  /** Offset of `octets[start]` from the first octet received. */
  streamOffset = 0;
  /** Whether `octets` was made here, so that the room behind `end` may be written. */
  #own = false;

  /** How many octets are held. */
  get length(): number {
    return this.end - this.start;
  }

  /** Adds octets. They are kept without a copy while nothing else is held. */
  append(octets: Uint8Array): void {
    if (octets.length === 0) return;
    const held = this.end - this.start;
    if (held === 0) {
      this.octets = octets;
      this.start = 0;
      this.end = octets.length;
      this.#own = false;
      return;
    }
    const needed = held + octets.length;
    if (!this.#own || this.octets.length - this.end < octets.length) {
      this.#moveInto(allocate(Math.max(SMALLEST, needed * 2)));
    }
    this.#copyToEnd(octets);
    this.end += octets.length;
  }

  /** Copies what is held, unless it is a copy already: whoever gave it may write over it then. */
  own(): void {
    const held = this.end - this.start;
    if (this.#own || held === 0) return;
    this.#moveInto(allocate(Math.max(SMALLEST, held * 2)));
  }

  /** Marks the first `count` octets as read. */
  skip(count: number): void {
    this.start += count;
    this.streamOffset += count;
    if (this.start === this.end) this.#release();
  }

  /** Takes the first `count` octets out, as a view. */
  take(count: number): Uint8Array {
    const view = this.octets.subarray(this.start, this.start + count);
    this.skip(count);
    return view;
  }

  #moveInto(room: Uint8Array): void {
    const held = this.end - this.start;
    room.set(this.octets.subarray(this.start, this.end));
    this.octets = room;
    this.start = 0;
    this.end = held;
    this.#own = true;
  }

  /** One by one where they are few: with set() a head octet by octet takes a third more time. */
  #copyToEnd(octets: Uint8Array): void {
    if (octets.length > FEW) {
      this.octets.set(octets, this.end);
      return;
    }
    for (let at = 0; at < octets.length; at++) {
      this.octets[this.end + at] = octets[at] as number;
    }
  }

  #release(): void {
    this.octets = EMPTY;
    this.start = 0;
    this.end = 0;
    this.#own = false;
  }
}
