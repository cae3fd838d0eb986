// The coders of this machine: which content codings it can make, and how hard each one tries. It is
// zlib's work on the thread pool: of the 70 ms that 4 MiB take, 2 are spent on the thread that
// answers requests. What is kept and what is sent is decided elsewhere. RFC 9110 §8.4.1; br is
// RFC 7932, zstd RFC 8878.
//
// The first who asks waits for a form, so one of 300 KB may take about 8 ms; whoever wants smaller
// ones puts siblings beside the files. Node 24 (20 takes up to a fifth longer) on two shared cores,
// the median of 11 runs (4 MiB: of 3) in ms, and what is left in percent:
//
//              script, minified   script     page       JSON        scripts
//                307 KB           303 KB     20 KB      1.9 KB      4 MiB
//   br   4      5.2  33.2        3.7 22.0   0.4 18.2   0.2 34.3     44 16.9
//   br   5      7.7  31.3        5.7 20.0   0.4 17.1   0.2 32.4     65 15.8   forms
//   br   6      8.6  31.1        6.5 19.7   0.5 17.1   0.2 32.2     76 15.3
//   br   9     26.9  30.7       23.4 19.2   4.4 17.0   1.4 32.2    195 14.4
//   br  11      428  28.4        349 17.4    18 15.7   2.7 29.7   5320 12.7
//   gzip 1      3.4  37.1        2.2 26.0   0.2 21.1   0.2 35.9     25 22.9
//   gzip 4      4.4  33.8        3.0 22.3   0.2 19.1   0.2 35.0     36 19.2
//   gzip 6      7.1  32.6        5.8 21.0   0.3 18.3   0.2 34.5     77 18.0   forms
//   gzip 9      8.5  32.5       23.6 20.8   0.4 18.2   0.2 34.5    186 17.9
//   zstd 3      2.3  34.2        1.4 23.2   0.2 19.8   0.2 35.9     19 19.0
//   zstd 6      4.2  32.1        3.3 20.9   0.3 18.2   0.2 35.1     41 16.4   forms
//   zstd 9      5.5  31.7        4.6 20.5   0.4 18.4   0.2 35.1     61 15.4
//
// zstd is tried before gzip for a client that takes both. With 3 it would have been the larger one.

import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

import type { ContentCoding } from './content-coding.ts';

type Written = (error: Error | null, octets: Uint8Array) => void;
type Settings = zlib.ZlibOptions & zlib.BrotliOptions & { readonly pledgedSrcSize?: number };

interface Coder {
  compress(octets: Uint8Array, settings: Settings, written: Written): void;
  createStream(settings: Settings): Transform;
}

// What Node has of zstd: 22.15 and 23.8 have it, 20 does not, and its types do not know it.
interface Zstd {
  readonly zstdCompress?: Coder['compress'];
  readonly createZstdCompress?: Coder['createStream'];
}

/** Which codings can be made here. */
export const codingsMadeHere: ReadonlySet<ContentCoding> = new Set(
  (['br', 'zstd', 'gzip'] as const).filter((coding) => coderOf(coding) !== undefined),
);

// One trip to the thread pool for each. A form of 4 MiB of text takes about ten.
const CHUNK_BYTES = 64 * 1024;
// Of zstd.h; Node's constants have it only where it has zstd.
const ZSTD_COMPRESSION_LEVEL = 100;
// Node cuts a parameter down to 32 bits; above this, nothing differs.
const LARGEST_HINT_BYTES = 2 ** 30;

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib.constants;

/**
 * Compresses octets that are in memory, which are not changed and not retained.
 *
 * @returns Octets of their own, with no room behind them: to keep them costs their length.
 * @throws {TypeError} Where the coding cannot be made here.
 */
export async function compress(octets: Uint8Array, coding: ContentCoding): Promise<Uint8Array> {
  const coder = requireCoder(coding);
  const settings = settingsOfForm(coding, octets.length);
  const written = await new Promise<Uint8Array>((resolve, reject) => {
    coder.compress(octets, settings, (error, result) => (error ? reject(error) : resolve(result)));
  });
  // Of one chunk zlib gives a view: kept, 600 octets would keep 64 KiB.
  if (written.length === written.buffer.byteLength) return written;
  const form = Buffer.allocUnsafeSlow(written.length);
  form.set(written);
  return form;
}

/**
 * Makes a stream that compresses a file which is sent as it is made, for one client at a time.
 *
 * @throws {TypeError} Where the coding cannot be made here.
 */
export function createCoder(coding: ContentCoding, lengthBytes: number): Transform {
  return requireCoder(coding).createStream(settingsOfStream(coding, lengthBytes));
}

function settingsOfForm(coding: ContentCoding, lengthBytes: number): Settings {
  const chunkSize = CHUNK_BYTES;
  switch (coding) {
    case 'br':
      return {
        chunkSize,
        params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_SIZE_HINT]: lengthBytes },
      };
    case 'gzip':
      return { chunkSize, level: 6 };
    case 'zstd':
      // With the length said beforehand, small files take half the time.
      return { chunkSize, pledgedSrcSize: lengthBytes, params: { [ZSTD_COMPRESSION_LEVEL]: 6 } };
  }
}

// Made for each client anew, so it tries less: 95 MB/s with br, 110 with gzip, 230 with zstd, on a
// thread. The window of br is 512 KiB in place of 4 MiB: a stream takes 9 MiB in place of 28, its
// first octets come after 1 MiB in place of 8, and what comes is 4 % more. gzip takes 3, zstd 6.
function settingsOfStream(coding: ContentCoding, lengthBytes: number): Settings {
  const chunkSize = CHUNK_BYTES;
  switch (coding) {
    case 'br':
      return {
        chunkSize,
        params: {
          [BROTLI_PARAM_QUALITY]: 4,
          [BROTLI_PARAM_LGWIN]: 19,
          [BROTLI_PARAM_SIZE_HINT]: Math.min(lengthBytes, LARGEST_HINT_BYTES),
        },
      };
    case 'gzip':
      return { chunkSize, level: 4 };
    case 'zstd':
      return { chunkSize, params: { [ZSTD_COMPRESSION_LEVEL]: 3 } };
  }
}

function coderOf(coding: ContentCoding): Coder | undefined {
  switch (coding) {
    case 'br':
      return { compress: zlib.brotliCompress, createStream: zlib.createBrotliCompress };
    case 'gzip':
      return { compress: zlib.gzip, createStream: zlib.createGzip };
    case 'zstd': {
      const { zstdCompress, createZstdCompress }: typeof zlib & Zstd = zlib;
      if (zstdCompress === undefined || createZstdCompress === undefined) return undefined;
      return { compress: zstdCompress, createStream: createZstdCompress };
    }
  }
}

function requireCoder(coding: ContentCoding): Coder {
  const coder = coderOf(coding);
  if (coder === undefined) throw new TypeError(`${coding} cannot be made here`);
  return coder;
}
