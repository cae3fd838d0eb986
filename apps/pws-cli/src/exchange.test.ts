import { describe, expect, it, test } from 'vitest';
import { type Observer, contentCodingOf, observeWith } from './exchange.ts';

const PEER = { address: '127.0.0.1', port: 1 };

describe('observeWith()', () => {
  it('tells both, in order, with all that is known', () => {
    const told: unknown[] = [];
    const one = { request: (...facts: unknown[]) => told.push(['one', ...facts]) };
    const other = { request: (...facts: unknown[]) => told.push(['other', ...facts]) };
    observeWith(one, other).request?.(PEER, 'GET', '/');
    expect(told).toEqual([
      ['one', PEER, 'GET', '/'],
      ['other', PEER, 'GET', '/'],
    ]);
  });

  it.each<[string, Partial<Observer>, Partial<Observer>, string[]]>([
    ['neither', {}, {}, []],
    ['one', { online: () => undefined }, {}, ['online']],
    ['the other', {}, { offline: () => undefined }, ['offline']],
    ['each', { online: () => undefined }, { exchange: () => undefined }, ['online', 'exchange']],
  ])('wants to know what %s wants to know', (_who, one, other, moments) => {
    expect(Object.keys(observeWith(one, other))).toEqual(moments);
  });
});

describe('contentCodingOf()', () => {
  test.each([
    [undefined, []],
    [undefined, [['Content-Language', 'en']]],
    ['br', [['Content-Encoding', 'br']]],
    [
      'gzip',
      [
        ['Date', ''],
        ['content-encoding', 'gzip'],
      ],
    ],
  ] as const)('is %s for %j', (coding, fields) => {
    expect(contentCodingOf({ fields })).toBe(coding);
  });
});
