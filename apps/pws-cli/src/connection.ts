/**
 * One connection: the pump between a socket and the machine of http-wire.
 * Owns when the socket is read (not while a response is under way), that responses go out in
 * order, and that the connection is closed once, so that the client can read what was sent.
 * It knows neither files nor fields.
 *
 * RFC 9112 §9.3 (persistence), §9.3.2 (pipelining), §9.6 (closing).
 */
import type { Socket } from 'node:net';
import {
  NEED_DATA,
  PAUSED,
  ProtocolError,
  type RequestHead,
  ServerConnection,
} from '@pws/http-wire';
import type { StaticResponse } from '@pws/static-fs';
import { sendContent } from './content-sender.ts';
import type { ExchangeEnd, Observer, Peer } from './exchange.ts';
import type { Handler } from './handler.ts';

/** How long a client may take to read the last answer after the server is done. */
const LINGER_MS = 2000;
/** How many octets of an unwanted message are read and dropped meanwhile. */
const LINGER_BYTES = 64 * 1024;

/** What a {@link Connection} needs. */
export interface ConnectionContext {
  readonly handler: Handler;
  readonly observer: Observer;
  /** Milliseconds, never going back. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called once, when the connection is gone. */
  readonly gone: (connection: Connection) => void;
  /** Told of failures that nobody foresaw: bugs. The connection ends, the server goes on. */
  readonly unforeseen: (error: unknown) => void;
}

