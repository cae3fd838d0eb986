/**
 * One name in a glob, between slashes.
 * Owns the reading of minimatch 3 where that differs from a shell's: what is not closed is itself,
 * all that can match a dot at the beginning does not, and nothing with a wildcard matches nothing.
 */
import {
  ANY_BUT_SLASH,
  type PatternNode,
  type Ranges,
  repeat,
  sequence,
  unitIn,
} from './pattern.ts';
import type { RuleFault } from './rule-problem.ts';
import { type UnitRange, allBut, intersect, joinRanges } from './unit-ranges.ts';

const unitsOf = (characters: string): UnitRange[] =>
  Array.from(characters, (character) => [character.charCodeAt(0), character.charCodeAt(0)]);

const LINE_ENDS = '\n\r\u2028\u2029';
const FIRST: Ranges = allBut(unitsOf(`/${LINE_ENDS}`)).flat();
const FIRST_BUT_DOT: Ranges = allBut(unitsOf(`/.${LINE_ENDS}`)).flat();

/** A whole name that does not begin with a dot. */
export const PART: PatternNode = sequence([
  unitIn(allBut(unitsOf('/.'))),
  repeat(ANY_BUT_SLASH, 0, Infinity),
]);

type Extension = '?' | '*' | '+' | '@' | '!';

type Token =
  | { readonly kind: 'unit'; readonly ranges: Ranges; readonly isLiteral: boolean }
  | { readonly kind: 'star' }
  | { readonly kind: 'open'; readonly extension: Extension }
  | { readonly kind: 'close' }
  | { readonly kind: 'bar' };

const STAR: Token = { kind: 'star' };
const ANY_ONE: Token = { kind: 'unit', ranges: pairs(ANY_BUT_SLASH), isLiteral: false };

function pairs(node: PatternNode): Ranges {
  return node.kind === 'unit' ? node.ranges : [];
}

/** Reads a name; an empty one is the text without anything in it. */
export function globPart(text: string): PatternNode | RuleFault {
  const read = tokensOf(text);
  if ('fault' in read) return read;
  const { tokens, tail } = read;
  const [first] = tokens;
  let node = new Builder(tokens).build();
  if (tail !== undefined) {
    const rest = globPart(tail);
    if ('fault' in rest) return rest;
    node = sequence([node, rest]);
  }
  const hasMagic = tokens.some((token) => token.kind !== 'unit' || !token.isLiteral);
  if (!hasMagic || first === undefined) return node;
  const beginsWithMagic = first.kind !== 'unit' || !first.isLiteral;
  const canHoldDot = !beginsWithMagic || text.startsWith('.');
  return beginningWith(canHoldDot ? FIRST : FIRST_BUT_DOT, node) ?? NOTHING;
}

/** Matches no text. */
const NOTHING: PatternNode = { kind: 'unit', ranges: [] };

interface Tokens {
  readonly tokens: readonly Token[];
  /** What stands behind a bracket that is not closed, and is read for itself. */
  readonly tail: string | undefined;
}

function tokensOf(text: string): Tokens | RuleFault {
  const tokens: Token[] = [];
  /** Where lists begin that are not closed yet. */
  const opened: number[] = [];
  let tail: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      tokens.push(literalToken(text.charAt(at + 1) || character));
      at += 1;
    } else if (text.charAt(at + 1) === '(' && '?*+@!'.includes(character)) {
      // Several stars are one, which then is that of the list.
      if (character === '*' && tokens.at(-1) === STAR) tokens.pop();
      opened.push(tokens.push({ kind: 'open', extension: character as Extension }) - 1);
      at += 1;
    } else if (character === ')' && opened.length > 0) {
      opened.pop();
      tokens.push({ kind: 'close' });
    } else if (character === '|' && opened.length > 0) {
      tokens.push({ kind: 'bar' });
    } else if (character === '[') {
      const found = readClass(text, at + 1);
      if (found === undefined) {
        tokens.push(literalToken(character));
        tail = text.slice(at + 1);
        break;
      }
      if ('fault' in found) return found;
      tokens.push(found.token);
      at = found.end;
    } else if (character === '*') {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else {
      tokens.push(character === '?' ? ANY_ONE : literalToken(character));
    }
  }
  const closed = withoutOpen(tokens, opened);
  return closed.some((token) => token.kind === 'open' && token.extension === '!')
    ? { fault: 'expected no !(…): what must not be there cannot be matched' }
    : { tokens: closed, tail };
}

function literalToken(character: string): Token {
  const unit = character.charCodeAt(0);
  return { kind: 'unit', ranges: [unit, unit], isLiteral: true };
}

