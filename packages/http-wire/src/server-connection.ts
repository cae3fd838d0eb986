/**
 * A server's end of one HTTP/1.1 connection: octets in, events out; events in, octets out.
 * Owns the order of things: what is read next, what may be sent next, when the connection
 * persists. It has no socket and no clock; whoever has them calls it.
 *
 * RFC 9112; the order of pipelined responses is §9.3.2.
 */
import { BodyDecoder } from './body-decoder.ts';
import { BodyEncoder } from './body-encoder.ts';
import { ProtocolError, UsageError } from './errors.ts';
import {
  type ClosedEvent,
  NEED_DATA,
  PAUSED,
  type ServerSendEvent,
  type ServerWireEvent,
} from './events.ts';
import { type FieldLine, Fields } from './fields.ts';
import { type BodyFraming, responseFraming } from './framing.ts';
import { DEFAULT_LIMITS, type WireLimits } from './limits.ts';
import { connectionOptions, wantsPersistence } from './persistence.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { type RequestHead, RequestHeadReader } from './request-head.ts';
import { type ResponseHead, serializeResponseHead } from './response-head.ts';
import { ExchangeState } from './state.ts';

/** Options of a {@link ServerConnection}. */
export interface ServerConnectionOptions {
  /** Limits that differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<WireLimits>;
}

/**
 * What a connection is waiting for, for whoever keeps deadlines: `idle` between requests,
 * `head` in the middle of one, `content` in the middle of a request's content, `responding`
 * while a request has no complete response, `closing` when nothing is left to exchange.
 */
export type ConnectionPhase = 'idle' | 'head' | 'content' | 'responding' | 'closing';

const CLOSED: ClosedEvent = Object.freeze({ type: 'closed' });
const END = Object.freeze({ type: 'end', trailers: undefined }) satisfies ServerWireEvent;

/** A server's end of a connection. */
export class ServerConnection {
  readonly #limits: WireLimits;
  readonly #state = new ExchangeState();
  readonly #buffer = new ReceiveBuffer();
  readonly #headReader: RequestHeadReader;
  #ended = false;
  #error: ProtocolError | undefined;
  /** The request of the exchange under way. */
  #request: RequestHead | undefined;
  #decoder: BodyDecoder | undefined;
  #encoder: BodyEncoder | undefined;
  #awaitsContinue = false;

  constructor(options: ServerConnectionOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#headReader = new RequestHeadReader(this.#limits);
  }

  /** What the connection is waiting for. */
  get phase(): ConnectionPhase {
    const { request, response } = this.#state;
    if (request === 'idle') return this.#buffer.length === 0 ? 'idle' : 'head';
    if (request === 'content') return 'content';
    if (request === 'closed' || response === 'must-close' || response === 'closed')
      return 'closing';
    return 'responding';
  }

  /** Whether the connection may carry another exchange after the one under way. */
  get persists(): boolean {
    return this.#state.persists;
  }

  /** Whether the client waits for 100 (Continue) before it sends content. RFC 9110 §10.1.1. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  /** How many received octets are held. Bounded by the limits and the piece received last. */
  get heldBytes(): number {
    return this.#buffer.length;
  }

