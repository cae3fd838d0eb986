/**
 * A server's end of one HTTP/1.1 connection: octets in, events out; events in, octets out.
 * Owns the order of things: what is read next, what may be sent next, when the connection
 * persists. It has no socket and no clock; whoever has them calls it.
 *
 * RFC 9112; the order of pipelined responses is §9.3.2.
 */
import { UsageError } from './errors.ts';
import type { RequestEvent, ServerSendEvent } from './events.ts';
import type { FieldLine, Fields } from './fields.ts';
import { CR, LF } from './grammar.ts';
import { LastHead } from './last-head.ts';
import { type BodyFraming, isWithoutContent, responseFraming } from './framing.ts';
import { type ResponseHeadInit, serializeResponseHead } from './head-serializer.ts';
import { connectionOptions, offersUpgrade, wantsPersistence } from './persistence.ts';
import { PreparedResponseHead } from './prepared-response.ts';
import { type RequestHead, RequestHeadReader } from './request-head.ts';
import { type ConnectionOptions, WireConnection, connectionFields } from './wire-connection.ts';

/**
 * What a connection is waiting for, for whoever keeps deadlines: `idle` between requests,
 * `head` in the middle of one, `content` in the middle of a request's content, `responding`
 * while a request has no complete response, `closing` when nothing is left to exchange,
 * `switched` when the octets are another protocol's.
 */
export type ConnectionPhase = 'idle' | 'head' | 'content' | 'responding' | 'closing' | 'switched';

/** A server's end of a connection. */
export class ServerConnection extends WireConnection<RequestEvent> {
  readonly #lastHead = new LastHead();
  readonly #headReader: RequestHeadReader;
  /** The request of the exchange under way. */
  #request: RequestHead | undefined;
  #awaitsContinue = false;
  #upgradeOffered = false;
  #wishes: Wishes | undefined;

  constructor(options: ConnectionOptions = {}) {
    super('request', options);
    this.#headReader = new RequestHeadReader(this.limits, this.#lastHead);
  }

  /** What the connection is waiting for. */
  get phase(): ConnectionPhase {
    const { request, response } = this.state;
    if (request === 'content') return 'content';
    if (request === 'closed' || response === 'must-close') return 'closing';
    if (response === 'switched') return 'switched';
    if (request === 'idle') return this.buffer.length === 0 ? 'idle' : 'head';
    return 'responding';
  }

