/**
 * Reads the head of a request: request line and field section, in one pass over the octets.
 * Owns the checks that need the whole head: the form of the target, Host, framing and
 * expectation. A head that comes out of here has exactly one reading.
 *
 * RFC 9112 §3, §5, §6; RFC 9110 §7.2, §10.1.1.
 */
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { parseExpect } from './expect.ts';
import type { Fields } from './fields.ts';
import { type BodyFraming, requestFraming } from './framing.ts';
import { HeadReader, type WholeHead } from './head-reader.ts';
import type { LastHead } from './last-head.ts';
import { DEFAULT_LIMITS, type WireLimits, completeLimits } from './limits.ts';
import { decodeLatin1 } from './octets.ts';
import { RequestLineReader } from './request-line.ts';
import { type RequestTarget, isAuthority, parseRequestTarget } from './request-target.ts';

/** The head of a request, checked and taken apart. */
export interface RequestHead {
  /** The method as it was sent; methods are case-sensitive. */
  readonly method: string;
  /** The request target as it was sent. */
  readonly requestTarget: string;
  /** The request target taken apart; path and query undecoded. */
  readonly target: RequestTarget;
  /** The digit behind `HTTP/1.`: 0 for HTTP/1.0; 1 or more is to be treated as HTTP/1.1. */
  readonly minorVersion: number;
  /** The field section. */
  readonly fields: Fields;
  /** How the content that follows is delimited; never `until-close` in a request. */
  readonly framing: BodyFraming;
  /** Whether the sender waits for 100 (Continue) before it sends the content. */
  readonly expectsContinue: boolean;
}

/** What reads any head, as long as nobody is in the middle of one. */
type Reader = HeadReader<RequestLineReader>;

/**
 * Readers for all who have the same limits. One of them is in the hands of each who is in the middle
 * of a head, and most heads come whole: connections that wait have none, which is 300 octets less of
 * some 2,000, and one that lives for a single request needs none of its own.
 */
class Readers {
  readonly #limits: WireLimits;
  #free: Reader | undefined;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** One that stands at the beginning of a head, for whoever asks alone. */
  take(): Reader {
    const reader = this.#free ?? new HeadReader(new RequestLineReader(this.#limits), this.#limits);
    this.#free = undefined;
    return reader;
  }

  /** Takes one back, wherever it stands. */
  give(reader: Reader): void {
    reader.begin();
    this.#free = reader;
  }
}

const readersOf = new WeakMap<WireLimits, Readers>();

function readersFor(limits: WireLimits): Readers {
  let readers = readersOf.get(limits);
  if (readers === undefined) {
    readers = new Readers(limits);
    readersOf.set(limits, readers);
  }
  return readers;
}

/** A resumable reader of one request head at a time. */
export class RequestHeadReader {
  readonly #readers: Readers;
  /** In the middle of a head, or where one could not be read on. */
  #reader: Reader | undefined;
  readonly #maxHeadBytes: number;
  readonly #last: LastHead | undefined;
  /** How many octets the head that was read last has. */
  length = 0;

  /** @param last - what of it comes again is not read again. Default: all is read */
  constructor(limits: WireLimits, last?: LastHead) {
    this.#readers = readersFor(limits);
    this.#maxHeadBytes = limits.maxHeadBytes;
    this.#last = last;
  }

