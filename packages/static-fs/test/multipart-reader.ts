// Reads multipart/byteranges as a client would, by the grammar of RFC 2046 §5.1.1 alone. For tests.

import { type ByteRange, parseContentRange } from '../src/index.ts';

/** A part that was read. */
export interface ReadPart {
  readonly mediaType: string;
  readonly range: ByteRange;
  readonly wholeBytes: number;
  readonly octets: Buffer;
  /** From its delimiter to its first octet, in bytes. */
  readonly headBytes: number;
}

/** Reads a content; throws where it is not in the grammar. */
export function readMultipart(contentType: string, content: Buffer): ReadPart[] {
  // A token needs no quotes (RFC 2045 §5.1); at most 70 characters (RFC 2046 §5.1.1).
  const boundary = /^multipart\/byteranges; boundary=([\w.!#$%&'*+^`|~-]{1,70})$/.exec(
    contentType,
  )?.[1];
  if (boundary === undefined) throw new Error(`no boundary in ${contentType}`);
  const text = content.toString('latin1');
  const [preamble, ...pieces] = text.split(`\r\n--${boundary}`);
  if (preamble !== '') throw new Error('octets before the first delimiter');
  if (pieces.pop() !== '--\r\n') throw new Error('no end');
  return pieces.map((piece) => {
    const match =
      /^\r\nContent-Type: ([^\r\n]+)\r\nContent-Range: ([^\r\n]+)\r\n\r\n/.exec(piece) ?? [];
    const [head = '', mediaType = '', contentRange = ''] = match;
    const parsed = parseContentRange(contentRange);
    if (parsed?.kind !== 'range') throw new Error(`no range in ${piece.slice(0, 300)}`);
    return {
      mediaType,
      range: parsed.range,
      wholeBytes: parsed.lengthBytes ?? NaN,
      octets: Buffer.from(piece.slice(head.length), 'latin1'),
      headBytes: head.length + boundary.length + 4,
    };
  });
}
