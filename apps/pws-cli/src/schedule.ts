/** Later, by the clock of the process. */

/** Calls an action after so many milliseconds; gives what calls that off. */
export type Schedule = (action: () => void, delayMs: number) => () => void;

export const schedule: Schedule = (action, delayMs) => {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
};
