/**
 * One connection: the pump between a socket and the machine of http-wire.
 * Owns when the socket is read (not while a response is under way), that responses go out in
 * order, and that the connection is closed once, so that the client can read what was sent.
 * It knows neither files nor fields. Longer than other files: each part of it looks at the same few
 * states, and two files that share those would be harder to follow than one.
 *
 * RFC 9112 §9.3 (persistence), §9.3.2 (pipelining), §9.6 (closing).
 */
import type { Socket } from 'node:net';
import {
  NEED_DATA,
  PAUSED,
  ProtocolError,
  type RequestHead,
  type ResponseHeadInit,
  ServerConnection,
  type WireLimits,
} from '@pws/http-wire';
import type { Content } from '@pws/static-fs';
import { type Answer, announcesContent, bytesOf, recordOf } from './answer.ts';
import { type Carrier, type Receiver, listenTo } from './carrier.ts';
import { ConnectionTime } from './connection-time.ts';
import type { ConnectionContext } from './connection-context.ts';
import { PooledConnection } from './connection-pool.ts';
import { sendContent } from './content-sender.ts';
import type { Activity } from './deadlines.ts';
import { type ExchangeEnd, type Peer, faultReason } from './exchange.ts';
import type { HandledResponse } from './handler.ts';
import { HandleSocket } from './handle-socket.ts';
import { LastExchange } from './last-exchange.ts';
import { peerOf } from './peer.ts';
import { refusalReason } from './refusal-reason.ts';
import { resetSocket } from './socket-reset.ts';
import { type Write, writeAsOne } from './turn-writes.ts';

/** How many octets of an unwanted message are read and dropped while a connection lingers. */
const LINGER_BYTES = 64 * 1024;

const REQUEST_TIMEOUT = 408;

const TOO_SLOW = 'the client did not take it in time';

/** A client's connection. */
export class Connection extends PooledConnection implements Receiver {
  readonly #socket: Carrier;
  readonly #context: ConnectionContext;
  /** Who sent the request under way: the peer, or who came to it. */
  #sender: Peer;
  readonly #isSecure: boolean;
  #wire: ServerConnection;
  #wireLimits: Partial<WireLimits>;
  /** A response is being made or sent. */
  #answering = false;
  /** Its head was written. */
  #sending = false;
  /** Of the exchange under way. */
  #requestId = '';
  /** Its request was told, and its end was not. */
  #isOpen = false;
  /** No further exchange begins. */
  /** Whether the next answer says that it is the last. */
  #isRetired = false;
  /** Whether it closes behind the exchange under way, though the answer did not say so. */
  #isDrained = false;
  /** The client has said that its first request is its last, too. */
  #clientIsDone = false;
  /** All is sent, and the client has time to read it. */
  #lingering = false;
  #lingeredBytes = 0;
  #exchangeCount = 0;
  /** Not before a second request: most connections that wait have had one, and each octet of them counts. */
  #last: LastExchange | undefined;
  /** The exchange under way is the last one again, and the machine does not know of it. */
  #isAgain = false;
  readonly #time: ConnectionTime;
  /** Octets that were written so far. Counted here: the socket asks the system. */
  writtenBytes = 0;
  /** The socket is closed; the last exchange may still have to be recorded. */
  #socketClosed = false;
  /** Whoever had the socket before may have paused it too. */
  #mayBePaused = true;
  /** The server, not the client, ended the connection. */
  #destroyedHere = false;
  /** Why, where that was in the middle of an exchange and for its time. */
  #endReason: string | undefined;

  /** @param peer - who is at the other end, where that is not who the socket says */
  constructor(
    socket: Socket | HandleSocket,
    context: ConnectionContext,
    peer: Peer = peerOf(socket),
  ) {
    super(peer);
    this.#socket = socket;
    this.#context = context;
    this.#wireLimits = context.wireLimits;
    this.#wire = new ServerConnection({ limits: this.#wireLimits });
    this.#time = new ConnectionTime(socket, context, this);
    this.#sender = peer;
    this.#isSecure = this.#socket.encrypted === true;
    if (socket instanceof HandleSocket) socket.receiver = this;
    else listenTo(socket, this);
    context.observer.online?.(this.peer);
  }

  /** Closes after the next answer, which says so; a connection without one stays open. */
  retire(): void {
    this.#isRetired = true;
  }

