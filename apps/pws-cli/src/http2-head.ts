/**
 * Heads of HTTP/2 as heads of HTTP/1.1, and back.
 * Owns which fields come from pseudo-header fields and which are the connection's alone. The
 * request is written out as HTTP/1.1 has it and read by the one reader of heads, so that both
 * versions have one grammar, one set of limits and one answer to each fault.
 *
 * RFC 9113 §8.2 (fields), §8.3.1 (request), §8.3.2 (response), §8.2.2 (connection-specific).
 */
import type { OutgoingHttpHeaders } from 'node:http2';
import {
  type FieldLine,
  type PreparedResponseHead,
  ProtocolError,
  type RequestHead,
  UsageError,
  type WireLimits,
  parseRequestHead,
  serializeFieldLines,
  serializeRequestHead,
} from '@pws/http-wire';
import type { HandledResponse } from './handler.ts';

/**
 * The head of a request.
 *
 * @param raw - names and values by turns, as Node gives them: pseudo-header fields too
 * @throws {ProtocolError} as for a request of HTTP/1.1
 */
export function readRequestHead(raw: readonly string[], limits: Partial<WireLimits>): RequestHead {
  const pseudo: Record<string, string> = {};
  const fields: FieldLine[] = [];
  const cookies: string[] = [];
  const hosts: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    if (name.startsWith(':')) pseudo[name] = value;
    else if (name === 'host') hosts.push(value);
    else if (name === 'cookie') cookies.push(value);
    else fields.push([name, value]);
  }
  // §8.2.3: a client may send cookies apart, and they belong together with semicolons.
  if (cookies.length > 0) fields.push(['cookie', cookies.join('; ')]);
  const { ':method': method = '', ':path': path = '', ':authority': authority = hosts[0] } = pseudo;
  if (hosts.length > 1) throw new ProtocolError('repeated-host', 0);
  // §8.3.1: a Host field that differs is a fault. Security: as with an absolute target.
  if (hosts[0] !== undefined && hosts[0].toLowerCase() !== authority?.toLowerCase()) {
    throw new ProtocolError('authority-mismatch', 0);
  }
  if (authority !== undefined) fields.unshift(['host', authority]);
  // §8.5: CONNECT has no path.
  const requestTarget = method === 'CONNECT' ? (authority ?? '') : path;
  const head = parseRequestHead(serialize({ method, requestTarget, fields }), limits);
  if (head === undefined) throw new ProtocolError('head-too-large', 0);
  return head.head;
}

/**
 * Reads the heads of one session. A client asks for one thing after the other with nearly the same
 * words, and often the same: what comes again is not read again. By itself for each session, so
 * that no client learns from the time what another one sent.
 */
export class RequestHeads {
  #raw: readonly string[] = [];
  #limits: Partial<WireLimits> | undefined;
  #head: RequestHead | undefined;

  /** As {@link readRequestHead}. */
  read(raw: readonly string[], limits: Partial<WireLimits>): RequestHead {
    if (this.#head !== undefined && limits === this.#limits && isSame(raw, this.#raw)) {
      return this.#head;
    }
    const head = readRequestHead(raw, limits);
    this.#raw = raw;
    this.#limits = limits;
    this.#head = head;
    return head;
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Security: what HTTP/1.1 could not carry (a line end in a value, a blank in a target) ends here. */
function serialize(head: Parameters<typeof serializeRequestHead>[0]): Uint8Array {
  try {
    return serializeRequestHead(head);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (error.code === 'invalid-field-name') throw new ProtocolError('invalid-field-name', 0);
    if (error.code === 'invalid-field-value') throw new ProtocolError('control-octet', 0);
    throw new ProtocolError('invalid-target', 0);
  }
}

/** What of a response its head is made of. */
type ResponseToSend = Pick<HandledResponse, 'status' | 'fields'> &
  Partial<Pick<HandledResponse, 'prepared' | 'preparedDate'>>;

/** §8.2.2: these speak of a connection of HTTP/1.1. */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Those of heads that are sent again and again. */
const headOf = new WeakMap<PreparedResponseHead, DatedHead>();

interface DatedHead {
  readonly date: string | undefined;
  readonly head: OutgoingHttpHeaders;
}

/**
 * The head of a response, as Node takes it. One that was prepared is made once a second.
 *
 * @throws {UsageError} where HTTP/1.1 could not send the fields either
 */
export function responseHead(response: ResponseToSend): OutgoingHttpHeaders {
  const { prepared, preparedDate: date } = response;
  if (prepared === undefined) return makeHead(response);
  const kept = headOf.get(prepared);
  if (kept !== undefined && kept.date === date) return kept.head;
  const head = Object.freeze(makeHead(response));
  headOf.set(prepared, { date, head });
  return head;
}

function makeHead({ status, fields }: ResponseToSend): OutgoingHttpHeaders {
  // Node checks names but not values, and puts NUL between the two on their way to nghttp2.
  serializeFieldLines(fields);
  const head = Object.create(null) as Record<string, string | string[] | number>;
  head[':status'] = status;
  for (const [name, value] of fields) {
    const lowered = name.toLowerCase();
    if (CONNECTION_SPECIFIC.has(lowered)) continue;
    const before = head[lowered];
    if (before === undefined) head[lowered] = value;
    else head[lowered] = Array.isArray(before) ? [...before, value] : [String(before), value];
  }
  return head;
}
