/**
 * What the owner's rules do to the field lines of an answer.
 * Owns what no rule can do, whatever it says: delimit messages or their parts, say what time it is
 * or which version is sent, or make an error or the shell of an application stay in caches. Pure.
 *
 * RFC 9110 §15.4.5 (304), RFC 9111 §5.2 (Cache-Control), RFC 9112 §6 (framing).
 */
import type { FieldEffect, FieldLines, StaticResponse } from '@pws/static-fs';
import { isCachingField, isKeptField, isServersField } from './rule-fields.ts';

/** What it was answered with. */
type Answered = Pick<StaticResponse, 'status' | 'served'>;

/** Fields that describe one file. */
const OF_FILE: ReadonlySet<string> = new Set(['content-disposition', 'content-type']);
/** Fields that describe content, which a 304 has none of. */
const OF_CONTENT: ReadonlySet<string> = new Set([
  'content-disposition',
  'content-language',
  'content-type',
]);

/**
 * The field lines of an answer, with what rules say of them.
 *
 * @param lines - all others
 */
export function applyEffect(
  lines: FieldLines,
  { set, remove }: FieldEffect,
  answer: Answered,
): FieldLines {
  const isOfParts = lines.some(isTypeOfParts);
  const isOpen = (name: string): boolean =>
    isOpenToRules(name, answer) && !(isOfParts && name === 'content-type');
  const given = set.filter(([name]) => !isServersField(name) && isOpen(name.toLowerCase()));
  const replaced = new Set(given.map(([name]) => name.toLowerCase()));
  // What the answer depends on stays so, whatever else it depends on by a rule.
  replaced.delete('vary');
  const kept = lines.filter(([name]) => {
    const lower = name.toLowerCase();
    return !replaced.has(lower) && !(remove.has(lower) && !isKeptField(lower) && isOpen(lower));
  });
  return [...kept, ...given];
}

function isOpenToRules(name: string, answer: Answered): boolean {
  if (answer.status === 304 && OF_CONTENT.has(name)) return false;
  return !isCachingField(name) || !standsIn(answer);
}

/**
 * Whether an answer stands in for what was asked for, as an error or as the shell of an application
 * does: nobody makes it stay in caches, and what is said of a file says nothing of it.
 */
export function standsIn({ status, served }: Answered): boolean {
  return status >= 400 || served?.role === 'shell';
}

// RFC 9110 §14.6: it says what is between the parts, and each of them says its own type.
function isTypeOfParts([name, value]: FieldLines[number]): boolean {
  return value.startsWith('multipart/byteranges') && name.toLowerCase() === 'content-type';
}

const withoutTypes = new WeakMap<FieldEffect, FieldEffect>();

/**
 * The same without what says of a path which type its file has, and whether it is to be kept as a
 * file: for what stands in for it. The same object for the same one.
 */
export function withoutType(effect: FieldEffect | undefined): FieldEffect | undefined {
  if (effect === undefined) return undefined;
  const known = withoutTypes.get(effect);
  if (known !== undefined) return known;
  const isOther = (name: string): boolean => !OF_FILE.has(name.toLowerCase());
  const { set, remove, rules } = effect;
  const other: FieldEffect = {
    set: set.filter(([name]) => isOther(name)),
    remove: new Set([...remove].filter(isOther)),
    rules,
  };
  withoutTypes.set(effect, other);
  return other;
}
