/**
 * Sends content over a socket, no faster than the socket takes it.
 * Owns when what is read and written: two buffers in turn, one filled from the file while the
 * other is on its way. They are larger for a reader that keeps up; a slow one costs 256 KiB at
 * most, however large the file is. What the site has in memory goes as it is, a piece at a time.
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
  await new Sending(head, content, { encode, write, sent, buffers }).run();
}

/** Content on its way, a chunk at a time. */
class Sending {
  readonly #content: Content;
  readonly #options: SendOptions;
  /** What goes out before the next chunk: the head. */
  #prefix: Uint8Array[];
  /** How long it is may not be known before its end. */
  #remaining: number;
  #sentBytes = 0;
  #chunkBytes = FIRST_CHUNK_BYTES;
  /** The buffer to be read into next, and the one whose octets are on their way. */
  #filling: Uint8Array = EMPTY;
  #draining: Uint8Array = EMPTY;
  #pending: PendingWrite | undefined;

  constructor(head: Uint8Array[], content: Content, options: SendOptions) {
    this.#prefix = head;
    this.#content = content;
    this.#options = options;
    this.#remaining = content.lengthBytes ?? Infinity;
  }

  async run(): Promise<void> {
    const { buffers, write } = this.#options;
    try {
      while (this.#remaining > 0) {
        if (!((await this.#sendAtHand()) || (await this.#sendRead()))) break;
      }
      if (this.#pending !== undefined) await finish(this.#pending);
      else await write(this.#prefix);
      buffers.give(this.#draining);
      buffers.give(this.#filling);
    } catch (error) {
      // Security: a read that was given up may still be written into its buffer.
      buffers.forget(this.#draining);
      buffers.forget(this.#filling);
      throw error;
    }
  }

  /** Sends octets that the site has; whether there are some. */
  async #sendAtHand(): Promise<boolean> {
    if (this.#content.next === undefined) return false;
    // Not asked for before: a slow client holds one piece of what the site may have given up.
    if (this.#pending?.isAtHand === true) await finish(this.#pending);
    const octets = await this.#content.next();
    if (octets === undefined) return false;
    if (this.#pending !== undefined) await finish(this.#pending);
    this.#begin(octets, { isAtHand: true });
    return true;
  }

  /** Reads octets and sends them; whether there were some. */
  async #sendRead(): Promise<boolean> {
    const { buffers } = this.#options;
    const wanted = Math.min(this.#chunkBytes, this.#remaining);
    if (this.#filling.length < wanted) {
      buffers.give(this.#filling);
      this.#filling = buffers.take(wanted);
    }
    const room = this.#filling.subarray(0, Math.min(wanted, this.#filling.length));
    const count = await this.#content.read(room);
    if (count === 0) return false;
    if (this.#pending !== undefined) {
      const keptUp = this.#pending.settled;
      // Its buffer is filled next: not before its octets are gone.
      await finish(this.#pending);
      if (keptUp) this.#chunkBytes = buffers.sizeAfter(this.#sentBytes);
    }
    this.#begin(room.subarray(0, count), { isAtHand: false });
    [this.#filling, this.#draining] = [this.#draining, this.#filling];
    return true;
  }

  #begin(octets: Uint8Array, { isAtHand }: Pick<PendingWrite, 'isAtHand'>): void {
    const { encode, write, sent } = this.#options;
    const written = write([...this.#prefix, ...encode(octets)]);
    this.#pending = begin(written, isAtHand, () => sent(octets.length));
    this.#prefix = [];
    this.#remaining -= octets.length;
    this.#sentBytes += octets.length;
  }
}

interface PendingWrite {
  /** Whether its octets are the site's. */
  readonly isAtHand: boolean;
  settled: boolean;
  failure: Error | undefined;
  /** Never rejects: a failure while nobody waits must not go unheard. */
  readonly done: Promise<void>;
}

function begin(written: Promise<void>, isAtHand: boolean, sent: () => void): PendingWrite {
  const pending: PendingWrite = {
    isAtHand,
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
