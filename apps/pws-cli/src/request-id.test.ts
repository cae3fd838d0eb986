import { Fields } from '@pws/http-wire';
import { describe, expect, it, test } from 'vitest';
import type { Peer } from './exchange.ts';
import { createRequestIds } from './request-id.ts';

const PROXY: Peer = { address: '10.0.0.1', port: 1 };
const STRANGER: Peer = { address: '192.0.2.1', port: 1 };

const withId = (id: string): Fields => Fields.from([['X-Request-Id', id]]);
const trusting = () =>
  createRequestIds({ prefix: 'p', isTrusted: ({ address }) => address === PROXY.address });

describe('createRequestIds()', () => {
  test.each([
    [0, 'p-00'],
    [1, 'p-01'],
    [35, 'p-0z'],
    [36, 'p-10'],
    [1295, 'p-zz'],
    [1296, 'p-100'],
    [46_655, 'p-zzz'],
    [46_656, 'p-1000'],
  ])('names exchange %i %s', (before, id) => {
    const next = createRequestIds({ prefix: 'p' });
    for (let count = 0; count < before; count += 1) next(STRANGER, undefined);
    expect(next(STRANGER, undefined)).toBe(id);
  });

  it('names no two exchanges alike', () => {
    const next = createRequestIds();
    const ids = Array.from({ length: 10_000 }, () => next(STRANGER, undefined));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{12}-[0-9a-z]{2,}$/.test(id))).toBe(true);
  });

  it('begins otherwise in every process', () => {
    expect(createRequestIds()(STRANGER, undefined)).not.toBe(
      createRequestIds()(STRANGER, undefined),
    );
  });

  test.each([
    '7b0b1a3a-3f62-4d8c-9e9c-2f1d6a5c0e11',
    '0af7651916cd43dd8448eb211c80319c',
    'Root=1-67891233-abcdef012345678912345678',
    'host/AbC.12_x:1@y+z',
    'x'.repeat(128),
  ])('takes %s over from a proxy that is trusted', (id) => {
    expect(trusting()(PROXY, withId(id))).toBe(id);
  });

  test.each([
    ['', 'nothing'],
    ['a b', 'a blank'],
    ['a"b', 'a quote'],
    ['a\\b', 'a backslash'],
    ['a,b', 'a list'],
    ['<b>', 'markup'],
    ['\u009b31m', 'an octet above ASCII'],
    ['x'.repeat(129), 'too long'],
  ])('makes one of its own in place of %j: %s', (id) => {
    expect(trusting()(PROXY, withId(id))).toBe('p-00');
  });

  it('makes one of its own where two came', () => {
    const two = Fields.from([
      ['X-Request-Id', 'a'],
      ['X-Request-Id', 'b'],
    ]);
    expect(trusting()(PROXY, two)).toBe('p-00');
  });

  it('takes none over from anybody else, and by default from nobody', () => {
    expect(trusting()(STRANGER, withId('theirs'))).toBe('p-00');
    expect(createRequestIds({ prefix: 'p' })(PROXY, withId('theirs'))).toBe('p-00');
  });

  it('makes one for a proxy that sends none', () => {
    expect(trusting()(PROXY, Fields.from([]))).toBe('p-00');
  });
});