  /**
   * Takes octets from the peer. Nothing is read yet: ask {@link ServerConnection.nextEvent}.
   *
   * @param octets - kept by reference until they are read, so they must not be changed
   *   afterwards; not modified
   * @throws {UsageError} `wrong-state` after `receiveEnd()`
   */
  receive(octets: Uint8Array): void {
    if (this.#ended) throw new UsageError('wrong-state', 'octets came after receiveEnd()');
    this.#buffer.append(octets);
  }

  /** Notes that the peer sends no more octets. A response can still be sent. */
  receiveEnd(): void {
    this.#ended = true;
  }

  /**
   * The next event, {@link NEED_DATA} or {@link PAUSED}.
   *
   * @throws {ProtocolError} when the peer broke the protocol, again at each further call. One
   *   final response can still be sent if none has been.
   */
  nextEvent(): ServerWireEvent | typeof NEED_DATA | typeof PAUSED {
    try {
      switch (this.#state.request) {
        case 'idle':
          return this.#readHead();
        case 'content':
          return this.#readBody();
        case 'closed':
          return CLOSED;
        case 'error':
          throw this.#error as ProtocolError;
        default:
          return PAUSED;
      }
    } catch (error) {
      if (error instanceof ProtocolError && this.#error === undefined) {
        this.#error = error;
        this.#state.fail('request');
      }
      throw error;
    }
  }

  /**
   * The octets that send an event, in order. Content is passed through untouched.
   *
   * A response head gets the field lines that follow from the exchange: `Connection: close`
   * where the connection does not persist, `Connection: keep-alive` where it does for an
   * HTTP/1.0 client, `Transfer-Encoding: chunked` where neither that nor Content-Length was
   * given and the client understands it.
   *
   * @throws {UsageError} where the event may not come now, or cannot be written
   */
  send(event: ServerSendEvent): Uint8Array[] {
    switch (event.type) {
      case 'informational':
        return this.#sendInformational(event.head);
      case 'switch':
        return this.#sendSwitch(event.head);
      case 'response':
        return this.#sendResponse(event.head);
      case 'content': {
        this.#expectResponseState('content');
        const octets = (this.#encoder as BodyEncoder).encode(event.octets);
        this.#state.note('response', 'content');
        return octets;
      }
      case 'end': {
        this.#expectResponseState('content');
        const octets = (this.#encoder as BodyEncoder).end(event.trailers);
        this.#encoder = undefined;
        this.#state.note('response', 'end');
        return octets;
      }
    }
  }

  /**
   * Begins the next exchange on a connection that persists.
   *
   * @throws {UsageError} `wrong-state` unless request and response are both complete
   */
  startNextCycle(): void {
    this.#state.startNextCycle();
    this.#request = undefined;
  }

  /**
   * Takes out the octets that were received and not read: after a switch they belong to the
   * other protocol.
   */
  takeRemaining(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  #readHead(): ServerWireEvent | typeof NEED_DATA {
    const buffer = this.#buffer;
    if (buffer.length === 0) {
      if (!this.#ended) return NEED_DATA;
      this.#state.note('request', 'closed');
      return CLOSED;
    }
    const { octets, start, end, streamOffset } = buffer;
    const head = this.#headReader.read(octets, start, end, streamOffset);
    if (head === undefined) return this.#needMore();
    buffer.skip(this.#headReader.length);
    this.#headReader.begin();
    const { framing, fields, minorVersion, method } = head;
    const decoder =
      framing.kind === 'none'
        ? undefined
        : new BodyDecoder(framing, this.#limits, buffer.streamOffset);
    this.#state.note('request', 'request');
    if (!wantsPersistence(fields, minorVersion)) this.#state.doNotPersist();
    if (method === 'CONNECT' || offersUpgrade(head)) this.#state.offerSwitch();
    this.#request = head;
    this.#decoder = decoder;
    this.#awaitsContinue = head.expectsContinue;
    return { type: 'request', head };
  }

  #readBody(): ServerWireEvent | typeof NEED_DATA {
    if (this.#decoder === undefined) {
      this.#state.note('request', 'end');
      return END;
    }
    const part = this.#decoder.next(this.#buffer);
    if (part === undefined) return this.#needMore();
    // Content that comes unasked ends the wait.
    this.#awaitsContinue = false;
    this.#state.note('request', part.type);
    return part;
  }

  #needMore(): typeof NEED_DATA {
    if (!this.#ended) return NEED_DATA;
    throw new ProtocolError('unexpected-end', this.#buffer.streamOffset + this.#buffer.length);
  }

  #sendInformational(head: ResponseHead): Uint8Array[] {
    if (head.status < 100 || head.status > 199 || head.status === 101) {
      throw new UsageError('invalid-status', `${head.status} is not an interim status`);
    }
    // RFC 9110 §15.2: a server may not send 1xx to an HTTP/1.0 client.
    if (this.#request?.minorVersion === 0) {
      throw new UsageError('wrong-state', 'an HTTP/1.0 client understands no interim response');
    }
    const octets = serializeResponseHead(head);
    this.#state.note('response', 'informational');
    if (head.status === 100) this.#awaitsContinue = false;
    return [octets];
  }

  #sendSwitch(head: ResponseHead): Uint8Array[] {
    const tunnel = this.#request?.method === 'CONNECT' && head.status >= 200 && head.status < 300;
    if (!this.#state.switchOffered || !(tunnel || head.status === 101)) {
      throw new UsageError('wrong-state', 'a switch needs an offer, and 101 or a 2xx to CONNECT');
    }
    const octets = serializeResponseHead(head);
    this.#state.note('response', 'switch');
    return [octets];
  }

  #sendResponse(head: ResponseHead): Uint8Array[] {
    if (head.status < 200) {
      throw new UsageError(
        'invalid-status',
        `${head.status} is not the status of a final response`,
      );
    }
    this.#expectResponseState('head', 'idle');
    const lines = [...head.fields];
    const fields = Fields.from(lines);
    const framing = this.#frameResponse(head.status, fields, lines);
    const close = this.#closesAfter(fields, framing);
    const given = fields.get('connection');
    if (close && (given === undefined || !connectionOptions(given).includes('close'))) {
      lines.push(['Connection', 'close']);
    } else if (!close && given === undefined && this.#request?.minorVersion === 0) {
      lines.push(['Connection', 'keep-alive']);
    }
    const octets = serializeResponseHead({ ...head, fields: lines });
    this.#encoder = new BodyEncoder(framing);
    this.#awaitsContinue = false;
    this.#state.note('response', 'response');
    if (close) this.#state.doNotPersist();
    return [octets];
  }

  /** The framing that the head gives; where it gives none, the one that is added to `lines`. */
  #frameResponse(status: number, fields: Fields, lines: FieldLine[]): BodyFraming {
    const declared = fields.has('content-length') || fields.has('transfer-encoding');
    // RFC 9110 §8.6, RFC 9112 §6.1.
    if (declared && status === 204) {
      throw new UsageError('invalid-framing', 'a 204 response has no framing fields');
    }
    const minorVersion = Math.min(this.#request?.minorVersion ?? 1, 1);
    const framing = responseFraming(this.#request?.method, status, fields, minorVersion);
    if (framing.kind === 'fault') {
      throw new UsageError('invalid-framing', `the framing fields do not fit: ${framing.code}`);
    }
    if (framing.kind !== 'until-close' || minorVersion === 0) return framing;
    lines.push(['Transfer-Encoding', 'chunked']);
    return { kind: 'chunked' };
  }

  #closesAfter(fields: Fields, framing: BodyFraming): boolean {
    if (!this.#state.persists || framing.kind === 'until-close') return true;
    // Nobody is left to send another request.
    if (this.#ended && this.#buffer.length === 0) return true;
    const given = fields.get('connection');
    return given !== undefined && connectionOptions(given).includes('close');
  }

  #expectResponseState(...states: string[]): void {
    const { response } = this.#state;
    if (states.includes(response)) return;
    throw new UsageError('wrong-state', `this may not be sent while the response is ${response}`);
  }
}

/** RFC 9110 §7.8: Upgrade counts only where Connection names it, and not in HTTP/1.0. */
function offersUpgrade({ fields, minorVersion }: RequestHead): boolean {
  if (minorVersion === 0 || !fields.has('upgrade')) return false;
  return connectionOptions(fields.get('connection') ?? '').includes('upgrade');
}
