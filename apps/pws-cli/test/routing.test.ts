/**
 * Real sites, by the program: clean URLs, an application's shell, caches, and the files that people
 * keep beside their sites. What each rule means is tested beside the code; here it arrives.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': '<h1>Front</h1>',
  'about.html': '<h1>About</h1>',
  'docs/index.html': '<h1>Docs</h1>',
  '404.html': '<h1>Not here</h1>',
  'assets/index-BwR3k9Xq.js': 'let hashed;',
  'assets/logo.svg': '<svg/>',
  'sw.js': 'let worker;',
});
afterAll(() => site.remove());
afterEach(async () => {
  await killPrograms();
  for (const name of ['_headers', '_redirects', 'serve.json'])
    rmSync(`${site.root}/${name}`, { force: true });
});

const write = (name: string, text: string): void => writeFileSync(`${site.root}/${name}`, text);

const NAVIGATION = ['Sec-Fetch-Mode: navigate'];

async function serving(...flags: string[]): Promise<Program> {
  const program = new Program([site.root, '-p', '0', ...flags]);
  await program.untilReady();
  return program;
}

describe('a site without any flag', () => {
  it('has clean URLs, and says how long each answer may be kept', async () => {
    const { port } = await serving();
    const brief = async (target: string): Promise<unknown[]> => {
      const { status, fields } = await ask(port, target);
      return [status, fields['location'], fields['cache-control']];
    };
    expect(await brief('/about.html?a=1')).toEqual([301, '/about?a=1', 'no-cache']);
    expect(await brief('/about')).toEqual([200, undefined, 'no-cache']);
    expect(await brief('/docs')).toEqual([301, '/docs/', 'no-cache']);
    expect(await brief('/assets/index-BwR3k9Xq.js')).toEqual([
      200,
      undefined,
      'public, max-age=31536000, immutable',
    ]);
    expect(await brief('/assets/logo.svg')).toEqual([200, undefined, 'no-cache']);
    expect(await brief('/sw.js')).toEqual([200, undefined, 'no-cache']);
    expect(await brief('/none')).toEqual([404, undefined, 'no-store']);
  });

  it('says the same in a 304', async () => {
    const { port } = await serving();
    const target = '/assets/index-BwR3k9Xq.js';
    const { etag } = (await ask(port, target)).fields;
    const again = await ask(port, target, 'GET', [`If-None-Match: ${etag}`]);
    expect(again.status).toBe(304);
    expect(again.fields['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('is one without a hash where a manifest does not name it, and with one where it does', async () => {
    write('assets/main-abcdefgh.js', 'let named;');
    const { port } = await serving('--fresh', '0');
    const caching = async (): Promise<unknown> =>
      (await ask(port, '/assets/main-abcdefgh.js')).fields['cache-control'];
    expect(await caching()).toBe('no-cache');
    const manifest = { 'main.ts': { file: 'assets/main-abcdefgh.js', name: 'main' } };
    write('manifest.json', JSON.stringify(manifest));
    expect(await caching()).toBe('public, max-age=31536000, immutable');
    rmSync(`${site.root}/manifest.json`);
    rmSync(`${site.root}/assets/main-abcdefgh.js`);
  });
});

describe('--spa', () => {
  it('gives the shell to who goes to a page, and to nobody else', async () => {
    const { port } = await serving('--spa');
    const shell = await ask(port, '/cart/3', 'GET', NAVIGATION);
    expect([shell.status, shell.content.toString()]).toEqual([200, '<h1>Front</h1>']);
    expect(shell.fields['cache-control']).toBe('no-cache');
    expect(shell.fields['vary']).toBe('Accept-Encoding, Accept, Sec-Fetch-Mode');
    const asset = await ask(port, '/assets/index-Gone1234.js', 'GET', NAVIGATION);
    expect([asset.status, asset.fields['cache-control']]).toEqual([404, 'no-store']);
    expect((await ask(port, '/api/cart')).status).toBe(404);
    const head = await ask(port, '/cart/3', 'HEAD', NAVIGATION);
    expect([head.status, head.fields['etag']]).toEqual([200, shell.fields['etag']]);
  });

  it('takes any file, and names it where it stands alone', async () => {
    const { port } = await serving('--spa=about.html');
    const shell = await ask(port, '/cart', 'GET', NAVIGATION);
    expect(shell.content.toString()).toBe('<h1>About</h1>');
  });
});

describe('_headers and _redirects', () => {
  it('hold, and are no files of the site', async () => {
    write('_headers', '/*\n  X-All: yes\n  Cache-Control: max-age=60\n/docs/*\n  X-Docs: yes\n');
    write('_redirects', '/old/* /docs/:splat\n/gone /about 410\n/* /index.html 200\n');
    const program = await serving();
    const { port } = program;
    expect((await ask(port, '/_headers')).status).toBe(404);
    expect((await ask(port, '/%5Fredirects', 'GET', NAVIGATION)).status).toBe(404);
    const old = await ask(port, '/old/a%20b?x=1');
    expect([old.status, old.fields['location']]).toEqual([301, '/docs/a%20b?x=1']);
    expect(old.fields['x-all']).toBeUndefined();
    const docs = await ask(port, '/docs/');
    expect([docs.fields['x-all'], docs.fields['x-docs']]).toEqual(['yes', 'yes']);
    expect(docs.fields['cache-control']).toBe('max-age=60');
    const gone = await ask(port, '/gone');
    expect([gone.status, gone.content.toString()]).toEqual([410, '<h1>About</h1>']);
    expect([gone.fields['x-all'], gone.fields['cache-control']]).toEqual(['yes', 'no-store']);
    const shell = await ask(port, '/cart', 'GET', NAVIGATION);
    expect([shell.status, shell.fields['cache-control']]).toEqual([200, 'no-cache']);
    expect((await ask(port, '/cart')).status).toBe(404);
    expect(program.stderr).not.toContain('_redirects');
  });

  it('are read again when they change', async () => {
    const { port } = await serving('--fresh', '0');
    expect((await ask(port, '/new')).status).toBe(404);
    write('_redirects', '/new /docs/ 302\n');
    expect((await ask(port, '/new')).status).toBe(302);
    write('_headers', '/about\n  X-A: 1\n');
    expect((await ask(port, '/about')).fields['x-a']).toBe('1');
    write('_headers', '/about\n  X-A: 2\n');
    expect((await ask(port, '/about')).fields['x-a']).toBe('2');
    rmSync(`${site.root}/_redirects`);
    expect((await ask(port, '/new')).status).toBe(404);
  });

  it('hold for a connection whose request comes again, octet for octet', async () => {
    const { port } = await serving('--fresh', '0');
    const client = await RawClient.connect(port);
    const seen: (string | undefined)[] = [];
    for (const value of ['1', '1', '2', '2', '3']) {
      write('_headers', `/about\n  X-A: ${value}\n`);
      // oxlint-disable-next-line no-await-in-loop
      await client.send('GET /about HTTP/1.1\r\nHost: localhost\r\n\r\n');
      // oxlint-disable-next-line no-await-in-loop
      seen.push((await client.response()).fields['x-a']);
    }
    expect(seen).toEqual(['1', '1', '2', '2', '3']);
  });

  it('are told at the start, with file, line and what was expected, where they are wrong', async () => {
    write('_redirects', '# rules\n/a\n/b /c 200 extra tokens here\n');
    write('_headers', 'X-Early: 1\n/a\n  Content-Length: 5\n');
    const program = await serving();
    await program.until(() => expect(program.stderr).toMatch(/_redirects:2/u));
    await program.until(() => expect(program.stderr).toMatch(/_headers:1/u));
    await program.until(() => expect(program.stderr).toMatch(/_headers:3.*Content-Length/u));
  });

  it('are told once by all workers', async () => {
    write('_redirects', '/a\n');
    const program = await serving('--workers', '2');
    await program.until(() => expect(program.stderr).toMatch(/_redirects:1/u));
    expect((await ask(program.port, '/about')).status).toBe(200);
    expect(program.stderr.match(/_redirects:1/gu)).toHaveLength(1);
  });

  it('are files like any other with --rules off', async () => {
    write('_redirects', '/about /docs/ 301!\n');
    const { port } = await serving('--rules', 'off');
    expect((await ask(port, '/about')).status).toBe(200);
    expect((await ask(port, '/_redirects')).status).toBe(200);
  });

  it('hold as Cloudflare has it with --rules cloudflare', async () => {
    write('_redirects', '/about /docs/\n');
    write('_headers', '/*\n  X-A: 1\n/about\n  X-A: 2\n');
    const { port } = await serving('--rules', 'cloudflare');
    const about = await ask(port, '/about');
    expect([about.status, about.fields['location']]).toEqual([302, '/docs/']);
    expect(about.fields['x-a']).toBe('1, 2');
  });
});

describe('--base', () => {
  it('puts the site, its rules and where they lead below a path', async () => {
    write('_redirects', '/old /docs/\n');
    const { port } = await serving('--base', '/app');
    expect((await ask(port, '/app/about')).status).toBe(200);
    expect((await ask(port, '/app/old')).fields['location']).toBe('/app/docs/');
    expect((await ask(port, '/app')).fields['location']).toBe('/app/');
    expect((await ask(port, '/about')).status).toBe(404);
  });

  it('leads by the name of its host to what is not itself, and not in circles', async () => {
    write('_redirects', '/circle https://localhost/app/circle\n/out https://localhost/out\n');
    const { port } = await serving('--base', '/app');
    expect((await ask(port, '/app/circle')).status).toBe(404);
    expect((await ask(port, '/app/out')).fields['location']).toBe('https://localhost/out');
  });
});

describe('a serve.json', () => {
  it('holds, goes before _redirects and _headers, and is no file of the site', async () => {
    const old = { source: '/old', destination: '/docs/' };
    const fields = [
      { key: 'X-A', value: 'serve' },
      { key: 'X-B', value: 'serve' },
    ];
    const headers = [{ source: '**', headers: fields }];
    write('serve.json', JSON.stringify({ redirects: [old], headers }));
    write('_redirects', '/old /about 302!\n');
    write('_headers', '/*\n  X-B: netlify\n');
    const { port } = await serving();
    const moved = await ask(port, '/old');
    expect([moved.status, moved.fields['location']]).toEqual([301, '/docs/']);
    const about = await ask(port, '/about');
    expect([about.fields['x-a'], about.fields['x-b']]).toEqual(['serve', 'netlify']);
    expect((await ask(port, '/serve.json')).status).toBe(404);
    expect((await ask(port, '/assets/')).content.toString()).toContain('logo.svg');
  });

  it('gives the shell of an application to who goes to a page', async () => {
    write('serve.json', '{"rewrites": [{"source": "**", "destination": "/index.html"}]}');
    const { port } = await serving('--workers', '2');
    const shell = await ask(port, '/cart/3', 'GET', NAVIGATION);
    expect([shell.status, shell.fields['cache-control']]).toEqual([200, 'no-cache']);
    expect((await ask(port, '/cart/3.js')).status).toBe(404);
  });

  it('ends the start where it is wrong, with its place', async () => {
    write('serve.json', '{\n  "cleanUrl": true\n}');
    const program = new Program([site.root, '-p', '0']);
    await program.until(() => expect(program.end?.exitCode).toBe(2));
    expect(program.stderr).toMatch(/serve\.json:2:3: cleanUrl: expected a key/u);
  });

  it('is read again on SIGHUP, and what is wrong then changes nothing', async () => {
    write('serve.json', '{"redirects": [{"source": "/a", "destination": "/about"}]}');
    const program = await serving();
    const { port } = program;
    const statusOf = async (path: string): Promise<number> => (await ask(port, path)).status;
    expect([await statusOf('/a'), await statusOf('/b')]).toEqual([301, 404]);
    write('serve.json', '{"redirects": [{"source": "/b", "destination": "/about"}]}');
    program.signal('SIGHUP');
    await program.until(() => expect(program.stderr).toContain('was read again'));
    expect([await statusOf('/a'), await statusOf('/b')]).toEqual([404, 301]);
    write('serve.json', '{');
    program.signal('SIGHUP');
    await program.until(() => expect(program.stderr).toContain('stays as it was'));
    expect([await statusOf('/a'), await statusOf('/b')]).toEqual([404, 301]);
  });
});
