// What a client does with a content coding: gives the octets back. Not with our own code.

import * as zlib from 'node:zlib';

import type { ContentCoding } from '../src/content-coding.ts';

type Decode = (octets: Uint8Array) => Buffer;

/** Whether this Node has zstd at all. */
export const HAS_ZSTD: boolean = 'zstdCompress' in zlib;

/** Every coding that has to be made here. */
export const CODINGS: readonly ContentCoding[] = HAS_ZSTD ? ['br', 'zstd', 'gzip'] : ['br', 'gzip'];

/** Decodes octets in a content coding; throws where they are cut short or followed by others. */
export function decode(octets: Uint8Array, coding: ContentCoding): Buffer {
  const { zstdDecompressSync }: typeof zlib & { readonly zstdDecompressSync?: Decode } = zlib;
  if (coding === 'br') return zlib.brotliDecompressSync(octets);
  if (coding === 'gzip') return zlib.gunzipSync(octets);
  if (zstdDecompressSync === undefined) throw new Error('this Node has no zstd');
  return zstdDecompressSync(octets);
}
