// The pipeline from request to response: it reads top to bottom, each step either decides or hands
// on. It refuses by value: `respond()` resolves for anything that a peer can send or a disk can do.

import type { CacheCounts } from './cached-file-source.ts';
import { prefersJson } from './directory-listing.ts';
import { mayHavePage, openErrorPage } from './error-page.ts';
import type { FileSource } from './file-source.ts';
import { applicableRange } from './if-range.ts';
import { keepKnownAnswer, knownAnswer } from './known-answers.ts';
import type { LastAnswer } from './last-answer.ts';
import { parseListingOrder } from './listing-order.ts';
import { decideByMethod } from './method.ts';
import type { Outcome, Unsent } from './outcome.ts';
import { evaluatePreconditions } from './preconditions.ts';
import { parseRange, resolveRanges } from './range.ts';
import type { StaticRequest } from './request.ts';
import { type Asked, resolve } from './resolve.ts';
import { respond } from './respond.ts';
import type { ServedFile, StaticResponse } from './response.ts';
import {
  closeRepresentation,
  type Representation,
  selectRepresentation,
  taggedByFile,
} from './select-representation.ts';
import type { RulesInForce } from './rule-files.ts';
import { SeenFields } from './seen-fields.ts';
import { type Site, siteOf, type StaticSiteOptions } from './site-options.ts';
import { type Steps, takeSteps, wait } from './steps.ts';
import {
  type Trace,
  traceErrorPage,
  traceRepresentation,
  wordsOfPath,
  wordsOfValidators,
} from './trace.ts';

