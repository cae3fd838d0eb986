/**
 * How long a server is asked before it is measured: until what is compiled while it runs is compiled,
 * and what it keeps in memory is there. Pure.
 */

/** The least, and how much more at a time, in seconds. */
const STEP_SECONDS = 2;
const MOST_SECONDS = 20;
/**
 * How often each file was asked for on average, when all but one of 150 were at least once: at random
 * some wait long.
 */
const ASKED_EACH = 5;

/**
 * Warms a server up.
 *
 * @param files - how many there are of which one is asked for at random; 1 where it is always the same
 * @param ask - lets requests go for some seconds, and says how many were answered; `undefined` where
 *   the server is gone
 */
export async function warmUp(
  files: number,
  ask: (seconds: number) => Promise<number | undefined>,
): Promise<void> {
  const wanted = files === 1 ? 0 : ASKED_EACH * files;
  let answered = 0;
  for (let seconds = 0; seconds < MOST_SECONDS; seconds += STEP_SECONDS) {
    const more = await ask(STEP_SECONDS);
    if (more === undefined) return;
    answered += more;
    if (answered >= wanted) return;
  }
}
