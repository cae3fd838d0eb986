import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { NetworkInterfaceInfo } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { LOCAL_NAMES, addressOctets, machineAddresses, makeCertificate } from './self-signed.ts';

const FROM_MS = Date.parse('2026-11-22T00:00:00Z');
const UNTIL_MS = Date.parse('2026-12-22T00:00:00Z');
const ADDRESSES = ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::7'];
const options = { names: LOCAL_NAMES, addresses: ADDRESSES, fromMs: FROM_MS, untilMs: UNTIL_MS };
const { cert, key } = await makeCertificate(options);
const certificate = new X509Certificate(cert);

describe('makeCertificate()', () => {
  it('is for localhost and the names below it', () => {
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.subjectAltName).toMatch(/^DNS:localhost, DNS:\*\.localhost, /);
  });

  test.each(['example.org', 'a.b.localhost', 'localhost.example.org'])(
    'is not for the name %s',
    (name) => {
      expect(certificate.checkHost(name)).toBeUndefined();
    },
  );

  test.each(ADDRESSES)('is for the address %s', (address) => {
    expect(certificate.checkIP(address)).toBeDefined();
  });

  test.each(['192.0.2.8', '::2', '2001:db8::8'])('is not for the address %s', (address) => {
    expect(certificate.checkIP(address)).toBeUndefined();
  });

  it('is for servers, for as long as it says, and nobody else is certified by it', () => {
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(Date.parse(certificate.validFrom)).toBe(FROM_MS);
    expect(Date.parse(certificate.validTo)).toBe(UNTIL_MS);
  });

  it('is signed with its own key, on P-256', () => {
    const privateKey = createPrivateKey(key);
    expect(privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('has another key and serial number each time', async () => {
    const another = await makeCertificate(options);
    expect(another.key).not.toBe(key);
    expect(new X509Certificate(another.cert).serialNumber).not.toBe(certificate.serialNumber);
  });
});

describe('addressOctets()', () => {
  test.each<[string, number[]]>([
    ['127.0.0.1', [127, 0, 0, 1]],
    ['::', [...Array<number>(16).fill(0)]],
    ['::1', [...Array<number>(15).fill(0), 1]],
    ['2001:db8::7', [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 7]],
    ['1::', [0, 1, ...Array<number>(14).fill(0)]],
    ['::ffff:192.0.2.1', [...Array<number>(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]],
  ])('of %s are %j', (address, octets) => {
    expect([...addressOctets(address)]).toEqual(octets);
  });

  it('of any IPv6 address are its groups, whichever way it is shortened', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const { hostname } = new URL(`http://[${address}]/`);
        const octets = addressOctets(address);
        const groups = Array.from({ length: 8 }, (_, group) =>
          (((octets[group * 2] ?? 0) << 8) | (octets[group * 2 + 1] ?? 0)).toString(16),
        );
        expect(octets).toHaveLength(16);
        expect(new URL(`http://[${groups.join(':')}]/`).hostname).toBe(hostname);
      }),
    );
  });
});

describe('machineAddresses()', () => {
  const at = (address: string, internal = false): NetworkInterfaceInfo =>
    ({
      address,
      internal,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
    }) as NetworkInterfaceInfo;

  it('are loopback and those of the interfaces, once each, without link-local ones', () => {
    const interfaces = {
      lo: [at('127.0.0.1', true), at('::1', true)],
      eth0: [at('192.0.2.7'), at('2001:db8::7'), at('fe80::1')],
      eth0b: [at('192.0.2.7')],
      gone: undefined,
    };
    expect(machineAddresses(interfaces)).toEqual(['127.0.0.1', '::1', '192.0.2.7', '2001:db8::7']);
  });
});