/** A site that answers requests. */
export interface StaticSite {
  /**
   * Answers a request. Never throws or rejects for anything that a peer sends or a disk does.
   *
   * @returns The response: at once where the source has in memory all that it is made of, else as
   * a promise; `await` takes either. Where it has content, the caller closes that.
   */
  respond(request: StaticRequest): StaticResponse | Promise<StaticResponse>;
  /**
   * Answers a request as `respond()` does, by the same steps, and tells each of them. The content
   * is the caller's to close.
   */
  explain(request: StaticRequest, trace: Trace): StaticResponse | Promise<StaticResponse>;
  /**
   * Reads the files that rules stand in, as the first request does where nobody has before: for
   * who wants them compiled, and what is wrong in them told, at the start. Never rejects.
   */
  prepare(): Promise<void>;
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
 * @throws {TypeError} Where an index name is not a plain file name, base or shell is no path, or a
 * limit is no number for one.
 * @throws {FileSourceError} Where the root is no directory that is there.
 */
export function createStaticSite(options: StaticSiteOptions): StaticSite {
  const site = siteOf(options);
  const { source } = site;
  return {
    respond(request) {
      const { misses } = source;
      const response =
        request.last === undefined
          ? answerAnew(request, site)
          : answerAgain(request, request.last, site);
      if (response instanceof Promise || source.misses === misses) return response;
      return { ...response, askedDisk: true };
    },
    explain(request, trace) {
      const traced: Site = { ...site, trace, recalling: undefined };
      return takeSteps(answer(askedNow(request, traced), traced));
    },
    prepare: async () => {
      if (site.rules !== undefined) await takeSteps(readRules(site.rules, site.source));
    },
    holds: (last) => last.holds(site),
    get counts() {
      return site.counts();
    },
  };
}

function* readRules(rules: RulesInForce, source: FileSource): Steps<void> {
  try {
    yield* rules.read(source);
  } catch {
    // The first who asks is told.
  }
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
  const known = knownAnswer(request, site);
  if (known !== undefined) return known;
  const { source } = site;
  source.beginTrail?.();
  const { misses } = source;
  const asked = askedNow(request, site);
  const response = takeSteps(answer(asked, site));
  // What others ask meanwhile would be noted with what this one waits for.
  if (response instanceof Promise) return response;
  keepKnownAnswer(asked, response, site, source.misses !== misses);
  return response;
}

/** What is known of a request before anything is looked for, and the rules that it met. */
interface AskedNow extends Asked {
  readonly nowMs: number;
  /** Whether it has a Range that could be applied. */
  readonly forPart: boolean;
  /** What it came to. */
  outcome: Outcome | undefined;
}

function askedNow(request: StaticRequest, site: Site): AskedNow {
  return {
    request,
    // The time from before the file is opened: Last-Modified may not be later than the Date, which
    // comes after, and a file is younger than it seems rather than older.
    nowMs: site.now(),
    forPart: asksForPart(request),
    fields: new SeenFields(request.fields),
    question: undefined,
    ruling: undefined,
    outcome: undefined,
  };
}

function* answer(asked: AskedNow, site: Site): Steps<StaticResponse> {
  const { request } = asked;
  const recalled = asked.forPart ? yield* decideFromMemory(asked, site) : undefined;
  const outcome = recalled ?? (yield* decide(asked, site));
  asked.outcome = outcome;
  // Each generator costs a tenth of a microsecond: none is made where it would have nothing to do.
  const errorPage = mayHavePage(outcome) ? yield* openErrorPage(outcome, site) : undefined;
  if (site.trace !== undefined) traceErrorPage(outcome, errorPage, site.trace);
  const { boundary } = site;
  const seen = asked.fields.vary;
  const decided = respond(outcome, { query: request.query, errorPage, boundary, seen });
  const response = asked.ruling === undefined ? decided : ruled(decided, asked);
  return request.method === 'HEAD' ? yield* dropContent(response) : response;
}

function ruled(response: StaticResponse, { question, ruling }: Asked): StaticResponse {
  if (question === undefined) return response;
  const { status, served } = response;
  const effect = ruling?.fieldsFor(question, { status, served });
  return effect === undefined ? response : { ...response, effect };
}

// A small part of a large file may be in memory, or be worth keeping there: then the file need not
// be opened for it. What is known of the file is enough for all that comes before.
function* decideFromMemory(asked: AskedNow, { recalling }: Site): Steps<Outcome | undefined> {
  if (recalling === undefined) return undefined;
  const outcome = yield* decide(asked, recalling);
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

function* decide(asked: AskedNow, site: Site): Steps<Outcome> {
  const { request, nowMs, forPart } = asked;
  // Step 1: the method alone.
  const { trace } = site;
  const decided = decideByMethod(request.method);
  trace?.({ step: 'method', tried: request.method, result: decided?.kind ?? 'asks for a file' });
  if (decided !== undefined) return decided;

  // Step 2: the path alone.
  const path = site.paths.read(request.path);
  trace?.({ step: 'path', tried: request.path, result: wordsOfPath(path) });
  if (path.kind !== 'site-path') return path;

  // Step 3: what answers: resolve.ts. From here on a descriptor is open, and nothing may throw until
  // it is closed, or handed on in the response.
  const located = yield* resolve(path, asked, site);
  if (located.kind === 'located-directory') {
    const { listing } = located;
    const form = prefersJson(request.fields.get('Accept')) ? 'json' : 'page';
    return { kind: 'listed', listing, order: parseListingOrder(request.query), form };
  }
  if (located.kind !== 'located') return located;

  // Step 4: the representation. From here on one descriptor is all that the answer is made of.
  const asking = selectRepresentation(located, request, site, nowMs);
  const selected = 'next' in asking ? yield* asking : asking;
  const representation = located.byRule === true ? taggedByFile(selected, located) : selected;
  const { file, validators } = representation;
  if (trace !== undefined) traceRepresentation(representation, trace);
  const served: ServedFile = { segments: located.segments, role: located.role };

  // Step 5: what the client has or relies on.
  const result = evaluatePreconditions(request, validators, nowMs);
  trace?.({ step: 'precondition', tried: wordsOfValidators(validators), result });
  if (result === 'not-modified') return yield* unsent('not-modified', representation, served);
  if (result === 'failed') return yield* unsent('precondition-failed', representation, served);

  // Step 6: the part that it wants.
  if (!representation.hasRanges || !forPart)
    return { kind: 'found', representation, served, ranges: undefined };
  const range = applicableRange(request, validators, nowMs) ?? '';
  const specs = parseRange(range, { maxRanges: site.maxRanges }) ?? [];
  const resolved = resolveRanges(specs, file.lengthBytes);
  trace?.({ step: 'range', tried: range, result: resolved.kind });
  if (resolved.kind === 'unsatisfiable') {
    return yield* unsent('range-not-satisfiable', representation, served);
  }
  const ranges = resolved.kind === 'ranges' ? resolved.ranges : undefined;
  return { kind: 'found', representation, served, ranges };
}

function* unsent(
  kind: Unsent['kind'],
  representation: Representation,
  served: ServedFile,
): Steps<Unsent> {
  yield* closeRepresentation(representation);
  return { kind, representation, served };
}

/** RFC 9110 §9.3.2: HEAD has the fields of GET, and no content. */
function* dropContent(response: StaticResponse): Steps<StaticResponse> {
  const { content } = response;
  if (content === undefined) return response;
  const closed = content.close();
  if (content.octets === undefined) yield closed;
  return { ...response, content: undefined };
}
