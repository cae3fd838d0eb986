/**
 * The request that a person asks about: from words on a command line to a request as a client
 * would send it.
 * Owns what is sent where they say nothing: what a browser sends that goes to a page. Whether the
 * server takes it is the server's business: a request that it refuses is one to be explained too.
 *
 * RFC 9112 §3 (request line), RFC 9110 §5 (fields), Fetch Metadata §2.3.
 */
import { UsageError, serializeFieldLines } from '@pws/http-wire';
import type { FieldLines } from '@pws/static-fs';
import { CommandError } from './command-error.ts';

/** A request, as it is sent. */
export interface AskedRequest {
  readonly method: string;
  /** The request target. */
  readonly target: string;
  readonly fields: FieldLines;
}

/** What a person may say besides the path. */
export interface AskedOptions {
  /** Default: GET. */
  readonly method: string | undefined;
  /** `Name: value`, in place of what a browser sends of that name; without a value, nothing. */
  readonly fields: readonly string[];
}

const OF_BROWSER: FieldLines = [
  ['Host', 'localhost'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Sec-Fetch-Mode', 'navigate'],
];

//   token = 1*tchar                                                           RFC 9110 §5.6.2
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/**
 * Makes the request.
 *
 * @param path - a path with or without its first slash, or a whole URL, of which path and query count
 * @throws {CommandError} exit code 2 for a method or a field that cannot be sent
 */
export function askedRequest(path: string, { method = 'GET', fields }: AskedOptions): AskedRequest {
  if (!TOKEN.test(method)) throw notSent('--method', 'a method such as GET', method);
  const given = fields.map(readField);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const kept = OF_BROWSER.filter(([name]) => !names.has(name.toLowerCase()));
  const all = [...kept, ...given.filter(([, value]) => value !== '')];
  // A Host is the first line wherever it was said.
  const isHost = ([name]: FieldLines[number]): boolean => name.toLowerCase() === 'host';
  const lines = [...all.filter(isHost), ...all.filter((line) => !isHost(line))];
  return { method, target: targetOf(path, method), fields: lines };
}

/** The octets of the request, which has no content. */
export function octetsOf({ method, target, fields }: AskedRequest): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1');
}

function targetOf(text: string, method: string): string {
  if (text === '*' && method === 'OPTIONS') return text;
  const [beforeFragment = ''] = text.split('#', 1);
  const path = beforeFragment.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '');
  return escapeOctets(path.startsWith('/') ? path : `/${path}`);
}

/** What no request line can hold is escaped, as clients do it; all else is asked for as it stands. */
function escapeOctets(text: string): string {
  return text.replace(/[^\x21-\x7e]/gu, (char) =>
    [...Buffer.from(char)]
      .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function readField(text: string): FieldLines[number] {
  const colon = text.indexOf(':');
  const line = [text.slice(0, colon), text.slice(colon + 1).trim()] as const;
  if (colon === -1) throw notSent('--field', 'a field such as "Accept: text/html"', text);
  try {
    serializeFieldLines([line]);
    return line;
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw notSent('--field', 'a field such as "Accept: text/html"', text);
  }
}

function notSent(flag: string, expected: string, text: string): CommandError {
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  return new CommandError(2, `${flag}: expected ${expected}, got ${got}`);
}
