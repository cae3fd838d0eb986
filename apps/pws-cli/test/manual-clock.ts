/** A clock for tests: time goes on when it is told to, and those who keep deadlines hear of it. */
import type { CoarseClock } from '../src/coarse-clock.ts';

export class ManualClock implements CoarseClock {
  nowMs = 0;
  readonly #listeners: ((nowMs: number) => void)[] = [];

  onTick(tick: (nowMs: number) => void): void {
    this.#listeners.push(tick);
  }

  stop(): void {
    this.#listeners.length = 0;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.nowMs += ms;
    for (const tick of this.#listeners) tick(this.nowMs);
  }
}
