/**
 * Sockets that listen already when the program starts: systemd's, or those of whoever follows
 * its protocol (sd_listen_fds(3)). Such a socket outlives the program, so that connections wait
 * in its queue while the program is restarted.
 * Owns what LISTEN_PID and LISTEN_FDS mean. LISTEN_FDNAMES is not read: all sockets are served
 * alike.
 */
import { CommandError } from './command-error.ts';
import { parseInteger } from './option-values.ts';

/** The first descriptor behind the three standard streams. */
const FIRST_DESCRIPTOR = 3;

/** The variables of the protocol: they are for one process, and not for those that it starts. */
export const ACTIVATION_VARIABLES = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const;

/**
 * The descriptors of the sockets that were handed over; none where nobody did, or to another
 * process.
 *
 * @param env - the environment
 * @param pid - of this process
 * @throws {CommandError} exit code 2 for a number of sockets that is none
 */
export function inheritedDescriptors(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly number[] {
  const { LISTEN_PID: forPid, LISTEN_FDS: text } = env;
  // A program in between (a package script, a shell) keeps the variables and has another number.
  if (text === undefined || forPid !== String(pid)) return [];
  const count = parseInteger(text, 1, 1024);
  if (count === undefined) {
    const got = JSON.stringify(text);
    throw new CommandError(2, `LISTEN_FDS: expected a number from 1 to 1024, got ${got}`);
  }
  return Array.from({ length: count }, (_, index) => FIRST_DESCRIPTOR + index);
}
