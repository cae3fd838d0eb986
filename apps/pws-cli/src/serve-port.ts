/**
 * A port that is served: listeners, connections, their deadlines, TLS, and how all that ends.
 * Owns in which order it ends. Knows nothing of who answers.
 */
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { WireLimits } from '@pws/http-wire';
import { ChunkBuffers } from './chunk-buffers.ts';
import { type CoarseClock, startCoarseClock } from './coarse-clock.ts';
import { CommandError } from './command-error.ts';
import { Connection, type ConnectionContext } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './deadlines.ts';
import { connectionsFor, descriptorLimit } from './descriptor-limit.ts';
import type { Observer, Peer } from './exchange.ts';
import { type Handler, createHandler } from './handler.ts';
import { Http2Connection } from './http2-connection.ts';
import { httpsRedirect } from './https-redirect.ts';
import { type Accept, type Listener, listenAll } from './listener.ts';
import { clientOf, peerOf } from './peer.ts';
import type { Policy } from './policy.ts';
import { Readiness } from './readiness.ts';
import { createRequestIds } from './request-id.ts';
import { SERVER } from './server-name.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import { TlsGate } from './tls-gate.ts';
import { type TlsOptions, obtainCertificate, offeredProtocols } from './tls-service.ts';
import { TurnWrites } from './turn-writes.ts';
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
  /** Whether the next free port is taken where that one is taken. Default false. */
  readonly autoPort?: boolean;
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
  /**
   * Connections at a time of one address, of IPv6 of one /64; proxies that are trusted are not
   * counted. Default 0: any number.
   */
  readonly maxConnectionsPerIp?: number;
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
  /** Value of the Server field; `false`: none. Default `PWS/1.0`. */
  readonly serverHeader?: string | false;
  /** How TLS is spoken. Default: not at all. */
  readonly tls?: TlsOptions | undefined;
  /** Told of connections and exchanges. Default: nobody. */
  readonly observer?: Partial<Observer>;
  /** Told of failures that nobody foresaw. Default: a process warning. */
  readonly unforeseen?: (error: unknown) => void;
}

/** What speaks TLS on a port that is served. */
export interface RunningTls {
  /** What is answered with now. */
  readonly certificate: TlsCertificate;
  /** Where plain HTTP is redirected; `undefined` where it is not. */
  readonly redirectAddress: AddressInfo | undefined;
  /** Answers with another certificate from now on; connections that are there go on. */
  renew(certificate: TlsCertificate): void;
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
  /** `undefined` where it speaks plain HTTP. */
  readonly tls: RunningTls | undefined;
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
  const { port = 8001, autoPort, host, unix, backlog = 511, drainDelayMs = 0, tls } = options;
  const { effectivePeer, isTrusted, gate } = policy;
  const readiness = options.readiness ?? new Readiness();
  const monotonicMs = (): number => performance.now();
  const clock = options.clock ?? startCoarseClock(monotonicMs);
  const maxConnections = options.maxConnections ?? connectionsFor(descriptorLimit());
  const pool = new ConnectionPool(
    { max: maxConnections, maxPerClient: options.maxConnectionsPerIp },
    clock,
  );
  const context: ConnectionContext = {
    ...answering,
    now: Date.now,
    monotonicMs,
    clock,
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...options.limits },
    wireLimits: options.wireLimits ?? {},
    buffers: new ChunkBuffers(),
    writes: new TurnWrites(),
    gone: (connection) => pool.remove(connection),
    requestIdOf: createRequestIds({ isTrusted }),
    effectivePeer,
  };
  const connected = (socket: Socket, peer?: Peer, own = context): void => {
    // A proxy has all of its clients' connections.
    const from = peer ?? peerOf(socket);
    const client = isTrusted(from) ? undefined : clientOf(from);
    const admission = pool.admit(client);
    if (admission === 'drop') return void socket.destroy();
    const connection =
      socket instanceof TLSSocket && socket.alpnProtocol === 'h2'
        ? new Http2Connection(socket, own, peer)
        : new Connection(socket, own, peer);
    pool.add(connection, client);
    if (readiness.state === 'draining') connection.retire();
    if (admission === 'refuse') connection.refuse(UNAVAILABLE, 'too many connections');
  };
  const tlsGate =
    tls &&
    new TlsGate({
      certificate: await obtainCertificate(tls.certificate),
      protocols: offeredProtocols(tls),
      handshakeMs: context.limits.headMs,
      connected,
      failed: (peer, reason) => context.observer.handshakeFailed?.(peer, reason),
    });
  const identified = (socket: Socket, peer?: Peer): void =>
    tlsGate === undefined ? connected(socket, peer) : tlsGate.admit(socket, peer);
  const accept = (socket: Socket, peer?: Peer): void =>
    gate === undefined ? identified(socket, peer) : gate.admit(socket, identified);
  // A gate reads the beginning of a connection as a stream.
  const takesBelow = gate === undefined && tls === undefined;
  const places = { port, autoPort, host, unix, backlog, takesBelow };
  const failed = (error: unknown): void => context.unforeseen(error);
  const listeners = await listenAll(options.descriptors ?? [], places, accept, failed);
  const plain = await listenToRedirect(options, listeners, failed, (handler) => {
    // All but the handler is that of the others, also when it changes.
    const own = Object.assign(Object.create(context) as ConnectionContext, { handler });
    const redirected = (socket: Socket, peer?: Peer): void => connected(socket, peer, own);
    return (socket, peer) =>
      gate === undefined ? redirected(socket, peer) : gate.admit(socket, redirected);
  });
  readiness.becomeReady();
  return {
    address: listeners[0].address,
    addresses: listeners.map(({ address }) => address),
    tls: tlsGate && {
      get certificate() {
        return tlsGate.certificate;
      },
      redirectAddress: plain[0]?.address,
      renew: (certificate) => tlsGate.renew(certificate),
    },
    readiness,
    // Connections ask the context at the beginning of each exchange: this is all at once.
    answerWith: (changed) => void Object.assign(context, changed),
    async close(graceMs = options.graceMs ?? 10_000) {
      readiness.beginDraining();
      pool.retire();
      if (drainDelayMs > 0) await elapsed(drainDelayMs);
      const closed = Promise.all([...listeners, ...plain].map((listener) => listener.close()));
      gate?.close();
      const lastCallMs = Math.min(LAST_CALL_MS, graceMs);
      await Promise.race([pool.empty(), elapsed(lastCallMs, undefined, { ref: false })]);
      tlsGate?.close();
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

/** Listens on the plain port that redirects to the first of the listeners, where one is wanted. */
async function listenToRedirect(
  { tls, host, backlog = 511, serverHeader = SERVER }: PortOptions,
  listeners: readonly [Listener, ...Listener[]],
  failed: (error: unknown) => void,
  acceptFor: (handler: Handler) => Accept,
): Promise<readonly Listener[]> {
  const port = tls?.redirectHttpPort;
  if (port === undefined) return [];
  const { port: securePort } = listeners[0].address;
  const site = httpsRedirect(securePort);
  const handler = createHandler({ site, server: serverHeader, now: Date.now, unforeseen: failed });
  try {
    if (securePort === 0) {
      throw new CommandError(
        2,
        '--redirect-http: expected a port to redirect to, got a Unix socket',
      );
    }
    const place = { port, host, backlog, flag: '--redirect-http' };
    return await listenAll([], place, acceptFor(handler), failed);
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}
