// Several ranges as one content: multipart/byteranges. Each part has a head that says what it is,
// and a boundary that stands nowhere in the file is between them. RFC 9110 §14.6, RFC 2046 §5.1.
//
//   part      = CRLF "--" boundary CRLF part-head CRLF octets
//   multipart = *part CRLF "--" boundary "--" CRLF
//
// The CRLF before the first part is one that RFC 2046 allows (an empty preamble).

import { randomBytes } from 'node:crypto';

import type { Piece } from './content.ts';
import { type ByteRange, formatContentRange } from './range.ts';

/** What the parts are parts of. */
export interface MultipartOptions {
  /** The media type of the whole. */
  readonly mediaType: string;
  /** The length of the whole, in bytes. */
  readonly lengthBytes: number;
  /** What stands between the parts: 1 to 40 characters of a token. */
  readonly boundary: string;
}

/**
 * Makes a boundary. Security: of 192 random bits, and new for each response: nobody can write a
 * file that holds the boundary of an answer to come, and pass off its octets for parts.
 */
export function randomBoundary(): string {
  return randomBytes(24).toString('base64url');
}

/** Writes ranges as parts: heads and ranges in turn, and the end. Heads are at most 256 bytes. */
export function multipartPieces(
  ranges: readonly ByteRange[],
  options: MultipartOptions,
): readonly Piece[] {
  const { mediaType, lengthBytes, boundary } = options;
  const pieces: Piece[] = [];
  for (const range of ranges) {
    const contentRange = formatContentRange({ kind: 'range', range, lengthBytes });
    const head =
      `\r\n--${boundary}\r\n` +
      `Content-Type: ${mediaType}\r\n` +
      `Content-Range: ${contentRange}\r\n\r\n`;
    pieces.push(Buffer.from(head, 'latin1'), range);
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'));
  return pieces;
}
