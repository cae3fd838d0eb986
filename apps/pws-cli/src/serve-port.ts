/**
 * A port that is served: listeners, connections, their deadlines, TLS, and how all that ends.
 * Owns in which order it ends. Knows nothing of who answers.
 */
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as elapsed } from 'node:timers/promises';
import { ChunkBuffers } from './chunk-buffers.ts';
import { startCoarseClock } from './coarse-clock.ts';
import { CommandError } from './command-error.ts';
import { Connection } from './connection.ts';
import type { ConnectionContext } from './connection-context.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { Peer } from './exchange.ts';
import type { HandleSocket } from './handle-socket.ts';
import { type Handler, createHandler } from './handler.ts';
import { httpsRedirect } from './https-redirect.ts';
import { JoinedAnswers } from './joined-answers.ts';
import { type Accept, type Listener, listenAll } from './listener.ts';
import { LatePeer, clientOf, peerOf } from './peer.ts';
import type { Policy } from './policy.ts';
import { type PortOptions, boundsOf, limitsOf } from './port-options.ts';
import { ProxyGate } from './proxy-gate.ts';
import { Readiness } from './readiness.ts';
import { createRequestIds } from './request-id.ts';
import { SERVER } from './server-name.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import { TurnClock } from './turn-clock.ts';
import { TurnWrites } from './turn-writes.ts';

const UNAVAILABLE = 503;

/**
 * How long a connection without a request stays open after the listener is closed. A request
 * may be on its way: five replacements of two workers under load reset 14 of 23 508 new
 * connections and 124 of 69 507 persistent ones without this.
 */
const LAST_CALL_MS = 250;
/** How long exchanges that were ended may take to be recorded: one may wait for a disk that hangs. */
const LAST_RECORDS_MS = 500;

