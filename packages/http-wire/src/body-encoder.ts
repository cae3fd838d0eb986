/**
 * Puts content into a message body.
 * Owns the chunked coding in the sending direction and the promise that as many octets are
 * sent as were declared. Content passes through untouched, never copied.
 *
 * RFC 9112 §6, §7.1.
 */
import { forbiddenTrailerField } from './body-decoder.ts';
import { UsageError } from './errors.ts';
import { type FieldLine, Fields } from './fields.ts';
import type { BodyFraming } from './framing.ts';
import { encodeLatin1 } from './octets.ts';
import { serializeFieldLines } from './head-serializer.ts';

/** Encodes the body of one message. */
export class BodyEncoder {
  readonly #framing: BodyFraming;
  #remaining: number;

  constructor(framing: BodyFraming) {
    this.#framing = framing;
    this.#remaining = framing.kind === 'length' ? framing.lengthBytes : 0;
  }

  /**
   * The octets to send for a piece of content.
   *
   * @throws {UsageError} `content-not-allowed` where the message has none,
   *   `content-length-mismatch` where it is more than was declared
   */
  encode(content: Uint8Array): Uint8Array[] {
    switch (this.#framing.kind) {
      case 'none':
        if (content.length === 0) return [];
        throw new UsageError('content-not-allowed', 'this message has no content');
      case 'length':
        if (content.length > this.#remaining) throw this.#mismatch(content.length);
        this.#remaining -= content.length;
        return content.length === 0 ? [] : [content];
      case 'chunked':
        // A chunk of size 0 would be the last one.
        if (content.length === 0) return [];
        return [encodeLatin1(`${content.length.toString(16)}\r\n`), content, encodeLatin1('\r\n')];
      case 'until-close':
        return content.length === 0 ? [] : [content];
    }
  }

  /**
   * The octets that end the body.
   *
   * @param trailers - field lines after the content; only with the chunked coding
   * @throws {UsageError} `content-length-mismatch` where less was sent than declared,
   *   `invalid-framing` where a trailer section cannot be sent, `invalid-field-name` and
   *   `invalid-field-value` for its lines
   */
  end(trailers?: readonly FieldLine[]): Uint8Array[] {
    if (this.#remaining > 0) throw this.#mismatch(0);
    if (trailers === undefined || trailers.length === 0) {
      return this.#framing.kind === 'chunked' ? [encodeLatin1('0\r\n\r\n')] : [];
    }
    if (this.#framing.kind !== 'chunked') {
      throw new UsageError('invalid-framing', 'only the chunked coding has a trailer section');
    }
    const forbidden = forbiddenTrailerField(Fields.from(trailers));
    if (forbidden !== undefined) {
      throw new UsageError('invalid-field-name', `${forbidden} may not come in a trailer section`);
    }
    return [encodeLatin1(`0\r\n${serializeFieldLines(trailers)}\r\n`)];
  }

  #mismatch(got: number): UsageError {
    return new UsageError(
      'content-length-mismatch',
      `expected ${this.#remaining} more octets of content as declared, got ${got}`,
    );
  }
}
