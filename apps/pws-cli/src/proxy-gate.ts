/**
 * Connections that begin with the PROXY protocol, before they are any of the server's.
 * Owns how long one may take to say whose it is. Refuses whoever is not trusted to say it, and
 * what is malformed, by ending the connection: there is nobody who an answer would be for.
 */
import type { Socket } from 'node:net';
import type { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';
import { peerOf } from './peer.ts';
import { readProxyHeader } from './proxy-protocol.ts';

/** A proxy says it in its first packet, before it has heard from its own client. */
const PROXY_DEADLINE_MS = 5000;

/** What a {@link ProxyGate} can be told. */
export interface ProxyGateOptions {
  /** How long a connection may take to tell, in milliseconds. Default 5000. */
  readonly deadlineMs?: number;
  /** Told of a connection that is not let in: who is at its end, and why. Default: nobody. */
  readonly refused?: (peer: Peer, reason: string) => void;
}

/** Lets connections in that have told whose they are. */
export class ProxyGate {
  readonly #deadlineMs: number;
  readonly #refused: (peer: Peer, reason: string) => void;
  /** Those that have not told yet: what ends the waiting for each. */
  readonly #waiting = new Set<AbortController>();
  #closing = false;

  constructor({ deadlineMs = PROXY_DEADLINE_MS, refused }: ProxyGateOptions = {}) {
    this.#deadlineMs = deadlineMs;
    this.#refused = refused ?? (() => undefined);
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
    // Asked for while it is there: a socket that is closed does not know any more.
    const peer = peerOf(socket);
    if (!trusted.includes(peer.address)) {
      socket.destroy();
      this.#refused(peer, 'it is no proxy that is trusted');
      return;
    }
    const controller = new AbortController();
    const deadline = setTimeout(() => controller.abort(), this.#deadlineMs);
    this.#waiting.add(controller);
    void readProxyHeader(socket, controller.signal).then((read) => {
      clearTimeout(deadline);
      this.#waiting.delete(controller);
      if (read.kind === 'complete') return connected(socket, read.peer);
      socket.destroy();
      if (!this.#closing) this.#refused(peer, read.reason);
    });
  }

  /** Ends those that have not told yet. */
  close(): void {
    this.#closing = true;
    for (const controller of this.#waiting) controller.abort();
  }
}