/** What speaks TLS on a port that is served. */
interface RunningTls {
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

/** What a port needs of a policy. */
export type PortPolicy = Pick<Policy, 'effectivePeer' | 'isTrusted' | 'proxies'>;

/** How a port is served by a server that holds something for the exchanges. */
export interface ServedPortOptions extends PortOptions {
  /** What time it is. Default: a clock of its own. */
  readonly turn?: TurnClock;
  /**
   * Called when exchanges have no more time, and when all are over: ends what they may wait for.
   * Default: nothing.
   */
  readonly release?: () => Promise<void>;
}

/** What of a port cannot change while it is served. */
type FixedPlace =
  | 'port'
  | 'autoPort'
  | 'host'
  | 'unix'
  | 'descriptors'
  | 'backlog'
  | 'readiness'
  | 'clock';

/** A port whose answers can be made by somebody else from now on. */
export interface ServedPort extends RunningPort {
  /**
   * Exchanges under way end as they began; all that come later are answered so, and within these
   * limits.
   */
  reconfigure(
    answering: Answering,
    policy: PortPolicy,
    options: Omit<PortOptions, FixedPlace>,
  ): void;
}

/**
 * Serves a port.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function servePort(
  answering: Answering,
  policy: PortPolicy,
  options: ServedPortOptions,
): Promise<ServedPort> {
  const { port = 8001, autoPort, host, unix, backlog = 511, tls, release } = options;
  /** What holds now. */
  let current = { policy, options: options as Omit<PortOptions, FixedPlace> };
  const readiness = options.readiness ?? new Readiness();
  const { now, monotonicMs: turnMs } = options.turn ?? new TurnClock();
  const monotonicMs = (): number => performance.now();
  const clock = options.clock ?? startCoarseClock(monotonicMs);
  // A proxy has all of its clients' connections.
  const countedAs = (peer: Peer): string | undefined =>
    current.policy.isTrusted(peer) ? undefined : clientOf(peer);
  const pool = new ConnectionPool(boundsOf(options), clock, countedAs);
  const context: ConnectionContext = {
    ...answering,
    now: Date.now,
    monotonicMs,
    turnMs,
    clock,
    ...limitsOf(options),
    buffers: new ChunkBuffers(),
    writes: new TurnWrites(),
    joined: new JoinedAnswers(),
    gone: (connection) => pool.remove(connection),
    requestIdOf: createRequestIds({ isTrusted: (peer) => current.policy.isTrusted(peer) }),
    effectivePeer: policy.effectivePeer,
  };
  // None of it is loaded for plain HTTP.
  const tlsService = tls && (await import('./tls-service.ts'));
  const connected = (socket: Socket | HandleSocket, peer?: Peer, own = context): void => {
    // Who is told of a client that has left is told who it was.
    const isTold = Object.keys(own.observer).length > 0;
    const from = peer ?? (isTold ? peerOf(socket) : new LatePeer(socket));
    const admission = pool.admit(from);
    if (admission === 'drop') return void socket.destroy();
    const connection = tlsService?.speaksHttp2(socket)
      ? new tlsService.Http2Connection(socket, own, from)
      : new Connection(tlsService?.belowTls(socket) ?? socket, own, from);
    pool.add(connection);
    if (readiness.state === 'draining') connection.retire();
    if (admission === 'refuse') connection.refuse(UNAVAILABLE, 'too many connections');
  };
  const tlsGate =
    tlsService &&
    new tlsService.TlsGate({
      certificate: await tlsService.obtainCertificate(tls.certificate),
      protocols: tlsService.offeredProtocols(tls),
      handshakeMs: context.limits.headMs,
      ticketKeys: options.ticketKeys ?? tlsService.ownTicketKeys(monotonicMs),
      connected,
      failed: (peer, reason) => context.observer.handshakeFailed?.(peer, reason),
    });
  const identified = (socket: Socket, peer?: Peer): void =>
    tlsGate === undefined ? connected(socket, peer) : tlsGate.admit(socket, peer);
  const gate = new ProxyGate({
    refused: (peer, reason) => context.observer.proxyRefused?.(peer, reason),
  });
  /** Where connections begin with the PROXY protocol, what follows it is for the next. */
  const behindGate =
    (next: Accept): Accept =>
    (socket, peer) => {
      const { proxies } = current.policy;
      if (proxies === undefined) next(socket, peer);
      else gate.admit(socket, proxies, next);
    };
  // A gate reads the beginning of a connection as a stream.
  const isWanted = (): boolean => tls === undefined && current.policy.proxies === undefined;
  const below = { isWanted, accept: connected };
  const places = { port, autoPort, host, unix, backlog, below };
  const failed = (error: unknown): void => context.unforeseen(error);
  const listeners = await listenAll(
    options.descriptors ?? [],
    places,
    behindGate(identified),
    failed,
  );
  // All but the handler is that of the others, also when it changes.
  const redirecting = Object.create(context) as { handler: Handler } & ConnectionContext;
  const redirectWith = ({ serverHeader = SERVER }: Pick<PortOptions, 'serverHeader'>): void => {
    const site = httpsRedirect(listeners[0].address.port);
    redirecting.handler = createHandler({ site, server: serverHeader, now, unforeseen: failed });
  };
  redirectWith(options);
  const plain = await listenToRedirect(
    options,
    listeners,
    failed,
    behindGate((socket, peer) => connected(socket, peer, redirecting)),
  );
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
    reconfigure(changedAnswering, changedPolicy, changed) {
      current = { policy: changedPolicy, options: changed };
      // Connections ask the context at the beginning of each exchange: this is all at once.
      const { effectivePeer } = changedPolicy;
      Object.assign(context, changedAnswering, limitsOf(changed), { effectivePeer });
      redirectWith(changed);
      pool.resize(boundsOf(changed));
      if (tlsService === undefined || changed.tls === undefined) return;
      tlsGate?.offer({
        protocols: tlsService.offeredProtocols(changed.tls),
        handshakeMs: context.limits.headMs,
      });
    },
    async close(graceMs = current.options.graceMs ?? 10_000) {
      const { drainDelayMs = 0 } = current.options;
      readiness.beginDraining();
      pool.retire();
      if (drainDelayMs > 0) await elapsed(drainDelayMs);
      const closed = Promise.all([...listeners, ...plain].map((listener) => listener.close()));
      gate.close();
      const lastCallMs = Math.min(LAST_CALL_MS, graceMs);
      await Promise.race([pool.empty(), elapsed(lastCallMs, undefined, { ref: false })]);
      tlsGate?.close();
      pool.drain();
      let deadline: NodeJS.Timeout | undefined;
      const isOver = new Promise<void>((resolve) => {
        deadline = setTimeout(() => {
          pool.destroy();
          // An exchange may be waiting for a password to be compared.
          void release?.();
          void elapsed(LAST_RECORDS_MS).then(resolve);
        }, graceMs);
      });
      await closed;
      // A socket is gone a moment before its last exchange is recorded.
      await Promise.race([pool.empty(), isOver]);
      clearTimeout(deadline);
      clock.stop();
      await release?.();
    },
  };
}

/** Listens on the plain port that redirects to the first of the listeners, where one is wanted. */
async function listenToRedirect(
  { tls, host, backlog = 511 }: PortOptions,
  listeners: readonly [Listener, ...Listener[]],
  failed: (error: unknown) => void,
  accept: Accept,
): Promise<readonly Listener[]> {
  const port = tls?.redirectHttpPort;
  if (port === undefined) return [];
  const { port: securePort } = listeners[0].address;
  try {
    if (securePort === 0) {
      throw new CommandError(
        2,
        '--redirect-http: expected a port to redirect to, got a Unix socket',
      );
    }
    const place = { port, host, backlog, flag: '--redirect-http' };
    return await listenAll([], place, accept, failed);
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}