/** A client's connection. */
export class Connection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #peer: Peer;
  readonly #wire = new ServerConnection();
  /** A response is being made or sent. */
  #answering = false;
  /** No further exchange begins. */
  #draining = false;
  #lingering: NodeJS.Timeout | undefined;
  #lingeredBytes = 0;
  /** The socket is closed; the last exchange may still have to be recorded. */
  #socketClosed = false;
  /** The server, not the client, ended the connection. */
  #destroyedHere = false;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#peer = {
      address: (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=[0-9.]+$)/, ''),
      port: socket.remotePort ?? 0,
    };
    socket.setNoDelay(true);
    socket.on('data', (octets: Uint8Array) => this.#receive(octets));
    socket.on('end', () => this.#receiveEnd());
    // What went wrong shows in the exchange's record; 'close' always follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
    context.observer.online(this.#peer);
  }

  /** Lets the exchange under way finish and closes then; closes at once where there is none. */
  drain(): void {
    this.#draining = true;
    if (!this.#answering && this.#lingering === undefined) this.#socket.destroySoon();
  }

  /** Ends the connection now. */
  destroy(): void {
    this.#destroyedHere = true;
    this.#socket.destroy();
  }

  #receive(octets: Uint8Array): void {
    if (this.#lingering !== undefined) {
      this.#lingeredBytes += octets.length;
      if (this.#lingeredBytes > LINGER_BYTES) this.destroy();
      return;
    }
    this.#wire.receive(octets);
    // The next request is read when this one is answered: a client that sends and never reads
    // costs one request and the octets of one read.
    if (this.#answering) this.#socket.pause();
    else this.#advance();
  }

  #receiveEnd(): void {
    if (this.#lingering !== undefined) return this.destroy();
    this.#wire.receiveEnd();
    this.#advance();
  }

  /** Takes events until the machine needs octets or time. */
  #advance(): void {
    while (!this.#answering && this.#lingering === undefined && !this.#socket.destroyed) {
      try {
        const event = this.#wire.nextEvent();
        if (event === NEED_DATA) {
          if (this.#socket.isPaused()) this.#socket.resume();
          return;
        }
        if (event === PAUSED) throw new Error('paused without an exchange under way');
        if (event.type === 'closed') return this.#close();
        if (event.type === 'request') this.#begin(event.head);
      } catch (error) {
        if (error instanceof ProtocolError) return this.#refuse(error);
        return this.#giveUp(error);
      }
    }
  }

  #begin(head: RequestHead): void {
    this.#answering = true;
    // Where no content follows, the end of the request is there already. Where content does
    // follow, it is never read: the connection is closed after the answer.
    if (!announcesContent(head)) this.#wire.nextEvent();
    this.#context.observer.request(this.#peer, head.method, head.requestTarget);
    const startedMs = this.#context.monotonicMs();
    this.#context.handler
      .respond(head)
      .then((response) => this.#answer(response, head, startedMs, undefined))
      .catch((error: unknown) => this.#giveUp(error));
  }

  #refuse(error: ProtocolError): void {
    this.#answering = true;
    const startedMs = this.#context.monotonicMs();
    const reason = `${error.code} at octet ${error.offset}`;
    const response = this.#context.handler.refuse(error.status);
    this.#answer(response, undefined, startedMs, reason).catch((failure: unknown) =>
      this.#giveUp(failure),
    );
  }

  #giveUp(error: unknown): void {
    this.#context.unforeseen(error);
    this.#answering = false;
    this.destroy();
    if (this.#socketClosed) this.#leave();
  }

  /** Sends a response, records the exchange and goes on. */
  async #answer(
    response: StaticResponse,
    request: RequestHead | undefined,
    startedMs: number,
    refusal: string | undefined,
  ): Promise<void> {
    let contentBytes = 0;
    let ended: ExchangeEnd = 'complete';
    let reason = refusal ?? faultReason(response);
    try {
      await this.#send(response, request, (bytes) => (contentBytes += bytes));
    } catch (error) {
      // The client left, or the file is not what its length said. Either way the octets that
      // went out are no whole message, and only the end of the connection can say so.
      const gone = this.#socket.destroyed && !this.#destroyedHere;
      ended = gone ? 'aborted-by-client' : 'aborted-by-server';
      reason = error instanceof Error ? error.message : String(error);
      this.destroy();
    }
    await response.content?.close();
    const { observer, monotonicMs, now } = this.#context;
    observer.exchange({
      peer: this.#peer,
      method: request?.method,
      target: request?.requestTarget,
      protocol: request === undefined ? undefined : `HTTP/1.${Math.min(request.minorVersion, 1)}`,
      referer: request?.fields.get('referer'),
      userAgent: request?.fields.get('user-agent'),
      status: response.status,
      reason,
      contentBytes,
      durationMs: monotonicMs() - startedMs,
      endedAtMs: now(),
      ended,
    });
    this.#next();
  }

  async #send(
    response: StaticResponse,
    request: RequestHead | undefined,
    sent: (bytes: number) => void,
  ): Promise<void> {
    const { status, fields, content } = response;
    const closes = this.#draining || (request !== undefined && announcesContent(request));
    const lines = closes ? [...fields, ['Connection', 'close'] as const] : fields;
    const head = this.#wire.send({ type: 'response', head: { status, fields: lines } });
    const write = (octets: Uint8Array[]): Promise<void> => this.#write(octets);
    if (content === undefined) {
      await write(head);
    } else {
      const encode = (octets: Uint8Array): Uint8Array[] =>
        this.#wire.send({ type: 'content', octets });
      await sendContent(head, content, encode, write, sent);
    }
    const rest = this.#wire.send({ type: 'end' });
    if (rest.length > 0) await write(rest);
  }

  #next(): void {
    this.#answering = false;
    if (this.#socketClosed) return this.#leave();
    if (this.#socket.destroyed) return;
    if (this.#draining || !this.#wire.persists) return this.#close();
    this.#wire.startNextCycle();
    this.#advance();
  }

  /** Writes the pieces as one; resolves when the operating system has them all. */
  #write(pieces: Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const last = pieces.length - 1;
      if (last > 0) socket.cork();
      for (const [index, piece] of pieces.entries()) {
        if (index < last) socket.write(piece);
        else socket.write(piece, (error) => (error ? reject(error) : resolve()));
      }
      if (last > 0) socket.uncork();
    });
  }

  /**
   * RFC 9112 §9.6: ends the server's side first and reads on for a while. Closing with octets
   * unread would reset the connection and may take the last answer away from the client.
   */
  #close(): void {
    this.#lingering = setTimeout(() => this.destroy(), LINGER_MS);
    if (this.#socket.readableEnded) return this.#socket.destroySoon();
    this.#socket.end();
    this.#socket.resume();
  }

  #closed(): void {
    clearTimeout(this.#lingering);
    this.#socketClosed = true;
    // The exchange under way is recorded before its client is gone.
    if (!this.#answering) this.#leave();
  }

  #leave(): void {
    this.#context.observer.offline(this.#peer);
    this.#context.gone(this);
  }
}

function announcesContent({ framing }: RequestHead): boolean {
  return framing.kind === 'length' ? framing.lengthBytes > 0 : framing.kind !== 'none';
}

/** Why a file could not be given: for the log, so the operating system's own words are welcome. */
function faultReason({ fault }: StaticResponse): string | undefined {
  if (fault === undefined) return undefined;
  return fault.cause instanceof Error ? fault.cause.message : fault.message;
}
