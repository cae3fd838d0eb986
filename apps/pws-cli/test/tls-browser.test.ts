/**
 * What a real browser makes of `--https`: the certificate made on the spot, and HTTP/2 that the two
 * agree on in the handshake (ALPN, RFC 7301; RFC 9113 §3.2).
 */
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM, launchChromium } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': `<!doctype html><html lang="en"><title>A page</title>
<link rel="stylesheet" href="look.css"><script src="run.js" defer></script><h1>Front page</h1>`,
  'look.css': 'h1 { color: rgb(1, 2, 3); }\n',
  'run.js': 'document.title = "It ran";\n',
});
const cache = new TemporarySite();
const env = { XDG_CACHE_HOME: cache.root, LOCALAPPDATA: cache.root };
const browsers: Browser[] = [];

afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()));
  await killPrograms();
});
afterAll(() => {
  site.remove();
  cache.remove();
});

async function newPage(flags: readonly string[]): Promise<Page> {
  const browser = await launchChromium(flags);
  browsers.push(browser);
  return browser.newPage();
}

/** Has the browser take this key for one that is known, and no other. */
function trustFlag(): string {
  const pem = readFileSync(`${cache.root}/pws/localhost.pem`);
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  const digest = createHash('sha256').update(key).digest('base64');
  return `--ignore-certificate-errors-spki-list=${digest}`;
}

const protocolsIn = (program: Program): string[] => [
  ...new Set(program.log.map((line) => (JSON.parse(line) as { protocol: string }).protocol)),
];

describe.runIf(HAS_CHROMIUM)('a page over --https (needs Chromium)', () => {
  it.each([
    ['HTTP/2, which it chooses', [], 'h2', 'HTTP/2'],
    ['HTTP/1.1 with --no-http2', ['--no-http2'], 'http/1.1', 'HTTP/1.1'],
  ])('is loaded over %s', async (_what, flags, chosen, logged) => {
    const program = await Program.serving([site.root, '--https', '--log', 'json', ...flags], {
      env,
    });
    const page = await newPage([trustFlag()]);
    await page.goto(`https://localhost:${program.port}/`);
    expect(await page.title()).toBe('It ran');
    const colour = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('h1')).color",
    );
    expect(colour).toBe('rgb(1, 2, 3)');
    const hops = await page.evaluate<string[]>(
      `['navigation', 'resource'].flatMap((type) =>
        performance.getEntriesByType(type).map(({ nextHopProtocol }) => nextHopProtocol))`,
    );
    expect(hops.length).toBeGreaterThanOrEqual(3);
    expect(new Set(hops)).toEqual(new Set([chosen]));
    expect(protocolsIn(program)).toEqual([logged]);
    expect(program.stderr).not.toContain('pws:');
  });

  it('is refused where nobody told the browser of the certificate', async () => {
    const program = await Program.serving([site.root, '--https', '--log', 'json'], { env });
    const page = await newPage([]);
    await expect(page.goto(`https://localhost:${program.port}/`)).rejects.toThrow(
      'ERR_CERT_AUTHORITY_INVALID',
    );
    expect(program.log).toEqual([]);
  });
});
