import { describe, expect, it } from 'vitest';
import { ChunkBuffers } from './chunk-buffers.ts';
import { SessionBuffers } from './http2-buffers.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('the buffers of a session', () => {
  it('are as large as anybody else has them, for two streams of a fast client', () => {
    const buffers = new SessionBuffers(new ChunkBuffers());
    const taken = Array.from({ length: 4 }, () => buffers.take(MIB));
    expect(taken.map(({ length }) => length)).toEqual([MIB, MIB, MIB, MIB]);
    expect(buffers.take(MIB)).toHaveLength(16 * KIB);
  });

  it('are 8 MiB at most for a hundred streams, whatever they ask for', () => {
    for (const asked of [64 * KIB, 128 * KIB, MIB]) {
      const buffers = new SessionBuffers(new ChunkBuffers());
      for (let stream = 0; stream < 100; stream++) {
        buffers.take(asked);
        buffers.take(asked);
      }
      expect(buffers.heldBytes).toBeLessThan(8 * MIB);
    }
  });

  it('are there again when they are given back or forgotten', () => {
    const source = new ChunkBuffers();
    const buffers = new SessionBuffers(source);
    const taken = Array.from({ length: 4 }, () => buffers.take(MIB));
    expect(source.largeInUse).toBe(4);
    buffers.give(taken[0]!);
    buffers.forget(taken[1]!);
    expect(buffers.heldBytes).toBe(2 * MIB);
    expect(source.largeInUse).toBe(2);
    expect(buffers.take(MIB)).toHaveLength(MIB);
  });

  it('are never larger than was asked for', () => {
    const buffers = new SessionBuffers(new ChunkBuffers());
    for (let count = 0; count < 4; count++) buffers.take(MIB);
    expect(buffers.take(7)).toHaveLength(7);
  });
});
