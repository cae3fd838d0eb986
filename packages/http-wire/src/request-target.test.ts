import { describe, expect, test } from 'vitest';
import { isAuthority, parseRequestTarget } from './request-target.ts';

const origin = (path: string, query?: string): object => ({
  form: 'origin',
  path,
  query,
  authority: undefined,
});
const absolute = (authority: string, path: string, query?: string): object => ({
  form: 'absolute',
  path,
  query,
  authority,
});

describe('parseRequestTarget()', () => {
  test.each([
    ['/', 'GET', origin('/'), 'the shortest target'],
    ['/a/b', 'GET', origin('/a/b'), 'no query is not an empty query'],
    ['/a?', 'GET', origin('/a', ''), 'an empty query is not no query'],
    ['/a?b?c', 'GET', origin('/a', 'b?c'), 'the first question mark separates'],
    ['/a?/b\\', 'GET', origin('/a', '/b\\'), 'a backslash in a query stays'],
    ['//b/c', 'GET', origin('//b/c'), 'two slashes are no authority'],
    ['/http://b/', 'GET', origin('/http://b/'), 'a URI within a path is a path'],
    ['/*', 'OPTIONS', origin('/*'), 'not the asterisk form'],
    ['/a%2F%2e%zz', 'GET', origin('/a%2F%2e%zz'), 'nothing is decoded'],
    ['/__proto__', 'GET', origin('/__proto__'), 'a name is a name'],
    ['http://b', 'GET', absolute('b', '/'), 'an empty path is a slash'],
    ['http://b/', 'GET', absolute('b', '/'), 'host, then path'],
    ['http://b?', 'GET', absolute('b', '/', ''), 'an empty path and an empty query'],
    ['http://b?c/d', 'GET', absolute('b', '/', 'c/d'), 'a slash within a query'],
    ['hTTpS://b:1/c?d', 'GET', absolute('b:1', '/c', 'd'), 'a scheme in any case'],
    ['http://[::1]:80/c', 'GET', absolute('[::1]:80', '/c'), 'colons within brackets'],
    ['http://b//c', 'GET', absolute('b', '//c'), 'the path keeps its slashes'],
    ['http://b', 'OPTIONS', absolute('b', '*'), 'RFC 9112 §3.2.4'],
    ['http://b?c', 'OPTIONS', absolute('b', '/', 'c'), 'a query: not the server as a whole'],
  ])('takes %s of %s apart: %o (%s)', (target, method, expected) => {
    expect(parseRequestTarget(target, method)).toEqual(expected);
  });

  test('knows the asterisk form of OPTIONS', () => {
    expect(parseRequestTarget('*', 'OPTIONS')).toEqual({
      form: 'asterisk',
      path: '*',
      query: undefined,
      authority: undefined,
    });
  });

  test('knows the authority form of CONNECT', () => {
    expect(parseRequestTarget('b:443', 'CONNECT')).toEqual({
      form: 'authority',
      path: '',
      query: undefined,
      authority: 'b:443',
    });
  });

  test.each([
    ['', 'GET', 'nothing'],
    ['*', 'GET', 'asterisk form is for OPTIONS'],
    ['*', 'options', 'methods are case-sensitive'],
    ['**', 'OPTIONS', 'one asterisk'],
    ['a', 'GET', 'no slash'],
    ['?a', 'GET', 'no path'],
    ['/a\\b', 'GET', 'a backslash in a path'],
    ['http://b/c\\d', 'GET', 'a backslash in a path'],
    ['http://b\\c/', 'GET', 'a backslash in a host'],
    ['http://', 'GET', 'an empty host'],
    ['http:///a', 'GET', 'an empty host'],
    ['http://:80/', 'GET', 'an empty host'],
    ['http://u@b/', 'GET', 'userinfo'],
    ['http://u:p@b/', 'GET', 'userinfo'],
    ['http:b', 'GET', 'no authority'],
    ['http:/b', 'GET', 'no authority'],
    ['ftp://b/', 'GET', 'another scheme'],
    ['xhttp://b/', 'GET', 'another scheme'],
    ['b:443', 'GET', 'authority form is for CONNECT'],
    ['b', 'CONNECT', 'no port'],
    ['b:', 'CONNECT', 'an empty port'],
    [':443', 'CONNECT', 'an empty host'],
    ['b:x', 'CONNECT', 'no number'],
    ['b:65536', 'CONNECT', 'no port'],
    ['[::1]', 'CONNECT', 'no port, though it ends in a colon and a digit'],
    ['/', 'CONNECT', 'origin form'],
    ['*', 'CONNECT', 'asterisk form'],
    ['http://b:80/', 'CONNECT', 'absolute form'],
    ['b:443/', 'CONNECT', 'a path'],
  ])('refuses %j of %s: %s', (target, method) => {
    expect(parseRequestTarget(target, method)).toBeUndefined();
  });
});

