/**
 * How a port is served: what can be said of that, and what holds where nothing is.
 */
import type { WireLimits } from '@pws/http-wire';
import type { CoarseClock } from './coarse-clock.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { PoolLimits } from './connection-pool.ts';
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './deadlines.ts';
import { ownConnections } from './descriptor-limit.ts';
import type { Observer } from './exchange.ts';
import type { Readiness } from './readiness.ts';
import type { TlsOptions } from './tls-service.ts';
import type { TicketKeySource } from './tls-ticket-keys.ts';
import type { UnixSocket } from './unix-socket.ts';

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
  /** Where keys of session tickets come from. Default: they are made here, and change twice a day. */
  readonly ticketKeys?: TicketKeySource | undefined;
  /** Told of connections and exchanges. Default: nobody. */
  readonly observer?: Partial<Observer>;
  /** Told of failures that nobody foresaw. Default: a process warning. */
  readonly unforeseen?: (error: unknown) => void;
}

/** How many connections there may be. */
export function boundsOf({
  maxConnections,
  maxConnectionsPerIp,
}: Pick<PortOptions, 'maxConnections' | 'maxConnectionsPerIp'>): PoolLimits {
  const max = maxConnections ?? ownConnections();
  return { max, maxPerClient: maxConnectionsPerIp };
}

/** What connections are held to. */
export function limitsOf({
  limits,
  wireLimits = {},
}: Pick<PortOptions, 'limits' | 'wireLimits'>): Pick<ConnectionContext, 'limits' | 'wireLimits'> {
  // Frozen: connections with limits that cannot change share what reads by them.
  return {
    limits: { ...DEFAULT_CONNECTION_LIMITS, ...limits },
    wireLimits: Object.freeze({ ...wireLimits }),
  };
}
