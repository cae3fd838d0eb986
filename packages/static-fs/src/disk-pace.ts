// Whether the disk of this machine may be waited for on the spot. What lies in the memory of the
// system comes in ten microseconds, where a trip through the threads takes a hundred; what has to be
// fetched takes as long as the disk does, and all connections would wait. Nobody tells which it will
// be, so each look is timed: after a slow one the threads are asked for a while. It has no clock: it
// is told the time.
//
// A look is slow for once where another process had the core meanwhile: of 10,000 looks on one core
// some 50 were, for two milliseconds. So the first slow one counts little, and those that follow each
// other closely more and more: where one look in sixteen is slow, at most one part in sixty of the
// time is waited for here. Where fewer are, or quick ones are asked for on purpose, up to a third.
//
// Security: many looks that are quick are slow together. Of a thousand requests that one client sent
// at once nobody else would have a turn before the last was answered; so of one turn of the event loop
// the looks take a few milliseconds at most, and the next one goes through the threads, which ends it.

/** A look that takes longer was no look into memory, in milliseconds. */
const QUICK_MS = 0.2;

/** How many times as long as a slow look took the threads are asked: first, and at most. */
const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 64;
/** By how much that grows where one slow look follows another. */
const GROWTH = 4;
/** How many quick looks in a row show that the last slow one was one for once. */
const CALM_LOOKS = 16;

/** How long all looks of one turn may take, in milliseconds, the last one besides. */
const MOST_IN_A_TURN_MS = 5;

/** How quick the disk was lately. */
export class DiskPace {
  readonly #now: () => number;
  readonly #afterTurn: (callback: () => void) => void;
  #pausedUntilMs = -Infinity;
  #beganMs = 0;
  #pause = FIRST_PAUSE;
  /** How many looks were quick since the last one that was not. */
  #quickLooks = 0;
  /** How long the looks of this turn took, and whether there were any. */
  #turnMs = 0;
  #isTurnCounted = false;

  /**
   * @param now - Gives a time that only goes forward, in milliseconds and small parts of one.
   * @param afterTurn - Calls back when everybody else has had a turn of the event loop.
   */
  constructor(now: () => number, afterTurn: (callback: () => void) => void) {
    this.#now = now;
    this.#afterTurn = afterTurn;
  }

  /** Begins a look, where there may be one now: whoever was told so ends it. */
  begin(): boolean {
    if (this.#turnMs >= MOST_IN_A_TURN_MS) return false;
    this.#beganMs = this.#now();
    return this.#beganMs >= this.#pausedUntilMs;
  }

  /** Ends the look that was begun. */
  end(): void {
    const endedMs = this.#now();
    const tookMs = endedMs - this.#beganMs;
    this.#countTurn(tookMs);
    if (tookMs <= QUICK_MS) {
      this.#quickLooks += 1;
      if (this.#quickLooks === CALM_LOOKS) this.#pause = FIRST_PAUSE;
      return;
    }
    this.#quickLooks = 0;
    this.#pausedUntilMs = endedMs + tookMs * this.#pause;
    this.#pause = Math.min(this.#pause * GROWTH, LONGEST_PAUSE);
  }

  #countTurn(tookMs: number): void {
    this.#turnMs += tookMs;
    if (this.#isTurnCounted) return;
    this.#isTurnCounted = true;
    this.#afterTurn(() => {
      this.#turnMs = 0;
      this.#isTurnCounted = false;
    });
  }
}
