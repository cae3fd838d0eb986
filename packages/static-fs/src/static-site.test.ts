import { describe, expect, it } from 'vitest';

import { ask, requestFor } from '../test/exchange.ts';
import { MemoryFileSource } from '../test/memory-file-source.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const NOW = Date.UTC(2024, 4, 6, 8, 0, 0);

function siteOf(source: MemoryFileSource): StaticSite {
  return createStaticSite({ source, now: () => NOW, naming: 'posix' });
}

function memory(): MemoryFileSource {
  return new MemoryFileSource({
    'index.html': '<p>front</p>',
    'a.txt': 'hello',
    'docs/index.html': '<p>docs</p>',
    '.env': 'SECRET=1',
    '.well-known/security.txt': 'Contact: us',
    'locked.txt': { error: 'forbidden' },
    'busy.txt': { error: 'busy' },
    'broken.txt': { error: 'failed' },
  });
}

describe('StaticSite.respond()', () => {
  it.each<[string, string, number, string | undefined, string]>([
    ['GET', '/a.txt', 200, 'hello', 'a file'],
    ['GET', '/a.txt?v=1', 200, 'hello', 'a query is no part of the name'],
    ['GET', '/', 200, '<p>front</p>', 'the index of the root'],
    ['GET', '/docs/', 200, '<p>docs</p>', 'the index of a directory'],
    ['GET', '/docs', 301, undefined, 'a directory without its slash'],
    ['GET', '//a.txt', 301, undefined, 'a repeated slash'],
    ['GET', '/none', 404, undefined, 'nothing there'],
    ['GET', '/.env', 404, undefined, 'a dotfile'],
    ['GET', '/.well-known/security.txt', 200, 'Contact: us', 'a well-known location'],
    ['GET', '/../a.txt', 400, undefined, 'a dot segment'],
    ['GET', '*', 400, undefined, 'the asterisk form is for OPTIONS'],
    ['GET', '', 400, undefined, 'no path'],
    ['GET', '/locked.txt', 403, undefined, 'no permission'],
    ['GET', '/busy.txt', 503, undefined, 'no descriptor left'],
    ['GET', '/broken.txt', 500, undefined, 'a broken disk'],
    ['HEAD', '/a.txt', 200, undefined, 'no content'],
    ['HEAD', '/none', 404, undefined, 'nothing there'],
    ['OPTIONS', '*', 204, undefined, 'the server as a whole'],
    ['OPTIONS', '', 204, undefined, 'the server as a whole, as an empty path'],
    ['OPTIONS', '/a.txt', 204, undefined, 'one file'],
    ['POST', '/a.txt', 405, undefined, 'known, but not for files'],
    ['DELETE', '/none', 405, undefined, 'the same everywhere'],
    ['CONNECT', 'host:443', 501, undefined, 'no tunnels'],
    ['FOO', '/a.txt', 501, undefined, 'unknown'],
  ])('answers %s %j with %d and %j: %s', async (method, target, status, text) => {
    const source = memory();
    const answer = await ask(siteOf(source), target, method);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(text);
    expect(source.openCount, 'nothing stays open').toBe(0);
  });

  it('answers a denied name exactly as one that is not there', async () => {
    const site = siteOf(memory());
    for (const method of ['GET', 'HEAD']) {
      const denied = await site.respond(requestFor('/.env', method));
      expect(denied).toEqual(await site.respond(requestFor('/none', method)));
    }
  });

  it('does not open a file that the method or the path rules out', async () => {
    const source = memory();
    const site = siteOf(source);
    await ask(site, '/a.txt', 'POST');
    await ask(site, '/a.txt', 'OPTIONS');
    await ask(site, '/%2e%2e/a.txt');
    expect(source.opened).toEqual([]);
    await ask(site, '/.well-known/.git/a.txt');
    expect(source.opened, 'pages for it, no deeper').toEqual(['.well-known/404.html', '404.html']);
  });

  it('gives HEAD the fields of GET, and closes the file before it answers', async () => {
    const source = memory();
    const site = siteOf(source);
    const get = await ask(site, '/a.txt');
    const head = await site.respond(requestFor('/a.txt', 'HEAD'));
    expect(head.content).toBeUndefined();
    expect(source.openCount).toBe(0);
    expect(head.fields).toEqual(get.response.fields);
    expect(get.fields).toEqual({
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': '5',
      'Last-Modified': 'Mon, 06 May 2024 07:08:09 GMT',
      ETag: '"d12df56z80e8-5"',
      'Accept-Ranges': 'bytes',
      Vary: 'Accept-Encoding',
    });
  });

  it('types an index file by its own name', async () => {
    const answer = await ask(siteOf(memory()), '/docs/');
    expect(answer.fields['Content-Type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    ['/docs', '/docs/', 'a directory'],
    ['/docs?a=b&c=%20', '/docs/?a=b&c=%20', 'with the query'],
    ['//docs', '/docs', 'a repeated slash'],
    ['//evil.example/%2e.', '400', 'dots behind it'],
    ['//evil.example', '/evil.example', 'a name like a host'],
    ['/\\evil.example', '400', 'a backslash'],
    ['/%0d%0aX:%20y', '400', 'a line end'],
  ])('redirects %j to %j: %s', async (target, expected) => {
    const answer = await ask(siteOf(memory()), target);
    expect(answer.fields['Location'] ?? String(answer.status)).toBe(expected);
  });

  it('keeps the error for the log, and out of the fields', async () => {
    const answer = await ask(siteOf(memory()), '/busy.txt');
    expect(answer.fields).toEqual({ 'Retry-After': '1' });
    expect(answer.response.fault?.kind).toBe('busy');
  });

  it('never dates a file later than the answer', async () => {
    const source = new MemoryFileSource({ 'a.txt': 'a' }, { mtimeMs: NOW + 60_000 });
    const answer = await ask(siteOf(source), '/a.txt');
    expect(answer.fields['Last-Modified']).toBe('Mon, 06 May 2024 08:00:00 GMT');
  });
});

describe('createStaticSite()', () => {
  it('takes other index names, or none', async () => {
    const source = new MemoryFileSource({ 'start.htm': 'start', 'index.html': 'index' });
    const start = createStaticSite({ source, index: ['none.html', 'start.htm'] });
    expect((await ask(start, '/')).text).toBe('start');
    expect((await ask(createStaticSite({ source, index: [] }), '/')).status).toBe(404);
  });

  it.each([[''], ['.'], ['..'], ['a/b'], ['../a'], ['a\\b'], ['a\0']])(
    'refuses the index name %j',
    (name) => {
      expect(() => createStaticSite({ source: memory(), index: [name] })).toThrow(TypeError);
    },
  );

  it('serves dotfiles where they are allowed', async () => {
    const site = createStaticSite({ source: memory(), dotfiles: 'allow' });
    expect((await ask(site, '/.env')).text).toBe('SECRET=1');
    expect((await ask(site, '/.')).status).toBe(400);
  });

  it('takes the names of Windows for what they are there', async () => {
    const source = new MemoryFileSource({ 'nul.txt': 'a', 'a.txt:b': 'b' });
    const windows = createStaticSite({ source, naming: 'win32' });
    const posix = createStaticSite({ source, naming: 'posix' });
    expect((await ask(windows, '/nul.txt')).status).toBe(404);
    expect((await ask(windows, '/a.txt:b')).status).toBe(404);
    expect((await ask(posix, '/nul.txt')).status).toBe(200);
    expect((await ask(posix, '/a.txt:b')).status).toBe(200);
  });
});
