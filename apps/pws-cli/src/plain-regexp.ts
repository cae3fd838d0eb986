/**
 * Plain regular expressions: alternatives, classes and quantifiers of single characters, as
 * ECMAScript reads them without flags but `i`.
 * Refuses what a matcher without backtracking cannot do or a group of a path cannot hold: groups,
 * anchors, look-around and back references. What is refused is said, never read as something else.
 *
 *   disjunction = alternative *( "|" alternative )              ECMA-262 §22.2.1, Annex B.1.2
 *   alternative = *( atom [ quantifier ] )
 *   quantifier  = ( "*" / "+" / "?" / "{" digits [ "," [ digits ] ] "}" ) [ "?" ]
 */
import { type PatternNode, sequence, unitIn } from './pattern.ts';
import { type RuleFault, shown } from './rule-problem.ts';
import { type UnitRange, allBut, inAnyCase } from './unit-ranges.ts';

/** More than this often makes a matcher of a short text that is too large. */
const MOST_TIMES = 1000;

const LINE_ENDS: readonly UnitRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
/** What a dot stands for. */
const ANY_BUT_LINE_END: PatternNode = unitIn(allBut(LINE_ENDS));

const DIGITS: readonly UnitRange[] = [[0x30, 0x39]];
const WORD: readonly UnitRange[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: readonly UnitRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const CLASSES: Readonly<Record<string, readonly UnitRange[]>> = {
  d: DIGITS,
  D: allBut(DIGITS),
  w: WORD,
  W: allBut(WORD),
  s: SPACE,
  S: allBut(SPACE),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Reads an expression; letters are taken in any case. */
export function plainRegExp(text: string): PatternNode | RuleFault {
  const reader = new Reader(text);
  try {
    return reader.readDisjunction();
  } catch (error) {
    if (error instanceof Refusal) return { fault: error.message };
    throw error;
  }
}

class Refusal extends Error {}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDisjunction(): PatternNode {
    const nodes = [this.#readAlternative()];
    while (this.#at < this.#text.length) {
      this.#at += 1;
      nodes.push(this.#readAlternative());
    }
    return nodes.length === 1 ? (nodes[0] as PatternNode) : { kind: 'choice', nodes };
  }

  #readAlternative(): PatternNode {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|') {
      nodes.push(this.#readQuantified(this.#readAtom()));
    }
    return sequence(nodes);
  }

  #readAtom(): PatternNode {
    const character = this.#text[this.#at] as string;
    this.#at += 1;
    switch (character) {
      case '.':
        return ANY_BUT_LINE_END;
      case '[':
        return this.#readClass();
      case '\\':
        return unitIn(inAnyCase(this.#readEscape('outside')));
      case '(':
      case ')':
        throw new Refusal('expected no groups in a group, got another parenthesis');
      case '^':
      case '$':
        throw new Refusal(`expected no anchors, got ${shown(character)}`);
      case '*':
      case '+':
      case '?':
        throw new Refusal(`expected something to repeat, got ${shown(character)}`);
    }
    const unit = character.charCodeAt(0);
    return unitIn(inAnyCase([[unit, unit]]));
  }

  #readQuantified(node: PatternNode): PatternNode {
    const [all, mark, least, comma, most] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})/.exec(this.#text.slice(this.#at)) ?? [];
    if (all === undefined || (comma === '' && most !== '')) return node;
    this.#at += all.length;
    const isLazy = this.#text[this.#at] === '?';
    if (isLazy) this.#at += 1;
    const times = mark === undefined ? countsOf(least, comma, most) : TIMES_OF_MARK[mark];
    const [from, to] = times ?? [0, 0];
    if (from > to) throw new Refusal(`expected a quantifier that goes up, got ${shown(all)}`);
    if (from > MOST_TIMES || (to > MOST_TIMES && to !== Infinity)) {
      throw new Refusal(`expected ${MOST_TIMES} times at most, got ${shown(all)}`);
    }
    return { kind: 'repeat', node, least: from, most: to, preference: isLazy ? 'lazy' : 'greedy' };
  }

  #readClass(): PatternNode {
    const isNegated = this.#text[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const ranges: UnitRange[] = [];
    while (this.#text[this.#at] !== ']') {
      const from = this.#readMember();
      if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') {
        ranges.push(...from);
        continue;
      }
      this.#at += 1;
      const to = this.#readMember();
      ranges.push(...rangeBetween(from, to));
    }
    this.#at += 1;
    const members = inAnyCase(ranges);
    return unitIn(isNegated ? allBut(members) : members);
  }

  #readMember(): readonly UnitRange[] {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Refusal('expected ] behind [, got the end');
    this.#at += 1;
    if (character === '\\') return this.#readEscape('in a class');
    const unit = character.charCodeAt(0);
    return [[unit, unit]];
  }

  #readEscape(where: 'outside' | 'in a class'): readonly UnitRange[] {
    const character = this.#text[this.#at] ?? '';
    const known = CLASSES[character];
    this.#at += 1;
    if (known !== undefined) return known;
    const unit = this.#unitOfEscape(character, where);
    return [[unit, unit]];
  }

  #unitOfEscape(character: string, where: 'outside' | 'in a class'): number {
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    if (character === 'b' && where === 'in a class') return 8;
    const rest = this.#text.slice(this.#at);
    const digits =
      (character === 'x' && /^[\dA-Fa-f]{2}/.exec(rest)) ||
      (character === 'u' && /^[\dA-Fa-f]{4}/.exec(rest));
    if (digits) {
      this.#at += digits[0].length;
      return Number.parseInt(digits[0], 16);
    }
    if (character === '0' && !/^\d/.test(rest)) return 0;
    if (character === '' || /[\dA-Za-z]/.test(character)) {
      throw new Refusal(
        `expected no back references, anchors and properties, got ${shown(`\\${character}`)}`,
      );
    }
    return character.charCodeAt(0);
  }
}

const TIMES_OF_MARK: Readonly<Record<string, readonly [number, number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};

function countsOf(
  least: string | undefined,
  comma: string | undefined,
  most: string | undefined,
): readonly [number, number] {
  const from = Number(least);
  if (comma !== ',') return [from, from];
  return [from, most === '' ? Infinity : Number(most)];
}

// Annex B.1.2: where an end of a range is a class, the dash is itself.
function rangeBetween(from: readonly UnitRange[], to: readonly UnitRange[]): readonly UnitRange[] {
  const [[first, end] = [0, 0]] = from;
  const [[start, last] = [0, 0]] = to;
  if (from.length > 1 || to.length > 1 || first !== end || start !== last) {
    return [...from, [0x2d, 0x2d], ...to];
  }
  if (first > last) throw new Refusal('expected a range that goes up, got one that goes down');
  return [[first, last]];
}