  /**
   * Lets the exchange under way finish, also one whose head is not complete, and closes then;
   * closes at once where there is none.
   */
  drain(): void {
    this.retire();
    this.#isDrained = true;
    if (this.isIdle) this.#socket.destroySoon();
  }

  /** Whether it waits for a request of which nothing has come. */
  get isIdle(): boolean {
    return !this.#answering && !this.#lingering && this.#wire.phase === 'idle';
  }

  /** Answers with an error to no request, and closes. */
  refuse(status: number, reason: string): void {
    this.#answering = true;
    const { handler, monotonicMs, requestIdOf } = this.#context;
    this.#sender = this.peer;
    this.#requestId = requestIdOf(this.peer, undefined);
    const response = handler.refuse(status, this.#wire.requestMethod);
    this.#answer(response, undefined, monotonicMs(), reason);
  }

  /** Does what is due where its time is over. */
  check(nowMs: number, isCrowded: boolean): void {
    const activity = this.#activity;
    switch (this.#time.judge(activity, nowMs, isCrowded)) {
      case 'keep':
        if (activity === 'idle') this.#forget();
        return;
      case 'close':
        return this.destroy();
      case 'refuse':
        return this.refuse(REQUEST_TIMEOUT, 'the head was not complete in time');
      case 'reset':
        return this.#reset();
    }
  }

  /** What only makes the next answer cheaper is not kept for one who waits. */
  #forget(): void {
    this.#wire.forgetLastHead();
    this.#last = undefined;
  }

