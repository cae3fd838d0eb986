/**
 * Sends content over a socket, no faster than the socket takes it.
 * Owns when what is read and written: two buffers in turn, one filled from the file while the
 * other is on its way. They are larger for a reader that keeps up; a slow one costs 256 KiB at
 * most, however large the file is.
 */
import type { Content } from '@pws/static-fs';
import { type ChunkSource, FIRST_CHUNK_BYTES } from './chunk-buffers.ts';

const EMPTY = new Uint8Array(0);

/** Where the octets go; resolves when the buffers may be used again. */
export type Write = (octets: Uint8Array[]) => Promise<void>;

/** How content is sent. */
export interface SendOptions {
  /** Puts a piece of content into the message body. */
  readonly encode: (octets: Uint8Array) => Uint8Array[];
  readonly write: Write;
  /** Told of the octets of content in each write that is done. */
  readonly sent: (bytes: number) => void;
  readonly buffers: ChunkSource;
}

/**
 * Sends a head and all of the content after it. The first piece goes out together with the head.
 *
 * @throws whatever `content.read` or `write` reject with; the response is incomplete then
 */
export async function sendContent(
  head: Uint8Array[],
  content: Content,
  { encode, write, sent, buffers }: SendOptions,
): Promise<void> {
  if (content.octets !== undefined) {
    await write([...head, ...encode(content.octets)]);
    sent(content.octets.length);
    return;
  }
  // How long it is may not be known before its end.
  let remaining = content.lengthBytes ?? Infinity;
  let sentBytes = 0;
  let chunkBytes = FIRST_CHUNK_BYTES;
  let filling: Uint8Array = EMPTY;
  let draining: Uint8Array = EMPTY;
  let prefix = head;
  let pending: PendingWrite | undefined;
  try {
    while (remaining > 0) {
      const wanted = Math.min(chunkBytes, remaining);
      if (filling.length < wanted) {
        buffers.give(filling);
        filling = buffers.take(wanted);
      }
      const count = await content.read(filling.subarray(0, Math.min(wanted, filling.length)));
      if (count === 0) break;
      if (pending !== undefined) {
        const keptUp = pending.settled;
        // Its buffer is filled next: not before its octets are gone.
        await finish(pending);
        if (keptUp) chunkBytes = buffers.sizeAfter(sentBytes);
      }
      pending = begin(write([...prefix, ...encode(filling.subarray(0, count))]), () => sent(count));
      prefix = [];
      remaining -= count;
      sentBytes += count;
      [filling, draining] = [draining, filling];
    }
    if (pending !== undefined) await finish(pending);
    else await write(prefix);
    buffers.give(draining);
    buffers.give(filling);
  } catch (error) {
    // Security: a read that was given up may still be written into its buffer.
    buffers.forget(draining);
    buffers.forget(filling);
    throw error;
  }
}

interface PendingWrite {
  settled: boolean;
  failure: Error | undefined;
  /** Never rejects: a failure while nobody waits must not go unheard. */
  readonly done: Promise<void>;
}

function begin(written: Promise<void>, sent: () => void): PendingWrite {
  const pending: PendingWrite = {
    settled: false,
    failure: undefined,
    done: written.then(
      () => {
        pending.settled = true;
        sent();
      },
      (error: unknown) => {
        pending.failure = error as Error;
      },
    ),
  };
  return pending;
}

async function finish(pending: PendingWrite): Promise<void> {
  await pending.done;
  if (pending.failure !== undefined) throw pending.failure;
}
