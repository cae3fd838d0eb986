import { types } from 'mime-types';
import { describe, expect, it } from 'vitest';

import { readMultipart } from '../test/multipart-reader.ts';
import { mediaTypeOf } from './media-type.ts';
import { multipartPieces, randomBoundary } from './multipart.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;

describe('multipartPieces()', () => {
  it('writes a head before each range, and an end', () => {
    const ranges = [
      { first: 0, last: 1 },
      { first: 5, last: 5 },
    ];
    const pieces = multipartPieces(ranges, {
      mediaType: 'text/plain',
      lengthBytes: 10,
      boundary: 'B',
    });
    const texts = pieces.map((piece) => (piece instanceof Uint8Array ? String(piece) : piece));
    expect(texts).toEqual([
      '\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n',
      ranges[0],
      '\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-5/10\r\n\r\n',
      ranges[1],
      '\r\n--B--\r\n',
    ]);
  });

  it('writes no head of more than 256 bytes, whatever the type, the boundary and the length', () => {
    const ranges = [{ first: LARGEST - 2, last: LARGEST - 1 }];
    const headBytes = Object.keys(types).map((extension) => {
      const options = { lengthBytes: LARGEST, boundary: 'x'.repeat(40) };
      const mediaType = mediaTypeOf(`a.${extension}`);
      const [head] = multipartPieces(ranges, { ...options, mediaType });
      return head instanceof Uint8Array ? head.length : Infinity;
    });
    expect(Math.max(...headBytes)).toBeLessThanOrEqual(256);
  });
});

describe('randomBoundary()', () => {
  it('gives a token of at most 40 characters, another each time', () => {
    const boundaries = Array.from({ length: 100 }, randomBoundary);
    expect(new Set(boundaries).size).toBe(100);
    for (const boundary of boundaries) {
      expect(boundary).toMatch(/^[\w-]{32}$/);
      const end = Buffer.from(`\r\n--${boundary}--\r\n`);
      expect(readMultipart(`multipart/byteranges; boundary=${boundary}`, end)).toEqual([]);
    }
  });
});
