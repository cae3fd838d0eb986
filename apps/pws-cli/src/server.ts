/**
 * The composition root: puts site, handler, listener and connections together.
 * Owns in which order they begin, and end when the server stops.
 */
import type { AddressInfo, Socket } from 'node:net';
import type { WireLimits } from '@pws/http-wire';
import { setTimeout as elapsed } from 'node:timers/promises';
import { createStaticSite, type FolderSite } from '@pws/static-fs';
import { ChunkBuffers } from './chunk-buffers.ts';
import { type CoarseClock, startCoarseClock } from './coarse-clock.ts';
import { Connection, type ConnectionContext } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './deadlines.ts';
import { connectionsFor, descriptorLimit } from './descriptor-limit.ts';
import type { Observer, Peer } from './exchange.ts';
import { createHandler } from './handler.ts';
import { listenAll } from './listener.ts';
import { type Policy, type PolicyOptions, createPolicy } from './policy.ts';
import { Readiness } from './readiness.ts';
import { createRequestIds } from './request-id.ts';
import type { UnixSocket } from './unix-socket.ts';

const UNAVAILABLE = 503;

/** Value of the Server field. */
const SERVER = 'PWS/1.0';

/**
 * How long a connection without a request stays open after the listener is closed. A request
 * may be on its way: five replacements of two workers under load reset 14 of 23 508 new
 * connections and 124 of 69 507 persistent ones without this.
 */
const LAST_CALL_MS = 250;

/** What a server can be told about its site; the defaults are those of the site. */
type SiteSettings = Omit<FolderSite, 'now' | 'boundary' | 'source'>;

/** What {@link startServer} needs. */
export interface ServerOptions extends SiteSettings, PolicyOptions {
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

/** A server that runs. */
export interface RunningServer {
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
   * Goes on as if it had been started with these options, but for what the listener was made of:
   * `port`, `host`, limits and who may have answers stay. Exchanges under way end as they began; all that come later,
   * also on open connections, are answered by the new site.
   *
   * @throws {FileSourceError} where the root is not there, and {TypeError} where an index name is
   *   none; then nothing has changed
   */
  reconfigure(options: ServerOptions): void;
  /**
   * Stops: is no longer ready, and each answer is the last on its connection. Accepts nothing
   * more after the delay, if one was asked for; closes idle connections a moment later, for a
   * request may be on its way; lets exchanges under way finish.
   *
   * @param graceMs - after this the rest is ended. Default: that of the options
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {CommandError} when it cannot listen, or an option does not hold
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const readiness = options.readiness ?? new Readiness();
  const now = Date.now;
  const monotonicMs = (): number => performance.now();
  const { port = 8001, host, unix, backlog = 511, drainDelayMs = 0 } = options;
  const policy = await createPolicy(options, {
    host,
    boundAddress: () => listeners[0].address.address,
    monotonicMs,
  });
  const { effectivePeer, isTrusted, gate } = policy;
  const clock = options.clock ?? startCoarseClock(monotonicMs);
  const pool = new ConnectionPool(
    options.maxConnections ?? connectionsFor(descriptorLimit()),
    clock,
  );
  const context: ConnectionContext = {
    ...answeringWith(options, policy, now),
    now,
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
  const listeners = await listenAll(
    options.descriptors ?? [],
    { port, host, unix, backlog },
    accept,
    (error) => context.unforeseen(error),
  );
  readiness.becomeReady();
  return {
    address: listeners[0].address,
    addresses: listeners.map(({ address }) => address),
    readiness,
    reconfigure(changed) {
      // Connections ask the context at the beginning of each exchange: this is all at once.
      Object.assign(context, answeringWith(changed, policy, now));
    },
    async close(graceMs = options.graceMs ?? 10_000) {
      readiness.beginDraining();
      pool.retire();
      if (drainDelayMs > 0) await elapsed(drainDelayMs);
      const closed = Promise.all(listeners.map((listener) => listener.close()));
      gate?.close();
      await Promise.race([
        pool.empty(),
        elapsed(Math.min(LAST_CALL_MS, graceMs), undefined, { ref: false }),
      ]);
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

/** What answers and who is told: all that a running server can be given anew. */
function answeringWith(
  options: ServerOptions,
  { answerers, dressers }: Policy,
  now: () => number,
): Pick<ConnectionContext, 'handler' | 'observer' | 'unforeseen'> {
  const unforeseen = options.unforeseen ?? warn;
  const site = createStaticSite({ ...options, now });
  return {
    handler: createHandler({ answerers, dressers, site, server: SERVER, now, unforeseen }),
    observer: options.observer ?? {},
    unforeseen,
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
