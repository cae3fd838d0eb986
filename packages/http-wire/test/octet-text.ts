/**
 * Octets as people write and read them in transcripts.
 * Owns the escapes `\x00`, `\r`, `\n` and `\t`; refuses every other backslash, and characters
 * that are no ASCII, so that a transcript has one reading.
 */

const ESCAPE = /\\(?:x([0-9a-f]{2})|([rnt]))/g;
const NAMED: Readonly<Record<string, number>> = { r: 0x0d, n: 0x0a, t: 0x09 };

/** One octet for each code unit of a text, all at most 0xFF. */
export function octetsOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The text with its escapes replaced by the octets they stand for, one code unit each. */
export function unescapeText(text: string): string {
  const rest = text.replace(ESCAPE, '');
  if (/[^\x20-\x7e]/.test(rest)) throw new Error(`not ASCII, write an escape: ${text}`);
  if (rest.includes('\\')) throw new Error(`unknown escape, a backslash is \\x5c: ${text}`);
  return text.replace(ESCAPE, (_whole, hex: string | undefined, name: string) =>
    String.fromCharCode(hex === undefined ? (NAMED[name] as number) : Number.parseInt(hex, 16)),
  );
}

/** The text as a transcript writes it: what is not visible ASCII or a space is escaped. */
export function escapeText(text: string): string {
  return text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (char) => {
    if (char === '\r') return '\\r';
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** {@link escapeText} for octets. */
export function escapeOctets(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return escapeText(text);
}

/** The octets of a block: every line ends in CRLF, but one that ends in a backslash in nothing. */
export function octetsOfLines(lines: readonly string[]): Uint8Array {
  let text = '';
  for (const line of lines) {
    text += line.endsWith('\\') ? unescapeText(line.slice(0, -1)) : `${unescapeText(line)}\r\n`;
  }
  return octetsOfText(text);
}
