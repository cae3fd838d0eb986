// The order of resolution: what answers a path. All of it is here, top to bottom; each step decides
// or hands on to the next.
//
//   forced rules → the file itself → the index file of a directory, or its slash → the page without
//   its extension → unforced rules → the listing of a directory → the shell → nothing
//
// Before it are the method and the path itself (static-site.ts), and behind it, where nothing
// answers, the nearest 404 page (error-page.ts).
//
// A file costs one open; a directory one for each index name that is not there; what is not there at
// all costs as many and one more, where pages are written without their extension.

import type { ErrorPage } from './error-page.ts';
import { errorOfOpening, type FileSourceError } from './errors.ts';
import type { Segments } from './file-source.ts';
import type { HeldListing, HeldListings } from './held-listings.ts';
import {
  canMeanPage,
  hasOtherAnswer,
  locateAny,
  type LocatedFile,
  locateIndex,
  type LocateOptions,
  locatePage,
  pathOf,
  resultOf,
} from './locate.ts';
import { mediaTypeOf } from './media-type.ts';
import { isNavigation } from './navigation.ts';
import type { Fault, Missing, PageOfStatus, Redirect, Sent } from './outcome.ts';
import type { StaticRequest } from './request.ts';
import type { RouteRules, RouteWithin } from './routes.ts';
import type { RulesInForce } from './rule-files.ts';
import { type SeenFields, SeenQuestion } from './seen-fields.ts';
import { formatSitePath, type SitePath } from './site-path.ts';
import type { SitePaths } from './site-paths.ts';
import { isSpelled, spellDirectory, spellPage, withoutExtension } from './spelling.ts';
import { close, openIn, type Steps, wait } from './steps.ts';

/** The directory that answers: no index file is in it. */
interface LocatedDirectory {
  readonly kind: 'located-directory';
  readonly listing: HeldListing;
}

/** What a path is resolved with. */
export interface ResolveOptions extends LocateOptions {
  /** The segments that all paths of the site begin with. */
  readonly base: Segments;
  readonly paths: SitePaths;
  /** Where directories are read; `undefined` where they are not listed. */
  readonly directories: HeldListings | undefined;
  /** Which directories are listed, of those without an index file. */
  readonly isListed: (folder: SitePath) => boolean;
  /** Whether the one file of a directory answers for it. */
  readonly renderSingle: boolean;
  /** The rules of the owner; `undefined` where there are none. */
  readonly rules: RulesInForce | undefined;
  /** The file that answers navigations that lead to nothing; `undefined` for none. */
  readonly shell: Segments | undefined;
}

/** What answers. */
export type Resolved =
  | LocatedFile
  | LocatedDirectory
  | Redirect
  | Sent
  | PageOfStatus
  | Missing
  | Fault;

const ONLY_NAVIGATIONS = 'only for those who go to a page';

/** What is asked, and the rules that it met. */
export interface Asked {
  readonly request: StaticRequest;
  /** Its fields, for what decides where its path leads: they know what that has looked at. */
  readonly fields: SeenFields;
  /** The question to the rules, with these fields, once the path was read. */
  question: SeenQuestion | undefined;
  /** The rules that hold for it, once they are known; `undefined` where there are none. */
  ruling: RouteRules | undefined;
}

