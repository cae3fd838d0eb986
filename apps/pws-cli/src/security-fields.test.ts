import { Fields } from '@pws/http-wire';
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { HandledRequest } from './handler.ts';
import {
  type ConstantFieldsOptions,
  constantFields,
  parseFieldLines,
  parseTransportSecurity,
} from './security-fields.ts';

const plain: HandledRequest = {
  method: 'GET',
  target: { form: 'origin', path: '/', query: undefined, authority: undefined },
  fields: Fields.from([]),
  peer: { address: '127.0.0.1', port: 1 },
  isSecure: false,
  requestId: 'r1',
};
const secure: HandledRequest = { ...plain, isSecure: true };

const added = (
  options: ConstantFieldsOptions,
  own: FieldLines = [],
  request: HandledRequest = plain,
): FieldLines => constantFields(options)(request, { status: 200, fields: own, content: undefined });

const NOSNIFF = ['X-Content-Type-Options', 'nosniff'] as const;
const REFERRER = ['Referrer-Policy', 'strict-origin-when-cross-origin'] as const;
const ROBOTS = ['X-Robots-Tag', 'noindex'] as const;

describe('constantFields() adds', () => {
  test.each<[string, ConstantFieldsOptions, FieldLines, FieldLines, Partial<StaticResponse>?]>([
    ['what protects, by default', {}, [], [NOSNIFF, REFERRER]],
    ['only what an answer has not', {}, [NOSNIFF], [REFERRER]],
    ['in whatever case it has it', {}, [['x-content-type-options', 'nosniff']], [REFERRER]],
    ['what a person wants, behind it', { header: [ROBOTS] }, [], [NOSNIFF, REFERRER, ROBOTS]],
    [
      'what a person wants in its place',
      { header: [['referrer-policy', 'no-referrer']] },
      [],
      [NOSNIFF, ['referrer-policy', 'no-referrer']],
    ],
    [
      'two lines of one name that a person wants',
      {
        header: [
          ['Link', '<a>'],
          ['Link', '<b>'],
        ],
      },
      [],
      [NOSNIFF, REFERRER, ['Link', '<a>'], ['Link', '<b>']],
    ],
    [
      'no Cache-Control to the page of an error, which has one',
      { header: [['Cache-Control', 'public']] },
      [['Cache-Control', 'no-store']],
      [NOSNIFF, REFERRER],
    ],
    [
      'nothing that caches keep an error by',
      {
        header: [['Cache-Control', 'public'], ['Expires', 'x'], ['CDN-Cache-Control', 'x'], ROBOTS],
      },
      [],
      [NOSNIFF, REFERRER, ROBOTS],
      { status: 404 },
    ],
    [
      'or the shell of an application',
      {
        header: [
          ['cache-control', 'public'],
          ['Surrogate-Control', 'x'],
        ],
      },
      [],
      [NOSNIFF, REFERRER],
      { served: { segments: ['index.html'], role: 'shell' } },
    ],
    [
      'a Vary also where there is one: the two are joined',
      { header: [['Vary', 'Cookie']] },
      [['Vary', 'Accept-Encoding'], NOSNIFF],
      [REFERRER, ['Vary', 'Cookie']],
    ],
    [
      'what isolates',
      { isolate: true },
      [],
      [
        NOSNIFF,
        REFERRER,
        ['Cross-Origin-Opener-Policy', 'same-origin'],
        ['Cross-Origin-Embedder-Policy', 'require-corp'],
        ['Cross-Origin-Resource-Policy', 'same-origin'],
      ],
    ],
  ])('%s', (_why, options, own, expected, answer = {}) => {
    const response = { status: 200, fields: own, content: undefined, ...answer };
    expect(constantFields(options)(plain, response)).toEqual(expected);
  });

  it('Strict-Transport-Security to what comes over TLS alone', () => {
    const options = { hsts: { maxAgeSeconds: 60, includesSubdomains: false } };
    expect(added(options)).toEqual([NOSNIFF, REFERRER]);
    expect(added(options, [], secure).at(-1)).toEqual(['Strict-Transport-Security', 'max-age=60']);
  });

  it('it for all names below, where asked to', () => {
    const options = { hsts: { maxAgeSeconds: 60, includesSubdomains: true } };
    expect(added(options, [], secure).at(-1)?.[1]).toBe('max-age=60; includeSubDomains');
  });

  it('it once, where a person wants another', () => {
    const header = [['strict-transport-security', 'max-age=1']] as const;
    const options = { header, hsts: { maxAgeSeconds: 60, includesSubdomains: false } };
    expect(added(options, [], secure)).toEqual([NOSNIFF, REFERRER, ...header]);
  });

  it('one and the same array to answers that have none of it', () => {
    const dresser = constantFields({ isolate: true });
    const answer = { status: 200, fields: [['Date', 'x']] as const, content: undefined };
    expect(dresser(plain, answer)).toBe(dresser(plain, answer));
  });
});

describe('parseFieldLines()', () => {
  test.each<[string, FieldLines]>([
    ['X-Robots-Tag: noindex', [ROBOTS]],
    ['X-Robots-Tag:noindex', [ROBOTS]],
    ['X-Robots-Tag:  noindex  ', [ROBOTS]],
    ['A: b: c, d', [['A', 'b: c, d']]],
    [
      'A: 1\nB: 2',
      [
        ['A', '1'],
        ['B', '2'],
      ],
    ],
    ['X: \u00e9', [['X', '\u00e9']]],
  ])('reads %j', (text, lines) => {
    expect(parseFieldLines(text)).toEqual(lines);
  });

  test.each<[string, string]>([
    ['', 'nothing'],
    ['X-Robots-Tag', 'no colon'],
    [': value', 'no name'],
    ['A:', 'no value'],
    ['A b: c', 'a blank in the name'],
    ['A : c', 'a blank before the colon'],
    ['A: b\rC: d', 'CR in the value'],
    ['A: b\u0000', 'NUL in the value'],
    ['A: \u20ac', 'a character above U+00FF'],
    ['A: 1\n', 'an empty line'],
    ['Content-Length: 5', 'framing'],
    ['transfer-encoding: chunked', 'framing, in any case'],
    ['Connection: close', 'the connection'],
    ['Content-Type: text/html', 'the representation'],
    ['Date: now', 'what the server writes'],
    ['A: 1\nServer: x', 'that in a second line too'],
  ])('refuses %j: %s', (text) => {
    expect(parseFieldLines(text)).toBeUndefined();
  });

  it('gives nothing that could end a line, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const [name, value] of parseFieldLines(`A: ${text}`) ?? []) {
          // oxlint-disable-next-line no-control-regex
          expect(name + value).not.toMatch(/[\r\n\x00]/);
        }
      }),
    );
  });
});

describe('parseTransportSecurity()', () => {
  test.each<[string, number | undefined, boolean | undefined]>([
    ['0', 0, false],
    ['31536000', 31_536_000, false],
    ['31536000,subdomains', 31_536_000, true],
    ['315360000', 315_360_000, false],
    ['315360001', undefined, undefined],
    ['', undefined, undefined],
    ['1y', undefined, undefined],
    ['60,preload', undefined, undefined],
    ['60,', undefined, undefined],
    ['60,subdomains,subdomains', undefined, undefined],
  ])('%j: %j seconds, names below: %j', (text, maxAgeSeconds, includesSubdomains) => {
    const expected =
      maxAgeSeconds === undefined ? undefined : { maxAgeSeconds, includesSubdomains };
    expect(parseTransportSecurity(text)).toEqual(expected);
  });
});
