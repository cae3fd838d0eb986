/**
 * What both ends of a connection have in common: octets are received and read in order, content
 * is framed, one exchange follows the other.
 * Owns the buffer, the content of the message that is being received and of the one that is
 * being sent, and the error after which nothing more can be read. Which heads come and go is
 * the business of the two ends, `ServerConnection` and `ClientConnection`.
 */
import { BodyDecoder } from './body-decoder.ts';
import { BodyEncoder } from './body-encoder.ts';
import { ProtocolError, UsageError } from './errors.ts';
import { type ClosedEvent, type ContentEvent, type EndEvent, NEED_DATA, PAUSED } from './events.ts';
import { type FieldLine, Fields } from './fields.ts';
import type { BodyFraming } from './framing.ts';
import { type WireLimits, completeLimits } from './limits.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { ExchangeState, type Side } from './state.ts';

/** Options of a connection machine. */
export interface ConnectionOptions {
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<WireLimits>;
}

const CLOSED: ClosedEvent = Object.freeze({ type: 'closed' });
const END: EndEvent = Object.freeze({ type: 'end', trailers: undefined });

/** One end of a connection. */
export abstract class WireConnection<HeadEvent> {
  protected readonly limits: WireLimits;
  protected readonly state: ExchangeState = new ExchangeState();
  protected readonly buffer: ReceiveBuffer = new ReceiveBuffer();
  /** Whether the peer sends no more octets. */
  protected ended = false;
  /** Whether octets of the received message's content have come. */
  protected contentBegan = false;
  readonly #received: Side;
  readonly #sent: Side;
  #error: ProtocolError | undefined;
  #decoder: BodyDecoder | undefined;
  #encoder: BodyEncoder | undefined;

  protected constructor(received: Side, options: ConnectionOptions) {
    this.#received = received;
    this.#sent = received === 'request' ? 'response' : 'request';
    this.limits = completeLimits(options.limits);
  }

  /** Whether the connection may carry another exchange after the one under way. */
  get persists(): boolean {
    return this.state.persists;
  }

  /** How many received octets are held. Bounded by the limits and the piece received last. */
  get heldBytes(): number {
    return this.buffer.length;
  }

  /**
   * Takes octets from the peer. Nothing is read yet: ask `nextEvent()`.
   *
   * @param octets - kept by reference until they are read, so they must not be changed
   *   before that, or before `copyHeld()`; not modified
   * @throws {UsageError} `wrong-state` after `receiveEnd()`
   */
  receive(octets: Uint8Array): void {
    if (this.ended) throw new UsageError('wrong-state', 'octets came after receiveEnd()');
    this.buffer.append(octets);
  }

  /**
   * Copies the octets that are held, so that the buffer in which they were received may be used
   * again. After this nothing that the machine has, or has given out but for content, lies in it.
   */
  copyHeld(): void {
    this.buffer.own();
  }

  /** Notes that the peer sends no more octets. What is under way can still be sent. */
  receiveEnd(): void {
    this.ended = true;
  }

