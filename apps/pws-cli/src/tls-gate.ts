/**
 * Connections that begin with a TLS handshake, before they are any of the server's.
 * Owns the handshake: what is offered in it, how long it may take, and that one that comes to
 * nothing ends its own connection and no other. Knows nothing of HTTP but the names of its
 * versions; who listens is another's business.
 *
 * RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 7301 (ALPN), RFC 9325 §3.1.1 (no older version).
 */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { type SecureContextOptions, type Server, type TLSSocket, createServer } from 'node:tls';
import type { Peer } from './exchange.ts';
import { peerOf } from './peer.ts';
import { rememberTransport } from './socket-reset.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import type { TicketKeySource } from './tls-ticket-keys.ts';

/** Registered names of the versions of HTTP. HTTP/1.0 is offered for clients that ask for it alone. */
export type AlpnProtocol = 'h2' | 'http/1.1' | 'http/1.0';

/** What is offered to those who come. */
export interface TlsOffer {
  /** Versions of HTTP that are offered by ALPN, best first. */
  readonly protocols: readonly AlpnProtocol[];
  /** For a whole handshake, in milliseconds. */
  readonly handshakeMs: number;
}

/** What {@link TlsGate} needs. */
export interface TlsGateOptions extends TlsOffer {
  readonly certificate: TlsCertificate;
  /** Asked before each handshake. */
  readonly ticketKeys: TicketKeySource;
  /** Takes those whose handshake is done. They can still be answered when they end their side. */
  readonly connected: (socket: TLSSocket, peer: Peer) => void;
  /** Told of a handshake that came to nothing. That is the client's business, no defect. */
  readonly failed: (peer: Peer, reason: string) => void;
}

/**
 * Handshakes at a time. Where there are more, the oldest gives way: clients need milliseconds,
 * and those that stand still are the oldest.
 */
const MOST_HANDSHAKES = 1024;

/** A connection that has not shaken hands yet. */
interface Handshake {
  readonly socket: Socket;
  /** Asked for while it is there: a socket that is closed does not know any more. */
  readonly peer: Peer;
  failure: string | undefined;
}

/** Lets connections in that have shaken hands. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  #tls: Server;
  #offer: TlsOffer;
  #certificate: TlsCertificate;
  #ticketKeys: Buffer | undefined;
  /**
   * The handshakes that are under way, by the client's address and port: Node does not tell which
   * socket a TLS socket was made of. Those without a port (on a Unix socket) are not among them:
   * for them nothing is told of a failure, and their deadline alone ends them.
   */
  readonly #underWay = new Map<string, Handshake>();
  /** Who is at the other end of those: on a Unix socket all are alike. */
  #withoutPort: Peer | undefined;
  #closing = false;

  /** @throws {Error} where OpenSSL does not take the certificate */
  constructor(options: TlsGateOptions) {
    this.#options = options;
    this.#certificate = options.certificate;
    this.#offer = options;
    this.#tls = this.#create();
  }

  /** What is answered with now. */
  get certificate(): TlsCertificate {
    return this.#certificate;
  }

  /**
   * Answers with another certificate from now on. Connections that are there go on, and sessions
   * can be resumed.
   *
   * @throws {Error} where OpenSSL does not take it; the old one stays
   */
  renew(certificate: TlsCertificate): void {
    this.#tls.setSecureContext(contextOf(certificate));
    // Those of the new context are of its own.
    this.#ticketKeys = undefined;
    this.#certificate = certificate;
  }

  /**
   * Offers something else from now on. Handshakes under way end as they began, and who was here
   * before can take up where it was.
   */
  offer({ protocols, handshakeMs }: TlsOffer): void {
    const { protocols: before, handshakeMs: beforeMs } = this.#offer;
    if (handshakeMs === beforeMs && protocols.join() === before.join()) return;
    this.#offer = { protocols, handshakeMs };
    const ticketKeys = this.#tls.getTicketKeys();
    this.#tls = this.#create();
    this.#tls.setTicketKeys(ticketKeys);
  }

  /** @param peer - given on; `undefined` where it is who the socket says */
  admit(socket: Socket, peer: Peer = peerOf(socket)): void {
    this.#begin(socket, peer);
    this.#useTicketKeys();
    // Who leaves in the middle of the handshake is gone; half-open is for those who have asked.
    socket.allowHalfOpen = false;
    this.#tls.emit('connection', socket);
  }

  /** Ends the handshakes that are under way, without a word. */
  close(): void {
    this.#closing = true;
    for (const { socket } of this.#underWay.values()) socket.destroy();
  }

  #create(): Server {
    const { protocols, handshakeMs } = this.#offer;
    const tls = createServer({
      ...contextOf(this.#certificate),
      ALPNProtocols: [...protocols],
      handshakeTimeout: handshakeMs,
    });
    tls.on('secureConnection', (socket) => this.#done(socket));
    tls.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const handshake = this.#underWay.get(clientOf(socket) ?? '');
      if (handshake !== undefined) handshake.failure = handshakeReason(error);
      socket.destroy();
    });
    return tls;
  }

  #useTicketKeys(): void {
    const keys = this.#options.ticketKeys();
    if (keys === undefined || keys === this.#ticketKeys) return;
    this.#tls.setTicketKeys(keys);
    this.#ticketKeys = keys;
  }

  #begin(socket: Socket, peer: Peer): void {
    const client = clientOf(socket);
    if (client === undefined) {
      this.#withoutPort = peer;
      return;
    }
    if (this.#underWay.size >= MOST_HANDSHAKES) this.#endOldest();
    const handshake: Handshake = { socket, peer, failure: undefined };
    this.#underWay.set(client, handshake);
    socket.once('close', () => {
      if (this.#underWay.get(client) !== handshake) return;
      this.#underWay.delete(client);
      const reason = handshake.failure ?? 'the client left in the middle of the handshake';
      if (!this.#closing) this.#options.failed(peer, reason);
    });
  }

  #done(socket: TLSSocket): void {
    const client = clientOf(socket) ?? '';
    const handshake = this.#underWay.get(client);
    this.#underWay.delete(client);
    if (handshake !== undefined) rememberTransport(socket, handshake.socket);
    socket.allowHalfOpen = true;
    this.#options.connected(socket, handshake?.peer ?? this.#withoutPort ?? peerOf(socket));
  }

  #endOldest(): void {
    const oldest = this.#underWay.values().next().value;
    if (oldest === undefined) return;
    oldest.failure = 'too many handshakes at a time';
    oldest.socket.destroy();
  }
}

/** Ciphers and groups are Node's, which follow what is known of them. */
function contextOf({ cert, key }: TlsCertificate): SecureContextOptions {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    // A client of TLS 1.2 could make the server calculate without end; TLS 1.3 has no such thing.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // Else it is made of the arguments of the program, and a ticket is good for those alone.
    sessionIdContext: 'pws',
  };
}

function clientOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/** Why a handshake came to nothing, for the log. */
function handshakeReason(error: NodeJS.ErrnoException & { reason?: string }): string | undefined {
  switch (error.code) {
    case 'ERR_SSL_HTTP_REQUEST':
      return 'the client spoke plain HTTP on the TLS port';
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return 'the handshake took too long';
    case 'ECONNRESET':
      return undefined;
    default:
      return error.reason ?? error.message;
  }
}
