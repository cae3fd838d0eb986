import { Fields } from '@pws/http-wire';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AddressRanges } from './address-ranges.ts';
import { trustProxies } from './trusted-proxies.ts';

const PROXY = { address: '10.0.0.1', port: 40_000 };
const rule = trustProxies(new AddressRanges(['10.0.0.0/8', '::1', '2001:db8:ffff::/48']));

type Lines = Readonly<Record<string, string>>;

const senderOf = (lines: Lines, peer = PROXY): string => {
  const { address, port } = rule(peer, false, Fields.from(Object.entries(lines))).peer;
  return `${address} ${port}`;
};

const PROXY_ITSELF = '10.0.0.1 40000';

describe('a trusted proxy is taken at its word', () => {
  test.each<[Lines, string, string]>([
    [{}, PROXY_ITSELF, 'which may be none'],
    [{ Forwarded: 'for=192.0.2.1' }, '192.0.2.1 0', 'in Forwarded'],
    [{ Forwarded: 'for="192.0.2.1:4711"' }, '192.0.2.1 4711', 'with a port'],
    [{ Forwarded: 'for="192.0.2.1:_x"' }, '192.0.2.1 0', 'with a port that is hidden'],
    [{ Forwarded: 'for="[2001:DB8::1]:1"' }, '2001:db8::1 1', 'of IPv6, in small letters'],
    [{ Forwarded: 'for="[::ffff:192.0.2.1]"' }, '192.0.2.1 0', 'of IPv4 in IPv6'],
    [{ Forwarded: 'for=203.0.113.9, for=192.0.2.1' }, '192.0.2.1 0', 'the nearest alone'],
    [
      { Forwarded: 'for=203.0.113.9, for=192.0.2.1, for=10.0.0.2' },
      '192.0.2.1 0',
      'through further trusted ones',
    ],
    [{ Forwarded: 'for=10.0.0.3, for=10.0.0.2' }, '10.0.0.3 0', 'where all are trusted'],
    [{ Forwarded: 'for=unknown' }, PROXY_ITSELF, 'not where it does not know'],
    [{ Forwarded: 'for=_hidden, for=10.0.0.2' }, '10.0.0.2 0', 'up to where one hides it'],
    [{ Forwarded: 'proto=https' }, PROXY_ITSELF, 'not where it says nothing of it'],
    [{ Forwarded: 'for=192.0.2.1, for="' }, PROXY_ITSELF, 'not where it is malformed'],
    [{ 'X-Forwarded-For': '192.0.2.1' }, '192.0.2.1 0', 'in X-Forwarded-For'],
    [{ 'X-Forwarded-For': '192.0.2.1:4711' }, '192.0.2.1 4711', 'with a port there'],
    [{ 'X-Forwarded-For': '2001:db8::1' }, '2001:db8::1 0', 'of IPv6 there'],
    [{ 'X-Forwarded-For': '[2001:db8::1]' }, '2001:db8::1 0', 'in brackets'],
    [{ 'X-Forwarded-For': '[2001:db8::1]:5' }, '2001:db8::1 5', 'in brackets, with a port'],
    [{ 'X-Forwarded-For': '203.0.113.9, 192.0.2.1 ,10.0.0.2' }, '192.0.2.1 0', 'in a list'],
    [{ 'X-Forwarded-For': 'nonsense, 192.0.2.1' }, '192.0.2.1 0', 'whatever stands to the left'],
    [{ 'X-Forwarded-For': '192.0.2.1, nonsense' }, PROXY_ITSELF, 'not behind nonsense'],
    [{ 'X-Forwarded-For': '192.0.2.1, ' }, PROXY_ITSELF, 'nor behind an empty element'],
    [{ 'X-Forwarded-For': '' }, PROXY_ITSELF, 'nor where it is empty'],
    [{ 'X-Forwarded-For': '192.0.2.1:65536' }, PROXY_ITSELF, 'nor with a port that is none'],
    [{ 'X-Forwarded-For': '[192.0.2.1]' }, PROXY_ITSELF, 'nor with brackets around IPv4'],
    [{ 'X-Forwarded-For': 'fe80::1%eth0' }, PROXY_ITSELF, 'nor with a zone of another machine'],
    [{ 'X-Forwarded-For': '192.0.2' }, PROXY_ITSELF, 'nor with half an address'],
    [
      { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '192.0.2.1' },
      '192.0.2.1 0',
      'in both fields, where they agree',
    ],
    [
      { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '203.0.113.9' },
      PROXY_ITSELF,
      'not where they do not: one is the client’s own',
    ],
    [
      { Forwarded: 'for="', 'X-Forwarded-For': '203.0.113.9' },
      PROXY_ITSELF,
      'nor where one is malformed',
    ],
    [{ Forwarded: 'for=203.0.113.9', 'X-Forwarded-For': 'x' }, PROXY_ITSELF, 'or the other'],
  ])('%j: %s, %s', (lines, sender) => {
    expect(senderOf(lines)).toBe(sender);
  });

  it('on IPv6 too', () => {
    const lines = { 'X-Forwarded-For': '192.0.2.1' };
    expect(senderOf(lines, { address: '::1', port: 1 })).toBe('192.0.2.1 0');
    expect(senderOf(lines, { address: '2001:db8:ffff::7', port: 1 })).toBe('192.0.2.1 0');
  });
});

