/**
 * How long answers may be kept: the value of Cache-Control.
 * Owns that decision, for each of the three choices of `--cache`. Who adds the field, and that a
 * rule of the site's own comes before it, is elsewhere.
 *
 * | what                                      | auto                   | seconds     | off        |
 * | ----------------------------------------- | ---------------------- | ----------- | ---------- |
 * | an error, with or without a page          | `no-store`             | `no-store`  | `no-store` |
 * | the shell of an application               | `no-cache`             | `no-cache`  | `no-store` |
 * | a service worker                          | `no-cache`             | `no-cache`  | `no-store` |
 * | a page; what tells of new builds          | `no-cache`             | `max-age=N` | `no-store` |
 * | a file whose name is hashed               | one year, `immutable`  | `max-age=N` | `no-store` |
 * | what a rule leads to from another name    | `no-cache`             | `max-age=N` | `no-store` |
 * | everything else, listings too             | `no-cache`             | `max-age=N` | `no-store` |
 * | a redirect                                | its own                | its own     | `no-store` |
 *
 * Seconds hold for pages too, and for hashed names no more than that: whoever says a number means
 * that one, as with `http-server -c`. Not for the shell, which answers for paths that may be pages
 * tomorrow, and not for service workers, which would keep a site in an old state that nothing on
 * the site can mend; browsers go past the cache for those themselves, by default.
 *
 * `no-cache` (RFC 9111 §5.2.2.4) is kept and asked for each time, a 304 mostly; `no-store`
 * (§5.2.2.5) is not kept at all. `immutable` is RFC 8246.
 *
 * Security: behind a password `public` would tell shared caches to give the answer to everybody
 * (RFC 9111 §3.5), so `private` stands in its place, and before `no-cache` and `max-age` too. The
 * `private` of security-fields.ts is for answers without the field, and these have one.
 */
import type { ServedFile } from '@pws/static-fs';
import { isHashedName } from './hashed-name.ts';
import type { JsonSchema } from './option-forms.ts';
import { parseInteger } from './option-values.ts';

/** By name; never; for so many seconds. */
export type CacheChoice = 'auto' | 'off' | number;

/** What is known of the answer. */
interface CachedFacts {
  readonly status: number;
  /** With or without parameters; `undefined` where there is none. */
  readonly mediaType: string | undefined;
}

/** What {@link createCachePolicy} may be told. */
export interface CachePolicyOptions {
  /** Whether a password is asked for. Default false. */
  readonly isPrivate?: boolean;
  /** Paths (`assets/a.js`) that a build's manifest shows to be hashed. Default: none. */
  readonly hashed?: { has(path: string): boolean } | undefined;
}

/**
 * The value of Cache-Control for an answer; `undefined` where nothing is to be said of it.
 *
 * @param served - the file that answered; `undefined` where none did: an error, a redirect, a
 *   listing
 */
export type CachePolicy = (
  served: ServedFile | undefined,
  facts: CachedFacts,
) => string | undefined;

/** What is said of an answer, and why. */
export interface CacheSaying {
  /** The value of Cache-Control; `undefined` where nothing is to be said. */
  readonly value: string | undefined;
  /** For a person; goes on behind "since". */
  readonly because: string;
}

/** The policy with its reasons. */
export type CacheReasons = (served: ServedFile | undefined, facts: CachedFacts) => CacheSaying;

const NO_STORE = 'no-store';
/** As long as RFC 2616 allowed, and as long as everybody says since. */
const YEAR_SECONDS = 31_536_000;

/** What may be said of answers that are kept. */
interface Values {
  readonly year: string;
  readonly checked: string;
  readonly aged: (seconds: number) => string;
}

const FOR_ALL: Values = {
  year: `public, max-age=${YEAR_SECONDS}, immutable`,
  checked: 'no-cache',
  aged: (seconds) => `max-age=${seconds}`,
};

const FOR_ONE: Values = {
  year: `private, max-age=${YEAR_SECONDS}, immutable`,
  checked: 'private, no-cache',
  aged: (seconds) => `private, max-age=${seconds}`,
};

/** Makes the policy. Each answer of one kind gets the same text. */
export function createCachePolicy(
  choice: CacheChoice,
  options: CachePolicyOptions = {},
): CachePolicy {
  const reasons = createCacheReasons(choice, options);
  return (served, facts) => reasons(served, facts).value;
}

