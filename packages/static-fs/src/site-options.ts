// What a site can be told, and what holds where it is told nothing. Read once, when the site is
// made; refuses by throwing what no site can be made of.

import { type CacheCounts, cachedFileSource } from './cached-file-source.ts';
import type { SymlinkPolicy } from './containment.ts';
import { contentTags } from './content-tags.ts';
import { nodeDisk } from './disk.ts';
import { DiskTime, type DiskTimeOptions } from './disk-time.ts';
import type { ErrorPageOptions } from './error-page.ts';
import type { FileSource } from './file-source.ts';
import { HeldListings, MAX_HELD_ENTRIES } from './held-listings.ts';
import { randomBoundary } from './multipart.ts';
import { type DirectorySource, nodeDirectoryOn } from './node-directory.ts';
import { nodeFileSource } from './node-file-source.ts';
import { onTheFlyIn } from './on-the-fly.ts';
import type { ResolveOptions } from './resolve.ts';
import type { RuleFiles } from './routes.ts';
import { RulesInForce } from './rule-files.ts';
import type { SelectOptions } from './select-representation.ts';
import { parseSitePath, type SitePath, type SitePathRules } from './site-path.ts';
import { SitePaths } from './site-paths.ts';
import type { TrailingSlash } from './spelling.ts';
import { timedFileSource } from './timed-file-source.ts';
import type { EntityTagPolicy } from './validators.ts';

/** How a site answers, wherever its files come from. */
export interface SiteRules {
  /** The names that answer for a directory, best first. Default: `['index.html']`. */
  readonly index?: readonly string[];
  /**
   * Whether the path of a page is written without `.html`: `/about` answers with `about.html`, and
   * `/about.html` leads there. A function says so for each path. Default: `false`.
   */
  readonly cleanUrls?: boolean | ((path: SitePath) => boolean);
  /**
   * Whether paths of pages end with a slash. `auto`: those of directories do, those without
   * extension do not. `always`: all do; `never`: none does but the root; each leads to the other.
   * `ignore`: either answers. Default: `auto`.
   */
  readonly trailingSlash?: TrailingSlash;
  /**
   * The path that everything is below, such as `/app/`: what is elsewhere is not there. Default: `/`.
   */
  readonly base?: string;
  /** Redirects and rewrites, in files of the site. Default: there are none. */
  readonly rules?: RuleFiles | undefined;
  /**
   * The file that answers those who go to a page where nothing else does, such as `index.html` of
   * an application that draws its pages itself: a path below the root. Never for what names an
   * asset, or is loaded by a page. Default: there is none.
   */
  readonly shell?: string | undefined;
  /**
   * Whether a directory without an index file, in which there is one file and nothing else, answers
   * with that. Default: `false`.
   */
  readonly renderSingle?: boolean;
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
   * What entity tags are made of. `stat`: of modification date and length, where the date means
   * something. `content`: of the content, read once in the background, where the source tells
   * versions apart. `auto`: of date and length, of the content where the date says nothing. `off`:
   * there are none. Default: `auto`.
   */
  readonly etag?: EntityTagPolicy;
  /**
   * Whether siblings `.br`, `.zst` and `.gz` are sent in place of a file to those who accept them,
   * unless they are older than it. Default: `true`.
   */
  readonly precompressed?: boolean;
  /**
   * Whether text is compressed for those who accept it, where there is no sibling and the source
   * keeps what is made of its files (`grow`). Default: `true`.
   */
  readonly compress?: boolean;
  /**
   * Whether the nearest `404.html` up the tree, and the `500.html` of the root, are the content of
   * errors. Default: `true`; without, errors have no content.
   */
  readonly errorPages?: boolean;
  /**
   * The most ranges that are given in one answer: a request for more is answered with the whole
   * (RFC 9110 §14.2). Default: 16. With 0 no ranges are given, and none are offered.
   */
  readonly maxRanges?: number;
  /**
   * Gives what stands between the parts of an answer with several ranges: 1 to 40 characters of a
   * token, new each time, that no file holds. Default: 192 random bits.
   */
  readonly boundary?: () => string;
}

