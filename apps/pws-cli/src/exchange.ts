/**
 * The record of one finished exchange, and the moments around it.
 * Owns what is known when an exchange is over. Written once, at the end, and read by whoever
 * subscribes: the access log, metrics. Nobody changes it.
 */
import type { RequestHead } from '@pws/http-wire';
import type { StaticResponse } from '@pws/static-fs';
import type { HandledResponse } from './handler.ts';

/** Where a client is. */
export interface Peer {
  /**
   * Its address, IPv4 addresses without the `::ffff:` that a dual-stack socket puts before them;
   * `unix` on a Unix socket.
   */
  readonly address: string;
  /** Its port; 0 where it has none. */
  readonly port: number;
}

/** How an exchange ended. */
export type ExchangeEnd =
  /** All octets of the response were handed to the operating system. */
  | 'complete'
  /** The client went away before that. */
  | 'aborted-by-client'
  /** The server gave up: the content turned out shorter than declared, or it is stopping. */
  | 'aborted-by-server';

/** One request and its response. */
export interface Exchange {
  /** Names this exchange among all; see request-id.ts. */
  readonly requestId: string;
  readonly peer: Peer;
  /** `undefined` where the request could not be read. */
  readonly method: string | undefined;
  /** The request target as it was sent; `undefined` where the request could not be read. */
  readonly target: string | undefined;
  /** `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`, as the client spoke; `undefined` where it could not be read. */
  readonly protocol: string | undefined;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** The status that was sent. */
  readonly status: number;
  /** Why the request could not be read, or the response not be finished. */
  readonly reason: string | undefined;
  /** Octets of content that were sent. */
  readonly contentBytes: number;
  /** The Content-Encoding of the response; `undefined` where it has none. */
  readonly contentCoding: string | undefined;
  /**
   * Whether the site had all of its answer in memory, so that nothing was asked of the disk;
   * `undefined` where the site was not asked.
   */
  readonly cacheHit: boolean | undefined;
  /** From the head read to the last octet handed over, in milliseconds. */
  readonly durationMs: number;
  /** When it ended, milliseconds since 1970. */
  readonly endedAtMs: number;
  readonly ended: ExchangeEnd;
  /**
   * An earlier exchange that differs from this one in its id and its times alone, always the same
   * object for those that are alike; `undefined` where none is known.
   */
  readonly like?: Exchange | undefined;
}

/**
 * Who wants to know what happens on connections. A moment that nobody wants to know is left out:
 * then its record is not even made.
 */
export interface Observer {
  /** A connection was accepted. */
  online(peer: Peer): void;
  /** A request's head was read. */
  request(peer: Peer, method: string, target: string): void;
  /** An exchange is over. */
  exchange(exchange: Exchange): void;
  /** What began with a request is over without a record: a defect of the server ended it. */
  abandoned(peer: Peer): void;
  /** A connection is gone. */
  offline(peer: Peer): void;
  /** A TLS handshake came to nothing: there was no connection. */
  handshakeFailed(peer: Peer, reason: string): void;
  /**
   * What should have begun with the PROXY protocol did not, or came from somebody who is not
   * trusted to say it: there was no connection. The peer is who the socket says.
   */
  proxyRefused(peer: Peer, reason: string): void;
}

/** Why a file could not be given: for the log, so the operating system's own words are welcome. */
export function faultReason({ fault }: StaticResponse): string | undefined {
  if (fault === undefined) return undefined;
  return fault.cause instanceof Error ? fault.cause.message : fault.message;
}

/** One observer that tells two, in order. What neither wants to know, it does not want. */
export function observeWith(one: Partial<Observer>, other: Partial<Observer>): Partial<Observer> {
  const moments = {
    online: both(one.online, other.online),
    request: both(one.request, other.request),
    exchange: both(one.exchange, other.exchange),
    abandoned: both(one.abandoned, other.abandoned),
    offline: both(one.offline, other.offline),
    handshakeFailed: both(one.handshakeFailed, other.handshakeFailed),
    proxyRefused: both(one.proxyRefused, other.proxyRefused),
  };
  return Object.fromEntries(
    Object.entries(moments).filter(([, listener]) => listener !== undefined),
  ) as Partial<Observer>;
}

type Listener<Facts extends unknown[]> = ((...facts: Facts) => void) | undefined;

function both<Facts extends unknown[]>(
  one: Listener<Facts>,
  other: Listener<Facts>,
): Listener<Facts> {
  if (one === undefined || other === undefined) return one ?? other;
  return (...facts) => {
    one(...facts);
    other(...facts);
  };
}

/** What {@link exchangeOf} is told besides the two messages. */
type Circumstances = Omit<
  Exchange,
  'method' | 'target' | 'referer' | 'userAgent' | 'status' | 'contentCoding' | 'cacheHit' | 'like'
>;

/**
 * Makes the record of an exchange.
 *
 * @param request - `undefined` where it could not be read
 */
export function exchangeOf(
  request: RequestHead | undefined,
  response: HandledResponse,
  circumstances: Circumstances,
): Exchange {
  const { requestId, peer, protocol, reason } = circumstances;
  const { contentBytes, durationMs, endedAtMs, ended } = circumstances;
  // Not spread: that takes a tenth of the time of a request that is logged.
  return {
    requestId,
    peer,
    method: request?.method,
    target: request?.requestTarget,
    protocol,
    referer: request?.fields.get('referer'),
    userAgent: request?.fields.get('user-agent'),
    status: response.status,
    reason,
    contentBytes,
    contentCoding: contentCodingOf(response),
    cacheHit: response.cacheHit,
    durationMs,
    endedAtMs,
    ended,
    like: undefined,
  };
}

/** Makes the record of an exchange that is like an earlier one. */
export function exchangeLike(
  like: Exchange,
  { requestId, durationMs, endedAtMs }: Pick<Exchange, 'requestId' | 'durationMs' | 'endedAtMs'>,
): Exchange {
  const { peer, method, target, protocol, referer, userAgent, status, reason } = like;
  const { contentBytes, contentCoding, cacheHit, ended } = like;
  return {
    requestId,
    peer,
    method,
    target,
    protocol,
    referer,
    userAgent,
    status,
    reason,
    contentBytes,
    contentCoding,
    cacheHit,
    durationMs,
    endedAtMs,
    ended,
    like,
  };
}

/** The Content-Encoding of a response (RFC 9110 §8.4). */
export function contentCodingOf({ fields }: Pick<StaticResponse, 'fields'>): string | undefined {
  // The length first: this looks at the field lines of every response that is recorded.
  return fields.find(
    ([name]) => name.length === 16 && name.toLowerCase() === 'content-encoding',
  )?.[1];
}
