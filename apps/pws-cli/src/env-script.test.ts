import { runInNewContext } from 'node:vm';
import { Fields } from '@pws/http-wire';
import type { StaticResponse } from '@pws/static-fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  ENVIRONMENT_PATH_FORM,
  ENVIRONMENT_PREFIX_FORM,
  type EnvironmentScript,
  renderEnvironment,
  serveEnvironment,
} from './env-script.ts';
import type { HandledRequest } from './handler.ts';

/** What a page has after the script. */
function run(script: string): { env: unknown; isFrozen: boolean } {
  return runInNewContext(`${script}; ({ env: { ...env }, isFrozen: Object.isFrozen(env) })`) as {
    env: unknown;
    isFrozen: boolean;
  };
}

describe('renderEnvironment()', () => {
  it('writes the variables with the prefix, sorted, and no others', () => {
    const env = {
      PUBLIC_B: '2',
      SECRET: 'x',
      PUBLIC_A: 'https://api.example/?a=1&b=2',
      NOT_PUBLIC_C: 'x',
      public_d: 'x',
      PUBLIC: 'x',
      PUBLIC_: '',
    };
    expect(renderEnvironment('PUBLIC_', env)).toBe(
      [
        'globalThis.env = Object.freeze({',
        '  "PUBLIC_": "",',
        '  "PUBLIC_A": "https://api.example/?a=1&b=2",',
        '  "PUBLIC_B": "2",',
        '});',
        '',
      ].join('\n'),
    );
  });

  it('writes an object also where there is no such variable', () => {
    expect(run(renderEnvironment('PUBLIC_', { SECRET: 'x' }))).toEqual({ env: {}, isFrozen: true });
  });

  test.each<[string, string]>([
    [
      '</script><script>alert(1)</script>',
      String.raw`"\u003c/script>\u003cscript>alert(1)\u003c/script>"`,
    ],
    ['<!--', String.raw`"\u003c!--"`],
    ['a\u2028b\u2029c', String.raw`"a\u2028b\u2029c"`],
    ['"\\\n', String.raw`"\"\\\n"`],
    ['\uD800', String.raw`"\ud800"`],
    ['${x}`', '"${x}`"'],
    ['ü€', '"ü€"'],
  ])('writes %j as %s', (value, expected) => {
    const script = renderEnvironment('P_', { P_X: value });
    expect(script).toContain(`"P_X": ${expected},\n`);
    expect(run(script).env).toEqual({ P_X: value });
  });

  it('writes any names and values so that a page has them again, and nothing ends the script', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        fc.dictionary(
          texts.map((text) => `P_${text}`),
          texts,
        ),
        (env) => {
          const script = renderEnvironment('P_', env);
          expect(run(script)).toEqual({ env: { ...env }, isFrozen: true });
          expect(script).not.toMatch(/[<\u2028\u2029]/);
        },
      ),
    );
  });

  it('refuses to publish everything', () => {
    expect(() => renderEnvironment('', { SECRET: 'x' })).toThrow(TypeError);
  });
});

const SCRIPT: EnvironmentScript = { prefix: 'P_', path: '/env.js', env: { P_X: '1' } };

async function ask(
  method: string,
  path: string,
  lines: readonly (readonly [string, string])[] = [],
  script: EnvironmentScript = SCRIPT,
): Promise<StaticResponse | undefined> {
  const request: HandledRequest = {
    method,
    target: { form: 'origin', path, query: undefined, authority: undefined },
    fields: Fields.from(lines),
    peer: { address: '127.0.0.1', port: 1 },
    isSecure: false,
    requestId: 'p-00',
  };
  return serveEnvironment(script)(request);
}

const TAG = '"5cNMQv4fLyyfTLVXtBpLri"';