/** A site that is a folder of this machine, with a memory in front of it. */
export interface FolderSite extends SiteRules {
  /** The folder; relative to the working directory at the time of the call. */
  readonly root: string;
  /** Which symbolic links are followed. Default: `within`, those that lead to something inside. */
  readonly symlinks?: SymlinkPolicy;
  /**
   * Files below the root that are no part of the site, by their absolute paths without links: they
   * are as if they were not there, whichever name or link leads to them. Default: none.
   */
  readonly withheld?: readonly string[];
  /** The most that is kept in memory, everything counted, in bytes. Default: 64 MiB. */
  readonly memoryBytes?: number;
  /** How long what the disk said is believed, in milliseconds; 0 asks each time. Default: 1000. */
  readonly freshMs?: number;
  /**
   * Gives a time that only goes forward, in milliseconds: how long what the disk said is believed
   * goes by it, also where the clock is set. Default: that of the process.
   */
  readonly monotonicMs?: () => number;
  /**
   * Gives a time that only goes forward, in milliseconds and small parts of one: by it is measured
   * how quick the disk is. Default: that of the process.
   */
  readonly exactMs?: () => number;
  /**
   * How long the disk may take for one operation, told by a clock of the caller's, and how many
   * threads there are to wait for it. What takes longer is answered with 503, or rejects `read()`
   * with `stuck`. Default: as long as it likes, so that a file system that hangs stops the site.
   */
  readonly diskTime?: DiskTimeOptions;
  /**
   * Whether a directory without an index file is listed. A function says so for each. Default:
   * `false`.
   */
  readonly listing?: boolean | ((folder: SitePath) => boolean);
  /** Whether a name is left out of listings, though it is served. Default: none is. */
  readonly unlisted?: ((name: string) => boolean) | undefined;
  /**
   * The most entries of a listing, which says so where there are more. Default: 10,000. Two
   * directories are read at a time, 32 more wait, and the next is answered with 503; as is
   * who asks while listings of 100,000 names in all are being sent.
   */
  readonly maxListEntries?: number;
  readonly source?: undefined;
}

/** A site whose files come from anywhere. */
export interface SourceSite extends SiteRules {
  /** Where the files come from. */
  readonly source: FileSource;
  /** Where directories without an index file are read. Default: they are not listed. */
  readonly directories?: DirectorySource;
  readonly listing?: undefined;
  readonly root?: undefined;
}

/** What a site is made of. */
export type StaticSiteOptions = FolderSite | SourceSite;

/** A site, every choice made. */
export interface Site extends ResolveOptions, SelectOptions, ErrorPageOptions {
  readonly now: () => number;
  readonly boundary: () => string;
  readonly counts: () => CacheCounts | undefined;
  /**
   * The same site, whose files may be known and not open; `undefined` where its source knows none.
   */
  readonly recalling?: Site | undefined;
}

/**
 * Makes all choices.
 *
 * @throws {TypeError} Where an index name is not a plain file name, base or shell is no path, or a
 * limit is no number for one.
 * @throws {FileSourceError} Where the root is no directory that is there.
 */
