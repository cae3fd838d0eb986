/**
 * When a worker that crashed is followed by another one.
 * Owns the back-off and the moment to give up. Pure: the time is given.
 */

/** A worker that ended without having been asked. */
export interface Crash {
  /** When, on a clock that never goes back, in milliseconds. */
  readonly atMs: number;
  /** Whether it had been ready. */
  readonly wasReady: boolean;
}

/** What has happened so far. */
export interface CrashHistory {
  /** Oldest first, with the one in question. */
  readonly crashes: readonly Crash[];
  /** How many other workers are ready now. */
  readonly readyCount: number;
  readonly nowMs: number;
}

/** What counts as happening now. */
export const WINDOW_MS = 60_000;
/** So many that end before they are ready, with none that serves: another would end like them. */
export const MOST_IN_VAIN = 5;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * How long to wait with the next worker: 100 ms after the first crash in a minute, twice as long
 * after each further one, 10 s at most. Whoever serves keeps being served: it is only given up
 * when no worker is ready and the last five were not ready either.
 *
 * @returns milliseconds
 */
export function decideRestart({ crashes, readyCount, nowMs }: CrashHistory): number | 'give-up' {
  const recent = crashes.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
  const inVain = recent.length - 1 - recent.findLastIndex(({ wasReady }) => wasReady);
  if (readyCount === 0 && inVain >= MOST_IN_VAIN) return 'give-up';
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, recent.length - 1), LONGEST_DELAY_MS);
}
