/**
 * How a person or a supervisor stops the server, or has it read its configuration again.
 * Owns what the signals mean: the first SIGINT or SIGTERM asks, the second insists; SIGHUP asks to
 * read again, unless it says that the terminal is gone.
 */

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
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

/** The standard streams: any of them may be a terminal. */
const STREAMS = [0, 1, 2] as const;

/**
 * Listens for SIGHUP. Windows has another meaning for it, which stays: its window was closed.
 *
 * A program in the foreground gets SIGHUP too when its terminal is closed, and should not live on
 * where nobody sees it. Then what was a terminal at the start is none any more.
 *
 * @param isTerminal - tells whether a descriptor is a terminal now
 * @param reload - called where a person or a supervisor sent it
 * @param leave - called once, where the terminal is gone
 */
export function onReloadSignal(
  source: SignalSource,
  isTerminal: (descriptor: number) => boolean,
  reload: () => void,
  leave: () => void,
): void {
  if (process.platform === 'win32') return;
  const terminals = STREAMS.filter(isTerminal);
  let left = false;
  source.on('SIGHUP', () => {
    if (terminals.every(isTerminal)) return reload();
    // The kernel says so, and the shell may too.
    if (left) return;
    left = true;
    leave();
  });
}