/** Makes the policy, for who wants to know why. What it says is made once. */
export function createCacheReasons(
  choice: CacheChoice,
  { isPrivate = false, hashed = new Set() }: CachePolicyOptions = {},
): CacheReasons {
  const { year, checked, aged } = isPrivate ? FOR_ONE : FOR_ALL;
  const say = (value: string | undefined, because: string): CacheSaying => ({ value, because });
  const off = say(NO_STORE, '--cache is off');
  const error = say(NO_STORE, 'it is an error');
  const redirect = say(undefined, 'it is a redirect');
  const asked = typeof choice === 'number' ? say(aged(choice), '--cache says so') : undefined;
  const shell = say(checked, 'the shell answers for pages that may be there tomorrow');
  const worker = say(checked, 'it is a service worker by its name');
  const page = say(checked, 'it is a page');
  const herald = say(checked, 'it tells of new builds');
  const listed = say(year, 'the manifest of a build says that the name carries a hash');
  const named = say(year, 'the name carries a hash');
  const plain = say(checked, 'the name carries no hash');
  const rewritten = say(checked, 'a rule leads to it from another name');
  const none = say(checked, 'it is no file');
  return (served, { status, mediaType }) => {
    if (choice === 'off') return off;
    if (status >= 400 || served?.role === 'error-page') return error;
    // Of a redirect its maker knows how long it holds.
    if (status >= 300 && status !== 304) return redirect;
    if (served === undefined) return asked ?? none;
    const { role, segments } = served;
    if (role === 'shell') return shell;
    if (isServiceWorker(segments.at(-1) ?? '')) return worker;
    if (asked !== undefined) return asked;
    // The hash is in a name that nobody has asked for: tomorrow the rule leads to another one.
    if (role === 'rewritten') return rewritten;
    if (role !== 'file' || isPage(mediaType)) return page;
    if (isHerald(segments)) return herald;
    if (hashed.has(segments.join('/'))) return listed;
    return isHashedName(segments) ? named : plain;
  };
}

//   media-type = type "/" subtype parameters                                  RFC 9110 §8.3.1
function isPage(mediaType = ''): boolean {
  const semicolon = mediaType.indexOf(';');
  const type = (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase();
  return type === 'text/html' || type === 'application/xhtml+xml';
}

const WORKERS: ReadonlySet<string> = new Set([
  'sw',
  'service-worker',
  'serviceworker',
  'service_worker',
  'ngsw-worker',
  'safety-worker',
]);

/** Whether a script is a service worker by its name, or what one is made of. */
function isServiceWorker(name: string): boolean {
  const stem = stemOf(name);
  if (stem === undefined) return false;
  if (WORKERS.has(stem) || stem.startsWith('workbox-')) return true;
  return stem.endsWith('-sw') || stem.endsWith('.sw') || stem.endsWith('_sw');
}

function stemOf(name: string): string | undefined {
  for (const kind of ['.js', '.mjs']) {
    if (name.endsWith(kind)) return name.slice(0, -kind.length).toLowerCase();
  }
  return undefined;
}

// What tells of the build that is there now, wherever it lies: `version.json` (SvelteKit, and many
// by hand), `ngsw.json` (Angular), `latest.json` (Nuxt), manifests of web apps and of bundlers.
const HERALDS: ReadonlySet<string> = new Set([
  'manifest.json',
  'asset-manifest.json',
  'version.json',
  'ngsw.json',
  'latest.json',
]);

function isHerald(segments: readonly string[]): boolean {
  const name = (segments.at(-1) ?? '').toLowerCase();
  return HERALDS.has(name) || name.endsWith('.webmanifest');
}

/** What {@link parseCacheChoice} takes, for a message. */
export const CACHE_CHOICE_EXPECTED: string = `auto, off, or seconds from 0 to ${YEAR_SECONDS}`;

/** `auto`, `off`, or seconds. */
export function parseCacheChoice(text: string): CacheChoice | undefined {
  // As for other flags that can be off: `--no-cache`.
  if (text === 'off' || text === 'false') return 'off';
  return text === 'auto' ? text : parseInteger(text, 0, YEAR_SECONDS);
}

/** The same for a JSON Schema. */
export const CACHE_CHOICE_SCHEMA: JsonSchema = {
  anyOf: [
    { enum: ['auto', 'off'] },
    { const: false },
    { type: 'integer', minimum: 0, maximum: YEAR_SECONDS },
  ],
};
