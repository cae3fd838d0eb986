/**
 * What the owner's rules do to the field lines of an answer.
 * Owns what no rule can do, whatever it says: delimit messages, say what time it is, or make an
 * error or the shell of an application stay in caches. Pure.
 *
 * RFC 9110 §15.4.5 (304), RFC 9111 §5.2 (Cache-Control), RFC 9112 §6 (framing).
 */
import type { FieldEffect, FieldLines, StaticResponse } from '@pws/static-fs';
import { isKeptField, isReservedField } from './rule-fields.ts';

/** Names, in lower case, that say how long an answer may be kept. */
const CACHING: ReadonlySet<string> = new Set([
  'cache-control',
  'cdn-cache-control',
  'expires',
  'surrogate-control',
]);

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
  answer: Pick<StaticResponse, 'status' | 'served'>,
): FieldLines {
  const isOpen = (name: string): boolean => isOpenToRules(name, answer);
  const given = set.filter(([name]) => isOpen(name.toLowerCase()));
  const replaced = new Set(given.map(([name]) => name.toLowerCase()));
  // What the answer depends on stays so, whatever else it depends on by a rule.
  replaced.delete('vary');
  const kept = lines.filter(([name]) => {
    const lower = name.toLowerCase();
    return !replaced.has(lower) && !(remove.has(lower) && !isKeptField(lower) && isOpen(lower));
  });
  return [...kept, ...given];
}

function isOpenToRules(
  name: string,
  { status, served }: Pick<StaticResponse, 'status' | 'served'>,
): boolean {
  if (isReservedField(name)) return false;
  if (status === 304 && OF_CONTENT.has(name)) return false;
  return !CACHING.has(name) || (status < 400 && served?.role !== 'shell');
}