/** Finds what answers a path. Never throws: what the disk can do is an outcome. */
export function* resolve(path: SitePath, asked: Asked, options: ResolveOptions): Steps<Resolved> {
  const { request } = asked;
  const { segments, endsWithSlash } = path;
  const folder = endsWithSlash ? segments : segments.slice(0, -1);
  const missing: Missing = { kind: 'missing', folder };
  const { source, trace, rules } = options;
  try {
    // Step 1: rules that hold whatever is there.
    if (rules !== undefined) {
      asked.question = new SeenQuestion(request, { path, base: options.base }, asked.fields);
      asked.ruling = rules.inMemory(source) ?? (yield* rules.read(source));
      const forced = yield* follow(asked, 'forced', options);
      if (forced !== undefined) return forced;
      if (rules.includes(segments)) return missing;
    }

    // Step 2: the file itself. What no clean URL leads to, has no other spelling.
    let isDirectory = endsWithSlash;
    if (!endsWithSlash) {
      const found = openIn(source, segments);
      const opened = found instanceof Promise ? yield* wait(found) : found;
      trace?.({ step: 'file', tried: pathOf(segments), result: resultOf(opened.kind) });
      if (opened.kind === 'file') {
        const located: LocatedFile = { kind: 'located', file: opened, segments, role: 'file' };
        const clean = withoutExtension(segments);
        return clean === undefined ? located : yield* spelled(located, clean, path, options);
      }
      isDirectory = opened.kind === 'directory';
    }

    // Step 3: the index file of the directory, under its own spelling.
    if (isDirectory) {
      const index = yield* locateIndex(segments, options);
      if (index !== undefined) {
        return yield* spelledAs(
          index,
          path,
          spellDirectory(segments, options.trailingSlash),
          options,
        );
      }
    }

    // Step 4: the page.
    const page = yield* locatePage(path, options);
    if (page !== undefined) {
      const isIndex = segments.length > 0 && page.segments.at(-1) === options.index[0];
      const wanted = isIndex
        ? spellDirectory(segments.slice(0, -1), options.trailingSlash)
        : spellPage(segments, options.trailingSlash);
      if (isIndex) return yield* redirectTo(wanted, page, options);
      return yield* spelledAs(page, path, wanted, options);
    }

    // Step 5: rules for what is not there.
    if (rules !== undefined) {
      const unforced = yield* follow(asked, 'unforced', options);
      if (unforced !== undefined) return unforced;
    }

    // Step 6: the one file of the directory, or its listing.
    if (isDirectory && options.directories !== undefined) {
      const listed = yield* list(path, options.directories, options);
      if (listed !== undefined) return listed;
    }

    // Step 7: the shell, for a person who goes to a page of an application.
    return (yield* openShell(path, asked, options)) ?? missing;
  } catch (cause) {
    const error = errorOfOpening(cause);
    return error.kind === 'missing' ? missing : faultOf(error, folder);
  }
}

function* list(
  path: SitePath,
  directories: HeldListings,
  options: ResolveOptions,
): Steps<LocatedFile | LocatedDirectory | Redirect | undefined> {
  const { segments, endsWithSlash } = path;
  const isListed = options.isListed(path);
  if (!isListed && !options.renderSingle) return undefined;
  // Without the slash its references would start one level too high.
  if (isListed && !endsWithSlash && !options.renderSingle) {
    return redirect({ ...path, endsWithSlash: true }, options);
  }
  const read = yield* wait(directories.list(segments));
  const result = 'kind' in read ? 'no directory' : 'listed';
  options.trace?.({ step: 'listing', tried: pathOf(segments), result });
  if ('kind' in read) return undefined;
  const listing = withoutRules(read, options);
  const [only, ...more] = listing.entries;
  if (options.renderSingle && only?.kind === 'file' && more.length === 0 && !listing.truncated) {
    listing.release();
    return yield* locateIndex(segments, { ...options, index: [only.name] });
  }
  if (isListed && endsWithSlash) return { kind: 'located-directory', listing };
  listing.release();
  return isListed ? redirect({ ...path, endsWithSlash: true }, options) : undefined;
}

function withoutRules(listing: HeldListing, { rules }: ResolveOptions): HeldListing {
  const { segments, entries } = listing;
  if (rules === undefined || segments.length > 0) return listing;
  return { ...listing, entries: entries.filter(({ name }) => !rules.includes([name])) };
}

// The file has an extension that its page is written without. It leads to the other spelling only
// where that leads back to it: not where another file has the name, or a directory with an index
// file. A directory without one is no other answer: static exports have `posts.html` beside `posts/`.
function* spelled(
  located: LocatedFile,
  clean: Segments,
  path: SitePath,
  options: ResolveOptions,
): Steps<LocatedFile | Redirect> {
  const { index, trailingSlash } = options;
  if (!canMeanPage({ ...path, segments: clean }, options)) return located;
  if (path.segments.at(-1) === index[0]) {
    return yield* redirectTo(spellDirectory(clean.slice(0, -1), trailingSlash), located, options);
  }
  let isTaken: boolean;
  try {
    isTaken = yield* hasOtherAnswer(clean, options);
  } catch (error) {
    yield* close(located.file);
    throw error;
  }
  if (isTaken) return located;
  return yield* redirectTo(spellPage(clean, trailingSlash), located, options);
}

