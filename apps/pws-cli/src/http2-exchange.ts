/**
 * One exchange over HTTP/2: a request on a stream, and its response on the same stream.
 * Owns how the response is sent, that content is released once however the stream ends, and that
 * a response that is not whole never looks it: its stream is reset. Content of the request is
 * never read; Node resets such a stream with NO_ERROR behind the answer.
 *
 * RFC 9113 §8.1 (message framing), §5.4.2 (stream errors).
 */
import { type ServerHttp2Stream, constants } from 'node:http2';
import { ProtocolError, type RequestHead } from '@pws/http-wire';
import type { Content } from '@pws/static-fs';
import type { ChunkSource } from './chunk-buffers.ts';
import type { ConnectionContext } from './connection-context.ts';
import { sendContent } from './content-sender.ts';
import type { Deadlines } from './deadlines.ts';
import { type ExchangeEnd, type Peer, exchangeOf, faultReason } from './exchange.ts';
import type { HandledResponse } from './handler.ts';
import { type RequestHeads, responseHead } from './http2-head.ts';
import { FIRST_PIECE_BYTES, type Written, writePieces } from './http2-pieces.ts';
import { StreamTime } from './http2-stream-time.ts';

const TOO_SLOW = 'the client did not take it in time';

/** What an exchange needs of its connection. */
export interface ExchangePlace {
  /** Asked at the beginning of each exchange: it can change. */
  readonly context: ConnectionContext;
  /** What reads the heads of the session. */
  readonly heads: RequestHeads;
  /** What content is sent through. */
  readonly buffers: ChunkSource;
  readonly peer: Peer;
  /** Whether the server, not the client, ended the connection. */
  readonly endedHere: () => boolean;
  /** Called once, when its response begins to be sent. */
  readonly sending: (exchange: Http2Exchange) => void;
  /** Called once, when nothing is left to be done. */
  readonly done: (exchange: Http2Exchange) => void;
}

export class Http2Exchange {
  readonly #stream: ServerHttp2Stream;
  readonly #raw: readonly string[];
  readonly #isHead: boolean;
  readonly #place: ExchangePlace;
  readonly #startedMs: number;
  /** Those of when it began: they can change. */
  readonly #limits: Deadlines;
  /** Who sent the request: the peer, or who came to it. */
  #sender: Peer;
  #requestId = '';
  /** `undefined` where the request could not be read. */
  #request: RequestHead | undefined;
  #response: HandledResponse | undefined;
  #reason: string | undefined;
  /** Of the response; `undefined` before it begins to be sent. */
  #time: StreamTime | undefined;
  /** The whole response was handed to Node. */
  #handedOver = false;
  /** The server could not go on. */
  #failed = false;
  #streamClosed = false;
  /** Nothing more is read, and the content is released or in memory. */
  #answered = false;
  /** The request was told, and its end was not. */
  #isOpen = false;
  /** All of it is over. */
  #settled = false;

