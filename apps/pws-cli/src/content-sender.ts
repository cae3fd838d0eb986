/**
 * Sends content over a socket, no faster than the socket takes it.
 * Owns the buffers: two, used in turn, one filled from the file while the other is on its way.
 * They begin at 64 KiB and grow to 1 MiB for a reader that keeps up, so a slow reader costs no
 * more than 128 KiB, however large the file is.
 */
import type { Content } from '@pws/static-fs';

const FIRST_CHUNK_BYTES = 64 * 1024;
const LARGEST_CHUNK_BYTES = 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** Where the octets go; resolves when the buffers may be used again. */
export type Write = (octets: Uint8Array[]) => Promise<void>;

/**
 * Sends a head and all of the content after it. The first piece goes out together with the head.
 *
 * @param encode - puts a piece of content into the message body
 * @param sent - told of the octets of content in each write that is done
 * @throws whatever `content.read` or `write` reject with; the response is incomplete then
 */
export async function sendContent(
  head: Uint8Array[],
  content: Content,
  encode: (octets: Uint8Array) => Uint8Array[],
  write: Write,
  sent: (bytes: number) => void,
): Promise<void> {
  if (content.octets !== undefined) {
    await write([...head, ...encode(content.octets)]);
    sent(content.octets.length);
    return;
  }
  // How long it is may not be known before its end.
  let remaining = content.lengthBytes ?? Infinity;
  let chunkBytes = FIRST_CHUNK_BYTES;
  let filling = EMPTY;
  let draining = EMPTY;
  let prefix = head;
  let pending: PendingWrite | undefined;
  while (remaining > 0) {
    const wanted = Math.min(chunkBytes, remaining);
    if (filling.length < wanted) filling = Buffer.allocUnsafeSlow(wanted);
    const count = await content.read(filling.subarray(0, wanted));
    if (count === 0) break;
    if (pending !== undefined) {
      if (pending.settled) chunkBytes = Math.min(chunkBytes * 2, LARGEST_CHUNK_BYTES);
      // Its buffer is filled next: not before its octets are gone.
      await finish(pending);
    }
    pending = begin(write([...prefix, ...encode(filling.subarray(0, count))]), () => sent(count));
    prefix = [];
    remaining -= count;
    [filling, draining] = [draining, filling];
  }
  if (pending !== undefined) await finish(pending);
  else await write(prefix);
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
