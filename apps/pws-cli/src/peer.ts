/**
 * Who is at the other end of a socket.
 * Owns how an address is written: as people know it, not as the socket has it.
 */
import type { Socket } from 'node:net';
import type { Peer } from './exchange.ts';

/** The peer of a TCP socket; `unknown` where it has left already. */
export function peerOf({ remoteAddress = 'unknown', remotePort = 0 }: Socket): Peer {
  return { address: remoteAddress.replace(/^::ffff:(?=[0-9.]+$)/, ''), port: remotePort };
}
