/**
 * Several folders below paths of one server, and rules of the configuration file, by the program.
 * What each part means is tested beside the code; here it arrives: over both versions of HTTP, in
 * workers, and behind SIGHUP.
 */
import { connect } from 'node:http2';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const place = new TemporarySite({
  'site/index.html': 'front',
  'site/404.html': 'not in the site',
  'site/docs/hidden.txt': 'hidden',
  'site/assets/index-BwR3k9Xq.js': 'let outer;',
  'site/_headers': '/*\n  X-Site: outer\n',
  'docs/index.html': 'docs',
  'docs/about.html': 'about the docs',
  'docs/404.html': 'not in the docs',
  'docs/assets/index-BwR3k9Xq.js': 'let inner;',
  'docs/_headers': '/about\n  X-Site: docs\n',
  'docs/_redirects': '/old/* /new/:splat 302\n',
  'app/index.html': 'shell',
});
const SITE = join(place.root, 'site');

afterEach(() => killPrograms());
afterAll(() => place.remove());

const configure = (config: object): string =>
  place.write('pws.config.json', JSON.stringify(config, undefined, 2));

const MOUNTS = {
  mounts: {
    '/docs': 'docs',
    '/docs/app/': { root: 'app', spa: true, cache: 'off' },
  },
};

async function brief(port: number, target: string, ...lines: string[]): Promise<unknown[]> {
  const { status, fields, content } = await ask(port, target, 'GET', lines);
  return [status, fields['location'] ?? content.toString()];
}

