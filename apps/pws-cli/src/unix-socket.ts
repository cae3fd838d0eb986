/**
 * A Unix socket's place in the file system.
 * Owns when a path may be taken: where nothing is, or a socket that nobody answers at (what a
 * killed program leaves behind). It refuses a path where somebody answers, where something else
 * lies, and one that the system would cut.
 *
 * Between the question whether somebody answers and the removal another program may take the
 * path; two servers that are started on one path at the same moment are not kept apart.
 */
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { CommandError } from './command-error.ts';
import type { Peer } from './exchange.ts';

/** Where a Unix socket is, and who may connect. */
export interface UnixSocket {
  /** An absolute path. */
  readonly path: string;
  /** Permissions of the socket file: to connect is to write. Default 0o600. */
  readonly mode?: number;
}

/** The other end of a Unix socket: it has no address of its own. */
export const UNIX_PEER: Peer = { address: 'unix', port: 0 };

// `sun_path` has 108 octets on Linux and 104 elsewhere, the last of them a null. A longer name
// is not refused by every version of libuv, but cut: the socket would be somewhere else.
const LONGEST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Makes sure that a socket can be bound at a path; removes what a killed program left there.
 *
 * @throws {CommandError} exit code 1, saying what is in the way
 */
export async function claimUnixPath(path: string): Promise<void> {
  const lengthBytes = Buffer.byteLength(path);
  if (lengthBytes > LONGEST_PATH_BYTES) {
    throw failure(
      path,
      `expected a path of at most ${LONGEST_PATH_BYTES} octets, got ${lengthBytes}. Choose a shorter one.`,
    );
  }
  switch (await kindAt(path)) {
    case 'nothing':
      return;
    case 'other':
      throw failure(path, 'expected a socket or nothing, but something else is there.');
    case 'socket':
      await removeStale(path);
  }
}

async function kindAt(path: string): Promise<'nothing' | 'socket' | 'other'> {
  try {
    return (await lstat(path)).isSocket() ? 'socket' : 'other';
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code !== 'ENOENT') throw failure(path, `it gave ${cause.code}.`, cause);
  }
  // Binding would say EACCES where the folder is missing.
  try {
    await lstat(dirname(path));
  } catch (cause) {
    throw failure(path, 'expected its folder to be there, but there is none.', cause);
  }
  return 'nothing';
}

async function removeStale(path: string): Promise<void> {
  const code = await answerAt(path);
  switch (code) {
    case 'ECONNREFUSED':
      try {
        await unlink(path);
      } catch (error) {
        const cause = error as NodeJS.ErrnoException;
        // Its owner was quicker.
        if (cause.code === 'ENOENT') return;
        throw failure(path, `a socket that nobody answers at cannot be removed: ${cause.code}.`);
      }
      return;
    case 'ENOENT':
      return;
    // A queue of connections that is full has an owner too.
    case 'connected':
    case 'EAGAIN':
      throw failure(path, 'it is taken: another program answers there.');
    default:
      throw failure(path, `whether another program answers there is not known: ${code}.`);
  }
}

/** What connecting gives: `connected`, or the code of the error. */
function answerAt(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/**
 * Binds with the permissions from the first moment on: changing them after binding would leave
 * a moment in which others can connect.
 *
 * @param bind - binds before it returns
 */
export function withMode(mode: number, bind: () => void): void {
  const before = process.umask(~mode & 0o777);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}

/** What could not be done with a Unix socket, for a person. */
export function failure(path: string, why: string, cause?: unknown): CommandError {
  return new CommandError(1, `--unix ${path}: ${why}`, { cause });
}
