import type { ServedFile } from '@pws/static-fs';
import { describe, expect, it, test } from 'vitest';
import {
  type CacheChoice,
  createCachePolicy,
  createCacheReasons,
  parseCacheChoice,
} from './cache-policy.ts';

const YEAR = 'public, max-age=31536000, immutable';

const fileAt = (path: string, role: ServedFile['role'] = 'file'): ServedFile => ({
  segments: path.split('/'),
  role,
});

type Value = string | undefined;

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

describe('createCachePolicy() by names', () => {
  const auto = createCachePolicy('auto');

  test.each<[string, string, string, string]>([
    ['assets/index-BwR3k9Xq.js', SCRIPT, YEAR, 'a hashed name'],
    ['_app/immutable/chunks/a.js', SCRIPT, YEAR, 'a folder that is hashed'],
    ['assets/index-BwR3k9Xq.css', 'text/css', YEAR, 'a hashed name, another type'],
    ['app.js', SCRIPT, 'no-cache', 'a script'],
    ['photo.jpg', 'image/jpeg', 'no-cache', 'a picture'],
    ['about.html', HTML, 'no-cache', 'a page'],
    ['page-BwR3k9Xq.js', HTML, 'no-cache', 'a page by its type'],
    ['page-BwR3k9Xq.js', 'TEXT/HTML', 'no-cache', 'a page by its type, in capitals'],
    ['page-BwR3k9Xq.js', 'application/xhtml+xml', 'no-cache', 'a page in XML'],
    ['sw.js', SCRIPT, 'no-cache', 'a service worker'],
    ['_app/immutable/service-worker.js', SCRIPT, 'no-cache', 'one in a folder that is hashed'],
    ['_app/immutable/push-sw.js', SCRIPT, 'no-cache', 'one by the end of its name'],
    ['_next/static/firebase-messaging-sw.js', SCRIPT, 'no-cache', 'one of Firebase'],
    ['_next/static/NGSW-Worker.js', SCRIPT, 'no-cache', 'one of Angular, in capitals'],
    ['workbox-3f2a9c1b.js', SCRIPT, 'no-cache', 'what Workbox makes one of'],
    ['_next/static/sw.css', 'text/css', YEAR, 'a style sheet that is called so'],
    ['_app/immutable/manifest.json', 'application/json', 'no-cache', 'a manifest'],
    ['_app/version.json', 'application/json', 'no-cache', 'what tells of a new build'],
    ['site-BwR3k9Xq.webmanifest', 'application/manifest+json', 'no-cache', 'of a web app'],
    ['', SCRIPT, 'no-cache', 'no name'],
  ])('gives %j as %s: %s, %s', (path, mediaType, expected) => {
    expect(auto(fileAt(path), { status: 200, mediaType })).toBe(expected);
  });

  it('believes a manifest, but not of pages and service workers', () => {
    const hashed = new Set(['assets/index-abcdefgh.js', 'sw.js', 'a.html']);
    const policy = createCachePolicy('auto', { hashed });
    const valueOf = (path: string, mediaType: string): string | undefined =>
      policy(fileAt(path), { status: 200, mediaType });
    expect(valueOf('assets/index-abcdefgh.js', SCRIPT)).toBe(YEAR);
    expect(valueOf('other/index-abcdefgh.js', SCRIPT)).toBe('no-cache');
    expect(valueOf('sw.js', SCRIPT)).toBe('no-cache');
    expect(valueOf('a.html', HTML)).toBe('no-cache');
  });
});

test.each<[string, ServedFile['role'], string, number, string]>([
  ['assets/index-BwR3k9Xq.js', 'file', SCRIPT, 200, 'the name carries a hash'],
  [
    'assets/index-abcdefgh.js',
    'file',
    SCRIPT,
    200,
    'the manifest of a build says that the name carries a hash',
  ],
  ['app.js', 'file', SCRIPT, 200, 'the name carries no hash'],
  ['about.html', 'page', HTML, 304, 'it is a page'],
  ['index.html', 'shell', HTML, 200, 'the shell answers for pages that may be there tomorrow'],
  ['a-BwR3k9Xq.js', 'rewritten', SCRIPT, 200, 'a rule leads to it from another name'],
  ['a.html', 'rewritten', HTML, 200, 'a rule leads to it from another name'],
  ['sw.js', 'file', SCRIPT, 200, 'it is a service worker by its name'],
  ['version.json', 'file', 'application/json', 200, 'it tells of new builds'],
  ['404.html', 'error-page', HTML, 404, 'it is an error'],
])(
  'createCacheReasons() says why of %s (%s, %s, %i): %s',
  (path, role, mediaType, status, because) => {
    const reasons = createCacheReasons('auto', { hashed: new Set(['assets/index-abcdefgh.js']) });
    expect(reasons(fileAt(path, role), { status, mediaType }).because).toBe(because);
  },
);

