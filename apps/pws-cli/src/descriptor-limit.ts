/**
 * How many descriptors this process may have, and how many connections that is good for.
 */
import { readFileSync } from 'node:fs';

/** What is not for connections: listeners, log, modules, threads. */
const KEPT_BACK = 64;
const MOST_CONNECTIONS = 4096;

/**
 * How many connections may be open at a time: each may need a descriptor for itself and one for
 * the file that it is sent, and 4096 at most.
 *
 * @param descriptors - how many this process may have; `undefined` where that is not known
 */
export function connectionsFor(descriptors: number | undefined): number {
  if (descriptors === undefined) return MOST_CONNECTIONS;
  return Math.max(1, Math.min(MOST_CONNECTIONS, Math.floor((descriptors - KEPT_BACK) / 2)));
}

/** How many connections this process may have where nobody says how many. */
export function ownConnections(): number {
  return connectionsFor(descriptorLimit());
}

/** The limit of this process, from the kernel; `undefined` where that does not tell. */
export function descriptorLimit(): number | undefined {
  try {
    const [, soft] =
      /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined; // another system than Linux
  }
}
