/**
 * Who is at the other end of a socket.
 * Owns how an address is written: as people know it, not as the socket has it.
 */
import { isIP } from 'node:net';
import type { Carrier } from './carrier.ts';
import type { Peer } from './exchange.ts';

/**
 * What one client has for an address, as far as one can tell: of IPv6 the 64 bits of the network,
 * since a machine or a household has all addresses below them (RFC 6177 §2, RFC 4291 §2.5.1).
 *
 * @returns `undefined` for who has no address, as on a Unix socket.
 */
export function clientOf({ address }: Peer): string | undefined {
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : undefined;
  const [unzoned = ''] = address.split('%');
  const [before = '', after] = unzoned.split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  // Two groups can be written as an IPv4 address.
  const lastCount = last.length + (last.at(-1)?.includes('.') === true ? 1 : 0);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - lastCount) }, () => '0');
  return [...first, ...zeros, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** What knows who is at its other end. */
type Addressed = Pick<Carrier, 'remoteAddress' | 'remotePort'>;

/**
 * The peer of a TCP socket, looked up when it is asked for: that takes a call of the system, and
 * most connections live and go without it. Not for who asks when the client may be gone.
 */
export class LatePeer implements Peer {
  #socket: Addressed | undefined;
  #found: Peer | undefined;

  constructor(socket: Addressed) {
    this.#socket = socket;
  }

  get address(): string {
    return this.#peer.address;
  }

  get port(): number {
    return this.#peer.port;
  }

  get #peer(): Peer {
    this.#found ??= peerOf(this.#socket as Addressed);
    this.#socket = undefined;
    return this.#found;
  }
}

/** The peer of a TCP socket; `unknown` where it has left already. */
export function peerOf({ remoteAddress = 'unknown', remotePort = 0 }: Addressed): Peer {
  return { address: remoteAddress.replace(/^::ffff:(?=[0-9.]+$)/, ''), port: remotePort };
}
