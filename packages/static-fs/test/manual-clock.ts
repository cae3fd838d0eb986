// A clock that goes when the test says so: for everything that is told when a time is over.

export class ManualClock {
  nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  /** How many times were asked for, ever. */
  askedCount = 0;

  /** How many times are neither over nor called off. */
  get runningCount(): number {
    return this.#timers.size;
  }

  readonly afterMs = (ms: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + ms, callback };
    this.askedCount += 1;
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Lets time pass, and everything happen that waits for it or for nothing but promises. */
  async pass(ms: number): Promise<void> {
    await settle();
    this.nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await settle();
  }
}

/** Lets everything happen that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
