/**
 * A field section: ordered field lines, looked up by name without regard to case.
 * Owns the text of the section and where each name and value begins and ends in it. No string
 * is made for a line until somebody asks for that line: a browser sends 14 of them and a
 * server reads three.
 *
 * RFC 9110 §5.1 (names), §5.2 (combining lines), §5.3 (order).
 */

/** One field line: a name, and a value without the blanks around it. */
export type FieldLine = readonly [name: string, value: string];

/** Positions of one line in the text: name start, name end, value start, value end. */
export const POSITIONS_PER_LINE = 4;

/** An immutable field section. */
export class Fields implements Iterable<FieldLine> {
  readonly #text: string;
  readonly #positions: readonly number[];
  /** A bit for each kind of name that is there: most names asked for are not, and cost no search. */
  readonly #kinds: number;

  /**
   * @param text - the text that the positions point into
   * @param positions - four numbers for each line: where its name begins and ends, where its
   *   value begins and ends. Both are kept and must not be changed afterwards. Other callers
   *   than parsers use {@link Fields.from}.
   */
  constructor(text: string, positions: readonly number[]) {
    this.#text = text;
    this.#positions = positions;
    let kinds = 0;
    for (let line = 0; line < positions.length; line += POSITIONS_PER_LINE) {
      const start = positions[line] as number;
      kinds |= kindOf(text, start, (positions[line + 1] as number) - start);
    }
    this.#kinds = kinds;
  }

  /** The field section with the given lines, in the given order. Nothing is checked or trimmed. */
  static from(lines: Iterable<FieldLine>): Fields {
    let text = '';
    const positions: number[] = [];
    for (const [name, value] of lines) {
      const nameEnd = text.length + name.length;
      const valueStart = nameEnd + 2;
      positions.push(text.length, nameEnd, valueStart, valueStart + value.length);
      text += `${name}: ${value}\r\n`;
    }
    return new Fields(text, positions);
  }

  /** How many field lines there are. */
  get size(): number {
    return this.#positions.length / POSITIONS_PER_LINE;
  }

  /**
   * The value of the field with this name, in any case. Several lines of one name are combined
   * in order with `", "` (RFC 9110 §5.2); where that would be wrong (`Set-Cookie`), use
   * {@link Fields.getAll}.
   *
   * @returns `undefined` where there is no such field; `''` for a field with an empty value
   */
  get(name: string): string | undefined {
    let value: string | undefined;
    for (
      let line = this.#find(name, 0);
      line !== -1;
      line = this.#find(name, line + POSITIONS_PER_LINE)
    ) {
      value = value === undefined ? this.#value(line) : `${value}, ${this.#value(line)}`;
    }
    return value;
  }

  /** The values of all lines with this name, in any case, in the order they were received. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (
      let line = this.#find(name, 0);
      line !== -1;
      line = this.#find(name, line + POSITIONS_PER_LINE)
    ) {
      values.push(this.#value(line));
    }
    return values;
  }

  /** Whether there is a line with this name, in any case. */
  has(name: string): boolean {
    return this.#find(name, 0) !== -1;
  }

  /**
   * Where the first line with this name begins, in octets from the beginning of the field section;
   * -1 where there is none. For the offset in an error.
   */
  positionOf(name: string): number {
    const line = this.#find(name, 0);
    return line === -1 ? -1 : (this.#positions[line] as number);
  }

  /** All lines, names as they were received. */
  [Symbol.iterator](): IterableIterator<FieldLine> {
    // An array at once: a generator would take longer for each line than the line itself.
    const lines: FieldLine[] = [];
    for (let line = 0; line < this.#positions.length; line += POSITIONS_PER_LINE) {
      const name = this.#text.slice(this.#positions[line], this.#positions[line + 1]);
      lines.push([name, this.#value(line)]);
    }
    return lines.values();
  }

  #value(line: number): string {
    return this.#text.slice(this.#positions[line + 2], this.#positions[line + 3]);
  }

  /** Where the first line with this name, at or after `from`, has its positions; -1 for none. */
  #find(name: string, from: number): number {
    const positions = this.#positions;
    const length = name.length;
    if ((this.#kinds & kindOf(name, 0, length)) === 0) return -1;
    for (let line = from; line < positions.length; line += POSITIONS_PER_LINE) {
      const start = positions[line] as number;
      if ((positions[line + 1] as number) - start !== length) continue;
      if (equalsIgnoringCase(this.#text, start, name)) return line;
    }
    return -1;
  }
}

/** One of 32 bits, by the length of a name and its first letter without regard to case. */
function kindOf(text: string, start: number, length: number): number {
  return 1 << ((length ^ (text.charCodeAt(start) | 0x20)) & 31);
}

/** Whether `name` stands at `start` in `text`, ASCII letters compared without regard to case. */
function equalsIgnoringCase(text: string, start: number, name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const a = text.charCodeAt(start + at);
    const b = name.charCodeAt(at);
    if (a === b) continue;
    const lower = a | 0x20;
    if (lower !== (b | 0x20) || lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}
