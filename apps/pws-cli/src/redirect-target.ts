/**
 * Where a rule leads: a target with placeholders, and what it is for one request.
 * Owns that nobody but the rule says which host that is. Security: a target without a host stays
 * on this one, whatever is put into it: it begins with exactly one slash, and what a backslash or
 * a control would do to a browser is escaped. In a target with a host, what is put into the host
 * is one label with a fixed text behind it.
 *
 * RFC 3986 §4.2 (relative references: `//host` leaves), RFC 9110 §10.2.2 (Location).
 */
import { decodePath } from './path-patterns.ts';
import { type RuleFault, shown } from './rule-problem.ts';

/** What is put into a target. */
interface Placeholder {
  readonly name: string;
  /** What goes before it, where there is something to put in; escaped. Default: nothing. */
  readonly prefix?: string;
}

/** Texts, and what is to be put between them. */
export type Template = readonly (string | Placeholder)[];

/** A target, read. */
export interface RedirectTarget {
  /** `https://host:port`; `undefined` for a path on whatever host it is. */
  readonly origin: Template | undefined;
  readonly path: Template;
  /** Without its `?`; `undefined` where the query of the request goes on. */
  readonly query: Template | undefined;
  /** With its `#`, or empty. */
  readonly fragment: Template;
  /** Names behind a colon that the rule knows nothing of; they stay as they are. */
  readonly unknownNames: readonly string[];
}

/** What is put into a target, decoded. */
export type Captures = ReadonlyMap<string, string>;

//   authority without userinfo, RFC 3986 §3.2; names in other scripts as they are in the DNS
const AUTHORITY = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\dA-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Reads a target.
 *
 * @param names - what may be put into it
 */
