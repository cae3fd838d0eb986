import { describe, expect, test } from 'vitest';
import { type FieldLine, Fields } from './fields.ts';

const LINES: readonly FieldLine[] = [
  ['Host', 'a'],
  ['Accept', 'text/html'],
  ['X-Empty', ''],
  ['accept', '*/*'],
  ['__proto__', 'b'],
  ['ACCEPT', ''],
];
const fields = Fields.from(LINES);

describe('Fields', () => {
  test.each([
    ['Host', 'a'],
    ['host', 'a'],
    ['HOST', 'a'],
    ['X-Empty', ''],
    ['accept', 'text/html, */*, '],
    ['__proto__', 'b'],
    ['__PROTO__', 'b'],
  ])('get(%j) is %j', (name, value) => {
    expect(fields.get(name)).toBe(value);
    expect(fields.has(name)).toBe(true);
  });

  test.each([
    ['', 'no name'],
    ['Hos', 'a shorter name'],
    ['Hosts', 'a longer name'],
    ['Accept-Encoding', 'a name that begins like another'],
    ['constructor', 'a property of every object'],
    ['toString', 'a property of every object'],
    ['hasOwnProperty', 'a property of every object'],
    ['Ho\u017ft', 'a long s, which is an s in capitals'],
    ['\u212b', 'a name that is no ASCII'],
    ['Host: a', 'a whole line'],
  ])('get(%j) is undefined: %s', (name) => {
    expect(fields.get(name)).toBeUndefined();
    expect(fields.getAll(name)).toEqual([]);
    expect(fields.has(name)).toBe(false);
    expect(fields.positionOf(name)).toBe(-1);
  });

  test('compares only letters without regard to case', () => {
    const marks = Fields.from([
      ['^', '1'],
      ['~', '2'],
      ['_', '3'],
      ['`', '4'],
      ['0', '5'],
    ]);
    expect(marks.getAll('^')).toEqual(['1']);
    expect(marks.getAll('~')).toEqual(['2']);
    expect(marks.get('\x7f')).toBeUndefined();
    expect(marks.get('@')).toBeUndefined();
    expect(marks.get('\x10')).toBeUndefined();
  });

  test('getAll() gives each line its own value, in order', () => {
    expect(fields.getAll('Accept')).toEqual(['text/html', '*/*', '']);
    expect(fields.getAll('host')).toEqual(['a']);
  });

  test('iterates over all lines in order, names as they were received', () => {
    expect([...fields]).toEqual(LINES);
    expect(Fields.from(fields)).toEqual(fields);
    expect(fields.size).toBe(LINES.length);
  });

  test('positionOf() is where the first line of the name begins', () => {
    expect(fields.positionOf('host')).toBe(0);
    expect(fields.positionOf('accept')).toBe('Host: a\r\n'.length);
  });

  test('an empty field section has nothing', () => {
    const empty = Fields.from([]);
    expect([...empty]).toEqual([]);
    expect(empty.size).toBe(0);
    expect(empty.get('Host')).toBeUndefined();
  });

  test('points into the text that it was given', () => {
    const text = 'GET / HTTP/1.1\r\nHost:  a \r\n\r\n';
    const parsed = new Fields(text, [16, 20, 23, 24]);
    expect([...parsed]).toEqual([['Host', 'a']]);
    expect(parsed.positionOf('HOST')).toBe(16);
  });

  test('from() keeps a value with a line end as one value', () => {
    const split = Fields.from([
      ['A', 'b\r\nHost: c'],
      ['D', 'e'],
    ]);
    expect(split.get('host')).toBeUndefined();
    expect(split.get('d')).toBe('e');
  });
});
