/**
 * An answer on its way over HTTP/1.1, and the record that is made of it.
 * Owns what is remembered of it while it is sent.
 */
import type { RequestHead } from '@pws/http-wire';
import {
  type Exchange,
  type ExchangeEnd,
  type Peer,
  exchangeLike,
  exchangeOf,
} from './exchange.ts';
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
  /** What was told of it when it was sent whole before. */
  told: Exchange | undefined;
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
  const { requestId, endedAtMs } = outcome;
  const durationMs = outcome.monotonicMs - answer.startedMs;
  const isWhole = outcome.ended === 'complete' && outcome.failure === undefined;
  if (isWhole && answer.told !== undefined) {
    return exchangeLike(answer.told, { requestId, durationMs, endedAtMs });
  }
  const { request, response, reason, contentBytes } = answer;
  const record = exchangeOf(request, response, {
    requestId,
    peer: outcome.peer,
    protocol: request === undefined ? undefined : `HTTP/1.${Math.min(request.minorVersion, 1)}`,
    reason: outcome.failure ?? reason,
    contentBytes,
    durationMs,
    endedAtMs,
    ended: outcome.ended,
  });
  if (isWhole) answer.told = record;
  return record;
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