export function readRedirectTarget(
  text: string,
  names: readonly string[],
): RedirectTarget | RuleFault {
  const [, scheme, authority, rest = text] = /^(https?:\/\/)([^/?#\\]*)(.*)$/is.exec(text) ?? [];
  if (authority === undefined && !text.startsWith('/')) {
    return { fault: `expected a path, or https:// and a host, got ${shown(text)}` };
  }
  // Longest first: `:id` is not what `:idx` begins with.
  const known = names.toSorted((one, other) => other.length - one.length);
  const [, path = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(rest) ?? [];
  let origin: Template | undefined;
  if (scheme !== undefined && authority !== undefined) {
    const host = splitAtNames(authority, known);
    if (!isSafeHost(host)) {
      return { fault: `expected a host that only labels are put into, got ${shown(authority)}` };
    }
    origin = [scheme.toLowerCase(), ...host];
  }
  return {
    origin,
    path: splitAtNames(path, known).map(escapePart),
    query: query === undefined ? undefined : splitAtNames(query, known).map(escapePart),
    fragment: splitAtNames(fragment, known).map(escapePart),
    unknownNames: unknownIn(path, known),
  };
}

/** Whether anything is put into the target. */
export function isFixed({ origin, path, query, fragment }: RedirectTarget): boolean {
  const parts = [origin ?? [], path, query ?? [], fragment].flat();
  return parts.every((part) => typeof part === 'string');
}

/** The path on this host that the target is for all requests; `undefined` where there is none. */
export function fixedPath(target: RedirectTarget): string | undefined {
  return target.origin === undefined && isFixed(target) ? targetPath(target, new Map()) : undefined;
}

function splitAtNames(text: string, longestFirst: readonly string[]): Template {
  const parts: Template[number][] = [];
  let start = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const name = longestFirst.find((known) => text.startsWith(known, at + 1));
    if (name === undefined) continue;
    parts.push(text.slice(start, at), { name });
    start = at + 1 + name.length;
  }
  return [...parts, text.slice(start)].filter((part) => part !== '');
}

// Security: behind `https://example.com:splat`, whoever asks would choose where the name ends.
function isSafeHost(host: Template): boolean {
  const last = host.findLastIndex((part) => typeof part !== 'string');
  const behind = host[last + 1];
  if (last !== -1 && !(typeof behind === 'string' && /^\.[\w-]/.test(behind))) return false;
  return AUTHORITY.test(host.map((part) => (typeof part === 'string' ? part : 'x')).join(''));
}

function unknownIn(path: string, known: readonly string[]): string[] {
  return [...path.matchAll(/:([A-Za-z]\w*)/g)]
    .map(([, name]) => name as string)
    .filter((name) => !known.some((other) => name.startsWith(other)));
}

/** A part with what it has of texts escaped. */
export function escapePart(part: Template[number]): Template[number] {
  if (typeof part === 'string') return escapeUnsafe(part);
  return part.prefix === undefined ? part : { ...part, prefix: escapeUnsafe(part.prefix) };
}

/**
 * Escapes what may not stand in a target, or what browsers read as something else: all that is not
 * visible ASCII, a backslash (which they take for a slash), quotes and brackets, a lone percent
 * sign. Escapes that are there stay.
 */
function escapeUnsafe(text: string): string {
  return text.replace(/[^!#$&-;=?-[\]_a-z~%]|%(?![\dA-Fa-f]{2})/gu, escapeOctets);
}

function escapeOctets(text: string): string {
  let escaped = '';
  for (const octet of Buffer.from(text)) {
    escaped += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** A decoded path, or a part of one, as it stands in a target: its slashes stay. */
export function escapeSegments(decoded: string): string {
  return decoded.split('/').map(escapeSegment).join('/');
}

function escapeSegment(decoded: string): string {
  try {
    return encodeURIComponent(decoded);
  } catch {
    // Half a surrogate pair: the one thing that the built-in encoder refuses.
    return encodeURIComponent(Buffer.from(decoded).toString());
  }
}

/** The path of a target for a request: begins with exactly one slash; may be empty behind a host. */
export function targetPath({ path, origin }: RedirectTarget, captures: Captures): string {
  const filled = fill(path, captures, escapeSegments);
  if (filled === '' && origin !== undefined) return '';
  // Security: `/:splat` with a slash at the beginning of what is put into it would be `//host`.
  const segments = filled.split('/').filter((segment) => segment !== '');
  const end = filled.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

/** `https://host` of a target; `''` without one, `undefined` where a label is none. */
export function targetOrigin({ origin }: RedirectTarget, captures: Captures): string | undefined {
  if (origin === undefined) return '';
  let text = '';
  for (const part of origin) {
    if (typeof part === 'string') text += part;
    else {
      const label = captures.get(part.name) ?? '';
      if (!isLabel(label)) return undefined;
      text += label;
    }
  }
  return text;
}

function isLabel(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at) | 0x20;
    const isLetter = unit >= 0x61 && unit <= 0x7a;
    if (!isLetter && !(unit >= 0x30 && unit <= 0x39) && text[at] !== '-') return false;
  }
  return text !== '';
}

/** What stands behind the path of a target: its query, or the one that is handed on; `#fragment`. */
export function targetEnd(
  { query, fragment }: RedirectTarget,
  captures: Captures,
  handedOn: string | undefined,
): string {
  const own = query && fill(query, captures, escapeSegment);
  const asked = own ?? (handedOn && escapeUnsafe(handedOn).replaceAll('#', '%23'));
  const end = fill(fragment, captures, escapeSegment);
  return asked === undefined ? end : `?${asked}${end}`;
}

function fill(template: Template, captures: Captures, escape: (text: string) => string): string {
  let text = '';
  for (const part of template) {
    if (typeof part === 'string') text += part;
    else {
      const held = captures.get(part.name) ?? '';
      if (held !== '') text += (part.prefix ?? '') + escape(held);
    }
  }
  return text;
}

/** Whether two paths are the same one, however they are escaped. */
export function isSamePath(escaped: string, decoded: string): boolean {
  return (decodePath(escaped) ?? escaped) === decoded;
}
