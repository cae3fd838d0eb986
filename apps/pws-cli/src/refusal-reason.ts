/**
 * Why a request was refused, in words for the log.
 * Owns which other protocols are recognised there: a person who has mixed up two ports looks for
 * that, not for an octet. It is looked at where a request was refused already, so that no other
 * pays for it; the client is told nothing of it.
 *
 * RFC 8446 §5.1 (a record of TLS), RFC 9113 §3.4 (the preface of HTTP/2).
 */
import type { ProtocolError, ServerConnection } from '@pws/http-wire';

/** The machine that has refused it. */
type Refuser = Pick<ServerConnection, 'requestMethod' | 'takeRemaining'>;

/**
 * `bare-lf at octet 15`, and what it looks like where it looks like another protocol. What came is
 * taken out of the machine, unless it began with a request line.
 *
 * @param carrier - what it came over
 */
export function refusalReason(
  { code, offset }: ProtocolError,
  refuser: Refuser,
  carrier: { readonly encrypted?: boolean },
): string {
  const fault = `${code} at octet ${offset}`;
  // A request line was read: it is HTTP/1.1, and the machine needs its method to answer it.
  if (refuser.requestMethod !== undefined) return fault;
  const likeness = likenessOf(refuser.takeRemaining());
  if (likeness === undefined) return fault;
  return `${fault}: looks like ${likeness[carrier.encrypted === true ? 'secure' : 'plain']}`;
}

//   struct {
//       ContentType type;
//       ProtocolVersion legacy_record_version;
//   ...
//   handshake(22); 0x0301 or 0x0303
const HANDSHAKE = 0x16;
const MAJOR_VERSION = 0x03;

const PREFACE = Buffer.from('PRI * HTTP/2');

/** By what it came over. */
interface Likeness {
  readonly plain: string;
  readonly secure: string;
}

const TLS: Likeness = { plain: 'TLS on a plain port', secure: 'TLS within TLS' };
const HTTP_2: Likeness = {
  plain: 'HTTP/2 on a plain port',
  secure: 'HTTP/2 that ALPN did not choose',
};

function likenessOf(octets: Uint8Array): Likeness | undefined {
  // Also where the second octet has not come yet: the first is none of HTTP's.
  if (octets[0] === HANDSHAKE && (octets[1] ?? MAJOR_VERSION) === MAJOR_VERSION) return TLS;
  return PREFACE.equals(octets.subarray(0, PREFACE.length)) ? HTTP_2 : undefined;
}
