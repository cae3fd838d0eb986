/**
 * A port that is served: listeners, connections, their deadlines, and how all that ends.
 * Owns in which order it ends. Knows nothing of who answers.
 */
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { WireLimits } from '@pws/http-wire';
import { ChunkBuffers } from './chunk-buffers.ts';
import { type CoarseClock, startCoarseClock } from './coarse-clock.ts';
import { Connection, type ConnectionContext } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './deadlines.ts';
import { connectionsFor, descriptorLimit } from './descriptor-limit.ts';
import type { Observer, Peer } from './exchange.ts';
import { listenAll } from './listener.ts';
import type { Policy } from './policy.ts';
import { Readiness } from './readiness.ts';
import { createRequestIds } from './request-id.ts';
import type { UnixSocket } from './unix-socket.ts';

const UNAVAILABLE = 503;

/**
 * How long a connection without a request stays open after the listener is closed. A request
 * may be on its way: five replacements of two workers under load reset 14 of 23 508 new
 * connections and 124 of 69 507 persistent ones without this.
 */
const LAST_CALL_MS = 250;

/** How a port is served. */
export interface PortOptions {
  /** 0 to 65535; 0 takes any free port. Default 8001. */
  readonly port?: number;
  /** Address or name to listen on. Default: all interfaces, IPv6 and IPv4. */
  readonly host?: string | undefined;
  /** Unix socket to listen on, instead of port and host. Default: none. */
  readonly unix?: UnixSocket | undefined;
  /** Descriptors of sockets that listen already, instead of all of these. Default: none. */
  readonly descriptors?: readonly number[];
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number;
  /** Connections at a time; 0 is any number. Default: from the limit of descriptors, 4096 at most. */
  readonly maxConnections?: number | undefined;
  /** How long a connection may take for what. Default: as `DEFAULT_CONNECTION_LIMITS`. */
  readonly limits?: Partial<ConnectionLimits>;
  /** How large what a client sends may be. Default: those of the wire. */
  readonly wireLimits?: Partial<WireLimits>;
  /** What deadlines are kept by. Default: a clock that ticks twice a second. */
  readonly clock?: CoarseClock;
  /** How long a stopping server still accepts, so that those who route to it see it. Default 0. */
  readonly drainDelayMs?: number;
  /** How long exchanges under way may take when the server stops. Default 10 000. */
  readonly graceMs?: number;
  /** Where the server says whether it wants requests. Default: one of its own. */
  readonly readiness?: Readiness;
  /** Told of connections and exchanges. Default: nobody. */
  readonly observer?: Partial<Observer>;
  /** Told of failures that nobody foresaw. Default: a process warning. */
  readonly unforeseen?: (error: unknown) => void;
}

/** A port that is served. */
export interface RunningPort {
  /**
   * The address and port that were bound; of a Unix socket `{ address: path, family: 'unix',
   * port: 0 }`.
   */
  readonly address: AddressInfo;
  /** More than one where several descriptors were given. */
  readonly addresses: readonly AddressInfo[];
  /** Whether it wants requests. */
  readonly readiness: Readiness;
  /**
   * Stops: is no longer ready, and each answer is the last on its connection. Accepts nothing
   * more after the delay, if one was asked for; closes idle connections a moment later, for a
   * request may be on its way; lets exchanges under way finish.
   *
   * @param graceMs - after this the rest is ended. Default: that of the options
   */
  close(graceMs?: number): Promise<void>;
}

/** Who answers, and who is told. */
export type Answering = Pick<ConnectionContext, 'handler' | 'observer' | 'unforeseen'>;

/** A port whose answers can be made by somebody else from now on. */
export interface ServedPort extends RunningPort {
  /** Exchanges under way end as they began; all that come later are answered so. */
  answerWith(answering: Answering): void;
}

/** What a port needs of a policy; it is closed with the port. */
export type PortPolicy = Pick<Policy, 'effectivePeer' | 'isTrusted' | 'gate' | 'close'>;

/**
 * Serves a port.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function servePort(
  answering: Answering,
  policy: PortPolicy,
  options: PortOptions,
): Promise<ServedPort> {
  const { port = 8001, host, unix, backlog = 511, drainDelayMs = 0 } = options;
  const { effectivePeer, isTrusted, gate } = policy;
  const readiness = options.readiness ?? new Readiness();
  const monotonicMs = (): number => performance.now();
  const clock = options.clock ?? startCoarseClock(monotonicMs);
  const maxConnections = options.maxConnections ?? connectionsFor(descriptorLimit());
  const pool = new ConnectionPool(maxConnections, clock);
  const context: ConnectionContext = {
    ...answering,
    now: Date.now,
    monotonicMs,
    clock,
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...options.limits },
    wireLimits: options.wireLimits ?? {},
    buffers: new ChunkBuffers(),
    gone: (connection) => pool.remove(connection),
    requestIdOf: createRequestIds({ isTrusted }),
    effectivePeer,
  };
  const connected = (socket: Socket, peer?: Peer): void => {
    const admission = pool.admit();
    if (admission === 'drop') return void socket.destroy();
    const connection = new Connection(socket, context, peer);
    pool.add(connection);
    if (readiness.state === 'draining') connection.retire();
    if (admission === 'refuse') connection.refuse(UNAVAILABLE, 'too many connections');
  };
  const accept = (socket: Socket, peer?: Peer): void =>
    gate === undefined ? connected(socket, peer) : gate.admit(socket, connected);
  const places = { port, host, unix, backlog };
  const failed = (error: unknown): void => context.unforeseen(error);
  const listeners = await listenAll(options.descriptors ?? [], places, accept, failed);
  readiness.becomeReady();
  return {
    address: listeners[0].address,
    addresses: listeners.map(({ address }) => address),
    readiness,
    // Connections ask the context at the beginning of each exchange: this is all at once.
    answerWith: (changed) => void Object.assign(context, changed),
    async close(graceMs = options.graceMs ?? 10_000) {
      readiness.beginDraining();
      pool.retire();
      if (drainDelayMs > 0) await elapsed(drainDelayMs);
      const closed = Promise.all(listeners.map((listener) => listener.close()));
      gate?.close();
      const lastCallMs = Math.min(LAST_CALL_MS, graceMs);
      await Promise.race([pool.empty(), elapsed(lastCallMs, undefined, { ref: false })]);
      pool.drain();
      const deadline = setTimeout(() => {
        pool.destroy();
        // An exchange may be waiting for a password to be compared.
        void policy.close();
      }, graceMs);
      await closed;
      // A socket is gone a moment before its last exchange is recorded.
      await pool.empty();
      clearTimeout(deadline);
      clock.stop();
      await policy.close();
    },
  };
}
