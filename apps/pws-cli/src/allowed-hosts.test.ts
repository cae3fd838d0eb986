import { Fields } from '@pws/http-wire';
import type { StaticResponse } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type AllowedHosts,
  type AllowedHostsOptions,
  checkHost,
  parseAllowedHosts,
} from './allowed-hosts.ts';
import type { HandledRequest } from './handler.ts';

const requestFor = (host: string | undefined, authority?: string): HandledRequest => ({
  method: 'GET',
  target: {
    form: authority === undefined ? 'origin' : 'absolute',
    path: '/',
    query: undefined,
    authority,
  },
  fields: Fields.from(host === undefined ? [] : [['Host', host]]),
  peer: { address: '127.0.0.1', port: 1 },
  isSecure: false,
  requestId: 'r1',
});

const onLoopback: AllowedHostsOptions = {
  allowed: undefined,
  host: '127.0.0.1',
  boundAddress: () => '127.0.0.1',
};

const onAll: AllowedHostsOptions = {
  allowed: undefined,
  host: undefined,
  boundAddress: () => '::',
};

const passes = (options: AllowedHostsOptions, request: HandledRequest): boolean =>
  checkHost(options)(request) === undefined;

describe('a server on loopback answers for', () => {
  test.each<[string, boolean]>([
    ['localhost', true],
    ['localhost:8001', true],
    ['LOCALHOST', true],
    ['localhost.', true],
    ['app.localhost', true],
    ['a.b.localhost:8001', true],
    ['127.0.0.1', true],
    ['127.0.0.1:8001', true],
    ['127.1.2.3', true],
    ['[::1]', true],
    ['[::1]:8001', true],
    ['[0:0:0:0:0:0:0:1]', true],
    ['evil.example', false],
    ['evil.example:8001', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['evillocalhost', false],
    ['0.0.0.0', false],
    ['[::]', false],
    ['[::ffff:10.0.0.1]', false],
    ['10.0.0.1', false],
    ['127.1', false],
    ['2130706433', false],
    ['%6cocalhost', false],
    ['localhost..', false],
    ['.localhost.evil', false],
  ])('%s: %j', (host, expected) => {
    expect(passes(onLoopback, requestFor(host))).toBe(expected);
  });

  it('no Host, which no browser sends', () => {
    expect(passes(onLoopback, requestFor(undefined))).toBe(true);
  });

  it('the authority of an absolute target, whatever Host says', () => {
    expect(passes(onLoopback, requestFor(undefined, 'evil.example'))).toBe(false);
    expect(passes(onLoopback, requestFor('localhost', 'evil.example'))).toBe(false);
    expect(passes(onLoopback, requestFor(undefined, 'localhost:80'))).toBe(true);
  });

  it('the name that it was told to listen on', () => {
    const options = { ...onLoopback, host: 'My-Machine' };
    expect(passes(options, requestFor('my-machine:8001'))).toBe(true);
    expect(passes(options, requestFor('your-machine'))).toBe(false);
  });

  it('what comes before and behind a name that is not allowed', () => {
    const answer = checkHost(onLoopback);
    const statuses = ['localhost', 'evil.example', 'localhost', 'evil.example'].map(
      (host) => (answer(requestFor(host)) as StaticResponse | undefined)?.status,
    );
    expect(statuses).toEqual([undefined, 403, undefined, 403]);
  });

  it('loopback on IPv6 as well', () => {
    const options = { ...onLoopback, host: 'localhost', boundAddress: () => '::1' };
    expect(passes(options, requestFor('evil.example'))).toBe(false);
  });
});

describe('a server on all interfaces answers for', () => {
  it('any name', () => {
    expect(passes(onAll, requestFor('any.example'))).toBe(true);
  });

  test.each<[AllowedHosts, string, boolean]>([
    [['example.com'], 'example.com', true],
    [['example.com'], 'EXAMPLE.com:443', true],
    [['example.com'], 'www.example.com', false],
    [['example.com'], 'example.com.evil', false],
    [['example.com'], 'localhost', true],
    [['example.com'], '192.0.2.1', false],
    [['.example.com'], 'example.com', true],
    [['.example.com'], 'a.b.example.com', true],
    [['.example.com'], 'badexample.com', false],
    [['a.example', 'b.example'], 'b.example', true],
    [['192.0.2.1'], '192.0.2.1:80', true],
    [['2001:db8::1'], '[2001:DB8::1]:80', true],
    ['*', 'any.example', true],
  ])('those in %j: %s is %j', (allowed, host, expected) => {
    expect(passes({ ...onAll, allowed }, requestFor(host))).toBe(expected);
  });
});

describe('a server on loopback that may be called otherwise', () => {
  test.each<[AllowedHosts, string, boolean]>([
    [['tunnel.example'], 'tunnel.example', true],
    [['tunnel.example'], 'localhost', true],
    [['tunnel.example'], 'evil.example', false],
    ['*', 'evil.example', true],
  ])('%j answers for %s: %j', (allowed, host, expected) => {
    expect(passes({ ...onLoopback, allowed }, requestFor(host))).toBe(expected);
  });
});

describe('the refusal', () => {
  const refusalOf = (method: string): StaticResponse =>
    checkHost(onLoopback)({ ...requestFor('evil.example'), method }) as StaticResponse;

  it('is 403 and says what can be done, and nothing of the request', () => {
    const { status, fields, content } = refusalOf('GET');
    const text = Buffer.from(content?.octets ?? []).toString();
    expect(status).toBe(403);
    expect(text).toContain('--allowed-hosts');
    expect(text).not.toContain('evil');
    expect(Object.fromEntries(fields)).toMatchObject({
      'Content-Length': String(text.length),
      'Cache-Control': 'no-store',
    });
  });

  it('of HEAD has the same fields and no content', () => {
    expect(refusalOf('HEAD').fields).toEqual(refusalOf('GET').fields);
    expect(refusalOf('HEAD').content).toBeUndefined();
  });

  it('is a value whatever the host is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (host) => {
        expect([undefined, 403]).toContain(
          (checkHost(onLoopback)(requestFor(host)) as StaticResponse | undefined)?.status,
        );
      }),
    );
  });
});

describe('parseAllowedHosts()', () => {
  test.each<[string, AllowedHosts]>([
    ['*', '*'],
    ['example.com', ['example.com']],
    ['Example.COM,.b.example', ['example.com', '.b.example']],
    ['my_machine,192.0.2.1', ['my_machine', '192.0.2.1']],
    ['[2001:db8::1]', ['2001:db8::1']],
    ['2001:db8::1', ['2001:db8::1']],
  ])('reads %j', (text, hosts) => {
    expect(parseAllowedHosts(text)).toEqual(hosts);
  });

  test.each([
    '',
    ',',
    'example.com:80',
    'https://example.com',
    '*.example.com',
    'example.com/',
    '*,example.com',
    'a b',
    '..example.com',
    'example.com.',
    '[::1',
    '[::1]:80',
    'a,',
  ])('refuses %j', (text) => {
    expect(parseAllowedHosts(text)).toBeUndefined();
  });
});