describe('isAuthority()', () => {
  test.each([
    ['a'],
    ['example.com'],
    ['example.com.'],
    ['127.0.0.1'],
    ['a:'],
    ['a:0'],
    ['a:00080'],
    ['a:65535'],
    ["-._~!$&'()*+,;="],
    ['%41%fF'],
    ['xn--caf-dma.example:1'],
    ['[::]'],
    ['[::1]:80'],
    ['[2001:db8::192.0.2.1]'],
    ['[V1A.a:b]'],
  ])('takes %s', (text) => {
    expect(isAuthority(text)).toBe(true);
  });

  test.each([
    ['', 'empty'],
    [':', 'an empty host'],
    [':80', 'an empty host'],
    ['a b', 'a blank'],
    ['a\tb', 'a blank'],
    ['a/b', 'a path'],
    ['a?b', 'a query'],
    ['a#b', 'a fragment'],
    ['a@b', 'userinfo'],
    ['a\\b', 'a backslash'],
    ['a"b', 'no mark of a host'],
    ['a<b', 'no mark of a host'],
    ['a|b', 'no mark of a host'],
    ['a^b', 'no mark of a host'],
    ['a\x00', 'NUL'],
    ['a\x7f', 'DEL'],
    ['\xe9', 'no ASCII'],
    ['\u0161', 'a code unit whose low octet is "a"'],
    ['\u2028', 'no octet'],
    ['%', 'no digits behind the percent sign'],
    ['%4', 'one digit'],
    ['%4g', 'one digit'],
    ['a%', 'no digits'],
    ['a:b', 'a port of letters'],
    ['a:-1', 'a sign'],
    ['a:+1', 'a sign'],
    ['a: 1', 'a blank'],
    ['a:1 ', 'a blank'],
    ['a:65536', 'a port above sixteen bits'],
    ['a:99999999999999999999', 'a port above 2^64'],
    ['a:\u0661', 'a digit that is no ASCII'],
    ['a:1:2', 'two ports'],
    ['::1', 'no brackets'],
    ['[', 'not closed'],
    ['[::1', 'not closed'],
    [']', 'not opened'],
    ['a]', 'not opened'],
    ['[]', 'nothing in brackets'],
    ['[a.example]', 'a name in brackets'],
    ['[::1]]', 'closed twice'],
    ['[[::1]]', 'opened twice'],
    ['[::::]', 'two abbreviations'],
    ['[1:2:3:4:5:6:7]', 'seven groups'],
    ['[1:2:3:4:5:6:7:8:9]', 'nine groups'],
    ['[12345::]', 'a group of five digits'],
    ['[::256.0.0.1]', 'an octet above 255'],
    ['[.]', 'no address at all'],
    ['[fe80::1%eth0]', 'a zone, which means nothing to another machine'],
    ['[::1]x', 'octets behind the bracket'],
    ['[::1]x:80', 'octets behind the bracket'],
    ['[fe80::1%25en1]', 'a zone'],
    ['[v1]', 'a version without an address'],
    ['[v.a]', 'an address without a version'],
    ['a[::1]', 'brackets within a name'],
  ])('refuses %j: %s', (text) => {
    expect(isAuthority(text)).toBe(false);
  });
});
