/**
 * Ends a connection with RST, so that the operating system does not keep what its client does not
 * read.
 * Owns how that is done over TLS: Node resets a TCP socket and refuses to reset a TLS one
 * (`ERR_INVALID_HANDLE_TYPE`), so the socket under it is remembered.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Carrier } from './carrier.ts';

const transports = new WeakMap<Carrier, Socket>();

/** Remembers the socket that a TLS socket was made of. */
export function rememberTransport(socket: TLSSocket, transport: Socket): void {
  transports.set(socket, transport);
}

/** Resets a connection. */
export function resetSocket(socket: Carrier): void {
  try {
    (transports.get(socket) ?? socket).resetAndDestroy();
  } catch {
    socket.destroy(); // no TCP: a Unix socket keeps nothing
  }
}
