import { describe, expect, it } from 'vitest';
import { figure, ratioText, tableOf } from './figures.ts';

describe('figures', () => {
  it.each([
    [12_345.6, 'requests/s', '12,346/s'],
    [2 * 1024 ** 3, 'octets/s', '2,048 MiB/s'],
    [2560, 'octets per connection', '2.5 KiB'],
    [3 * 1024 ** 2, 'octets', '3.0 MiB'],
    [81.4, 'milliseconds', '81 ms'],
  ] as const)('%d %s is %s', (value, unit, expected) => expect(figure(value, unit)).toBe(expected));

  it('have as many digits as mean something', () => {
    expect(ratioText({ median: 1.236, min: 12.34, max: 123.4 })).toBe('1.24 x (12.3-123)');
  });
});

describe('tableOf()', () => {
  it('pads as the formatter does', () => {
    const head = ['a', 'long one'];
    expect(tableOf(head, [['x', 'y']])).toBe(
      ['| a   | long one |', '| --- | -------- |', '| x   | y        |'].join('\n'),
    );
  });
});
