// What tells one version of a file from another: its entity tag and its modification date. Both are
// made of what the disk says of the open descriptor, where that tells versions apart; where it does
// not, the entity tag is the one from the content, for as far as it is known. RFC 9110 §8.8.
//
// Where the date of a file is none that anybody meant, nothing is made of it: two versions would
// have the same validators, and a client that has one would keep it for the other. A date of a whole
// second was given to the file, by an archive, an image layer, SOURCE_DATE_EPOCH, or one `touch` for
// the whole tree: two builds can have the same date and length and differ. It is sent as a date, but
// no entity tag is made of it. A file that is written has one such date in 10⁹, where the disk keeps
// nanoseconds; where it keeps seconds, each date is one, and hides changes within that second.

import type { EntityTag } from './entity-tag.ts';
import type { OpenFile } from './file-source.ts';
import { STRONG_AFTER_MS } from './if-range.ts';
import type { Validators } from './preconditions.ts';

/**
 * What entity tags are made of.
 *
 * - `auto`: whatever tells versions apart: the date and the length, or the content where the date
 *   says nothing about versions
 * - `stat`: the date and the length, or nothing: files are never read for a tag
 * - `content`: the content
 * - `off`: there are none
 */
export type EntityTagPolicy = 'auto' | 'stat' | 'content' | 'off';

type Facts = Pick<OpenFile, 'lengthBytes' | 'mtimeMs' | 'mtimeNs'>;

/** What validators depend on besides the file. */
export interface ValidatorContext {
  readonly etag: EntityTagPolicy;
  /** The content coding of the representation; `undefined` for none. */
  readonly contentCoding: string | undefined;
  /** The time of the answer, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** What `ContentTags` gave, asked where `needsContentTag()`. Default: it is not known yet. */
  readonly contentTag?: string | undefined;
}

// Dates that stand for "none", from and until, each wherever in the world it was written.
const MEANINGLESS: readonly (readonly [fromMs: number, untilMs: number])[] = [
  [-Infinity, 2000], // no date was kept (0), and the package stores of Nix and Guix (1)
  [Date.UTC(1979, 11, 31, 10), Date.UTC(1980, 0, 1, 12, 1)], // the first that ZIP has; buildpacks
  [Date.UTC(1980, 0, 31, 10), Date.UTC(1980, 1, 1, 12, 1)], // archives of Gradle
  [Date.UTC(1985, 9, 26, 8, 15), Date.UTC(1985, 9, 26, 8, 15, 1)], // packages of npm
];

/** Tells whether the entity tag of a file is to be made of its content. */
export function needsContentTag(
  file: Pick<Facts, 'mtimeMs' | 'mtimeNs'>,
  policy: EntityTagPolicy,
): boolean {
  if (policy !== 'auto') return policy === 'content';
  return isMeaningless(file.mtimeMs) || isWholeSecond(file);
}

/** Makes the validators of a representation. */
export function validatorsOf(file: Facts, context: ValidatorContext): Validators {
  const { mtimeMs } = file;
  return {
    entityTag: needsContentTag(file, context.etag)
      ? entityTagOfContent(context)
      : entityTagOfFacts(file, context),
    // RFC 9110 §8.8.2.1: an origin server with a clock must not send one that is later than the
    // message's own Date, so a file from the future is as old as this answer.
    lastModifiedMs: isMeaningless(mtimeMs) ? undefined : Math.min(mtimeMs, context.nowMs),
  };
}

// Strong at once, however young the file is: it is of the octets, and not of when they were written.
function entityTagOfContent(context: ValidatorContext): EntityTag | undefined {
  const { contentTag, contentCoding } = context;
  if (contentTag === undefined) return undefined;
  return { weak: false, opaque: joinParts([contentTag], contentCoding) };
}

// A file may change twice within one tick of the clock that its date is from, and keep its length:
// until that is over the tag is weak, and of its own (`~`). With the same text, the weak comparison
// of If-None-Match would take what was sent then for what is there now, and keep it for good.
function entityTagOfFacts(file: Facts, context: ValidatorContext): EntityTag | undefined {
  const { etag, contentCoding, nowMs } = context;
  if (etag === 'off' || isMeaningless(file.mtimeMs) || file.mtimeMs === Infinity) return undefined;
  const parts = [nanosecondsOf(file).toString(36), file.lengthBytes.toString(36)];
  const weak = nowMs - file.mtimeMs < STRONG_AFTER_MS;
  return { weak, opaque: joinParts(parts, contentCoding) + (weak ? '~' : '') };
}

// §8.8.3.3: two codings of one file are two representations.
function joinParts(parts: readonly string[], contentCoding: string | undefined): string {
  return (contentCoding === undefined ? parts : [...parts, contentCoding]).join('-');
}

function isWholeSecond(file: Pick<Facts, 'mtimeMs' | 'mtimeNs'>): boolean {
  return file.mtimeMs === Infinity || nanosecondsOf(file) % 1_000_000_000n === 0n;
}

function nanosecondsOf({ mtimeMs, mtimeNs }: Pick<Facts, 'mtimeMs' | 'mtimeNs'>): bigint {
  return mtimeNs ?? toNanoseconds(mtimeMs);
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
