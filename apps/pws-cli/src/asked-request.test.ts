import { expect, it, test } from 'vitest';
import { type AskedOptions, askedRequest, octetsOf } from './asked-request.ts';
import { CommandError } from './command-error.ts';

const NOTHING: AskedOptions = { method: undefined, fields: [] };

test.each<[string, string, string]>([
  ['/about', '/about', 'a path'],
  ['about', '/about', 'a path without its slash'],
  ['', '/', 'nothing'],
  ['/a?b=c', '/a?b=c', 'a query'],
  ['https://example.com/a/b?c#d', '/a/b?c', 'a URL'],
  ['http://localhost:8001', '/', 'a URL without a path'],
  ['http://localhost?a', '/?a', 'a URL with a query alone'],
  ['/a#b', '/a', 'a fragment, which is never sent'],
  ['/ü b', '/%C3%BC%20b', 'what a client escapes'],
  ['/a%20b/../c', '/a%20b/../c', 'what is asked for as it stands'],
  ['//evil.example/', '//evil.example/', 'two slashes'],
])('a person who says %j asks for %j: %s', (path, target) => {
  expect(askedRequest(path, NOTHING).target).toBe(target);
});

it('is what a browser sends that goes to a page', () => {
  expect(Buffer.from(octetsOf(askedRequest('/a', NOTHING))).toString()).toBe(
    [
      'GET /a HTTP/1.1',
      'Host: localhost',
      'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'Accept-Encoding: gzip, deflate, br, zstd',
      'Sec-Fetch-Mode: navigate',
      '',
      '',
    ].join('\r\n'),
  );
});

it('has the fields that a person says, and none of those that they say nothing for', () => {
  const fields = ['accept: */*', 'Sec-Fetch-Mode:', 'A: 1', 'A: 2', 'host: example.com'];
  expect(askedRequest('/', { method: 'HEAD', fields })).toEqual({
    method: 'HEAD',
    target: '/',
    fields: [
      ['host', 'example.com'],
      ['Accept-Encoding', 'gzip, deflate, br, zstd'],
      ['accept', '*/*'],
      ['A', '1'],
      ['A', '2'],
    ],
  });
});

it('is one to the server as a whole where that is meant', () => {
  expect(askedRequest('*', { method: 'OPTIONS', fields: [] }).target).toBe('*');
  expect(askedRequest('*', NOTHING).target).toBe('/*');
});

test.each<[Partial<AskedOptions>, string]>([
  [{ fields: ['Accept'] }, '--field: expected a field such as "Accept: text/html", got "Accept"'],
  [{ fields: [''] }, '--field: expected a field such as "Accept: text/html", got nothing'],
  [{ fields: ['a b: c'] }, '--field: expected a field such as "Accept: text/html", got "a b: c"'],
  [{ fields: ['a: \n'] }, ''],
  [{ method: 'G T' }, '--method: expected a method such as GET, got "G T"'],
  [{ method: '' }, '--method: expected a method such as GET, got nothing'],
])('refuses %j', (options, message) => {
  const ask = (): unknown => askedRequest('/', { ...NOTHING, ...options });
  if (message === '') expect(ask).not.toThrow();
  else expect(ask).toThrow(new CommandError(2, message));
});
