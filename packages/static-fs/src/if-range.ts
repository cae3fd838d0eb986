// Whether the Range of a request is applied: only to GET, and with If-Range only to exactly the
// representation that the client has a part of. RFC 9110 §13.1.5, and step 5 of §13.2.2. In doubt
// it is not: octets of two versions put together would be wrong without anybody noticing.
//
//   If-Range = entity-tag / HTTP-date

import { matchesStrongly, parseEntityTag } from './entity-tag.ts';
import { parseHttpDate, toWholeSecond } from './http-date.ts';
import type { ConditionalRequest, Validators } from './preconditions.ts';

// RFC 9110 §8.8.2.2: a date is strong if the file did not change twice within what it covers, and
// that can be known only after it is over. The clause speaks of a second; it is two here because
// FAT, among others, keeps dates of two.
export const STRONG_AFTER_MS = 2000;

/**
 * Gives the Range that is to be applied to the answer; comes after the preconditions.
 *
 * @param request - Each field is looked up at most once.
 * @param current - The validators of the selected representation.
 * @param nowMs - The time of the answer, in milliseconds since the epoch.
 * @returns The field value, for `parseRange()`. `undefined` where there is none, or where it is to
 * be ignored: then the whole representation is the answer.
 * @see RFC 9110 §13.1.5, §13.2.2, §14.2
 */
export function applicableRange(
  request: ConditionalRequest,
  current: Validators,
  nowMs: number,
): string | undefined {
  if (request.method !== 'GET') return undefined;
  const range = request.fields.get('Range');
  if (range === undefined) return undefined;
  const ifRange = request.fields.get('If-Range');
  if (ifRange === undefined) return range;
  return evaluateIfRange(ifRange, current, nowMs) ? range : undefined;
}

/**
 * Evaluates an If-Range field: the same entity tag, neither of them weak, or exactly the date of
 * Last-Modified, once that is two seconds ago.
 *
 * @param text - The field value, without blanks around it.
 * @param current - The validators of the selected representation.
 * @param nowMs - The time of the answer, in milliseconds since the epoch.
 * @returns Whether the condition holds; it does not where the text is neither.
 * @see RFC 9110 §13.1.5, §8.8.2.2
 */
export function evaluateIfRange(text: string, current: Validators, nowMs: number): boolean {
  const { entityTag, lastModifiedMs } = current;
  const tag = parseEntityTag(text);
  if (tag !== undefined) return entityTag !== undefined && matchesStrongly(tag, entityTag);

  if (lastModifiedMs === undefined) return false;
  const dateMs = toWholeSecond(lastModifiedMs);
  if (nowMs - dateMs < STRONG_AFTER_MS) return false;
  return parseHttpDate(text, nowMs) === dateMs;
}
