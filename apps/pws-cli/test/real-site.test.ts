/**
 * Real sites in a real browser: a published one from the registry, and the sample site.
 */
import { cpSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/server.ts';
import { HAS_CHROMIUM, Visit, launchChromium } from './chromium.ts';
import { ask } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const require = createRequire(import.meta.url);
const published = dirname(require.resolve('swagger-ui-dist/package.json'));
const sample = fileURLToPath(new URL('../static', import.meta.url));

interface Served {
  readonly server: RunningServer;
  readonly port: number;
  readonly origin: string;
  readonly moments: RecordedMoments;
}

async function serve(root: string): Promise<Served> {
  const moments = new RecordedMoments();
  const unforeseen = (error: unknown): unknown => moments.unforeseen.push(error);
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    root,
    observer: moments,
    unforeseen,
  });
  const { port } = server.address;
  return { server, port, origin: `http://127.0.0.1:${port}`, moments };
}

/** All files below a folder, as paths from there. */
function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(root, name)).isFile())
    .map((name) => relative(root, join(root, name)));
}

const targetOf = (path: string): string => `/${path.split('/').map(encodeURIComponent).join('/')}`;

let browser: Browser;

beforeAll(async () => {
  if (HAS_CHROMIUM) browser = await launchChromium();
});

afterAll(() => browser?.close());

describe('the published site', () => {
  const site = new TemporarySite();
  let served: Served;

  beforeAll(async () => {
    cpSync(published, site.root, { recursive: true });
    // The one file that its manual says to change: which document it shows.
    site.write(
      'swagger-initializer.js',
      `window.onload = () => {
        window.ui = SwaggerUIBundle({
          url: './library.json?version=1',
          dom_id: '#swagger-ui',
          deepLinking: true,
          validatorUrl: null,
          presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
          layout: 'StandaloneLayout',
        });
      };`,
    );
    const answer = { responses: { 200: { description: 'Here they are.' } } };
    site.write(
      'library.json',
      JSON.stringify({
        openapi: '3.0.3',
        info: { title: 'A library of octets', version: '1.0' },
        paths: {
          '/books': { get: { ...answer, summary: 'All books' }, post: { ...answer } },
          '/books/{id}': { get: { ...answer, summary: 'One book' }, delete: { ...answer } },
        },
      }),
    );
    served = await serve(site.root);
  });

  afterAll(async () => {
    await served.server.close(0);
    site.remove();
    expect(served.moments.unforeseen).toEqual([]);
  });

  it('is given octet for octet, each file with a type and its length', async () => {
    const files = filesBelow(site.root);
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields, content } = await ask(served.port, targetOf(file));
      expect([file, status, fields['content-length']]).toEqual([
        file,
        200,
        String(statSync(join(site.root, file)).size),
      ]);
      expect(content.equals(readFileSync(join(site.root, file)))).toBe(true);
    }
  });

  it.skipIf(!HAS_CHROMIUM)(
    'shows its document in a browser, with no failed request and no word of complaint',
    async () => {
      const before = served.moments.exchanges.length;
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto('/');
      await page.getByRole('heading', { name: /A library of octets/ }).waitFor();
      const operations = page.locator('.opblock');
      await expect.poll(() => operations.count(), { timeout: 10_000 }).toBe(4);
      // It works, and is not only drawn: an operation opens.
      await page.getByRole('button', { name: /get .*All books/i }).click();
      await page.getByText('Here they are.').waitFor();
      await visit.untilAnswered();
      expect(visit.troubles).toEqual([]);
      const asked = visit.answers.map(([, target]) => target);
      expect(asked).toEqual(
        expect.arrayContaining([
          '/',
          '/swagger-ui.css',
          '/swagger-ui-bundle.js',
          '/swagger-ui-standalone-preset.js',
          '/swagger-initializer.js',
          '/library.json?version=1',
        ]),
      );
      await visit.end();
      const exchanges = served.moments.exchanges.slice(before);
      expect(exchanges.filter(({ ended }) => ended !== 'complete')).toEqual([]);
      // Its connections were used again.
      expect(new Set(exchanges.map(({ peer }) => peer.port)).size).toBeLessThan(exchanges.length);
    },
  );
});

