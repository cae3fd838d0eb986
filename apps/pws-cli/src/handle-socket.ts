/**
 * A socket that is nothing but what a connection needs: octets come in one buffer, octets go out
 * at once where the system takes them, and all is told to one receiver.
 * Owns the order of what is written, and that it is closed once. What it stands on is in
 * below-net.ts; a TLS socket stays what it is, but for its octets, which it no longer sees.
 */
import type { TLSSocket } from 'node:tls';
import { getSystemErrorName } from 'node:util';
import {
  type HandleRequest,
  type Internals,
  type StreamHandle,
  handleOf,
  internals,
} from './below-net.ts';
import type { Carrier, Receiver, Written } from './carrier.ts';
import { JoinBuffer } from './join-buffer.ts';
import { resetSocket } from './socket-reset.ts';

/** As much as libuv reads at once. All sockets share it: what is in it is read at once, or copied. */
const READ_BYTES = 64 * 1024;
const buffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** Nobody makes a socket where they were not found. */
const { WriteRequest, ShutdownRequest, results, readAt, asyncAt } = (internals ?? {}) as Internals;

/** libuv's UV_EOF. */
const END = -4095;

/** By whom a handle is read. */
const READER = Symbol('the socket of a handle');

interface ReadHandle extends StreamHandle {
  [READER]: HandleSocket;
}

/** A write that is on its way: what it needs when it is done. */
interface PendingWrite extends HandleRequest {
  socket: HandleSocket;
  written: Written | undefined;
  /** Only that it lives as long. */
  pieces: readonly Uint8Array[];
}

const NOBODY: Receiver = { receive() {}, receiveEnd() {}, closed() {} };

export class HandleSocket implements Carrier {
  /** Has to be set in the turn in which the socket was made: nothing that comes before is kept. */
  receiver: Receiver = NOBODY;
  /** Whether the other end is reached over TLS. */
  readonly encrypted: boolean;
  bytesWritten = 0;
  destroyed = false;
  readableEnded = false;
  writableCorked = 0;
  /** What is held back, and not counted by the handle. */
  writableLength = 0;
  readonly #handle: StreamHandle;
  /** Whose handle it is, where that is a TLS socket. */
  readonly #owner: TLSSocket | undefined;
  #isPaused = false;
  #held: Uint8Array[] = [];
  #heldWritten: Written[] = [];
  /** The write that is on its way. */
  #pending: PendingWrite | undefined;
  /** What comes behind them. */
  #last: 'nothing' | 'end' | 'destroy' = 'nothing';
  #isShutDown = false;

  /** @param owner - a TLS socket that has shaken hands, and of whose octets nobody has heard */
  constructor(handle: StreamHandle, owner?: TLSSocket) {
    this.#handle = handle;
    this.#owner = owner;
    this.encrypted = owner !== undefined;
    (handle as ReadHandle)[READER] = this;
    handle.onread = onread;
    handle.useUserBuffer(buffer);
    if (owner !== undefined) {
      // What went wrong shows in what becomes of writes; 'close' always follows.
      owner.on('error', () => undefined);
      owner.on('close', () => this.#ownerClosed());
    }
    handle.readStart();
  }

  get remoteAddress(): string | undefined {
    return this.#owner === undefined ? this.#peer().address : this.#owner.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#owner === undefined ? this.#peer().port : this.#owner.remotePort;
  }

  /** What the system has not taken of what was written. */
  get writeQueueSize(): number {
    return this.destroyed ? 0 : (this.#handle.writeQueueSize ?? 0);
  }

  /** Sends small pieces at once, and has the system ask after a while whether the other end is there. */
  setOptions(keepAliveSeconds: number): void {
    this.#handle.setNoDelay?.(true);
    this.#handle.setKeepAlive?.(true, keepAliveSeconds);
  }

  isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.destroyed) this.#handle.readStop();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.destroyed) this.#handle.readStart();
  }

  /** Not to be called behind `end()`. What is written is not to be changed before it is told. */
  write(octets: Uint8Array, written?: Written): void {
    if (this.destroyed) return tell(written, new Error('the connection is closed'));
    this.bytesWritten += octets.length;
    if (!this.#isHolding) {
      const failure = this.#send([octets], written);
      if (failure !== PENDING) tell(written, failure);
      return;
    }
    this.writableLength += octets.length;
    this.#held.push(octets);
    if (written !== undefined) this.#heldWritten.push(written);
  }