describe('serveEnvironment()', () => {
  it('gives the script', async () => {
    const answer = await ask('GET', '/env.js');
    const text = 'globalThis.env = Object.freeze({\n  "P_X": "1",\n});\n';
    expect(Buffer.from(answer?.content?.octets ?? []).toString()).toBe(text);
    expect([answer?.status, Object.fromEntries(answer?.fields ?? [])]).toEqual([
      200,
      {
        'Content-Type': 'text/javascript; charset=utf-8',
        'Content-Length': String(text.length),
        'Cache-Control': 'no-cache',
        ETag: TAG,
        'X-Content-Type-Options': 'nosniff',
      },
    ]);
  });

  it('gives HEAD the same fields without the content', async () => {
    const head = await ask('HEAD', '/env.js');
    expect(head?.fields).toEqual((await ask('GET', '/env.js'))?.fields);
    expect([head?.status, head?.content]).toEqual([200, undefined]);
  });

  test.each<[string, string, string, number]>([
    ['GET', 'If-None-Match', TAG, 304],
    ['HEAD', 'If-None-Match', `"other", W/${TAG}`, 304],
    ['GET', 'If-None-Match', '*', 304],
    ['GET', 'If-None-Match', '"other"', 200],
    ['GET', 'If-Match', TAG, 200],
    ['GET', 'If-Match', '"other"', 412],
    ['GET', 'If-Modified-Since', 'Fri, 02 Jan 2026 03:04:05 GMT', 200],
    ['GET', 'Range', 'bytes=0-1', 200],
    ['POST', 'If-None-Match', TAG, 405],
    ['OPTIONS', 'If-None-Match', TAG, 405],
  ])('answers %s with %s: %s by %i', async (method, name, value, status) => {
    expect((await ask(method, '/env.js', [[name, value]]))?.status).toBe(status);
  });

  it('says with a 304 what may have changed, and nothing of content', async () => {
    const answer = await ask('GET', '/env.js', [['If-None-Match', TAG]]);
    expect(answer?.content).toBeUndefined();
    expect(answer?.fields).toEqual([
      ['Cache-Control', 'no-cache'],
      ['ETag', TAG],
    ]);
  });

  it('gives other variables another entity tag', async () => {
    const answer = await ask('GET', '/env.js', [['If-None-Match', TAG]], {
      ...SCRIPT,
      env: { P_X: '2' },
    });
    expect(answer?.status).toBe(200);
  });

  it('tells shared caches where a password is asked for', async () => {
    const answer = await ask('GET', '/env.js', [], { ...SCRIPT, isPrivate: true });
    expect(Object.fromEntries(answer?.fields ?? [])).toMatchObject({
      'Cache-Control': 'private, no-cache',
    });
  });

  test.each(['/', '/env.jsx', '/env.js/', '/ENV.js', '/%65nv.js', '/a/env.js'])(
    'leaves %s to the site',
    async (path) => {
      expect(await ask('GET', path)).toBeUndefined();
    },
  );

  it('leaves the same request to the site for ever', () => {
    expect(serveEnvironment(SCRIPT).isSteady).toBe(true);
  });
});

describe('the forms of its flags', () => {
  test.each(['PUBLIC_', 'VITE_', 'NEXT_PUBLIC_', 'a_', 'A1__'])('take the prefix %s', (text) => {
    expect(ENVIRONMENT_PREFIX_FORM.parse(text)).toBe(text);
  });

  test.each(['', '_', '__', 'P', 'PUBLIC', '1_', 'PUB LIC_', 'PUBLIC_*', 'A=_', 'PUBLIC_\n'])(
    'refuse the prefix %j',
    (text) => {
      expect(ENVIRONMENT_PREFIX_FORM.parse(text)).toBeUndefined();
    },
  );

  test.each(['/env.js', '/config/env.js', '/-/env.js', '/~a/.env'])('take the path %s', (text) => {
    expect(ENVIRONMENT_PATH_FORM.parse(text)).toBe(text);
  });

  test.each(['', '/', 'env.js', '/env.js/', '//env.js', '/../env.js', '/..', '/a%20b.js', '/a?b'])(
    'refuse the path %j',
    (text) => {
      expect(ENVIRONMENT_PATH_FORM.parse(text)).toBeUndefined();
    },
  );
});
