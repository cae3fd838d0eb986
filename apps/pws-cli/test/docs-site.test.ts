/**
 * Documentation, as Eleventy builds it, in a browser: pages in folders and beside them, whose links
 * are relative, so that each has to be at one path and no other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionsInChromium } from './browser-session.ts';
import { BuiltSite, removeBuiltSites } from './built-site.ts';
import { HAS_CHROMIUM } from './chromium.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';

let site: BuiltSite;
let below: BuiltSite;

beforeAll(async () => {
  [site, below] = await Promise.all([
    BuiltSite.of('docs'),
    BuiltSite.of('docs', { args: ['--pathprefix', '/handbook/'] }),
  ]);
});
afterAll(removeBuiltSites);

describe('documentation that Eleventy has built', () => {
  let port: number;

  beforeAll(async () => {
    ({ port } = await Program.serving([site.root]));
  });
  afterAll(killPrograms);

  it.each([
    ['/about', 200, undefined],
    ['/about/', 301, '/about'],
    ['/about.html?a=1', 301, '/about?a=1'],
    ['/guide', 301, '/guide/'],
    ['/guide/index.html', 301, '/guide/'],
    ['/guide/install', 200, undefined],
    ['/guide/deep/configure.html?a=/&b', 301, '/guide/deep/configure?a=/&b'],
    ['/guide/deep/', 404, undefined],
    ['/install?a=1', 301, '/guide/install?a=1'],
    ['/v1/deep/configure', 302, '/guide/deep/configure'],
    ['/_headers', 404, undefined],
    ['/_redirects', 404, undefined],
  ])('answers %s with %i, to %s', async (target, status, location) => {
    const { status: came, fields } = await ask(port, target);
    expect([came, fields['location']]).toEqual([status, location]);
  });

  it('has the page for errors that is nearest, which nobody may keep', async () => {
    for (const [target, words] of [
      ['/none', '<h1>No such page</h1>'],
      ['/guide/none', '<h1>Not in the guide</h1>'],
      ['/guide/deep/none/at/all', '<h1>Not in the guide</h1>'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields, content } = await ask(port, target);
      expect([target, status, fields['cache-control']]).toEqual([target, 404, 'no-store']);
      expect(content.toString()).toContain(words);
    }
  });
});

describe.runIf(HAS_CHROMIUM)('in a browser (needs Chromium)', () => {
  const begin = sessionsInChromium();

  it.each([
    ['/', () => site, []],
    ['/handbook/', () => below, ['--base', '/handbook/']],
  ] as const)('is read at %s by its relative links, back and forward', async (base, of, flags) => {
    const session = await begin(of().root, ...flags);
    const { page } = session;
    await session.visit(base, 'Documentation');
    const seen: unknown[] = [await session.looks()];
    expect(await session.follow('about', 'About this')).toBe(`${base}about`);
    expect(await session.follow('guide', 'The guide')).toBe(`${base}guide/`);
    seen.push(await session.looks());
    expect(await session.follow('install', 'How to install')).toBe(`${base}guide/install`);
    expect(await session.follow('configure', 'How to configure')).toBe(
      `${base}guide/deep/configure#second`,
    );
    expect(await session.follow('install', 'How to install')).toBe(`${base}guide/install`);
    await page.goBack();
    await session.untilHeading('How to configure');
    await page.goBack();
    await page.goBack();
    await session.untilHeading('The guide');
    await page.goForward();
    await session.untilHeading('How to install');
    await page.reload();
    await session.untilHeading('How to install');
    expect(session.path).toBe(`${base}guide/install`);
    expect(await session.follow('configure', 'How to configure')).toBe(
      `${base}guide/deep/configure#second`,
    );
    expect(seen).toEqual(seen.map(() => ({ colour: 'rgb(1, 2, 3)', broken: 0 })));
    expect(session.troubles).toEqual([]);
  });

  it('is searched, and leads to pages by their clean paths', async () => {
    const session = await begin(site.root);
    const { page } = session;
    await session.visit('/guide/deep/configure', 'How to configure');
    // It waits for the search, which is enabled once it has its index.
    await page.getByRole('searchbox').fill('how to');
    await session.asked();
    expect(await session.follow('How to install', 'How to install')).toBe('/guide/install');
    const asked = await session.asked();
    // Nothing led it there.
    expect(asked.filter((line) => line.startsWith('3') && !line.startsWith('304'))).toEqual([]);
  });

  it('shows the nearest page for what is not there, with its looks', async () => {
    const session = await begin(site.root);
    await session.visit('/guide/deep/none/', 'Not in the guide');
    expect(await session.looks()).toEqual({ colour: 'rgb(1, 2, 3)', broken: 0 });
    expect(await session.follow('all of the guide', 'The guide')).toBe('/guide/');
  });

  it('is asked for again where its own rules do not say how long it may be kept', async () => {
    const session = await begin(site.root);
    const { page } = session;
    await session.visit('/guide/', 'The guide');
    await session.asked();
    await page.goto('about:blank');
    await session.visit('/guide/', 'The guide');
    const asked = await session.asked();
    expect(asked).toContain('304 /guide/');
    expect(asked.filter((line) => !line.startsWith('304 '))).toEqual([]);
    expect(asked.join(' ')).not.toContain('/look.css');
  });
});
