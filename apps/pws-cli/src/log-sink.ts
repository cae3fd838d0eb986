/**
 * Where log lines go: standard output, without ever holding up the server.
 * Owns what happens when nobody reads: lines wait in memory up to a bound, then they are
 * dropped and counted; when the other end is gone, logging stops and serving goes on.
 */
import sonicBoom from 'sonic-boom';

/** Octets that may wait for a slow reader. */
const LONGEST_QUEUE_BYTES = 1024 * 1024;

/** Takes log lines. */
export interface LogSink {
  /** Queues text; never blocks, never throws. */
  write(text: string): void;
  /** Writes what is queued, as far as that can be done, and says how many lines were dropped. */
  close(): number;
}

/** A sink that writes to a file descriptor. */
export function createLogSink(descriptor: number): LogSink {
  const stream = new sonicBoom.SonicBoom({
    fd: descriptor,
    sync: false,
    maxLength: LONGEST_QUEUE_BYTES,
  });
  let dropped = 0;
  let broken = false;
  stream.on('drop', () => dropped++);
  // EPIPE: the reader left. EIO, ENOSPC: the terminal or the disk did.
  stream.on('error', () => {
    broken = true;
  });
  return {
    write(text) {
      if (broken) dropped++;
      else stream.write(text);
    },
    close() {
      if (!broken) {
        try {
          stream.flushSync();
        } catch {
          // The reader left just now; there is nobody to tell.
          broken = true;
        }
      }
      return dropped;
    },
  };
}
