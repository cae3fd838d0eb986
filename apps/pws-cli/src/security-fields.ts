/**
 * Fields that every answer has, whatever it answers: what protects whoever reads it, and what the
 * person at the terminal wants added.
 * Owns which these are, and that an answer with a field of its own keeps that one. Refuses fields
 * that say how a message is delimited or what is in it: for those no constant is true.
 *
 * Referrer Policy §3, Fetch (X-Content-Type-Options, CORP), HTML (COOP, COEP), RFC 6797 (HSTS).
 */
import { UsageError, serializeFieldLines } from '@pws/http-wire';
import type { FieldLines } from '@pws/static-fs';
import { standsIn } from './field-effect.ts';
import type { Dresser } from './handler.ts';
import { isCachingField } from './rule-fields.ts';
import { parseInteger } from './option-values.ts';

/** What {@link constantFields} is given. */
export interface ConstantFieldsOptions {
  /** Lines that a person asked for; they win over those below. Default: none. */
  readonly header?: FieldLines | undefined;
  /** Whether pages are cut off from other origins, as shared memory needs it. Default false. */
  readonly isolate?: boolean | undefined;
  /** How long clients are to come over TLS alone. Default: nothing is said. */
  readonly hsts?: TransportSecurity | undefined;
}

/** What Strict-Transport-Security says. */
export interface TransportSecurity {
  /** 0 makes clients forget what they were told. */
  readonly maxAgeSeconds: number;
  /** Whether it holds for all names below the host's. */
  readonly includesSubdomains: boolean;
}

// No sniffing: what is sent as text stays text, whatever is in it. The referrer policy is the one
// of browsers today, said for those that are older: another origin is told the origin alone, and
// nothing where the page came over TLS and the other does not.
const PROTECTION: FieldLines = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
];

const ISOLATION: FieldLines = [
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** Adds the same lines to each answer, but for fields that it has already. */
export function constantFields(options: ConstantFieldsOptions): Dresser {
  const { header = [], isolate = false, hsts } = options;
  const defaults = [...PROTECTION, ...(isolate ? ISOLATION : [])].filter(
    ([name]) => !hasField(header, name),
  );
  const plain: FieldLines = [...defaults, ...header];
  const secure: FieldLines = [...plain, ...transportSecurityLines(hsts, header)];
  // Nobody makes an error or the shell stay, whoever keeps it.
  const lasting = { plain, secure };
  const passing = { plain: plain.filter(isNotOfCaches), secure: secure.filter(isNotOfCaches) };
  const dresser: Dresser = ({ isSecure }, answer) => {
    const lines = standsIn(answer) ? passing : lasting;
    return without(isSecure ? lines.secure : lines.plain, answer.fields);
  };
  return Object.assign(dresser, { isSteady: true });
}

//   Strict-Transport-Security = directive *( ";" directive )                  RFC 6797 §6.1
// §7.2: not in an answer that does not come over TLS.
function transportSecurityLines(
  hsts: TransportSecurity | undefined,
  header: FieldLines,
): FieldLines {
  const name = 'Strict-Transport-Security';
  if (hsts === undefined || hasField(header, name)) return [];
  const subdomains = hsts.includesSubdomains ? '; includeSubDomains' : '';
  return [[name, `max-age=${hsts.maxAgeSeconds}${subdomains}`]];
}

function isNotOfCaches([name]: FieldLines[number]): boolean {
  return !isCachingField(name);
}

/** The lines whose field is not there yet; mostly all, and then no array is made. */
function without(lines: FieldLines, fields: FieldLines): FieldLines {
  for (const [name] of lines) {
    if (hasField(fields, name) && !isVary(name)) {
      return lines.filter(([other]) => isVary(other) || !hasField(fields, other));
    }
  }
  return lines;
}

/** A Vary is joined with the answer's own, by whoever adds it. */
function isVary(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'vary';
}

/** Whether there is a line of that name, in any case. */
export function hasField(fields: FieldLines, name: string): boolean {
  for (const line of fields) {
    const other = line[0];
    if (other === name) return true;
    // The length and the first letter tell most names apart without a string being made.
    if (other.length !== name.length) continue;
    if ((other.charCodeAt(0) | 0x20) !== (name.charCodeAt(0) | 0x20)) continue;
    if (other.toLowerCase() === name.toLowerCase()) return true;
  }
  return false;
}

// Of framing and the connection (RFC 9110 §7.6.1, RFC 9112 §6); of the representation (§8, §14),
// which differs from file to file; of the server, which writes them itself.
const REFUSED: ReadonlySet<string> = new Set(
  `connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length
   accept-ranges content-encoding content-range content-type etag last-modified location
   www-authenticate access-control-allow-origin
   date server`.split(/\s+/),
);

/** What {@link parseFieldLines} takes, for a message. */
export const FIELD_LINE_EXPECTED =
  'a field such as "X-Robots-Tag: noindex", and none that the server writes itself (Connection, Content-Length, Content-Type, Date and their like)';

/** Lines `Name: value`, one below the other, that may be added to every answer. */
export function parseFieldLines(text: string): FieldLines | undefined {
  const lines: (readonly [string, string])[] = [];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (colon === -1 || value === '' || REFUSED.has(name.toLowerCase())) return undefined;
    if (!isFieldLine(name, value)) return undefined;
    lines.push([name, value]);
  }
  return lines;
}

/** The wire's own check: what passes here can be sent. */
function isFieldLine(name: string, value: string): boolean {
  try {
    serializeFieldLines([[name, value]]);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Ten years; more days of seconds than anybody keeps a promise. */
const MOST_SECONDS = 315_360_000;

/** Seconds, and `,subdomains` behind them where it holds for all names below. */
export function parseTransportSecurity(text: string): TransportSecurity | undefined {
  const [seconds = '', subdomains, ...more] = text.split(',');
  const maxAgeSeconds = parseInteger(seconds, 0, MOST_SECONDS);
  if (maxAgeSeconds === undefined || more.length > 0) return undefined;
  if (subdomains !== undefined && subdomains !== 'subdomains') return undefined;
  return { maxAgeSeconds, includesSubdomains: subdomains !== undefined };
}
