import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  allocate,
  decodeLatin1,
  decodeLatin1Portably,
  encodeLatin1,
  encodeLatin1Portably,
} from './octets.ts';

const ALL = Uint8Array.from({ length: 256 }, (_, octet) => octet);
const TEXT = Array.from(ALL, (octet) => String.fromCharCode(octet)).join('');

/** Each kind of array that callers may have, with the same octets. */
const KINDS: readonly (readonly [name: string, of: (octets: Uint8Array) => Uint8Array])[] = [
  ['a Uint8Array', (octets) => Uint8Array.from(octets)],
  ['a Buffer', (octets) => Buffer.from(octets)],
  [
    'a view that begins within its buffer',
    (octets) => {
      const outer = new Uint8Array(octets.length + 7);
      outer.set(octets, 3);
      return outer.subarray(3, 3 + octets.length);
    },
  ],
  [
    'a Buffer that begins within its buffer',
    (octets) => {
      const outer = Buffer.alloc(octets.length + 7);
      outer.set(octets, 3);
      return outer.subarray(3, 3 + octets.length);
    },
  ],
];

describe.each(KINDS)('the text of %s', (_, of) => {
  test.each([
    ['decodeLatin1', decodeLatin1],
    ['decodeLatin1Portably', decodeLatin1Portably],
  ] as const)('has one code unit for each of the 256 octets (%s)', (_name, decode) => {
    expect(decode(of(ALL), 0, 256)).toBe(TEXT);
  });

  test('is the same on both ways, whole and in part', () => {
    const octets = of(ALL);
    for (const [start, end] of [
      [0, 0],
      [5, 5],
      [0, 1],
      [0x7e, 0xa2],
      [255, 256],
    ] as const) {
      expect(decodeLatin1(octets, start, end)).toBe(TEXT.slice(start, end));
      expect(decodeLatin1Portably(octets, start, end)).toBe(TEXT.slice(start, end));
    }
  });

  test('is the same on both ways around the length of a piece', () => {
    for (const length of [4095, 4096, 4097, 8192, 8193, 20_000]) {
      const octets = of(Uint8Array.from({ length }, (_octet, at) => (at * 7) & 0xff));
      const portable = decodeLatin1Portably(octets, 0, length);
      expect(portable).toHaveLength(length);
      expect(decodeLatin1(octets, 0, length)).toBe(portable);
      expect(decodeLatin1Portably(octets, 1, length)).toBe(portable.slice(1));
    }
  });
});

describe('encoding', () => {
  test('gives one octet for each of the 256 code units, on both ways', () => {
    expect(Uint8Array.from(encodeLatin1(TEXT))).toEqual(ALL);
    expect(Uint8Array.from(encodeLatin1Portably(TEXT))).toEqual(ALL);
    expect(encodeLatin1('')).toHaveLength(0);
    expect(encodeLatin1Portably('')).toHaveLength(0);
  });

  test('is undone by decoding', () => {
    for (const octets of [encodeLatin1(TEXT), encodeLatin1Portably(TEXT)]) {
      expect(decodeLatin1(octets, 0, octets.length)).toBe(TEXT);
      expect(decodeLatin1Portably(octets, 0, octets.length)).toBe(TEXT);
    }
  });
});

test('allocate() gives as many octets as asked for, in memory of their own', () => {
  const octets = allocate(10);
  expect(octets).toHaveLength(10);
  expect(octets.buffer.byteLength).toBe(10);
});

describe('where there is no Buffer', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('text is encoded and memory allocated all the same', async () => {
    vi.resetModules();
    vi.stubGlobal('Buffer', undefined);
    const portable = await import('./octets.ts');
    vi.unstubAllGlobals();
    expect(portable.encodeLatin1).not.toBe(encodeLatin1);
    const octets = portable.encodeLatin1(TEXT);
    expect(octets).toBeInstanceOf(Uint8Array);
    expect(octets).not.toBeInstanceOf(Buffer);
    expect(octets).toEqual(ALL);
    expect(portable.allocate(10)).not.toBeInstanceOf(Buffer);
    expect(portable.allocate(10)).toHaveLength(10);
    expect(portable.decodeLatin1(octets, 0, 256)).toBe(TEXT);
  });
});
