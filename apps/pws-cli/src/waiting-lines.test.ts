import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaitingLines } from './waiting-lines.ts';

const textOf = (octets: Uint8Array | undefined): string | undefined =>
  octets && Buffer.from(octets).toString();

describe('WaitingLines', () => {
  it('gives nothing where there is none', () => {
    const lines = new WaitingLines();
    expect([lines.take(), lines.count, lines.bytes]).toEqual([undefined, 0, 0]);
  });

  it('knows how many there are, and how many octets', () => {
    const lines = new WaitingLines();
    const line = `${'x'.repeat(999)}\n`;
    for (let count = 1; count <= 300; count += 1) {
      lines.add(line);
      expect([lines.count, lines.bytes]).toEqual([count, 1000 * count]);
    }
    expect(textOf(lines.take())).toBe(line.repeat(300));
    expect([lines.count, lines.bytes, lines.take()]).toEqual([0, 0, undefined]);
  });

  it('forgets what is dropped', () => {
    const lines = new WaitingLines();
    lines.add('x'.repeat(10_000));
    lines.add('a\n');
    lines.drop();
    lines.add('b\n');
    expect(textOf(lines.take())).toBe('b\n');
  });

  it('does not write over what it gave before it has it back', () => {
    const lines = new WaitingLines();
    lines.add('first\n');
    const first = lines.take();
    lines.add('second\n');
    const second = lines.take();
    lines.add('third\n');
    const third = lines.take();
    expect([first, second, third].map(textOf)).toEqual(['first\n', 'second\n', 'third\n']);
  });

  it('uses its memory again when it has it back, also by a part of it', () => {
    const lines = new WaitingLines();
    const rooms = new Set<ArrayBufferLike>();
    for (let round = 0; round < 6; round += 1) {
      lines.add(`${round}\n`);
      const octets = lines.take() as Uint8Array;
      expect(textOf(octets)).toBe(`${round}\n`);
      rooms.add(octets.buffer);
      lines.add('comes meanwhile\n');
      lines.giveBack(octets.subarray(1));
      lines.drop();
    }
    expect(rooms.size).toBe(2);
  });

  it('keeps no more memory than usual when there were many', () => {
    const lines = new WaitingLines();
    for (let count = 0; count < 1000; count += 1) lines.add(`${'x'.repeat(1023)}\n`);
    const many = lines.take() as Uint8Array;
    expect(many).toHaveLength(1024 * 1000);
    lines.giveBack(many);
    lines.add('a\n');
    expect(lines.take()?.buffer.byteLength).toBeLessThan(many.length / 4);
  });

  it('gives all lines in order, as UTF-8, however long they are and whenever they are taken', () => {
    const line = fc.tuple(
      fc.string({ unit: fc.constantFrom('a', '\u00ff', '\u20ac', '\u{1f600}'), maxLength: 20 }),
      fc.integer({ min: 1, max: 3000 }),
    );
    const steps = fc.array(fc.record({ lines: fc.array(line), gives: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const lines = new WaitingLines();
        let taken: Uint8Array | undefined;
        for (const { lines: added, gives } of all) {
          const texts = added.map(([text, times]) => `${text.repeat(times)}\n`);
          for (const each of texts) lines.add(each);
          if (taken !== undefined && gives) lines.giveBack(taken);
          taken = lines.take();
          expect(textOf(taken)).toBe(texts.length === 0 ? undefined : texts.join(''));
        }
      }),
    );
  });
});