  /** Begins a new head, whatever was read of the last one. */
  begin(): void {
    if (this.#reader !== undefined) this.#giveBack(this.#reader);
  }

  /**
   * The method of the head that is being read, or that could not be read on; `undefined` where
   * its request line is not complete. The octets must lie as at the last call of `read()`.
   */
  methodIn(octets: Uint8Array, base: number): string | undefined {
    if (this.#reader?.isLineRead !== true) return undefined;
    const { methodStart, methodEnd } = this.#reader.line;
    return decodeLatin1(octets, base + methodStart, base + methodEnd);
  }

  /**
   * Reads on, as {@link HeadReader.read} does, and begins a new head when this one is complete.
   *
   * @throws {ProtocolError} with any code of the request line, field lines, Host, framing
   */
  read(
    octets: Uint8Array,
    base: number,
    end: number,
    streamOffset: number,
  ): RequestHead | undefined {
    const reader = (this.#reader ??= this.#readers.take());
    const known = this.#readKnown(reader, octets, base, end, streamOffset);
    if (known !== undefined) {
      this.#giveBack(reader);
      return known;
    }
    const complete = reader.read(octets, base, end, streamOffset);
    if (complete === undefined) return undefined;
    this.length = complete.length;
    const head = checkRequestHead(complete, reader.line, streamOffset);
    this.#last?.note(head, octets, base, complete);
    this.#giveBack(reader);
    return head;
  }

  #giveBack(reader: Reader): void {
    this.#reader = undefined;
    this.#readers.give(reader);
  }

  /** The head, where nothing of its field section is new; `undefined` where it has to be read. */
  #readKnown(
    reader: Reader,
    octets: Uint8Array,
    base: number,
    end: number,
    streamOffset: number,
  ): RequestHead | undefined {
    const last = this.#last;
    if (last?.head === undefined || !reader.isAtStart) return undefined;
    const isLineKnown = last.hasLine(octets, base, end);
    const lineLength = isLineKnown
      ? last.lineLength
      : reader.readLine(octets, base, end, streamOffset);
    const length = lineLength + last.sectionLength;
    if (lineLength === -1 || length > this.#maxHeadBytes) return undefined;
    if (!last.hasSection(octets, base + lineLength, end)) return undefined;
    if (!isLineKnown) {
      const line = decodeLatin1(octets, base, base + lineLength);
      const head = withSameFields(last.head, line, reader.line);
      if (head === undefined) return undefined;
      last.noteLine(head, octets, base, lineLength);
    }
    this.length = length;
    return last.head;
  }
}

/**
 * A head with the fields of another: what was said of those holds again. `undefined` where it might
 * not, since it depends on the request line too.
 */
function withSameFields(
  last: RequestHead,
  text: string,
  line: RequestLineReader,
): RequestHead | undefined {
  const { minorVersion } = line;
  const method = text.slice(line.methodStart, line.methodEnd);
  const requestTarget = text.slice(line.targetStart, line.targetEnd);
  const target = parseRequestTarget(requestTarget, method);
  if (minorVersion !== last.minorVersion || target?.form !== 'origin') return undefined;
  const { fields, framing, expectsContinue } = last;
  return { method, requestTarget, target, minorVersion, fields, framing, expectsContinue };
}

function checkRequestHead(
  head: WholeHead,
  line: RequestLineReader,
  streamOffset: number,
): RequestHead {
  const { fields } = head;
  const { minorVersion } = line;
  const method = head.line.slice(line.methodStart, line.methodEnd);
  const requestTarget = head.line.slice(line.targetStart, line.targetEnd);
  const target = parseRequestTarget(requestTarget, method);
  if (target === undefined) {
    const code = /^[^?]*\\/.test(requestTarget) ? 'invalid-target' : 'invalid-target-form';
    throw new ProtocolError(code, streamOffset + line.targetStart);
  }
  const hostFault = checkHost(fields, minorVersion, target);
  if (hostFault !== undefined) throw headFault(hostFault, 'host', head, streamOffset);
  const framing = requestFraming(fields, minorVersion);
  if (framing.kind === 'fault') throw headFault(framing.code, framing.field, head, streamOffset);
  // RFC 9110 §10.1.1: 417 for what is not met; in HTTP/1.0 the field means nothing.
  const expectation = minorVersion === 0 ? undefined : fields.get('expect');
  if (expectation !== undefined && !isContinueOnly(expectation)) {
    throw headFault('unsupported-expectation', 'expect', head, streamOffset);
  }
  const expectsContinue = expectation !== undefined && framing.kind !== 'none';
  return { method, requestTarget, target, minorVersion, fields, framing, expectsContinue };
}

/** An error at the first line of a field; at the end of the head where the field is missing. */
function headFault(
  code: ProtocolErrorCode,
  field: string,
  { line, fields, length }: WholeHead,
  streamOffset: number,
): ProtocolError {
  const position = fields.positionOf(field);
  const at = position === -1 ? length : line.length + position;
  return new ProtocolError(code, streamOffset + at);
}

function isContinueOnly(expectation: string): boolean {
  const expected = parseExpect(expectation);
  if (expected === undefined || expected.length === 0) return false;
  return expected.every(({ name, value }) => name === '100-continue' && value === undefined);
}

//   Host = uri-host [ ":" port ]                                            RFC 9110 §7.2
function checkHost(
  fields: Fields,
  minorVersion: number,
  target: RequestTarget,
): ProtocolErrorCode | undefined {
  const hosts = fields.getAll('host');
  if (hosts.length > 1) return 'repeated-host';
  const host = hosts[0];
  if (host === undefined) return minorVersion >= 1 ? 'missing-host' : undefined;
  if (!isAuthority(host)) return 'invalid-host';
  // Security: of two names that differ, a cache and an origin server may each choose another.
  return target.authority === undefined || agrees(host, target) ? undefined : 'authority-mismatch';
}

/** RFC 9110 §9.3.6 shows CONNECT with a Host that leaves the port of the authority out. */
function agrees(host: string, target: RequestTarget): boolean {
  const named = host.toLowerCase();
  const authority = (target.authority ?? '').toLowerCase();
  if (named === authority) return true;
  return target.form === 'authority' && named === authority.replace(/:[0-9]+$/, '');
}

/**
 * Parses a request head that lies at the beginning of `octets`.
 *
 * @param octets - not retained, not modified
 * @param limits - default: {@link DEFAULT_LIMITS}
 * @returns the head and how many octets it has; `undefined` where more octets are needed
 * @throws {ProtocolError} with the offset in `octets`; codes of the request line, field lines,
 *   Host, framing and expectation
 * @see RFC 9112 §2.1
 */
export function parseRequestHead(
  octets: Uint8Array,
  limits?: Partial<WireLimits>,
): { readonly head: RequestHead; readonly lengthBytes: number } | undefined {
  const reader = limits === undefined ? DEFAULT_READER : readerWith(limits);
  reader.begin();
  const head = reader.read(octets, 0, octets.length, 0);
  return head === undefined ? undefined : { head, lengthBytes: reader.length };
}

/** Made once: making a reader costs as much as reading a short head. */
const DEFAULT_READER = new RequestHeadReader(DEFAULT_LIMITS);

function readerWith(limits: Partial<WireLimits>): RequestHeadReader {
  return new RequestHeadReader(completeLimits(limits));
}
