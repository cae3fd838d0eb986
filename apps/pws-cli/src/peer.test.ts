import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { LatePeer, clientOf } from './peer.ts';

const of = (address: string): string | undefined => clientOf({ address, port: 1 });

describe('clientOf()', () => {
  test.each<[string, string | undefined, string]>([
    ['192.0.2.1', '192.0.2.1', 'IPv4: the address'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', 'IPv6: the network'],
    ['2001:db8:1:2::6', '2001:db8:1:2', 'zeros behind it'],
    ['2001:db8::3:4:5:6', '2001:db8:0:0', 'zeros in it'],
    ['2001:db8::', '2001:db8:0:0', 'zeros at the end'],
    ['::1', '0:0:0:0', 'loopback'],
    ['::', '0:0:0:0', 'nothing but zeros'],
    ['fe80::1%eth0', 'fe80:0:0:0', 'with a zone'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0', 'the end written as IPv4'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4', 'the end written as IPv4, and no zeros'],
    ['2001:0DB8:0001:2::', '2001:db8:1:2', 'capitals and leading zeros'],
    ['unix', undefined, 'no address'],
    ['unknown', undefined, 'one that has left'],
  ])('of %s is %s: %s', (address, expected) => {
    expect(of(address)).toBe(expected);
  });

  it('is the same for every way to write an address', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }),
        fc.nat(7),
        fc.nat(8),
        (groups, from, count) => {
          const zeroed = groups.map((group, at) => (at >= from && at < from + count ? 0 : group));
          const whole = zeroed.map((group) => group.toString(16));
          const short = `${whole.slice(0, from).join(':')}::${whole.slice(from + count).join(':')}`;
          fc.pre(isIPv6(short) && count > 0);
          expect(of(short)).toBe(of(whole.join(':')));
          expect(of(whole.join(':'))).toBe(whole.slice(0, 4).join(':'));
        },
      ),
    );
  });
});

describe('a peer that is looked up late', () => {
  it('is looked up once, when it is asked for', () => {
    let asked = 0;
    const peer = new LatePeer({
      get remoteAddress() {
        asked += 1;
        return '::ffff:192.0.2.1';
      },
      remotePort: 4711,
    });
    expect(asked).toBe(0);
    expect([peer.address, peer.port, peer.address]).toEqual(['192.0.2.1', 4711, '192.0.2.1']);
    expect(asked).toBe(1);
  });
});
