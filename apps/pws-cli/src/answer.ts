/**
 * An answer on its way over HTTP/1.1, and the record that is made of it.
 * Owns what is remembered of it while it is sent.
 */
import type { RequestHead } from '@pws/http-wire';
import { type Exchange, type ExchangeEnd, type Peer, exchangeOf } from './exchange.ts';
import type { HandledResponse } from './handler.ts';

/** A response that is being sent, and what its record needs. */
export interface Answer {
  readonly response: HandledResponse;
  /** `undefined` where the request could not be read. */
  readonly request: RequestHead | undefined;
  startedMs: number;
  readonly reason: string | undefined;
  /** Octets of content that are sent. */
  contentBytes: number;
}

/** How it went. */
interface Outcome {
  readonly requestId: string;
  readonly peer: Peer;
  /** Why it is not whole; `undefined` where it is. */
  readonly failure: string | undefined;
  readonly ended: ExchangeEnd;
  /** By the clock that the answer was begun by. */
  readonly monotonicMs: number;
  readonly endedAtMs: number;
}

/** Makes the record of an answer that is over. */
export function recordOf(answer: Answer, outcome: Outcome): Exchange {
  const { request, response, reason, contentBytes, startedMs } = answer;
  const { requestId, peer, failure, ended, monotonicMs, endedAtMs } = outcome;
  return exchangeOf(request, response, {
    requestId,
    peer,
    protocol: request === undefined ? undefined : `HTTP/1.${Math.min(request.minorVersion, 1)}`,
    reason: failure ?? reason,
    contentBytes,
    durationMs: monotonicMs - startedMs,
    endedAtMs,
    ended,
  });
}

/** Whether content follows a request's head. */
export function announcesContent({ framing }: RequestHead): boolean {
  return framing.kind === 'length' ? framing.lengthBytes > 0 : framing.kind !== 'none';
}

/** How many octets there are in the pieces. */
export function bytesOf(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
