/**
 * What a real browser makes of the fields that say who may have answers: it, not the server, is
 * what keeps them from a page.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { HAS_CHROMIUM, launchChromium } from './chromium.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': '<!doctype html><title>A page</title>',
  'hello.txt': 'Hello, octets.\n',
});
const servers: RunningServer[] = [];
let browser: Browser | undefined;

/** The origin of a server, under a name of loopback. */
async function originOf(options: Partial<ServerOptions> = {}, host = 'localhost'): Promise<string> {
  const server = await startServer({ port: 0, root: site.root, ...options });
  servers.push(server);
  return `http://${host}:${server.address.port}`;
}

beforeAll(async () => {
  if (HAS_CHROMIUM) browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.close(0)));
  site.remove();
});

async function pageAt(origin: string): Promise<Page> {
  const page = (await browser?.newPage()) as Page;
  await page.goto(origin);
  return page;
}

/** What a script of the page gets, or that the browser keeps it from it. */
function fetchFrom(
  page: Page,
  target: string,
  fields: Record<string, string> = {},
): Promise<string> {
  return page.evaluate(
    async ([address, headers]) => {
      try {
        const response = await fetch(address, { headers });
        const range = response.headers.get('Content-Range') ?? 'no range';
        return `${response.status} ${range} ${await response.text()}`;
      } catch {
        return 'kept from it';
      }
    },
    [target, fields] as const,
  );
}

describe.runIf(HAS_CHROMIUM)('a page of another origin', () => {
  it('reads nothing where nobody said that it may', async () => {
    const page = await pageAt(await originOf());
    const other = await originOf();
    expect(await fetchFrom(page, `${other}/hello.txt`)).toBe('kept from it');
  });

  it('reads what a list with its origin lets it, fields and ranges too', async () => {
    const own = await originOf();
    const other = await originOf({ cors: [own] });
    const page = await pageAt(own);
    expect(await fetchFrom(page, `${other}/hello.txt`)).toBe('200 no range Hello, octets.\n');
    // Two ranges are not "simple": the browser asks first.
    const asked = { Range: 'bytes=0-4', 'X-Own': 'x' };
    expect(await fetchFrom(page, `${other}/hello.txt`, asked)).toBe('206 bytes 0-4/15 Hello');
  });

  it('reads nothing where the list is of others', async () => {
    const other = await originOf({ cors: [await originOf()] });
    const page = await pageAt(await originOf());
    expect(await fetchFrom(page, `${other}/hello.txt`)).toBe('kept from it');
    expect(await fetchFrom(page, `${other}/hello.txt`, { 'X-Own': 'x' })).toBe('kept from it');
  });

  it('reads what anybody may, after a preflight as well', async () => {
    const other = await originOf({ cors: '*' });
    const page = await pageAt(await originOf());
    expect(await fetchFrom(page, `${other}/hello.txt`, { 'X-Own': 'x' })).toContain('Hello');
  });
});

describe.runIf(HAS_CHROMIUM)('a page', () => {
  it('is isolated where that was asked for, and else not', async () => {
    const isolated = await pageAt(await originOf({ isolate: true }));
    expect(await isolated.evaluate('crossOriginIsolated')).toBe(true);
    const plain = await pageAt(await originOf());
    expect(await plain.evaluate('crossOriginIsolated')).toBe(false);
  });

  it('under a name of loopback is served by a server on loopback alone', async () => {
    const page = await pageAt(await originOf({ host: '127.0.0.1' }, 'app.localhost'));
    expect(await page.title()).toBe('A page');
  });
});
