/**
 * From rules on fields to what is done to the fields of an answer.
 * Owns how rules for the same path come together, and that no rule reaches a field that the server
 * alone writes, however the rule came here. The same rules are the same effect, the very object, so
 * that what was made with it can be kept; but for rules whose values hold a part of the path.
 */
import type { FieldEffect, FieldLines } from '@pws/static-fs';
import type { FieldOperation, HeaderRule } from './headers-file.ts';
import type { RulePattern } from './path-patterns.ts';
import { captureBy } from './pattern-captures.ts';
import { type Captures, escapeSegments } from './redirect-target.ts';
import { fieldLineFault, isKeptField, isOfSeveralLines, isServersField } from './rule-fields.ts';
import { RuleIndex, type RuleQuestion, textFor } from './rule-index.ts';

/** What happens where several rules set a field: the last one holds, or all of them together. */
export type FieldMerge = 'override' | 'join';

/** Rules on fields, compiled. */
export interface FieldRules {
  /** What is done for a path; `undefined` where no rule is for it. */
  effectOf(asked: RuleQuestion): FieldEffect | undefined;
}

/** What {@link createFieldRules} is told. */
export interface FieldRulesOptions {
  readonly merge: FieldMerge;
  /** The name of the file that a rule is of, for people. */
  readonly fileOf: (rule: HeaderRule) => string;
}

/** Effects that are kept: as many sets of rules as any site has, not as anybody could ask for. */
const MOST_EFFECTS = 1024;

/** Compiles rules on fields. */
export function createFieldRules(
  rules: readonly HeaderRule[],
  { merge, fileOf }: FieldRulesOptions,
): FieldRules {
  const index = new RuleIndex(rules.map(({ from }) => from));
  const writers = rules.map((rule) => writerOf(rule, `${fileOf(rule)}:${rule.line}`));
  const byArray = new WeakMap<readonly number[], FieldEffect>();
  const byKey = new Map<string, FieldEffect>();

  const makeEffect = (matched: readonly number[], asked: RuleQuestion): FieldEffect => {
    const fields = new EffectFields(merge);
    for (const id of matched) writers[id]?.write(fields, asked);
    return fields.effect();
  };
  const keptEffect = (matched: readonly number[], asked: RuleQuestion): FieldEffect => {
    const key = matched.join();
    const known = byKey.get(key);
    if (known !== undefined) return known;
    if (byKey.size >= MOST_EFFECTS) byKey.clear();
    const effect = makeEffect(matched, asked);
    byKey.set(key, effect);
    return effect;
  };

  return {
    effectOf(asked) {
      const matched = index.match(asked);
      if (matched.length === 0) return undefined;
      const known = byArray.get(matched);
      if (known !== undefined) return known;
      if (matched.some((id) => writers[id]?.hasCaptures === true))
        return makeEffect(matched, asked);
      const effect = keptEffect(matched, asked);
      byArray.set(matched, effect);
      return effect;
    },
  };
}

/** One rule, ready to be written. */
interface Writer {
  readonly hasCaptures: boolean;
  write(fields: EffectFields, asked: RuleQuestion): void;
}

function writerOf({ from, operations }: HeaderRule, place: string): Writer {
  const removed = operations.flatMap((each) =>
    each.kind === 'remove' && !isKeptField(each.name) ? [each.name] : [],
  );
  const set = operations.filter((each) => each.kind === 'set').filter(isAllowed);
  const names = from.pattern.names.toSorted((one, other) => other.length - one.length);
  const hasCaptures = set.some(({ value }) => names.some((name) => value.includes(`:${name}`)));
  return {
    hasCaptures,
    write(fields, asked) {
      const captures = hasCaptures ? capturesOf(from, asked) : undefined;
      const lines = captures
        ? set.map(({ name, value }) => [name, fill(value, names, captures)] as const)
        : set.map(({ name, value }) => [name, value] as const);
      fields.addBlock({ place, removed, lines });
    },
  };
}

function capturesOf(from: RulePattern, asked: RuleQuestion): Captures {
  return captureBy(from.pattern, textFor(from, asked) ?? '') ?? new Map();
}

// Security: not only what a file says is checked, but what is there to be written.
function isAllowed({ name, value }: FieldOperation & { readonly kind: 'set' }): boolean {
  return !isServersField(name) && fieldLineFault(name, value) === undefined;
}

/**
 * A value with the parts of the path in it, escaped as in a path: visible ASCII without blanks,
 * commas and semicolons, so that it stays the one value that the rule has.
 */
function fill(value: string, longestFirst: readonly string[], captures: Captures): string {
  let text = '';
  let start = 0;
  for (let at = value.indexOf(':'); at !== -1; at = value.indexOf(':', at + 1)) {
    const name = longestFirst.find((known) => value.startsWith(known, at + 1));
    if (name === undefined) continue;
    text += value.slice(start, at) + escapeMarks(escapeSegments(captures.get(name) ?? ''));
    start = at + 1 + name.length;
  }
  return text + value.slice(start);
}

// Those that a path may have as they are. Security: some values have words in quotes and with
// brackets; whoever asks for /'unsafe-inline' does not get it into a policy.
function escapeMarks(text: string): string {
  return text.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What one rule does. */
interface Block {
  /** Where it stands. */
  readonly place: string;
  readonly removed: readonly string[];
  readonly lines: FieldLines;
}

/** Field lines by name, as rules come. */
class EffectFields {
  readonly #merge: FieldMerge;
  /** By the name in small letters; what is set, in order. */
  readonly #lines = new Map<string, (readonly [string, string])[]>();
  readonly #removed = new Set<string>();
  /** By the name in small letters; whose word holds. */
  readonly #places = new Map<string, readonly string[]>();

  constructor(merge: FieldMerge) {
    this.#merge = merge;
  }

  /** One rule: what it takes away goes before what it sets. */
  addBlock({ place, removed, lines }: Block): void {
    for (const name of removed) {
      const key = name.toLowerCase();
      this.#lines.delete(key);
      this.#removed.add(key);
      this.#places.set(key, [place]);
    }
    const own = new Set<string>();
    for (const [name, value] of lines) {
      const key = name.toLowerCase();
      const isFirst = !own.has(key);
      own.add(key);
      if (isFirst && this.#merge === 'override') this.#lines.delete(key);
      if (isFirst) {
        const others = this.#lines.has(key) ? (this.#places.get(key) ?? []) : [];
        this.#places.set(key, [...others, place]);
      }
      this.#removed.delete(key);
      this.#addLine(key, [name, value]);
    }
  }

  effect(): FieldEffect {
    return {
      set: [...this.#lines.values()].flat(),
      remove: this.#removed,
      rules: this.#places,
    };
  }

  // RFC 9110 §5.2: lines of one name are one list, but for those that are not.
  #addLine(key: string, line: readonly [string, string]): void {
    const lines = this.#lines.get(key) ?? [];
    const [first] = lines;
    if (first === undefined || isOfSeveralLines(key)) lines.push(line);
    else lines[0] = [first[0], `${first[1]}, ${line[1]}`];
    this.#lines.set(key, lines);
  }
}