/** A list that is not closed is what it is written with, and so is every bar behind it. */
function withoutOpen(tokens: readonly Token[], opened: readonly number[]): readonly Token[] {
  const [first = Infinity] = opened;
  return tokens.flatMap((token, index): Token[] => {
    if (token.kind === 'bar' && index > first) return [literalToken('|')];
    if (token.kind !== 'open' || !opened.includes(index)) return [token];
    const { extension } = token;
    if (extension === '*') return [STAR, literalToken('(')];
    if (extension === '?') return [ANY_ONE, literalToken('(')];
    return [literalToken(extension), literalToken('(')];
  });
}

/** @returns `undefined` where the class has no end */
function readClass(
  text: string,
  start: number,
): { readonly token: Token; readonly end: number } | RuleFault | undefined {
  const members: string[] = [];
  let at = start;
  const isNegated = text.charAt(at) === '!' || text.charAt(at) === '^';
  if (isNegated) at += 1;
  for (; text.charAt(at) !== ']' || at === start; at++) {
    if (at >= text.length) return undefined;
    if (text.charAt(at) === '\\') at += 1;
    if (at >= text.length) return undefined;
    members.push(text.charAt(at));
  }
  // Whether that is one depends, there, on what the rest of it is to a regular expression.
  if (text.charAt(start) === ']') return { fault: 'expected a class that does not begin with ]' };
  const ranges: UnitRange[] = [];
  for (let index = 0; index < members.length; index++) {
    const first = (members[index] as string).charCodeAt(0);
    const end = members[index + 1] === '-' ? members[index + 2]?.charCodeAt(0) : undefined;
    ranges.push([first, end ?? first]);
    if (end === undefined) continue;
    if (end < first) return { fault: 'expected a range that goes up, got one that goes down' };
    index += 2;
  }
  // A name holds no slash, whatever a class has.
  const units = isNegated ? allBut([...ranges, ...unitsOf('/')]) : joinRanges(ranges);
  return { token: { kind: 'unit', ranges: units.flat(), isLiteral: false }, end: at };
}

/** Makes a pattern of tokens whose lists are closed. */
class Builder {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  build(): PatternNode {
    const nodes: PatternNode[] = [];
    for (; ; this.#at += 1) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === 'close' || token.kind === 'bar') {
        return sequence(nodes);
      }
      if (token.kind === 'unit') nodes.push({ kind: 'unit', ranges: token.ranges });
      else if (token.kind === 'star') nodes.push(repeat(ANY_BUT_SLASH, 0, Infinity));
      else nodes.push(this.#buildList(token.extension));
    }
  }

  #buildList(extension: Extension): PatternNode {
    const nodes: PatternNode[] = [];
    do {
      this.#at += 1;
      nodes.push(this.build());
    } while (this.#tokens[this.#at]?.kind === 'bar');
    const choice: PatternNode = { kind: 'choice', nodes };
    if (extension === '@') return choice;
    const least = extension === '+' ? 1 : 0;
    return repeat(choice, least, extension === '?' ? 1 : Infinity);
  }
}

/** The texts of a pattern that begin with one of these; `undefined` where there is none. */
function beginningWith(ranges: Ranges, node: PatternNode): PatternNode | undefined {
  switch (node.kind) {
    case 'unit': {
      const both = intersect(node.ranges, ranges);
      return both.length === 0 ? undefined : { kind: 'unit', ranges: both };
    }
    case 'sequence': {
      const ways: PatternNode[] = [];
      for (const [index, part] of node.nodes.entries()) {
        const begun = beginningWith(ranges, part);
        if (begun !== undefined) ways.push(sequence([begun, ...node.nodes.slice(index + 1)]));
        if (!canBeEmpty(part)) break;
      }
      return choiceOf(ways);
    }
    case 'choice':
      return choiceOf(node.nodes.flatMap((each) => beginningWith(ranges, each) ?? []));
    case 'repeat': {
      const begun = beginningWith(ranges, node.node);
      const least = canBeEmpty(node.node) ? 0 : Math.max(node.least - 1, 0);
      return begun && sequence([begun, repeat(node.node, least, node.most - 1)]);
    }
    case 'capture':
      return beginningWith(ranges, node.node);
  }
}

function choiceOf(nodes: readonly PatternNode[]): PatternNode | undefined {
  return nodes.length === 0 ? undefined : { kind: 'choice', nodes };
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'unit':
      return false;
    case 'sequence':
      return node.nodes.every(canBeEmpty);
    case 'choice':
      return node.nodes.some(canBeEmpty);
    case 'repeat':
      return node.least === 0 || canBeEmpty(node.node);
    case 'capture':
      return canBeEmpty(node.node);
  }
}
