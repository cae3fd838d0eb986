/**
 * A listening socket: TCP or Unix.
 * Owns where to listen and what to tell a person when that cannot be done. Knows nothing of
 * HTTP.
 *
 * Node sets SO_REUSEADDR on listening sockets, so connections of an earlier run that are still
 * in TIME_WAIT do not hold the port; a port that somebody listens on stays taken.
 */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import cluster from 'node:cluster';
import { type StreamHandle, acceptBelow, bequeathOptions, listenHere } from './below-net.ts';
import { CommandError } from './command-error.ts';
import type { Peer } from './exchange.ts';
import { HandleSocket } from './handle-socket.ts';
import { UNIX_PEER, type UnixSocket, claimUnixPath, failure, withMode } from './unix-socket.ts';

/** After which the system asks whether a silent client is still there. */
const KEEP_ALIVE_SECONDS = 60;

/** Where to listen. */
export interface ListenOptions {
  readonly port: number;
  /** Whether the next free port is taken where that one is taken. Default false. */
  readonly autoPort?: boolean | undefined;
  /** `undefined`: all interfaces, IPv6 and IPv4. */
  readonly host: string | undefined;
  /** Instead of port and host. */
  readonly unix?: UnixSocket | undefined;
  /** A descriptor of a socket that listens already, instead of all of these. */
  readonly descriptor?: number;
  readonly backlog: number;
  /** The flag that says the port, for messages. Default `--port`. */
  readonly flag?: string;
  /** Takes connections below Node's sockets, where that can be done. Default: nobody does. */
  readonly below?: AcceptBelow;
}

/** A socket that listens. */
export interface Listener {
  /**
   * What was bound; of a Unix socket `{ address: path, family: 'unix', port: 0 }`; of
   * one that others opened the number of the descriptor is the address.
   */
  readonly address: AddressInfo;
  /**
   * Accepts no more connections, and removes a Unix socket's file. Those that were accepted are
   * the business of whoever took them.
   */
  close(): Promise<void>;
}

/** Takes a connection; `peer` where the socket itself does not know who is at the other end. */
export type Accept = (socket: Socket, peer?: Peer) => void;

/** Takes connections as {@link HandleSocket}s. */
interface AcceptBelow {
  /** Asked for each connection. */
  readonly isWanted: () => boolean;
  readonly accept: (socket: HandleSocket, peer?: Peer) => void;
}

/**
 * Listens.
 *
 * @param accept - called with each connection. A client that ends its side can still be
 *   answered (`allowHalfOpen`)
 * @param failed - told of a failure to accept a connection; listening goes on
 * @throws {CommandError} exit code 1, saying what is in the way
 */
