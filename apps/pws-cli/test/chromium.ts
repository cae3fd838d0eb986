/**
 * Headless Chromium, where this machine has one, and what it has to say about a page.
 */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type Page,
  type Request,
  chromium,
} from 'playwright-core';
import { expect } from 'vitest';

/** `PWS_CHROMIUM`, or where Debian puts it. */
const EXECUTABLE = process.env['PWS_CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether the tests in a browser can run. `PWS_REQUIRE_CHROMIUM=1` makes them fail where not. */
export const HAS_CHROMIUM: boolean =
  existsSync(EXECUTABLE) || process.env['PWS_REQUIRE_CHROMIUM'] === '1';

if (!HAS_CHROMIUM) {
  // Past the reporter, which shows no output of tests that do not run.
  process.stderr.write(
    `skipped: no Chromium at ${EXECUTABLE}; PWS_CHROMIUM says where it is, PWS_REQUIRE_CHROMIUM=1 makes this a failure\n`,
  );
}

/**
 * Starts a browser that asks nobody but the pages' own server.
 *
 * @param flags - what it is told besides
 */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...flags,
    ],
  });
}

/** A visit to one origin: everything that goes wrong in it, and everything that it asks for. */
export class Visit {
  readonly page: Page;
  /** What went wrong: console errors, exceptions, failed requests, statuses from 400. */
  readonly troubles: string[] = [];
  /** Status by path and query, in order of the answers. */
  readonly answers: (readonly [status: number, target: string])[] = [];
  readonly #context: BrowserContext;
  readonly #underWay = new Set<Request>();

  static async begin(browser: Browser, origin: string): Promise<Visit> {
    const context = await browser.newContext({ baseURL: origin });
    // Nothing may be asked of anybody else; who tries shows up in `troubles`.
    await context.route(
      (asked) => asked.origin !== origin && /^https?:$/.test(asked.protocol),
      (route) => route.abort('blockedbyclient'),
    );
    return new Visit(context, await context.newPage());
  }

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('console', (message) => {
      const place = message.location().url;
      if (message.type() === 'error' || message.type() === 'warning') {
        this.troubles.push(`console ${message.type()}: ${message.text()} ${place}`);
      }
    });
    page.on('pageerror', (error) => this.troubles.push(`exception: ${error.message}`));
    page.on('request', (request) => {
      // Of a film the browser loads what it needs for now, and lets the rest wait.
      if (request.resourceType() !== 'media') this.#underWay.add(request);
    });
    page.on('requestfinished', (request) => this.#underWay.delete(request));
    page.on('requestfailed', (request) => {
      this.#underWay.delete(request);
      const why = request.failure()?.errorText ?? '';
      // It needs no more of it.
      if (request.resourceType() === 'media' && why === 'net::ERR_ABORTED') return;
      this.troubles.push(`failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on('response', (response) => {
      const { pathname, search } = new URL(response.url());
      this.answers.push([response.status(), pathname + search]);
      if (response.status() >= 400) {
        this.troubles.push(`${response.status()}: ${response.url()}`);
      }
    });
  }

  /** Waits until every request has its answer, but for films. */
  async untilAnswered(): Promise<void> {
    const targets = (): string[] => [...this.#underWay].map((request) => request.url());
    await expect.poll(targets, { timeout: 10_000 }).toEqual([]);
  }

  async end(): Promise<void> {
    await this.#context.close();
  }
}
