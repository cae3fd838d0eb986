/**
 * Many patterns matched by one walk over the text.
 * Owns a deterministic machine that is built as texts come: each of its states is the set of
 * places where all patterns can be, and the way from state to state is worked out the first time
 * that it is taken. So a thousand rules cost one look in a table for each code unit.
 * Security: there may be exponentially many states. What is kept of them is bounded: beyond the
 * bound all are forgotten, and the walk goes on. A step that is not kept looks at each place once,
 * so that no text takes longer than its length times that of the patterns.
 */
import { type Instruction, type Pattern, type Ranges, isInRanges } from './pattern.ts';

/** What {@link PatternSet} can be told. */
export interface PatternSetOptions {
  /** How much is kept: entries of tables, 4 octets each. Default 1048576, of which are 4 MiB. */
  readonly maxCells?: number;
}

/** What is kept where nobody says another number. */
const MOST_CELLS = 1_048_576;
const NONE: readonly number[] = [];
/** The state that no text leads out of. */
const DEAD = 0;
const UNKNOWN = -1;
const ASCII = 128;

/** A set of patterns; a pattern's id is its index. */
export class PatternSet {
  /** Instructions and code units looked at, ever. */
  steps = 0;
  readonly #instructions: Instruction[] = [];
  /** For each `end`, the pattern that it is of. */
  readonly #ids = new Map<number, number>();
  readonly #starts: number[] = [];
  /** Where classes of code units begin: all of one class are alike to all patterns. */
  readonly #bounds: readonly number[];
  readonly #asciiClass: Uint16Array;
  readonly #maxCells: number;
  /** For each state and class the next state. */
  #table = new Int32Array(0);
  #places: Int32Array[] = [];
  #matched: (readonly number[])[] = [];
  #states = new Map<string, number>();
  #start = UNKNOWN;
  #cells = 0;
  /** In which step a place was last reached. */
  readonly #reachedIn: Float64Array;
  #stepsTaken = 0;

  constructor(patterns: readonly Pattern[], { maxCells = MOST_CELLS }: PatternSetOptions = {}) {
    for (const [id, { instructions }] of patterns.entries()) {
      const base = this.#instructions.length;
      this.#starts.push(base);
      for (const instruction of instructions) {
        if (instruction.op === 'end') this.#ids.set(this.#instructions.length, id);
        this.#instructions.push(moved(instruction, base));
      }
    }
    this.#maxCells = maxCells;
    this.#bounds = boundsOf(this.#instructions);
    this.#asciiClass = Uint16Array.from({ length: ASCII }, (_, unit) => this.#search(unit));
    this.#reachedIn = new Float64Array(this.#instructions.length);
    this.#forget();
  }

  /** How much is kept now: entries of tables. At most one state more than `maxCells`. */
  get cells(): number {
    return this.#cells;
  }

