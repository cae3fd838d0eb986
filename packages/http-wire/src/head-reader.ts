/**
 * Reads a whole head: a start line of either kind, then the field section.
 * Owns how the two follow each other and when the octets become text: once, when the head is
 * complete.
 *
 * RFC 9112 §2.1.
 */
import { FieldSectionReader } from './field-section.ts';
import { Fields } from './fields.ts';
import type { WireLimits } from './limits.ts';
import { decodeLatin1 } from './octets.ts';

/** A resumable reader of a start line. */
export interface StartLineReader {
  /** Begins a new start line. */
  begin(): void;
  /** Reads on; the position behind the line, or -1 while it is incomplete. */
  read(octets: Uint8Array, base: number, end: number, streamOffset: number): number;
}

/** A head that is complete. */
export interface WholeHead {
  /** The start line, one code unit for each octet, its CRLF included. */
  readonly line: string;
  readonly fields: Fields;
  /** How many octets it has. */
  readonly length: number;
}

/** A resumable reader of one head at a time. */
export class HeadReader<Line extends StartLineReader> {
  /** The start line that was read last. */
  readonly line: Line;
  readonly #section: FieldSectionReader;
  #hasBegun = false;
  /** Octets of the start line; -1 while it is incomplete. */
  #lineLength = -1;

  constructor(line: Line, limits: WireLimits) {
    this.line = line;
    this.#section = new FieldSectionReader({
      maxFields: limits.maxFields,
      maxBytes: limits.maxHeadBytes,
      tooLarge: 'head-too-large',
    });
    this.begin();
  }

  /** Whether nothing of a head was read. */
  get isAtStart(): boolean {
    return !this.#hasBegun;
  }

  /** Whether the start line of the head that is being read is complete. */
  get isLineRead(): boolean {
    return this.#lineLength !== -1;
  }

  /** Begins a new head. */
  begin(): void {
    this.line.begin();
    this.#hasBegun = false;
    this.#lineLength = -1;
  }

  /**
   * Reads on, up to the field section; what is said of {@link HeadReader.read} holds here too.
   *
   * @returns the position behind the start line, -1 while it is incomplete
   */
  readLine(octets: Uint8Array, base: number, end: number, streamOffset: number): number {
    if (this.#lineLength !== -1) return this.#lineLength;
    this.#hasBegun = true;
    this.#lineLength = this.line.read(octets, base, end, streamOffset);
    if (this.#lineLength !== -1) this.#section.begin(this.#lineLength);
    return this.#lineLength;
  }

  /**
   * Reads on. The head's octets so far must lie contiguously in `octets[base, end)`; they may
   * lie elsewhere than at the last call, but must be the same octets.
   *
   * @param streamOffset - offset of `octets[base]` from the first octet received
   * @returns the head, its octets not retained; `undefined` while it is incomplete
   * @throws {ProtocolError} with a code of the start line or of field lines
   */
  read(octets: Uint8Array, base: number, end: number, streamOffset: number): WholeHead | undefined {
    const lineLength = this.readLine(octets, base, end, streamOffset);
    if (lineLength === -1) return undefined;
    const start = base + lineLength;
    const sectionLength = this.#section.read(octets, start, end, streamOffset + lineLength);
    if (sectionLength === -1) return undefined;
    const fields = new Fields(
      decodeLatin1(octets, start, start + sectionLength),
      this.#section.positions,
    );
    const line = decodeLatin1(octets, base, start);
    return { line, fields, length: lineLength + sectionLength };
  }
}
