// What tells one version of a file from another. For now the modification date alone; the entity
// tag, and when a validator is strong, come here. Pure. RFC 9110 §8.8.

import { formatHttpDate } from './http-date.ts';

// Archives and package stores set every file to the first second or two of the epoch: then the
// date says nothing, and a recipient that kept an old version would take it for the new one.
const MEANINGLESS_UNTIL_MS = 2000;

/**
 * Gives the Last-Modified of a file.
 *
 * RFC 9110 §8.8.2.1: an origin server with a clock must not send one that is later than the
 * message's own Date, so a file from the future is as old as this answer.
 *
 * @returns `undefined` where the date of the file is none, or says nothing.
 */
export function lastModified(mtimeMs: number, nowMs: number): string | undefined {
  if (!(mtimeMs >= MEANINGLESS_UNTIL_MS)) return undefined;
  return formatHttpDate(Math.min(mtimeMs, nowMs));
}