  /** The patterns that match the whole text, in order; belongs to the set. */
  match(text: string): readonly number[] {
    if (this.#start === UNKNOWN) this.#start = this.#stateOf(this.#reach(this.#starts));
    const classes = this.#bounds.length;
    let state = this.#start;
    let at = 0;
    for (; at < text.length && state !== DEAD; at++) {
      const unit = text.charCodeAt(at);
      const unitClass = unit < ASCII ? (this.#asciiClass[unit] as number) : this.#search(unit);
      const next = this.#table[state * classes + unitClass] as number;
      state = next === UNKNOWN ? this.#step(state, unitClass) : next;
    }
    this.steps += at;
    return this.#matched[state] as readonly number[];
  }

  /**
   * Whether a test holds of what is matched, for any text that there can be. Looks at each state once;
   * `false` also where that would be more than are kept by default. For a set that forgets none
   * (`maxCells: Infinity`).
   */
  holdsForAll(test: (matched: readonly number[]) => boolean): boolean {
    const pending = [this.#stateOf(this.#reach(this.#starts))];
    const seen = new Set(pending);
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (this.#cells > MOST_CELLS || !test(this.#matched[state] as readonly number[]))
        return false;
      for (const unitClass of this.#bounds.keys()) {
        const next = this.#step(state, unitClass);
        if (!seen.has(next)) pending.push(next);
        seen.add(next);
      }
    }
    return true;
  }

  #step(state: number, unitClass: number): number {
    const unit = this.#bounds[unitClass] as number;
    const places = this.#places[state] as Int32Array;
    this.steps += places.length;
    const next: number[] = [];
    for (const place of places) {
      const instruction = this.#instructions[place];
      if (instruction?.op === 'unit' && isInRanges(unit, instruction.ranges)) next.push(place + 1);
    }
    const reached = this.#stateOf(this.#reach(next));
    // Where all was forgotten meanwhile, the state is not there any more.
    if (this.#places[state] === places) {
      this.#table[state * this.#bounds.length + unitClass] = reached;
    }
    return reached;
  }

  /** The places with a `unit` or an `end` that are reached without a code unit, in order. */
  #reach(from: readonly number[]): Int32Array {
    const step = ++this.#stepsTaken;
    const reached: number[] = [];
    const pending = [...from];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (this.#reachedIn[place] === step) continue;
      this.#reachedIn[place] = step;
      this.steps += 1;
      const instruction = this.#instructions[place] as Instruction;
      if (instruction.op === 'jump') pending.push(instruction.to);
      else if (instruction.op === 'split') pending.push(instruction.first, instruction.second);
      else if (instruction.op === 'save') pending.push(place + 1);
      else reached.push(place);
    }
    return Int32Array.from(reached).sort();
  }

  #stateOf(places: Int32Array): number {
    if (places.length === 0) return DEAD;
    const key = places.join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#cells + this.#cellsOf(places) > this.#maxCells) this.#forget();
    const state = this.#add(places);
    this.#states.set(key, state);
    return state;
  }

  /** Its places, as many more for the key, and a row of the table. */
  #cellsOf(places: Int32Array): number {
    return places.length * 3 + this.#bounds.length;
  }

  #add(places: Int32Array): number {
    const classes = this.#bounds.length;
    const state = this.#places.push(places) - 1;
    if ((state + 1) * classes > this.#table.length) {
      const grown = new Int32Array((state + 1) * 2 * classes);
      grown.set(this.#table);
      this.#table = grown;
    }
    this.#table.fill(UNKNOWN, state * classes, (state + 1) * classes);
    this.#cells += this.#cellsOf(places);
    const ids: number[] = [];
    for (const place of places) {
      const id = this.#ids.get(place);
      if (id !== undefined) ids.push(id);
    }
    this.#matched.push(ids.length === 0 ? NONE : ids);
    return state;
  }

  #forget(): void {
    this.#places = [];
    this.#matched = [];
    this.#states = new Map();
    this.#table = new Int32Array(0);
    this.#start = UNKNOWN;
    this.#cells = 0;
    this.#add(new Int32Array(0));
  }

  /** The class of a code unit: the last one that begins at it or before. */
  #search(unit: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[middle] as number) <= unit) low = middle;
      else high = middle;
    }
    return low;
  }
}

function moved(instruction: Instruction, by: number): Instruction {
  if (instruction.op === 'jump') return { op: 'jump', to: instruction.to + by };
  if (instruction.op !== 'split') return instruction;
  return { op: 'split', first: instruction.first + by, second: instruction.second + by };
}

function boundsOf(instructions: readonly Instruction[]): readonly number[] {
  const bounds = new Set([0]);
  for (const instruction of instructions) {
    const ranges: Ranges = instruction.op === 'unit' ? instruction.ranges : [];
    for (const [index, unit] of ranges.entries()) bounds.add(index % 2 === 0 ? unit : unit + 1);
  }
  return [...bounds].toSorted((one, other) => one - other);
}
