import type { AddressInfo } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import pc from 'picocolors';
import { describe, expect, it, test } from 'vitest';
import { reachableAddresses, renderBanner } from './banner.ts';

const plain = pc.createColors(false);

function banner(root: string, cwd: string, addresses = ['http://localhost:8001/']): string {
  return renderBanner({ version: '1.2.3', root, cwd, addresses, colours: plain });
}

describe('renderBanner()', () => {
  it('says what is served, every address, and how it is stopped', () => {
    const addresses = ['http://localhost:8001/', 'http://192.0.2.7:8001/'];
    expect(banner('/home/me/site', '/home/me', addresses)).toBe(
      [
        '',
        'PWS 1.2.3  serving ./site',
        '  http://localhost:8001/',
        '  http://192.0.2.7:8001/',
        '  Ctrl+C stops it',
        '',
        '',
      ].join('\n'),
    );
  });

  it('says which folders are below paths', () => {
    const mounts = [
      { base: '/docs/', root: '/home/me/docs/dist' },
      { base: '/api/', root: '/srv/api' },
    ];
    const addresses = ['http://localhost:8001/'];
    const more = { version: '1', root: '/home/me/a', cwd: '/home/me', addresses, mounts };
    expect(renderBanner({ ...more, colours: plain })).toContain(
      '  http://localhost:8001/\n  /docs/ from ./docs/dist\n  /api/ from /srv/api\n  Ctrl+C',
    );
  });

  it('says what else there is to know', () => {
    const addresses = ['https://localhost:8001/'];
    const notes = ['one thing', 'and another'];
    const more = { version: '1', root: '/a', cwd: '/', addresses, notes, colours: plain };
    expect(renderBanner(more)).toContain(
      '  https://localhost:8001/\n  one thing\n  and another\n  Ctrl+C',
    );
  });

  test.each([
    ['/home/me', '/home/me', '.'],
    ['/home/me/a/b', '/home/me', './a/b'],
    ['/home', '/home/me', '/home'],
    ['/srv/site', '/home/me', '/srv/site'],
    ['/home/me/blank name', '/home/me', './blank name'],
    ['/', '/home/me', '/'],
  ])('%s seen from %s is %s', (root, cwd, shown) => {
    expect(banner(root, cwd)).toContain(`serving ${shown}\n`);
  });

  it('is coloured where colours are wanted', () => {
    const colours = pc.createColors(true);
    const text = renderBanner({ version: '1', root: '/a', cwd: '/', addresses: ['x'], colours });
    expect(text).toContain('\u001b[1mPWS\u001b[22m');
    expect(banner('/a', '/')).not.toContain('\u001b');
  });
});

const IPV4 = { netmask: '', mac: '', cidr: null, family: 'IPv4' } as const;
const IPV6 = { netmask: '', mac: '', cidr: null, family: 'IPv6', scopeid: 0 } as const;
const INTERFACES: Record<string, NetworkInterfaceInfo[] | undefined> = {
  lo: [
    { ...IPV4, address: '127.0.0.1', internal: true },
    { ...IPV6, address: '::1', internal: true },
  ],
  eth0: [
    { ...IPV6, address: '2001:db8::7', internal: false },
    { ...IPV6, address: 'fe80::1', internal: false },
    { ...IPV4, address: '192.0.2.7', internal: false },
  ],
  gone: undefined,
};

function bound(address: string, port = 8001): AddressInfo {
  return { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' };
}

describe('reachableAddresses()', () => {
  test.each<[string, AddressInfo, string[]]>([
    [
      'all interfaces are localhost, then the others, IPv4 first, without link-local ones',
      bound('::'),
      ['http://localhost:8001/', 'http://192.0.2.7:8001/', 'http://[2001:db8::7]:8001/'],
    ],
    [
      'all IPv4 interfaces have no IPv6 address',
      bound('0.0.0.0'),
      ['http://localhost:8001/', 'http://192.0.2.7:8001/'],
    ],
    [
      'loopback is localhost and its address',
      bound('127.0.0.1'),
      ['http://localhost:8001/', 'http://127.0.0.1:8001/'],
    ],
    [
      'IPv6 loopback is localhost and its address in brackets',
      bound('::1'),
      ['http://localhost:8001/', 'http://[::1]:8001/'],
    ],
    ['one address is that one', bound('192.0.2.7'), ['http://192.0.2.7:8001/']],
    ['one IPv6 address is in brackets', bound('2001:db8::7'), ['http://[2001:db8::7]:8001/']],
    ['port 80 is not shown', bound('192.0.2.7', 80), ['http://192.0.2.7/']],
    [
      'port 80 is not shown in brackets either',
      bound('::1', 80),
      ['http://localhost/', 'http://[::1]/'],
    ],
    [
      'a Unix socket is its path',
      { address: '/run/pws.sock', family: 'unix', port: 0 },
      ['unix:/run/pws.sock'],
    ],
  ])('%s', (_why, address, expected) => {
    expect(reachableAddresses(address, INTERFACES)).toEqual(expected);
  });

  test.each<[AddressInfo, string[]]>([
    [bound('127.0.0.1'), ['https://localhost:8001/', 'https://127.0.0.1:8001/']],
    [bound('192.0.2.7', 443), ['https://192.0.2.7/']],
    [bound('192.0.2.7', 80), ['https://192.0.2.7:80/']],
  ])('of %j over TLS are %j', (address, expected) => {
    expect(reachableAddresses(address, INTERFACES, 'https')).toEqual(expected);
  });

  it('gives localhost where there is no network', () => {
    expect(reachableAddresses(bound('::'), {})).toEqual(['http://localhost:8001/']);
  });

  it('gives addresses that can be opened', () => {
    for (const address of reachableAddresses(bound('::'), INTERFACES)) {
      expect(URL.canParse(address)).toBe(true);
    }
  });
});
