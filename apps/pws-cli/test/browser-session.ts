/**
 * A browser with its cache, and what the server's log says that it asked for.
 *
 * A `Visit` of chromium.ts looks at each request before it is made, and then Chromium keeps nothing.
 * Here it is let alone; that it asks nobody else is seen to by its own resolver.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

/** Serves a folder, and opens a window for it that has kept nothing yet. */
type BeginSession = (root: string, ...flags: string[]) => Promise<BrowserSession>;

/**
 * Starts a browser for the tests of a `describe`, that finds no other host than this one. Windows
 * and programs end with their test.
 */
export function sessionsInChromium(): BeginSession {
  let browser: Browser;
  const sessions: BrowserSession[] = [];
  beforeAll(async () => {
    browser = await launchChromium(['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1']);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.end()));
    await killPrograms();
  });
  afterAll(() => browser?.close());
  return async (root, ...flags) => {
    const program = await Program.serving([root, '--log', 'json', ...flags]);
    const session = await BrowserSession.begin(browser, program);
    sessions.push(session);
    return session;
  };
}

/** What the log says of one exchange. */
interface LoggedExchange {
  readonly event: string;
  readonly status: number;
  readonly target: string;
}

export class BrowserSession {
  readonly page: Page;
  /** What serves it. */
  readonly program: Program;
  /** What the page complained of: errors on its console, exceptions. */
  readonly troubles: string[] = [];
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
    this.program = program;
    this.#context = context;
    this.page = page;
    this.#told = program.log.length;
    page.on('pageerror', ({ message }) => this.troubles.push(`exception: ${message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(message.text());
    });
  }

  /** Waits for a heading and what its page is made of, as a person does who has gone somewhere. */
  async untilHeading(text: string): Promise<void> {
    await this.page.getByRole('heading', { name: text, exact: true }).waitFor();
    await this.page.waitForLoadState();
  }

  /** Goes to a path as by the address bar, and waits for its heading. */
  async visit(path: string, heading: string): Promise<void> {
    await this.page.goto(path);
    await this.untilHeading(heading);
  }

  /** Follows a link, and waits for the heading behind it; gives where that is. */
  async follow(link: string, heading: string): Promise<string> {
    await this.page.getByRole('link', { name: link, exact: true }).click();
    await this.untilHeading(heading);
    return this.path;
  }

  /** Whether the style sheet and the pictures of a page are there, once all of them have come. */
  looks(): Promise<unknown> {
    return this.page.evaluate(
      `(async () => {
        const images = [...document.images];
        await Promise.allSettled(images.map((image) => image.decode()));
        return { colour: getComputedStyle(document.querySelector('h1')).color,
          broken: images.filter((image) => image.naturalWidth === 0).length };
      })()`,
    );
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
    await ask(this.program.port, end);
    const read = (): LoggedExchange[] =>
      this.program.log.slice(this.#told).map((line) => JSON.parse(line) as LoggedExchange);
    await this.program.until(() => {
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
