// The pipeline from request to response: it reads top to bottom, each step either decides or hands
// on. It refuses by value: `respond()` resolves for anything that a peer can send or a disk can do.

import type { CacheCounts } from './cached-file-source.ts';
import { parseListingOrder, prefersJson } from './directory-listing.ts';
import { mayHavePage, openErrorPage } from './error-page.ts';
import { applicableRange } from './if-range.ts';
import { keepKnownAnswer, knownAnswer } from './known-answers.ts';
import type { LastAnswer } from './last-answer.ts';
import { locate } from './locate.ts';
import { decideByMethod } from './method.ts';
import type { Outcome, Unsent } from './outcome.ts';
import { evaluatePreconditions } from './preconditions.ts';
import { parseRange, resolveRanges } from './range.ts';
import type { StaticRequest } from './request.ts';
import { respond } from './respond.ts';
import type { StaticResponse } from './response.ts';
import {
  closeRepresentation,
  type Representation,
  selectRepresentation,
} from './select-representation.ts';
import { type Site, siteOf, type StaticSiteOptions } from './site-options.ts';
import { type Steps, takeSteps, wait } from './steps.ts';

/** A site that answers requests. */
export interface StaticSite {
  /**
   * Answers a request. Never throws or rejects for anything that a peer sends or a disk does.
   *
   * @returns The response: at once where the source has in memory all that it is made of, else as
   * a promise; `await` takes either. Where it has content, the caller closes that.
   */
  respond(request: StaticRequest): StaticResponse | Promise<StaticResponse>;
  /** Whether the request that was answered last would be answered so again now, with its fields. */
  holds(last: LastAnswer): boolean;
  /**
   * What became of the questions to the memory of a folder's site, and what is kept now. `undefined`
   * with a source of the caller's.
   */
  readonly counts: CacheCounts | undefined;
}

/**
 * Makes a site of a folder, or of a file source.
 *
 * @throws {TypeError} Where an index name is not a plain file name, or a limit is no number for one.
 * @throws {FileSourceError} Where the root is no directory that is there.
 */
export function createStaticSite(options: StaticSiteOptions): StaticSite {
  const site = siteOf(options);
  return {
    respond: (request) =>
      request.last === undefined
        ? answerAnew(request, site)
        : answerAgain(request, request.last, site),
    holds: (last) => last.holds(site),
    get counts() {
      return site.counts();
    },
  };
}

/** The last answer once more, where it is the one; else a new one, which is kept then. */
function answerAgain(
  request: StaticRequest,
  last: LastAnswer,
  site: Site,
): StaticResponse | Promise<StaticResponse> {
  const known = last.to(request, site);
  if (known !== undefined) return known;
  site.source.beginBasis?.();
  const response = answerAnew(request, site);
  if (response instanceof Promise) last.forget();
  else last.keep(request, site, response);
  return response;
}

function answerAnew(request: StaticRequest, site: Site): StaticResponse | Promise<StaticResponse> {
  return knownAnswer(request, site) ?? takeSteps(answer(request, site));
}

/** What is known of a request before anything is looked for. */
interface Asked {
  readonly nowMs: number;
  /** Whether it has a Range that could be applied. */
  readonly forPart: boolean;
}

function* answer(request: StaticRequest, site: Site): Steps<StaticResponse> {
  // The time from before the file is opened: Last-Modified may not be later than the Date, which
  // comes after, and a file is younger than it seems rather than older.
  const asked = { nowMs: site.now(), forPart: asksForPart(request) };
  const recalled = asked.forPart ? yield* decideFromMemory(request, site, asked) : undefined;
  const outcome = recalled ?? (yield* decide(request, site, asked));
  // Each generator costs a tenth of a microsecond: none is made where it would have nothing to do.
  const errorPage = mayHavePage(outcome) ? yield* openErrorPage(outcome, site) : undefined;
  const { boundary } = site;
  const response = respond(outcome, { query: request.query, errorPage, boundary });
  keepKnownAnswer(request, outcome, response, site);
  return request.method === 'HEAD' ? yield* dropContent(response) : response;
}

// A small part of a large file may be in memory, or be worth keeping there: then the file need not
// be opened for it. What is known of the file is enough for all that comes before.
function* decideFromMemory(
  request: StaticRequest,
  { recalling }: Site,
  asked: Asked,
): Steps<Outcome | undefined> {
  if (recalling === undefined) return undefined;
  const outcome = yield* decide(request, recalling, asked);
  if (outcome.kind !== 'found') return outcome;
  const { parts } = outcome.representation.file;
  if (parts === undefined) return outcome; // it is open
  const [range, ...more] = outcome.ranges ?? [];
  if (range === undefined || more.length > 0) return undefined;
  const loading = parts.get(range) ?? parts.load(range);
  const part = loading instanceof Promise ? yield* wait(loading) : loading;
  return part === undefined ? undefined : { ...outcome, part };
}

function asksForPart({ method, fields }: StaticRequest): boolean {
  return method === 'GET' && fields.get('Range') !== undefined;
}

function* decide(request: StaticRequest, site: Site, { nowMs, forPart }: Asked): Steps<Outcome> {
  // Step 1: the method alone.
  const decided = decideByMethod(request.method);
  if (decided !== undefined) return decided;

  // Step 2: the path alone.
  const path = site.paths.read(request.path);
  if (path.kind !== 'site-path') return path;

  // Step 3: the file. From here on a descriptor is open, and nothing may throw until it is closed,
  // or handed on in the response.
  const located = yield* locate(path, site);
  if (located.kind === 'located-directory') {
    const { listing } = located;
    const form = prefersJson(request.fields.get('Accept')) ? 'json' : 'page';
    return { kind: 'listed', listing, order: parseListingOrder(request.query), form };
  }
  if (located.kind !== 'located') return located;

  // Step 4: the representation. From here on one descriptor is all that the answer is made of.
  const selected = selectRepresentation(located, request, site, nowMs);
  const representation = 'next' in selected ? yield* selected : selected;
  const { file, validators } = representation;

  // Step 5: what the client has or relies on.
  const result = evaluatePreconditions(request, validators, nowMs);
  if (result === 'not-modified') return yield* unsent('not-modified', representation);
  if (result === 'failed') return yield* unsent('precondition-failed', representation);

  // Step 6: the part that it wants.
  if (!representation.hasRanges || !forPart)
    return { kind: 'found', representation, ranges: undefined };
  const range = applicableRange(request, validators, nowMs) ?? '';
  const specs = parseRange(range, { maxRanges: site.maxRanges }) ?? [];
  const resolved = resolveRanges(specs, file.lengthBytes);
  if (resolved.kind === 'unsatisfiable') {
    return yield* unsent('range-not-satisfiable', representation);
  }
  const ranges = resolved.kind === 'ranges' ? resolved.ranges : undefined;
  return { kind: 'found', representation, ranges };
}

function* unsent(kind: Unsent['kind'], representation: Representation): Steps<Unsent> {
  yield* closeRepresentation(representation);
  return { kind, representation };
}

/** RFC 9110 §9.3.2: HEAD has the fields of GET, and no content. */
function* dropContent(response: StaticResponse): Steps<StaticResponse> {
  const { content } = response;
  if (content === undefined) return response;
  const closed = content.close();
  if (content.octets === undefined) yield closed;
  return { ...response, content: undefined };
}
