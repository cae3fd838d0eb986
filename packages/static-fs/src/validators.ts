// What tells one version of a file from another: its entity tag and its modification date, both
// made of what the disk says of the open descriptor. No octet of a file is read for them, however
// large it is. RFC 9110 §8.8.
//
// Where the date of a file is none that anybody meant, nothing is made of it: two versions would
// have the same validators, and a client that has one would keep it for the other. Entity tags
// from the content belong here for those files; until then they have no validators. A tree whose
// files all were given one real date cannot be told by one file: for that, `etag: 'off'`.

import type { EntityTag } from './entity-tag.ts';
import type { OpenFile } from './file-source.ts';
import { STRONG_AFTER_MS } from './if-range.ts';
import type { Validators } from './preconditions.ts';

/**
 * What entity tags are made of.
 *
 * - `auto`: whatever tells versions apart; the date and the length, where the date means something
 * - `stat`: the date and the length, or nothing: files are never read for a tag
 * - `off`: there are none
 */
export type EntityTagPolicy = 'auto' | 'stat' | 'off';

/** What validators depend on besides the file. */
export interface ValidatorContext {
  readonly etag: EntityTagPolicy;
  /** The content coding of the representation; `undefined` for none. */
  readonly contentCoding: string | undefined;
  /** The time of the answer, in milliseconds since the epoch. */
  readonly nowMs: number;
}

// Dates that stand for "none", from and until, each wherever in the world it was written.
const MEANINGLESS: readonly (readonly [fromMs: number, untilMs: number])[] = [
  [-Infinity, 2000], // no date was kept (0), and the package stores of Nix and Guix (1)
  [Date.UTC(1979, 11, 31, 10), Date.UTC(1980, 0, 1, 12, 1)], // the first that ZIP has; buildpacks
  [Date.UTC(1980, 0, 31, 10), Date.UTC(1980, 1, 1, 12, 1)], // archives of Gradle
  [Date.UTC(1985, 9, 26, 8, 15), Date.UTC(1985, 9, 26, 8, 15, 1)], // packages of npm
];

/** Makes the validators of a representation. */
export function validatorsOf(
  file: Pick<OpenFile, 'lengthBytes' | 'mtimeMs' | 'mtimeNs'>,
  context: ValidatorContext,
): Validators {
  const { mtimeMs } = file;
  if (isMeaningless(mtimeMs)) return {};
  return {
    entityTag: context.etag === 'off' ? undefined : entityTagOf(file, context),
    // RFC 9110 §8.8.2.1: an origin server with a clock must not send one that is later than the
    // message's own Date, so a file from the future is as old as this answer.
    lastModifiedMs: Math.min(mtimeMs, context.nowMs),
  };
}

// A file may change twice within one tick of the clock that its date is from, and keep its length:
// until that is over the tag is weak, and of its own (`~`). With the same text, the weak comparison
// of If-None-Match would take what was sent then for what is there now, and keep it for good.
function entityTagOf(
  file: Pick<OpenFile, 'lengthBytes' | 'mtimeMs' | 'mtimeNs'>,
  { contentCoding, nowMs }: ValidatorContext,
): EntityTag | undefined {
  if (!Number.isFinite(file.mtimeMs)) return undefined;
  const mtimeNs = file.mtimeNs ?? toNanoseconds(file.mtimeMs);
  const parts = [mtimeNs.toString(36), file.lengthBytes.toString(36)];
  // §8.8.3.3: two codings of one file are two representations.
  if (contentCoding !== undefined) parts.push(contentCoding);
  const weak = nowMs - file.mtimeMs < STRONG_AFTER_MS;
  return { weak, opaque: parts.join('-') + (weak ? '~' : '') };
}

// In two steps: as one number, nanoseconds since the epoch are not exact.
function toNanoseconds(epochMs: number): bigint {
  const wholeMs = Math.floor(epochMs);
  return BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((epochMs - wholeMs) * 1e6));
}

function isMeaningless(mtimeMs: number): boolean {
  if (Number.isNaN(mtimeMs)) return true;
  return MEANINGLESS.some(([fromMs, untilMs]) => mtimeMs >= fromMs && mtimeMs < untilMs);
}
