import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAll } from '../test/exchange.ts';
import { textContent } from './text-content.ts';

describe('textContent()', () => {
  it('gives the pieces in UTF-8, whatever the buffer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 20 }),
        async (pieces, bufferBytes) => {
          const octets = await readAll(textContent(pieces), bufferBytes);
          expect(octets.toString('utf8')).toBe(pieces.join(''));
        },
      ),
    );
  });

  it('makes no piece before it is needed', async () => {
    const made: number[] = [];
    const content = textContent(
      (function* count() {
        for (let number = 0; ; number += 1) {
          made.push(number);
          yield `${number}\n`;
        }
      })(),
    );
    expect(made).toEqual([]);
    expect(await content.read(new Uint8Array(4))).toBe(4);
    expect(made).toEqual([0, 1]);
    await content.close();
  });

  it('makes one piece in a turn of the event loop, also where there is nothing in it', async () => {
    let turn = 0;
    let isDone = false;
    const nextTurn = (): void => {
      turn += 1;
      if (!isDone) setImmediate(nextTurn);
    };
    setImmediate(nextTurn);
    const turns: number[] = [];
    const content = textContent(
      (function* pieces() {
        for (const piece of ['a', '', '', 'b'.repeat(100), '', 'c']) {
          turns.push(turn);
          yield piece;
        }
      })(),
    );
    const octets = await readAll(content, 10);
    isDone = true;
    expect(octets).toHaveLength(102);
    expect(turns).toHaveLength(6);
    expect(new Set(turns).size).toBe(6);
  });

  it('writes nothing once it is closed, also where it is read', async () => {
    const content = textContent(['a', 'b']);
    const buffer = new Uint8Array(8);
    const reading = expect(content.read(buffer)).rejects.toMatchObject({ kind: 'closed' });
    await content.close();
    const written = buffer.slice();
    await reading;
    expect(buffer).toEqual(written);
  });

  it('tells neither length nor octets beforehand', () => {
    const { lengthBytes, octets } = textContent(['text']);
    expect({ lengthBytes, octets }).toEqual({ lengthBytes: undefined, octets: undefined });
  });

  it('gives 0 after the end, again and again', async () => {
    const content = textContent(['a', '', 'b']);
    const buffer = new Uint8Array(8);
    expect([await content.read(buffer), await content.read(buffer)]).toEqual([2, 0]);
    expect(await content.read(buffer)).toBe(0);
  });

  it('ends the pieces when it is closed, and reads no more', async () => {
    let ended = false;
    const content = textContent(
      (function* pieces() {
        try {
          yield 'first';
          yield 'second';
        } finally {
          ended = true;
        }
      })(),
    );
    await content.read(new Uint8Array(2));
    await content.close();
    await content.close();
    expect(ended).toBe(true);
    await expect(content.read(new Uint8Array(2))).rejects.toMatchObject({ kind: 'closed' });
  });

  it('refuses a buffer of no bytes', async () => {
    await expect(textContent(['a']).read(new Uint8Array(0))).rejects.toThrow(TypeError);
  });
});
