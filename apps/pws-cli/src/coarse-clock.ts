/**
 * One coarse clock for all deadlines of all connections.
 * Owns the only timer that they need: a timer of its own for each connection would be set and
 * cleared with every request. It counts time in which the server could have noticed something: a
 * stall (a blocked event loop, a suspended machine) counts as one tick, so that clients are not
 * blamed for what the server missed.
 */

/** Between two ticks, in milliseconds: how exactly deadlines are kept. */
const TICK_MS = 500;

/** A clock that goes in steps. */
export interface CoarseClock {
  /** Milliseconds since it was started, stalls left out. */
  readonly nowMs: number;
  /** Calls back at each tick, until it is stopped. */
  onTick(tick: (nowMs: number) => void): void;
  /** Stops it. */
  stop(): void;
}

/**
 * Starts the clock. It keeps no process alive.
 *
 * @param monotonicMs - milliseconds, never going back
 */
export function startCoarseClock(monotonicMs: () => number): CoarseClock {
  const listeners: ((nowMs: number) => void)[] = [];
  let lastMs = monotonicMs();
  let nowMs = 0;
  const timer = setInterval(() => {
    const currentMs = monotonicMs();
    nowMs += Math.min(currentMs - lastMs, 2 * TICK_MS);
    lastMs = currentMs;
    for (const tick of listeners) tick(nowMs);
  }, TICK_MS);
  timer.unref();
  return {
    get nowMs() {
      return nowMs;
    },
    onTick: (tick) => listeners.push(tick),
    stop: () => clearInterval(timer),
  };
}
