/**
 * Connections that begin with the PROXY protocol, before they are any of the server's.
 * Owns how long one may take to say whose it is. Refuses whoever is not trusted to say it, and
 * what is malformed, by ending the connection: there is nobody who an answer would be for.
 */
import type { Socket } from 'node:net';
import type { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';
import { readProxyHeader } from './proxy-protocol.ts';

/** A proxy says it in its first packet, before it has heard from its own client. */
const PROXY_DEADLINE_MS = 5000;

/** Lets connections in that have told whose they are. */
export class ProxyGate {
  readonly #deadlineMs: number;
  /** Those that have not told yet: what ends the waiting for each. */
  readonly #waiting = new Set<AbortController>();

  /** @param deadlineMs - how long a connection may take to tell. Default 5000 */
  constructor(deadlineMs: number = PROXY_DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Lets a connection in, or ends it.
   *
   * @param trusted - who may tell
   * @param connected - `peer` is given on; `undefined` where it is who the socket says
   */
  admit(
    socket: Socket,
    trusted: AddressRanges,
    connected: (socket: Socket, peer: Peer | undefined) => void,
  ): void {
    // What went wrong shows in the reading; 'close' always follows.
    socket.on('error', () => undefined);
    if (!trusted.includes(socket.remoteAddress ?? '')) {
      socket.destroy();
      return;
    }
    const controller = new AbortController();
    const deadline = setTimeout(() => controller.abort(), this.#deadlineMs);
    this.#waiting.add(controller);
    void readProxyHeader(socket, controller.signal).then((read) => {
      clearTimeout(deadline);
      this.#waiting.delete(controller);
      if (read.kind === 'failed') socket.destroy();
      else connected(socket, read.peer);
    });
  }

  /** Ends those that have not told yet. */
  close(): void {
    for (const controller of this.#waiting) controller.abort();
  }
}
