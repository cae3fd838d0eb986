/**
 * The exchange that a connection had last, for when the same request comes again, octet for octet.
 * Owns when its answer may be sent once more just as it was: the site had all of it in memory, the
 * head was prepared, and whoever gave the answer stands by it.
 */
import type { RequestHead } from '@pws/http-wire';
import { LastAnswer } from '@pws/static-fs';
import type { Answer } from './answer.ts';
import type { Peer } from './exchange.ts';
import type { Handler } from './handler.ts';
import type { Write } from './turn-writes.ts';

/** An exchange that may come again. */
export interface RepeatableExchange {
  readonly answer: Answer;
  readonly request: RequestHead;
  /** All that was sent. */
  readonly pieces: readonly Uint8Array[];
  /** The same to be written, from the second time on. */
  write: Write | undefined;
  readonly sender: Peer;
}

/** The last exchange of one connection. */
export class LastExchange {
  /** What the site keeps of it. */
  readonly answer: LastAnswer = new LastAnswer();
  #handler: Handler | undefined;
  #kept: RepeatableExchange | undefined;

  /** Whether there is one that may come again. */
  get isKept(): boolean {
    return this.#kept !== undefined;
  }

  /** Keeps an exchange whose answer is being sent, where it may come again. */
  keep(handler: Handler, answer: Answer, pieces: readonly Uint8Array[], sender: Peer): void {
    const { request, response, reason } = answer;
    const isPrepared = response.prepared !== undefined && response.cacheHit === true;
    this.#handler = handler;
    this.#kept =
      request === undefined || !isPrepared || reason !== undefined
        ? undefined
        : { answer, request, pieces, write: undefined, sender };
  }

  /** The exchange, where the handler that answers now would give the same answer. */
  standing(handler: Handler): RepeatableExchange | undefined {
    const kept = this.#kept;
    if (kept === undefined || handler !== this.#handler) return undefined;
    return handler.holds(kept.answer.response, this.answer) ? kept : undefined;
  }

  /** Another exchange has begun: this one is not the last any more. */
  replace(): void {
    this.#kept = undefined;
  }
}
