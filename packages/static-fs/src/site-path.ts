// The path of a request target, read once: from undecoded text to an array of decoded segments.
// Everything after this works on the segments; nobody looks at the text again, and nobody joins
// them but the file source. What could be read in two ways is refused, not repaired.
// Pure. RFC 3986 §2.1, §3.3, §6.2.2.3; RFC 9110 §4.2.3.

import { MALFORMED, type Malformed, type Missing, type Redirect } from './outcome.ts';
import { isWindowsAlias } from './windows-names.ts';

/** A path below the site root, decoded. */
export interface SitePath {
  readonly kind: 'site-path';
  /** The decoded segments, outermost first; none for the root. None is empty, `.` or `..`. */
  readonly segments: readonly string[];
  /** Whether it ended with a slash, and so names a directory. True for the root. */
  readonly endsWithSlash: boolean;
}

/** Which paths a site answers. */
export interface SitePathRules {
  /** Whether names that begin with a dot are there for the peer. */
  readonly dotfiles: 'deny' | 'allow';
  /** Whose rules for names hold on the disk. */
  readonly naming: 'posix' | 'win32';
  /** The decoded segments that each path begins with, and that are taken off. Default: none. */
  readonly base?: readonly string[] | undefined;
}

//   absolute-path = 1*( "/" segment )            RFC 9110 §4.1
//   segment       = *pchar                       RFC 3986 §3.3
// Deviation: characters that are visible ASCII but no pchar (`"`, `<`, `|`, `[`, …) are taken as
// they stand: browsers send some of them, and how strict the wire is, is the wire's decision.
// Not `?` and `#`, which end a path, and not `\`, which is a separator to some.
const ABSOLUTE_PATH = /^\/[!"$->@-[\]-~]*$/;

// Security: what no decoded segment may hold: control octets and separators. With NUL inside, a
// name ends early for the operating system; with a slash inside, one segment would be two.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_IN_SEGMENT = /[\x00-\x1f\x7f/\\]/;

// The longest name that the common file systems hold, in UTF-8 octets.
const MAX_SEGMENT_BYTES = 255;

/**
 * Reads the path of a request target.
 *
 * @returns The path; `malformed` where it is not one; `redirect` where it has repeated slashes;
 * `missing` where no file of that name can be there, or may be known of. A redirect leads to a path
 * with the base.
 */
export function parseSitePath(
  text: string,
  rules: SitePathRules,
): SitePath | Malformed | Redirect | Missing {
  // Step 1: only what a path may consist of.
  if (!ABSOLUTE_PATH.test(text)) return MALFORMED;

  // Step 2: split at the raw slashes, then decode each segment exactly once (`%2e` is a dot here,
  // `%252e` is the three characters `%2e`, which then are an ordinary name).
  const segments: string[] = [];
  let emptySegments = 0;
  const rawSegments = text.slice(1).split('/');
  for (const raw of rawSegments) {
    if (raw === '') {
      emptySegments += 1;
      continue;
    }
    const segment = decodeSegment(raw);
    // Dot segments are refused even where they stay inside: every client removes them before it
    // sends (RFC 3986 §5.2.4), so one that arrives was meant for somebody's second reading.
    if (segment === undefined || segment === '.' || segment === '..') return MALFORMED;
    segments.push(segment);
  }

  // Step 3: one empty segment at the end is the slash of a directory, any other is a repeated
  // slash. Before the rules for names, so that a denied name answers like any other name here too.
  const endsWithSlash = rawSegments.at(-1) === '';
  const path: SitePath = { kind: 'site-path', segments, endsWithSlash };
  if (emptySegments > (endsWithSlash ? 1 : 0)) return { kind: 'redirect', to: path };

  // Step 4: what is outside of the base is nothing of this site; the base itself is a directory.
  const { base = [] } = rules;
  if (base.length > 0) {
    if (!base.every((name, at) => name === segments[at])) return { kind: 'missing', folder: [] };
    if (segments.length === base.length && !endsWithSlash) {
      return { kind: 'redirect', to: { ...path, endsWithSlash: true } };
    }
    segments.splice(0, base.length);
  }

  // Step 5: names that are not there, whatever the disk holds.
  const denied = segments.findIndex((segment, index) => !isServed(segment, index, rules));
  return denied === -1 ? path : { kind: 'missing', folder: segments.slice(0, denied) };
}

/**
 * Writes a path as a relative reference on this host (RFC 3986 §4.2, absolute-path form).
 * Security: it begins with exactly one slash, since no segment is empty or holds a raw slash; so
 * it can never be read as `//host`.
 */
export function formatSitePath(path: SitePath): string {
  const { segments, endsWithSlash } = path;
  if (segments.length === 0) return '/';
  return `/${segments.map(encodeURIComponent).join('/')}${endsWithSlash ? '/' : ''}`;
}

/**
 * Decodes one segment.
 *
 * @returns `undefined` for a broken escape, octets that are not UTF-8 (overlong forms and
 * surrogates included), control octets, and encoded separators.
 */
function decodeSegment(raw: string): string | undefined {
  // No escape: ABSOLUTE_PATH has refused everything that could be wrong with it.
  if (!raw.includes('%')) return raw;
  let segment: string;
  try {
    segment = decodeURIComponent(raw);
  } catch {
    return undefined; // the built-in decoder is strict and has no other way to say so
  }
  return FORBIDDEN_IN_SEGMENT.test(segment) ? undefined : segment;
}

function isServed(segment: string, index: number, rules: SitePathRules): boolean {
  if (rules.dotfiles === 'deny' && segment.startsWith('.')) {
    // RFC 8615 §3: well-known locations are at the root only.
    if (index !== 0 || segment !== '.well-known') return false;
  }
  if (rules.naming === 'win32' && isWindowsAlias(segment)) return false;
  return !isLongerThan(segment, MAX_SEGMENT_BYTES);
}

function isLongerThan(segment: string, maxBytes: number): boolean {
  // A UTF-16 code unit takes at most three octets: the short ones need no counting.
  return segment.length * 3 > maxBytes && Buffer.byteLength(segment) > maxBytes;
}
