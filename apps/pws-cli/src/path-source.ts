/**
 * The sources of paths that `serve` reads with path-to-regexp 3: `:name`, groups in parentheses, and
 * `?`, `+`, `*` behind either.
 * Owns that grammar, with its odd corners, since people have rules that live on them: the character
 * before a parameter belongs to it, whatever it is; a parameter holds neither that character nor a
 * slash; a slash may follow at the end; letters match in any case.
 *
 *   source    = *( escaped / parameter / character )
 *   parameter = ( ":" 1*( ALPHA / DIGIT / "_" ) [ group ] / group ) [ "?" / "+" / "*" ]
 *   group     = "(" 1*( escaped / any but "\", "(", ")" ) ")"
 */
import { type PatternNode, capture, literal, repeat, sequence, unitIn } from './pattern.ts';
import { plainRegExp } from './plain-regexp.ts';
import { type RuleFault, isFault, shown } from './rule-problem.ts';
import { allBut, inAnyCase } from './unit-ranges.ts';

/** A parameter of a source, or of a destination. */
interface PathParameter {
  /** Its name, or its number among those without. */
  readonly name: string;
  /** The character before it, where that goes with it. */
  readonly prefix: string;
  /** What is between two of them, where there may be several. */
  readonly delimiter: string;
  readonly isOptional: boolean;
  readonly isRepeated: boolean;
  /** The text of its group; `undefined` without. */
  readonly group: string | undefined;
  /** The text before it, that it may not hold: its prefix, or the text token before. */
  readonly before: string;
}

/** Texts, and parameters between them. */
export type PathToken = string | PathParameter;

const ESCAPED = /\\./y;
const GROUP = String.raw`\(((?:\\.|[^\\()])+)\)`;
const PARAMETER = new RegExp(`(?::(\\w+)(?:${GROUP})?|${GROUP})([+*?])?`, 'y');

/** Splits a source or a destination. */
export function parsePathTokens(text: string): readonly PathToken[] {
  const tokens: PathToken[] = [];
  let pending = '';
  let isEscaped = false;
  let unnamed = 0;
  for (let at = 0; at < text.length;) {
    const escaped = matchAt(ESCAPED, text, at);
    const found = escaped ? undefined : matchAt(PARAMETER, text, at);
    if (escaped !== undefined || found === undefined) {
      pending += escaped?.[0].charAt(1) ?? text.charAt(at);
      isEscaped ||= escaped !== undefined;
      at += escaped?.[0].length ?? 1;
      continue;
    }
    at += found[0].length;
    const prefix = isEscaped ? '' : pending.slice(-1);
    const rest = prefix === '' ? pending : pending.slice(0, -1);
    if (rest !== '') {
      tokens.push(rest);
      isEscaped = false;
    }
    pending = '';
    const [, name, ownGroup, group, modifier] = found;
    const last = tokens.at(-1);
    tokens.push({
      name: name ?? String(unnamed),
      prefix,
      delimiter: prefix || '/',
      isOptional: modifier === '?' || modifier === '*',
      isRepeated: modifier === '+' || modifier === '*',
      group: ownGroup ?? group,
      before: prefix || (typeof last === 'string' ? last : ''),
    });
    if (name === undefined) unnamed += 1;
  }
  return pending === '' ? tokens : [...tokens, pending];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** What a source matches, with its captures. */
export function pathSourceNode(tokens: readonly PathToken[]): PatternNode | RuleFault {
  const nodes: PatternNode[] = [];
  for (const token of tokens) {
    const node = typeof token === 'string' ? literalInAnyCase(token) : parameterNode(token);
    if (isFault(node)) return node;
    nodes.push(node);
  }
  return sequence([...nodes, repeat(literal('/'), 0, 1)]);
}

function parameterNode(parameter: PathParameter): PatternNode | RuleFault {
  const { name, prefix, delimiter, isOptional, isRepeated } = parameter;
  const one = valueNode(parameter);
  if (isFault(one)) return one;
  const more = sequence([literalInAnyCase(delimiter), one]);
  const held = isRepeated ? sequence([one, repeat(more, 0, Infinity)]) : one;
  const whole = sequence([literalInAnyCase(prefix), capture(name, held)]);
  return isOptional ? repeat(whole, 0, 1) : whole;
}

function valueNode({ group, delimiter, before }: PathParameter): PatternNode | RuleFault {
  // In a group these stand for themselves, with the backslash that the library puts before them.
  if (group !== undefined) return plainRegExp(group.replace(/([=!:$/()])/g, '\\$1'));
  const excluded = [...new Set(['/', delimiter])];
  if (before === '' || before.includes(delimiter) || before.includes('/')) {
    return characters(excluded);
  }
  // It holds the text before it, or no place where that begins.
  if (before.length > 1) {
    return { fault: `expected a slash in the text before a parameter, got ${shown(before)}` };
  }
  const nodes = [literalInAnyCase(before), characters([...excluded, before])];
  return { kind: 'choice', nodes };
}

/** One or more, as few as can be, of all but these. */
function characters(excluded: readonly string[]): PatternNode {
  const units = excluded.map((character) => character.charCodeAt(0));
  const node = unitIn(allBut(inAnyCase(units.map((unit) => [unit, unit] as const))));
  return { kind: 'repeat', node, least: 1, most: Infinity, preference: 'lazy' };
}

function literalInAnyCase(text: string): PatternNode {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return sequence(units.map((unit) => unitIn(inAnyCase([[unit, unit]]))));
}