  /**
   * The method of the request under way, as soon as its request line was read; also where the
   * rest of its head cannot be read, or does not come. RFC 9110 §9.3.2: whatever HEAD is answered
   * has no content.
   */
  get requestMethod(): string | undefined {
    if (this.#request !== undefined) return this.#request.method;
    const { octets, start, length } = this.buffer;
    return length === 0 ? undefined : this.#headReader.methodIn(octets, start);
  }

  /** Whether the client waits for 100 (Continue) before it sends content. RFC 9110 §10.1.1. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue && !this.contentBegan;
  }

  /**
   * The octets that send an event, in order. Content is passed through untouched, and a prepared
   * head can be: neither is to be changed before it is sent.
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
      case 'content':
        return this.sendContent(event.octets);
      case 'end':
        return this.sendEnd(event.trailers);
      case 'whole':
        return this.#sendWhole(event.head, event.octets);
    }
  }

  override startNextCycle(): void {
    super.startNextCycle();
    this.#request = undefined;
  }

  /**
   * Passes over octets that are the last request once more, whole and nothing behind it. Where they
   * are, it may be answered with what was sent then, and neither is given to the machine: a request
   * without content and its answer leave a connection that persists as it was.
   *
   * @param octets - not retained
   * @returns `false` where they are to be received like any others
   */
  passOver(octets: Uint8Array): boolean {
    const { state, buffer, ended } = this;
    const last = this.#lastHead;
    if (state.request !== 'idle' || state.response !== 'idle' || !state.persists) return false;
    if (buffer.length > 0 || ended || this.#wishes?.upgrade !== false) return false;
    if (last.head === undefined || last.head.framing.kind !== 'none') return false;
    if (octets.length !== last.lineLength + last.sectionLength) return false;
    const isLast =
      last.hasLine(octets, 0, octets.length) &&
      last.hasSection(octets, last.lineLength, octets.length);
    if (isLast) buffer.streamOffset += octets.length;
    return isLast;
  }

  /**
   * Lets go of what is kept to read the next head sooner, which is what the last one took: for a
   * connection that waits.
   */
  forgetLastHead(): void {
    this.#lastHead.forget();
    this.#wishes = undefined;
  }

  /** RFC 9112 §2.2: an old client sends an empty line behind its request, and may leave then. */
  protected override holdsNoMessage(): boolean {
    const { octets, start, length } = this.buffer;
    return length === 2 && octets[start] === CR && octets[start + 1] === LF;
  }

  protected override readHead(): RequestEvent | undefined {
    const { buffer, state } = this;
    const head = this.#headReader.read(
      buffer.octets,
      buffer.start,
      buffer.end,
      buffer.streamOffset,
    );
    if (head === undefined) return undefined;
    buffer.skip(this.#headReader.length);
    this.expectContent(head.framing);
    state.note('request', 'request');
    this.#wishes = wishesOf(head, this.#wishes);
    if (!this.#wishes.persistence) state.doNotPersist();
    this.#upgradeOffered = this.#wishes.upgrade;
    if (head.method === 'CONNECT' || this.#upgradeOffered) state.offerSwitch();
    this.#request = head;
    this.#awaitsContinue = head.expectsContinue;
    return { type: 'request', head };
  }

  #sendInformational(head: ResponseHeadInit): Uint8Array[] {
    if (head.status < 100 || head.status > 199 || head.status === 101) {
      throw new UsageError('invalid-status', `${head.status} is not an interim status`);
    }
    // RFC 9110 §15.2: a server may not send 1xx to an HTTP/1.0 client.
    if (this.#request?.minorVersion === 0) {
      throw new UsageError('wrong-state', 'an HTTP/1.0 client understands no interim response');
    }
    const octets = serializeWithoutFraming(head);
    this.state.note('response', 'informational');
    if (head.status === 100) this.#awaitsContinue = false;
    return [octets];
  }

  #sendSwitch(head: ResponseHeadInit): Uint8Array[] {
    const fits = head.status === 101 ? this.#upgradeOffered : this.#opensTunnel(head.status);
    if (!this.state.switchOffered || !fits) {
      throw new UsageError('wrong-state', 'a switch needs 101 to Upgrade, or a 2xx to CONNECT');
    }
    const octets = serializeWithoutFraming(head);
    this.state.note('response', 'switch');
    return [octets];
  }

  #sendResponse(head: ResponseHeadInit): Uint8Array[] {
    if (head.status < 200 || this.#opensTunnel(head.status)) {
      throw new UsageError('invalid-status', `${head.status} is no final response here`);
    }
    this.#expectNoResponseYet();
    return this.#sendPrepared(head) ?? this.#sendWritten(head);
  }

  /** 200 ns less than three events where the head was prepared: nothing is framed, only compared. */
  #sendWhole(head: ResponseHeadInit, octets: Uint8Array | undefined): Uint8Array[] {
    const request = this.#request;
    if (head instanceof PreparedResponseHead && request?.minorVersion === 1) {
      const contentBytes = head.contentBytesFor(request.method);
      if (contentBytes === (octets?.length ?? 0) && !this.#isLast) {
        this.#expectNoResponseYet();
        this.#awaitsContinue = false;
        this.state.note('response', 'response');
        this.state.note('response', 'end');
        const pieces = behindStart(head, head.octets);
        if (octets !== undefined && contentBytes > 0) pieces.push(octets);
        return pieces;
      }
    }
    const pieces = this.#sendResponse(head);
    if (octets !== undefined) pieces.push(...this.sendContent(octets));
    pieces.push(...this.sendEnd(undefined));
    return pieces;
  }

