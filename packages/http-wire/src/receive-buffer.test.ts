import { describe, expect, test } from 'vitest';
import { ReceiveBuffer } from './receive-buffer.ts';

const held = (buffer: ReceiveBuffer): number[] => [
  ...buffer.octets.subarray(buffer.start, buffer.end),
];

describe('ReceiveBuffer', () => {
  test('keeps the first piece without a copy', () => {
    const buffer = new ReceiveBuffer();
    const piece = Uint8Array.of(1, 2, 3);
    buffer.append(piece);
    expect(buffer.octets).toBe(piece);
    expect(buffer.length).toBe(3);
  });

  test('gives views of the piece, and keeps nothing when all is read', () => {
    const buffer = new ReceiveBuffer();
    const piece = Uint8Array.of(1, 2, 3);
    buffer.append(piece);
    const view = buffer.take(2);
    expect(view.buffer).toBe(piece.buffer);
    expect([...view]).toEqual([1, 2]);
    buffer.skip(1);
    expect(buffer.length).toBe(0);
    expect(buffer.octets).toHaveLength(0);
    expect(buffer.streamOffset).toBe(3);
  });

  test('joins pieces, whatever has been read of them', () => {
    const buffer = new ReceiveBuffer();
    buffer.append(Uint8Array.of(1, 2, 3));
    buffer.skip(2);
    buffer.append(Uint8Array.of(4));
    buffer.append(Uint8Array.of(5, 6));
    expect(held(buffer)).toEqual([3, 4, 5, 6]);
    expect(buffer.streamOffset).toBe(2);
  });

  test.each([
    [4, 0, 'a whole piece'],
    [4, 3, 'the rest of one'],
    [600, 1, 'more than the smallest buffer'],
  ])('made its own, %i octets of which %i are read are a copy: %s', (length, read) => {
    const buffer = new ReceiveBuffer();
    const piece = Uint8Array.from({ length }, (_, at) => at & 0x7f);
    const expected = [...piece.subarray(read)];
    buffer.append(piece);
    buffer.skip(read);
    buffer.own();
    const { octets } = buffer;
    piece.fill(0xff);
    expect(held(buffer)).toEqual(expected);
    expect(buffer.streamOffset).toBe(read);
    buffer.own();
    expect(buffer.octets, 'which is copied once').toBe(octets);
    buffer.append(Uint8Array.of(1));
    expect(held(buffer)).toEqual([...expected, 1]);
  });

  test('made its own, nothing is nothing', () => {
    const buffer = new ReceiveBuffer();
    buffer.own();
    expect(buffer.octets).toHaveLength(0);
  });

  test('joins pieces of any length', () => {
    const buffer = new ReceiveBuffer();
    const expected: number[] = [];
    for (let length = 1; length <= 40; length++) {
      const piece = Uint8Array.from({ length }, (_, at) => (length * 7 + at) & 0xff);
      buffer.append(piece);
      expected.push(...piece);
    }
    expect(held(buffer)).toEqual(expected);
  });

  test('ignores an empty piece', () => {
    const buffer = new ReceiveBuffer();
    buffer.append(new Uint8Array(0));
    expect(buffer.length).toBe(0);
    buffer.append(Uint8Array.of(1));
    buffer.append(new Uint8Array(0));
    expect(held(buffer)).toEqual([1]);
  });

  test('writes neither into the pieces nor over views that were handed out', () => {
    const buffer = new ReceiveBuffer();
    const outer = Uint8Array.of(1, 2, 3, 4, 9, 9, 9, 9);
    buffer.append(outer.subarray(0, 4));
    const first = buffer.take(2);
    buffer.append(Uint8Array.of(5, 6));
    const second = buffer.take(3);
    buffer.append(Uint8Array.of(7, 8));
    const third = buffer.take(3);
    for (let at = 0; at < 2000; at++) buffer.append(Uint8Array.of(0xff));
    expect([...outer]).toEqual([1, 2, 3, 4, 9, 9, 9, 9]);
    expect([...first]).toEqual([1, 2]);
    expect([...second]).toEqual([3, 4, 5]);
    expect([...third]).toEqual([6, 7, 8]);
  });

  test('takes no more room than a small factor of what it holds', () => {
    const buffer = new ReceiveBuffer();
    for (let count = 1; count <= 5000; count++) {
      buffer.append(Uint8Array.of(count & 0xff));
      expect(buffer.octets.length).toBeLessThanOrEqual(Math.max(512, 2 * count));
    }
    expect(held(buffer)).toEqual(Array.from({ length: 5000 }, (_, at) => (at + 1) & 0xff));
  });

  test('takes no more room when octets flow through while some are always held', () => {
    const buffer = new ReceiveBuffer();
    buffer.append(new Uint8Array(100));
    for (let count = 0; count < 10_000; count++) {
      buffer.append(Uint8Array.of(count & 0xff));
      buffer.skip(1);
      expect(buffer.octets.length).toBeLessThanOrEqual(512);
    }
    expect(buffer.length).toBe(100);
    expect(buffer.streamOffset).toBe(10_000);
  });
});
