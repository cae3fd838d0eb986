// How long a thread has had something to do, as Linux counts it (proc_pid_schedstat(5)): nanoseconds
// on a core, nanoseconds of waiting for one, and how often it was given one. What remains of the time
// by the clock it slept. Owns the descriptor through which that is read: one for as long as the
// thread lives, since to open it anew takes more than all the rest.

import { closeSync, openSync, readSync } from 'node:fs';
import { cpuUsage, platform } from 'node:process';

/** Three numbers of at most 20 digits. */
const text = Buffer.alloc(64);
const NANOS_IN_MS = 1e6;

/** `undefined` before the first question, `null` where the system does not say. */
let descriptor: number | null | undefined;

/**
 * Gives how long this thread has run so far, or could have and had no core, in milliseconds;
 * `undefined` where the system does not say. Takes three microseconds or some more.
 */
export function threadBusyMs(): number | undefined {
  if (descriptor === undefined) descriptor = openCounts();
  if (descriptor === null) return undefined;
  // The kernel adds up at ticks, some milliseconds apart, and whenever it is asked this.
  cpuUsage();
  return readBusyMs(descriptor);
}

function openCounts(): number | null {
  if (platform !== 'linux') return null;
  try {
    const opened = openSync('/proc/thread-self/schedstat', 'r');
    // A kernel that is built without says that nothing ever ran.
    if (readBusyMs(opened) > 0) return opened;
    closeSync(opened);
    return null;
  } catch {
    return null; // /proc is not mounted, the kernel does not count, or this may not be read
  }
}

function readBusyMs(from: number): number {
  const bytes = readSync(from, text, 0, text.length, 0);
  const [ran, waited] = text.toString('latin1', 0, bytes).split(' ');
  return (Number(ran) + Number(waited)) / NANOS_IN_MS;
}
