// Whether the disk of this machine may be waited for on the spot. What lies in the memory of the
// system comes in ten microseconds, where a trip through the threads takes a hundred; what has to be
// fetched takes as long as the disk does, and all connections would wait. Nobody tells which it will
// be, so each look is timed: after a slow one the threads are asked for a while. It has no clock: it
// is told the time.
//
// A look is slow for once where another process had the core meanwhile: of 10,000 looks on one core
// some 50 were, for two milliseconds. So the first slow one counts little, and those that follow each
// other closely more and more: where one look in 64 is slow, at most one part in sixty of the time is
// waited for here. Who asks for quick ones on purpose gets a third, of a disk that is that slow.

/** A look that takes longer was no look into memory, in milliseconds. */
const QUICK_MS = 0.2;

/** How many times as long as a slow look took the threads are asked: first, and at most. */
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 64;
/** By how much that grows where one slow look follows another. */
const GROWTH = 4;
/** How many quick looks in a row show that the last slow one was one for once. */
const CALM_LOOKS = 16;

/** How quick the disk was lately. */
export class DiskPace {
  readonly #now: () => number;
  #pausedUntilMs = -Infinity;
  #beganMs = 0;
  #pause = FIRST_PAUSE;
  /** How many looks were quick since the last one that was not. */
  #quickLooks = 0;

  /**
   * @param now - Gives a time that only goes forward, in milliseconds and small parts of one.
   */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins a look, where there may be one now: whoever was told so ends it. */
  begin(): boolean {
    this.#beganMs = this.#now();
    return this.#beganMs >= this.#pausedUntilMs;
  }

  /** Ends the look that was begun. */
  end(): void {
    const endedMs = this.#now();
    const tookMs = endedMs - this.#beganMs;
    if (tookMs <= QUICK_MS) {
      this.#quickLooks += 1;
      if (this.#quickLooks === CALM_LOOKS) this.#pause = FIRST_PAUSE;
      return;
    }
    this.#quickLooks = 0;
    this.#pausedUntilMs = endedMs + tookMs * this.#pause;
    this.#pause = Math.min(this.#pause * GROWTH, LONGEST_PAUSE);
  }
}
