/**
 * Reads a status line, octet by octet, wherever the octets are split.
 * Owns the status and where the reason phrase lies; the octets stay with the caller. Refuses
 * every spelling but one, as the request line does: the blank behind the status is there even
 * where no reason phrase is.
 *
 * RFC 9112 §4.
 */
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { CR, LF, SP, isDigit, isFieldValueOctet } from './grammar.ts';
import { VERSION_LENGTH, versionFault } from './http-version.ts';
import type { WireLimits } from './limits.ts';

//   status-line   = HTTP-version SP status-code SP [ reason-phrase ]
//   status-code   = 3DIGIT
//   reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
const STATUS_AT = VERSION_LENGTH + 1;
const REASON_AT = STATUS_AT + 4;

const FIXED_PART = 0;
const REASON = 1;
const LINE_LF = 2;

/** A resumable reader of one status line at a time. All positions count from a base that the caller keeps. */
export class StatusLineReader {
  readonly #limits: WireLimits;
  #stage = FIXED_PART;
  #at = 0;
  /** Three digits, 100 to 999. */
  status = 0;
  /** The digit behind "HTTP/1.". */
  minorVersion = 0;
  readonly reasonStart: number = REASON_AT;
  reasonEnd = 0;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** Begins a new status line at the base. */
  begin(): void {
    this.#stage = FIXED_PART;
    this.#at = 0;
    this.status = 0;
  }

  /**
   * Reads on in `octets[base + where it stopped, end)`.
   *
   * @param streamOffset - what to add to a position for the offset in an error
   * @returns the position behind the line's CRLF, or -1 while it is incomplete
   * @throws {ProtocolError} for the first octet that does not fit, or the first over a limit
   */
  read(octets: Uint8Array, base: number, end: number, streamOffset: number): number {
    const bound = base + this.#limits.maxHeadBytes;
    const stop = end < bound ? end : bound;
    let at = base + this.#at;
    for (; at < stop; at++) {
      const octet = octets[at] as number;
      const fault = this.#step(octet, at - base);
      if (fault !== undefined) throw new ProtocolError(fault, streamOffset + at - base);
      if (this.#stage === LINE_LF && octet === LF) return at + 1 - base;
    }
    this.#at = at - base;
    if (at === bound) throw new ProtocolError('head-too-large', streamOffset + at - base);
    return -1;
  }

  #step(octet: number, position: number): ProtocolErrorCode | undefined {
    if (this.#stage === FIXED_PART) {
      if (position === REASON_AT - 1) this.#stage = REASON;
      return this.#readFixedOctet(octet, position);
    }
    if (this.#stage === LINE_LF) return octet === LF ? undefined : 'bare-cr';
    if (isFieldValueOctet(octet)) return undefined;
    if (octet !== CR) return octet === LF ? 'bare-lf' : 'invalid-status-line';
    this.reasonEnd = position;
    this.#stage = LINE_LF;
    return undefined;
  }

  #readFixedOctet(octet: number, position: number): ProtocolErrorCode | undefined {
    if (position < VERSION_LENGTH) {
      this.minorVersion = octet - 0x30;
      return versionFault(octet, position);
    }
    if (position === VERSION_LENGTH || position === REASON_AT - 1) {
      if (octet === SP) return undefined;
      return octet === LF ? 'bare-lf' : 'invalid-status-line';
    }
    if (!isDigit(octet) || (position === STATUS_AT && octet === 0x30)) return 'invalid-status-line';
    this.status = this.status * 10 + octet - 0x30;
    return undefined;
  }
}
