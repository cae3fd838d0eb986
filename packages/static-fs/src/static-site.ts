// The pipeline from request to response: it reads top to bottom, each step either decides or hands
// on. It refuses by value: `respond()` resolves for anything that a peer can send or a disk can do.

import { openErrorPage } from './error-page.ts';
import type { FileSource } from './file-source.ts';
import { applicableRange } from './if-range.ts';
import { locate } from './locate.ts';
import { decideByMethod } from './method.ts';
import { randomBoundary } from './multipart.ts';
import type { Outcome, Unsent } from './outcome.ts';
import { evaluatePreconditions } from './preconditions.ts';
import { parseRange, resolveRanges } from './range.ts';
import type { StaticRequest } from './request.ts';
import { respond } from './respond.ts';
import type { StaticResponse } from './response.ts';
import { type Representation, selectRepresentation } from './select-representation.ts';
import { parseSitePath, type SitePathRules } from './site-path.ts';
import { close, type Steps, takeSteps } from './steps.ts';
import type { EntityTagPolicy } from './validators.ts';

/** What a site is made of. */
export interface StaticSiteOptions {
  /** Where its files come from. */
  readonly source: FileSource;
  /** The names that answer for a directory, best first. Default: `['index.html']`. */
  readonly index?: readonly string[];
  /** Gives the time, in milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: () => number;
  /**
   * Whether names that begin with a dot are served. Default: `deny`, which answers as if they were
   * not there; `.well-known` at the root is served all the same (RFC 8615).
   */
  readonly dotfiles?: 'deny' | 'allow';
  /** Whose rules for names hold on the disk. Default: those of the machine. */
  readonly naming?: 'posix' | 'win32';
  /**
   * What entity tags are made of. `auto` and `stat`: of modification date and length, where the
   * date means something; `auto` leaves open that the content is read where it does not. `off`:
   * there are none. Default: `auto`.
   */
  readonly etag?: EntityTagPolicy;
  /**
   * Whether siblings `.br`, `.zst` and `.gz` are sent in place of a file to those who accept them,
   * unless they are older than it. Default: `true`.
   */
  readonly precompressed?: boolean;
  /**
   * Whether the nearest `404.html` up the tree, and the `500.html` of the root, are the content of
   * errors. Default: `true`; without, errors have no content.
   */
  readonly errorPages?: boolean;
  /**
   * Gives what stands between the parts of an answer with several ranges: 1 to 40 characters of a
   * token, new each time, that no file holds. Default: 192 random bits.
   */
  readonly boundary?: () => string;
}

/** A site that answers requests. */
export interface StaticSite {
  /**
   * Answers a request. Never throws or rejects for anything that a peer sends or a disk does.
   *
   * @returns The response: at once where the source has in memory all that it is made of, else as
   * a promise; `await` takes either. Where it has content, the caller closes that.
   */
  respond(request: StaticRequest): StaticResponse | Promise<StaticResponse>;
}

interface Site {
  readonly source: FileSource;
  readonly index: readonly string[];
  readonly rules: SitePathRules;
  readonly etag: EntityTagPolicy;
  readonly precompressed: boolean;
  readonly errorPages: boolean;
  readonly now: () => number;
  readonly boundary: () => string;
}

/**
 * Makes a site of a file source.
 *
 * @throws {TypeError} Where an index name is not a plain file name.
 */
export function createStaticSite(options: StaticSiteOptions): StaticSite {
  const site: Site = {
    source: options.source,
    index: checkIndexNames(options.index ?? ['index.html']),
    rules: {
      dotfiles: options.dotfiles ?? 'deny',
      naming: options.naming ?? (process.platform === 'win32' ? 'win32' : 'posix'),
    },
    etag: options.etag ?? 'auto',
    precompressed: options.precompressed ?? true,
    errorPages: options.errorPages ?? true,
    now: options.now ?? Date.now,
    boundary: options.boundary ?? randomBoundary,
  };
  return {
    respond: (request) => takeSteps(answer(request, site)),
  };
}

function* answer(request: StaticRequest, site: Site): Steps<StaticResponse> {
  // The time from before the file is opened: Last-Modified may not be later than the Date, which
  // comes after, and a file is younger than it seems rather than older.
  const outcome = yield* decide(request, site, site.now());
  const errorPage = yield* openErrorPage(outcome, site);
  const { boundary } = site;
  const response = respond(outcome, { query: request.query, errorPage, boundary });
  return request.method === 'HEAD' ? yield* dropContent(response) : response;
}

function* decide(request: StaticRequest, site: Site, nowMs: number): Steps<Outcome> {
  // Step 1: the method alone.
  const decided = decideByMethod(request.method);
  if (decided !== undefined) return decided;

  // Step 2: the path alone.
  const path = parseSitePath(request.path, site.rules);
  if (path.kind !== 'site-path') return path;

  // Step 3: the file. From here on a descriptor is open, and nothing may throw until it is closed,
  // or handed on in the response.
  const located = yield* locate(path, site);
  if (located.kind !== 'located') return located;

  // Step 4: the representation. From here on one descriptor is all that the answer is made of.
  const representation = yield* selectRepresentation(located, request, site, nowMs);
  const { file, validators } = representation;

  // Step 5: what the client has or relies on.
  const result = evaluatePreconditions(request, validators, nowMs);
  if (result === 'not-modified') return yield* unsent('not-modified', representation);
  if (result === 'failed') return yield* unsent('precondition-failed', representation);

  // Step 6: the part that it wants.
  const specs = parseRange(applicableRange(request, validators, nowMs) ?? '') ?? [];
  const resolved = resolveRanges(specs, file.lengthBytes);
  if (resolved.kind === 'unsatisfiable') {
    return yield* unsent('range-not-satisfiable', representation);
  }
  const ranges = resolved.kind === 'ranges' ? resolved.ranges : undefined;
  return { kind: 'found', representation, ranges };
}

function* unsent(kind: Unsent['kind'], representation: Representation): Steps<Unsent> {
  yield* close(representation.file);
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

function checkIndexNames(names: readonly string[]): readonly string[] {
  for (const name of names) {
    // oxlint-disable-next-line no-control-regex
    if (name === '' || name === '.' || name === '..' || /[\x00/\\]/.test(name)) {
      throw new TypeError('an index name is a plain file name, without separators');
    }
  }
  return [...names];
}
