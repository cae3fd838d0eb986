/**
 * The time of this turn of the event loop: asked of the system once, by the first who needs it.
 * Owns how old it can be: what is at hand in one turn is done in a few milliseconds, and what comes
 * in the next has a time of its own. Each answer needs it four times, at 40 ns each.
 */

/** A clock that is looked at once in a turn. */
export class TurnClock {
  #epochMs = 0;
  #monotonicMs = 0;
  #isRead = false;
  readonly #forget = (): void => {
    this.#isRead = false;
  };

  /** Milliseconds since 1970. */
  readonly now = (): number => {
    if (!this.#isRead) this.#read();
    return this.#epochMs;
  };

  /** Milliseconds, never going back. */
  readonly monotonicMs = (): number => {
    if (!this.#isRead) this.#read();
    return this.#monotonicMs;
  };

  // Where an immediate is waiting, the event loop does not wait for anything else: what is read
  // between two of its phases is not old when the next one comes.
  #read(): void {
    this.#epochMs = Date.now();
    this.#monotonicMs = performance.now();
    this.#isRead = true;
    setImmediate(this.#forget);
  }
}
