/**
 * The two kinds of IP addresses, as a host or a node is written.
 * Owns their grammar, to the letter: eight groups where there is no "::", fewer where there is.
 *
 * RFC 3986 §3.2.2.
 */

//   IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet         RFC 3986 §3.2.2
//   dec-octet   = 0 to 255, without leading zeros
const DEC_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;

/** Whether the text is an IPv4 address in dotted decimal form. */
export function isIpv4Address(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => DEC_OCTET.test(octet) && +octet <= 255);
}

//   IPv6address = 8 groups of h16, or fewer with one "::" in place of the rest; the last two
//                 groups may be an IPv4address                                RFC 3986 §3.2.2
//   h16         = 1*4HEXDIG
/** Whether the text is an IPv6 address, without brackets and without a zone. */
export function isIpv6Address(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let count = 0;
  for (const [index, half] of halves.entries()) {
    if (half === '' && halves.length === 2) continue;
    const groups = half.split(':');
    const last = groups.at(-1) as string;
    if (index === halves.length - 1 && isIpv4Address(last)) {
      groups.pop();
      count += 2;
    }
    if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
    count += groups.length;
  }
  return halves.length === 2 ? count <= 7 : count === 8;
}
