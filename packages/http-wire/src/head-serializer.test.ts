import { describe, expect, test } from 'vitest';
import { decodeLatin1 } from './octets.ts';
import {
  type ResponseHeadInit,
  serializeFieldLines,
  serializeRequestHead,
  serializeResponseHead,
} from './head-serializer.ts';

const write = (head: ResponseHeadInit): string => {
  const octets = serializeResponseHead(head);
  return decodeLatin1(octets, 0, octets.length);
};

describe('serializeResponseHead()', () => {
  test.each<[head: ResponseHeadInit, expected: string]>([
    [{ status: 200, fields: [] }, 'HTTP/1.1 200 OK\r\n\r\n'],
    [{ status: 299, fields: [] }, 'HTTP/1.1 299 \r\n\r\n'],
    [{ status: 100, reason: '', fields: [] }, 'HTTP/1.1 100 \r\n\r\n'],
    [{ status: 999, reason: 'a\tb \xff', fields: [] }, 'HTTP/1.1 999 a\tb \xff\r\n\r\n'],
    [
      {
        status: 200,
        fields: [
          ['A', 'b'],
          ['a', ''],
        ],
      },
      'HTTP/1.1 200 OK\r\nA: b\r\na: \r\n\r\n',
    ],
    [{ status: 200, fields: new Map([['A', '\x80']]) }, 'HTTP/1.1 200 OK\r\nA: \x80\r\n\r\n'],
  ])('writes %j', (head, expected) => {
    expect(write(head)).toBe(expected);
  });

  test.each([[99], [0], [-200], [1000], [200.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'refuses the status %d',
    (status) => {
      expect(() => write({ status, fields: [] })).toThrow(
        expect.objectContaining({ name: 'UsageError', code: 'invalid-status' }),
      );
    },
  );

  // U+010A and U+010D lose their upper octet on the way out and turn into LF and CR.
  const SPLITTING = [
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\u010a',
    '\u010d',
    '\u0100',
    '\u{1f600}',
    '\x7f',
    '\x1b',
    '\x0b',
  ];

  test.each(SPLITTING)('refuses a reason phrase with %j', (octet) => {
    for (const reason of [octet, `a${octet}`, `${octet}b`, `a${octet}b`]) {
      expect(() => write({ status: 200, reason, fields: [] })).toThrow(
        expect.objectContaining({ code: 'invalid-reason-phrase' }),
      );
    }
  });

  test.each(SPLITTING)('refuses a field value with %j', (octet) => {
    for (const value of [octet, `a${octet}`, `${octet}b`, `a${octet}b`]) {
      expect(() => write({ status: 200, fields: [['X', value]] })).toThrow(
        expect.objectContaining({ code: 'invalid-field-value' }),
      );
    }
  });

  test.each([...SPLITTING, '', ' ', 'X ', ' X', 'X:', 'X Y', 'X\ty', '\xe9', '"X"', 'X/Y', 'X\n'])(
    'refuses the field name %j',
    (name) => {
      expect(() => write({ status: 200, fields: [[name, 'a']] })).toThrow(
        expect.objectContaining({ code: 'invalid-field-name' }),
      );
    },
  );

  test('takes exactly the octets that a field value may have', () => {
    for (let octet = 0; octet < 0x200; octet++) {
      const allowed = octet === 0x09 || (octet >= 0x20 && octet !== 0x7f && octet <= 0xff);
      const attempt = (): string => serializeFieldLines([['X', `a${String.fromCharCode(octet)}b`]]);
      if (allowed) expect(attempt()).toBe(`X: a${String.fromCharCode(octet)}b\r\n`);
      else expect(attempt, `octet ${octet}`).toThrow();
    }
  });

  test('checks each of many names, however often they come', () => {
    const names = Array.from({ length: 600 }, (_, at) => `X-Name-${at}`);
    names.push('x'.repeat(65), '__proto__', 'constructor', '0');
    for (let time = 0; time < 2; time++) {
      for (const name of names) {
        expect(serializeFieldLines([[name, 'a']])).toBe(`${name}: a\r\n`);
        for (const wrong of [`${name}\r`, `${name}:`, `${name} `, ` ${name}`]) {
          expect(() => serializeFieldLines([[wrong, 'a']])).toThrow(
            expect.objectContaining({ code: 'invalid-field-name' }),
          );
        }
      }
    }
  });

  test('keeps the case of a name, whichever came before', () => {
    for (const name of ['X-Case', 'x-case', 'X-CASE', 'X-Case']) {
      expect(serializeFieldLines([[name, 'a']])).toBe(`${name}: a\r\n`);
    }
  });

  test('writes the reason that is given, whatever was written for the status before', () => {
    for (let time = 0; time < 2; time++) {
      expect(write({ status: 404, fields: [] })).toBe('HTTP/1.1 404 Not Found\r\n\r\n');
      expect(write({ status: 404, reason: 'Gone fishing', fields: [] })).toBe(
        'HTTP/1.1 404 Gone fishing\r\n\r\n',
      );
      expect(() => write({ status: 404, reason: 'a\n', fields: [] })).toThrow(
        expect.objectContaining({ code: 'invalid-reason-phrase' }),
      );
    }
  });

  test('does not repeat a value in its message', () => {
    expect(() => write({ status: 200, fields: [['X', 'secret\n']] })).toThrow(/^(?!.*secret)/s);
  });
});

test('serializeFieldLines() of no lines is empty', () => {
  expect(serializeFieldLines([])).toBe('');
});

describe('serializeRequestHead()', () => {
  const request = (method: string, requestTarget: string, name = 'Host', value = 'a'): string => {
    const octets = serializeRequestHead({ method, requestTarget, fields: [[name, value]] });
    return decodeLatin1(octets, 0, octets.length);
  };

  test.each([
    ['GET', '/a?b'],
    ['OPTIONS', '*'],
    ['CONNECT', 'a:443'],
    ['get', 'http://a/'],
    ['PURGE', '/|^'],
  ])('writes %s %s', (method, target) => {
    expect(request(method, target)).toBe(`${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  });

  test.each([
    ['', '/'],
    ['G T', '/'],
    ['GET\r\n', '/'],
    ['GET\u010a', '/'],
    ['GET', ''],
    ['GET', '/ '],
    ['GET', '/\r\nHost: b'],
    ['GET', '/\u010a'],
    ['GET', '/\u0120'],
    ['GET', '/\xe9'],
    ['GET', '/#'],
    ['GET', '/a\\b'],
    ['GET', '*'],
    ['GET', 'a:443'],
    ['CONNECT', '/'],
  ])('refuses %j %j', (method, target) => {
    expect(() => request(method, target)).toThrow(
      expect.objectContaining({ code: 'invalid-request-line' }),
    );
  });

  test('refuses names and values that would split the request', () => {
    expect(() => request('GET', '/', 'Host', 'a\n')).toThrow(
      expect.objectContaining({ code: 'invalid-field-value' }),
    );
    expect(() => request('GET', '/', 'Host\n', 'a')).toThrow(
      expect.objectContaining({ code: 'invalid-field-name' }),
    );
  });
});