describe('createCachePolicy()', () => {
  const hashed = fileAt('a-BwR3k9Xq.js');
  const page = fileAt('about.html', 'page');

  test.each<[string, ServedFile | undefined, number, Value?, Value?, Value?]>([
    ['a hashed name', hashed, 200, YEAR, 'max-age=60', 'no-store'],
    ['a part of it', hashed, 206, YEAR, 'max-age=60', 'no-store'],
    ['that it is the same', hashed, 304, YEAR, 'max-age=60', 'no-store'],
    ['a range that is not there', hashed, 416, 'no-store', 'no-store', 'no-store'],
    ['a page', page, 200, 'no-cache', 'max-age=60', 'no-store'],
    ['an index', fileAt('a/index.html', 'index'), 200, 'no-cache', 'max-age=60', 'no-store'],
    ['a service worker', fileAt('sw.js'), 200, 'no-cache', 'no-cache', 'no-store'],
    ['the shell', fileAt('index.html', 'shell'), 200, 'no-cache', 'no-cache', 'no-store'],
    ['a hashed shell', fileAt('a-BwR3k9Xq.js', 'shell'), 200, 'no-cache', 'no-cache', 'no-store'],
    [
      'what a rule leads to',
      fileAt('a-BwR3k9Xq.js', 'rewritten'),
      200,
      'no-cache',
      'max-age=60',
      'no-store',
    ],
    [
      'that it is the same',
      fileAt('a-BwR3k9Xq.js', 'rewritten'),
      304,
      'no-cache',
      'max-age=60',
      'no-store',
    ],
    ['an error', undefined, 404, 'no-store', 'no-store', 'no-store'],
    ['its page', fileAt('404.html', 'error-page'), 404, 'no-store', 'no-store', 'no-store'],
    ['its page as 200', fileAt('404.html', 'error-page'), 200, 'no-store', 'no-store', 'no-store'],
    ['a page that is gone', page, 410, 'no-store', 'no-store', 'no-store'],
    ['a fault', undefined, 503, 'no-store', 'no-store', 'no-store'],
    ['a listing', undefined, 200, 'no-cache', 'max-age=60', 'no-store'],
    ['a redirect', undefined, 308, undefined, undefined, 'no-store'],
  ])('for %s', (_what, served, status, ...expected) => {
    const values = (['auto', 60, 'off'] as const).map((choice) =>
      createCachePolicy(choice)(served, { status, mediaType: undefined }),
    );
    expect(values).toEqual(expected);
  });

  test.each<[CacheChoice, ServedFile, string]>([
    ['auto', hashed, 'private, max-age=31536000, immutable'],
    ['auto', page, 'private, no-cache'],
    [60, page, 'private, max-age=60'],
    [0, page, 'private, max-age=0'],
    ['off', page, 'no-store'],
  ])('behind a password, with %j, for %j: %s', (choice, served, expected) => {
    const policy = createCachePolicy(choice, { isPrivate: true });
    expect(policy(served, { status: 200, mediaType: undefined })).toBe(expected);
  });
});

describe('parseCacheChoice()', () => {
  test.each<[string, CacheChoice | undefined]>([
    ['auto', 'auto'],
    ['off', 'off'],
    ['false', 'off'],
    ['0', 0],
    ['3600', 3600],
    ['31536000', 31_536_000],
    ['31536001', undefined],
    ['-1', undefined],
    ['1h', undefined],
    ['Auto', undefined],
    ['', undefined],
  ])('takes %j as %j', (text, expected) => {
    expect(parseCacheChoice(text)).toBe(expected);
  });
});
