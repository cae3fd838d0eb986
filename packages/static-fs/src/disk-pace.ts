// Whether the disk of this machine may be waited for on the spot. What lies in the memory of the
// system comes in ten microseconds, where a trip through the threads takes a hundred; what has to be
// fetched takes as long as the disk does, and all connections would wait. Nobody tells which it will
// be, so each look is timed: after a slow one the threads are asked for a while. It has no clock: it
// is told the time.
//
// A look is slow, too, where somebody else had the core meanwhile, or its own code had not been
// compiled yet: on a slow machine each third was in the first second of a server, and hardly one for
// the disk. Asking the threads makes that worse, since they want the core as well. Where the system
// tells how long this thread ran or waited for a core, that is no part of what a look took.
//
// Where it does not, a look is slow for once every now and then: of 10,000 looks on one core some 50
// were, for two milliseconds. So the first slow one counts little, and those that follow each other
// closely more and more: where one look in sixteen is slow, at most one part in sixty of the time is
// waited for here. Where fewer are, or quick ones are asked for on purpose, up to a third.
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

/** What tells the time, and when a turn is over. */
export interface DiskPaceOptions {
  /** Gives a time that only goes forward, in milliseconds and small parts of one. */
  readonly now: () => number;
  /** Calls back when everybody else has had a turn of the event loop. */
  readonly afterTurn: (callback: () => void) => void;
  /**
   * Gives how long this thread has run so far, or could have and had no core, in milliseconds and
   * small parts of one; `undefined` where that is not known.
   */
  readonly busyMs: () => number | undefined;
}

/** How quick the disk was lately. */
export class DiskPace {
  readonly #now: () => number;
  readonly #afterTurn: (callback: () => void) => void;
  readonly #busyMs: () => number | undefined;
  #pausedUntilMs = -Infinity;
  #beganMs = 0;
  #pause = FIRST_PAUSE;
  /** How many looks were quick since the last one that was not. */
  #quickLooks = 0;
  /** How long the looks of this turn took, and whether there were any. */
  #turnMs = 0;
  #isTurnCounted = false;
  /** How long this thread had slept when it was last asked in this turn; `undefined`: not known. */
  #sleptMs: number | undefined;

  constructor({ now, afterTurn, busyMs }: DiskPaceOptions) {
    this.#now = now;
    this.#afterTurn = afterTurn;
    this.#busyMs = busyMs;
  }

  /** Begins a look, where there may be one now: whoever was told so ends it. */
  begin(): boolean {
    if (this.#turnMs >= MOST_IN_A_TURN_MS) return false;
    this.#beganMs = this.#now();
    if (this.#beganMs < this.#pausedUntilMs) return false;
    if (!this.#isTurnCounted) this.#beginTurn();
    return true;
  }

  /** Ends the look that was begun. */
  end(): void {
    const endedMs = this.#now();
    const tookMs = endedMs - this.#beganMs;
    this.#turnMs += tookMs;
    const waitedMs = tookMs <= QUICK_MS ? tookMs : this.#waitedMs(tookMs);
    if (waitedMs <= QUICK_MS) {
      this.#quickLooks += 1;
      if (this.#quickLooks === CALM_LOOKS) this.#pause = FIRST_PAUSE;
      return;
    }
    this.#quickLooks = 0;
    this.#pausedUntilMs = endedMs + waitedMs * this.#pause;
    this.#pause = Math.min(this.#pause * GROWTH, LONGEST_PAUSE);
  }

  // One question for all looks of a turn, and one more for each that is slow: it takes three
  // microseconds or more. Between two looks of a turn nobody sleeps.
  #beginTurn(): void {
    this.#isTurnCounted = true;
    this.#sleptMs = this.#sleepMs();
    this.#afterTurn(() => {
      this.#turnMs = 0;
      this.#isTurnCounted = false;
    });
  }

  /** How much of what a look took the disk was waited for. */
  #waitedMs(tookMs: number): number {
    const before = this.#sleptMs;
    this.#sleptMs = this.#sleepMs();
    if (before === undefined || this.#sleptMs === undefined) return tookMs;
    return Math.min(tookMs, this.#sleptMs - before);
  }

  /** How long this thread has slept, from some moment on. */
  #sleepMs(): number | undefined {
    const busyMs = this.#busyMs();
    return busyMs === undefined ? undefined : this.#now() - busyMs;
  }
}
