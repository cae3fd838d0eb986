/**
 * Reads the line before a chunk: its size and its extensions, octet by octet.
 * Owns the grammar and the limits of that line. Extensions are checked and dropped: RFC 9112
 * §7.1.1 has a recipient ignore those that it does not know, and PWS knows none.
 *
 * RFC 9112 §7.1, §7.1.1.
 */
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { CR, LF, hexDigitValue, isBlank, isFieldValueOctet, isTokenOctet } from './grammar.ts';
import type { WireLimits } from './limits.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

//   chunk      = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//   chunk-size = 1*HEXDIG
//   chunk-ext  = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
type Stage =
  | 'size-start'
  | 'size'
  | 'before-extension'
  | 'name-start'
  | 'name'
  | 'after-name'
  | 'value-start'
  | 'value'
  | 'quoted'
  | 'quoted-pair'
  | 'quoted-end'
  | 'lf';

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A resumable reader of chunk-size lines, one after the other. */
export class ChunkLineReader {
  readonly #limits: WireLimits;
  #stage: Stage = 'size-start';
  #size = 0;
  #lineBytes = 0;
  #extensionBytes = 0;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /**
   * Reads on, taking the octets out of the buffer.
   *
   * @returns the size of the chunk, 0 for the last; -1 while the line is incomplete
   * @throws {ProtocolError} with a code of the chunk-size line
   */
  read(buffer: ReceiveBuffer): number {
    while (buffer.length > 0) {
      const octet = buffer.octets[buffer.start] as number;
      const fault = this.#step(octet);
      if (fault !== undefined) throw new ProtocolError(fault, buffer.streamOffset);
      buffer.skip(1);
      if (this.#stage === 'size-start') {
        const size = this.#size;
        this.#size = 0;
        this.#lineBytes = 0;
        return size;
      }
    }
    return -1;
  }

  #step(octet: number): ProtocolErrorCode | undefined {
    const stage = this.#stage;
    if (stage === 'lf') {
      this.#stage = 'size-start';
      return octet === LF ? undefined : 'bare-cr';
    }
    const digit = stage === 'size-start' || stage === 'size' ? hexDigitValue(octet) : -1;
    if (digit !== -1) {
      this.#stage = 'size';
      this.#size = this.#size * 16 + digit;
      if (this.#size > Number.MAX_SAFE_INTEGER) return 'chunk-size-overflow';
      return this.#count(false);
    }
    if (octet === LF) return 'bare-lf';
    const next = nextStage(stage, octet);
    if (next === undefined) {
      return stage === 'size-start' || stage === 'size'
        ? 'invalid-chunk-size'
        : 'invalid-chunk-extension';
    }
    this.#stage = next;
    return next === 'lf' ? undefined : this.#count(true);
  }

  #count(extension: boolean): ProtocolErrorCode | undefined {
    this.#lineBytes++;
    if (this.#lineBytes > this.#limits.maxChunkLineBytes) return 'chunk-line-too-long';
    if (extension) this.#extensionBytes++;
    if (this.#extensionBytes > this.#limits.maxChunkExtensionBytes) {
      return 'chunk-extensions-too-large';
    }
    return undefined;
  }
}

/** Where an octet that is no digit of the size leads; `undefined` where it has no place. */
function nextStage(stage: Stage, octet: number): Stage | undefined {
  const blank = isBlank(octet);
  switch (stage) {
    case 'size':
    case 'quoted-end':
      return afterPart(octet, blank);
    case 'before-extension':
      // Blanks are "bad", allowed only where an extension follows: "5 CRLF" is refused.
      if (blank) return stage;
      return octet === SEMICOLON ? 'name-start' : undefined;
    case 'name-start':
      if (blank) return stage;
      return isTokenOctet(octet) ? 'name' : undefined;
    case 'name':
      if (isTokenOctet(octet)) return stage;
      if (octet === EQUALS) return 'value-start';
      return blank ? 'after-name' : afterPart(octet, blank);
    case 'after-name':
      if (blank) return stage;
      if (octet === EQUALS) return 'value-start';
      return octet === SEMICOLON ? 'name-start' : undefined;
    case 'value-start':
      if (blank) return stage;
      if (octet === QUOTE) return 'quoted';
      return isTokenOctet(octet) ? 'value' : undefined;
    case 'value':
      return isTokenOctet(octet) ? stage : afterPart(octet, blank);
    case 'quoted':
      if (octet === QUOTE) return 'quoted-end';
      if (octet === BACKSLASH) return 'quoted-pair';
      return isFieldValueOctet(octet) ? stage : undefined;
    case 'quoted-pair':
      return isFieldValueOctet(octet) ? 'quoted' : undefined;
    default:
      return undefined;
  }
}

function afterPart(octet: number, blank: boolean): Stage | undefined {
  if (blank) return 'before-extension';
  if (octet === SEMICOLON) return 'name-start';
  return octet === CR ? 'lf' : undefined;
}