  get #activity(): Activity {
    if (this.#lingering) return 'lingering';
    if (this.#answering) return this.#sending ? 'sending' : 'answering';
    if (this.#wire.phase !== 'idle') return 'head';
    return this.#exchangeCount === 0 ? 'new' : 'idle';
  }

  /** Not a plain close: the operating system would keep megabytes for who does not read them. */
  #reset(): void {
    this.#destroyedHere = true;
    this.#endReason = TOO_SLOW;
    resetSocket(this.#socket);
  }

  /**
   * Ends the connection now.
   *
   * @param reason - for the record of an exchange that is cut off
   */
  destroy(reason?: string): void {
    this.#destroyedHere = true;
    this.#endReason ??= reason;
    this.#socket.destroy();
  }

  /** Takes octets; they may be written over as soon as this returns. */
  receive(octets: Uint8Array): void {
    this.#take(octets);
    this.#wire.copyHeld();
  }

  #take(octets: Uint8Array): void {
    if (this.#lingering) {
      this.#lingeredBytes += octets.length;
      if (this.#lingeredBytes > LINGER_BYTES) this.destroy();
      return;
    }
    if (this.#last?.isKept === true && !this.#answering && this.#answerAgain(octets)) return;
    // The first octets of a head: from here on its time runs, however slowly the rest comes.
    if (!this.#answering && this.#wire.phase === 'idle') {
      this.#time.begin();
      this.#time.takeLimits();
      this.#takeWireLimits();
    }
    this.#wire.receive(octets);
    // The next request is read when this one is answered: a client that sends and never reads
    // costs one request and the octets of one read.
    if (this.#answering) this.#pause();
    else this.#advance();
  }

  #pause(): void {
    this.#mayBePaused = true;
    this.#socket.pause();
  }

  #readOn(): void {
    if (!this.#mayBePaused) return;
    this.#mayBePaused = false;
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** What was changed meanwhile holds from here on: nothing has come of what is to be read. */
  #takeWireLimits(): void {
    const { wireLimits } = this.#context;
    if (wireLimits === this.#wireLimits) return;
    this.#wireLimits = wireLimits;
    this.#wire = new ServerConnection({ limits: wireLimits });
  }

  /** The client sends nothing more; what it asked for can still be sent. */
  receiveEnd(): void {
    if (this.#lingering) return this.destroy();
    this.#wire.receiveEnd();
    this.#advance();
  }

  /** Takes events until the machine needs octets or time. */
  #advance(): void {
    while (!this.#answering && !this.#lingering && !this.#socket.destroyed) {
      try {
        const event = this.#wire.nextEvent();
        if (event === NEED_DATA) {
          return this.#readOn();
        }
        if (event === PAUSED) throw new Error('paused without an exchange under way');
        if (event.type === 'closed') return this.#close();
        if (event.type === 'request') this.#begin(event.head);
      } catch (error) {
        if (error instanceof ProtocolError) {
          return this.refuse(error.status, refusalReason(error, this.#wire, this.#socket));
        }
        return this.#giveUp(error);
      }
    }
  }

  /**
   * The request that was answered last, once more: its answer goes out as it is, where the handler
   * stands by it. A whole exchange takes 0.5 us so, else 2.5.
   */
  #answerAgain(octets: Uint8Array): boolean {
    const { handler, wireLimits, observer, turnMs, requestIdOf } = this.#context;
    if (this.#isRetired || this.#wireLimits !== wireLimits) return false;
    if (this.#time.isWornOut(this.#exchangeCount + 1)) return false;
    const again = this.#last?.standing(handler);
    if (again === undefined || !this.#wire.passOver(octets)) return false;
    const { answer, request, sender } = again;
    this.#isAgain = true;
    this.#answering = true;
    this.#sending = true;
    this.#exchangeCount += 1;
    this.#sender = sender;
    this.#isOpen = true;
    this.#time.takeLimits();
    this.#time.beginSending();
    if (observer.exchange !== undefined) this.#requestId = requestIdOf(this.peer, request.fields);
    observer.request?.(sender, request.method, request.requestTarget);
    answer.startedMs = turnMs();
    answer.contentBytes = 0;
    again.write ??= this.#writeOf(answer, this.#context.joined.again(again.pieces));
    this.#writeWhole(again.write);
    return true;
  }

  #begin(head: RequestHead): void {
    this.#answering = true;
    this.#exchangeCount += 1;
    if (this.#exchangeCount > 1) this.#last ??= new LastExchange();
    this.#last?.replace();
    this.#time.takeLimits();
    // Where no content follows, the end of the request is there already. Where content does
    // follow, it is never read: the connection is closed after the answer.
    if (!announcesContent(head)) {
      this.#wire.nextEvent();
      this.#clientIsDone = !this.#wire.persists && this.#exchangeCount === 1;
    }
    const { observer, turnMs, handler, requestIdOf, effectivePeer } = this.#context;
    const { method, target, fields } = head;
    this.#requestId = requestIdOf(this.peer, fields);
    const { peer, isSecure } = effectivePeer(this.peer, this.#isSecure, fields);
    this.#sender = peer;
    this.#isOpen = true;
    observer.request?.(peer, method, head.requestTarget);
    const startedMs = turnMs();
    const requestId = this.#requestId;
    const last = this.#last?.answer;
    const response = handler.respond({ method, target, fields, peer, isSecure, requestId, last });
    if (!(response instanceof Promise)) return this.#answer(response, head, startedMs);
    response
      .then((settled) => this.#answer(settled, head, startedMs))
      .catch((error: unknown) => this.#giveUp(error));
  }

  #giveUp(error: unknown): void {
    this.#context.unforeseen(error);
    if (this.#isOpen) this.#context.observer.abandoned?.(this.#sender);
    this.#isOpen = false;
    // It may be told at once that the socket is gone: not yet to one that has something to do.
    this.destroy();
    this.#answering = false;
    if (this.#socketClosed) this.#leave();
  }

  /** Sends a response, records the exchange and goes on. */
  #answer(
    response: HandledResponse,
    request: RequestHead | undefined,
    startedMs: number,
    refusal?: string,
  ): void {
    const reason = refusal ?? faultReason(response);
    const answer = { response, request, startedMs, reason, contentBytes: 0, told: undefined };
    const { content } = response;
    if (content === undefined || content.octets !== undefined) return this.#sendWhole(answer);
    this.#sendStreamed(answer, content).catch((error: unknown) => this.#giveUp(error));
  }

  /** All octets are there: one write, and no promise. */
  #sendWhole(answer: Answer): void {
    const octets = answer.response.content?.octets;
    const pieces = this.#wire.send({ type: 'whole', head: this.#headOf(answer), octets });
    this.#last?.keep(this.#context.handler, answer, pieces, this.#sender);
    this.#writeWhole(this.#writeOf(answer, pieces));
  }

  #writeOf(answer: Answer, pieces: readonly Uint8Array[]): Write {
    const { content } = answer.response;
    const written = (error?: Error | null): void => {
      if (!error) answer.contentBytes = content?.octets?.length ?? 0;
      // Content in memory holds nothing that could fail to be released.
      void content?.close();
      this.#finish(answer, error ?? undefined);
    };
    return { socket: this.#socket, pieces, written };
  }

  #writeWhole(write: Write): void {
    this.writtenBytes += bytesOf(write.pieces);
    // Where the next request is there already, its answer waits for this one.
    if (this.#wire.heldBytes > 0) writeAsOne(write);
    else this.#context.writes.add(write);
  }

  async #sendStreamed(answer: Answer, content: Content): Promise<void> {
    let failure: Error | undefined;
    try {
      const write = (pieces: Uint8Array[]): Promise<void> =>
        new Promise((resolve, reject) => {
          this.writtenBytes += bytesOf(pieces);
          const written = (error?: Error | null): void => (error ? reject(error) : resolve());
          writeAsOne({ socket: this.#socket, pieces, written });
        });
      const encode = (octets: Uint8Array): Uint8Array[] =>
        this.#wire.send({ type: 'content', octets });
      const sent = (bytes: number): void => {
        answer.contentBytes += bytes;
      };
      const { buffers } = this.#context;
      const head = this.#wire.send({ type: 'response', head: this.#headOf(answer) });
      await sendContent(head, content, { encode, write, sent, buffers });
      const rest = this.#wire.send({ type: 'end' });
      if (rest.length > 0) await write(rest);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    await content.close();
    this.#finish(answer, failure);
  }

  /** From here on it is sent. */
  #headOf({ response, request }: Answer): ResponseHeadInit {
    this.#sending = true;
    this.#time.beginSending();
    const isLast = this.#isRetired || this.#time.isWornOut(this.#exchangeCount);
    const closes = isLast || (request !== undefined && announcesContent(request));
    if (!closes && response.prepared !== undefined) return response.prepared;
    const { status, fields } = response;
    return { status, fields: closes ? [...fields, ['Connection', 'close'] as const] : fields };
  }

  #finish(answer: Answer, failure: Error | undefined): void {
    let ended: ExchangeEnd = 'complete';
    if (failure !== undefined) {
      // The client left, or the file is not what its length said. Either way the octets that
      // went out are no whole message, and only the end of the connection can say so.
      const gone = this.#socket.destroyed && !this.#destroyedHere;
      ended = gone ? 'aborted-by-client' : 'aborted-by-server';
      this.destroy();
    }
    const { observer, monotonicMs, now } = this.#context;
    this.#isOpen = false;
    observer.exchange?.(
      recordOf(answer, {
        requestId: this.#requestId,
        peer: this.#sender,
        failure: this.#endReason ?? failure?.message,
        ended,
        monotonicMs: monotonicMs(),
        endedAtMs: now(),
      }),
    );
    this.#next();
  }

  #next(): void {
    this.#answering = false;
    this.#sending = false;
    this.#time.begin();
    if (this.#socketClosed) return this.#leave();
    if (this.#socket.destroyed) return;
    // An answer that had begun when it was retired did not say that it is the last: the client may
    // have sent a request behind it already, which would be lost: 63 of 1280 busy connections that a
    // stop with a delay met, before they stayed open for one more.
    if (this.#isDrained || !this.#wire.persists) return this.#close();
    if (!this.#isAgain) this.#wire.startNextCycle();
    this.#isAgain = false;
    this.#advance();
  }

  /**
   * RFC 9112 §9.6: ends the server's side first and reads on for a while. Closing with octets
   * unread would reset the connection and may take the last answer away from the client. One that
   * asked for nothing but this and said so has nothing on its way, but over TLS that this is its
   * end; one that has asked before may have sent more requests at once, whatever it said.
   */
  #close(): void {
    this.#lingering = true;
    this.#time.begin();
    const isOver = this.#clientIsDone && !this.#isSecure && this.#wire.heldBytes === 0;
    if (isOver || this.#socket.readableEnded) return this.#socket.destroySoon();
    this.#socket.end();
    this.#socket.resume();
  }

  /** The socket is gone. */
  closed(): void {
    this.#socketClosed = true;
    // The exchange under way is recorded before its client is gone.
    if (!this.#answering) this.#leave();
  }

  #leave(): void {
    this.#context.observer.offline?.(this.peer);
    this.#context.gone(this);
  }
}
