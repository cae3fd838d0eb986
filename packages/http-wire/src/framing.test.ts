import { describe, expect, test } from 'vitest';
import { type FieldLine, Fields } from './fields.ts';
import { requestFraming, responseFraming } from './framing.ts';

const LENGTH: FieldLine = ['Content-Length', '5'];
const CHUNKED: FieldLine = ['Transfer-Encoding', 'chunked'];

const lengthFault = (code: string): object => ({ kind: 'fault', code, field: 'content-length' });
const codingFault = (code: string): object => ({ kind: 'fault', code, field: 'transfer-encoding' });

describe('requestFraming()', () => {
  test.each<[lines: FieldLine[], minorVersion: number, expected: object]>([
    [[], 1, { kind: 'none' }],
    [[], 0, { kind: 'none' }],
    [[['X', 'y']], 1, { kind: 'none' }],
    [[LENGTH], 1, { kind: 'length', lengthBytes: 5 }],
    [[LENGTH], 0, { kind: 'length', lengthBytes: 5 }],
    [[['content-length', '0']], 1, { kind: 'length', lengthBytes: 0 }],
    [[['Content_Length', '5']], 1, { kind: 'none' }],
    [[CHUNKED], 1, { kind: 'chunked' }],
    [[CHUNKED], 9, { kind: 'chunked' }],
    [[CHUNKED], 0, codingFault('coding-in-http-1.0')],
    [[CHUNKED, LENGTH], 1, codingFault('length-and-coding')],
    [[LENGTH, CHUNKED], 0, codingFault('length-and-coding')],
    [[LENGTH, LENGTH], 1, lengthFault('repeated-content-length')],
    [[CHUNKED, CHUNKED], 1, codingFault('invalid-transfer-coding')],
  ])('of %j in HTTP/1.%i is %o', (lines, minorVersion, expected) => {
    expect(requestFraming(Fields.from(lines), minorVersion)).toEqual(expected);
  });

  test.each([
    ['1', 1],
    ['10', 10],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads the Content-Length %s', (value, lengthBytes) => {
    const fields = Fields.from([['Content-Length', value]]);
    expect(requestFraming(fields, 1)).toEqual({ kind: 'length', lengthBytes });
  });

  test.each([
    ['', 'invalid-content-length'],
    [' ', 'invalid-content-length'],
    [' 1', 'invalid-content-length'],
    ['+1', 'invalid-content-length'],
    ['-1', 'invalid-content-length'],
    ['-0', 'invalid-content-length'],
    ['01', 'invalid-content-length'],
    ['00', 'invalid-content-length'],
    ['0x1', 'invalid-content-length'],
    ['0b1', 'invalid-content-length'],
    ['0o1', 'invalid-content-length'],
    ['1e1', 'invalid-content-length'],
    ['1.', 'invalid-content-length'],
    ['1_0', 'invalid-content-length'],
    ['1 0', 'invalid-content-length'],
    ['1;', 'invalid-content-length'],
    ['1n', 'invalid-content-length'],
    ['Infinity', 'invalid-content-length'],
    ['NaN', 'invalid-content-length'],
    ['\u0661', 'invalid-content-length'],
    ['\xb9', 'invalid-content-length'],
    ['\uff11', 'invalid-content-length'],
    ['1,1', 'repeated-content-length'],
    ['1, 1', 'repeated-content-length'],
    [',1', 'repeated-content-length'],
    [',', 'repeated-content-length'],
    ['9007199254740992', 'content-length-overflow'],
    ['9007199254740993', 'content-length-overflow'],
    ['18446744073709551616', 'content-length-overflow'],
    ['18446744073709551621', 'content-length-overflow'],
    ['9'.repeat(400), 'content-length-overflow'],
  ])('refuses the Content-Length %j with %s', (value, code) => {
    expect(requestFraming(Fields.from([['Content-Length', value]]), 1)).toEqual(lengthFault(code));
  });

  test.each([
    ['gzip', 'unsupported-transfer-coding'],
    ['identity', 'unsupported-transfer-coding'],
    ['xchunked', 'unsupported-transfer-coding'],
    ['chunkedx', 'unsupported-transfer-coding'],
    ['gzip, chunked', 'unsupported-transfer-coding'],
    ['gzip,\tdeflate ,CHUNKED', 'unsupported-transfer-coding'],
    ['', 'invalid-transfer-coding'],
    [',', 'invalid-transfer-coding'],
    [',chunked', 'invalid-transfer-coding'],
    ['chunked,', 'invalid-transfer-coding'],
    ['gzip,,chunked', 'invalid-transfer-coding'],
    ['chunked, gzip', 'invalid-transfer-coding'],
    ['chunked, chunked', 'invalid-transfer-coding'],
    ['chunked, gzip, chunked', 'invalid-transfer-coding'],
    ['gzip, deflate', 'invalid-transfer-coding'],
    ['chunked;a=b', 'invalid-transfer-coding'],
    ['gzip;q=1, chunked', 'invalid-transfer-coding'],
    ['chunked gzip', 'invalid-transfer-coding'],
    ['"chunked"', 'invalid-transfer-coding'],
    ['\x0bchunked', 'invalid-transfer-coding'],
    ['\xa0chunked', 'invalid-transfer-coding'],
    ['chun\u212aed', 'invalid-transfer-coding'],
  ])('refuses the Transfer-Encoding %j with %s', (value, code) => {
    const fields = Fields.from([['Transfer-Encoding', value]]);
    expect(requestFraming(fields, 1)).toEqual(codingFault(code));
  });
});

describe('responseFraming()', () => {
  test.each<[method: string | undefined, status: number, lines: FieldLine[], expected: object]>([
    ['GET', 200, [], { kind: 'until-close' }],
    [undefined, 200, [], { kind: 'until-close' }],
    ['GET', 200, [LENGTH], { kind: 'length', lengthBytes: 5 }],
    ['GET', 200, [CHUNKED], { kind: 'chunked' }],
    ['GET', 404, [LENGTH], { kind: 'length', lengthBytes: 5 }],
    ['GET', 205, [LENGTH], { kind: 'length', lengthBytes: 5 }],
    ['GET', 200, [LENGTH, CHUNKED], codingFault('length-and-coding')],
    ['GET', 100, [LENGTH], { kind: 'none' }],
    ['GET', 199, [CHUNKED], { kind: 'none' }],
    ['GET', 204, [LENGTH], { kind: 'none' }],
    ['GET', 304, [LENGTH], { kind: 'none' }],
    ['GET', 304, [], { kind: 'none' }],
    ['HEAD', 200, [LENGTH], { kind: 'none' }],
    ['HEAD', 404, [CHUNKED], { kind: 'none' }],
    ['head', 200, [LENGTH], { kind: 'length', lengthBytes: 5 }],
    ['CONNECT', 200, [LENGTH], { kind: 'none' }],
    ['CONNECT', 299, [CHUNKED], { kind: 'none' }],
    ['CONNECT', 300, [LENGTH], { kind: 'length', lengthBytes: 5 }],
    ['CONNECT', 404, [], { kind: 'until-close' }],
  ])('of a response to %s with status %i and %j is %o', (method, status, lines, expected) => {
    expect(responseFraming(method, status, Fields.from(lines), 1)).toEqual(expected);
  });

  test('of a response in HTTP/1.0 with Transfer-Encoding is faulty', () => {
    expect(responseFraming('GET', 200, Fields.from([CHUNKED]), 0)).toEqual(
      codingFault('coding-in-http-1.0'),
    );
  });
});
