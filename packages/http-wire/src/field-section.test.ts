import { describe, expect, test } from 'vitest';
import { FieldSectionReader, parseFieldSection } from './field-section.ts';
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

describe('parseFieldSection()', () => {
  test('gives the fields and how many octets they have, and leaves what follows alone', () => {
    const parsed = parseFieldSection(encodeLatin1('A: b\r\nC:  d \r\n\r\nrest'));
    expect(parsed?.lengthBytes).toBe(16);
    expect([...(parsed?.fields ?? [])]).toEqual([
      ['A', 'b'],
      ['C', 'd'],
    ]);
  });

  test('gives undefined where the section is incomplete', () => {
    expect(parseFieldSection(encodeLatin1('A: b\r\n'))).toBeUndefined();
  });

  test.each([
    ['A : b\r\n\r\n', {}, 'blank-before-colon', 1],
    ['A: b\n\r\n', {}, 'bare-lf', 4],
    ['A: b\r\nC: d\r\n\r\n', { maxFields: 1 }, 'too-many-fields', 6],
    ['A: bcd\r\n\r\n', { maxHeadBytes: 5 }, 'head-too-large', 5],
  ])('refuses %j within %j with %s at octet %i', (text, limits, code, offset) => {
    expect(() => parseFieldSection(encodeLatin1(text), limits)).toThrow(
      expect.objectContaining({ code, offset }),
    );
  });
});
