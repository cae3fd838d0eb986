import { describe, expect, it, test } from 'vitest';
import { ChunkBuffers } from './chunk-buffers.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('ChunkBuffers', () => {
  test.each([
    [0, 64 * KIB, 'nothing is known of the client'],
    [64 * KIB, 128 * KIB, 'the operating system keeps up for it'],
    [8 * MIB - 1, 128 * KIB, 'still'],
    [8 * MIB, MIB, 'it reads for itself'],
  ])('after %i bytes a chunk is %i: %s', (sentBytes, chunkBytes) => {
    expect(new ChunkBuffers().sizeAfter(sentBytes)).toBe(chunkBytes);
  });

  it('are 64 large ones at most; then there are smaller ones', () => {
    const buffers = new ChunkBuffers();
    const taken = Array.from({ length: 64 }, () => buffers.take(MIB));
    expect(new Set(taken.map(({ length }) => length))).toEqual(new Set([MIB]));
    expect(buffers.largeInUse).toBe(64);
    expect(buffers.take(MIB)).toHaveLength(128 * KIB);
    buffers.give(taken[0]!);
    expect(buffers.largeInUse).toBe(63);
    expect(buffers.take(MIB), 'the same again').toBe(taken[0]);
  });

  it('make up for one that does not come back', () => {
    const buffers = new ChunkBuffers();
    const taken = Array.from({ length: 64 }, () => buffers.take(MIB));
    buffers.forget(taken[0]!);
    const another = buffers.take(MIB);
    expect(another).toHaveLength(MIB);
    expect(another).not.toBe(taken[0]);
    expect(buffers.largeInUse).toBe(64);
  });

  it('keep no small ones', () => {
    const buffers = new ChunkBuffers();
    const small = buffers.take(64 * KIB);
    buffers.give(small);
    buffers.forget(small);
    expect(buffers.largeInUse).toBe(0);
    expect(buffers.take(64 * KIB)).not.toBe(small);
  });
});
