/**
 * The site of a server: static-fs with the clock and the threads of this process.
 * Owns what the site cannot know of itself: what time it is, when a time is over, how many threads
 * files are read with, and what the files beside it say.
 */
import { createStaticSite, type FolderSite, type StaticSite } from '@pws/static-fs';
import type { RulesDialect } from './rule-problem.ts';
import type { ServeJsonFile } from './serve-json-file.ts';
import { type FileProblem, SiteConventions } from './site-conventions.ts';
import type { ServeRules } from './serve-json-rules.ts';

/** What a server can be told about its site; the defaults are those of the site. */
export interface SiteSettings extends Omit<
  FolderSite,
  'now' | 'monotonicMs' | 'boundary' | 'source' | 'diskTime' | 'rules'
> {
  /**
   * How long one operation of the disk may take, in milliseconds; then the answer is 503, or the
   * connection is ended. 0 is any time. Default 10 000.
   */
  readonly fsTimeoutMs?: number;
  /**
   * Whose reading of `_headers` and `_redirects` holds; `off`: they are files like any other.
   * Default: `off`.
   */
  readonly rules?: RulesDialect | 'off';
  /** What the `serve.json` of the site says. Default: there is none. */
  readonly serveJson?: ServeJsonFile | undefined;
  /** Told of what is wrong in a file beside the site, when it is read. Default: nobody is told. */
  readonly fileProblems?: (problems: readonly FileProblem[]) => void;
}

/** A site, and what the files beside it say. */
export interface ServedSite {
  readonly site: StaticSite;
  readonly conventions: SiteConventions;
}

/** What Node has where nobody says another number. */
const USUAL_THREADS = 4;

/** What time it is. */
type Clock = Pick<FolderSite, 'now' | 'monotonicMs'>;

/**
 * Makes the site of a server.
 *
 * @throws {FileSourceError} where the root is not there, {TypeError} where an option does not hold
 */
export async function createServedSite(
  settings: SiteSettings,
  clock: Required<Clock>,
): Promise<ServedSite> {
  const { rules: dialect = 'off', fileProblems: report = () => undefined } = settings;
  const { serveJson } = settings;
  const serve = serveJson && (await rulesOf(serveJson));
  const conventions = new SiteConventions({ dialect, report, serve: serve?.routes });
  const options = siteOptions({ ...settings, ...choicesOf(serve, settings) }, conventions, clock);
  const site = createStaticSite(options);
  if (serveJson !== undefined && serveJson.notes.length > 0) {
    report(serveJson.notes.map((note) => ({ ...note, file: serveJson.name })));
  }
  // A person is told at the start what is wrong in their files.
  await site.prepare();
  return { site, conventions };
}

async function rulesOf({ json, name }: ServeJsonFile): Promise<ServeRules> {
  // Loaded only where there is such a file.
  const { compileServeJson } = await import('./serve-json-rules.ts');
  return compileServeJson(json, name);
}

/** What a `serve.json` says path by path, where the option as a whole is on; and what it says besides. */
function choicesOf(
  serve: ServeRules | undefined,
  { cleanUrls = false, listing = false, serveJson }: SiteSettings,
): Pick<FolderSite, 'cleanUrls' | 'listing' | 'unlisted' | 'renderSingle'> {
  if (serve === undefined) return {};
  return {
    cleanUrls: cleanUrls !== false && serve.hasCleanUrl ? serve.hasCleanUrl : cleanUrls,
    listing: listing !== false && serve.isListed ? serve.isListed : listing,
    unlisted: serve.isUnlisted,
    renderSingle: serveJson?.json.renderSingle === true,
  };
}

function siteOptions(
  { fsTimeoutMs = 10_000, ...settings }: SiteSettings,
  { files: rules }: SiteConventions,
  { now, monotonicMs }: Required<Clock>,
): FolderSite {
  if (fsTimeoutMs === 0) return { ...settings, rules, now, monotonicMs };
  const threads = Math.max(2, threadsOf(process.env['UV_THREADPOOL_SIZE']));
  const diskTime = { timeoutMs: fsTimeoutMs, threads, afterMs };
  return { ...settings, rules, now, monotonicMs, diskTime };
}

/** As libuv reads it. */
function threadsOf(text: string | undefined): number {
  const count = Number.parseInt(text ?? '', 10);
  return Number.isNaN(count) ? USUAL_THREADS : Math.min(count, 1024);
}

function afterMs(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}
