// Whether a request still makes sense for what is there now: If-Match, If-Unmodified-Since,
// If-None-Match and If-Modified-Since, in the order of RFC 9110 §13.2.2. If-Range, its step 5, is
// in if-range.ts. To be asked only where the answer would be 2xx without them (§13.2.1).

import {
  type EntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTagList,
} from './entity-tag.ts';
import { parseHttpDate, toWholeSecond } from './http-date.ts';
import type { StaticRequest } from './request.ts';

/** What tells the selected representation from other versions of it, as the answer will say it. */
export interface Validators {
  /** The value of ETag. Default: none. */
  readonly entityTag?: EntityTag | undefined;
  /**
   * The date of Last-Modified, in milliseconds since the epoch, not later than the answer; parts of
   * a second do not count, since the field has none. Default: none.
   */
  readonly lastModifiedMs?: number | undefined;
}

/** What a request has to say about validators: its method and its fields. */
export type ConditionalRequest = Pick<StaticRequest, 'method' | 'fields'>;

/** To go on with the request, or to answer 304, or 412. */
export type PreconditionResult = 'proceed' | 'not-modified' | 'failed';

// RFC 9110 §13.2.1: methods that neither select nor change a representation.
const UNCONDITIONAL_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'OPTIONS', 'TRACE']);

/**
 * Evaluates the preconditions of a request for a representation that is there.
 *
 * Fields that cannot be read: dates are ignored, as §13.1.3 and §13.1.4 demand. If-Match fails,
 * since the client wants nothing done unless it is sure; If-None-Match holds, since a 304 would
 * leave the client with what it may not have, and still replaces If-Modified-Since.
 *
 * @param request - Each field is looked up at most once.
 * @param current - The validators of the selected representation.
 * @param nowMs - The time, in milliseconds since the epoch; see `parseHttpDate()`.
 * @see RFC 9110 §13.1, §13.2
 */
export function evaluatePreconditions(
  request: ConditionalRequest,
  current: Validators,
  nowMs: number,
): PreconditionResult {
  const { method, fields } = request;
  if (UNCONDITIONAL_METHODS.has(method)) return 'proceed';
  const reads = method === 'GET' || method === 'HEAD';

  const ifMatch = fields.get('If-Match');
  if (ifMatch !== undefined) {
    // Step 1: If-Match.
    if (!isListed(ifMatch, current.entityTag, matchesStrongly)) return 'failed';
  } else {
    // Step 2: If-Unmodified-Since, only where there is no If-Match.
    const since = fields.get('If-Unmodified-Since');
    if (since !== undefined && isUnmodified(since, current, nowMs) === false) return 'failed';
  }

  const ifNoneMatch = fields.get('If-None-Match');
  if (ifNoneMatch !== undefined) {
    // Step 3: If-None-Match.
    if (!isListed(ifNoneMatch, current.entityTag, matchesWeakly)) return 'proceed';
    return reads ? 'not-modified' : 'failed';
  }
  if (reads) {
    // Step 4: If-Modified-Since, only for GET and HEAD, and where there is no If-None-Match.
    const since = fields.get('If-Modified-Since');
    if (since !== undefined && isUnmodified(since, current, nowMs) === true) return 'not-modified';
  }

  // Step 6; step 5 is If-Range.
  return 'proceed';
}

/** Whether the list of a field names the entity tag. `*` names whatever is there. */
function isListed(
  text: string,
  current: EntityTag | undefined,
  matches: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  const listed = parseEntityTagList(text);
  if (listed === '*') return true;
  if (listed === undefined || current === undefined) return false;
  return listed.some((tag) => matches(tag, current));
}

/** `undefined` where it cannot be told: the text is no date, or there is no date to compare. */
function isUnmodified(text: string, current: Validators, nowMs: number): boolean | undefined {
  const sinceMs = parseHttpDate(text, nowMs);
  if (sinceMs === undefined || current.lastModifiedMs === undefined) return undefined;
  return toWholeSecond(current.lastModifiedMs) <= sinceMs;
}
