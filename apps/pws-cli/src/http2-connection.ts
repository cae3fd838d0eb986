/**
 * One connection of HTTP/2: a session of Node's, whose streams are exchanges.
 * Owns how much one client may ask for at a time, and that the connection ends once, after the
 * exchanges that are under way. Frames, flow control and the compression of fields are Node's.
 *
 * RFC 9113 §5.1.2 (concurrency), §6.8 (GOAWAY), §10.5 (denial of service).
 */
import {
  type ServerHttp2Session,
  type ServerHttp2Stream,
  constants,
  performServerHandshake,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { PooledConnection } from './connection-pool.ts';
import { ConnectionTime } from './connection-time.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { Activity } from './deadlines.ts';
import type { Peer } from './exchange.ts';
import { SessionBuffers } from './http2-buffers.ts';
import { type ExchangePlace, Http2Exchange } from './http2-exchange.ts';
import { RequestHeads } from './http2-head.ts';
import { SilentEnd } from './http2-silent-end.ts';
import { shareOfTime } from './http2-stream-time.ts';
import { peerOf } from './peer.ts';
import { resetSocket } from './socket-reset.ts';

/** Streams that one client may have at a time: what RFC 9113 §6.5.2 has as the least. */
const MOST_STREAMS = 100;

/**
 * Exchanges that are under way at a time. A stream that is reset no longer counts as one, but what
 * it began may still be at work: without this bound a client that opens and resets (CVE-2023-44487)
 * has any number of files open.
 */
const MOST_EXCHANGES = 2 * MOST_STREAMS;

/** RFC 9113 §6.8: says that the end is near, and refuses nothing yet. */
const HIGHEST_STREAM = 2 ** 31 - 1;

const SESSION_OPTIONS = {
  settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: 16 * 1024 },
  /** All that nghttp2 holds for one client, in megabytes. */
  maxSessionMemory: 10,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
};

/** A client's connection. */
export class Http2Connection extends PooledConnection {
  readonly #socket: TLSSocket;
  readonly #session: ServerHttp2Session;
  readonly #silentEnd: SilentEnd;
  readonly #context: ConnectionContext;
  readonly #time: ConnectionTime;
  readonly #place: ExchangePlace;
  readonly #exchanges = new Set<Http2Exchange>();
  readonly #sending = new Set<Http2Exchange>();
  #exchangeCount = 0;
  /** At the last look at its streams: when it was, what the client had taken, and no more of. */
  #lookedMs = 0;
  #takenBytes = 0;
  #seenHeldUp = false;
  /** Its client was asked to open no more streams. */
  #retired = false;
  /** Every request is answered with this. */
  #refusal: { readonly status: number; readonly reason: string } | undefined;
  #socketClosed = false;
  #destroyedHere = false;

