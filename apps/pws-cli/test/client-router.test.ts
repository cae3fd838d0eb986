/**
 * Pages whose links are followed in the document that is there, as Astro builds them, in a browser:
 * its router asks for the next page by a script, is led on by redirects as the browser is, and goes
 * on where another release has come. Pages as folders, as files, and below a path.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserSession, sessionsInChromium } from './browser-session.ts';
import { BuiltSite, removeBuiltSites, untilServed } from './built-site.ts';
import { HAS_CHROMIUM } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

const YEAR = 'public, max-age=31536000, immutable';

let folders: BuiltSite;
let files: BuiltSite;
let next: BuiltSite;

beforeAll(async () => {
  [folders, files, next] = await Promise.all([
    BuiltSite.of('journal'),
    BuiltSite.of('journal', { args: ['--config', 'files.config.js', '--base', '/journal/'] }),
    BuiltSite.of('journal', { release: 'r2' }),
  ]);
}, 60_000);
afterAll(removeBuiltSites);

const scriptOf = (built: BuiltSite, name: string): string =>
  built.targetOf(`_astro/${name}.`, '.js');

/** How pages are written: where they are served, and what stands behind their names. */
interface Style {
  readonly built: () => BuiltSite;
  readonly base: string;
  readonly end: string;
  readonly answers: readonly (readonly [string, number, string | undefined])[];
}

const STYLES: readonly (readonly [name: string, style: Style])[] = [
  [
    'folders',
    {
      built: () => folders,
      base: '/',
      end: '/',
      answers: [
        ['/about', 301, '/about/'],
        ['/about/', 200, undefined],
        ['/about/index.html?a=1', 301, '/about/?a=1'],
        ['/about.html', 404, undefined],
        ['/notes/deep/second?a=/&b', 301, '/notes/deep/second/?a=/&b'],
        ['/notes/deep/', 404, undefined],
      ],
    },
  ],
  [
    'files below a path',
    {
      built: () => files,
      base: '/journal/',
      end: '',
      answers: [
        ['/journal', 301, '/journal/'],
        ['/journal/about', 200, undefined],
        ['/journal/about/?a=1', 301, '/journal/about?a=1'],
        ['/journal/about.html', 301, '/journal/about'],
        ['/journal/notes', 200, undefined],
        ['/journal/notes/', 301, '/journal/notes'],
        ['/journal/notes/deep/second.html?a=/&b', 301, '/journal/notes/deep/second?a=/&b'],
        ['/journal/notes/deep/', 404, undefined],
        ['/about', 404, undefined],
      ],
    },
  ],
];

describe.each(STYLES)(
  'pages that Astro has built as %s',
  (_name, { built, base, end, answers }) => {
    afterEach(killPrograms);

    const serving = (): Promise<Program> => Program.serving([built().root, '--base', base]);

    const outputOf = async (command: string, ...args: string[]): Promise<string> => {
      const program = new Program([command, ...args, built().root, '--base', base]);
      const { exitCode } = await program.untilEnd();
      expect([exitCode, program.stderr]).toEqual([0, '']);
      return program.stdout;
    };

    it('may be kept for a year where their names are hashed, and are asked for where not', async () => {
      const kept = await built().cacheControls((await serving()).port, base);
      const isHashed = (file: string): boolean => file.startsWith('_astro/');
      // The router, the script of the pages and its part, a style sheet, a picture.
      expect(kept.filter(([file]) => isHashed(file))).toHaveLength(5);
      expect(kept).toEqual(kept.map(([file]) => [file, isHashed(file) ? YEAR : 'no-cache']));
    });

    it('are each at one path, to which the others lead', async () => {
      const { port } = await serving();
      const came = await Promise.all(
        answers.map(async ([target]) => {
          const { status, fields } = await ask(port, target);
          return [target, status, fields['location']];
        }),
      );
      expect(came).toEqual(answers);
    });

    it('have nothing wrong, and why they answer so is told', async () => {
      const sheet = base + built().targetOf('_astro/', '.css').slice(1);
      const [checked, page, other, hashed] = await Promise.all([
        outputOf('check'),
        outputOf('why', `${base}notes/first${end}`),
        outputOf('why', `${base}notes/first${end === '' ? '/' : ''}`),
        outputOf('why', sheet),
      ]);
      expect(checked).toBe('nothing to complain about\n');
      expect(page).toContain('no-cache, since it is a page');
      expect(other).toContain(`Location: ${base}notes/first${end} `);
      expect(hashed).toContain(`${YEAR}, since the name carries a hash`);
    });
  },
);

