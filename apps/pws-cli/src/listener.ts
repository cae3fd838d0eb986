/**
 * A listening TCP socket.
 * Owns where to listen and what to tell a person when that cannot be done. Knows nothing of
 * HTTP.
 *
 * Node sets SO_REUSEADDR on listening sockets, so connections of an earlier run that are still
 * in TIME_WAIT do not hold the port; a port that somebody listens on stays taken.
 */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { CommandError } from './command-error.ts';

/** Where to listen. */
export interface ListenOptions {
  readonly port: number;
  /** `undefined`: all interfaces, IPv6 and IPv4. */
  readonly host: string | undefined;
  readonly backlog: number;
}

/** A socket that listens. */
export interface Listener {
  /** The address and port that were bound. */
  readonly address: AddressInfo;
  /** Accepts no more connections. Resolves when the accepted ones are gone too. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @param accept - called with each connection. A client that ends its side can still be
 *   answered (`allowHalfOpen`)
 * @param failed - told of a failure to accept a connection; listening goes on
 * @throws {CommandError} exit code 1, saying what is in the way
 */
export async function listen(
  options: ListenOptions,
  accept: (socket: Socket) => void,
  failed: (error: Error) => void,
): Promise<Listener> {
  const server = createServer({
    allowHalfOpen: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  server.on('connection', accept);
  await bind(server, options);
  server.on('error', failed);
  return {
    address: server.address() as AddressInfo,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function bind(server: Server, { port, host, backlog }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explain(error, port, host));
    server.once('error', fail);
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function explain(
  cause: NodeJS.ErrnoException,
  port: number,
  host: string | undefined,
): CommandError {
  const message = ((): string => {
    switch (cause.code) {
      case 'EADDRINUSE':
        return `port ${port} is taken: another program listens on it. Choose another with --port, or any free one with --port 0.`;
      case 'EACCES':
        return `port ${port} may not be used by this user. Ports below 1024 often need privileges; choose another with --port.`;
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
