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

/** A head that is complete: its text, and its fields in that text. */
export interface HeadText {
  /** One code unit for each octet of the head, final blank line included. */
  readonly text: string;
  readonly fields: Fields;
}

/** A resumable reader of one head at a time. */
export class HeadReader<Line extends StartLineReader> {
  /** The start line that was read last. */
  readonly line: Line;
  readonly #section: FieldSectionReader;
  #lineRead = false;

  constructor(line: Line, limits: WireLimits) {
    this.line = line;
    this.#section = new FieldSectionReader({
      maxFields: limits.maxFields,
      maxBytes: limits.maxHeadBytes,
      tooLarge: 'head-too-large',
    });
    this.begin();
  }

  /** Whether the start line of the head that is being read is complete. */
  get isLineRead(): boolean {
    return this.#lineRead;
  }

  /** Begins a new head. */
  begin(): void {
    this.line.begin();
    this.#lineRead = false;
  }

  /**
   * Reads on. The head's octets so far must lie contiguously in `octets[base, end)`; they may
   * lie elsewhere than at the last call, but must be the same octets.
   *
   * @param streamOffset - offset of `octets[base]` from the first octet received
   * @returns the head, its octets not retained; `undefined` while it is incomplete
   * @throws {ProtocolError} with a code of the start line or of field lines
   */
  read(octets: Uint8Array, base: number, end: number, streamOffset: number): HeadText | undefined {
    if (!this.#lineRead) {
      const lineEnd = this.line.read(octets, base, end, streamOffset);
      if (lineEnd === -1) return undefined;
      this.#lineRead = true;
      this.#section.begin(lineEnd);
    }
    const length = this.#section.read(octets, base, end, streamOffset);
    if (length === -1) return undefined;
    const text = decodeLatin1(octets, base, base + length);
    return { text, fields: new Fields(text, this.#section.positions) };
  }
}
