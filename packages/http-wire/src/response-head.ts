/**
 * Reads the head of a response: status line and field section, in one pass over the octets.
 *
 * RFC 9112 §4, §5.
 */
import { HeadReader } from './head-reader.ts';
import type { Fields } from './fields.ts';
import { DEFAULT_LIMITS, type WireLimits, completeLimits } from './limits.ts';
import { StatusLineReader } from './status-line.ts';

/** The head of a response, as it was received. */
export interface ResponseHead {
  /** Three digits, 100 to 999. */
  readonly status: number;
  /** The reason phrase; `''` where there is none. */
  readonly reason: string;
  /** The digit behind `HTTP/1.`: 0 for HTTP/1.0; 1 or more is to be treated as HTTP/1.1. */
  readonly minorVersion: number;
  /** The field section. */
  readonly fields: Fields;
}

/** A resumable reader of one response head at a time. */
export class ResponseHeadReader {
  readonly #reader: HeadReader<StatusLineReader>;
  /** How many octets the head that was read last has. */
  length = 0;
  /** How many of them its status line has. */
  lineLength = 0;

  constructor(limits: WireLimits) {
    this.#reader = new HeadReader(new StatusLineReader(limits), limits);
  }

  /** Begins a new head, whatever was read of the last one. */
  begin(): void {
    this.#reader.begin();
  }

  /**
   * Reads on, as {@link HeadReader.read} does, and begins a new head when this one is complete.
   *
   * @throws {ProtocolError} with any code of the status line or field lines
   */
  read(
    octets: Uint8Array,
    base: number,
    end: number,
    streamOffset: number,
  ): ResponseHead | undefined {
    const complete = this.#reader.read(octets, base, end, streamOffset);
    if (complete === undefined) return undefined;
    const { line, fields, length } = complete;
    const { status, minorVersion, reasonStart, reasonEnd } = this.#reader.line;
    this.length = length;
    this.lineLength = line.length;
    this.#reader.begin();
    return { status, reason: line.slice(reasonStart, reasonEnd), minorVersion, fields };
  }
}

/**
 * Parses a response head that lies at the beginning of `octets`. How its content is framed
 * depends on the request too: see {@link responseFraming}.
 *
 * @param octets - not retained, not modified
 * @param limits - default: {@link DEFAULT_LIMITS}
 * @returns the head and how many octets it has; `undefined` where more octets are needed
 * @throws {ProtocolError} with the offset in `octets`; codes of the status line and field lines
 * @see RFC 9112 §2.1
 */
export function parseResponseHead(
  octets: Uint8Array,
  limits?: Partial<WireLimits>,
): { readonly head: ResponseHead; readonly lengthBytes: number } | undefined {
  const reader = limits === undefined ? DEFAULT_READER : readerWith(limits);
  reader.begin();
  const head = reader.read(octets, 0, octets.length, 0);
  return head === undefined ? undefined : { head, lengthBytes: reader.length };
}

/** Made once: making a reader costs as much as reading a short head. */
const DEFAULT_READER = new ResponseHeadReader(DEFAULT_LIMITS);

function readerWith(limits: Partial<WireLimits>): ResponseHeadReader {
  return new ResponseHeadReader(completeLimits(limits));
}
