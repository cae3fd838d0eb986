/**
 * A single-page application, as Vite builds it, in a browser: paths that are no files, parts that are
 * loaded when they are wanted, a cache that is filled, and a release while somebody is there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionsInChromium } from './browser-session.ts';
import { BuiltSite, removeBuiltSites, untilServed } from './built-site.ts';
import { HAS_CHROMIUM } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

const YEAR = 'public, max-age=31536000, immutable';
const NAVIGATION = ['Sec-Fetch-Mode: navigate'];

let site: BuiltSite;
let next: BuiltSite;
let below: BuiltSite;

beforeAll(async () => {
  [site, next, below] = await Promise.all([
    BuiltSite.of('application'),
    BuiltSite.of('application', { release: 'r2' }),
    BuiltSite.of('application', { args: ['--base', '/app/'] }),
  ]);
});
afterAll(removeBuiltSites);

const scriptOf = (built: BuiltSite, name: string): string =>
  built.targetOf(`assets/${name}-`, '.js');

describe('an application that Vite has built', () => {
  let port: number;

  beforeAll(async () => {
    ({ port } = await Program.serving([site.root, '--spa']));
  });
  afterAll(killPrograms);

  it('may be kept for a year where its names are hashed, and is asked for where not', async () => {
    const kept = await site.cacheControls(port);
    expect(kept.length).toBeGreaterThanOrEqual(9);
    expect(kept).toEqual(
      kept.map(([file]) => [file, file.startsWith('assets/') ? YEAR : 'no-cache']),
    );
  });

  it('brings rules from its public folder, which hold and are no files, nor is its manifest', async () => {
    expect(site.files).toEqual(expect.arrayContaining(['_headers', '_redirects']));
    const cart = await ask(port, '/cart/3', 'GET', NAVIGATION);
    expect([cart.status, cart.fields['x-shop'], cart.fields['x-robots-tag']]).toEqual([
      200,
      'open',
      'noindex',
    ]);
    const basket = await ask(port, '/basket/7?from=mail', 'GET', NAVIGATION);
    expect([basket.status, basket.fields['location']]).toEqual([301, '/cart/7?from=mail']);
    for (const path of ['/_headers', '/_redirects', '/.vite/manifest.json']) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, content } = await ask(port, path);
      expect([status, content.includes('cart')]).toEqual([404, false]);
    }
  });
});

describe.runIf(HAS_CHROMIUM)('in a browser (needs Chromium)', () => {
  const begin = sessionsInChromium();

  it('is shown by a deep link, a reload, a link of its own, back and forward', async () => {
    const session = await begin(site.root, '--spa');
    const { page } = session;
    await session.visit('/cart/3', 'Cart 3 of r1');
    const looks = await page.evaluate(
      `(({ color, letterSpacing }) => ({ color, letterSpacing }))(
        getComputedStyle(document.querySelector('h1')))`,
    );
    expect(looks).toEqual({ color: 'rgb(1, 2, 3)', letterSpacing: '3px' });
    await page.reload();
    await session.untilHeading('Cart 3 of r1');
    await page.getByRole('link', { name: 'About' }).click();
    await session.untilHeading('About r1');
    expect(session.path).toBe('/about');
    await page.reload();
    await session.untilHeading('About r1');
    await page.goBack();
    await session.untilHeading('Cart 3 of r1');
    await page.goForward();
    await session.untilHeading('About r1');
    expect(session.troubles).toEqual([]);
  });

  it('is led on by a redirect of its rules', async () => {
    const session = await begin(site.root, '--spa');
    await session.visit('/basket/7?from=mail', 'Cart 7 of r1');
    expect(session.path).toBe('/cart/7?from=mail');
  });

  it('loads a part of it when that is shown, and not before', async () => {
    const session = await begin(site.root, '--spa');
    const { page } = session;
    await session.visit('/', 'Front of r1');
    const first = await session.asked();
    expect(first).toContain('200 /');
    expect(first.join(' ')).not.toMatch(/assets\/(?:cart|about)-/);
    await page.getByRole('link', { name: 'About' }).click();
    await session.untilHeading('About r1');
    expect(await session.asked()).toEqual([`200 ${scriptOf(site, 'about')}`]);
  });

  it('asks on a second visit for the page alone, which is answered with 304', async () => {
    const session = await begin(site.root, '--spa');
    const { page } = session;
    await session.visit('/about', 'About r1');
    expect((await session.asked()).length).toBeGreaterThanOrEqual(5);
    await page.goto('about:blank');
    await session.visit('/about', 'About r1');
    expect(await session.asked()).toEqual(['304 /about']);
  });

  it('lives below a path where it was built for that', async () => {
    const session = await begin(below.root, '--spa', '--base', '/app/');
    const { page } = session;
    await session.visit('/app', 'Front of r1');
    expect(session.path).toBe('/app/');
    await page.getByRole('link', { name: 'Cart' }).click();
    await session.untilHeading('Cart 3 of r1');
    await page.reload();
    await session.untilHeading('Cart 3 of r1');
    await session.visit('/app/basket/9', 'Cart 9 of r1');
    expect(session.path).toBe('/app/cart/9');
    expect(session.troubles).toEqual([]);
    const asked = await session.asked();
    expect(asked.filter((line) => !/^\d+ \/app(?:\/|$)/.test(line))).toEqual([]);
  });

  describe('while a release comes', () => {
    it('has an old page miss its part, without the shell in its place, and is new behind a reload', async () => {
      const current = site.copy();
      const session = await begin(current.root, '--spa');
      const { page, program } = session;
      await session.visit('/', 'Front of r1');
      current.deploy(next);
      await untilServed(program.port, {
        page: '/',
        there: scriptOf(next, 'index'),
        gone: scriptOf(site, 'about'),
      });
      await session.asked();

      const missed = page.waitForResponse((response) => response.url().includes('/assets/about-'));
      await page.getByRole('link', { name: 'About' }).click();
      await session.untilHeading('There is a new release: reload');
      const answer = await missed;
      expect([answer.status(), answer.headers()['cache-control']]).toEqual([404, 'no-store']);
      expect(await answer.text()).not.toContain('<nav>');
      expect(await session.asked()).toEqual([`404 ${scriptOf(site, 'about')}`]);

      await page.reload();
      await session.untilHeading('About r2');
      const asked = await session.asked();
      const scripts = ['about', 'index'].map((name) => `200 ${scriptOf(next, name)}`);
      // What is the same in both builds is still in the cache.
      expect(asked).toEqual(['200 /about', ...scripts]);

      // Nobody has kept that the old part was missing: it may come back.
      current.deploy(site);
      await untilServed(program.port, {
        page: '/',
        there: scriptOf(site, 'index'),
        gone: scriptOf(next, 'about'),
      });
      await page.reload();
      await session.untilHeading('About r1');
      expect(await session.asked()).toContain(`200 ${scriptOf(site, 'about')}`);
    });
  });
});
