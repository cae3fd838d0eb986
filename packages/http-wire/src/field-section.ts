/**
 * Reads a field section, octet by octet, wherever the octets are split.
 * Owns where the next octet belongs and where each line's name and value lie; the octets stay
 * with the caller. Refuses all that RFC 9112 lets a recipient repair (bare LF, folded lines,
 * blanks before the colon): what two recipients may read differently, nobody gets to read.
 *
 * RFC 9112 §5, §2.2; RFC 9110 §5.5.
 */
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { Fields, POSITIONS_PER_LINE } from './fields.ts';
import { CR, LF, isBlank, isTokenOctet, skipFieldValue, skipToken } from './grammar.ts';
import { DEFAULT_LIMITS, type WireLimits, completeLimits } from './limits.ts';
import { decodeLatin1 } from './octets.ts';

//   field-line   = field-name ":" OWS field-value OWS
//   field section = *( field-line CRLF ) CRLF
const LINE_START = 0;
const NAME = 1;
const LEADING_BLANKS = 2;
const VALUE = 3;
const LINE_LF = 4;
const SECTION_LF = 5;
const COMPLETE = 6;

const COLON = 0x3a;

/**
 * Where the lines lie that one call reads whole, until they are copied into an array that is just
 * as long: growing that array line by line takes a sixth more time for a browser's section.
 * Holds nothing from one call to the next. Longer than this only where `maxFields` is larger.
 */
const READ_POSITIONS: number[] = Array.from(
  { length: DEFAULT_LIMITS.maxFields * POSITIONS_PER_LINE },
  () => 0,
);

/** The bounds of one field section. */
export interface FieldSectionBounds {
  /** How many lines it may have. */
  readonly maxFields: number;
  /** Octets of the section, and of what counts with it before it. */
  readonly maxBytes: number;
  /** The error when there are more octets. */
  readonly tooLarge: 'head-too-large' | 'trailer-section-too-large';
}

/** A resumable reader of one field section at a time. All positions count from its beginning, the base, which the caller keeps. */
export class FieldSectionReader {
  readonly #bounds: FieldSectionBounds;
  #stage = LINE_START;
  #at = 0;
  /** Octets before the section that count towards its bound. */
  #before = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;
  /** Position behind the last octet of the value that is not a blank. */
  #valueEnd = 0;
  #positions: number[] = [];

  constructor(bounds: FieldSectionBounds) {
    this.#bounds = bounds;
  }

  /** Four positions for each line, as `Fields` takes them. */
  get positions(): number[] {
    return this.#positions;
  }

  /** Begins a new section, with so many octets before it that count towards its bound. */
  begin(before: number): void {
    this.#stage = LINE_START;
    this.#at = 0;
    this.#before = before;
    this.#positions = [];
  }

  /**
   * Reads on in `octets[base + where it stopped, end)`.
   *
   * @param streamOffset - what to add to a position for the offset in an error
   * @returns the position behind the section's last octet, or -1 while it is incomplete
   * @throws {ProtocolError} for the first octet that does not fit, or the first over a limit
   */
  read(octets: Uint8Array, base: number, end: number, streamOffset: number): number {
    const bound = base + this.#bounds.maxBytes - this.#before;
    const stop = end < bound ? end : bound;
    let at = base + this.#at;
    while (at < stop) {
      switch (this.#stage) {
        case LINE_START: {
          at = this.#readWholeLines(octets, at, stop, base);
          if (at === stop) break;
          const octet = octets[at] as number;
          if (octet === CR) {
            this.#stage = SECTION_LF;
            at++;
            break;
          }
          if (!isTokenOctet(octet)) throw this.#fail(lineStartCode(octet), at - base, streamOffset);
          if (this.#positions.length === this.#bounds.maxFields * POSITIONS_PER_LINE) {
            throw this.#fail('too-many-fields', at - base, streamOffset);
          }
          this.#nameStart = at - base;
          this.#stage = NAME;
          break;
        }
        case NAME: {
          at = skipToken(octets, at, stop);
          if (at === stop) break;
          const octet = octets[at] as number;
          if (octet !== COLON) throw this.#fail(nameEndCode(octet), at - base, streamOffset);
          this.#nameEnd = at - base;
          at++;
          this.#stage = LEADING_BLANKS;
          break;
        }
        case LEADING_BLANKS: {
          while (at < stop && isBlank(octets[at] as number)) at++;
          if (at === stop) break;
          this.#valueStart = at - base;
          this.#valueEnd = at - base;
          this.#stage = VALUE;
          break;
        }
        case VALUE: {
          const from = at;
          at = skipFieldValue(octets, at, stop);
          // Blanks at the end do not belong to the value. Looked back over here, not counted
          // forwards, and never past `from`: linear however the octets are split.
          let last = at;
          while (last > from && isBlank(octets[last - 1] as number)) last--;
          if (last > from) this.#valueEnd = last - base;
          if (at === stop) break;
          const octet = octets[at] as number;
          if (octet !== CR) throw this.#fail(valueEndCode(octet), at - base, streamOffset);
          at++;
          this.#stage = LINE_LF;
          break;
        }
        case LINE_LF: {
          if (octets[at] !== LF) throw this.#fail('bare-cr', at - base, streamOffset);
          this.#positions.push(this.#nameStart, this.#nameEnd, this.#valueStart, this.#valueEnd);
          at++;
          this.#stage = LINE_START;
          break;
        }
        case SECTION_LF: {
          if (octets[at] !== LF) throw this.#fail('bare-cr', at - base, streamOffset);
          this.#stage = COMPLETE;
          return at + 1 - base;
        }
        default:
          throw new Error('begin() was not called for this field section');
      }
    }
    this.#at = at - base;
    if (at === bound) throw this.#fail(this.#bounds.tooLarge, at - base, streamOffset);
    return -1;
  }

