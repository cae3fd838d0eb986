import { describe, expect, it, test } from 'vitest';
import { AddressRanges, LOOPBACK, parseAddressRanges } from './address-ranges.ts';

describe('a set of addresses', () => {
  test.each<[string, string, boolean, string]>([
    ['10.0.0.0/8', '10.0.0.0', true, 'the first'],
    ['10.0.0.0/8', '10.255.255.255', true, 'the last'],
    ['10.0.0.0/8', '11.0.0.0', false, 'the next'],
    ['10.0.0.0/8', '9.255.255.255', false, 'the one before'],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true, 'an IPv4 address as IPv6'],
    ['10.1.2.3', '10.1.2.3', true, 'one address alone'],
    ['10.1.2.3', '10.1.2.4', false, 'and no other'],
    ['10.1.2.3/8', '10.200.0.1', true, 'bits behind the prefix say nothing'],
    ['0.0.0.0/0', '192.0.2.1', true, 'all of IPv4'],
    ['0.0.0.0/0', '2001:db8::1', false, 'which is none of IPv6'],
    ['::/0', '2001:db8::1', true, 'all of IPv6'],
    ['2001:db8::/32', '2001:db8:ffff::', true, 'a prefix of IPv6'],
    ['2001:db8::/32', '2001:0DB8::1', true, 'however an address is written'],
    ['2001:db8::/32', '2001:db9::', false, 'the next prefix'],
    ['fe80::/10', 'fe80::1%eth0', true, 'an address with a zone'],
    ['::1', '::1', true, 'one address of IPv6'],
    ['::1', '', false, 'nothing'],
    ['::1', 'unknown', false, 'a word'],
    ['::1', '127.1', false, 'half an address'],
    ['127.0.0.0/8', '127.0.0.1\u0000', false, 'an address with something behind it'],
  ])('of %s has %j: %j, %s', (range, address, expected) => {
    expect(new AddressRanges([range]).includes(address)).toBe(expected);
  });

  it('may have several ranges, or none', () => {
    const ranges = new AddressRanges(['10.0.0.0/8', '::1']);
    expect(['10.0.0.1', '::1', '192.0.2.1'].map((text) => ranges.includes(text))).toEqual([
      true,
      true,
      false,
    ]);
    expect(new AddressRanges([]).includes('10.0.0.1')).toBe(false);
  });

  it('is made of nothing else', () => {
    expect(() => new AddressRanges(['example.com'])).toThrow(RangeError);
  });

  test.each(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1'])(
    'has %s as the machine itself',
    (address) => {
      expect(LOOPBACK.includes(address)).toBe(true);
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.1', 'localhost', '128.0.0.1'])('but not %s', (address) => {
    expect(LOOPBACK.includes(address)).toBe(false);
  });
});

describe('parseAddressRanges()', () => {
  test.each(['10.0.0.0/8', '::1', '10.0.0.0/8,::1,2001:db8::/32', '0.0.0.0/0', '10.0.0.1/32'])(
    'reads %s',
    (text) => {
      expect(parseAddressRanges(text)).toEqual(text.split(','));
    },
  );

  test.each([
    '',
    ',',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0/8',
    '010.0.0.0/8',
    '[::1]',
    'fe80::1%eth0',
    'localhost',
    '10.0.0.0/8, ::1',
    '10.0.0.0/255.0.0.0',
  ])('refuses %j', (text) => {
    expect(parseAddressRanges(text)).toBeUndefined();
  });
});
