/**
 * The same `serve.json` and the same requests, for PWS and for the handler that `serve` is made of.
 * They answer alike, or as the table of differences says.
 */
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import handler from 'serve-handler';
import { afterAll, describe, expect, it, test } from 'vitest';
import { resolveConfig } from '../src/config.ts';
import { readLayers } from '../src/layers.ts';
import { startServer } from '../src/server.ts';
import { ask } from './raw-client.ts';
import { DIFFERENCES, type Difference } from './serve-json-differences.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': 'front',
  'clean-file.html': 'clean',
  '404.html': 'not here',
  'a.js': 'a',
  'app/a.js': 'app-a',
  'docs/index.html': 'docs',
  'special#dir/x.txt': 'special',
  'edit-12.html': 'edited',
  'img/x.png': 'png',
  'img/y.gif': 'gif',
  'one/only.txt': 'only',
  'two/1.txt': '1',
  'two/2.txt': '2',
});
symlinkSync('a.js', `${site.root}/link.js`);
symlinkSync('none.js', `${site.root}/dangling.js`);
afterAll(() => site.remove());

/** Status, where it leads, the content of a file, and a field that rules are about. */
type Brief = readonly [
  status: number,
  location: string | undefined,
  content: string | undefined,
  x: string | undefined,
];

async function briefOf(port: number, target: string): Promise<Brief> {
  const { status, fields, content } = await ask(port, target, 'GET', ['Sec-Fetch-Mode: cors']);
  const isPage = /<(?:html|!doctype)/i.test(content.toString().slice(0, 200));
  const text = status !== 200 ? undefined : isPage ? 'listing' : content.toString();
  return [status, fields['location'], text, fields['x']];
}

/** What is asked of a server. */
type Question<Told> = (port: number) => Promise<Told>;

