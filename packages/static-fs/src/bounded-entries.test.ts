import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BoundedEntries, costOf } from './bounded-entries.ts';

const ONE = costOf('a', 0);

function keysOf(entries: BoundedEntries<number>, keys = 'abcdef'): string {
  return keys
    .split('')
    .filter((key) => entries.get(key) !== undefined)
    .join('');
}

describe('entries', () => {
  it('leave in the order in which they came, those that were used a round later', () => {
    const entries = new BoundedEntries<number>(3 * ONE);
    for (const key of 'abc') entries.set(key, 1, 0);
    entries.get('a');
    entries.set('d', 1, 0);
    entries.set('e', 1, 0);
    expect(keysOf(entries, 'bc')).toBe('');
    entries.set('f', 1, 0);
    expect(keysOf(entries)).toBe('def');
  });

  it('count their keys, their octets and themselves', () => {
    const entries = new BoundedEntries<number>(10_000);
    entries.set('key', 1, 100);
    expect(entries.bytes).toBe(costOf('key', 100));
    entries.set('key', 2, 50);
    expect(entries.bytes).toBe(costOf('key', 50));
    entries.delete('key');
    expect([entries.bytes, entries.size]).toEqual([0, 0]);
  });

  it('are not kept where one alone is too much, and push out nothing then', () => {
    const entries = new BoundedEntries<number>(2 * ONE);
    entries.set('a', 1, 0);
    expect(entries.set('b', 1, 2 * ONE)).toBe(false);
    expect(keysOf(entries)).toBe('a');
  });

  it('grow at the cost of older ones', () => {
    const entries = new BoundedEntries<number>(3 * ONE);
    for (const key of 'abc') entries.set(key, 1, 0);
    expect(entries.grow('a', ONE)).toBe(true);
    expect(keysOf(entries)).toBe('ac');
    expect(entries.grow('a', 2 * ONE)).toBe(false);
    expect(entries.grow('b', 0)).toBe(false);
  });

  it('make room for what is read, and get it back', () => {
    const entries = new BoundedEntries<number>(3 * ONE);
    for (const key of 'abc') entries.set(key, 1, 0);
    expect(entries.reserve(2 * ONE)).toBe(true);
    expect(keysOf(entries)).toBe('c');
    expect(entries.reserve(2 * ONE)).toBe(false);
    expect(entries.set('d', 1, ONE)).toBe(false);
    entries.release(2 * ONE);
    expect(entries.bytes).toBe(ONE);
  });
});

// Entries in a row, the oldest first, and nothing clever: one that was used goes to the end once.
class Model {
  kept: { key: string; value: number; bytes: number; isUsed: boolean }[] = [];
  reserved = 0;
  readonly maxBytes: number;
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }
  get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, this.reserved);
  }
  makeRoom(bytes: number): void {
    while (this.bytes + bytes > this.maxBytes) {
      const oldest = this.kept.shift()!;
      if (oldest.isUsed) this.kept.push({ ...oldest, isUsed: false });
    }
  }
  get(key: string): number | undefined {
    const found = this.kept.find((entry) => entry.key === key);
    if (found) found.isUsed = true;
    return found?.value;
  }
  set(key: string, value: number, octets: number): void {
    this.kept = this.kept.filter((entry) => entry.key !== key);
    const bytes = costOf(key, octets);
    if (bytes > this.maxBytes - this.reserved) return;
    this.makeRoom(bytes);
    this.kept.push({ key, value, bytes, isUsed: false });
  }
  grow(key: string, octets: number): void {
    const found = this.kept.find((entry) => entry.key === key);
    if (!found || found.bytes + octets > this.maxBytes - this.reserved) return;
    this.kept = [...this.kept.filter((entry) => entry !== found), { ...found, isUsed: true }];
    this.makeRoom(octets);
    this.kept.find((entry) => entry.key === key)!.bytes += octets;
  }
  shrink(key: string, octets: number): void {
    const found = this.kept.find((entry) => entry.key === key);
    if (found) found.bytes -= octets;
  }
  reserve(octets: number): boolean {
    if (octets > this.maxBytes - this.reserved) return false;
    this.makeRoom(octets);
    this.reserved += octets;
    return true;
  }
}

it('for any use, the bound holds and the entries are those of the plainest model', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'long-key', '');
  const octets = fc.integer({ min: 0, max: 3 * ONE });
  const step = fc.tuple(
    fc.constantFrom('get', 'set', 'grow', 'shrink', 'delete', 'reserve'),
    key,
    octets,
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const entries = new BoundedEntries<number>(4 * ONE);
      const model = new Model(4 * ONE);
      for (const [index, [action, name, size]] of steps.entries()) {
        if (action === 'get') expect(entries.get(name)).toBe(model.get(name));
        if (action === 'set') {
          entries.set(name, index, size);
          model.set(name, index, size);
        }
        if (action === 'grow') {
          entries.grow(name, size);
          model.grow(name, size);
        }
        if (action === 'shrink') {
          const keptBytes = model.kept.find((entry) => entry.key === name)?.bytes ?? Infinity;
          const given = Math.min(size, keptBytes - costOf(name, 0));
          entries.shrink(name, given);
          model.shrink(name, given);
        }
        if (action === 'delete') {
          entries.delete(name);
          model.kept = model.kept.filter((entry) => entry.key !== name);
        }
        if (action === 'reserve') {
          // Given back every other time, so that both full and empty are met.
          expect(entries.reserve(size)).toBe(model.reserve(size));
          if (index % 2 === 0 && model.reserved >= size) {
            entries.release(size);
            model.reserved -= size;
          }
        }
        expect(entries.bytes).toBe(model.bytes);
        expect(entries.bytes).toBeLessThanOrEqual(4 * ONE);
        expect(entries.size).toBe(model.kept.length);
      }
    }),
    { numRuns: 2000 },
  );
});
