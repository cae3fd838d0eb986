/**
 * How the content of a message is delimited, derived from its head and nothing else.
 * Owns every rule against request smuggling: whatever two recipients could frame differently
 * is refused here. There is no lenient switch.
 *
 * RFC 9112 §6.1 (Transfer-Encoding), §6.2 (Content-Length), §6.3 (message body length).
 */
import { type ProtocolErrorCode } from './errors.ts';
import type { Fields } from './fields.ts';
import { isDigit, trimBlanks } from './grammar.ts';

/** How the content of a message is delimited. */
export type BodyFraming =
  /** There is no content. */
  | { readonly kind: 'none' }
  /** The next `lengthBytes` octets are the content. */
  | { readonly kind: 'length'; readonly lengthBytes: number }
  /** The content comes in chunks, and a trailer section after it. */
  | { readonly kind: 'chunked' }
  /** The content ends where the connection ends (responses only). */
  | { readonly kind: 'until-close' };

/** A framing, or what is wrong with the fields that should give it. */
export type FramingResult = BodyFraming | FramingFault;

/** Why a head gives no framing. */
export interface FramingFault {
  readonly kind: 'fault';
  readonly code: ProtocolErrorCode;
  /** The field that is at fault. */
  readonly field: 'content-length' | 'transfer-encoding';
}

const CHUNKED_NAME = /^chunked$/i;

const NONE: BodyFraming = Object.freeze({ kind: 'none' });
const CHUNKED: BodyFraming = Object.freeze({ kind: 'chunked' });
const UNTIL_CLOSE: BodyFraming = Object.freeze({ kind: 'until-close' });

/**
 * The framing of a request. RFC 9112 §6.3, steps 3 to 7.
 *
 * @param fields - the request's field section
 * @param minorVersion - the digit behind `HTTP/1.`
 */
export function requestFraming(fields: Fields, minorVersion: number): FramingResult {
  const declared = declaredFraming(fields, minorVersion);
  // Step 7: a request with neither field has no content.
  return declared ?? NONE;
}

/**
 * The framing of a response. RFC 9112 §6.3, steps 1 to 8.
 *
 * @param method - the method of the request that it answers; `undefined` where that is unknown
 * @param status - the response's status
 */
export function responseFraming(
  method: string | undefined,
  status: number,
  fields: Fields,
  minorVersion: number,
): FramingResult {
  // Steps 1 and 2.
  if (isWithoutContent(method, status)) return NONE;
  // Step 8: without either field the content lasts until the connection ends.
  return declaredFraming(fields, minorVersion) ?? UNTIL_CLOSE;
}

/** Whether a response has no content, whatever its fields say. RFC 9112 §6.3, steps 1 and 2. */
export function isWithoutContent(method: string | undefined, status: number): boolean {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return true;
  // After CONNECT succeeded the connection is a tunnel.
  return method === 'CONNECT' && status < 300;
}

/** Steps 3 to 6: what Transfer-Encoding and Content-Length say; `undefined` where neither is there. */
function declaredFraming(fields: Fields, minorVersion: number): FramingResult | undefined {
  const hasLength = fields.has('content-length');
  if (!fields.has('transfer-encoding')) {
    return hasLength ? lengthFraming(fields.getAll('content-length')) : undefined;
  }
  // Step 3. Security: a recipient that believes the other field sees another message.
  if (hasLength) return codingFault('length-and-coding');
  // §6.1: a coding in HTTP/1.0 is treated as faulty framing.
  if (minorVersion === 0) return codingFault('coding-in-http-1.0');
  return codingFraming(fields.getAll('transfer-encoding'));
}

//   Transfer-Encoding = #transfer-coding,  transfer-coding = token *( OWS ";" OWS parameter )
function codingFraming(lines: readonly string[]): FramingResult {
  const value = lines[0] as string;
  if (lines.length > 1) return codingFault('invalid-transfer-coding');
  // Not toLowerCase(): that makes a "k" of the Kelvin sign.
  if (CHUNKED_NAME.test(value)) return CHUNKED;
  // A well-formed list that ends in one chunked, or one single coding, is merely not
  // implemented (§6.1: 501). All else leaves open where the content ends: 400.
  const codings = value.split(',').map(trimBlanks);
  const wellFormed = codings.every((coding) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(coding));
  const chunkedAt = codings.findIndex((coding) => CHUNKED_NAME.test(coding));
  const unambiguous = codings.length === 1 || chunkedAt === codings.length - 1;
  return codingFault(
    wellFormed && unambiguous ? 'unsupported-transfer-coding' : 'invalid-transfer-coding',
  );
}

//   Content-Length = 1*DIGIT
function lengthFraming(lines: readonly string[]): FramingResult {
  const value = lines[0] as string;
  // Deviation: §6.3 step 5 would allow a list of equal values; no client that means well sends
  // one (decisions/0002).
  if (lines.length > 1 || value.includes(',')) return lengthFault('repeated-content-length');
  // No Number() or parseInt(): those take signs, blanks, "0x" and exponents.
  let lengthBytes = 0;
  for (let at = 0; at < value.length; at++) {
    const octet = value.charCodeAt(at);
    if (!isDigit(octet)) return lengthFault('invalid-content-length');
    lengthBytes = lengthBytes * 10 + (octet - 0x30);
    if (lengthBytes > Number.MAX_SAFE_INTEGER) return lengthFault('content-length-overflow');
  }
  // A leading zero is octal to some recipients.
  if (value === '' || (value.length > 1 && value.charCodeAt(0) === 0x30)) {
    return lengthFault('invalid-content-length');
  }
  return { kind: 'length', lengthBytes };
}

function lengthFault(code: ProtocolErrorCode): FramingFault {
  return { kind: 'fault', code, field: 'content-length' };
}

function codingFault(code: ProtocolErrorCode): FramingFault {
  return { kind: 'fault', code, field: 'transfer-encoding' };
}