async function listen(
  options: ListenOptions,
  accept: Accept,
  failed: (error: Error) => void,
): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true });
  // A worker's socket is bound by the process that started it, which has made sure of the path.
  const { unix, descriptor } = options;
  if (unix !== undefined && descriptor === undefined && !cluster.isWorker) {
    await claimUnixPath(unix.path);
  }
  await bindNext(server, options);
  const address = boundAddress(server, descriptor);
  const peer = address.family === 'unix' ? UNIX_PEER : undefined;
  const hasOptions = bequeathOptions(server, KEEP_ALIVE_SECONDS);
  server.on('connection', (socket) => {
    if (!hasOptions) socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_SECONDS * 1000);
    accept(socket, peer);
  });
  const { below } = options;
  if (below !== undefined) {
    const accepted = (handle: StreamHandle): void => {
      const socket = new HandleSocket(handle);
      if (!hasOptions) socket.setOptions(KEEP_ALIVE_SECONDS);
      below.accept(socket, peer);
    };
    acceptBelow(server, accepted, below.isWanted);
  }
  server.on('error', failed);
  return {
    address,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/**
 * Listens on sockets that others opened, or on one of its own where there is none.
 *
 * @throws {CommandError} as {@link listen} does; then on none
 */
export async function listenAll(
  descriptors: readonly number[],
  options: ListenOptions,
  accept: Accept,
  failed: (error: Error) => void,
): Promise<readonly [Listener, ...Listener[]]> {
  const [first, ...others] = descriptors;
  if (first === undefined) return [await listen(options, accept, failed)];
  const listeners: [Listener, ...Listener[]] = [
    await listen({ ...options, descriptor: first }, accept, failed),
  ];
  try {
    for (const descriptor of others) {
      // In their order, and no further than the first that fails.
      // oxlint-disable-next-line no-await-in-loop
      listeners.push(await listen({ ...options, descriptor }, accept, failed));
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}

/**
 * A port that nobody has now, of those that the system gives for 0. Nothing holds it: somebody else
 * may have it the next moment.
 *
 * @throws {CommandError} as {@link listen} does
 */
export async function findFreePort(
  place: Pick<ListenOptions, 'host' | 'backlog'>,
): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await bind(server, { ...place, port: 0 });
  const { port } = boundAddress(server, undefined);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** How many ports are tried in all. */
const MOST_PORTS = 100;

async function bindNext(server: Server, options: ListenOptions): Promise<void> {
  const { port, autoPort = false } = options;
  const last = autoPort && port > 0 ? Math.min(port + MOST_PORTS - 1, 65_535) : port;
  for (let next = port; ; next += 1) {
    try {
      // One after the other: the first that is free.
      // oxlint-disable-next-line no-await-in-loop
      return await bind(server, { ...options, port: next });
    } catch (error) {
      const { cause, message } = error as CommandError;
      if (next >= last || (cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
        if (next === port) throw error;
        throw new CommandError(1, `ports ${port} to ${next}: none is free. ${message}`, { cause });
      }
    }
  }
}

function bind(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explain(error, options));
    server.once('error', fail);
    const bound = (): void => {
      server.off('error', fail);
      resolve();
    };
    const { port, host, unix, descriptor, backlog } = options;
    if (descriptor !== undefined) return listenOn(server, { descriptor, backlog, fail, bound });
    if (unix !== undefined) {
      return withMode(unix.mode ?? 0o600, () => server.listen({ path: unix.path, backlog }, bound));
    }
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, bound);
  });
}

interface Inherited {
  readonly descriptor: number;
  readonly backlog: number;
  readonly fail: (error: NodeJS.ErrnoException) => void;
  readonly bound: () => void;
}

function listenOn(server: Server, { descriptor, backlog, fail, bound }: Inherited): void {
  try {
    server.once('listening', bound);
    if (cluster.isWorker && listenHere(server, descriptor, backlog)) return;
    server.listen({ fd: numberOf(descriptor), backlog });
  } catch (error) {
    // What is no descriptor at all is not told by an event.
    fail(error as NodeJS.ErrnoException);
  }
}

function boundAddress(server: Server, descriptor: number | undefined): AddressInfo {
  const address = server.address();
  if (address !== null && typeof address !== 'string') return address;
  // Of a Unix socket that others opened Node does not know the path.
  return { address: address ?? `descriptor ${numberOf(descriptor ?? 0)}`, family: 'unix', port: 0 };
}

/** Its number where it was handed over: in a worker the channel to the first process stands before it. */
function numberOf(descriptor: number): number {
  return cluster.isWorker ? descriptor - 1 : descriptor;
}

const OTHER_PORTS = ', the next free one with --auto-port, or any free one with --port 0';

function explain(cause: NodeJS.ErrnoException, options: ListenOptions): CommandError {
  const { port, host, unix, descriptor, flag = '--port' } = options;
  if (descriptor !== undefined) {
    const why = `expected descriptor ${numberOf(descriptor)} to be a socket that listens, but it gave ${cause.code}.`;
    return new CommandError(1, `LISTEN_FDS: ${why}`, { cause });
  }
  if (unix !== undefined)
    return failure(unix.path, `could not listen there: ${cause.code}.`, cause);
  const message = ((): string => {
    switch (cause.code) {
      case 'EADDRINUSE':
        return `port ${port} is taken: another program listens on it. Choose another with ${flag}${flag === '--port' ? OTHER_PORTS : ''}.`;
      case 'EACCES':
        return `port ${port} may not be used by this user. Ports below 1024 often need privileges; choose another with ${flag}.`;
      case 'EADDRNOTAVAIL':
        return `--host ${host}: expected an address of this machine, but no interface has it.`;
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return `--host ${host}: expected an address or a name, but the name has no address.`;
      default:
        return `could not listen on port ${port}: ${cause.message}`;
    }
  })();
  return new CommandError(1, message, { cause });
}
