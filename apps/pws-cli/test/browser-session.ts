/**
 * A browser with its cache, and what the server's log says that it asked for.
 *
 * A `Visit` of chromium.ts looks at each request before it is made, and then Chromium keeps nothing.
 * Here it is let alone; that it asks nobody else is seen to by its own resolver.
 */
import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import type { Program } from './program.ts';
import { ask } from './raw-client.ts';

/** Starts a browser that finds no other host than this one. */
export function launchCachingChromium(): Promise<Browser> {
  return launchChromium(['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1']);
}

/** What the log says of one exchange. */
interface LoggedExchange {
  readonly event: string;
  readonly status: number;
  readonly target: string;
}

export class BrowserSession {
  readonly page: Page;
  /** What the page complained of: errors on its console, exceptions. */
  readonly troubles: string[] = [];
  readonly #program: Program;
  readonly #context: BrowserContext;
  #told = 0;
  #ends = 0;

  /** Opens a window that has kept nothing yet. The program has to log as JSON. */
  static async begin(browser: Browser, program: Program): Promise<BrowserSession> {
    const baseURL = `http://127.0.0.1:${program.port}`;
    const context = await browser.newContext({ baseURL });
    return new BrowserSession(program, context, await context.newPage());
  }

  private constructor(program: Program, context: BrowserContext, page: Page) {
    this.#program = program;
    this.#context = context;
    this.page = page;
    this.#told = program.log.length;
    page.on('pageerror', ({ message }) => this.troubles.push(`exception: ${message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(message.text());
    });
  }

  /** Waits for a heading, as a person does who has gone somewhere. */
  async untilHeading(text: string): Promise<void> {
    await this.page.getByRole('heading', { name: text, exact: true }).waitFor();
  }

  /** Goes to a path as by the address bar, and waits for its heading. */
  async visit(path: string, heading: string): Promise<void> {
    await this.page.goto(path);
    await this.untilHeading(heading);
  }

  /** Where it is. */
  get path(): string {
    const { pathname, search, hash } = new URL(this.page.url());
    return pathname + search + hash;
  }

  /**
   * What the server was asked for since the last time, as `200 /path`, each once, in order of the
   * text. Not for the page's icon: when that is asked for is the browser's business. The log is
   * complete when a last request is in it, which is made for that.
   */
  async asked(): Promise<string[]> {
    this.#ends += 1;
    const end = `/end-${this.#ends}-of-${this.#told}`;
    await ask(this.#program.port, end);
    const read = (): LoggedExchange[] =>
      this.#program.log.slice(this.#told).map((line) => JSON.parse(line) as LoggedExchange);
    await this.#program.until(() => {
      expect(read().map(({ target }) => target)).toContain(end);
    });
    const lines = read();
    this.#told += lines.length;
    const asked = lines
      .filter(({ event, target }) => event === 'exchange' && target !== end)
      .filter(({ target }) => !target.endsWith('/favicon.svg'))
      .map(({ status, target }) => `${status} ${target}`);
    return [...new Set(asked)].toSorted();
  }

  async end(): Promise<void> {
    await this.#context.close();
  }
}
