/**
 * A static export, as SvelteKit builds it, in a browser: pages that are files, with folders of the
 * same names beside them, a shell for the others, and a service worker.
 */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BrowserSession, launchCachingChromium } from './browser-session.ts';
import { BuiltSite } from './built-site.ts';
import { HAS_CHROMIUM } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

const YEAR = 'public, max-age=31536000, immutable';

let site: BuiltSite;
let next: BuiltSite;
let browser: Browser | undefined;

beforeAll(async () => {
  [site, next, browser] = await Promise.all([
    BuiltSite.of('export'),
    BuiltSite.of('export', { release: 'r2' }),
    HAS_CHROMIUM ? launchCachingChromium() : undefined,
  ]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  for (const each of [site, next]) each?.remove();
});

const serving = (root: string, ...flags: string[]): Promise<Program> =>
  Program.serving([root, '--log', 'json', ...flags]);

describe('a static export that SvelteKit has built', () => {
  let port: number;

  beforeAll(async () => {
    ({ port } = await serving(site.root));
  });
  afterAll(killPrograms);

  it('may be kept for a year where its names are hashed, and is asked for where not', async () => {
    const kept: [string, string | undefined][] = [];
    for (const file of site.files.filter((name) => !name.startsWith('_') || name.includes('/'))) {
      // oxlint-disable-next-line no-await-in-loop
      kept.push([file, (await ask(port, `/${file}`)).fields['cache-control']]);
    }
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
  let session: BrowserSession;

  const begin = async (program: Program): Promise<BrowserSession> =>
    (session = await BrowserSession.begin(browser as Browser, program));
  afterEach(async () => {
    await session?.end();
    await killPrograms();
  });

  /** Waits until the scripts of the page run, and links are followed by them. */
  const untilAlive = (release = 'r1'): Promise<void> =>
    session.page.locator(`main[data-alive="${release}"]`).waitFor();

  const follow = async (link: string, heading: string): Promise<string> => {
    await session.page.getByRole('link', { name: link, exact: true }).click();
    await session.untilHeading(heading);
    return session.path;
  };

  it.each([
    ['/', []],
    // Its pages find their parts from where they are: the same build is for any base.
    ['/site/', ['--base', '/site/']],
  ])('is read at %s by links, deep links, reloads, back and forward', async (base, flags) => {
    const { page } = await begin(await serving(site.root, ...flags));
    await session.visit(base, 'Front page');
    await untilAlive();
    expect(await follow('Posts', 'All posts')).toBe(`${base}posts`);
    expect(await follow('The second post', 'The second post')).toBe(`${base}posts/second`);
    await page.reload();
    await session.untilHeading('The second post');
    await untilAlive();
    await page.goBack();
    await session.untilHeading('All posts');
    expect(await follow('The first post', 'The first post')).toBe(`${base}posts/first`);
    await page.goBack();
    await page.goForward();
    await session.untilHeading('The first post');
    await session.visit(`${base}posts/second/`, 'The second post');
    expect(session.path).toBe(`${base}posts/second`);
    await untilAlive();
    expect(session.troubles).toEqual([]);
  });

  it('is made by its shell where a page is no file', async () => {
    const { page } = await begin(await serving(site.root));
    await session.visit('/drafts', 'Drafts, made in the browser');
    await page.reload();
    await session.untilHeading('Drafts, made in the browser');
    expect(await follow('About', 'About this site')).toBe('/about');
    expect(session.troubles).toEqual([]);
  });

  it('is there without the server, by its service worker', async () => {
    const program = await serving(site.root);
    const { page } = await begin(program);
    await session.visit('/about', 'About this site');
    await untilAlive();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await page.reload();
    await untilAlive();
    expect(await page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
    await program.kill();
    await page.reload();
    await session.untilHeading('About this site');
    await untilAlive();
  });

  it('is another one by a reload when a release has come, and so is its service worker', async () => {
    const live = site.copy();
    onTestFinished(() => live.remove());
    const program = await serving(live.root);
    const { page } = await begin(program);
    await session.visit('/about', 'About this site');
    await untilAlive();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await session.asked();
    live.deploy(next);
    const [start = ''] = next.files.filter((file) => file.startsWith('_app/immutable/entry/start'));
    const served = async (): Promise<string> =>
      (await ask(program.port, '/about')).content.toString();
    await expect.poll(served, { timeout: 10_000 }).toContain(start);
    await page.reload();
    await untilAlive('r2');
    // The browser would ask for its worker soon; now it is told to. No cache holds the old one up.
    await page.evaluate(
      'navigator.serviceWorker.ready.then((held) => held.update()).then(() => 1)',
    );
    const kept = (): Promise<unknown> => page.evaluate('caches.keys()');
    await expect.poll(kept, { timeout: 10_000 }).toEqual(['kept-r1', 'kept-r2']);
    expect(await session.asked()).toContain('200 /service-worker.js');
  });
});
