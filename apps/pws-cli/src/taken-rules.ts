/**
 * Rules that others leave no request.
 * Owns how that is told for certain: all paths that there are are walked through, as classes of code
 * units, by the machine that matches patterns. Where there would be too many states, nothing is said.
 */
import { type CheckedRule, questionFor, readPath } from './checked-rules.ts';
import { decodePath } from './path-patterns.ts';
import {
  ANY_UNIT,
  type Pattern,
  type PatternNode,
  compilePattern,
  literal,
  repeat,
  sequence,
} from './pattern.ts';
import { PatternSet } from './pattern-set.ts';
import { isRedirectStatus } from './redirect-rule.ts';
import { fixedPath } from './redirect-target.ts';
import { RuleIndex } from './rule-index.ts';
import { withoutSlash } from './serve-source.ts';

const SLASH = literal('/');

/** Which paths there are. */
export interface PathsThatAre {
  readonly dotfiles?: 'deny' | 'allow' | undefined;
}

/**
 * By rule, the first that leaves it no request: one that is asked before it, and takes all paths that
 * it is for, whatever else is in the request.
 *
 * @param rules - in the order in which they are asked
 */
export function takenRules(
  rules: readonly CheckedRule[],
  paths: PathsThatAre,
): ReadonlyMap<CheckedRule, CheckedRule> {
  const index = new RuleIndex(rules.map(({ rule }) => rule.from));
  const all = patternOfPaths(paths);
  const leading = leadingOn(rules, index);
  const taken = new Map<CheckedRule, CheckedRule>();
  for (const [at, inner] of rules.entries()) {
    const [sample] = inner.samples;
    if (sample === undefined || isLedTo(inner, leading)) continue;
    const matched = [sample, withoutSlash(sample)].flatMap((path) =>
      index.match(questionFor(path)),
    );
    const first = [...new Set(matched)]
      .filter((id) => id < at)
      .toSorted((one, other) => one - other)
      .map((id) => rules[id] as CheckedRule)
      .find((outer) => takesAll(outer, inner, all));
    if (first !== undefined) taken.set(inner, first);
  }
  return taken;
}

function takesAll(outer: CheckedRule, inner: CheckedRule, paths: Pattern): boolean {
  // It may ask for more than a path, or lead to where the request came from.
  if (inner.samples.some((path) => outer.alone(path) === undefined)) return false;
  const own = pathsPassedOver(outer);
  const patterns = [patternOf(inner), patternOf(outer), paths, ...(own === undefined ? [] : [own])];
  const set = new PatternSet(patterns, { maxCells: Infinity });
  const isFor = ({ rule }: CheckedRule, isMatched: boolean): boolean =>
    isMatched !== (rule.from.holdsFor === 'all-others');
  return set.holdsForAll((matched) => {
    const isOfInner = matched.includes(2) && isFor(inner, matched.includes(0));
    return !isOfInner || (isFor(outer, matched.includes(1)) && !matched.includes(3));
  });
}

/** The paths that a redirect may lead to, and so does not hold for; `undefined` for none. */
function pathsPassedOver({ rule }: CheckedRule): Pattern | undefined {
  const { status, target } = rule;
  if (!isRedirectStatus(status) || target.origin !== undefined) return undefined;
  const parts = target.path.map((part) =>
    typeof part === 'string' ? literal(decoded(part)) : repeat(ANY_UNIT, 0, Infinity),
  );
  return compilePattern(sequence([...parts, repeat(SLASH, 0, 1)]));
}

/** What the rewrites of a `serve.json` lead on to, which is looked up in the others of them again. */
interface LeadingOn {
  /** The rules that fixed targets are met by. */
  readonly met: ReadonlySet<CheckedRule>;
  /** What other targets begin with, and whose they are. */
  readonly begun: readonly { readonly by: CheckedRule; readonly text: string }[];
}

function leadingOn(rules: readonly CheckedRule[], index: RuleIndex): LeadingOn {
  const met = new Set<CheckedRule>();
  const begun: LeadingOn['begun'][number][] = [];
  for (const each of rules.filter(isOfChain)) {
    const { target } = each.rule;
    const path = fixedPath(target);
    if (path === undefined) {
      const [text] = target.path;
      begun.push({ by: each, text: typeof text === 'string' ? decoded(text) : '' });
      continue;
    }
    for (const id of index.match(questionFor(withoutSlash(readPath(decoded(path)))))) {
      const other = rules[id] as CheckedRule;
      if (other !== each) met.add(other);
    }
  }
  return { met, begun };
}

/** Whether requests can come to a rule by another one of its file. */
function isLedTo(rule: CheckedRule, { met, begun }: LeadingOn): boolean {
  if (!isOfChain(rule)) return false;
  const { path } = rule;
  const mayBegin = (text: string): boolean => path === undefined || decoded(path).startsWith(text);
  return met.has(rule) || begun.some(({ by, text }) => by !== rule && mayBegin(text));
}

function isOfChain({ syntax, rule }: CheckedRule): boolean {
  return syntax === 'serve-json' && rule.precedence === 'unforced';
}

function decoded(path: string): string {
  return decodePath(path) ?? path;
}

/** What a rule is for, of the paths as they are asked for. */
function patternOf({ rule, syntax }: CheckedRule): Pattern {
  const { pattern } = rule.from;
  if (syntax === 'lines') return pattern;
  // There, a slash at the end says nothing.
  const end = pattern.instructions.length - 1;
  const slash = compilePattern(SLASH)?.instructions ?? [];
  return {
    names: pattern.names,
    instructions: [
      ...pattern.instructions.slice(0, end),
      { op: 'split', first: end + 1, second: end + 2 },
      ...slash,
    ],
  };
}

// What a name may hold (site-path.ts), but for U+2028 and U+2029: no star of a glob takes them, and
// for a name that nobody has, no rule would ever take all.
const UNIT: PatternNode = {
  kind: 'unit',
  ranges: [0x20, 0x2e, 0x30, 0x5b, 0x5d, 0x7e, 0x80, 0x2027, 0x202a, 0xffff],
};
/** The same without a dot. */
const BEGINNING: PatternNode = {
  kind: 'unit',
  ranges: [0x20, 0x2d, 0x30, 0x5b, 0x5d, 0x7e, 0x80, 0x2027, 0x202a, 0xffff],
};

/** What can be asked for: names between single slashes. */
function patternOfPaths({ dotfiles = 'deny' }: PathsThatAre): Pattern {
  const name = sequence([dotfiles === 'allow' ? UNIT : BEGINNING, repeat(UNIT, 0, Infinity)]);
  const first: PatternNode = { kind: 'choice', nodes: [name, literal('.well-known')] };
  const more = repeat(sequence([SLASH, name]), 0, Infinity);
  const path = sequence([SLASH, first, more, repeat(SLASH, 0, 1)]);
  return compilePattern({ kind: 'choice', nodes: [SLASH, path] }) as Pattern;
}
