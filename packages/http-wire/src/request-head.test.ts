import { describe, expect, test } from 'vitest';
import { ProtocolError } from './errors.ts';
import { encodeLatin1, encodeLatin1Portably } from './octets.ts';
import { parseRequestHead } from './request-head.ts';
import { parseResponseHead } from './response-head.ts';

const HEAD = 'POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';

describe('parseRequestHead()', () => {
  test.each([
    ['a Buffer', encodeLatin1],
    ['a Uint8Array', encodeLatin1Portably],
  ])('reads a head at the beginning of %s, and says how long it is', (_, encode) => {
    const parsed = parseRequestHead(encode(`${HEAD}hi`));
    expect(parsed?.lengthBytes).toBe(HEAD.length);
    expect(parsed?.head).toMatchObject({
      method: 'POST',
      requestTarget: '/a?b',
      target: { form: 'origin', path: '/a', query: 'b' },
      minorVersion: 1,
      framing: { kind: 'length', lengthBytes: 2 },
      expectsContinue: true,
    });
    expect([...(parsed?.head.fields ?? [])]).toEqual([
      ['Host', 'a'],
      ['Content-Length', '2'],
      ['Expect', '100-continue'],
    ]);
  });

  test('needs more octets for every beginning of a head', () => {
    const octets = encodeLatin1(HEAD);
    for (let length = 0; length < octets.length; length++) {
      expect(parseRequestHead(octets.subarray(0, length))).toBeUndefined();
    }
  });

  test('counts an empty line before the head', () => {
    expect(parseRequestHead(encodeLatin1(`\r\n${HEAD}`))?.lengthBytes).toBe(HEAD.length + 2);
  });

  test('keeps nothing of the octets', () => {
    const octets = encodeLatin1(HEAD);
    const parsed = parseRequestHead(octets);
    octets.fill(0x21);
    expect(parsed?.head.fields.get('host')).toBe('a');
  });

  test('takes limits', () => {
    expect(() => parseRequestHead(encodeLatin1(HEAD), { maxHeadBytes: 20 })).toThrow(
      expect.objectContaining({ code: 'head-too-large', status: 431, offset: 20 }),
    );
  });

  test('throws a ProtocolError whose message is a fixed sentence', () => {
    try {
      parseRequestHead(encodeLatin1('GET / HTTP/1.1\r\nHost: secret secret\r\n\r\n'));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ name: 'ProtocolError', code: 'invalid-host', offset: 16 });
      expect((error as ProtocolError).message).not.toContain('secret');
    }
  });
});

describe('parseResponseHead()', () => {
  const RESPONSE = 'HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\n';

  test.each([
    ['a Buffer', encodeLatin1],
    ['a Uint8Array', encodeLatin1Portably],
  ])('reads a head at the beginning of %s, and says how long it is', (_, encode) => {
    const parsed = parseResponseHead(encode(`${RESPONSE}hi`));
    expect(parsed?.lengthBytes).toBe(RESPONSE.length);
    expect(parsed?.head).toMatchObject({ status: 404, reason: 'Not Found', minorVersion: 0 });
    expect(parsed?.head.fields.get('content-length')).toBe('2');
  });

  test('needs more octets for every beginning of a head', () => {
    const octets = encodeLatin1(RESPONSE);
    for (let length = 0; length < octets.length; length++) {
      expect(parseResponseHead(octets.subarray(0, length))).toBeUndefined();
    }
  });

  test('takes limits', () => {
    expect(() => parseResponseHead(encodeLatin1(RESPONSE), { maxFields: 0 })).toThrow(
      expect.objectContaining({ code: 'too-many-fields', offset: 24 }),
    );
  });
});
