/**
 * A socket that is nothing but what a connection needs: octets come in one buffer, octets go out
 * at once where the system takes them, and all is told to one receiver.
 * Owns the order of what is written, and that it is closed once. What it stands on is in
 * below-net.ts; a TLS socket stays what it is, but for its octets, which it no longer sees. Longer
 * than other files: what is written over TLS and not differs in when it is told, in all else it has one
 * order, and two files would share all that is private here.
 */
import type { TLSSocket } from 'node:tls';
import { getSystemErrorName } from 'node:util';
import {
  type HandleRequest,
  type Internals,
  type StreamHandle,
  handleOf,
  internals,
  transportOf,
} from './below-net.ts';
import type { Carrier, Receiver, Written } from './carrier.ts';
import { JoinBuffer } from './join-buffer.ts';
import { resetSocket } from './socket-reset.ts';

/** As much as libuv reads at once. All sockets share it: what is in it is read at once, or copied. */
const READ_BYTES = 64 * 1024;
const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
/** What came last: a request is often as long as the one before, and the view of it is the same. */
let come = buffer.subarray(0, 0);
/**
 * What goes into one record. Of more than a few of them Node gives the system one part after the
 * other, so that nothing is known of the rest when the first is gone.
 */
const RECORD_BYTES = 16 * 1024;

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
  /** Only that it lives as long. Over TLS all of it is encrypted, or copied, in the call. */
  pieces?: readonly Uint8Array[];
}

/** What is held back, and who is told when it is sent. */
interface Held {
  readonly pieces: Uint8Array[];
  readonly written: Written[];
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
  /** What its octets go out by when they are encrypted. */
  readonly #transport: Pick<StreamHandle, 'writeQueueSize'> | undefined;
  #isPaused = false;
  #held: Held | undefined;
  /** A write is on its way. */
  #isSending = false;
  /** Who is told of it. */
  #pendingWritten: Written | undefined;
  /** It is being begun in this very call. */
  #isBeginning = false;
  /** What became of it, where that was told in the call that began it. */
  #toldInCall: number | undefined;
  /** What comes behind them. */
  #last: 'nothing' | 'end' | 'destroy' = 'nothing';
  #isShutDown = false;

  /** @param owner - a TLS socket that has shaken hands, and of whose octets nobody has heard */
  constructor(handle: StreamHandle, owner?: TLSSocket) {
    this.#handle = handle;
    this.#owner = owner;
    this.#transport = owner && transportOf(handle);
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
    if (this.destroyed) return 0;
    const all = this.#handle.writeQueueSize ?? 0;
    // Node's TLS counts what it has given on as a whole, until all of it is gone.
    const left = this.#transport?.writeQueueSize ?? 0;
    return left > 0 ? Math.min(left, all) : all;
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
    this.#hold([octets], written);
  }

  /**
   * Writes the pieces as one. Only at the end of a turn, for who is in the middle of nothing: it may
   * be told at once.
   */
  writeNow(pieces: readonly Uint8Array[], written: Written): void {
    let bytes = 0;
    for (const { length } of pieces) bytes += length;
    this.bytesWritten += bytes;
    if (this.destroyed) return written(new Error('the connection is closed'));
    if (!this.#isHolding) {
      const failure = this.#send(pieces, written);
      if (failure !== PENDING) {
        written(failure);
        this.#finishWriting();
      } else if (bytes <= RECORD_BYTES) {
        this.#tellEarly();
      }
      return;
    }
    this.#hold(pieces, written);
  }

