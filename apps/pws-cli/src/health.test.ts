import { Fields } from '@pws/http-wire';
import { describe, expect, test } from 'vitest';
import type { HandledRequest } from './handler.ts';
import { createHealth, healthPaths } from './health.ts';

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

async function ask(method: string, path: string, isReady = true): Promise<unknown[] | undefined> {
  const answer = await createHealth({ prefix: '/-/', isReady: () => isReady })(
    requestOf(method, path),
  );
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
  test.each([
    ['livez', true, 200, 'ok\n'],
    ['livez', false, 200, 'ok\n'],
    ['readyz', true, 200, 'ok\n'],
    ['readyz', false, 503, 'stopping\n'],
  ])('answers %s, where it wants requests: %s, with %i', async (name, isReady, status, text) => {
    const fields = { ...FIELDS, 'Content-Length': String(text.length) };
    expect(await ask('GET', `/-/${name}`, isReady)).toEqual([status, text, fields]);
    expect(await ask('HEAD', `/-/${name}`, isReady)).toEqual([status, '', fields]);
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
