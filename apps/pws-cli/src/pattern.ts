/**
 * Patterns of paths, of whatever dialect, as one small instruction set.
 * Owns the instructions, the parts that a dialect builds a pattern of, and how large one may be.
 * A pattern holds for a whole text, from its first code unit to its last. No look-around and no
 * back-references: without those a pattern is matched in a time that grows with the length of the
 * text, whatever the two are (`pattern-set.ts`, `pattern-captures.ts`).
 */

/** Code units in pairs: the first and the last of each range, in ascending order. */
export type Ranges = readonly number[];

/** A part of a pattern. */
export type PatternNode =
  | { readonly kind: 'unit'; readonly ranges: Ranges }
  | { readonly kind: 'sequence'; readonly nodes: readonly PatternNode[] }
  /** One of several; where more than one leads to a match, the earlier one is taken. */
  | { readonly kind: 'choice'; readonly nodes: readonly PatternNode[] }
  /** As often as can be; where it is `lazy`, as seldom. */
  | {
      readonly kind: 'repeat';
      readonly node: PatternNode;
      readonly least: number;
      readonly most: number;
      readonly preference?: 'greedy' | 'lazy';
    }
  | { readonly kind: 'capture'; readonly name: string; readonly node: PatternNode };

/** One step of a matcher; behind `unit` and `save` comes the next one. */
export type Instruction =
  /** Takes one code unit that is in the ranges, or fails. */
  | { readonly op: 'unit'; readonly ranges: Ranges }
  /** Goes on at both; the first is preferred. */
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  /** Remembers where it is in the text. Slots 2n and 2n+1 are the ends of capture n. */
  | { readonly op: 'save'; readonly slot: number }
  /** Matches where the text ends. */
  | { readonly op: 'end' };

/** A compiled pattern; begins at its first instruction. */
export interface Pattern {
  readonly instructions: readonly Instruction[];
  /** The names of its captures, in the order of their slots. */
  readonly names: readonly string[];
}

/** Whether `A` is `a`. */
export type LetterCase = 'exact' | 'any-case';

const LAST_UNIT = 0xffff;
const SLASH = 0x2f;

/** Any code unit. */
export const ANY_UNIT: PatternNode = { kind: 'unit', ranges: [0, LAST_UNIT] };
/** Any code unit that does not separate segments. */
export const ANY_BUT_SLASH: PatternNode = {
  kind: 'unit',
  ranges: [0, SLASH - 1, SLASH + 1, LAST_UNIT],
};

/** The text itself. */
export function literal(text: string, letterCase: LetterCase = 'exact'): PatternNode {
  const nodes: PatternNode[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    nodes.push(unitIn(letterCase === 'exact' ? [[unit, unit]] : caseForms(unit)));
  }
  return sequence(nodes);
}

/** One code unit of any of the ranges, given as the first and the last of each. */
export function unitIn(ranges: readonly (readonly [first: number, last: number])[]): PatternNode {
  return { kind: 'unit', ranges: ranges.toSorted(([one], [other]) => one - other).flat() };
}

/** One after the other. */
export function sequence(nodes: readonly PatternNode[]): PatternNode {
  return { kind: 'sequence', nodes };
}

/** So often, as often as can be. */
export function repeat(node: PatternNode, least: number, most: number): PatternNode {
  return { kind: 'repeat', node, least, most };
}

/** The part, and what it takes is known by a name. */
export function capture(name: string, node: PatternNode): PatternNode {
  return { kind: 'capture', name, node };
}

// Unicode has letters whose other form is two of them, or lies outside of these code units: such
// a letter is itself alone.
function caseForms(unit: number): [number, number][] {
  const letter = String.fromCharCode(unit);
  const forms = [letter, letter.toLowerCase(), letter.toUpperCase()].filter(
    (form) => form.length === 1,
  );
  return [...new Set(forms)].map((form) => [form.charCodeAt(0), form.charCodeAt(0)]);
}

/** More than any line of a rule file needs; counted repetition could make more of a short text. */
const MAX_INSTRUCTIONS = 16_384;

/**
 * Compiles a pattern.
 *
 * @returns `undefined` where it would be too large: more than 16384 instructions
 */
export function compilePattern(node: PatternNode): Pattern | undefined {
  const compiler = new Compiler();
  return compiler.write(node) && compiler.add({ op: 'end' }) ? compiler : undefined;
}

/** Writes instructions; each call says whether there was room. */
class Compiler implements Pattern {
  readonly instructions: Instruction[] = [];
  readonly names: string[] = [];

  add(instruction: Instruction): boolean {
    return this.instructions.push(instruction) <= MAX_INSTRUCTIONS;
  }

  write(node: PatternNode): boolean {
    switch (node.kind) {
      case 'unit':
        return this.add({ op: 'unit', ranges: node.ranges });
      case 'sequence':
        return node.nodes.every((part) => this.write(part));
      case 'choice':
        return this.#writeChoice(node.nodes);
      case 'repeat':
        return this.#writeRepeat(node);
      case 'capture':
        return this.#writeCapture(node.name, node.node);
    }
  }

  //   split A, rest · A: first · jump end · rest: … · end:
  #writeChoice(nodes: readonly PatternNode[]): boolean {
    const jumps: number[] = [];
    for (const [index, node] of nodes.entries()) {
      const split = index < nodes.length - 1 ? this.#reserve() : undefined;
      if (!this.write(node)) return false;
      if (split === undefined) continue;
      jumps.push(this.#reserve());
      this.#fill(split, { op: 'split', first: split + 1, second: this.#next });
    }
    for (const jump of jumps) this.#fill(jump, { op: 'jump', to: this.#next });
    return true;
  }

  //   node × least, and then   again: split body, end · body: node · jump again · end:
  //   or   split body, end · body: node   for each time that it may be there
  #writeRepeat({ node, least, most, preference }: PatternNode & { kind: 'repeat' }): boolean {
    const fillSplit = (at: number): void => {
      const [body, end] = [at + 1, this.#next];
      const isLazy = preference === 'lazy';
      this.#fill(at, { op: 'split', first: isLazy ? end : body, second: isLazy ? body : end });
    };
    for (let count = 0; count < least; count++) if (!this.write(node)) return false;
    if (most === Infinity) {
      const again = this.#reserve();
      if (!this.write(node) || !this.add({ op: 'jump', to: again })) return false;
      fillSplit(again);
      return true;
    }
    const splits: number[] = [];
    for (let count = least; count < most; count++) {
      splits.push(this.#reserve());
      if (!this.write(node) || this.#next > MAX_INSTRUCTIONS) return false;
    }
    for (const at of splits) fillSplit(at);
    return true;
  }

  #writeCapture(name: string, node: PatternNode): boolean {
    const slot = this.names.push(name) * 2 - 2;
    return (
      this.add({ op: 'save', slot }) && this.write(node) && this.add({ op: 'save', slot: slot + 1 })
    );
  }

  get #next(): number {
    return this.instructions.length;
  }

  /** A place for an instruction that is known later. */
  #reserve(): number {
    return this.instructions.push({ op: 'end' }) - 1;
  }

  #fill(at: number, instruction: Instruction): void {
    this.instructions[at] = instruction;
  }
}

/** Whether the code unit is in one of the ranges. */
export function isInRanges(unit: number, ranges: Ranges): boolean {
  for (let at = 0; at < ranges.length; at += 2) {
    if (unit < (ranges[at] as number)) return false;
    if (unit <= (ranges[at + 1] as number)) return true;
  }
  return false;
}
