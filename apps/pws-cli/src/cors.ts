/**
 * Which pages of other origins may read answers, and what they are told when they ask first.
 * Owns the fields of CORS and the answer to a preflight. Refuses `null`, which every sandboxed
 * page and local file has for an origin, and credentials: a page that has the password can send
 * it itself, and cookies are none of a static site's.
 *
 * Fetch §3.2 (CORS protocol); RFC 6454 §6 (serialized origins), RFC 9110 §12.5.5 (Vary).
 */
import type { FieldLines } from '@pws/static-fs';
import type { Answerer, Dresser } from './handler.ts';

/** Origins that may read answers; `*` for each and every one. */
export type SharedWith = '*' | readonly string[];

const METHODS = 'GET, HEAD, OPTIONS';
/** Two hours: the most that Chromium remembers a preflight. */
const MAX_AGE_SECONDS = 7200;
/** Of an Access-Control-Request-Headers that is answered; no script asks for more. */
const MOST_NAMES_LENGTH = 1024;

// What a script may read besides what every script may (Content-Type, Content-Length and others).
const EXPOSE = [
  'Access-Control-Expose-Headers',
  'Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Location, Retry-After',
] as const;
const VARY: FieldLines = [['Vary', 'Origin']];
const ALLOW: FieldLines = [
  ['Access-Control-Allow-Methods', METHODS],
  ['Access-Control-Max-Age', String(MAX_AGE_SECONDS)],
];

/**
 * Answers preflights of origins that are welcome; to others the site says what it says to anybody,
 * and the browser goes no further. Before whoever asks for a password: a preflight has none.
 */
export function answerPreflight(shared: SharedWith): Answerer {
  const isWelcome = welcomes(shared);
  const answerer: Answerer = ({ method, fields }) => {
    if (method !== 'OPTIONS') return undefined;
    const origin = fields.get('origin');
    if (origin === undefined || !fields.has('access-control-request-method')) return undefined;
    if (!isWelcome(origin)) return undefined;
    const names = requestedNames(fields.get('access-control-request-headers'));
    const allow: FieldLines =
      names === undefined ? ALLOW : [...ALLOW, ['Access-Control-Allow-Headers', names]];
    return { status: 204, fields: allow, content: undefined };
  };
  return Object.assign(answerer, { isSteady: true, label: '--cors' });
}

/** Says of each answer who may read it. */
export function shareAnswers(shared: SharedWith): Dresser {
  if (shared === '*') {
    const lines: FieldLines = [['Access-Control-Allow-Origin', '*'], EXPOSE];
    return Object.assign(() => lines, { isSteady: true, label: '--cors' });
  }
  // What is sent depends on who asks, also where it is nothing: an answer kept without that would
  // keep a welcome origin out.
  const linesByOrigin = new Map<string, FieldLines>(
    shared.map((origin) => [origin, [['Access-Control-Allow-Origin', origin], EXPOSE, ...VARY]]),
  );
  const dresser: Dresser = ({ fields }) => linesByOrigin.get(fields.get('origin') ?? '') ?? VARY;
  return Object.assign(dresser, { label: '--cors' });
}

function welcomes(shared: SharedWith): (origin: string) => boolean {
  // Security: `null` is many origins, none of which can be told from the others.
  if (shared === '*') return (origin) => origin !== 'null';
  const origins = new Set(shared);
  return (origin) => origins.has(origin);
}

//   Access-Control-Request-Headers = 1#field-name                             Fetch §3.2.2
/** The names that were asked for, written anew; `undefined` where they are none, or too many. */
function requestedNames(value: string | undefined): string | undefined {
  if (value === undefined || value.length > MOST_NAMES_LENGTH) return undefined;
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  // Security: tokens alone go back. A browser has no others; whoever has is no browser.
  return names.every((name) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))
    ? names.join(', ')
    : undefined;
}

/** What {@link parseSharedWith} takes, for a message. */
export const SHARED_WITH_EXPECTED =
  'origins such as https://example.com or http://localhost:3000 with commas between them, or * alone';

/** Origins with commas between them, as browsers write them, or `*`. */
export function parseSharedWith(text: string): SharedWith | undefined {
  if (text === '*') return '*';
  const origins = text.split(',');
  return origins.every(isOrigin) ? origins : undefined;
}

//   serialized-origin = scheme "://" host [ ":" port ]                        RFC 6454 §7.1
// As a browser sends it: in small letters, without the port that the scheme has anyway. Anything
// else would never be equal to what comes.
function isOrigin(text: string): boolean {
  if (!/^[a-z][-+.0-9a-z]*:\/\/[^\s/?#@\\*,]+$/.test(text)) return false;
  if (!/^https?:/.test(text)) return text === text.toLowerCase();
  return URL.canParse(text) && new URL(text).origin === text;
}
