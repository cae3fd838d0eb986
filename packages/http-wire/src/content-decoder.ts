/**
 * Takes content out of a message body, alone: for whoever has a body without a connection.
 * Owns the octets that were received and not read; what they mean is `BodyDecoder`'s.
 *
 * RFC 9112 §6, §7.1.
 */
import { BodyDecoder } from './body-decoder.ts';
import { ProtocolError, UsageError } from './errors.ts';
import { type ContentEvent, type EndEvent, NEED_DATA } from './events.ts';
import type { BodyFraming } from './framing.ts';
import { type WireLimits, completeLimits } from './limits.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

/** Decodes one message body, in whatever pieces it comes. */
export class ContentDecoder {
  readonly #buffer = new ReceiveBuffer();
  readonly #decoder: BodyDecoder;
  #ended = false;

  /**
   * @param framing - how the content is delimited: `{ kind: 'chunked' }` for the chunked coding
   *   with its extensions and trailer section
   * @param limits - default: those of `DEFAULT_LIMITS`
   * @throws {ProtocolError} `content-too-large` where a declared length is over the limit
   */
  constructor(framing: BodyFraming, limits?: Partial<WireLimits>) {
    this.#decoder = new BodyDecoder(framing, completeLimits(limits), 0);
  }

  /**
   * Takes octets of the body.
   *
   * @param octets - kept by reference until they are read; not modified
   * @throws {UsageError} `wrong-state` after `receiveEnd()`
   */
  receive(octets: Uint8Array): void {
    if (this.#ended) throw new UsageError('wrong-state', 'octets came after receiveEnd()');
    this.#buffer.append(octets);
  }

  /** Notes that no more octets come; that ends content of `until-close` framing. */
  receiveEnd(): void {
    this.#ended = true;
  }

  /**
   * The next piece of content, a view of what was received; the end with the trailer section,
   * again at each further call; or {@link NEED_DATA}.
   *
   * @throws {ProtocolError} with a code of the chunked coding or of field lines,
   *   `content-too-large`, `unexpected-end`; its offset counts from the body's first octet
   */
  next(): ContentEvent | EndEvent | typeof NEED_DATA {
    const part = this.#decoder.next(this.#buffer);
    if (part !== undefined) return part;
    if (!this.#ended) return NEED_DATA;
    if (this.#decoder.endsWithConnection) return { type: 'end', trailers: undefined };
    throw new ProtocolError('unexpected-end', this.#buffer.streamOffset + this.#buffer.length);
  }

  /** Takes out the octets behind the body: they belong to the next message. */
  takeRemaining(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }
}
