import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countedFile, octetAt } from '../test/counted-file.ts';
import { BLOCK_BYTES, FileParts } from './file-parts.ts';
import type { ByteRange } from './range.ts';

const COST = BLOCK_BYTES + 512;
const LENGTH = 4 * BLOCK_BYTES + 100;

function octetsOf({ first, last }: ByteRange): Buffer {
  return Buffer.from(
    Array.from({ length: last - first + 1 }, (_, index) => octetAt(first + index)),
  );
}

function setUp(maxBytes = 10 * COST, roomBytes = Infinity) {
  const file = countedFile(LENGTH, roomBytes);
  const state = Object.assign(file.state, { hits: 0, misses: 0 });
  const parts = new FileParts({
    ...file,
    maxBytes,
    hit: () => {
      state.hits += 1;
    },
    miss: () => {
      state.misses += 1;
    },
  });
  return { parts, state };
}

/** Asks for a range as an answer does, again where it was not to be kept. */
async function askTwice(parts: FileParts, range: ByteRange): Promise<Uint8Array | undefined> {
  for (let time = 1; ; time += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const part = parts.get(range) ?? (await parts.load(range));
    if (part !== undefined || time === 2) return part;
  }
}

const first = (bytes: number): ByteRange => ({ first: 0, last: bytes - 1 });

describe('a part', () => {
  it('is kept from the second time on, with what lies around it', async () => {
    const { parts, state } = setUp();
    const range = { first: 1000, last: 1009 };
    expect(parts.get(range)).toBeUndefined();
    expect(parts.load(range)).toBeUndefined();
    expect(parts.get(range)).toBeUndefined();
    expect(await parts.load(range)).toEqual(octetsOf(range));
    expect(state).toMatchObject({ reads: 1, misses: 1, hits: 0, countedBytes: COST });
    expect(parts.get(range)).toEqual(octetsOf(range));
    expect(parts.get(first(20))).toEqual(octetsOf(first(20)));
    expect(state).toMatchObject({ reads: 1, misses: 1, hits: 2, countedBytes: COST });
  });

  it('is the same view for who asks for the same again', async () => {
    const { parts } = setUp();
    const part = await askTwice(parts, first(10));
    expect(parts.get(first(10))).toBe(part);
  });

  it.each<[string, ByteRange, number]>([
    ['one block', first(BLOCK_BYTES), COST],
    ['the end of one and the start of the next', { first: 65_530, last: 65_540 }, 2 * COST],
    ['two blocks, as long as one', { first: 1, last: BLOCK_BYTES }, 2 * COST],
    ['the last block, which is short', { first: LENGTH - 5, last: LENGTH - 1 }, 612],
    ['the last octet', { first: LENGTH - 1, last: LENGTH - 1 }, 612],
  ])('may be %s', async (_what, range, countedBytes) => {
    const { parts, state } = setUp();
    expect(await askTwice(parts, range)).toEqual(octetsOf(range));
    expect(parts.get(range)).toEqual(octetsOf(range));
    expect(state).toMatchObject({ reads: 1, countedBytes });
  });

  it('is read as far as it is not there', async () => {
    const { parts, state } = setUp();
    await askTwice(parts, first(10));
    const range = { first: 65_530, last: 65_540 };
    expect(await askTwice(parts, range)).toEqual(octetsOf(range));
    expect(state).toMatchObject({ reads: 2, countedBytes: 2 * COST });
  });

  it('is none where it is longer than a block', async () => {
    const { parts, state } = setUp();
    await askTwice(parts, first(BLOCK_BYTES));
    expect(await askTwice(parts, first(BLOCK_BYTES + 1))).toBeUndefined();
    expect(state.reads).toBe(1);
  });

  it('is none that others were asked for in between, more than are remembered', () => {
    const { parts } = setUp(1000 * COST);
    expect(parts.load(first(1))).toBeUndefined();
    // The file of this test is short: what matters is the position.
    for (let block = 1; block <= 32; block += 1) {
      const position = block * BLOCK_BYTES;
      expect(parts.load({ first: position, last: position })).toBeUndefined();
    }
    expect(parts.load(first(1))).toBeUndefined();
  });
});