function* spelledAs(
  located: LocatedFile,
  path: SitePath,
  wanted: SitePath,
  options: ResolveOptions,
): Steps<LocatedFile | Redirect> {
  return isSpelled(path, wanted, options) ? located : yield* redirectTo(wanted, located, options);
}

function* redirectTo(
  wanted: SitePath,
  { file }: LocatedFile,
  options: ResolveOptions,
): Steps<Redirect> {
  yield* close(file);
  return redirect(wanted, options);
}

function redirect(wanted: SitePath, { base, trace }: ResolveOptions): Redirect {
  trace?.({ step: 'slash', tried: formatSitePath(wanted), result: 'the path of the same page' });
  if (base.length === 0) return { kind: 'redirect', to: wanted };
  return { kind: 'redirect', to: { ...wanted, segments: [...base, ...wanted.segments] } };
}

function* follow(
  { question, ruling }: Asked,
  when: 'forced' | 'unforced',
  options: ResolveOptions,
): Steps<LocatedFile | Sent | PageOfStatus | undefined> {
  if (question === undefined) return undefined;
  const route = ruling?.[when](question);
  const step = when === 'forced' ? 'forced-rule' : 'rule';
  if (route === undefined) {
    options.trace?.({ step, tried: formatSitePath(question.path), result: 'no rule' });
    return undefined;
  }
  if (route.kind === 'redirect-to') {
    const { status, location } = route;
    options.trace?.({ step, tried: route.rule ?? '', result: `${status} to ${location}` });
    return { kind: 'sent', status, location: based(location, options.base) };
  }
  options.trace?.({ step, tried: route.rule ?? '', result: `${route.status} with ${route.path}` });
  return yield* rewrite(route, question, options);
}

// A rule that leads to nothing leads nowhere: the next step is asked.
function* rewrite(
  { path: text, status, role, rule }: RouteWithin,
  question: SeenQuestion,
  options: ResolveOptions,
): Steps<LocatedFile | PageOfStatus | undefined> {
  if (role === 'shell' && !isNavigation(question, question.path)) {
    options.trace?.({ step: 'shell', tried: rule ?? text, result: ONLY_NAVIGATIONS });
    return undefined;
  }
  const path = options.paths.readBelowBase(text);
  if (path.kind !== 'site-path' || options.rules?.includes(path.segments) === true) {
    return undefined;
  }
  const located = yield* locateAny(path, options);
  if (located === undefined) return undefined;
  const { file, segments } = located;
  if (status === 200) {
    const isNamed = endsWith(question.path.segments, segments);
    const served = role === 'shell' ? role : isNamed ? 'file' : 'rewritten';
    return { ...located, role: served, byRule: true };
  }
  const page: ErrorPage = { mediaType: mediaTypeOf(segments.at(-1) ?? ''), file, segments };
  return { kind: 'page-of-status', status, page };
}

function endsWith(path: Segments, end: Segments): boolean {
  return path.length >= end.length && end.every((name, at) => name === path.at(at - end.length));
}

function* openShell(
  path: SitePath,
  { request, fields }: Asked,
  { source, shell, trace }: ResolveOptions,
): Steps<LocatedFile | undefined> {
  if (shell === undefined) return undefined;
  if (!isNavigation({ method: request.method, fields }, path)) {
    trace?.({ step: 'shell', tried: pathOf(shell), result: ONLY_NAVIGATIONS });
    return undefined;
  }
  const asked = openIn(source, shell);
  const opened = asked instanceof Promise ? yield* wait(asked) : asked;
  trace?.({ step: 'shell', tried: pathOf(shell), result: resultOf(opened.kind) });
  if (opened.kind !== 'file') return undefined;
  return { kind: 'located', file: opened, segments: shell, role: 'shell' };
}

function based(location: string, base: Segments): string {
  if (base.length === 0 || !location.startsWith('/')) return location;
  return formatSitePath({ kind: 'site-path', segments: base, endsWithSlash: false }) + location;
}

function faultOf(error: FileSourceError, folder: Segments): Fault {
  const { kind } = error;
  const isNamed = kind === 'forbidden' || kind === 'busy' || kind === 'stuck';
  return { kind: isNamed ? kind : 'failed', folder, error };
}
