/**
 * Rules beside caches, by the program: what somebody keeps of an answer must be true for whoever gets
 * it next. The same requests come alone, again and again on one connection, as HEAD and as conditions.
 */
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, type RawResponse, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const HASHED = 'app-BwR3k9Xq.js';
const YEAR = 'public, max-age=31536000, immutable';

const place = new TemporarySite({
  'rules/index.html': '<h1>Front</h1>',
  'rules/404.html': '<h1>Not here</h1>',
  'rules/de.html': '<h1>de</h1>',
  'rules/en.html': '<h1>en</h1>',
  'rules/data.bin': 'x'.repeat(3000),
  [`rules/assets/${HASHED}`]: 'let hashed;',
  'rules/list/a.txt': 'a',
  'rules/_headers.gz': 'packed rules',
  'rules/_redirects': [
    `/sdk.js /assets/${HASHED} 200`,
    '/below/* /:splat 200',
    '/home /de 302 Language=de',
    '/home /en 302 Cookie=en',
    '/page /de 200 Language=de',
    '/page /en 200',
    '/* /index.html 200',
  ].join('\n'),
  'rules/_headers': [
    '/*',
    '  Content-Type: text/plain',
    '  Content-Disposition: attachment',
    '  Netlify-CDN-Cache-Control: max-age=60',
    '  ETag: "constant"',
    '  Last-Modified: never',
  ].join('\n'),
  'single/serve.json': '{"renderSingle": true}',
  [`single/one/${HASHED}`]: 'let single;',
});
const SITE = `${place.root}/rules`;
afterAll(() => place.remove());
afterEach(() => killPrograms());

async function again(port: number, target: string, ...lines: string[]): Promise<RawResponse[]> {
  const client = await RawClient.connect(port);
  const responses: RawResponse[] = [];
  for (let count = 0; count < 3; count += 1) {
    const head = [`GET ${target} HTTP/1.1`, 'Host: localhost', ...lines, '', ''];
    // oxlint-disable-next-line no-await-in-loop
    await client.send(head.join('\r\n'));
    // oxlint-disable-next-line no-await-in-loop
    responses.push(await client.response());
  }
  client.leave();
  return responses;
}

describe('an answer by a rule', () => {
  it('is never kept for a hash that is not in its path', async () => {
    const { port } = await Program.serving([SITE]);
    const asked: readonly (readonly [string, string])[] = [
      [`/assets/${HASHED}`, YEAR],
      ['/sdk.js', 'no-cache'],
      [`/below/assets/${HASHED}`, YEAR],
      ['/sdk.js?v=1', 'no-cache'],
    ];
    for (const [target, expected] of asked) {
      // oxlint-disable-next-line no-await-in-loop
      for (const { fields } of await again(port, target)) {
        expect([target, fields['cache-control']]).toEqual([target, expected]);
      }
    }
  });

  test.each<[string, string[], number, string]>([
    ['/home', ['Accept-Language: de'], 302, 'Accept-Language'],
    ['/home', ['Cookie: en=1'], 302, 'Accept-Language, Cookie'],
    ['/page', ['Accept-Language: de'], 200, 'Accept-Encoding, Accept-Language'],
    ['/page', [], 200, 'Accept-Encoding, Accept-Language'],
    ['/list/', ['Sec-Fetch-Mode: navigate'], 200, 'Accept-Encoding, Accept, Sec-Fetch-Mode'],
    ['/list/', ['Sec-Fetch-Mode: cors'], 200, 'Accept, Sec-Fetch-Mode'],
    ['/list', ['Sec-Fetch-Mode: cors'], 301, 'Accept, Sec-Fetch-Mode'],
    ['/data.bin', [], 200, 'Accept-Encoding'],
  ])('for %s with %j is %i, and varies by %s', async (target, lines, status, vary) => {
    const { port } = await Program.serving([SITE, '--listing']);
    const responses = await again(port, target, ...lines);
    responses.push(await ask(port, target, 'HEAD', lines));
    for (const response of responses) {
      expect([response.status, response.fields['vary']]).toEqual([status, vary]);
    }
  });

  it('is not taken for another of its path, whose date and length are the same', async () => {
    const { port } = await Program.serving([SITE]);
    const german = ['Accept-Language: de'];
    const { etag } = (await ask(port, '/page', 'GET', german)).fields;
    const validated = async (...lines: string[]): Promise<number> =>
      (await ask(port, '/page', 'GET', [`If-None-Match: ${etag}`, ...lines])).status;
    expect([await validated(...german), await validated()]).toEqual([304, 200]);
  });
});

describe('what rules say of fields', () => {
  it('is no validator, and no type of what stands in the place of a file', async () => {
    const { port } = await Program.serving([SITE]);
    const file = await ask(port, '/data.bin');
    expect(file.fields['etag']).not.toBe('"constant"');
    expect(file.fields['last-modified']).not.toBe('never');
    expect(file.fields['content-type']).toBe('text/plain');
    const missing = await ask(port, '/none.js');
    expect(missing.fields).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    const shell = await ask(port, '/cart', 'GET', ['Sec-Fetch-Mode: navigate']);
    expect(shell.fields).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    for (const { fields } of [missing, shell]) {
      expect(fields['content-disposition']).toBeUndefined();
      expect(fields['netlify-cdn-cache-control']).toBeUndefined();
    }
    const parts = await ask(port, '/data.bin', 'GET', ['Range: bytes=0-0,2-2']);
    expect(parts.fields['content-type']).toMatch(/^multipart\/byteranges; boundary=/u);
  });

  it('is no file of the site, nor what a build has compressed it to', async () => {
    const { port } = await Program.serving([SITE]);
    const names = [
      '/_headers',
      '/_headers.gz',
      '/_HEADERS.GZ',
      '/%5Fheaders.gz',
      '/below/_headers',
    ];
    for (const name of [...names, '/below/_headers.gz']) {
      // oxlint-disable-next-line no-await-in-loop
      expect([name, (await ask(port, name)).status]).toEqual([name, 404]);
    }
  });
});

it('the one file of a folder is not kept as long for its folder as for itself', async () => {
  const { port } = await Program.serving([`${place.root}/single`]);
  const caching = async (target: string): Promise<unknown> =>
    (await ask(port, target)).fields['cache-control'];
  for (let count = 0; count < 2; count += 1) {
    // oxlint-disable-next-line no-await-in-loop
    expect(await caching(`/one/${HASHED}`)).toBe(YEAR);
    // oxlint-disable-next-line no-await-in-loop
    expect(await caching('/one/')).toBe('no-cache');
  }
});

it('--header makes neither errors nor the shell stay', async () => {
  const flags = ['Cache-Control: max-age=60', 'CDN-Cache-Control: max-age=60', 'Expires: then'];
  const { port } = await Program.serving([SITE, ...flags.flatMap((line) => ['--header', line])]);
  const saidOf = async (target: string, ...lines: string[]): Promise<unknown[]> => {
    const { head } = await ask(port, target, 'GET', lines);
    return head.match(/^(?:CDN-)?(?:Cache-Control|Expires): .*$/gimu) ?? [];
  };
  expect(await saidOf('/data.bin')).toEqual(flags);
  expect(await saidOf('/none.js')).toEqual(['Cache-Control: no-store']);
  expect(await saidOf('/cart', 'Sec-Fetch-Mode: navigate')).toEqual(['Cache-Control: no-cache']);
});
