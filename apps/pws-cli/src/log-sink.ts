/**
 * Where log lines go: a file descriptor, without ever holding up the server.
 * Owns what happens when nobody reads: lines wait in memory up to a bound, then they are
 * dropped and counted; when the other end is gone, logging stops and serving goes on.
 */
import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Octets that may wait for a slow reader. */
const LONGEST_QUEUE_BYTES = 1024 * 1024;
/** How long the last lines may take when the server stops. */
const LAST_LINES_MS = 500;

/** Takes log lines. */
export interface LogSink {
  /** Queues a line with its line end; never blocks, never throws. */
  write(line: string): void;
  /**
   * Waits until the queued lines are out, half a second at most.
   *
   * @returns how many lines were dropped in all
   */
  flush(): Promise<number>;
}

/** A sink that writes to a file descriptor. */
export function createLogSink(descriptor: number): LogSink {
  const stream = openStream(descriptor);
  let queued = 0;
  let dropped = 0;
  let broken = false;
  let flushed: (() => void) | undefined;
  // EPIPE: the reader left. EIO, ENOSPC: the terminal or the disk did.
  stream.on('error', () => {
    broken = true;
  });
  const settle = (error: Error | null | undefined): void => {
    queued--;
    if (error) dropped++;
    if (queued === 0) flushed?.();
  };
  return {
    write(line) {
      if (broken || stream.writableLength > LONGEST_QUEUE_BYTES) {
        dropped++;
        return;
      }
      queued++;
      stream.write(line, settle);
    },
    async flush() {
      if (queued > 0) {
        await new Promise<void>((resolve) => {
          flushed = resolve;
          setTimeout(resolve, LAST_LINES_MS).unref();
        });
      }
      return dropped + queued;
    },
  };
}

/**
 * Not `process.stdout`: its writes to a file wait for the disk. A pipe is written to without
 * blocking by a socket, a file by the thread pool; a full pipe there would hold a thread, and
 * the process at its end.
 */
function openStream(descriptor: number): Writable {
  const kind = fstatSync(descriptor);
  return kind.isFIFO() || kind.isSocket()
    ? new Socket({ fd: descriptor, readable: false, writable: true })
    : createWriteStream('', { fd: descriptor, autoClose: false });
}
