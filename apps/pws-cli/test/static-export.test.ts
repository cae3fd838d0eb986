/**
 * A static export, as SvelteKit builds it, in a browser: pages that are files, with folders of the
 * same names beside them, a shell for the others, and a service worker.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserSession, sessionsInChromium } from './browser-session.ts';
import { BuiltSite, removeBuiltSites, untilServed } from './built-site.ts';
import { HAS_CHROMIUM } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

const YEAR = 'public, max-age=31536000, immutable';

let site: BuiltSite;
let next: BuiltSite;

beforeAll(async () => {
  [site, next] = await Promise.all([
    BuiltSite.of('export'),
    BuiltSite.of('export', { release: 'r2' }),
  ]);
}, 60_000);
afterAll(removeBuiltSites);

describe('a static export that SvelteKit has built', () => {
  let port: number;

  beforeAll(async () => {
    ({ port } = await Program.serving([site.root]));
  });
  afterAll(killPrograms);

  it('may be kept for a year where its names are hashed, and is asked for where not', async () => {
    const kept = await site.cacheControls(port);
    const isHashed = (file: string): boolean => file.startsWith('_app/immutable/');
    expect(kept.filter(([file]) => isHashed(file)).length).toBeGreaterThan(10);
    expect(kept).toEqual(kept.map(([file]) => [file, isHashed(file) ? YEAR : 'no-cache']));
  });

  it.each([
    ['/posts', 200, undefined],
    ['/posts/', 301, '/posts'],
    ['/posts/first', 200, undefined],
    ['/posts/first/', 301, '/posts/first'],
    ['/posts/first.html', 301, '/posts/first'],
    ['/posts/first/__data.json', 200, undefined],
    ['/posts/none/__data.json', 404, undefined],
    ['/blog/first', 301, '/posts/first'],
    ['/_app/immutable/nodes/0.gone1234.js', 404, undefined],
    ['/_headers', 404, undefined],
    ['/_redirects', 404, undefined],
  ])('answers %s with %i, to %s', async (target, status, location) => {
    const { status: came, fields } = await ask(port, target);
    expect([came, fields['location']]).toEqual([status, location]);
  });
});

describe.runIf(HAS_CHROMIUM)('in a browser (needs Chromium)', () => {
  const begin = sessionsInChromium();

  /** Waits until the scripts of the page run, and links are followed by them. */
  const untilAlive = ({ page }: BrowserSession, release = 'r1'): Promise<void> =>
    page.locator(`main[data-alive="${release}"]`).waitFor();

  it.each([
    ['/', []],
    // Its pages find their parts from where they are: the same build is for any base.
    ['/site/', ['--base', '/site/']],
  ])('is read at %s by links, deep links, reloads, back and forward', async (base, flags) => {
    const session = await begin(site.root, ...flags);
    const { page } = session;
    await session.visit(base, 'Front page');
    await untilAlive(session);
    expect(await session.follow('Posts', 'All posts')).toBe(`${base}posts`);
    expect(await session.follow('The second post', 'The second post')).toBe(`${base}posts/second`);
    await page.reload();
    await session.untilHeading('The second post');
    await untilAlive(session);
    await page.goBack();
    await session.untilHeading('All posts');
    expect(await session.follow('The first post', 'The first post')).toBe(`${base}posts/first`);
    await page.goBack();
    await page.goForward();
    await session.untilHeading('The first post');
    await session.visit(`${base}posts/second/`, 'The second post');
    expect(session.path).toBe(`${base}posts/second`);
    await untilAlive(session);
    expect(session.troubles).toEqual([]);
  });

  it('is made by its shell where a page is no file', async () => {
    const session = await begin(site.root);
    const { page } = session;
    await session.visit('/drafts', 'Drafts, made in the browser');
    await page.reload();
    await session.untilHeading('Drafts, made in the browser');
    expect(await session.follow('About', 'About this site')).toBe('/about');
    expect(session.troubles).toEqual([]);
  });

  it('is there without the server, by its service worker', async () => {
    const session = await begin(site.root);
    const { page, program } = session;
    await session.visit('/about', 'About this site');
    await untilAlive(session);
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await page.reload();
    await untilAlive(session);
    expect(await page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
    await program.kill();
    await page.reload();
    await session.untilHeading('About this site');
    await untilAlive(session);
  });

  it('is another one by a reload when a release has come, and so is its service worker', async () => {
    const live = site.copy();
    const session = await begin(live.root);
    const { page, program } = session;
    await session.visit('/about', 'About this site');
    await untilAlive(session);
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await session.asked();
    live.deploy(next);
    const startOf = (built: BuiltSite): string =>
      built.targetOf('_app/immutable/entry/start', '.js');
    await untilServed(program.port, { page: '/about', there: startOf(next), gone: startOf(site) });
    await page.reload();
    await untilAlive(session, 'r2');
    // The browser would ask for its worker soon; now it is told to. No cache holds the old one up.
    await page.evaluate(
      'navigator.serviceWorker.ready.then((held) => held.update()).then(() => 1)',
    );
    const kept = (): Promise<unknown> => page.evaluate('caches.keys()');
    await expect.poll(kept, { timeout: 10_000 }).toEqual(['kept-r1', 'kept-r2']);
    expect(await session.asked()).toContain('200 /service-worker.js');
  });
});
