/**
 * How a person or a supervisor stops the server.
 * Owns what the signals mean: the first SIGINT or SIGTERM asks, the second insists.
 */

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** Exit codes after a second signal, as shells count them: 128 plus the signal's number. */
const INSISTED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Listens for signals.
 *
 * @param stop - called at the first one
 * @param insist - called at each further one with the exit code
 */
export function onStopSignals(
  source: SignalSource,
  stop: (signal: 'SIGINT' | 'SIGTERM') => void,
  insist: (exitCode: number) => void,
): void {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    source.on(signal, () => {
      if (asked) return insist(INSISTED[signal]);
      asked = true;
      stop(signal);
    });
  }
}
