/**
 * Takes the content out of a message body.
 * Owns the chunked coding in the receiving direction: sizes, extensions, trailer section, and
 * their limits. Content is handed on as views of the received octets, never collected.
 *
 * RFC 9112 §6 (message body), §7.1 (chunked transfer coding), §6.5 of RFC 9110 (trailers).
 */
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { Fields } from './fields.ts';
import { FieldSectionReader } from './field-section.ts';
import type { BodyFraming } from './framing.ts';
import { ChunkLineReader } from './chunk-line.ts';
import { CR, LF } from './grammar.ts';
import type { WireLimits } from './limits.ts';
import { decodeLatin1 } from './octets.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

/** What a message body yields: content, then its end. */
export type BodyPart =
  | { readonly type: 'content'; readonly octets: Uint8Array }
  | { readonly type: 'end'; readonly trailers: Fields | undefined };

const END: BodyPart = Object.freeze({ type: 'end', trailers: undefined });

type Stage =
  | 'content'
  | 'until-close'
  | 'chunk-line'
  | 'chunk'
  | 'chunk-cr'
  | 'chunk-lf'
  | 'trailers'
  | 'ended';

/** Decodes the body of one message. */
export class BodyDecoder {
  readonly #limits: WireLimits;
  readonly #chunkLine: ChunkLineReader;
  #section: FieldSectionReader | undefined;
  #stage: Stage;
  /** Octets of the content or chunk that are still to come. */
  #remaining = 0;
  #contentBytes = 0;

  /** @throws {ProtocolError} `content-too-large` where a declared length is over the limit. */
  constructor(framing: BodyFraming, limits: WireLimits, streamOffset: number) {
    this.#limits = limits;
    this.#chunkLine = new ChunkLineReader(limits);
    switch (framing.kind) {
      case 'none':
        this.#stage = 'ended';
        break;
      case 'length':
        this.#stage = 'content';
        this.#expect(framing.lengthBytes, streamOffset);
        break;
      case 'chunked':
        this.#stage = 'chunk-line';
        break;
      case 'until-close':
        this.#stage = 'until-close';
        break;
    }
  }

  /** Whether the end of the connection ends this body well. */
  get endsWithConnection(): boolean {
    return this.#stage === 'until-close';
  }

  /**
   * Takes the next part out of the buffer.
   *
   * @returns `undefined` while more octets are needed
   * @throws {ProtocolError} with a code of the chunked coding, field lines or `content-too-large`
   */
  next(buffer: ReceiveBuffer): BodyPart | undefined {
    for (;;) {
      switch (this.#stage) {
        case 'content':
        case 'chunk':
          if (this.#remaining > 0) return this.#takeContent(buffer);
          this.#stage = this.#stage === 'chunk' ? 'chunk-cr' : 'ended';
          break;
        case 'until-close':
          return this.#takeUntilClose(buffer);
        case 'chunk-line': {
          const size = this.#chunkLine.read(buffer);
          if (size === -1) return undefined;
          if (size > 0) {
            this.#expect(size, buffer.streamOffset);
            this.#stage = 'chunk';
          } else {
            this.#beginTrailers();
          }
          break;
        }
        case 'chunk-cr':
          if (buffer.length === 0) return undefined;
          this.#skipLineEnd(buffer, CR, 'chunk-lf');
          break;
        case 'chunk-lf':
          if (buffer.length === 0) return undefined;
          this.#skipLineEnd(buffer, LF, 'chunk-line');
          break;
        case 'trailers':
          return this.#readTrailers(buffer);
        case 'ended':
          return END;
      }
    }
  }

  #expect(lengthBytes: number, streamOffset: number): void {
    this.#contentBytes += lengthBytes;
    if (this.#contentBytes > this.#limits.maxContentBytes) {
      throw new ProtocolError('content-too-large', streamOffset);
    }
    this.#remaining = lengthBytes;
  }

  #takeContent(buffer: ReceiveBuffer): BodyPart | undefined {
    if (buffer.length === 0) return undefined;
    const octets = buffer.take(Math.min(this.#remaining, buffer.length));
    this.#remaining -= octets.length;
    return { type: 'content', octets };
  }

  /** Up to the limit, then the error: where it comes does not depend on how octets were cut. */
  #takeUntilClose(buffer: ReceiveBuffer): BodyPart | undefined {
    if (buffer.length === 0) return undefined;
    const allowed = this.#limits.maxContentBytes - this.#contentBytes;
    if (allowed === 0) throw new ProtocolError('content-too-large', buffer.streamOffset);
    const octets = buffer.take(Math.min(allowed, buffer.length));
    this.#contentBytes += octets.length;
    return { type: 'content', octets };
  }

  #skipLineEnd(buffer: ReceiveBuffer, expected: number, next: Stage): void {
    if (buffer.octets[buffer.start] !== expected) {
      throw new ProtocolError('invalid-chunk-end', buffer.streamOffset);
    }
    buffer.skip(1);
    this.#stage = next;
  }

  #beginTrailers(): void {
    this.#section = new FieldSectionReader({
      maxFields: this.#limits.maxFields,
      maxBytes: this.#limits.maxTrailerBytes,
      tooLarge: 'trailer-section-too-large',
    });
    this.#section.begin(0);
    this.#stage = 'trailers';
  }

  #readTrailers(buffer: ReceiveBuffer): BodyPart | undefined {
    const section = this.#section as FieldSectionReader;
    const { octets, start, end, streamOffset } = buffer;
    const length = section.read(octets, start, end, streamOffset);
    if (length === -1) return undefined;
    const trailers = new Fields(decodeLatin1(octets, start, start + length), section.positions);
    const forbidden = forbiddenTrailerField(trailers);
    if (forbidden !== undefined) {
      const code: ProtocolErrorCode = 'forbidden-trailer-field';
      throw new ProtocolError(code, streamOffset + trailers.positionOf(forbidden));
    }
    buffer.skip(length);
    this.#stage = 'ended';
    return trailers.size === 0 ? END : { type: 'end', trailers };
  }
}

// RFC 9110 §6.5.1: fields for framing, routing, request modifiers, authentication, response
// control and the format of the content may not come after it: whoever acted on the head has
// acted already.
const FORBIDDEN_TRAILER_FIELDS: ReadonlySet<string> = new Set(
  (
    'transfer-encoding content-length host connection keep-alive upgrade te trailer expect ' +
    'max-forwards cache-control pragma range if-match if-none-match if-modified-since ' +
    'if-unmodified-since if-range authorization proxy-authorization proxy-authenticate ' +
    'www-authenticate proxy-connection cookie set-cookie age date expires location ' +
    'retry-after vary content-encoding content-type content-range'
  ).split(' '),
);

/** The name of the first field in the trailer section that may not be there. */
export function forbiddenTrailerField(trailers: Fields): string | undefined {
  for (const [name] of trailers) {
    if (FORBIDDEN_TRAILER_FIELDS.has(name.toLowerCase())) return name;
  }
  return undefined;
}
