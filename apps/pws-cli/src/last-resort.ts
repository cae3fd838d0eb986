/**
 * What becomes of the program when something fails that nobody waits for: an exception or a
 * rejection that reached the event loop.
 * Owns that it never limps on. What the process knows may be wrong from then on, so it is told,
 * exchanges under way may finish as in any stop, and the exit code says that there is a defect:
 * whoever watches the program starts it again. A defect of one exchange is caught where that is
 * answered, and ends that alone.
 */

import type { ServerConfig } from './config.ts';

/** EX_SOFTWARE of sysexits.h. */
const DEFECT_EXIT = 70;

/** The part of `process` that is needed. */
export interface DefectSource {
  // Rejections that nobody handles come so too.
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
}

/** What is done then. */
export interface LastResort {
  /** Tells the person. */
  readonly tell: (error: unknown) => void;
  /** Begins to stop. */
  readonly stop: (exitCode: number) => void;
  /** Ends at once: what stops is not to be relied on either. */
  readonly exit: (exitCode: number) => void;
  /** How long the stop may take, in milliseconds. */
  readonly patienceMs: () => number;
  /** Calls later, unless the process ends before. */
  readonly schedule: (action: () => void, delayMs: number) => void;
}

/** How much longer than it was given a process may take to end. */
const PATIENCE_MS = 5000;

/** How long a process that stops may take, in milliseconds, before it is ended. */
export function patienceOf({
  drainDelayMs,
  graceMs,
}: Pick<ServerConfig, 'drainDelayMs' | 'graceMs'>): number {
  return drainDelayMs + graceMs + PATIENCE_MS;
}

/** Listens for defects; the second one ends the program at once. */
export function onDefect(source: DefectSource, resort: LastResort): void {
  let stops = false;
  source.on('uncaughtException', (error) => {
    resort.tell(error);
    if (stops) return resort.exit(DEFECT_EXIT);
    stops = true;
    resort.schedule(() => resort.exit(DEFECT_EXIT), resort.patienceMs());
    resort.stop(DEFECT_EXIT);
  });
}