  /**
   * The next event, {@link NEED_DATA} or {@link PAUSED}.
   *
   * @throws {ProtocolError} when the peer broke the protocol, again at each further call
   */
  nextEvent():
    | HeadEvent
    | ContentEvent
    | EndEvent
    | ClosedEvent
    | typeof NEED_DATA
    | typeof PAUSED {
    if (this.#error !== undefined) throw this.#error;
    try {
      switch (this.state[this.#received]) {
        case 'idle':
          // An answer that no request asked for (408) is the last one: no request follows it.
          return this.state[this.#sent] === 'idle' ? this.#readFirstHead() : PAUSED;
        case 'head':
          return this.#readHead();
        case 'content':
          return this.#readBody();
        case 'must-close':
          return this.ended && this.buffer.length === 0 ? this.#closed() : PAUSED;
        case 'closed':
          return CLOSED;
        default:
          return PAUSED;
      }
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.#error = error;
        this.state.fail(this.#received);
      }
      throw error;
    }
  }

  /**
   * Begins the next exchange on a connection that persists.
   *
   * @throws {UsageError} `wrong-state` unless request and response are both complete
   */
  startNextCycle(): void {
    this.state.startNextCycle();
  }

  /**
   * Takes out the octets that were received and not read: after a switch they belong to the
   * other protocol. They are what was received, untouched.
   */
  takeRemaining(): Uint8Array {
    return this.buffer.take(this.buffer.length);
  }

  /** Reads a head from the buffer, which is not empty; `undefined` while it is incomplete. */
  protected abstract readHead(): HeadEvent | undefined;

  /** Whether the octets that are held are no beginning of a message, though they are not none. */
  protected holdsNoMessage(): boolean {
    return false;
  }

  /** Expects content in the received message. */
  protected expectContent(framing: BodyFraming): void {
    this.contentBegan = false;
    const { streamOffset } = this.buffer;
    this.#decoder =
      framing.kind === 'none' ? undefined : new BodyDecoder(framing, this.limits, streamOffset);
  }

  /** Expects content in the sent message. */
  protected announceContent(framing: BodyFraming): void {
    this.#encoder = new BodyEncoder(framing);
  }

  protected sendContent(octets: Uint8Array): Uint8Array[] {
    const pieces = this.#expectEncoder().encode(octets);
    this.state.note(this.#sent, 'content');
    return pieces;
  }

  protected sendEnd(trailers: readonly FieldLine[] | undefined): Uint8Array[] {
    const pieces = this.#expectEncoder().end(trailers);
    this.#encoder = undefined;
    this.state.note(this.#sent, 'end');
    return pieces;
  }

  #readFirstHead(): HeadEvent | ClosedEvent | typeof NEED_DATA {
    if (this.buffer.length === 0) return this.ended ? this.#closed() : NEED_DATA;
    return this.ended && this.holdsNoMessage() ? this.#closed() : this.#readHead();
  }

  #readHead(): HeadEvent | typeof NEED_DATA {
    return this.readHead() ?? this.#needMore();
  }

  #readBody(): ContentEvent | EndEvent | typeof NEED_DATA {
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#endBody(END);
    const part = decoder.next(this.buffer);
    if (part === undefined) {
      return this.ended && decoder.endsWithConnection ? this.#endBody(END) : this.#needMore();
    }
    this.contentBegan = true;
    if (part.type === 'end') return this.#endBody(part);
    this.state.note(this.#received, 'content');
    return part;
  }

  #endBody(event: EndEvent): EndEvent {
    this.#decoder = undefined;
    this.state.note(this.#received, 'end');
    return event;
  }

  #closed(): ClosedEvent {
    this.state.note(this.#received, 'closed');
    return CLOSED;
  }

  #needMore(): typeof NEED_DATA {
    if (!this.ended) return NEED_DATA;
    throw new ProtocolError('unexpected-end', this.buffer.streamOffset + this.buffer.length);
  }

  #expectEncoder(): BodyEncoder {
    if (this.#encoder !== undefined) return this.#encoder;
    const state = this.state[this.#sent];
    throw new UsageError(
      'wrong-state',
      `no content may be sent while the ${this.#sent} is ${state}`,
    );
  }
}

const CONNECTION_FIELDS: readonly string[] = [
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'host',
];

/** The same by their lengths, of which no two are equal. */
const BY_LENGTH: readonly (string | undefined)[] = Array.from({ length: 18 }, (_, length) =>
  CONNECTION_FIELDS.find((name) => name.length === length),
);

const NO_FIELDS = Fields.from([]);

/** The lines that framing and persistence depend on, as fields. */
export function connectionFields(lines: readonly FieldLine[]): Fields {
  const chosen = lines.filter(([name]) => isConnectionField(name));
  return chosen.length === 0 ? NO_FIELDS : Fields.from(chosen);
}

/**
 * Length and first letter tell most names apart. With every name made lower case and looked up
 * in a set, the lines of a response with 9 fields were chosen in 320 ns, and are now in 140.
 */
function isConnectionField(name: string): boolean {
  const sought = BY_LENGTH[name.length];
  if (sought === undefined || (name.charCodeAt(0) | 0x20) !== sought.charCodeAt(0)) return false;
  return name.toLowerCase() === sought;
}
