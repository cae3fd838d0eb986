/**
 * Checks the version in a start line, octet by octet.
 * Owns which versions are spoken: major 1, any minor (RFC 9110 §2.5: a higher minor version is
 * read as the highest that the recipient knows).
 *
 * RFC 9112 §2.3.
 */
import type { ProtocolErrorCode } from './errors.ts';
import { isDigit } from './grammar.ts';

//   HTTP-version = HTTP-name "/" DIGIT "." DIGIT
//   HTTP-name    = %s"HTTP"
const PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f];
const MAJOR_AT = 5;
const DOT_AT = 6;
const DOT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;

/** How many octets a version has; the last of them is the minor version's digit. */
export const VERSION_LENGTH = 8;

/** What is wrong with the octet at `index`, 0 to 7, of a version; `undefined` for nothing. */
export function versionFault(octet: number, index: number): ProtocolErrorCode | undefined {
  if (index < MAJOR_AT) return octet === PREFIX[index] ? undefined : 'invalid-version';
  if (index === DOT_AT) return octet === DOT ? undefined : 'invalid-version';
  if (!isDigit(octet)) return 'invalid-version';
  if (index !== MAJOR_AT || octet === ONE) return undefined;
  // There has never been an HTTP/0.x with a version in its start line.
  return octet === ZERO ? 'invalid-version' : 'unsupported-version';
}