describe('nothing is kept', () => {
  it('of what could be of another version, and it is not counted', async () => {
    const { parts, state } = setUp();
    state.isSame = false;
    expect(await askTwice(parts, first(10))).toBeUndefined();
    expect(parts.get(first(10))).toBeUndefined();
    expect(state).toMatchObject({ reads: 1, misses: 0, countedBytes: 0 });
    state.isSame = true;
    expect(await askTwice(parts, first(10))).toEqual(octetsOf(first(10)));
  });

  it.each([
    ['in the share of one file', 0, Infinity],
    ['in the memory of all', Infinity, COST - 1],
  ])('where there is no room %s, nor is it read', async (_where, maxBytes, roomBytes) => {
    const { parts, state } = setUp(maxBytes, roomBytes);
    expect(await askTwice(parts, first(10))).toBeUndefined();
    expect(state).toMatchObject({ reads: 0, countedBytes: 0 });
  });

  it('twice: who comes while it is read is not kept waiting', async () => {
    const { parts, state } = setUp();
    let open = (): void => {};
    state.gate = new Promise((resolve) => (open = resolve));
    void parts.load(first(10));
    const loading = parts.load(first(10));
    expect(loading).toBeInstanceOf(Promise);
    expect(parts.load(first(20))).toBeUndefined();
    open();
    expect(await loading).toEqual(octetsOf(first(10)));
    expect(state.reads).toBe(1);
  });

  it('beyond the share, also while all of it is being read', async () => {
    const { parts, state } = setUp(COST);
    let open = (): void => {};
    state.gate = new Promise((resolve) => (open = resolve));
    void parts.load(first(10));
    const loading = parts.load(first(10));
    const other = { first: BLOCK_BYTES, last: BLOCK_BYTES };
    expect(await askTwice(parts, other)).toBeUndefined();
    open();
    await loading;
    expect(state).toMatchObject({ reads: 1, countedBytes: COST });
  });
});

it('what was not used since gives way first', async () => {
  const { parts } = setUp(2 * COST);
  const [a, b, c, d] = [0, 1, 2, 3].map((block) => {
    const position = block * BLOCK_BYTES;
    return { first: position, last: position };
  }) as [ByteRange, ByteRange, ByteRange, ByteRange];
  await askTwice(parts, a);
  await askTwice(parts, b);
  await askTwice(parts, c);
  // All were used: the oldest went, and what is left was marked for the next time.
  expect(parts.get(a)).toBeUndefined();
  parts.get(c);
  await askTwice(parts, d);
  expect(parts.get(b)).toBeUndefined();
  expect(parts.get(c)).toEqual(octetsOf(c));
});

it('for any ranges, in any room, octets are those of the file and what is counted is within it', async () => {
  const range = fc
    .tuple(fc.nat(LENGTH - 1), fc.oneof(fc.nat(20), fc.nat(BLOCK_BYTES + 10)))
    .map(([start, more]) => ({ first: start, last: Math.min(start + more, LENGTH - 1) }));
  const step = fc.record({ range, isSame: fc.constantFrom(true, true, true, false) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.constantFrom(0, COST, 2 * COST, 3 * COST, 10 * COST),
      fc.constantFrom(2 * COST, Infinity),
      async (steps, maxBytes, roomBytes) => {
        const { parts, state } = setUp(maxBytes, roomBytes);
        for (const { range: asked, isSame } of steps) {
          state.isSame = isSame;
          // oxlint-disable-next-line no-await-in-loop
          const part = await askTwice(parts, asked);
          if (part !== undefined) expect(Buffer.compare(part, octetsOf(asked))).toBe(0);
          expect(state.countedBytes).toBeLessThanOrEqual(Math.min(maxBytes, roomBytes));
          expect(state.countedBytes).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 100 },
  );
});
