/**
 * Ends the process, also where a disk hangs.
 * Owns that the end does not wait for what may never come: `process.exit()` waits until every thread
 * has done what it does, and a thread in a call to a disk that is gone does it for ever. No exit
 * code can be given then.
 */
import { setTimeout as elapsed } from 'node:timers/promises';

/** How long calls of the disk may take once nobody waits for their answers, in milliseconds. */
const LAST_CALLS_MS = 500;
const LOOK_MS = 10;

/**
 * Ends the process with an exit code; with SIGKILL where the disk hangs.
 *
 * @param tell - tells the person that it hangs
 */
export async function endProcess(exitCode: number, tell: () => Promise<unknown>): Promise<never> {
  for (let waitedMs = 0; asksTheDisk() && waitedMs < LAST_CALLS_MS; waitedMs += LOOK_MS) {
    // Until they are back, or too late.
    // oxlint-disable-next-line no-await-in-loop
    await elapsed(LOOK_MS);
  }
  if (!asksTheDisk()) process.exit(exitCode);
  await tell();
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

/** Whether a thread is in a call of the file system. */
function asksTheDisk(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(?:FSReq|FileHandleCloseReq)/.test(name));
}