describe.runIf(HAS_CHROMIUM)('in a browser (needs Chromium)', () => {
  const begin = sessionsInChromium();

  /** Waits for a page, until the router has done with it and moves nothing any more. */
  const untilShown = async (
    session: BrowserSession,
    heading: string,
    release = 'r1',
  ): Promise<void> => {
    await session.untilHeading(heading);
    await session.page
      .locator(`html:not([data-astro-transition]) main[data-alive="${release}"]`)
      .waitFor();
  };

  const visit = async (session: BrowserSession, path: string, heading: string): Promise<void> => {
    await session.page.goto(path);
    await untilShown(session, heading);
  };

  /** When its document was loaded; the router leaves that as it is. */
  const documentOf = ({ page }: BrowserSession): Promise<unknown> =>
    page.evaluate('performance.timeOrigin');

  const follow = async (
    session: BrowserSession,
    link: string,
    heading: string,
  ): Promise<string> => {
    await session.follow(link, heading);
    await untilShown(session, heading);
    return session.path;
  };

  it.each(STYLES)(
    'as %s are read by links, deep links, reloads, back and forward',
    async (_name, { built, base, end }) => {
      const session = await begin(built().root, '--base', base);
      const { page } = session;
      await visit(session, base, 'Front page');
      const first = await documentOf(session);
      expect(await session.looks()).toEqual({ colour: 'rgb(1, 2, 3)', broken: 0 });
      expect(await follow(session, 'About', 'About this')).toBe(`${base}about${end}`);
      expect(await follow(session, 'Notes', 'All notes')).toBe(`${base}notes${end}`);
      // Of these two one is written as its page is called, and the other is not.
      expect(await follow(session, 'The first note', 'The first note')).toBe(
        `${base}notes/first${end}`,
      );
      await page.goBack();
      await untilShown(session, 'All notes');
      expect(await follow(session, 'The second note', 'The second note')).toBe(
        `${base}notes/deep/second${end}`,
      );
      await page.goBack();
      await untilShown(session, 'All notes');
      await page.goForward();
      await untilShown(session, 'The second note');
      expect(await documentOf(session)).toBe(first);
      await page.reload();
      await untilShown(session, 'The second note');
      expect(session.path).toBe(`${base}notes/deep/second${end}`);
      expect(await documentOf(session)).not.toBe(first);
      await visit(session, `${base}notes/first${end === '/' ? '' : '/'}`, 'The first note');
      expect(session.path).toBe(`${base}notes/first${end}`);
      expect(session.troubles).toEqual([]);
    },
  );

  it('show the page for what is not there, by a link and by a deep link', async () => {
    const session = await begin(folders.root);
    await visit(session, '/', 'Front page');
    const first = await documentOf(session);
    expect(await follow(session, 'Nowhere', 'No such page')).toBe('/nowhere');
    expect(await session.asked()).toContain('404 /nowhere');
    expect(await follow(session, 'About', 'About this')).toBe('/about/');
    expect(await documentOf(session)).toBe(first);
    await visit(session, '/notes/deep/none', 'No such page');
    expect(await session.looks()).toEqual({ colour: 'rgb(1, 2, 3)', broken: 0 });
    expect(await follow(session, 'Front', 'Front page')).toBe('/');
  });

  it('are all that is asked for when links are followed', async () => {
    const session = await begin(folders.root);
    await visit(session, '/notes/', 'All notes');
    await session.asked();
    expect(await follow(session, 'About', 'About this')).toBe('/about/');
    const asked = await session.asked();
    expect(asked).toEqual(expect.arrayContaining(['200 /about/', '301 /about']));
    expect(asked.join(' ')).not.toContain('/_astro/');
  });

  it('are asked for again on a second visit, and what they are made of is not', async () => {
    const session = await begin(folders.root);
    const { page } = session;
    await visit(session, '/notes/', 'All notes');
    expect((await session.asked()).filter((line) => line.includes('/_astro/'))).toHaveLength(3);
    await page.goto('about:blank');
    await visit(session, '/notes/', 'All notes');
    expect(await session.asked()).toEqual(['304 /notes/']);
  });

  describe('while a release comes', () => {
    /** Opens the front page of the old release, and puts the new one in its place. */
    const beginWithRelease = async (): Promise<BrowserSession> => {
      const live = folders.copy();
      const session = await begin(live.root);
      await visit(session, '/', 'Front page');
      live.deploy(next);
      await untilServed(session.program.port, {
        page: '/',
        there: scriptOf(next, 'Page'),
        gone: scriptOf(folders, 'count-words'),
      });
      await session.asked();
      return session;
    };

    const countWords = async ({ page }: BrowserSession, told: string): Promise<void> => {
      await page.getByRole('button', { name: 'Count words' }).click();
      await page.locator('output', { hasText: told }).waitFor();
    };

    it('miss an old part, which nobody keeps, and are new behind a reload', async () => {
      const session = await beginWithRelease();
      const missed = session.page.waitForResponse(/count-words/);
      await countWords(session, 'There is a new release: reload');
      const answer = await missed;
      expect([answer.status(), answer.headers()['cache-control']]).toEqual([404, 'no-store']);
      expect(await session.asked()).toEqual([`404 ${scriptOf(folders, 'count-words')}`]);
      await session.page.reload();
      await untilShown(session, 'Front page', 'r2');
      await countWords(session, '2 words, counted by r2');
      // What is the same in both builds is still in the cache.
      const scripts = ['Page', 'count-words'].map((name) => `200 ${scriptOf(next, name)}`);
      expect(await session.asked()).toEqual(['200 /', ...scripts]);
    });

    it('lead into the new one by their links, and work', async () => {
      const session = await beginWithRelease();
      const first = await documentOf(session);
      await session.follow('About', 'About this');
      await untilShown(session, 'About this', 'r2');
      expect(await session.looks()).toEqual({ colour: 'rgb(1, 2, 3)', broken: 0 });
      await countWords(session, '6 words, counted by r2');
      await session.page.goBack();
      await untilShown(session, 'Front page', 'r2');
      expect(await documentOf(session)).toBe(first);
      expect(session.troubles).toEqual([]);
    });
  });
});
