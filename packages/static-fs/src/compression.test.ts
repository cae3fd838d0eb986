import { once } from 'node:events';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CODINGS, decode, HAS_ZSTD } from '../test/decoding.ts';
import { codingsMadeHere, compress, createCoder } from './compression.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Octets as they are in files: some of them repeat, some do not.
const someOctets = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(300).fill(97))))
  .map((parts) => Buffer.concat(parts));

async function readStream(coding: (typeof CODINGS)[number], octets: Buffer): Promise<Buffer> {
  const coder = createCoder(coding, octets.length);
  const parts: Buffer[] = [];
  coder.on('data', (part: Buffer) => parts.push(part));
  coder.end(octets);
  await once(coder, 'end');
  return Buffer.concat(parts);
}

describe('the codings that can be made here', () => {
  it('are br and gzip, and zstd from Node 22.15 and 23.8 on', () => {
    const hasZstd = major >= 24 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
    expect(HAS_ZSTD).toBe(hasZstd);
    expect([...codingsMadeHere]).toEqual(hasZstd ? ['br', 'zstd', 'gzip'] : ['br', 'gzip']);
  });

  it.runIf(!HAS_ZSTD)('are refused as a mistake of the caller where they cannot', async () => {
    await expect(compress(new Uint8Array(1), 'zstd')).rejects.toThrow(TypeError);
    expect(() => createCoder('zstd', 1)).toThrow(TypeError);
  });
});

describe.each(CODINGS)('%s', (coding) => {
  it('gives back what was compressed, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(someOctets, async (octets) => {
        const before = Buffer.from(octets);
        expect(decode(await compress(octets, coding), coding)).toEqual(before);
        expect(octets).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('gives back what went through a stream', async () => {
    await fc.assert(
      fc.asyncProperty(someOctets, async (octets) => {
        expect(decode(await readStream(coding, octets), coding)).toEqual(octets);
      }),
      { numRuns: 30 },
    );
  });

  it('makes the same of the same, so that an entity tag may tell forms apart by their files', async () => {
    const octets = Buffer.from('once upon a time, '.repeat(10_000));
    expect(await compress(octets, coding)).toEqual(await compress(octets, coding));
  });

  it.each([0, 10, 10_000, 3_000_000])(
    'keeps no room behind a form of %i repeated letters',
    async (count) => {
      const octets = Buffer.from(
        Array.from({ length: count }, (_, index) => 97 + ((index * index) % 23)),
      );
      const form = await compress(octets, coding);
      expect(form.buffer.byteLength).toBe(form.length);
    },
  );

  it('is made of several chunks where one does not hold it', async () => {
    const octets = Buffer.from(
      Array.from({ length: 300_000 }, (_, index) => Math.imul(index, index * 7 + 3) >>> 13),
    );
    const form = await compress(octets, coding);
    expect(form.length).toBeGreaterThan(64 * 1024);
    expect(decode(form, coding).equals(octets)).toBe(true);
  });
});

it.runIf(HAS_ZSTD)('zstd needs no larger window than clients have to have: 8 MiB', async () => {
  const stream = await readStream('zstd', Buffer.alloc(20 * 1024 * 1024, 'text'));
  // RFC 8878 §3.1.1.1: magic number, frame header descriptor, window descriptor; RFC 9659.
  const [descriptor = 0, window = 0] = stream.subarray(4);
  expect(descriptor & 0x20, 'no single segment, whose window would be all').toBe(0);
  expect(10 + (window >> 3)).toBeLessThan(23);
});
