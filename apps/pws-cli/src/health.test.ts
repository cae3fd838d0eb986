import { Fields } from '@pws/http-wire';
import { describe, expect, test } from 'vitest';
import type { HandledRequest } from './handler.ts';
import { createHealth, healthPaths } from './health.ts';
import type { ReadinessState } from './readiness.ts';

function requestOf(method: string, path: string): HandledRequest {
  return {
    method,
    target: { form: 'origin', path, query: undefined, authority: undefined },
    fields: Fields.from([]),
    peer: { address: '127.0.0.1', port: 1 },
    isSecure: false,
    requestId: 'p-00',
  };
}

async function ask(
  method: string,
  path: string,
  state: ReadinessState = 'ready',
): Promise<unknown[] | undefined> {
  const answer = await createHealth({ prefix: '/-/', state: () => state })(requestOf(method, path));
  if (answer === undefined) return undefined;
  const octets = answer.content?.octets ?? new Uint8Array();
  return [answer.status, Buffer.from(octets).toString(), Object.fromEntries(answer.fields)];
}

const FIELDS = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

describe('createHealth()', () => {
  test.each<[string, ReadinessState, number, string]>([
    ['livez', 'starting', 200, 'ok\n'],
    ['livez', 'ready', 200, 'ok\n'],
    ['livez', 'draining', 200, 'ok\n'],
    ['readyz', 'starting', 503, 'starting\n'],
    ['readyz', 'ready', 200, 'ok\n'],
    ['readyz', 'draining', 503, 'stopping\n'],
  ])('answers %s of a server that is %s with %i', async (name, state, status, text) => {
    const fields = { ...FIELDS, 'Content-Length': String(text.length) };
    expect(await ask('GET', `/-/${name}`, state)).toEqual([status, text, fields]);
    expect(await ask('HEAD', `/-/${name}`, state)).toEqual([status, '', fields]);
  });

  test.each(['POST', 'OPTIONS', 'DELETE', 'TRACE', 'get'])(
    'answers %s with 405',
    async (method) => {
      expect(await ask(method, '/-/livez')).toEqual([405, '', { Allow: 'GET, HEAD' }]);
    },
  );

  test.each([
    '/',
    '/-/',
    '/-/livez/',
    '/-/livezz',
    '/-/LIVEZ',
    '/-/live%7a',
    '/livez',
    '//-/livez',
    '*',
    '',
  ])('leaves %j to the next', async (path) => {
    expect(await ask('GET', path)).toBeUndefined();
  });

  test.each([
    ['/', { livez: '/livez', readyz: '/readyz' }],
    ['/a/b/', { livez: '/a/b/livez', readyz: '/a/b/readyz' }],
  ])('under %s has its paths there', (prefix, paths) => {
    expect(healthPaths(prefix)).toEqual(paths);
  });
});