  #hold(pieces: readonly Uint8Array[], written: Written | undefined): void {
    this.#held ??= { pieces: [], written: [] };
    for (const piece of pieces) {
      this.writableLength += piece.length;
      this.#held.pieces.push(piece);
    }
    if (written !== undefined) this.#held.written.push(written);
  }

  cork(): void {
    this.writableCorked += 1;
  }

  uncork(): void {
    if (this.writableCorked > 0) this.writableCorked -= 1;
    if (this.#held !== undefined && !this.#isHolding) this.#sendHeld(this.#held);
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
    if (count > 0) {
      if (come.length !== count) come = buffer.subarray(0, count);
      return this.receiver.receive(come);
    }
    if (count === 0) return; // nothing was there
    if (count !== END) return this.destroy();
    this.readableEnded = true;
    this.receiver.receiveEnd();
  }

  /** A write that was on its way is over. @internal */
  completed(status: number): void {
    if (this.#isBeginning) {
      this.#toldInCall = status;
      return;
    }
    this.#isSending = false;
    const written = this.#pendingWritten;
    this.#pendingWritten = undefined;
    const failure = status < 0 ? failureOf(status) : null;
    if (failure !== null) this.destroy();
    written?.(failure);
    if (this.#held !== undefined && !this.#isHolding) this.#sendHeld(this.#held);
    else this.#finishWriting();
  }

  /** Whether what is written has to wait. Node's TLS ends the process at a second write. */
  get #isHolding(): boolean {
    return this.writableCorked > 0 || this.#isSending;
  }

  #sendHeld({ pieces, written: toTell }: Held): void {
    this.#held = undefined;
    this.writableLength = 0;
    const [first] = toTell;
    const written = toTell.length < 2 ? first : (error?: Error | null) => tellAll(toTell, error);
    const failure = this.#send(pieces, written);
    if (failure === PENDING) return;
    tell(written, failure);
    this.#finishWriting();
  }

  /**
   * Tells of a record that the system has already. Node's TLS tells of each a turn later, and in that
   * turn the next request comes: to put it off until then took an `epoll_ctl` and the way of a request
   * that is new, 3 of 16 microseconds for an answer of 1 kB. At the end of a turn there is nothing of
   * Node's own in between, which would be told before: what it is not waiting for is gone.
   */
  #tellEarly(): void {
    if (this.#transport?.writeQueueSize !== 0) return;
    const written = this.#pendingWritten;
    this.#pendingWritten = undefined;
    written?.(null);
  }

  /** @returns why it cannot be written; `null` where it is written, {@link PENDING} where it will */
  #send(
    pieces: readonly Uint8Array[],
    written: Written | undefined,
  ): Error | null | typeof PENDING {
    if (this.#owner !== undefined) return this.#encrypt(pieces, written);
    const request = (spare ?? new WriteRequest()) as PendingWrite;
    spare = undefined;
    const joinedOctets = pieces.length > 1 ? joined.join(pieces) : undefined;
    const sent = joinedOctets === undefined ? pieces : [joinedOctets];
    const status = this.#begin(request, sent);
    if (status !== 0) {
      this.destroy();
      return failureOf(status);
    }
    if (results[asyncAt] === 0) {
      // It was not needed.
      spare = request;
      return null;
    }
    // The system reads it later: it is not to be written over.
    if (joinedOctets !== undefined) joined.giveAway();
    request.pieces = sent;
    this.#expect(request, written);
    return PENDING;
  }

  /**
   * Over TLS a write is never done in the call, but it can fail there, and that is told there and never
   * again: then the call gives no error. So who is told has to be known before.
   */
  #encrypt(
    pieces: readonly Uint8Array[],
    written: Written | undefined,
  ): Error | null | typeof PENDING {
    const request = new WriteRequest() as PendingWrite;
    this.#expect(request, written);
    this.#toldInCall = undefined;
    this.#isBeginning = true;
    const status = this.#begin(request, pieces) || this.#toldInCall;
    this.#isBeginning = false;
    if (status === undefined) return PENDING;
    this.#isSending = false;
    this.#pendingWritten = undefined;
    if (status === 0) return null;
    this.destroy();
    return failureOf(status);
  }

  #begin(request: PendingWrite, pieces: readonly Uint8Array[]): number {
    const [only] = pieces;
    return only !== undefined && pieces.length === 1
      ? this.#handle.writeBuffer(request, only)
      : this.#handle.writev(request, pieces, true);
  }

  #expect(request: PendingWrite, written: Written | undefined): void {
    request.oncomplete = oncomplete;
    request.socket = this;
    this.#isSending = true;
    this.#pendingWritten = written;
  }

  #finishWriting(): void {
    if (this.#last === 'nothing' || this.destroyed) return;
    if (this.#isSending || this.#held !== undefined) return;
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
    const toTell = this.#held?.written ?? [];
    this.#held = undefined;
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
  (this as PendingWrite).socket.completed(status);
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