describe('the sample site', () => {
  const pages = filesBelow(sample)
    .filter((file) => file.endsWith('index.html'))
    .map((file) => `/${file.replace(/index\.html$/, '')}`);
  let served: Served;

  beforeAll(async () => {
    served = await serve(sample);
  });

  afterAll(async () => {
    await served.server.close(0);
    expect(served.moments.unforeseen).toEqual([]);
  });

  /** What a page links to on this site, with what it says that will come: 200 where it says nothing. */
  const linksOf = (page: string): (readonly [target: string, expected: string])[] => {
    const markup = readFileSync(join(sample, page, 'index.html'), 'utf8');
    return [...markup.matchAll(/<[a-z]+\b[^>]*?\s(?:href|src|poster)="(\/[^"]*)"[^>]*>/g)].map(
      ([tag, reference = '']) => {
        const target = reference.replaceAll('&amp;', '&').replace(/#.*/, '');
        return [target, /data-expect="([^"]+)"/.exec(tag)?.[1] ?? '200'] as const;
      },
    );
  };

  it('has several pages, and a style sheet, a script, an image and a film', () => {
    expect(pages.length).toBeGreaterThanOrEqual(4);
    const extensions = new Set(filesBelow(sample).map((file) => file.split('.').at(-1)));
    for (const extension of ['css', 'js', 'png', 'svg', 'webm']) {
      expect(extensions).toContain(extension);
    }
  });

  it.each(pages)('%s links to what is there, and to what it says about the rest', async (page) => {
    const links = linksOf(page);
    expect(links.length).toBeGreaterThan(5);
    for (const [target, expected] of links) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields } = await ask(served.port, target);
      const came = status === 301 ? 'redirect' : String(status);
      expect(`${target} ${came}`).toBe(`${target} ${expected}`);
      if (status !== 301) continue;
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(served.port, fields['location'] ?? '')).status).toBe(200);
    }
  });

  it.each(pages)('%s links to parts of pages that are there', (page) => {
    const markup = readFileSync(join(sample, page, 'index.html'), 'utf8');
    const references = [...markup.matchAll(/href="([^"]*)#([^"]+)"/g)];
    for (const [, path = '', part = ''] of references) {
      const other = readFileSync(join(sample, path === '' ? page : path, 'index.html'), 'utf8');
      expect(other).toContain(`id="${part}"`);
    }
  });

  it('keeps back what it says that it keeps back', async () => {
    const { status, content } = await ask(served.port, '/.kept-back.txt');
    expect(status).toBe(404);
    expect(content.toString()).not.toContain('kept back');
  });

  describe.skipIf(!HAS_CHROMIUM)('in a browser', () => {
    it.each(pages)('%s loads with no failed request and no word of complaint', async (path) => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto(path);
      // The last thing that the script of each page does with what has come.
      await page.locator('[data-arrival]', { hasText: 'This page: ' }).waitFor();
      await visit.untilAnswered();
      const empty = page.locator('[data-ask-head] .live:empty');
      await expect.poll(() => empty.count(), { timeout: 10_000 }).toBe(0);
      expect(await page.locator('h1').count()).toBe(1);
      expect(visit.troubles).toEqual([]);
      const broken = await page
        .locator('img')
        .evaluateAll((images) =>
          (images as unknown as { complete: boolean; naturalWidth: number; src: string }[])
            .filter(({ complete, naturalWidth }) => !complete || naturalWidth === 0)
            .map(({ src }) => src),
        );
      expect(broken).toEqual([]);
      await visit.end();
    });

    it('/wire/ shows live exchanges with the server', async () => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto('/wire/');
      await page.getByRole('status').filter({ hasText: '4 exchanges' }).waitFor();
      const exchanges = page.locator('[data-exchanges] .exchange');
      expect(await exchanges.count()).toBe(4);
      const words = await exchanges.allInnerTexts();
      for (const exchange of words) {
        expect(exchange).toContain('HTTP/1.1 200 OK');
        expect(exchange).toContain('Server: PWS/1.0');
      }
      expect(words.at(-1)).toContain('/tutorial/?name=666&age=12');
      expect(visit.troubles).toEqual([]);
      await visit.end();
    });

    it('/wire/ asks what a person asks, and shows the answer', async () => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto('/wire/');
      await page.getByRole('status').filter({ hasText: '4 exchanges' }).waitFor();
      await page.getByLabel('Path').fill('/no-such-page');
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.getByText('404 Not Found', { exact: true }).waitFor();
      expect(visit.troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
      await visit.end();
    });

    it('/names/ gets from the server what it says that it will get', async () => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto('/names/');
      await page.getByRole('button', { name: 'Ask for all of them' }).click();
      await page.getByRole('status').filter({ hasText: 'names asked for' }).waitFor();
      const words: Record<string, RegExp> = {
        '200': /^200 OK$/,
        '404': /^404 Not Found$/,
        '400': /^400 Bad Request$/,
        redirect: /^redirect to\s+\/tutorial\/\?name=666&age=12\s+200 OK$/,
      };
      const rows = await page.locator('[data-ask-name]').all();
      expect(rows.length).toBeGreaterThan(8);
      for (const row of rows) {
        // oxlint-disable-next-line no-await-in-loop
        const expected = await row.locator('a').getAttribute('data-expect');
        // oxlint-disable-next-line no-await-in-loop
        const came = await row.locator('.live').innerText();
        expect(came.trim()).toMatch(words[expected ?? ''] ?? /^never$/);
      }
      await visit.end();
    });

    it('/media/ plays its film', async () => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      await page.goto('/media/');
      const film = page.locator('video').first();
      await film.evaluate((video) => {
        const player = video as unknown as { muted: boolean; play(): Promise<void> };
        player.muted = true;
        return player.play();
      });
      const played = (): Promise<number> =>
        film.evaluate((video) => (video as unknown as { currentTime: number }).currentTime);
      await expect.poll(played, { timeout: 10_000 }).toBeGreaterThan(0);
      await visit.end();
    });

    it('a page that is missing is shown as a page, in the style that its policy allows', async () => {
      const visit = await Visit.begin(browser, served.origin);
      const { page } = visit;
      const response = await page.goto('/no-such-page');
      expect(response?.status()).toBe(404);
      expect(await page.locator('h1').innerText()).toBe('Page Not Found!');
      const size = await page.evaluate<string>(
        'getComputedStyle(document.querySelector("h1")).fontSize',
      );
      // 2rem is the browser's own size for a heading; the page's style has a larger one.
      expect(Number.parseFloat(size)).toBeGreaterThan(32);
      const others = visit.troubles.filter((trouble) => !trouble.includes('404'));
      expect(others).toEqual([]);
      await page.getByRole('link', { name: 'To the front page' }).click();
      await page.waitForURL(`${served.origin}/`);
      await visit.end();
    });
  });
});