describe('nobody else is', () => {
  test.each(['192.0.2.7', '2001:db8::7', '11.0.0.1', 'unknown', ''])('%j', (address) => {
    const peer = { address, port: 7 };
    const fields = Fields.from([
      ['Forwarded', 'for=203.0.113.9;proto=https'],
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Forwarded-Proto', 'https'],
    ]);
    expect(rule(peer, false, fields)).toEqual({ peer, isSecure: false });
  });
});

describe('whether it set out over TLS', () => {
  test.each<[Lines, boolean, boolean, string]>([
    [{ Forwarded: 'for=192.0.2.1;proto=https' }, false, true, 'is what the proxy says'],
    [{ Forwarded: 'for=192.0.2.1;proto=http' }, true, false, 'also where it did not'],
    [{ Forwarded: 'for=192.0.2.1' }, true, true, 'is as it came in where nobody says'],
    [
      { Forwarded: 'for=192.0.2.1;proto=https, for=10.0.0.2;proto=http' },
      false,
      true,
      'to the first',
    ],
    [{ Forwarded: 'for=a, for=192.0.2.1;proto=http' }, false, false, 'not to those to the left'],
    [
      { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' },
      false,
      true,
      'in its own field',
    ],
    [{ 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'HTTPS' }, false, true, 'in capitals'],
    [{ 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'http' }, true, false, 'or did not'],
    [
      { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'wss' },
      false,
      false,
      'is not a guess',
    ],
    [
      {
        'X-Forwarded-For': '203.0.113.9, 192.0.2.1, 10.0.0.2',
        'X-Forwarded-Proto': 'http, https, http',
      },
      false,
      true,
      'one for each',
    ],
    [
      {
        'X-Forwarded-For': '203.0.113.9, 192.0.2.1, 10.0.0.2',
        'X-Forwarded-Proto': 'https, https',
      },
      false,
      false,
      'not where nobody knows whose',
    ],
    [{ 'X-Forwarded-Proto': 'https' }, false, false, 'not without an address'],
    [
      {
        Forwarded: 'for=192.0.2.1;proto=https',
        'X-Forwarded-For': '192.0.2.1',
        'X-Forwarded-Proto': 'http',
      },
      false,
      false,
      'is as it came in where the fields do not agree',
    ],
    [
      { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' },
      false,
      true,
      'is what one of two says',
    ],
  ])('%j over %j: %j, %s', (lines, isSecure, expected) => {
    const fields = Fields.from(Object.entries(lines));
    expect(rule(PROXY, isSecure, fields).isSecure).toBe(expected);
  });
});

describe('whatever the fields are', () => {
  it('the sender is one that the proxy may have named, or the proxy', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const lines = { Forwarded: one, 'X-Forwarded-For': other };
        expect(senderOf(lines)).toMatch(/^[0-9a-f:.]+ [0-9]+$/);
      }),
    );
  });

  it('what a client sent does not change who it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (sent) => {
        expect(senderOf({ 'X-Forwarded-For': `${sent}, 192.0.2.1` })).toBe('192.0.2.1 0');
      }),
    );
  });
});
