// Answers that are the same for all who ask the same of a path, and accept the same codings: kept with
// the file that is in memory, or by their text alone, and found by the text of the path. Owns which
// answers those are and who may be given one. Whatever else a request asks for (another method, a
// part) goes the whole way, and so does the first one for each version of a file and of the rules:
// what is given here has passed all rules under the same text. What else that rested on is kept with
// the answer and has to be so still: names of siblings that are not there, fields of the request that
// the rules have looked at.
//
// It pays where each request is for another file: then nothing that the last one needed is in the
// processor's cache, and each object on the way costs as much as a lookup (see docs/performance.md).

import { sharedWithAlike } from './answers-alike.ts';
import { octetsContent } from './content.ts';
import { codingsFor, type ContentCoding } from './content-coding.ts';
import type { Basis, FileSource, Said } from './file-source.ts';
import type { FileVersion } from './file-versions.ts';
import type { OnTheFly } from './on-the-fly.ts';
import type { Found, Outcome, Unsent } from './outcome.ts';
import { ownText } from './own-text.ts';
import { evaluatePreconditions, type Validators } from './preconditions.ts';
import type { FieldLookup, StaticRequest } from './request.ts';
import type { Asked } from './resolve.ts';
import type { ServedFile, ServedRole, StaticResponse } from './response.ts';
import type { RulesInForce } from './rule-files.ts';
import type { SeenValues } from './seen-fields.ts';

/** A field that an answer depends on, in lower case, and what it has to say. */
export type SeenValue = readonly [name: string, value: string | undefined];

/** An answer, for whom it is, and what its sender made of it: one object, to be met at once. */
export interface KnownAnswer extends Pick<
  StaticResponse,
  'status' | 'fields' | 'served' | 'effect'
> {
  /**
   * Its content; `undefined` for none. Held for itself alone where the answer goes with no file: else
   * it would be kept as long as a path that nobody asks for again.
   */
  readonly octets: Uint8Array | WeakRef<Uint8Array> | undefined;
  /** What its sender made of it, where there is none that it is like. */
  made: unknown;
  /** One that says the same under another text; what its sender made holds for this one too. */
  readonly like: KnownAnswer | undefined;
  /** The site whose rules it passed: a source may be that of two. */
  readonly site: object;
  /** Which rules of the owner it met; not they themselves, which would be kept as long. */
  readonly rulesVersion: number | undefined;
  /** The time from which on it holds, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** The path that it answers, as the request target has it, without the slash in front. */
  readonly text: string;
  /** What those accept who it is for, by the list itself; `undefined` where it is for all. */
  readonly codings: readonly ContentCoding[] | undefined;
  /** What else of a request it depends on. */
  readonly seen: readonly SeenValue[];
  /** Whether it is for those alone who sent no query: rules have looked for one. */
  readonly isWithoutQuery: boolean;
  /** What preconditions are held to; `undefined` where none are evaluated. */
  readonly validators: Validators | undefined;
  /** What the source said besides, when it was made. */
  readonly trail: readonly Said[];
  /** Until when all of that is believed; `undefined` where it was not asked for yet. */
  basis: Basis | undefined;
  /** Another answer under the same text, for others. */
  other: KnownAnswer | undefined;
}

/** A known answer, for one who was given it: the content is theirs. */
class GivenAnswer implements StaticResponse {
  readonly status: number;
  readonly fields: StaticResponse['fields'];
  readonly content: StaticResponse['content'];
  readonly served: StaticResponse['served'];
  readonly effect: StaticResponse['effect'];
  readonly memo: { made: unknown };

  constructor(known: KnownAnswer, octets: Uint8Array | undefined) {
    this.status = known.status;
    this.fields = known.fields;
    this.content = octets && octetsContent(octets);
    this.served = known.served;
    this.effect = known.effect;
    this.memo = known.like ?? known;
  }
}

const SLASH = 0x2f;
/** How many answers there may be under one text: lists of codings come in a handful, each with a 304. */
const MOST_ANSWERS = 6;
const NOT_MODIFIED = 304;

/** Fields that say one of a few things to one site, whoever asks. */
const OF_FEW_VALUES: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'host',
  'sec-fetch-mode',
]);
const LONGEST_VALUE = 128;
const NOTHING_SEEN: readonly SeenValue[] = [];

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

