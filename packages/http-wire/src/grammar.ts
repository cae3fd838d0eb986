/**
 * Octet classes: for each of the 256 octets, which grammar rules may contain it.
 * Owns the single table that all parsers and serializers ask; refuses nothing itself.
 *
 * RFC 9110 §5.5 and §5.6.2 (token, field-vchar), RFC 9112 §3.2 (request-target).
 */

const TOKEN = 1;
const TARGET = 2;
const HOST = 4;
const FIELD_VALUE = 8;

/** Horizontal tab. */
export const HTAB = 0x09;
/** Line feed. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Space. */
export const SP = 0x20;

//   tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." /
//           "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
const TCHAR_MARKS = "!#$%&'*+-.^_`|~";

// The octets of a request target. RFC 3986 allows fewer; browsers send "|", "[", "]", "^",
// "{", "}", "`" and, in queries, "\" as they are typed, and none of them can be taken for a
// delimiter of the request line.
// Deviation: those are accepted (decisions/0003). Blanks, controls, octets above 0x7e, '"',
// "<", ">" and "#" (a fragment is never sent, RFC 9112 §3.2) are refused.
const TARGET_REFUSED = '"<>#';

//   uri-host = IP-literal / IPv4address / reg-name          (RFC 3986 §3.2.2)
//   reg-name = *( unreserved / pct-encoded / sub-delims )   plus "[", "]" and ":" for literals
const HOST_MARKS = "-._~%!$&'()*+,;=:[]";

const CLASS = new Uint8Array(256);

for (let octet = 0; octet < 256; octet++) {
  const char = String.fromCharCode(octet);
  const alphanumeric = /[0-9A-Za-z]/.test(char);
  const visible = octet > SP && octet < 0x7f;
  let flags = 0;
  if (alphanumeric || (visible && TCHAR_MARKS.includes(char))) flags |= TOKEN;
  if (visible && !TARGET_REFUSED.includes(char)) flags |= TARGET;
  if (alphanumeric || (visible && HOST_MARKS.includes(char))) flags |= HOST;
  //   field-vchar = VCHAR / obs-text, and SP and HTAB between them
  if (visible || octet >= 0x80 || octet === SP || octet === HTAB) flags |= FIELD_VALUE;
  CLASS[octet] = flags;
}

/** Whether the octet may stand in a token (method, field name). RFC 9110 §5.6.2. */
export const isTokenOctet = (octet: number): boolean => ((CLASS[octet] as number) & TOKEN) !== 0;

/**
 * The index behind the octets from `from` that may stand in a field value: VCHAR, obs-text, SP,
 * HTAB. RFC 9110 §5.5. Never behind `stop`.
 */
export function skipFieldValue(octets: Uint8Array, from: number, stop: number): number {
  return skipClass(octets, from, stop, FIELD_VALUE);
}

/** The index behind the octets from `from` that may stand in a token. RFC 9110 §5.6.2. */
export function skipToken(octets: Uint8Array, from: number, stop: number): number {
  return skipClass(octets, from, stop, TOKEN);
}

/** The index behind the octets from `from` that may stand in a request target. RFC 9112 §3.2. */
export function skipTarget(octets: Uint8Array, from: number, stop: number): number {
  return skipClass(octets, from, stop, TARGET);
}

/**
 * Most octets of a head pass through here, eight at a time. Where the eight are not all of the
 * class, those before the first other one are counted, not tried one by one: how many there are
 * is what a processor guesses wrong. Four at a time and the rest one by one, a browser's field
 * section took a tenth more time; one by one, a third more.
 */
function skipClass(octets: Uint8Array, from: number, stop: number, flag: number): number {
  let at = from;
  for (const last = stop - 8; at <= last; at += 8) {
    // Each of these is `flag` where all octets up to this one are of the class, else 0.
    const one = (CLASS[octets[at] as number] as number) & flag;
    const two = one & (CLASS[octets[at + 1] as number] as number);
    const three = two & (CLASS[octets[at + 2] as number] as number);
    const four = three & (CLASS[octets[at + 3] as number] as number);
    const five = four & (CLASS[octets[at + 4] as number] as number);
    const six = five & (CLASS[octets[at + 5] as number] as number);
    const seven = six & (CLASS[octets[at + 6] as number] as number);
    const eight = seven & (CLASS[octets[at + 7] as number] as number);
    if (eight !== 0) continue;
    return at + (one + two + three + four + five + six + seven) / flag;
  }
  while (at < stop && ((CLASS[octets[at] as number] as number) & flag) !== 0) at++;
  return at;
}

/** Whether the octet may stand in a field value. RFC 9110 §5.5. */
export const isFieldValueOctet = (octet: number): boolean =>
  ((CLASS[octet] as number) & FIELD_VALUE) !== 0;

/** Whether the octet may stand in a request target. RFC 9112 §3.2. */
export const isTargetOctet = (octet: number): boolean => ((CLASS[octet] as number) & TARGET) !== 0;

/** Whether the octet may stand in the uri-host of an authority. RFC 3986 §3.2.2. */
export const isHostOctet = (octet: number): boolean => ((CLASS[octet] as number) & HOST) !== 0;

/** Whether the octet is an ASCII digit. */
export const isDigit = (octet: number): boolean => octet >= 0x30 && octet <= 0x39;

/** The value of a hexadecimal digit, or -1 for any other octet. */
export const hexDigitValue = (octet: number): number => {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/** A token, whole. RFC 9110 §5.6.2. */
export const TOKEN_PATTERN: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A field value as it may be sent: no CR, LF, NUL or other control, no code unit above 0xFF. */
export const FIELD_VALUE_PATTERN: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The text without the blanks (SP, HTAB) around it.
 *
 * Not a regular expression: `[ \t]+$` looks again from each blank of a run that does not end the
 * text, so that 16 KiB of blanks in one field value cost 160 times what 16 KiB of letters do.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Whether the octet is SP or HTAB: optional whitespace. RFC 9110 §5.6.3. */
export const isBlank = (octet: number): boolean => octet === SP || octet === HTAB;
