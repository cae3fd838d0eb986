/**
 * The PROXY protocol, versions 1 and 2: octets that a proxy sends before anything else, and that
 * tell whose connection it hands on.
 * Owns their grammar and bounds, and the reading of them from a socket. Refuses whatever is not
 * exactly of one of the two forms: a port that takes it takes nothing else, and what came is never
 * guessed (§2 of the specification: "MUST NOT try to guess").
 *
 * Security: who may say this is the caller's to decide, before any of it is read.
 *
 * The PROXY protocol, haproxy.org/download/3.0/doc/proxy-protocol.txt, §2.1 and §2.2.
 */
import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { Peer } from './exchange.ts';

/** What was read so far. */
export type ProxyHeader =
  | { readonly kind: 'need-more' }
  /** `peer` is `undefined` where the proxy speaks for itself, or does not tell. */
  | { readonly kind: 'complete'; readonly peer: Peer | undefined; readonly lengthBytes: number }
  | { readonly kind: 'malformed'; readonly reason: string };

/** §2.1: the longest line, CRLF included. */
const MAX_LINE_BYTES = 107;
/** What may follow the 16 octets of version 2: addresses (216 at most) and what else is told. */
const MAX_REST_BYTES = 536;

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;
const LINE_START = Buffer.from('PROXY ', 'latin1');

const NEED_MORE: ProxyHeader = { kind: 'need-more' };

/**
 * Reads the octets that a connection begins with.
 *
 * @param octets - all that came so far; neither kept nor changed
 */
export function parseProxyHeader(octets: Uint8Array): ProxyHeader {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  if (beginsAlike(buffer, SIGNATURE)) return parseBinary(buffer);
  if (beginsAlike(buffer, LINE_START)) return parseLine(buffer);
  return malformed('expected a PROXY line or its signature');
}

function beginsAlike(octets: Buffer, start: Buffer): boolean {
  const length = Math.min(octets.length, start.length);
  return octets.subarray(0, length).equals(start.subarray(0, length));
}

function malformed(reason: string): ProxyHeader {
  return { kind: 'malformed', reason };
}

//   "PROXY" SP ( "TCP4" / "TCP6" ) SP source SP destination SP port SP port CRLF        §2.1
//   "PROXY" SP "UNKNOWN" *OCTET CRLF
function parseLine(octets: Buffer): ProxyHeader {
  const bounded = octets.subarray(0, MAX_LINE_BYTES);
  const end = bounded.indexOf('\r\n', 0, 'latin1');
  if (end === -1) {
    return octets.length < MAX_LINE_BYTES ? NEED_MORE : malformed('expected CRLF in 107 octets');
  }
  const lengthBytes = end + 2;
  const [, family, ...parts] = bounded.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { kind: 'complete', peer: undefined, lengthBytes };
  if (family !== 'TCP4' && family !== 'TCP6') return malformed('expected TCP4, TCP6 or UNKNOWN');
  const [source = '', destination = '', sourcePort = '', destinationPort = '', ...more] = parts;
  const isAddress = family === 'TCP4' ? isIPv4 : isUnzonedIpv6;
  if (!isAddress(source) || !isAddress(destination) || more.length > 0) {
    return malformed(`expected two addresses of ${family}`);
  }
  if (!isPort(sourcePort) || !isPort(destinationPort)) return malformed('expected two ports');
  const peer = { address: plain(source), port: Number(sourcePort) };
  return { kind: 'complete', peer, lengthBytes };
}

function isUnzonedIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}

const LOCAL = 0;
const PROXY = 1;

/** §2.2: how many octets of addresses a family has, the two ports among them. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x00, 0], // unspecified
  [0x11, 12], // TCP over IPv4
  [0x21, 36], // TCP over IPv6
  [0x31, 216], // a Unix stream
]);

//   signature (12), version and command (1), family (1), length of the rest (2)            §2.2
//   rest: addresses of the family, then what else is told (TLVs), which is passed over
function parseBinary(octets: Buffer): ProxyHeader {
  // Each octet is judged as soon as it is there: who is no proxy learns so without a wait.
  const command = octets[12];
  if (command === undefined) return NEED_MORE;
  if (command >> 4 !== 2) return malformed('expected version 2');
  if ((command & 15) > PROXY) return malformed('expected the command LOCAL or PROXY');
  if (octets.length < FIXED_BYTES) return NEED_MORE;
  const isLocal = (command & 15) === LOCAL;
  const family = octets[13] as number;
  // §2.2: of LOCAL the family is to be ignored.
  const addressBytes = isLocal ? 0 : ADDRESS_BYTES.get(family);
  const restBytes = octets.readUInt16BE(14);
  if (addressBytes === undefined) return malformed('expected a stream of IPv4, IPv6 or Unix');
  if (restBytes < addressBytes) return malformed('expected whole addresses');
  if (restBytes > MAX_REST_BYTES) return malformed('expected 552 octets at most');
  const lengthBytes = FIXED_BYTES + restBytes;
  if (octets.length < lengthBytes) return NEED_MORE;
  return { kind: 'complete', peer: isLocal ? undefined : binaryPeer(octets, family), lengthBytes };
}

function binaryPeer(octets: Buffer, family: number): Peer | undefined {
  if (family === 0x11) {
    const address = octets.subarray(16, 20).join('.');
    return { address, port: octets.readUInt16BE(24) };
  }
  if (family !== 0x21) return undefined;
  return { address: ipv6Text(octets.subarray(16, 32)), port: octets.readUInt16BE(48) };
}

/** As sockets tell addresses: RFC 5952, and IPv4 addresses as such. */
function ipv6Text(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_none, at) => octets.readUInt16BE(at * 2).toString(16));
  return plain(groups.join(':'));
}

/** `2001:db8:0:0:0:0:0:1` → `2001:db8::1`; `::ffff:192.0.2.1` → `192.0.2.1`. */
function plain(address: string): string {
  if (isIPv4(address)) return address;
  // The one place where an address is written again: by the rules for hosts of the URL standard.
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return text;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join('.');
}

/** How the reading from a socket ended. */
export type ProxyHeaderRead =
  | { readonly kind: 'complete'; readonly peer: Peer | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Reads it from a socket that nothing has been read from, and gives back to the socket what
 * follows. Never rejects; ending the socket where that failed is the caller's.
 *
 * @param signal - ends the waiting: the caller's deadline, or its end
 */
export function readProxyHeader(socket: Socket, signal: AbortSignal): Promise<ProxyHeaderRead> {
  return new Promise((resolve) => {
    let octets: Buffer = Buffer.alloc(0);
    const settle = (read: ProxyHeaderRead): void => {
      socket.off('readable', readOn).off('end', ended).off('close', ended).off('error', failed);
      signal.removeEventListener('abort', aborted);
      resolve(read);
    };
    const fail = (reason: string): void => settle({ kind: 'failed', reason });
    const readOn = (): void => {
      const piece = socket.read() as Buffer | null;
      if (piece === null) return;
      octets = Buffer.concat([octets, piece]);
      const header = parseProxyHeader(octets);
      if (header.kind === 'malformed') return fail(header.reason);
      if (header.kind === 'need-more') return;
      const rest = octets.subarray(header.lengthBytes);
      if (rest.length > 0) socket.unshift(rest);
      settle({ kind: 'complete', peer: header.peer });
    };
    const ended = (): void => fail('the connection ended before it was there');
    const failed = ({ message }: Error): void => fail(message);
    const aborted = (): void => fail('it did not come in time');
    socket.on('readable', readOn).on('end', ended).on('close', ended).on('error', failed);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
  });
}