  /**
   * Reads the lines that lie whole in `octets[from, stop)`, up to the first that is incomplete,
   * faulty or one too many: that is left to the stages, from its beginning. So nothing is refused
   * here, and no line is read more than twice. The stages alone take a fifth more time for a
   * browser's section.
   *
   * @returns the index where the first line begins that was not read
   */
  #readWholeLines(octets: Uint8Array, from: number, stop: number, base: number): number {
    const room = this.#bounds.maxFields * POSITIONS_PER_LINE - this.#positions.length;
    let start = from;
    let count = 0;
    while (count < room) {
      const nameEnd = skipToken(octets, start, stop);
      if (nameEnd === start || nameEnd === stop || octets[nameEnd] !== COLON) break;
      let valueStart = nameEnd + 1;
      while (valueStart < stop && isBlank(octets[valueStart] as number)) valueStart++;
      const lineEnd = skipFieldValue(octets, valueStart, stop);
      if (lineEnd + 1 >= stop || octets[lineEnd] !== CR || octets[lineEnd + 1] !== LF) break;
      let valueEnd = lineEnd;
      while (valueEnd > valueStart && isBlank(octets[valueEnd - 1] as number)) valueEnd--;
      READ_POSITIONS[count] = start - base;
      READ_POSITIONS[count + 1] = nameEnd - base;
      READ_POSITIONS[count + 2] = valueStart - base;
      READ_POSITIONS[count + 3] = valueEnd - base;
      count += POSITIONS_PER_LINE;
      start = lineEnd + 2;
    }
    if (count > 0) this.#keepRead(count);
    return start;
  }

  #keepRead(count: number): void {
    if (this.#positions.length === 0) this.#positions = READ_POSITIONS.slice(0, count);
    else for (const position of READ_POSITIONS.slice(0, count)) this.#positions.push(position);
  }

  #fail(code: ProtocolErrorCode, position: number, streamOffset: number): ProtocolError {
    return new ProtocolError(code, streamOffset + position);
  }
}

/**
 * Parses a field section that lies at the beginning of `octets`, final blank line included.
 *
 * @param octets - not retained, not modified
 * @param limits - `maxFields` and `maxHeadBytes`; default: {@link DEFAULT_LIMITS}
 * @returns the fields and how many octets the section has; `undefined` where more are needed
 * @throws {ProtocolError} with the offset in `octets`; codes of field lines, `head-too-large`,
 *   `too-many-fields`
 * @see RFC 9112 §5
 */
export function parseFieldSection(
  octets: Uint8Array,
  limits?: Partial<WireLimits>,
): { readonly fields: Fields; readonly lengthBytes: number } | undefined {
  const { maxFields, maxHeadBytes } = completeLimits(limits);
  const bounds = { maxFields, maxBytes: maxHeadBytes, tooLarge: 'head-too-large' } as const;
  const reader = new FieldSectionReader(bounds);
  const lengthBytes = reader.read(octets, 0, octets.length, 0);
  if (lengthBytes === -1) return undefined;
  const fields = new Fields(decodeLatin1(octets, 0, lengthBytes), reader.positions);
  return { fields, lengthBytes };
}

function lineStartCode(octet: number): ProtocolErrorCode {
  if (isBlank(octet)) return 'folded-field-line';
  if (octet === COLON) return 'empty-field-name';
  return octet === LF ? 'bare-lf' : 'invalid-field-name';
}

function nameEndCode(octet: number): ProtocolErrorCode {
  if (isBlank(octet)) return 'blank-before-colon';
  return octet === CR || octet === LF ? 'missing-colon' : 'invalid-field-name';
}

function valueEndCode(octet: number): ProtocolErrorCode {
  if (octet === LF) return 'bare-lf';
  return octet === 0 ? 'nul-octet' : 'control-octet';
}