  /** @param peer - who is at the other end, where that is not who the socket says */
  constructor(socket: TLSSocket, context: ConnectionContext, peer: Peer = peerOf(socket)) {
    super(peer);
    this.#socket = socket;
    this.#context = context;
    this.#time = new ConnectionTime(socket, context, this);
    this.#place = {
      context,
      heads: new RequestHeads(),
      buffers: new SessionBuffers(context.buffers),
      peer,
      endedHere: () => this.#destroyedHere,
      sending: (exchange) => this.#beginSending(exchange),
      done: (exchange) => this.#finish(exchange),
    };
    this.#session = performServerHandshake(socket, SESSION_OPTIONS);
    this.#silentEnd = new SilentEnd(this.#session, socket);
    this.#session.on(
      'stream',
      (stream: ServerHttp2Stream, _head: object, _flags: number, raw: readonly string[]) =>
        this.#begin(stream, raw),
    );
    // Of frames that are none. 'close' always follows.
    this.#session.on('error', () => undefined);
    socket.on('error', () => undefined);
    // Without its windows and acknowledgements nothing more can be sent to a client for long.
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#closed());
    context.observer.online?.(peer);
  }

  /** Octets that were written so far, of all streams. */
  get writtenBytes(): number {
    return this.#socket.bytesWritten;
  }

  /** Whether no exchange is under way. */
  get isIdle(): boolean {
    return this.#exchanges.size === 0;
  }

  /**
   * Asks the client to open no more streams here. Those that are on their way are answered: the
   * GOAWAY names the highest stream that there could be.
   */
  retire(): void {
    if (!this.#session.closed && !this.#session.destroyed) {
      this.#retired = true;
      this.#session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM);
    }
  }

  /** Takes no further request, and closes after the exchanges that are under way. */
  drain(): void {
    this.#session.close();
    if (this.isIdle) this.#time.begin();
  }

  /**
   * Ends the connection now: the socket and with it the session, which would otherwise reset its
   * streams as if nothing was wrong (NO_ERROR).
   */
  destroy(): void {
    this.#destroyedHere = true;
    this.#socket.destroy();
  }

  /** Answers the first request with an error, and closes. */
  refuse(status: number, reason: string): void {
    this.#refusal = { status, reason };
  }

  /** Does what is due where its time is over. */
  check(nowMs: number, isCrowded: boolean): void {
    // Its client broke the protocol, and was told.
    if (this.#isQuiet && this.#silentEnd.isThere) return void this.#socket.destroy();
    const isHeldUp = this.#isHeldUp();
    switch (this.#time.judge(this.#activity, nowMs, isCrowded)) {
      case 'keep':
        return this.#checkStreams(nowMs, isHeldUp);
      case 'reset':
        // What one stream does not take holds up no other: its own time ends it.
        if (!isHeldUp) return this.#checkStreams(nowMs, isHeldUp);
        this.#destroyedHere = true;
        return resetSocket(this.#socket);
      case 'refuse':
      case 'close':
        // A client that waits for nothing is told to open another (GOAWAY), and then left.
        if (this.#session.closed) this.destroy();
        else this.drain();
    }
  }

  /** Whether a frame would go out at once; behind a GOAWAY without streams none does. */
  get #isQuiet(): boolean {
    if (this.#retired || this.#session.closed) return false;
    return this.#sending.size === 0 && this.#time.unsentBytes === 0;
  }

  #checkStreams(nowMs: number, isHeldUp: boolean): void {
    const { takenBytes } = this.#time;
    const pace = {
      isHeldUp,
      streamCount: this.#sending.size,
      takenBytes: takenBytes - this.#takenBytes,
      elapsedMs: nowMs - this.#lookedMs,
    };
    this.#lookedMs = nowMs;
    this.#takenBytes = takenBytes;
    if (pace.streamCount === 0) return;
    const share = shareOfTime(pace, this.#context.limits);
    for (const exchange of this.#sending) exchange.check(nowMs, share);
  }

  /**
   * Whether its client takes nothing more, of whatever stream. What is seen once may be a write
   * that is on its way at that moment.
   */
  #isHeldUp(): boolean {
    const wasSeen = this.#seenHeldUp;
    const { remoteWindowSize } = this.#session.state;
    this.#seenHeldUp = remoteWindowSize === 0 || this.#time.unsentBytes > 0;
    return wasSeen && this.#seenHeldUp;
  }

  get #activity(): Activity {
    if (this.#sending.size > 0) return 'sending';
    if (!this.isIdle) return 'answering';
    if (this.#session.closed) return 'lingering';
    return this.#exchangeCount === 0 ? 'new' : 'idle';
  }

  #begin(stream: ServerHttp2Stream, raw: readonly string[]): void {
    if (this.isIdle) this.#time.takeLimits();
    const exchange = new Http2Exchange(stream, raw, this.#place);
    this.#exchanges.add(exchange);
    this.#exchangeCount += 1;
    if (this.#exchanges.size > MOST_EXCHANGES) {
      this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      this.destroy();
    }
    if (this.#refusal === undefined) exchange.begin();
    else exchange.refuse(this.#refusal.status, this.#refusal.reason);
    const isLast = this.#time.isWornOut(this.#exchangeCount);
    if (this.#refusal !== undefined || isLast) this.#session.close();
  }

  #beginSending(exchange: Http2Exchange): void {
    if (this.#sending.size === 0) this.#time.beginSending();
    this.#sending.add(exchange);
  }

  #finish(exchange: Http2Exchange): void {
    this.#exchanges.delete(exchange);
    this.#sending.delete(exchange);
    if (!this.isIdle) return;
    this.#time.begin();
    if (this.#socketClosed) this.#leave();
  }

  #closed(): void {
    this.#socketClosed = true;
    // The exchanges under way are recorded before their client is gone.
    if (this.isIdle) this.#leave();
  }

  #leave(): void {
    this.#context.observer.offline?.(this.peer);
    this.#context.gone(this);
  }
}