async function withServe<Told>(config: object, question: Question<Told>): Promise<Told> {
  const all = { ...config, public: site.root, etag: true };
  const server = createServer((request, response) => void handler(request, response, all));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await question((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

async function withPws<Told>(config: object, question: Question<Told>): Promise<Told> {
  site.write('serve.json', JSON.stringify(config));
  try {
    const flags = { port: ['0'], host: ['127.0.0.1'] };
    const layers = await readLayers({ root: site.root, flags }, { env: {}, cwd: '/' });
    const server = await startServer(await resolveConfig(layers));
    try {
      return await question(server.address.port);
    } finally {
      await server.close();
    }
  } finally {
    rmSync(`${site.root}/serve.json`);
  }
}

const byServe = (config: object, target: string): Promise<Brief> =>
  withServe(config, (port) => briefOf(port, target));
const byPws = (config: object, target: string): Promise<Brief> =>
  withPws(config, (port) => briefOf(port, target));

const X = (source: string, value: string | null = 'yes'): object => ({
  headers: [{ source, headers: [{ key: 'X', value }] }],
});
const REWRITE = { rewrites: [{ source: '/p/:id/edit', destination: '/edit-:id.html' }] };
const OLD = { redirects: [{ source: '/old/:id', destination: '/new/:id' }] };
const none = undefined;

/** Alike. */
const ALIKE: readonly (readonly [object, string, Brief, string])[] = [
  [{}, '/clean-file.html', [301, '/clean-file', none, none], 'a page is written without extension'],
  [{}, '/clean-file', [200, none, 'clean', none], 'and answers so'],
  [{}, '/index', [301, '/', none, none], 'the index is its folder'],
  [{}, '/', [200, none, 'front', none], 'which answers with it'],
  [{ cleanUrls: false }, '/clean-file.html', [200, none, 'clean', none], 'none without clean URLs'],
  [{ cleanUrls: false }, '/clean-file', [404, none, none, none], 'nor the other way'],
  [{ cleanUrls: ['/app/**'] }, '/clean-file.html', [200, none, 'clean', none], 'nor elsewhere'],
  [{ cleanUrls: ['/clean*'] }, '/clean-file.html', [301, '/clean-file', none, none], 'but there'],
  [{ cleanUrls: ['!/app'] }, '/clean-file.html', [301, '/clean-file', none, none], 'or not there'],
  [{ trailingSlash: true }, '/app', [301, '/app/', none, none], 'a folder gets its slash'],
  [{ trailingSlash: true }, '/a.js', [200, none, 'a', none], 'a file gets none'],
  [{ trailingSlash: true }, '/clean-file', [301, '/clean-file/', none, none], 'a page does'],
  [{ trailingSlash: true }, '/clean-file/', [200, none, 'clean', none], 'and answers so'],
  [{ trailingSlash: false }, '/docs/', [301, '/docs', none, none], 'or it loses it'],
  [{ trailingSlash: false }, '/', [200, none, 'front', none], 'but for the root'],
  [REWRITE, '/p/12/edit', [200, none, 'edited', none], 'a name is put into a destination'],
  [REWRITE, '/p/1/2/edit', [404, none, none, none], 'and holds one segment'],
  [
    { rewrites: [{ source: '/x', destination: '/special#dir/x.txt' }] },
    '/x',
    [200, none, 'special', none],
    'a hash is part of a name',
  ],
  [
    {
      rewrites: [
        { source: '/1', destination: '/2' },
        { source: '/2', destination: '/3' },
        { source: '/3', destination: '/a.js' },
      ],
    },
    '/1',
    [200, none, 'a', none],
    'one rewrite follows another',
  ],
  [
    {
      rewrites: [
        { source: '/1', destination: '/2' },
        { source: '/2', destination: '/1' },
      ],
    },
    '/1',
    [404, none, none, none],
    'each once at most',
  ],
  [OLD, '/old/12', [301, '/new/12', none, none], 'a redirect is permanent'],
  [OLD, '/old/12/', [301, '/new/12', none, none], 'a slash at the end says nothing'],
  [
    { redirects: [{ source: '/o', destination: '/n', type: 302 }] },
    '/o',
    [302, '/n', none, none],
    'unless it says otherwise',
  ],
  [
    { redirects: [{ source: '/o/**', destination: 'https://example.com/n' }] },
    '/o/p',
    [301, 'https://example.com/n', none, none],
    'it may lead to another host',
  ],
  [
    { redirects: [{ source: '!/b', destination: '/b' }] },
    '/x',
    [301, '/b', none, none],
    'all but one path',
  ],
  [
    { redirects: [{ source: '/{a,b}/x', destination: '/n' }] },
    '/b/x',
    [301, '/n', none, none],
    'braces',
  ],
  [
    { redirects: [{ source: '/o/:a/:b?', destination: '/n/:b?' }] },
    '/o/1',
    [301, '/n', none, none],
    'a name that may be missing',
  ],
  [
    { redirects: [{ source: '/o/(\\d+)', destination: '/n/:0' }] },
    '/o/12',
    [301, '/n/12', none, none],
    'a group by its number',
  ],
  [
    { redirects: [{ source: '/a.js', destination: '/n' }] },
    '/a.js',
    [301, '/n', none, none],
    'before a file',
  ],
  [X('**/*.@(jpg|png)'), '/img/x.png', [200, none, 'png', 'yes'], 'fields for some files'],
  [X('**/*.@(jpg|png)'), '/img/y.gif', [200, none, 'gif', none], 'and not for others'],
  [X('**/*.html'), '/clean-file', [200, none, 'clean', 'yes'], 'by the name of the file'],
  [X('/clean-file'), '/clean-file', [200, none, 'clean', none], 'not by the path'],
  [X('404.html'), '/none', [404, none, none, 'yes'], 'that of an error, too'],
  [X('!a.js'), '/app/a.js', [200, none, 'app-a', 'yes'], 'and for all others'],
  [
    {
      headers: [
        ...(X('**') as { headers: object[] }).headers,
        ...(X('a.js', null) as { headers: object[] }).headers,
      ],
    },
    '/a.js',
    [200, none, 'a', none],
    'null takes away what an earlier rule has set',
  ],
  [
    {
      headers: [
        ...(X('**') as { headers: object[] }).headers,
        ...(X('a.js', 'no') as { headers: object[] }).headers,
      ],
    },
    '/a.js',
    [200, none, 'a', 'no'],
    'the later rule wins',
  ],
  [{}, '/app/', [200, none, 'listing', none], 'folders are listed'],
  [{ directoryListing: false }, '/app/', [404, none, none, none], 'or not'],
  [{ directoryListing: ['/img'] }, '/app/', [404, none, none, none], 'or some of them'],
  [{ directoryListing: ['/img'] }, '/img/', [200, none, 'listing', none], 'are'],
  [{ renderSingle: true }, '/one/', [200, none, 'only', none], 'the one file of a folder'],
  [{ renderSingle: true }, '/two/', [200, none, 'listing', none], 'not one of two'],
  [{}, '/link.js', [404, none, none, none], 'links are not followed'],
  [{ symlinks: true }, '/link.js', [200, none, 'a', none], 'unless they are'],
  [
    { symlinks: true },
    '/dangling.js',
    [404, none, none, none],
    'one that leads nowhere is nothing',
  ],
  [{}, '/%', [400, none, none, none], 'no path is an error'],
  [{}, '/../x', [400, none, none, none], 'nor what is outside'],
];

/** Not alike: what `serve` gives, what PWS gives, and why. */
const UNLIKE: readonly (readonly [object, string, Brief, Brief, Difference])[] = [
  [
    {},
    '/clean-file.html?a=1',
    [301, '/clean-file', none, none],
    [301, '/clean-file?a=1', none, none],
    'query-kept',
  ],
  [
    OLD,
    '/old/12?a=1',
    [301, '/new/12', none, none],
    [301, '/new/12?a=1', none, none],
    'query-kept',
  ],
  [
    { redirects: [{ source: '/o/*', destination: '/n/:0' }] },
    '/o/1/2',
    [301, '/n/1%252F2', none, none],
    [301, '/n/1/2', none, none],
    'slash-in-capture',
  ],
  [
    { rewrites: [{ source: '**', destination: '/a.js' }] },
    '/clean-file',
    [200, none, 'a', none],
    [200, none, 'clean', none],
    'files-first',
  ],
  [
    { rewrites: [{ source: '**', destination: '/a.js' }] },
    '/docs/',
    [200, none, 'a', none],
    [200, none, 'docs', none],
    'files-first',
  ],
  [
    { rewrites: [{ source: '/x', destination: '/clean-file' }] },
    '/x',
    [404, none, none, none],
    [200, none, 'clean', none],
    'rewrite-to-page',
  ],
  [
    { rewrites: [{ source: '/x', destination: '/img' }] },
    '/x',
    [200, none, 'listing', none],
    [404, none, none, none],
    'rewrite-to-page',
  ],
  [
    { renderSingle: true, unlisted: ['1.*'] },
    '/two/',
    [200, none, 'listing', none],
    [200, none, '2', none],
    'single-of-listed',
  ],
  [
    { rewrites: [{ source: '**', destination: '/index.html' }] },
    '/none.js',
    [200, none, 'front', none],
    [404, none, none, none],
    'shell-for-navigations',
  ],
  [
    {},
    '//evil.com/index',
    [301, '/evil.com', none, none],
    [301, '/evil.com/index', none, none],
    'page-that-is-there',
  ],
  [{}, '/none.html', [301, '/none', none, none], [404, none, none, none], 'page-that-is-there'],
  [
    { cleanUrls: false },
    '/docs/',
    [200, none, 'listing', none],
    [200, none, 'docs', none],
    'index-always',
  ],
  [{}, '/docs', [200, none, 'docs', none], [301, '/docs/', none, none], 'folder-with-slash'],
  [{}, '/app', [200, none, 'listing', none], [301, '/app/', none, none], 'folder-with-slash'],
  [
    { redirects: [{ source: '/o', destination: '/a%20b' }] },
    '/o',
    [301, '/a%2520b', none, none],
    [301, '/a%20b', none, none],
    'escapes-read',
  ],
];

describe('a serve.json', () => {
  test.each(ALIKE)('%j, %s: %j, %s', async (config, target, expected) => {
    expect(await byServe(config, target)).toEqual(expected);
    expect(await byPws(config, target)).toEqual(expected);
  });

  test.each(UNLIKE)('%j, %s: not %j but %j, by %s', async (config, target, there, here) => {
    expect(await byServe(config, target)).toEqual(there);
    expect(await byPws(config, target)).toEqual(here);
  });

  test.each<[readonly string[], string[], string]>([
    [['*.png'], ['y.gif'], 'a glob of names'],
    [['x.*', 'y.*'], [], 'several'],
    [['!x.png'], ['x.png'], 'all but one'],
    [['/x.png'], ['y.gif'], 'a name with a slash before it'],
    [['/img/x.png'], ['x.png', 'y.gif'], 'no path'],
  ])('leaves %j out of a listing, where %j are left: %s', async (unlisted, names) => {
    const namesFrom = async (port: number): Promise<string[]> => {
      const page = (await ask(port, '/img/')).content.toString();
      return [...new Set(page.match(/[xy]\.(?:png|gif)/g))].toSorted();
    };
    expect(await withServe({ unlisted }, namesFrom)).toEqual(names);
    expect(await withPws({ unlisted }, namesFrom)).toEqual(names);
  });

  it('takes fields away that an answer has, as its null says', async () => {
    const keys = ['Content-Disposition', 'X-Content-Type-Options', 'ETag', 'Vary', 'Accept-Ranges'];
    const headers = [{ source: '**', headers: keys.map((key) => ({ key, value: null })) }];
    const fieldsFrom = async (port: number): Promise<(string | undefined)[]> => {
      const { fields } = await ask(port, '/a.js');
      return keys.map((key) => fields[key.toLowerCase()]);
    };
    // What delimits and selects stays, whatever a rule says.
    expect(await withPws({ headers }, fieldsFrom)).toEqual([
      none,
      none,
      none,
      'Accept-Encoding',
      'bytes',
    ]);
  });

  it('differs in what its page says, and in nothing else that is known', () => {
    const page = readFileSync(new URL('../../../docs/serve-json.md', import.meta.url), 'utf8');
    const said = page.split('\n').filter((line) => line.startsWith('- '));
    expect(said).toEqual(Object.values(DIFFERENCES).map((difference) => `- ${difference}`));
  });
});
