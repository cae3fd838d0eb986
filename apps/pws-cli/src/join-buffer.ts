/**
 * A buffer in which the pieces of a small write are joined.
 * Owns that the same memory is used for one write after the other, as long as the system takes each
 * at once: it stays in the processor's cache, and nothing is left for the collector. Where each
 * answer was another file of 1 kB, to make new buffers was 3 % of the work, besides collecting them.
 */

/** More is written piece by piece: to copy it would cost more than it saves. */
const MOST_BYTES = 6 * 1024;
const MOST_VIEWS = 256;

export class JoinBuffer {
  #octets: Buffer | undefined;
  /** Views of the first octets, by how many they are: to make one costs as much as to copy 1 kB. */
  #views = new Map<number, Uint8Array>();

  /**
   * The pieces as one, which is written over by the next; `undefined` where they are too many octets.
   */
  join(pieces: readonly Uint8Array[]): Uint8Array | undefined {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    if (length > MOST_BYTES) return undefined;
    this.#octets ??= Buffer.allocUnsafeSlow(MOST_BYTES);
    let at = 0;
    for (const piece of pieces) {
      this.#octets.set(piece, at);
      at += piece.length;
    }
    let view = this.#views.get(length);
    if (view === undefined) {
      view = this.#octets.subarray(0, length);
      if (this.#views.size >= MOST_VIEWS) this.#views.clear();
      this.#views.set(length, view);
    }
    return view;
  }

  /** Leaves what was joined last as it is, for a write that is on its way. */
  giveAway(): void {
    this.#octets = undefined;
    this.#views.clear();
  }
}
