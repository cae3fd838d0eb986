import { Fields } from '@pws/http-wire';
import type { FieldLines, StaticResponse } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type SharedWith, answerPreflight, parseSharedWith, shareAnswers } from './cors.ts';
import type { HandledRequest } from './handler.ts';

const PAGE = 'https://page.example';
const LOCAL = 'http://localhost:3000';
const LIST: SharedWith = [PAGE, LOCAL];

const requestOf = (method: string, lines: Readonly<Record<string, string>>): HandledRequest => ({
  method,
  target: { form: 'origin', path: '/', query: undefined, authority: undefined },
  fields: Fields.from(Object.entries(lines)),
  peer: { address: '127.0.0.1', port: 1 },
  isSecure: false,
  requestId: 'r1',
});

const preflight = (
  shared: SharedWith,
  lines: Readonly<Record<string, string>>,
  method = 'OPTIONS',
): StaticResponse | undefined => {
  const asked = { 'Access-Control-Request-Method': 'GET', ...lines };
  return answerPreflight(shared)(requestOf(method, asked)) as StaticResponse | undefined;
};

const fieldsOf = (response: StaticResponse | undefined): Record<string, string> =>
  Object.fromEntries(response?.fields ?? []);

describe('a preflight', () => {
  it('of a welcome origin is answered with what is allowed, and for how long', () => {
    const response = preflight(LIST, { Origin: PAGE });
    expect(response?.status).toBe(204);
    expect(response?.content).toBeUndefined();
    expect(response?.fields).toEqual([
      ['Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS'],
      ['Access-Control-Max-Age', '7200'],
    ]);
  });

  test.each<[string, SharedWith, Readonly<Record<string, string>>, string, boolean]>([
    ['of another in the list', LIST, { Origin: LOCAL }, 'OPTIONS', true],
    ['of any origin where all are welcome', '*', { Origin: 'https://x.example' }, 'OPTIONS', true],
    ['of no origin', '*', {}, 'OPTIONS', false],
    ['of an origin that is none', '*', { Origin: 'null' }, 'OPTIONS', false],
    ['of the same host on another port', LIST, { Origin: `${PAGE}:8443` }, 'OPTIONS', false],
    ['of the same host in plain text', LIST, { Origin: 'http://page.example' }, 'OPTIONS', false],
    ['of a host that ends alike', LIST, { Origin: 'https://apage.example' }, 'OPTIONS', false],
    ['of a host that begins alike', LIST, { Origin: `${PAGE}.evil.example` }, 'OPTIONS', false],
    ['of two origins', LIST, { Origin: `${PAGE}, ${LOCAL}` }, 'OPTIONS', false],
    ['of null with a list', LIST, { Origin: 'null' }, 'OPTIONS', false],
    ['with another method', LIST, { Origin: PAGE }, 'GET', false],
  ])('%s: %j', (_what, shared, lines, method, isAnswered) => {
    expect(preflight(shared, lines, method) !== undefined).toBe(isAnswered);
  });

  it('is one only where a method is asked for', () => {
    expect(answerPreflight('*')(requestOf('OPTIONS', { Origin: PAGE }))).toBeUndefined();
  });

  test.each<[string, string | undefined, string]>([
    ['range', 'range', 'one name'],
    ['Range', 'range', 'in small letters'],
    ['range,x-a', 'range, x-a', 'two'],
    ['range ,\tx-a', 'range, x-a', 'with blanks'],
    ['a'.repeat(1024), 'a'.repeat(1024), 'up to 1024 characters'],
    ['a'.repeat(1025), undefined, 'and no more'],
    ['', undefined, 'none'],
    ['range,', undefined, 'an empty one'],
    ['range;x', undefined, 'no token'],
    ['a b', undefined, 'a blank inside'],
    ['*"', undefined, 'a quote'],
    ['\u00e9', undefined, 'no ASCII'],
  ])('that asks for the fields %j is allowed %j: %s', (asked, allowed) => {
    const lines = { Origin: PAGE, 'Access-Control-Request-Headers': asked };
    expect(fieldsOf(preflight(LIST, lines))['Access-Control-Allow-Headers']).toBe(allowed);
  });

  it('never gives back what is no list of tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (asked) => {
        const lines = { Origin: PAGE, 'Access-Control-Request-Headers': asked };
        const allowed = fieldsOf(preflight(LIST, lines))['Access-Control-Allow-Headers'] ?? 'none';
        expect(allowed).toMatch(/^[!-+\--~]+(?:, [!-+\--~]+)*$/);
      }),
    );
  });
});

describe('an answer', () => {
  const dressed = (shared: SharedWith, lines: Readonly<Record<string, string>>): FieldLines =>
    shareAnswers(shared)(requestOf('GET', lines), answerOf200);
  const answerOf200: StaticResponse = { status: 200, fields: [], content: undefined };
  const EXPOSED = expect.arrayContaining(['Access-Control-Expose-Headers']) as string[];

  test.each<[string, SharedWith, Readonly<Record<string, string>>, readonly unknown[]]>([
    ['is for everybody', '*', {}, [['Access-Control-Allow-Origin', '*'], EXPOSED]],
    ['whoever asks', '*', { Origin: PAGE }, [['Access-Control-Allow-Origin', '*'], EXPOSED]],
    [
      'is for the origin that asks',
      LIST,
      { Origin: PAGE },
      [['Access-Control-Allow-Origin', PAGE], EXPOSED, ['Vary', 'Origin']],
    ],
    [
      'not for another, and depends on it',
      LIST,
      { Origin: 'https://x.example' },
      [['Vary', 'Origin']],
    ],
    ['not for null', LIST, { Origin: 'null' }, [['Vary', 'Origin']]],
    ['nor for none', LIST, {}, [['Vary', 'Origin']]],
  ])('%s', (_what, shared, lines, expected) => {
    expect(dressed(shared, lines)).toEqual(expected);
  });

  it('never allows credentials', () => {
    const names = (
      [
        ['*', {}],
        [LIST, { Origin: PAGE }],
      ] as const
    ).flatMap(([shared, lines]) => dressed(shared, lines).map(([name]) => name));
    expect(names).not.toContain('Access-Control-Allow-Credentials');
  });
});

describe('parseSharedWith()', () => {
  test.each<[string, SharedWith]>([
    ['*', '*'],
    [PAGE, [PAGE]],
    [`${PAGE},${LOCAL}`, [PAGE, LOCAL]],
    ['http://[::1]:8080', ['http://[::1]:8080']],
    ['capacitor://localhost', ['capacitor://localhost']],
  ])('reads %j', (text, shared) => {
    expect(parseSharedWith(text)).toEqual(shared);
  });

  test.each<[string, string]>([
    ['', 'nothing'],
    ['null', 'no origin'],
    ['example.com', 'no scheme'],
    ['https://example.com/', 'a path'],
    ['https://example.com:443', 'the port that the scheme has'],
    ['https://Example.com', 'capitals'],
    ['HTTPS://example.com', 'capitals in the scheme'],
    ['https://*.example.com', 'a pattern'],
    ['https://a@example.com', 'a user'],
    ['https://', 'no host'],
    ['https://a b', 'a blank'],
    ['*,https://example.com', 'all, and one of them'],
    ['https://example.com,', 'an empty one'],
    ['https://example.com, http://a', 'a blank behind the comma'],
    ['https://example.com\r\nX: y', 'a line end'],
  ])('refuses %j: %s', (text) => {
    expect(parseSharedWith(text)).toBeUndefined();
  });
});
