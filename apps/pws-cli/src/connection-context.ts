/**
 * What all connections of a port share: who answers, who is told, and what they are held to.
 * Connections ask it at the beginning of each exchange: what changes here holds for the next.
 */
import type { WireLimits } from '@pws/http-wire';
import type { ChunkBuffers } from './chunk-buffers.ts';
import type { CoarseClock } from './coarse-clock.ts';
import type { PooledConnection } from './connection-pool.ts';
import type { ConnectionLimits } from './deadlines.ts';
import type { Observer } from './exchange.ts';
import type { Handler } from './handler.ts';
import type { JoinedAnswers } from './joined-answers.ts';
import type { RequestIds } from './request-id.ts';
import type { PeerRule } from './trusted-proxies.ts';
import type { TurnWrites } from './turn-writes.ts';

/** What a connection needs, of whichever version of HTTP. */
export interface ConnectionContext {
  readonly handler: Handler;
  /** What it does not ask for costs nothing. */
  readonly observer: Partial<Observer>;
  /** Names an exchange; without a request where that could not be read. */
  readonly requestIdOf: RequestIds;
  /** Milliseconds, never going back. */
  readonly monotonicMs: () => number;
  /** The same for all that begins in one turn of the event loop. */
  readonly turnMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What deadlines are kept by. */
  readonly clock: CoarseClock;
  readonly limits: ConnectionLimits;
  /** How large what a client sends may be. */
  readonly wireLimits: Partial<WireLimits>;
  /** What content is sent through. */
  readonly buffers: ChunkBuffers;
  /** What holds small answers back to the end of the turn. */
  readonly writes: TurnWrites;
  /** Small answers that are given again. */
  readonly joined: JoinedAnswers;
  /** Who sent a request, where a proxy that is trusted says so. */
  readonly effectivePeer: PeerRule;
  /** Called once, when the connection is gone. */
  readonly gone: (connection: PooledConnection) => void;
  /** Told of failures that nobody foresaw: bugs. The connection ends, the server goes on. */
  readonly unforeseen: (error: unknown) => void;
}