  /** As it was written, where nothing follows from the exchange that it does not say. */
  #sendPrepared(head: ResponseHeadInit): Uint8Array[] | undefined {
    const request = this.#request;
    if (!(head instanceof PreparedResponseHead) || request === undefined) return undefined;
    const framing = request.minorVersion === 0 ? undefined : head.framingFor(request.method);
    if (framing === undefined) return undefined;
    const closes = this.#closesAfter(framing);
    this.#noteResponse(framing);
    if (!closes) return behindStart(head, head.octets);
    this.state.doNotPersist();
    return behindStart(head, head.closingOctets);
  }

  #sendWritten(head: ResponseHeadInit): Uint8Array[] {
    const lines = [...head.fields];
    const fields = connectionFields(lines);
    const framing = this.#frameResponse(head.status, fields, lines);
    const options = connectionOptions(fields.get('connection') ?? '');
    const close = options.includes('close') || this.#closesAfter(framing);
    if (close && !options.includes('close')) {
      lines.push(['Connection', 'close']);
    } else if (!close && this.#request?.minorVersion === 0 && !options.includes('keep-alive')) {
      lines.push(['Connection', 'keep-alive']);
    }
    const octets = serializeResponseHead({ ...head, fields: lines });
    this.#noteResponse(framing);
    if (close) this.state.doNotPersist();
    return [octets];
  }

  #noteResponse(framing: BodyFraming): void {
    this.announceContent(framing);
    this.#awaitsContinue = false;
    this.state.note('response', 'response');
  }

  /** RFC 9110 §9.3.6: any 2xx to CONNECT makes the connection a tunnel. */
  #opensTunnel(status: number): boolean {
    return this.#request?.method === 'CONNECT' && status >= 200 && status < 300;
  }

  /** The framing that the head gives; where it gives none, the one that is added to `lines`. */
  #frameResponse(status: number, fields: Fields, lines: FieldLine[]): BodyFraming {
    if (status === 204) refuseFraming(fields);
    // A client whose request could not be read may speak HTTP/1.0: it gets what that can read.
    const minorVersion = Math.min(this.#request?.minorVersion ?? 0, 1);
    // As if there were content: fields that do not fit are wrong in the answer to HEAD too.
    const declared = responseFraming(undefined, 200, fields, minorVersion);
    if (declared.kind === 'fault') {
      throw new UsageError('invalid-framing', `the framing fields do not fit: ${declared.code}`);
    }
    if (isWithoutContent(this.requestMethod, status)) return { kind: 'none' };
    if (declared.kind !== 'until-close' || minorVersion === 0) return declared;
    lines.push(['Transfer-Encoding', 'chunked']);
    return { kind: 'chunked' };
  }

  #closesAfter(framing: BodyFraming): boolean {
    return framing.kind === 'until-close' || this.#isLast;
  }

  /** Whether no request is read behind the one that is being answered. */
  get #isLast(): boolean {
    if (!this.state.persists) return true;
    // The answer to a request that was never read.
    if (this.#request === undefined) return true;
    // Nobody is left to send another request.
    if (this.ended && this.buffer.length === 0) return true;
    // RFC 9110 §10.1.1: the client may now leave its content out, or not; what comes next on the
    // connection could be either.
    return this.awaitsContinue;
  }

  #expectNoResponseYet(): void {
    const { response } = this.state;
    if (response === 'head' || response === 'idle') return;
    throw new UsageError('wrong-state', `no response may be sent while one is ${response}`);
  }
}

function behindStart({ start }: PreparedResponseHead, octets: Uint8Array): Uint8Array[] {
  return start === undefined ? [octets] : [start, octets];
}

/** What a request wants of the connection; the same of each with the same fields. */
interface Wishes {
  readonly fields: Fields;
  readonly minorVersion: number;
  readonly persistence: boolean;
  readonly upgrade: boolean;
}

function wishesOf({ fields, minorVersion }: RequestHead, last: Wishes | undefined): Wishes {
  if (last?.fields === fields && last.minorVersion === minorVersion) return last;
  return {
    fields,
    minorVersion,
    persistence: wantsPersistence(fields, minorVersion),
    upgrade: offersUpgrade(fields, minorVersion),
  };
}

/** RFC 9110 §8.6, RFC 9112 §6.1: 1xx, 204 and a 2xx to CONNECT have no framing fields. */
function refuseFraming(fields: Fields): void {
  if (!fields.has('content-length') && !fields.has('transfer-encoding')) return;
  throw new UsageError('invalid-framing', 'this response may not have framing fields');
}

function serializeWithoutFraming(head: ResponseHeadInit): Uint8Array {
  const lines = [...head.fields];
  refuseFraming(connectionFields(lines));
  return serializeResponseHead({ ...head, fields: lines });
}