  /**
   * Writes the pieces as one. Only for who is in the middle of nothing: it may be told at once.
   */
  writeNow(pieces: readonly Uint8Array[], written: Written): void {
    for (const { length } of pieces) this.bytesWritten += length;
    if (this.destroyed) return written(new Error('the connection is closed'));
    if (!this.#isHolding) return this.#sendNow(pieces, written);
    for (const piece of pieces) {
      this.writableLength += piece.length;
      this.#held.push(piece);
    }
    this.#heldWritten.push(written);
  }

  cork(): void {
    this.writableCorked += 1;
  }

  uncork(): void {
    if (this.writableCorked > 0) this.writableCorked -= 1;
    if (this.#held.length > 0 && !this.#isHolding) this.#sendHeld();
  }

  end(): void {
    if (this.#last === 'nothing') this.#last = 'end';
    this.#finishWriting();
  }

  destroySoon(): void {
    this.#last = 'destroy';
    this.#finishWriting();
  }

  destroy(): void {
    if (this.destroyed) return;
    if (this.#owner === undefined) this.#handle.close();
    else this.#owner.destroy();
    this.#gone();
  }

  resetAndDestroy(): void {
    if (this.destroyed) return;
    if (this.#owner !== undefined) resetSocket(this.#owner);
    else if (this.#handle.reset === undefined || this.#handle.reset() !== 0) this.#handle.close();
    this.#gone();
  }

  /** Reads what has come. @internal */
  read(count: number): void {
    if (count > 0) return this.receiver.receive(buffer.subarray(0, count));
    if (count === 0) return; // nothing was there
    if (count !== END) return this.destroy();
    this.readableEnded = true;
    this.receiver.receiveEnd();
  }

  /** A write that was on its way is over. @internal */
  completed(request: PendingWrite, status: number): void {
    // What became of it was told when the connection was gone.
    if (request !== this.#pending) return;
    this.#pending = undefined;
    const { written } = request;
    const failure = status < 0 ? failureOf(status) : null;
    if (failure !== null) this.destroy();
    written?.(failure);
    if (this.#held.length > 0 && !this.#isHolding) this.#sendHeld();
    else this.#finishWriting();
  }

  /** Whether what is written has to wait. Node's TLS ends the process at a second write. */
  get #isHolding(): boolean {
    return this.writableCorked > 0 || this.#pending !== undefined;
  }

  #sendHeld(): void {
    const pieces = this.#held;
    const toTell = this.#heldWritten;
    this.#held = [];
    this.#heldWritten = [];
    this.writableLength = 0;
    const [first] = toTell;
    const written = toTell.length < 2 ? first : (error?: Error | null) => tellAll(toTell, error);
    const failure = this.#send(pieces, written);
    if (failure === PENDING) return;
    tell(written, failure);
    this.#finishWriting();
  }

  #sendNow(pieces: readonly Uint8Array[], written: Written): void {
    const failure = this.#send(pieces, written);
    if (failure === PENDING) return;
    written(failure);
    this.#finishWriting();
  }

  /** @returns why it cannot be written; `null` where it is written, {@link PENDING} where it will */
  #send(
    pieces: readonly Uint8Array[],
    written: Written | undefined,
  ): Error | null | typeof PENDING {
    const request = (spare ?? new WriteRequest()) as PendingWrite;
    spare = undefined;
    const only = this.#asOne(pieces);
    const status =
      only === undefined
        ? this.#handle.writev(request, pieces, true)
        : this.#handle.writeBuffer(request, only);
    if (status !== 0) {
      this.destroy();
      return failureOf(status);
    }
    if (results[asyncAt] === 0) {
      // It was not needed.
      spare = request;
      return null;
    }
    request.oncomplete = oncomplete;
    request.socket = this;
    request.written = written;
    request.pieces = only === undefined ? pieces : [only];
    if (pieces.length > 1) joined.giveAway();
    this.#pending = request;
    return PENDING;
  }

  /** The pieces as one octet string, where that is less effort than to write several. */
  #asOne(pieces: readonly Uint8Array[]): Uint8Array | undefined {
    if (pieces.length === 1) return pieces[0];
    // Node's TLS takes no write at once.
    return this.#owner === undefined ? joined.join(pieces) : undefined;
  }

  #finishWriting(): void {
    if (this.#last === 'nothing' || this.destroyed) return;
    if (this.#pending !== undefined || this.#held.length > 0) return;
    // To close a TCP connection ends it; over TLS the end has to be said.
    if (this.#last === 'destroy' && (this.#isShutDown || this.#owner === undefined)) {
      return this.destroy();
    }
    this.#shutDown();
  }

  #shutDown(): void {
    if (this.#isShutDown) return;
    this.#isShutDown = true;
    const request = new ShutdownRequest();
    const done = (): void => {
      if (this.#last === 'destroy') this.destroy();
    };
    request.oncomplete = done;
    // 1 is done at once.
    if (this.#handle.shutdown(request) !== 0) done();
  }

  #ownerClosed(): void {
    this.#gone();
  }

  #gone(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    const toTell = this.#heldWritten;
    this.#held = [];
    this.#heldWritten = [];
    // Node's TLS may never tell what becomes of a write that is on its way then.
    if (this.#owner !== undefined && this.#pending !== undefined) {
      toTell.unshift(this.#pending.written ?? (() => undefined));
      this.#pending = undefined;
    }
    for (const written of toTell) tell(written, new Error('the connection is closed'));
    this.receiver.closed();
  }

  #peer(): { address?: string; port?: number } {
    const peer = {};
    if (!this.destroyed) this.#handle.getpeername?.(peer);
    return peer;
  }
}

const PENDING = Symbol('the write is on its way');

/** A write that the system took at once leaves its request as it was. */
let spare: PendingWrite | undefined;

/** What is being written is joined here, by all sockets. */
const joined = new JoinBuffer();

function onread(this: StreamHandle): void {
  (this as ReadHandle)[READER].read(results[readAt] as number);
}

function oncomplete(this: HandleRequest, status: number): void {
  (this as PendingWrite).socket.completed(this as PendingWrite, status);
}

/** Not at once: who writes is in the middle of something. */
function tell(written: Written | undefined, failure: Error | null): void {
  if (written !== undefined) process.nextTick(written, failure);
}

function tellAll(all: readonly Written[], failure: Error | null | undefined): void {
  for (const written of all) written(failure);
}

function failureOf(status: number): Error {
  return new Error(`write ${getSystemErrorName(status)}`);
}

/**
 * Reads and writes a TLS socket below it, where that can be done.
 *
 * @param socket - has shaken hands in this turn
 */
export function takeHandle(socket: TLSSocket): HandleSocket | undefined {
  const handle = handleOf(socket);
  // Nothing has come for it: then what comes is for us.
  if (handle === undefined || socket.readableLength > 0 || socket.readableEnded) return undefined;
  return new HandleSocket(handle, socket);
}
