// Answers that are the same for all who want a file as a whole: kept with the file that is in
// memory, and found by the text of the path alone. Owns which answers those are and who may be given
// one. Whatever else a request asks for (another method, a part, a condition, a coding) goes the
// whole way, and so does the first one for each version of a file: what is given here has passed all
// rules under the same text.
//
// It pays where each request is for another file: then nothing that the last one needed is in the
// processor's cache, and each object on the way costs as much as a lookup (see docs/performance.md).

import type { FileSource } from './file-source.ts';
import type { Outcome } from './outcome.ts';
import type { FieldLookup, StaticRequest } from './request.ts';
import type { Asked } from './resolve.ts';
import type { ServedFile, StaticResponse } from './response.ts';
import type { RouteRules } from './routes.ts';
import type { RulesInForce } from './rule-files.ts';

/** An answer, for whom it is, and what its sender made of it: one object, to be met at once. */
export interface KnownAnswer extends StaticResponse {
  /** Itself. */
  readonly memo: { made: unknown };
  /** The site whose rules it passed: a source may be that of two. */
  readonly site: object;
  /** The rules of the owner that it met, which say nothing; `undefined` where there can be none. */
  readonly ruling: RouteRules | undefined;
  /** The time from which on it holds, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

class WholeAnswer implements KnownAnswer {
  readonly status: number;
  readonly fields: StaticResponse['fields'];
  readonly content: StaticResponse['content'];
  readonly served: ServedFile | undefined;
  made: unknown = undefined;
  readonly site: object;
  readonly ruling: RouteRules | undefined;
  readonly sinceMs: number;

  constructor(
    { status, fields, content, served }: StaticResponse,
    { site, ruling, sinceMs }: Pick<KnownAnswer, 'site' | 'ruling' | 'sinceMs'>,
  ) {
    this.status = status;
    this.fields = fields;
    this.content = content;
    this.served = served;
    this.site = site;
    this.ruling = ruling;
    this.sinceMs = sinceMs;
  }

  get memo(): { made: unknown } {
    return this;
  }
}

/** Whose answers they are. */
interface AnsweringSite {
  readonly source: FileSource;
  readonly now: () => number;
  readonly rules: RulesInForce | undefined;
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
  const { rules, source } = site;
  const ruling = rules?.inMemory(source);
  // They may have something to say by now.
  if (rules !== undefined && ruling?.isSilent !== true) return undefined;
  const known = source.answerAt?.(path.slice(1));
  // A clock can be set back to before the file was changed; see select-representation.ts.
  if (known?.site !== site || known.ruling !== ruling) return undefined;
  if (known.sinceMs > site.now()) return undefined;
  return known;
}

/** Keeps an answer that was just made, where it is the one for all who want the whole file. */
export function keepKnownAnswer(
  { request: { path, method, fields }, ruling }: Asked,
  outcome: Outcome,
  response: StaticResponse,
  site: AnsweringSite,
): void {
  if (outcome.kind !== 'found' || outcome.ranges !== undefined || method !== 'GET') return;
  const { file, isNegotiable, isSettled } = outcome.representation;
  if (file.octets === undefined || isNegotiable || !isSettled || !asksForWhole(fields)) return;
  // Security: only under the text that passed the rules for paths. Where it had escapes, or an
  // index file answers, the file has another path.
  const { version } = file;
  if (site.rules !== undefined && ruling?.isSilent !== true) return;
  if (version === undefined || path.slice(1) !== version.path) return;
  const facts = { site, ruling, sinceMs: file.mtimeMs };
  site.source.keepAnswer?.(version, new WholeAnswer(response, facts));
}

function asksForWhole(fields: FieldLookup): boolean {
  for (const name of ASKING_FOR_LESS) if (fields.get(name) !== undefined) return false;
  return true;
}
