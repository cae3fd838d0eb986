/**
 * The site of a server, or several below paths: static-fs with the clock and the threads of this process.
 * Owns what the site cannot know of itself: what time it is, when a time is over, how many threads
 * files are read with, and what the files beside it say; and how several share what is there once.
 */
import {
  createStaticSite,
  type FolderSite,
  type MountedSite,
  mountSites,
  type StaticSite,
} from '@pws/static-fs';
import type { CacheChoice } from './cache-policy.ts';
import type { ConfiguredRules } from './config-rules.ts';
import type { FileProblem, RulesDialect } from './rule-problem.ts';
import type { ServeJsonFile } from './serve-json-file.ts';
import { SiteConventions } from './site-conventions.ts';
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
  /** Rules of a configuration, before those of the files beside the site. Default: none. */
  readonly ownRules?: ConfiguredRules | undefined;
  /**
   * Other folders, below paths, each with what it has in place of the settings of the root.
   * `memoryBytes` is for all of them together. Default: none.
   */
  readonly mounts?: readonly MountSettings[] | undefined;
  /** What the `serve.json` of the site says. Default: there is none. */
  readonly serveJson?: ServeJsonFile | undefined;
  /**
   * Told of what is wrong in a file beside the site, whenever it is read and is another one: of
   * nothing, where nothing is. Default: nobody is told.
   */
  readonly fileProblems?: (problems: readonly FileProblem[], file: string) => void;
}

/** A folder below a path. */
interface MountSettings extends Pick<
  SiteSettings,
  'shell' | 'cleanUrls' | 'trailingSlash' | 'listing' | 'rules' | 'ownRules' | 'symlinks' | 'etag'
> {
  readonly root: string;
  /** The path, with a slash at both ends. */
  readonly base: string;
  /** How long its answers may be kept. Default: as those of the root. */
  readonly cache?: CacheChoice | undefined;
}

/** A folder, how it is served, and what the files beside it say. */
export interface ServedFolder {
  /** The path that it is below, with a slash at both ends. */
  readonly base: string;
  readonly conventions: SiteConventions;
  readonly options: FolderSite;
}

/** A folder that is mounted. */
export interface ServedMount extends ServedFolder {
  readonly cache: CacheChoice | undefined;
}

/** A site: the folder at the root, and those that are mounted. */
export interface ServedSite extends ServedFolder {
  /** All of them. */
  readonly site: StaticSite;
  readonly mounts: readonly ServedMount[];
  /** How often files beside any of the sites were other ones. */
  readonly revision: () => number;
}

/** What Node has where nobody says another number. */
const USUAL_THREADS = 4;

/** What a site has where nobody says another number. */
const USUAL_MEMORY_BYTES = 64 * 1024 ** 2;

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
  const { mounts = [], ...ofRoot } = settings;
  const share = shareOf(mounts.length + 1, settings);
  const shared = { ...ofRoot, ...share.settings };
  const outer = await createOne(shared, share.threads, clock);
  const inner = await Promise.all(
    mounts.map(async (mount) => ({
      cache: mount.cache,
      ...(await createOne(mountedIn(shared, mount), share.threads, clock)),
    })),
  );
  const site = inner.length === 0 ? outer.site : mountSites(outer, inner);
  // A person is told at the start what is wrong in their files.
  await site.prepare();
  const { conventions } = outer;
  const revision = (): number =>
    inner.reduce((sum, each) => sum + each.conventions.revision, conventions.revision);
  return {
    ...outer,
    site,
    mounts: inner,
    revision: inner.length === 0 ? () => conventions.revision : revision,
  };
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

/** What one of several sites may have of what is there once. */
interface Share {
  readonly settings: Pick<SiteSettings, 'memoryBytes'>;
  readonly threads: number;
}

// Each has its part, used or not: what is asked of one takes nothing from the others, and one whose
// disk hangs leaves them threads.
function shareOf(count: number, { memoryBytes }: SiteSettings): Share {
  const threads = threadsOf(process.env['UV_THREADPOOL_SIZE']);
  if (count === 1) {
    const settings = memoryBytes === undefined ? {} : { memoryBytes };
    return { settings, threads: Math.max(2, threads) };
  }
  const bytes = Math.floor((memoryBytes ?? USUAL_MEMORY_BYTES) / count);
  return { settings: { memoryBytes: bytes }, threads: Math.max(2, Math.floor(threads / count)) };
}

/** The settings of a mount: its own, else those of the root; but rules are of one site alone. */
function mountedIn(
  {
    fileProblems: report,
    shell: _shell,
    ownRules: _rules,
    serveJson: _serve,
    ...settings
  }: SiteSettings,
  { cache: _cache, ...mount }: MountSettings,
): SiteSettings {
  const { base, ownRules } = mount;
  const fileProblems: SiteSettings['fileProblems'] = (problems, name) => {
    // The file of the configuration is the one that all have.
    const file = name === ownRules?.file ? name : base + name;
    report?.(
      problems.map((problem) => ({ ...problem, file })),
      file,
    );
  };
  return { ...settings, ...mount, fileProblems };
}

async function createOne(
  settings: Omit<SiteSettings, 'mounts'>,
  threads: number,
  clock: Required<Clock>,
): Promise<ServedFolder & MountedSite> {
  const { rules: dialect = 'off', fileProblems: report = () => undefined, ownRules } = settings;
  const { serveJson } = settings;
  const serve = serveJson && (await rulesOf(serveJson));
  const conventions = new SiteConventions({ dialect, report, ownRules, serve });
  if (serveJson !== undefined && serveJson.notes.length > 0) {
    const { name: file, notes } = serveJson;
    report(
      notes.map((note) => ({ ...note, file })),
      file,
    );
  }
  const { fsTimeoutMs = 10_000, ...others } = settings;
  const choices = choicesOf(serve, settings);
  const timed = fsTimeoutMs === 0 ? {} : { diskTime: { timeoutMs: fsTimeoutMs, threads, afterMs } };
  const { base = '/' } = settings;
  const options = {
    ...others,
    ...choices,
    ...timed,
    base,
    rules: conventions.files,
    ...clockOf(clock),
  };
  return { site: createStaticSite(options), base, conventions, options };
}

function clockOf({ now, monotonicMs }: Required<Clock>): Required<Clock> {
  return { now, monotonicMs };
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