describe('mounts', () => {
  it('answer below their paths, each as a site of its own', async () => {
    configure(MOUNTS);
    const { port } = await Program.serving([SITE], { cwd: place.root });
    const NAVIGATION = 'Sec-Fetch-Mode: navigate';
    expect(await brief(port, '/')).toEqual([200, 'front']);
    expect(await brief(port, '/docs?a=1')).toEqual([301, '/docs/?a=1']);
    expect(await brief(port, '/docs/')).toEqual([200, 'docs']);
    expect(await brief(port, '/docs/about.html')).toEqual([301, '/docs/about']);
    expect(await brief(port, '/docs/old/a')).toEqual([302, '/docs/new/a']);
    expect(await brief(port, '/docs/hidden.txt')).toEqual([404, 'not in the docs']);
    expect(await brief(port, '/none')).toEqual([404, 'not in the site']);
    expect(await brief(port, '/docs/app')).toEqual([301, '/docs/app/']);
    expect(await brief(port, '/docs/app/cart', NAVIGATION)).toEqual([200, 'shell']);
    expect(await brief(port, '/docs/cart', NAVIGATION)).toEqual([404, 'not in the docs']);
    expect(await brief(port, '/docs//app/')).toEqual([301, '/docs/app/']);
    expect((await brief(port, '/docs%2fabout'))[0]).toBe(400);
    expect((await brief(port, '/docs/%2e%2e/index.html'))[0]).toBe(400);
    const fieldsOf = async (target: string): Promise<unknown[]> => {
      const { fields } = await ask(port, target);
      return [fields['x-site'], fields['cache-control']];
    };
    const YEAR = 'public, max-age=31536000, immutable';
    expect(await fieldsOf('/')).toEqual(['outer', 'no-cache']);
    expect(await fieldsOf('/docs/about')).toEqual(['docs', 'no-cache']);
    expect(await fieldsOf('/docs/')).toEqual([undefined, 'no-cache']);
    expect(await fieldsOf('/docs/app/')).toEqual([undefined, 'no-store']);
    expect(await fieldsOf('/docs/assets/index-BwR3k9Xq.js')).toEqual([undefined, YEAR]);
  });

  it('answer in turn on one connection, and again and again', async () => {
    const mount = `/docs=${join(place.root, 'docs')}`;
    const { port } = await Program.serving([SITE, '--mount', mount]);
    const client = await RawClient.connect(port);
    const paths = ['/', '/docs/', '/docs/', '/', '/', '/docs/none', '/docs/none', '/docs/'];
    const contents: string[] = [];
    for (const path of paths) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      // oxlint-disable-next-line no-await-in-loop
      contents.push((await client.response()).content.toString());
    }
    const none = 'not in the docs';
    expect(contents).toEqual(['front', 'docs', 'docs', 'front', 'front', none, none, 'docs']);
    client.leave();
  });

  it('say how long even answers may be kept that are the same everywhere', async () => {
    configure(MOUNTS);
    const { port } = await Program.serving([SITE], { cwd: place.root });
    const client = await RawClient.connect(port);
    const said: unknown[] = [];
    for (const path of ['/', '/', '/docs/app/', '/docs/app/', '/']) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(`OPTIONS ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      // oxlint-disable-next-line no-await-in-loop
      said.push((await client.response()).fields['cache-control']);
    }
    expect(said).toEqual(['no-cache', 'no-cache', 'no-store', 'no-store', 'no-cache']);
    client.leave();
  });

  it('go by the manifests of their own builds, also by those that come later', async () => {
    configure(MOUNTS);
    const { port } = await Program.serving([SITE, '--fresh', '0'], { cwd: place.root });
    for (const root of ['site', 'docs'])
      place.write(`${root}/assets/main-abcdefgh.js`, 'let named;');
    const caching = async (target: string): Promise<unknown> =>
      (await ask(port, target)).fields['cache-control'];
    expect(await caching('/docs/assets/main-abcdefgh.js')).toBe('no-cache');
    const manifest = { 'main.ts': { file: 'assets/main-abcdefgh.js', name: 'main' } };
    place.write('docs/manifest.json', JSON.stringify(manifest));
    expect(await caching('/docs/assets/main-abcdefgh.js')).toContain('immutable');
    expect(await caching('/assets/main-abcdefgh.js')).toBe('no-cache');
  });

  it('have rules of their own in the file, and nothing of those of the root', async () => {
    configure({
      headers: [{ for: '/*', values: { 'X-Root': 'root' } }],
      redirects: [{ from: '/moved', to: '/' }],
      mounts: {
        '/docs': {
          root: 'docs',
          rules: 'cloudflare',
          headers: [{ for: '/about', values: { 'X-Site': 'configured', 'X-Mount': 'docs' } }],
          redirects: [
            { from: '/moved', to: '/about' },
            { from: '/', to: '/about', force: true, conditions: { Cookie: 'about' } },
            { from: '/new/*', to: '/about', status: 200 },
          ],
        },
        '/other': 'docs',
      },
    });
    const program = await Program.serving([SITE, '--workers', '2'], { cwd: place.root });
    const { port } = program;
    expect(await brief(port, '/moved')).toEqual([301, '/']);
    expect(await brief(port, '/docs/moved')).toEqual([301, '/docs/about']);
    expect(await brief(port, '/docs/', 'Cookie: about=1')).toEqual([301, '/docs/about']);
    expect(await brief(port, '/docs/new/x', 'Sec-Fetch-Mode: navigate')).toEqual([
      200,
      'about the docs',
    ]);
    expect(await brief(port, '/other/moved')).toEqual([404, 'not in the docs']);
    const { fields } = await ask(port, '/docs/about');
    expect([fields['x-site'], fields['x-mount'], fields['x-root']]).toEqual([
      'configured, docs',
      'docs',
      undefined,
    ]);
    expect((await ask(port, '/')).fields['x-root']).toBe('root');
    const why = new Program(['why', '/docs/moved', SITE], { cwd: place.root });
    await why.until(() => expect(why.end).toBeDefined());
    expect(why.stdout).toMatch(/rule +pws\.config\.json:\d+ +301 to \/about/u);
  });

  it('tell what their rules cannot do by the place in the file', async () => {
    const headers = [{ for: '/*', values: { 'Content-Length': '5' } }];
    configure({ mounts: { '/docs': { root: 'docs', headers } } });
    const program = await Program.serving([SITE], { cwd: place.root });
    await program.until(() =>
      expect(program.stderr).toMatch(
        /^(?:pws: )?pws\.config\.json:\d+:\d+: note: Content-Length/mu,
      ),
    );
  });

  it('are named in the banner', async () => {
    const program = await Program.serving([SITE, '--mount', '/docs=docs', '--mount', '/a/b=app'], {
      cwd: place.root,
    });
    expect(program.stderr).toContain('\n  /docs/ from ./docs\n  /a/b/ from ./app\n');
  });

  it.runIf(process.platform !== 'win32')('are those of the file again behind SIGHUP', async () => {
    configure(MOUNTS);
    const program = await Program.serving([SITE], { cwd: place.root });
    const { port } = program;
    const reload = async (): Promise<string> => {
      const before = program.stderr.length;
      program.signal('SIGHUP');
      await program.until(() => expect(program.stderr.slice(before)).toMatch(/^pws: .*\n$/s));
      return program.stderr.slice(before);
    };
    configure({
      mounts: { '/other': 'docs' },
      redirects: [{ from: '/moved', to: '/other/' }],
      headers: [{ for: '/', values: { 'X-Own': 'configuration' } }],
    });
    expect(await reload()).toBe('pws: the configuration was read again\n');
    expect(await brief(port, '/other/')).toEqual([200, 'docs']);
    expect(await brief(port, '/docs/')).toEqual([404, 'not in the site']);
    expect(await brief(port, '/moved')).toEqual([301, '/other/']);
    expect((await ask(port, '/')).fields['x-own']).toBe('configuration');
    configure({ mounts: { '/other': 'none' } });
    expect(await reload()).toMatch(
      /^pws: the configuration stays as it was: pws\.config\.json:3:5: mounts: "\/other": expected a folder at /,
    );
    expect(await brief(port, '/other/')).toEqual([200, 'docs']);
  });

  it('are served by workers too', async () => {
    configure(MOUNTS);
    const { port } = await Program.serving([SITE, '--workers', '2'], { cwd: place.root });
    expect(await brief(port, '/docs/about')).toEqual([200, 'about the docs']);
    expect((await ask(port, '/docs/app/')).fields['cache-control']).toBe('no-store');
  });

  it('are served by HTTP/2 too', async () => {
    configure(MOUNTS);
    const cache = join(place.root, 'certificates');
    const program = await Program.serving([SITE, '--https'], {
      cwd: place.root,
      env: { XDG_CACHE_HOME: cache },
    });
    const session = connect(`https://localhost:${program.port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/docs/old/x' });
    const fields = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.on('response', resolve).on('error', reject);
    });
    session.destroy();
    expect([fields[':status'], fields['location']]).toEqual([302, '/docs/new/x']);
  });

  it.each<[string, object, number, RegExp]>([
    [
      'is not there',
      { '/docs': 'none' },
      1,
      /^pws: pws\.config\.json:3:5: mounts: "\/docs": expected a folder at .*, but there is none\n$/,
    ],
    [
      'is at the path of another',
      { '/docs': 'docs', '/docs/': 'app' },
      2,
      /^pws: pws\.config\.json:4:5: mounts: "\/docs\/": expected each path once, got \/docs\/ again\n$/,
    ],
    [
      'is outside of the folder of a file that nobody named',
      { '/docs': '..' },
      2,
      /^pws: pws\.config\.json:3:5: mounts: "\/docs": expected a folder in .*, since nobody named/,
    ],
  ])('end the program where one %s', async (_what, mounts, exitCode, message) => {
    configure({ mounts });
    const program = new Program([SITE, '-p', '0'], { cwd: place.root });
    await program.until(() => expect(program.end).toBeDefined());
    expect(program.end).toMatchObject({ exitCode });
    expect(program.stderr).toMatch(message);
  });

  it('are printed as a file that gives them again', async () => {
    const rules = {
      headers: [{ for: '/', values: { 'X-Own': 'configuration', 'X-Site': null } }],
      redirects: [{ from: '/moved', to: '/docs/', status: 308, force: true }],
    };
    const mounts = { ...MOUNTS.mounts, '/ruled/': { root: 'docs', ...rules } };
    configure({ mounts, ...rules });
    const print = async (...flags: string[]): Promise<string> => {
      const program = new Program([SITE, '--print-config', ...flags], { cwd: place.root });
      await program.until(() => expect(program.end).toBeDefined());
      return program.stdout;
    };
    const printed = await print();
    expect(JSON.parse(printed)).toMatchObject({
      ...rules,
      mounts: {
        '/docs/': { root: join(place.root, 'docs'), spa: false, cache: 'auto', rules: 'netlify' },
        '/docs/app/': { root: join(place.root, 'app'), spa: 'index.html', cache: 'off' },
        '/ruled/': { root: join(place.root, 'docs'), ...rules },
      },
    });
    configure({});
    expect(await print('--config', place.write('printed.json', printed))).toBe(printed);
  });
});