export function siteOf(options: StaticSiteOptions): Site {
  const rules: SitePathRules = {
    dotfiles: options.dotfiles ?? 'deny',
    naming: options.naming ?? (process.platform === 'win32' ? 'win32' : 'posix'),
  };
  const files =
    options.source === undefined ? filesOfFolder(options, rules) : filesOfSource(options);
  const { source, directories } = files;
  const { etag = 'auto', compress = true, now = Date.now } = options;
  const { cleanUrls = false, trailingSlash = 'auto', shell } = options;
  // A source of directories is there to list them.
  const listing = options.source === undefined ? (options.listing ?? false) : true;
  const base = segmentsOf('base', options.base ?? '/', rules);
  const site: Site = {
    source,
    directories: directories && new HeldListings(directories, MAX_HELD_ENTRIES),
    isListed: typeof listing === 'function' ? listing : () => listing,
    renderSingle: options.renderSingle ?? false,
    index: checkIndexNames(options.index ?? ['index.html']),
    hasCleanUrl: typeof cleanUrls === 'function' ? cleanUrls : () => cleanUrls,
    trailingSlash,
    base,
    paths: new SitePaths({ ...rules, base }),
    rules: options.rules === undefined ? undefined : new RulesInForce(options.rules),
    shell: shell === undefined ? undefined : segmentsOf('shell', `/${shell}`, rules),
    etag,
    contentTags: etag === 'auto' || etag === 'content' ? contentTags({ source, now }) : undefined,
    precompressed: options.precompressed ?? true,
    maxRanges: checkLimit('maxRanges', options.maxRanges ?? 16, 0),
    onTheFly: compress ? onTheFlyIn(source) : undefined,
    prepared: { plain: new WeakMap(), siblings: new WeakMap() },
    errorPages: options.errorPages ?? true,
    now,
    boundary: options.boundary ?? randomBoundary,
    counts: files.counts,
  };
  return { ...site, recalling: recallingSiteOf(site) };
}

function recallingSiteOf(site: Site): Site | undefined {
  const { source } = site;
  if (source.recall === undefined) return undefined;
  return {
    ...site,
    source: {
      open: (segments) => source.open(segments),
      openNow: (segments) => source.openNow?.(segments),
      peek: (segments) => source.recall?.(segments),
    },
  };
}

/** Where files come from, and where directories are read. */
interface Files {
  readonly source: FileSource;
  readonly directories: DirectorySource | undefined;
  readonly counts: () => CacheCounts | undefined;
}

function filesOfSource({ source, directories }: SourceSite): Files {
  return { source, directories, counts: () => undefined };
}

function filesOfFolder(options: FolderSite, rules: SitePathRules): Files {
  const { root, symlinks = 'within', memoryBytes, freshMs, unlisted } = options;
  const areRead = (options.listing ?? false) !== false || options.renderSingle === true;
  const withheld = options.withheld ?? [];
  const maxEntries = checkLimit('maxListEntries', options.maxListEntries ?? 10_000, 1);
  const time = diskTimeOf(options.diskTime);
  const disk = nodeFileSource({
    root,
    symlinks,
    withheld,
    now: options.now ?? Date.now,
    exactMs: options.exactMs ?? (() => performance.now()),
  });
  // What is in memory stands in front of all turns and times.
  const source = cachedFileSource(time === undefined ? disk : timedFileSource(disk, time), {
    now: options.monotonicMs ?? (() => performance.now()),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(freshMs === undefined ? {} : { freshMs }),
  });
  return {
    source,
    counts: () => source.counts,
    directories: areRead
      ? nodeDirectoryOn(
          nodeDisk,
          { root, source, rules, symlinks, withheld, maxEntries, unlisted },
          time,
        )
      : undefined,
  };
}

function diskTimeOf(options: DiskTimeOptions | undefined): DiskTime | undefined {
  if (options === undefined) return undefined;
  const { afterMs, timeoutMs = 10_000, threads = 4 } = options;
  checkLimit('timeoutMs', timeoutMs, 1);
  checkLimit('threads', threads, 2);
  return new DiskTime({ afterMs, timeoutMs, threads });
}

// Security: compared with what is not a number, nothing is ever too much.
function checkLimit(name: string, limit: number, least: number): number {
  if (Number.isSafeInteger(limit) && limit >= least) return limit;
  throw new TypeError(`${name} is a whole number of at least ${least}`);
}

function segmentsOf(name: string, text: string, rules: SitePathRules): readonly string[] {
  const path = parseSitePath(encodeURI(text), rules);
  if (path.kind === 'site-path') return Object.freeze([...path.segments]);
  throw new TypeError(`${name} is a path without empty names, dot segments and hidden names`);
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
