// The pipeline from request to response: it reads top to bottom, each step either decides or hands
// on. It refuses by value: `respond()` resolves for anything that a peer can send or a disk can do.
// Between selecting and responding, preconditions (RFC 9110 §13) and then ranges (§14) come.

import type { FileSource } from './file-source.ts';
import { locate } from './locate.ts';
import { decideByMethod } from './method.ts';
import type { Outcome } from './outcome.ts';
import type { StaticRequest } from './request.ts';
import { respond } from './respond.ts';
import type { StaticResponse } from './response.ts';
import { selectRepresentation } from './select-representation.ts';
import { parseSitePath, type SitePathRules } from './site-path.ts';

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
}

/** A site that answers requests. */
export interface StaticSite {
  /**
   * Answers a request. Never rejects for anything that a peer sends or a disk does.
   *
   * @returns The response; where it has content, the caller closes that.
   */
  respond(request: StaticRequest): Promise<StaticResponse>;
}

interface Site {
  readonly source: FileSource;
  readonly index: readonly string[];
  readonly rules: SitePathRules;
}

/**
 * Makes a site of a file source.
 *
 * @throws {TypeError} Where an index name is not a plain file name.
 */
export function createStaticSite(options: StaticSiteOptions): StaticSite {
  const now = options.now ?? Date.now;
  const site: Site = {
    source: options.source,
    index: checkIndexNames(options.index ?? ['index.html']),
    rules: {
      dotfiles: options.dotfiles ?? 'deny',
      naming: options.naming ?? (process.platform === 'win32' ? 'win32' : 'posix'),
    },
  };
  return {
    async respond(request: StaticRequest): Promise<StaticResponse> {
      // Before the file is opened: Last-Modified may not be later than the Date, which comes after.
      const nowMs = now();
      const outcome = await decide(request, site);
      const response = respond(outcome, { query: request.query, nowMs });
      return request.method === 'HEAD' ? dropContent(response) : response;
    },
  };
}

async function decide(request: StaticRequest, site: Site): Promise<Outcome> {
  // Step 1: the method alone.
  const decided = decideByMethod(request.method);
  if (decided !== undefined) return decided;

  // Step 2: the path alone.
  const path = parseSitePath(request.path, site.rules);
  if (path.kind !== 'site-path') return path;

  // Step 3: the file. From here on a descriptor is open, and nothing may throw until it is handed
  // on in the response.
  const located = await locate(path, site);
  if (located.kind !== 'located') return located;

  // Step 4: the representation.
  return { kind: 'found', representation: selectRepresentation(located) };
}

/** RFC 9110 §9.3.2: HEAD has the fields of GET, and no content. */
async function dropContent(response: StaticResponse): Promise<StaticResponse> {
  if (response.content === undefined) return response;
  await response.content.close();
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
