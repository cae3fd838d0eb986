/**
 * The composition root: puts site, handler, listener and connections together.
 * Owns which connections are open, and how they end when the server stops.
 */
import type { AddressInfo, Socket } from 'node:net';
import { createStaticSite, type FolderSite } from '@pws/static-fs';
import { Connection } from './connection.ts';
import type { Observer } from './exchange.ts';
import { createHandler } from './handler.ts';
import { listen } from './listener.ts';

/** Value of the Server field. */
const SERVER = 'PWS/1.0';

/** What a server can be told about its site; the defaults are those of the site. */
type SiteSettings = Omit<FolderSite, 'now' | 'boundary' | 'source'>;

/** What {@link startServer} needs. */
export interface ServerOptions extends SiteSettings {
  /** 0 to 65535; 0 takes any free port. Default 8001. */
  readonly port?: number;
  /** Address or name to listen on. Default: all interfaces, IPv6 and IPv4. */
  readonly host?: string | undefined;
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number;
  /** Told of connections and exchanges. Default: nobody. */
  readonly observer?: Partial<Observer>;
  /** Told of failures that nobody foresaw. Default: a process warning. */
  readonly unforeseen?: (error: unknown) => void;
}

/** A server that runs. */
export interface RunningServer {
  /** The address and port that were bound. */
  readonly address: AddressInfo;
  /**
   * Stops: accepts nothing more, closes idle connections, lets exchanges under way finish.
   *
   * @param graceMs - after this the rest is ended. Default 10 000
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const observer: Observer = { ...SILENT, ...options.observer };
  const unforeseen = options.unforeseen ?? warn;
  const now = Date.now;
  const monotonicMs = (): number => performance.now();
  const site = createStaticSite({ ...options, now });
  const handler = createHandler({ site, server: SERVER, now, unforeseen });
  const connections = new Set<Connection>();
  let emptied: (() => void) | undefined;
  const context = {
    handler,
    observer,
    unforeseen,
    now,
    monotonicMs,
    gone: (connection: Connection) => {
      connections.delete(connection);
      if (connections.size === 0) emptied?.();
    },
  };
  const accept = (socket: Socket): void => {
    connections.add(new Connection(socket, context));
  };
  const { port = 8001, host, backlog = 511 } = options;
  const listener = await listen({ port, host, backlog }, accept, unforeseen);
  return {
    address: listener.address,
    async close(graceMs = 10_000) {
      const closed = listener.close();
      for (const connection of connections) connection.drain();
      const deadline = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, graceMs);
      await closed;
      // A socket is gone a moment before its last exchange is recorded.
      if (connections.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
      clearTimeout(deadline);
    },
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

const SILENT: Observer = {
  online: () => undefined,
  request: () => undefined,
  exchange: () => undefined,
  offline: () => undefined,
};
