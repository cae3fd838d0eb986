/**
 * A response head that was checked and written once, to be sent with any number of answers.
 * Owns when that is possible: what the machine adds to a head follows from the exchange, so only a
 * head to which nothing has to be added goes out as it was written.
 *
 * A head of 10 field lines is sent so in 85 ns, else in 1350 (Node 20).
 */
import { UsageError } from './errors.ts';
import type { FieldLine, Fields } from './fields.ts';
import { type BodyFraming, isWithoutContent, responseFraming } from './framing.ts';
import {
  type ResponseHeadInit,
  serializeHeadRest,
  serializeResponseHead,
} from './head-serializer.ts';
import type { LeadingLines } from './leading-lines.ts';
import { connectionFields } from './wire-connection.ts';

const CLOSE: FieldLine = ['Connection', 'close'];

const NO_CONTENT: BodyFraming = Object.freeze({ kind: 'none' });

/** A response head that is ready to be sent. It is made by {@link prepareResponseHead}. */
export class PreparedResponseHead implements ResponseHeadInit {
  readonly status: number;
  /**
   * The head as it is sent where nothing has to be added; what follows its leading lines, where it
   * has some. Not to be changed.
   */
  readonly octets: Uint8Array;
  readonly #fields: readonly FieldLine[];
  readonly #leading: LeadingLines | undefined;
  /** The same with `Connection: close`; made where it is asked for. */
  #closingOctets: Uint8Array | undefined;
  /** What the lines say of the content; `undefined` where a line would have to be added. */
  readonly #framing: BodyFraming | undefined;
  /** Octets of content that the lines speak of; `undefined` where they do not say how many. */
  readonly #contentBytes: number | undefined;

  /** @throws {UsageError} as {@link prepareResponseHead} */
  constructor(
    { status, fields }: Pick<ResponseHeadInit, 'status' | 'fields'>,
    leading: LeadingLines | undefined,
  ) {
    if (status < 200) throw new UsageError('invalid-status', `${status} is no final status`);
    this.status = status;
    this.#fields = [...fields];
    this.#leading = leading;
    leading?.startOf(status);
    this.octets = this.#write(this.#fields);
    this.#framing = framingOf(status, connectionFields(this.#fields));
    this.#contentBytes = contentBytesOf(this.#framing);
  }

  /** The lines that it was made of, behind the leading lines of now. */
  get fields(): readonly FieldLine[] {
    return this.#leading === undefined ? this.#fields : [...this.#leading.fields, ...this.#fields];
  }

  /** What is sent before the octets; `undefined` for nothing. Not to be changed. */
  get start(): Uint8Array | undefined {
    return this.#leading?.startOf(this.status);
  }

  /** The octets where the connection closes behind the answer. Not to be changed. */
  get closingOctets(): Uint8Array {
    this.#closingOctets ??= this.#write([...this.#fields, CLOSE]);
    return this.#closingOctets;
  }

  /**
   * How many octets of content an answer with this head has; `undefined` where the head does not say
   * so, or cannot be sent as it was written.
   *
   * @param method - of the request, which is one of HTTP/1.1
   */
  contentBytesFor(method: string): number | undefined {
    if (this.#contentBytes === undefined || method === 'CONNECT') return undefined;
    return isWithoutContent(method, this.status) ? 0 : this.#contentBytes;
  }

  #write(fields: readonly FieldLine[]): Uint8Array {
    return this.#leading === undefined
      ? serializeResponseHead({ status: this.status, fields })
      : serializeHeadRest(fields);
  }

  /**
   * How the content of an answer with this head is framed; `undefined` where the head cannot be
   * sent as it was written.
   *
   * @param method - of the request, which is one of HTTP/1.1
   */
  framingFor(method: string): BodyFraming | undefined {
    if (this.#framing === undefined || method === 'CONNECT') return undefined;
    return isWithoutContent(method, this.status) ? NO_CONTENT : this.#framing;
  }
}

/**
 * Checks and writes a response head that is sent again and again, as `head` of a `response`. It is
 * sent by reference, where the connection does not persist with `Connection: close`; where another
 * line has to be added (`Transfer-Encoding`, `Connection: keep-alive`) the machine writes the head
 * anew, so it can be given with every answer.
 *
 * @param leading - lines that stand before those of the head and may change while it is kept.
 *   Default: none
 * @throws {UsageError} `invalid-status`, `invalid-field-name`, `invalid-field-value`
 * @see RFC 9112 §4 (status line), §5 (field lines)
 */
export function prepareResponseHead(
  head: Pick<ResponseHeadInit, 'status' | 'fields'>,
  leading?: LeadingLines,
): PreparedResponseHead {
  return new PreparedResponseHead(head, leading);
}

function contentBytesOf(framing: BodyFraming | undefined): number | undefined {
  if (framing?.kind === 'length') return framing.lengthBytes;
  return framing?.kind === 'none' ? 0 : undefined;
}

function framingOf(status: number, fields: Fields): BodyFraming | undefined {
  // What is faulty, and what depends on the exchange, is left to the machine.
  if (status === 204 && (fields.has('content-length') || fields.has('transfer-encoding'))) {
    return undefined;
  }
  if (fields.has('connection')) return undefined;
  const declared = responseFraming(undefined, 200, fields, 1);
  if (declared.kind === 'length' || declared.kind === 'chunked') return declared;
  return declared.kind === 'until-close' && isWithoutContent(undefined, status)
    ? NO_CONTENT
    : undefined;
}