  /** @param raw - names and values of the request's head by turns, pseudo-header fields too */
  constructor(stream: ServerHttp2Stream, raw: readonly string[], place: ExchangePlace) {
    this.#stream = stream;
    this.#raw = raw;
    this.#isHead = raw[raw.indexOf(':method') + 1] === 'HEAD';
    this.#place = place;
    this.#sender = place.peer;
    this.#startedMs = place.context.monotonicMs();
    this.#limits = place.context.limits;
    // What went wrong shows in the exchange's record; 'close' always follows.
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#streamClosed = true;
      this.#settle();
    });
  }

  /** Answers the request. */
  begin(): void {
    const { handler, observer, requestIdOf, effectivePeer, wireLimits } = this.#place.context;
    try {
      const head = this.#place.heads.read(this.#raw, wireLimits);
      this.#request = head;
      const { method, requestTarget, target, fields } = head;
      const requestId = requestIdOf(this.#place.peer, fields);
      const { peer, isSecure } = effectivePeer(this.#place.peer, true, fields);
      this.#requestId = requestId;
      this.#sender = peer;
      this.#isOpen = true;
      observer.request?.(peer, method, requestTarget);
      const response = handler.respond({ method, target, fields, peer, isSecure, requestId });
      if (!(response instanceof Promise)) return this.#answer(response);
      response
        .then((settled) => this.#answer(settled))
        .catch((error: unknown) => this.#giveUp(error));
    } catch (error) {
      if (error instanceof ProtocolError) this.refuse(error.status, error.code);
      else this.#giveUp(error);
    }
  }

  /** Answers with an error to no request. The connection can go on: its frames are sound. */
  refuse(status: number, reason: string): void {
    const { handler, requestIdOf } = this.#place.context;
    this.#reason = reason;
    this.#requestId = requestIdOf(this.#place.peer, undefined);
    this.#answer(handler.refuse(status));
  }

  /**
   * Ends it where its client has had its time.
   *
   * @param share - how much of the time since it was last asked was the stream's own
   */
  check(nowMs: number, share: number): void {
    if (isOver(this.#stream)) return;
    if (this.#time?.isOver(nowMs, share, this.#limits)) this.#reset(TOO_SLOW);
  }

  #answer(response: HandledResponse): void {
    this.#response = response;
    this.#reason ??= faultReason(response);
    this.#time = new StreamTime(this.#place.context.clock.nowMs);
    this.#place.sending(this);
    const { content } = response;
    if (content === undefined || content.octets !== undefined) this.#sendWhole(response);
    else this.#sendStreamed(response, content).catch((error: unknown) => this.#giveUp(error));
  }

  /** All octets are there: Node sends them as the client takes them. */
  #sendWhole(response: HandledResponse): void {
    const { content } = response;
    const octets = content?.octets;
    try {
      if (this.#respond(response) && octets !== undefined) this.#sendOctets(octets);
    } catch (error) {
      return this.#giveUp(error);
    }
    // Content in memory holds nothing that could fail to be released.
    void content?.close();
    this.#answered = true;
    this.#settle();
  }

  async #sendStreamed(response: HandledResponse, content: Content): Promise<void> {
    try {
      if (this.#respond(response)) {
        const write = ([octets]: Uint8Array[]): Promise<void> =>
          new Promise((resolve, reject) => {
            if (octets === undefined) return resolve();
            this.#write(octets, (error) => (error ? reject(error) : resolve()));
          });
        const sent = (): void => undefined; // known of each piece
        const encode = (octets: Uint8Array): Uint8Array[] => [octets];
        const { buffers } = this.#place;
        await sendContent([], content, { encode, write, sent, buffers });
        this.#end();
      }
    } catch (error) {
      // Where the stream is still there, the content is what failed.
      if (!isOver(this.#stream))
        this.#reset(error instanceof Error ? error.message : String(error));
    }
    await content.close();
    this.#answered = true;
    this.#settle();
  }

  /** Sends the head; whether there is somebody to send the content to, and something to send. */
  #respond(response: HandledResponse): boolean {
    const stream = this.#stream;
    if (isOver(stream)) return false;
    const endStream = response.content === undefined || this.#isHead;
    stream.respond(responseHead(response), { endStream });
    this.#handedOver = endStream;
    return !endStream;
  }

  /** Content in memory. The end is in the frame of its last piece. */
  #sendOctets(octets: Uint8Array): void {
    const last = octets.subarray(Math.max(0, octets.length - FIRST_PIECE_BYTES));
    const before = octets.subarray(0, octets.length - last.length);
    if (before.length === 0) return this.#end(last);
    this.#write(before, (error) => error ?? this.#end(last));
  }

  #write(octets: Uint8Array, written: Written): void {
    writePieces(this.#stream, octets, this.#time as StreamTime, written);
  }

  #end(octets?: Uint8Array): void {
    if (isOver(this.#stream)) return;
    this.#handedOver = true;
    if (octets !== undefined) this.#time?.offer(octets.length);
    this.#stream.end(octets);
  }

  /**
   * Security: not `close()`, which ends the stream before it resets it. The client would have a
   * response with an end, and where no length was declared it would look whole.
   */
  #reset(reason: string): void {
    this.#failed = true;
    this.#reason = reason;
    this.#stream.destroy(new Error(reason));
  }

  #giveUp(error: unknown): void {
    this.#place.context.unforeseen(error);
    // It may be this that failed.
    this.#response?.content?.close().catch(() => undefined);
    this.#answered = true;
    this.#reset('a defect of the server');
    this.#settle();
  }

  #settle(): void {
    if (!this.#streamClosed || !this.#answered || this.#settled) return;
    this.#settled = true;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (this.#response !== undefined) this.#record(this.#response);
    else if (wasOpen) this.#place.context.observer.abandoned?.(this.#sender);
    this.#place.done(this);
  }

  #record(response: HandledResponse): void {
    const { content } = response;
    const { observer, monotonicMs, now } = this.#place.context;
    // The end of the stream is on its way to the client. `writableFinished` would not do: Node
    // finishes what it throws away, too.
    const isSent = this.#stream.rstCode === constants.NGHTTP2_NO_ERROR;
    const isComplete = this.#handedOver && isSent && !this.#failed;
    const gaveUp = this.#failed || this.#place.endedHere();
    const ended: ExchangeEnd = gaveUp ? 'aborted-by-server' : 'aborted-by-client';
    const isWhole = isComplete && !this.#isHead && content?.octets !== undefined;
    observer.exchange?.(
      exchangeOf(this.#request, response, {
        requestId: this.#requestId,
        peer: this.#sender,
        protocol: 'HTTP/2',
        reason: this.#reason,
        contentBytes: isWhole
          ? (content.octets as Uint8Array).length
          : (this.#time?.takenBytes ?? 0),
        durationMs: monotonicMs() - this.#startedMs,
        endedAtMs: now(),
        ended: isComplete ? 'complete' : ended,
      }),
    );
  }
}

/** Whether nobody waits for octets of a stream any more. */
function isOver(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed;
}
