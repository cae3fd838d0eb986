import { expect, test } from 'vitest';
import { FieldSectionReader } from './field-section.ts';
import { encodeLatin1 } from './octets.ts';

const BOUNDS = { maxFields: 10, maxBytes: 100, tooLarge: 'trailer-section-too-large' } as const;
const SECTION = encodeLatin1('A: b\r\nC:d \r\n\r\n');

test('gives four positions for each line, counted from the base', () => {
  const octets = encodeLatin1('before');
  const all = Uint8Array.from([...octets, ...SECTION]);
  const reader = new FieldSectionReader(BOUNDS);
  reader.begin(0);
  expect(reader.read(all, octets.length, all.length, 0)).toBe(SECTION.length);
  expect(reader.positions).toEqual([0, 1, 3, 4, 6, 7, 8, 9]);
});

test('reads on where it stopped, wherever the octets lie then', () => {
  const reader = new FieldSectionReader(BOUNDS);
  reader.begin(0);
  for (let end = 0; end < SECTION.length; end++) {
    const elsewhere = new Uint8Array(end + SECTION.length);
    elsewhere.set(SECTION.subarray(0, end), end);
    expect(reader.read(elsewhere, end, end + end, 0)).toBe(-1);
  }
  expect(reader.read(SECTION, 0, SECTION.length, 0)).toBe(SECTION.length);
  expect(reader.positions).toEqual([0, 1, 3, 4, 6, 7, 8, 9]);
});

test('reads one section after the other', () => {
  const reader = new FieldSectionReader(BOUNDS);
  for (let count = 0; count < 3; count++) {
    reader.begin(0);
    reader.read(SECTION, 0, SECTION.length, 0);
    expect(reader.positions).toHaveLength(8);
  }
});

test('does not read behind a section that is complete', () => {
  const reader = new FieldSectionReader(BOUNDS);
  reader.begin(0);
  reader.read(SECTION, 0, SECTION.length, 0);
  expect(() => reader.read(SECTION, 0, SECTION.length, 0)).toThrow(/begin/);
});
