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

test('gives the same positions in two pieces, wherever they are cut', () => {
  const section = encodeLatin1('Host: a\r\nX:\r\nAccept-Encoding: \tgzip, br \t\r\nY: \t \r\n\r\n');
  const whole = new FieldSectionReader(BOUNDS);
  whole.begin(0);
  expect(whole.read(section, 0, section.length, 0)).toBe(section.length);
  expect(whole.positions).toHaveLength(16);
  for (let cut = 1; cut < section.length; cut++) {
    const reader = new FieldSectionReader(BOUNDS);
    reader.begin(0);
    expect(reader.read(section, 0, cut, 0)).toBe(-1);
    expect(reader.read(section, 0, section.length, 0)).toBe(section.length);
    expect(reader.positions, `cut at ${cut}`).toEqual(whole.positions);
  }
});

test('keeps the positions that it gave when it reads another section', () => {
  const reader = new FieldSectionReader(BOUNDS);
  reader.begin(0);
  reader.read(SECTION, 0, SECTION.length, 0);
  const first = reader.positions;
  const other = encodeLatin1('Longer: line\r\nAnother: one\r\nThird: line\r\n\r\n');
  reader.begin(0);
  reader.read(other, 0, other.length, 0);
  expect(first).toEqual([0, 1, 3, 4, 6, 7, 8, 9]);
});

test('takes as many lines as it may and no more, in one piece or in two', () => {
  const lineCount = 1000;
  const bounds = { ...BOUNDS, maxFields: lineCount, maxBytes: 100_000 };
  const lines = 'Name: value\r\n'.repeat(lineCount);
  const most = encodeLatin1(`${lines}\r\n`);
  const tooMany = encodeLatin1(`${lines}Name: value\r\n\r\n`);
  for (const cut of [0, 1, lines.length / 2, lines.length - 1, lines.length]) {
    const reader = new FieldSectionReader(bounds);
    reader.begin(0);
    reader.read(most, 0, cut, 0);
    expect(reader.read(most, 0, most.length, 0)).toBe(most.length);
    expect(reader.positions).toHaveLength(lineCount * 4);
    reader.begin(0);
    reader.read(tooMany, 0, cut, 0);
    expect(() => reader.read(tooMany, 0, tooMany.length, 0)).toThrow(
      expect.objectContaining({ code: 'too-many-fields', offset: lines.length }),
    );
  }
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
