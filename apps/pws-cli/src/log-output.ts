/**
 * Writes octets to a descriptor without ever holding up the server.
 * Owns the difference between what can be waited for (a pipe, a socket) and what cannot (a file, a
 * terminal), and what a failure means. Whose lines they are is the business of log-sink.ts.
 *
 * Not `process.stdout`: its writes to a file or a terminal wait until they are done. A pipe is
 * written to at once as far as it takes octets, a file by the thread pool. A terminal that is stopped
 * (Ctrl+S) or not read would hold a thread of that pool, and the process at its end: it is opened
 * anew, for writes that do not wait.
 */
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';

/** Why octets are not out. */
export interface OutputFailure {
  readonly error: Error;
  /**
   * `busy`: there is no room at the moment. `failed`: a later attempt may do better, since a full
   * disk may be emptied. `gone`: none can, since the reader is not there any more.
   */
  readonly kind: 'busy' | 'failed' | 'gone';
}

/** Told how many octets are out, and why not all of them where not all are. */
export type Written = (writtenBytes: number, failure?: OutputFailure) => void;

/** Takes octets, one piece at a time. */
export interface LogOutput {
  /**
   * Writes a piece; never throws. The next one may come when `written` has been called, which may be
   * before this returns; from then on the octets may be written over.
   */
  write(octets: Uint8Array, written: Written): void;
}

/** The output that fits a descriptor. */
export function openOutput(descriptor: number): LogOutput {
  if (isatty(descriptor)) return fileOutput(openTerminal(descriptor));
  // As bigint: Node keeps the other form of the last answer, and where that is a pipe, its loader
  // takes links in paths for no links (Node 20), so that a module loaded later is not found.
  const kind = fstatSync(descriptor, { bigint: true });
  if (!kind.isFIFO() && !kind.isSocket()) return fileOutput(descriptor);
  // On Windows a pipe has no writes that do not wait but those of a socket.
  return process.platform === 'win32' ? socketOutput(descriptor) : pipeOutput(descriptor);
}

/** A description of its own: who else has the terminal open must not find it changed. */
function openTerminal(descriptor: number): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    // Only Linux opens anew by that name. Elsewhere a stopped terminal holds a thread.
    return descriptor;
  }
}

const FULL: OutputFailure = { error: new Error('the pipe is full'), kind: 'busy' };

/**
 * Not by a socket, which would have octets in hand to the end of the turn of the event loop: what
 * waits could not be written before, though the reader may have made room long ago.
 */
function pipeOutput(descriptor: number): LogOutput {
  // Made for one thing: from here on writes to the descriptor do not wait.
  new Socket({ fd: descriptor, readable: false, writable: true });
  return {
    write(octets, written) {
      let bytes: number;
      try {
        bytes = writeSync(descriptor, octets);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Else it is EPIPE: the reader left.
        const kind = code === 'EAGAIN' ? 'busy' : 'gone';
        return written(0, { error: error as Error, kind });
      }
      // Where it took a part it is full: to be told so by an exception takes longer than a write.
      if (bytes < octets.length) written(bytes, FULL);
      else written(bytes);
    },
  };
}

function socketOutput(descriptor: number): LogOutput {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  // EPIPE: the reader left. Each write is told by itself.
  socket.on('error', () => undefined);
  return {
    write(octets, written) {
      socket.write(octets, (error) => {
        if (error) written(0, { error, kind: 'gone' });
        else written(octets.length);
      });
    },
  };
}

function fileOutput(descriptor: number): LogOutput {
  // A nearly full disk takes a part; the next attempt says why it takes no more.
  const writeFrom = (octets: Uint8Array, offset: number, written: Written): void => {
    write(descriptor, octets, offset, octets.length - offset, null, (error, bytes) => {
      if (error) {
        return written(offset, { error, kind: error.code === 'EAGAIN' ? 'busy' : 'failed' });
      }
      const end = offset + bytes;
      if (end < octets.length) writeFrom(octets, end, written);
      else written(end);
    });
  };
  return { write: (octets, written) => writeFrom(octets, 0, written) };
}