/** Who asks: one object for each question, since a closure takes longer to make. */
class Asker implements Asking {
  readonly request: StaticRequest;
  readonly site: AnsweringSite;
  readonly rulesVersion: number | undefined;
  readonly isConditional: boolean;

  constructor(request: StaticRequest, site: AnsweringSite) {
    this.request = request;
    this.site = site;
    this.rulesVersion = site.rules?.version;
    this.isConditional = hasCondition(request.fields);
  }

  takes(answer: KnownAnswer): boolean {
    const { site, rulesVersion, codings, sinceMs } = answer;
    if (site !== this.site || rulesVersion !== this.rulesVersion) return false;
    const { fields, query } = this.request;
    if (codings !== undefined && codings !== codingsFor(fields.get('Accept-Encoding'))) {
      return false;
    }
    if (answer.isWithoutQuery && query !== undefined) return false;
    for (const [name, value] of answer.seen) if (fields.get(name) !== value) return false;
    const nowMs = this.site.now();
    // A clock can be set back to before the file was changed; see select-representation.ts.
    return sinceMs <= nowMs && this.#isAnsweredBy(answer, nowMs);
  }

  #isAnsweredBy({ status, validators }: KnownAnswer, nowMs: number): boolean {
    const result =
      this.isConditional && validators !== undefined
        ? evaluatePreconditions(this.request, validators, nowMs)
        : 'proceed';
    return result === (status === NOT_MODIFIED ? 'not-modified' : 'proceed');
  }
}

/** What was asked, and what it came to. */
interface Answered extends Asked {
  readonly outcome: Outcome | undefined;
}

const CONDITIONS = ['If-None-Match', 'If-Modified-Since', 'If-Match', 'If-Unmodified-Since'];

function hasCondition(fields: FieldLookup): boolean {
  for (const name of CONDITIONS) if (fields.get(name) !== undefined) return true;
  return false;
}

// A part is another answer, and so is what another method asks for. `*` would be the root: answers
// are found by what follows the slash. If-Range does nothing without Range.
function mayBeKnown({ method, path, fields }: StaticRequest): boolean {
  return method === 'GET' && path.charCodeAt(0) === SLASH && fields.get('Range') === undefined;
}

/** The answer to a request, where it is known; `undefined` where it has to be made. */
export function knownAnswer(
  request: StaticRequest,
  site: AnsweringSite,
): StaticResponse | undefined {
  if (!mayBeKnown(request)) return undefined;
  const { rules, source } = site;
  // They may have something else to say by now.
  if (rules !== undefined && rules.inMemory(source) === undefined) return undefined;
  const known = source.answerAt?.(request.path.slice(1), new Asker(request, site));
  if (known === undefined) return undefined;
  const octets = known.octets instanceof WeakRef ? known.octets.deref() : known.octets;
  if (octets === undefined && known.octets !== undefined) return undefined;
  return new GivenAnswer(known, octets);
}

/** What an answer was made of that will be given again. */
interface Lasting {
  /** The version that it is kept with; `undefined` where its text is all that leads to it. */
  readonly version: FileVersion | undefined;
  readonly sinceMs: number;
  readonly codings: readonly ContentCoding[] | undefined;
  readonly validators: Validators | undefined;
}

/** What has nothing to do with the version of a file. */
const OF_NO_FILE: Lasting = {
  version: undefined,
  sinceMs: -Infinity,
  codings: undefined,
  validators: undefined,
};

/**
 * Keeps an answer that was just made at once, where it is the one for all who ask the same.
 *
 * @param askedDisk - Whether the disk was asked for it. What names no file is kept from the second
 * time on: a name that was guessed is not asked for again.
 */
