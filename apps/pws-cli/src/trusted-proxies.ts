/**
 * Who sent a request that came through proxies, and whether it came to the first of them over TLS.
 * Owns whose word is taken: that of the addresses that a person named, and no further. The fields
 * are read from the right, where the nearest proxy wrote; what stands to the left of the first
 * address that is not trusted may have been sent by anybody, and is not looked at.
 *
 * RFC 7239 §4, §5.2, §5.4, §8.1; X-Forwarded-For and X-Forwarded-Proto, which have no document.
 */
import { isIP } from 'node:net';
import { type ForwardedElement, parseForwarded } from '@pws/http-wire';
import type { FieldLookup } from '@pws/static-fs';
import type { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';

/** Who is at the far end, and how the request set out from there. */
interface EffectivePeer {
  readonly peer: Peer;
  /** Whether the request came over TLS. */
  readonly isSecure: boolean;
}

/** Tells from a connection and a request's fields who sent it. Pure. */
export type PeerRule = (peer: Peer, isSecure: boolean, fields: FieldLookup) => EffectivePeer;

/** What one proxy says of the one who came to it. */
interface Hop {
  /** Not known where a proxy hides it, or where what stands there is no address. */
  readonly peer: Peer | undefined;
  readonly proto: string | undefined;
}

/** Takes the word of proxies in these ranges. */
export function trustProxies(trusted: AddressRanges): PeerRule {
  return (peer, isSecure, fields) => {
    const own = { peer, isSecure };
    const forwarded = fields.get('forwarded');
    const forwardedFor = fields.get('x-forwarded-for');
    if (forwarded === undefined && forwardedFor === undefined) return own;
    if (!trusted.includes(peer.address)) return own;
    const claims: (Hop | undefined)[] = [];
    if (forwarded !== undefined) claims.push(farthest(hopsOfForwarded(forwarded), trusted));
    if (forwardedFor !== undefined) {
      const proto = fields.get('x-forwarded-proto');
      claims.push(farthest(hopsOfForwardedFor(forwardedFor, proto), trusted));
    }
    const hop = agreed(claims);
    if (hop?.peer === undefined) return own;
    return { peer: hop.peer, isSecure: hop.proto === undefined ? isSecure : hop.proto === 'https' };
  };
}

/**
 * What both fields say, where both are there. Security: a proxy that writes one of them hands the
 * other on as the client sent it, and which of the two it writes is not known here. Where they do
 * not agree, one is forged, and neither is taken.
 */
function agreed(claims: readonly (Hop | undefined)[]): Hop | undefined {
  const [first] = claims;
  if (first === undefined) return undefined;
  if (claims.some((claim) => claim?.peer?.address !== first.peer?.address)) return undefined;
  const protos = new Set(claims.flatMap((claim) => claim?.proto ?? []));
  return { peer: first.peer, proto: protos.size === 1 ? [...protos][0] : undefined };
}

/** The first that is not trusted, from the right; where all are, the last that is known. */
function farthest(hops: readonly Hop[], trusted: AddressRanges): Hop | undefined {
  let known: Hop | undefined;
  for (let at = hops.length - 1; at >= 0; at--) {
    const hop = hops[at] as Hop;
    if (hop.peer === undefined) return known;
    known = hop;
    if (!trusted.includes(hop.peer.address)) return known;
  }
  return known;
}

function hopsOfForwarded(value: string): Hop[] {
  return (parseForwarded(value) ?? []).map((element) => ({
    peer: peerOf(element),
    proto: element.proto,
  }));
}

// RFC 7239 §6: a node without an address (`unknown`, `_hidden`) says that it is not to be known.
function peerOf({ for: node }: ForwardedElement): Peer | undefined {
  if (node === undefined || (node.kind !== 'ipv4' && node.kind !== 'ipv6')) return undefined;
  return { address: plain(node.name), port: typeof node.port === 'number' ? node.port : 0 };
}

// X-Forwarded-For is a list of addresses, some with a port. X-Forwarded-Proto has one scheme for
// all of them, or one for each; of any other number nobody knows which is whose.
function hopsOfForwardedFor(value: string, protoValue: string | undefined): Hop[] {
  const nodes = value.split(',');
  const protos = (protoValue ?? '').split(',').map((proto) => proto.trim().toLowerCase());
  const protoOf = (index: number): string | undefined => {
    const proto = protos.length === nodes.length ? protos[index] : protos[protos.length - 1];
    return proto === 'https' || proto === 'http' ? proto : undefined;
  };
  const isClear = protos.length === 1 || protos.length === nodes.length;
  return nodes.map((node, index) => ({
    peer: parseNode(node.trim()),
    proto: isClear ? protoOf(index) : undefined,
  }));
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`. */
function parseNode(text: string): Peer | undefined {
  if (isIP(text) !== 0 && !text.includes('%')) return { address: plain(text), port: 0 };
  const [, ipv6, ipv4, digits = '0'] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = ipv6 ?? ipv4 ?? '';
  const port = Number(digits);
  const isAddress = isIP(address) === (ipv6 === undefined ? 4 : 6);
  return isAddress && port <= 65_535 ? { address: plain(address), port } : undefined;
}

/** As sockets tell addresses: in small letters, IPv4 addresses as such. */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=[0-9.]+$)/, '');
}
