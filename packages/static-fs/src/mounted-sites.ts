// Several sites on one host, each below a path of its own. Owns which of them answers: the one whose
// base is the longest that the path begins with, segment by segment. The path is read as each site
// reads it, so there is no second reading that could differ: what two slashes, escapes and dot
// segments are, is decided before anything is compared.
//
// To choose takes a look into a map for a path that was asked for lately, as in each site.

import type { CacheCounts } from './cached-file-source.ts';
import { parseSitePath, type SitePathRules } from './site-path.ts';
import { SitePaths } from './site-paths.ts';
import { copyOf, type StaticResponse } from './response.ts';
import type { StaticSite } from './static-site.ts';

/** A site, and where it is. */
export interface MountedSite {
  /** The `base` that the site was made with. */
  readonly base: string;
  readonly site: StaticSite;
}

/** What is compared. */
interface Place extends MountedSite {
  readonly segments: readonly string[];
  /** What its answers say of where they come from; `undefined` for the outer site. */
  readonly mount: string | undefined;
}

// Which names are there is for the site to say that is chosen.
const ANY_NAME: SitePathRules = { dotfiles: 'allow', naming: 'posix' };

/**
 * Puts sites together into one.
 *
 * @param outer - Answers what no other is for, whatever its own base is.
 * @param mounts - Hide what the outer site has below their bases.
 * @throws {TypeError} Where a base is no path, or two are the same.
 */
export function mountSites(outer: MountedSite, mounts: readonly MountedSite[]): StaticSite {
  const own: Place = { ...outer, segments: segmentsOf(outer.base), mount: undefined };
  const others = mounts.map((each) => ({
    ...each,
    segments: segmentsOf(each.base),
    mount: each.base,
  }));
  const places: readonly Place[] = [own, ...others].toSorted(
    (one, other) => other.segments.length - one.segments.length,
  );
  const names = new Set(places.map(({ segments }) => segments.join('/')));
  if (names.size < places.length) throw new TypeError('each base is that of one site');
  const paths = new SitePaths(ANY_NAME);

  const placeFor = (text: string): Place => {
    const asked = segmentsIn(paths.read(text));
    return places.find(({ segments }) => isPrefix(segments, asked)) ?? own;
  };
  return {
    respond(request) {
      const place = placeFor(request.path);
      return marked(place.site.respond(request), place);
    },
    explain(request, trace) {
      const place = placeFor(request.path);
      trace({ step: 'mount', tried: request.path, result: `asks the site of ${place.base}` });
      return marked(place.site.explain(request, trace), place);
    },
    prepare: async () => void (await Promise.all(places.map(({ site }) => site.prepare()))),
    holds: (last) => places.some(({ site }) => site.holds(last)),
    get counts() {
      return sumOf(places.flatMap(({ site }) => site.counts ?? []));
    },
  };
}

/** Those that a path begins with, as far as it can be one. */
function segmentsIn(path: ReturnType<typeof parseSitePath>): readonly string[] {
  switch (path.kind) {
    case 'site-path':
      return path.segments;
    case 'redirect':
      return path.to.segments;
    case 'missing':
      return path.folder;
    case 'malformed':
      return [];
  }
}

function isPrefix(segments: readonly string[], asked: readonly string[]): boolean {
  return segments.every((name, at) => name === asked[at]);
}

function marked(
  answer: StaticResponse | Promise<StaticResponse>,
  { mount }: Place,
): StaticResponse | Promise<StaticResponse> {
  if (mount === undefined) return answer;
  return answer instanceof Promise
    ? answer.then((response) => copyOf(response, response.content, mount))
    : copyOf(answer, answer.content, mount);
}

function sumOf(all: readonly CacheCounts[]): CacheCounts | undefined {
  if (all.length === 0) return undefined;
  const sum = { hits: 0, misses: 0, entries: 0, bytes: 0 };
  for (const { hits, misses, entries, bytes } of all) {
    sum.hits += hits;
    sum.misses += misses;
    sum.entries += entries;
    sum.bytes += bytes;
  }
  return sum;
}

function segmentsOf(base: string): readonly string[] {
  const path = parseSitePath(encodeURI(base), ANY_NAME);
  if (path.kind === 'site-path') return path.segments;
  throw new TypeError('base is a path without empty names and dot segments');
}
