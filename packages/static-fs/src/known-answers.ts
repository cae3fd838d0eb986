// Answers that are the same for all who want a file as a whole, and accept the same codings: kept with
// the file that is in memory, and found by the text of the path alone. Owns which answers those are
// and who may be given one. Whatever else a request asks for (another method, a part, a condition)
// goes the whole way, and so does the first one for each version of a file: what is given here has
// passed all rules under the same text. What else that rested on, such as names of siblings that are
// not there, is kept with the answer, and has to be so still.
//
// It pays where each request is for another file: then nothing that the last one needed is in the
// processor's cache, and each object on the way costs as much as a lookup (see docs/performance.md).

import { octetsContent } from './content.ts';
import { codingsFor, type ContentCoding } from './content-coding.ts';
import type { FileSource, Said } from './file-source.ts';
import type { OnTheFly } from './on-the-fly.ts';
import type { Outcome } from './outcome.ts';
import { ownText } from './own-text.ts';
import type { FieldLookup, StaticRequest } from './request.ts';
import type { Asked } from './resolve.ts';
import type { ServedFile, StaticResponse } from './response.ts';
import type { RouteRules } from './routes.ts';
import type { RulesInForce } from './rule-files.ts';

/** An answer, for whom it is, and what its sender made of it: one object, to be met at once. */
export interface KnownAnswer extends Pick<StaticResponse, 'status' | 'fields' | 'served'> {
  /** Its content. */
  readonly octets: Uint8Array;
  /** What its sender made of it. */
  made: unknown;
  /** The site whose rules it passed: a source may be that of two. */
  readonly site: object;
  /** The rules of the owner that it met, which say nothing; `undefined` where there can be none. */
  readonly ruling: RouteRules | undefined;
  /** The time from which on it holds, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** The path that it answers, as the request target has it, without the slash in front. */
  readonly text: string;
  /** What those accept who it is for, by the list itself; `undefined` where it is for all. */
  readonly codings: readonly ContentCoding[] | undefined;
  /** What the source said besides, when it was made. */
  readonly trail: readonly Said[];
  /** Another answer under the same text, for others. */
  other: KnownAnswer | undefined;
}

/** A known answer, for one who was given it: the content is theirs. */
class GivenAnswer implements StaticResponse {
  readonly status: number;
  readonly fields: StaticResponse['fields'];
  readonly content: StaticResponse['content'];
  readonly served: StaticResponse['served'];
  readonly memo: { made: unknown };

  constructor(known: KnownAnswer) {
    this.status = known.status;
    this.fields = known.fields;
    this.content = octetsContent(known.octets);
    this.served = known.served;
    this.memo = known;
  }
}

const SLASH = 0x2f;
/** How many answers there may be under one text: lists of codings come in a handful. */
const MOST_ANSWERS = 4;

/** Whose answers they are. */
interface AnsweringSite {
  readonly source: FileSource;
  readonly now: () => number;
  readonly rules: RulesInForce | undefined;
  readonly onTheFly: OnTheFly | undefined;
}

/** Who asks for an answer that is known. */
export interface Asking {
  /** Whether an answer is for them, as far as that is not for its source to say. */
  takes(answer: KnownAnswer): boolean;
}

/** Who asks for a whole file: one object for each question, since a closure takes longer to make. */
class Asker implements Asking {
  readonly fields: FieldLookup;
  readonly site: AnsweringSite;
  readonly ruling: RouteRules | undefined;

  constructor(fields: FieldLookup, site: AnsweringSite, ruling: RouteRules | undefined) {
    this.fields = fields;
    this.site = site;
    this.ruling = ruling;
  }

  takes({ site, ruling, codings, sinceMs }: KnownAnswer): boolean {
    if (site !== this.site || ruling !== this.ruling) return false;
    if (codings !== undefined && codings !== codingsFor(this.fields.get('Accept-Encoding'))) {
      return false;
    }
    // A clock can be set back to before the file was changed; see select-representation.ts.
    return sinceMs <= this.site.now();
  }
}

/** What was asked, and what it came to. */
interface Answered extends Asked {
  readonly outcome: Outcome | undefined;
}

// What makes an answer another one than the whole file. If-Range does nothing without Range.
const ASKING_FOR_LESS = [
  'Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
];

/** The answer to a request, where it is known; `undefined` where it has to be made. */
export function knownAnswer(
  { method, path, fields }: StaticRequest,
  site: AnsweringSite,
): StaticResponse | undefined {
  if (method !== 'GET' || !asksForWhole(fields)) return undefined;
  // `*` would be the root else: answers are found by what follows the slash.
  if (path.charCodeAt(0) !== SLASH) return undefined;
  const { rules, source } = site;
  const ruling = rules?.inMemory(source);
  // They may have something to say by now.
  if (rules !== undefined && ruling?.isSilent !== true) return undefined;
  const known = source.answerAt?.(path.slice(1), new Asker(fields, site, ruling));
  return known && new GivenAnswer(known);
}

/** Keeps an answer that was just made at once, where it is the one for all who want the whole file. */
export function keepKnownAnswer(
  { request: { path, method, fields }, ruling, outcome }: Answered,
  response: StaticResponse,
  site: AnsweringSite,
): void {
  if (outcome?.kind !== 'found' || outcome.ranges !== undefined || method !== 'GET') return;
  // Not the shell: that is for those who go to a page.
  if (outcome.served.role === 'shell' || !asksForWhole(fields)) return;
  if (site.rules !== undefined && ruling?.isSilent !== true) return;
  const { representation } = outcome;
  const { file, isNegotiable, isSettled } = representation;
  const { version } = file;
  const octets = response.content?.octets;
  if (octets === undefined || version === undefined || !isSettled) return;
  const codings = isNegotiable ? codingsFor(fields.get('Accept-Encoding')) : undefined;
  // There may be a form of it later.
  const isPlain = representation.contentCoding === undefined;
  if (isPlain && codings !== undefined && site.onTheFly?.codingOf(representation, codings)) return;
  const trail = site.source.trail?.();
  if (trail === undefined) return;
  site.source.keepAnswer?.(version, {
    status: response.status,
    fields: response.fields,
    served: ownServed(outcome.served),
    octets,
    made: undefined,
    site,
    ruling,
    sinceMs: file.mtimeMs,
    text: ownText(path.slice(1)),
    codings,
    trail: trail.filter((said) => said.version !== version).map(ownSaid),
    other: undefined,
  });
}

/**
 * Puts a new answer in front of those that may be kept beside it: of the same site, under the same
 * text, for others.
 *
 * @returns How many there are now.
 */
export function putInFront(answer: KnownAnswer, first: KnownAnswer | undefined): number {
  let last = answer;
  let count = 1;
  for (let other = first; other !== undefined && count < MOST_ANSWERS; other = other.other) {
    const isOfSame = other.site === answer.site && other.ruling === answer.ruling;
    const isForOthers = other.codings !== undefined && other.codings !== answer.codings;
    if (!isOfSame || !isForOthers || other.text !== answer.text) continue;
    last.other = other;
    last = other;
    count += 1;
  }
  last.other = undefined;
  return count;
}

function ownServed({ segments, role }: ServedFile): ServedFile {
  return { segments: segments.map(ownText), role };
}

function ownSaid({ path, kind, version }: Said): Said {
  return { path: ownText(path), kind, version };
}

function asksForWhole(fields: FieldLookup): boolean {
  for (const name of ASKING_FOR_LESS) if (fields.get(name) !== undefined) return false;
  return true;
}