export function keepKnownAnswer(
  asked: Answered,
  response: StaticResponse,
  site: AnsweringSite,
  askedDisk: boolean,
): void {
  const { request, ruling, outcome, question } = asked;
  if (outcome === undefined || !mayBeKnown(request)) return;
  // The path alone has decided.
  if (site.rules !== undefined && ruling === undefined) return;
  const lasting = lastingOf(outcome, request, site);
  if (lasting === undefined || (lasting.version === undefined && askedDisk)) return;
  const seen = seenIn(asked.fields.values);
  const hasSeenQuery = outcome.kind === 'redirect' || question?.hasSeenQuery === true;
  if (seen === undefined || (hasSeenQuery && request.query !== undefined)) return;
  const { source } = site;
  const trail = source.trail?.();
  const { status, fields, content, served, effect } = response;
  const octets = content?.octets;
  if (trail === undefined || (content !== undefined && octets === undefined)) return;
  const { version, sinceMs, codings, validators } = lasting;
  const comesAgain = version === undefined && Object.isFrozen(fields);
  const answer: KnownAnswer = {
    status,
    fields: Object.freeze(fields),
    served: served && ownServed(served),
    effect,
    octets: octets && version === undefined ? new WeakRef(octets) : octets,
    made: undefined,
    like: undefined,
    site,
    rulesVersion: site.rules?.version,
    sinceMs,
    text: ownText(request.path.slice(1)),
    codings,
    seen,
    isWithoutQuery: hasSeenQuery,
    validators,
    trail: trail.filter((said) => version === undefined || said.version !== version).map(ownSaid),
    basis: undefined,
    other: undefined,
  };
  source.keepAnswer?.(version, comesAgain ? sharedWithAlike(answer) : answer);
}

function lastingOf(
  outcome: Outcome,
  request: StaticRequest,
  site: AnsweringSite,
): Lasting | undefined {
  switch (outcome.kind) {
    case 'found':
      return outcome.ranges === undefined ? lastingOfFile(outcome, request, site) : undefined;
    case 'not-modified':
      return lastingOfFile(outcome, request, site);
    case 'redirect':
    case 'sent':
    case 'missing':
    case 'page-of-status':
      return OF_NO_FILE;
    default:
      return undefined;
  }
}

function lastingOfFile(
  { representation, served }: Found | Unsent,
  { fields }: StaticRequest,
  { onTheFly }: AnsweringSite,
): Lasting | undefined {
  const { file, isNegotiable, isSettled, validators } = representation;
  const { version, octets, mtimeMs } = file;
  if (octets === undefined || version === undefined || !isSettled) return undefined;
  const codings = isNegotiable ? codingsFor(fields.get('Accept-Encoding')) : undefined;
  // There may be a form of it later.
  const isPlain = representation.contentCoding === undefined;
  if (isPlain && codings !== undefined && onTheFly?.codingOf(representation, codings)) {
    return undefined;
  }
  return {
    version: STANDS_FOR_MANY.has(served.role) ? undefined : version,
    sinceMs: mtimeMs,
    codings,
    validators,
  };
}

/** As what one file answers many paths: with the file one answer is kept alone. */
const STANDS_FOR_MANY: ReadonlySet<ServedRole> = new Set(['shell', 'rewritten']);

// Security: what a field says that is one client's own is not kept for others to be compared with;
// they could tell by the time that it takes. Nor would it be asked for again.
function seenIn(values: SeenValues): readonly SeenValue[] | undefined {
  if (values.size === 0) return NOTHING_SEEN;
  const seen: SeenValue[] = [];
  for (const [name, value] of values) {
    if (value === undefined) seen.push([name, undefined]);
    else if (OF_FEW_VALUES.has(name) && value.length <= LONGEST_VALUE) {
      seen.push([name, ownText(value)]);
    } else return undefined;
  }
  return seen;
}

/**
 * Puts a new answer in front of those that may be kept beside it: of the same site, under the same
 * text, for others.
 */
export function putInFront(answer: KnownAnswer, first: KnownAnswer | undefined): void {
  let last = answer;
  let count = 1;
  for (let other = first; other !== undefined && count < MOST_ANSWERS; other = other.other) {
    const isOfSame = other.site === answer.site && other.rulesVersion === answer.rulesVersion;
    if (!isOfSame || other.text !== answer.text || isForSame(other, answer)) continue;
    last.other = other;
    last = other;
    count += 1;
  }
  last.other = undefined;
}

/** Whether who was given a new answer would have been given an old one, which is over then. */
function isForSame(old: KnownAnswer, { status, codings, seen }: KnownAnswer): boolean {
  if ((old.status === NOT_MODIFIED) !== (status === NOT_MODIFIED)) return false;
  if (old.codings !== undefined && old.codings !== codings) return false;
  return old.seen.every(([name, value]) =>
    seen.some(([other, said]) => name === other && value === said),
  );
}

function ownServed({ segments, role }: ServedFile): ServedFile {
  return { segments: segments.map(ownText), role };
}

function ownSaid({ path, kind, version }: Said): Said {
  return { path: ownText(path), kind, version };
}
