import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ask, requestFor } from '../test/exchange.ts';
import { MemoryFileSource } from '../test/memory-file-source.ts';
import { LastAnswer } from './last-answer.ts';
import { mountSites } from './mounted-sites.ts';
import { parseSitePath } from './site-path.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';
import type { DecisionStep } from './trace.ts';

const FILES = ['index.html', 'a.txt', 'deep/index.html', 'docs/a.txt', 'docs/api/a.txt', '.env'];

/** A site whose files say whose they are. */
function siteAt(base: string, more: Readonly<Record<string, string>> = {}): StaticSite {
  const entries = Object.fromEntries(FILES.map((name) => [name, `${base} has ${name}`]));
  const source = new MemoryFileSource({ ...entries, ...more });
  return createStaticSite({ source, base, naming: 'posix', cleanUrls: true });
}

function mounted(bases: readonly string[], outer = '/'): StaticSite {
  const mounts = bases.map((base) => ({ base, site: siteAt(base) }));
  return mountSites({ base: outer, site: siteAt(outer, { 'docs/only.txt': 'hidden' }) }, mounts);
}

describe('mountSites()', () => {
  const site = mounted(['/docs/', '/docs/api/', '/with space/']);

  it.each<[string, number, string, string]>([
    ['/a.txt', 200, '/ has a.txt', 'the outer site'],
    ['/docs/a.txt', 200, '/docs/ has a.txt', 'the mount, and not the folder of that name'],
    ['/docs/only.txt', 404, '', 'hidden by the mount, whatever is in it'],
    ['/docs/', 200, '/docs/ has index.html', 'its front page'],
    ['/docs', 301, '/docs/', 'its path without the slash'],
    ['/docs?q=1', 301, '/docs/?q=1', 'the query stays'],
    ['/docs/deep', 301, '/docs/deep/', 'a redirect of its own has the prefix'],
    ['/docs/deep/index.html', 301, '/docs/deep/', 'so has a clean path'],
    ['/docs/api/a.txt', 200, '/docs/api/ has a.txt', 'the longest wins'],
    ['/docs/api', 301, '/docs/api/', 'without its slash'],
    ['/docs/apis/a.txt', 404, '', 'whole segments alone'],
    ['/docsx/a.txt', 404, '', 'whole segments alone, outside'],
    ['/doc/a.txt', 404, '', 'less than a segment'],
    ['/DOCS/a.txt', 404, '', 'another case is another name'],
    ['/%64ocs/a.txt', 200, '/docs/ has a.txt', 'an escape is what it stands for'],
    ['/%2564ocs/a.txt', 404, '', 'and is read once'],
    ['/with%20space/a.txt', 200, '/with space/ has a.txt', 'a name that is escaped in paths'],
    ['//docs/a.txt', 301, '/docs/a.txt', 'repeated slashes lead to the path without'],
    ['/docs//api/a.txt', 301, '/docs/api/a.txt', 'between mounts too'],
    ['/docs%2fapi/a.txt', 400, '', 'an encoded slash separates nothing'],
    ['/docs%5ca.txt', 400, '', 'nor does a backslash'],
    ['/docs/../a.txt', 400, '', 'no way out'],
    ['/docs/%2e%2e/a.txt', 400, '', 'no way out by an escape'],
    ['/x/../docs/a.txt', 400, '', 'no way in'],
    ['/docs/.env', 404, '', 'hidden names stay hidden'],
    ['/docs/%00', 400, '', 'no path'],
  ])('answers %s with %d and %j: %s', async (target, status, expected) => {
    const answer = await ask(site, target);
    const { fields, text = '' } = answer;
    expect([answer.status, fields['Location'] ?? text]).toEqual([status, expected]);
  });

  it('lets the outer site be below a path too, and a mount be all around it', async () => {
    const around = mounted(['/'], '/app/');
    expect((await ask(around, '/app/a.txt')).text).toBe('/app/ has a.txt');
    expect((await ask(around, '/a.txt')).text).toBe('/ has a.txt');
    const beside = mounted(['/docs/'], '/app/');
    expect((await ask(beside, '/a.txt')).status).toBe(404);
  });

  it('says which mount an answer is of, and nothing of the outer site', async () => {
    const mountOf = async (path: string): Promise<unknown> =>
      (await site.respond(requestFor(path))).mount;
    expect(await mountOf('/a.txt')).toBeUndefined();
    expect(await mountOf('/docs/a.txt')).toBe('/docs/');
    expect(await mountOf('/docs/api/none')).toBe('/docs/api/');
  });

  it('refuses a base that is there twice, however it is written, and what is no path', () => {
    expect(() => mounted(['/docs/', '/docs'])).toThrow(TypeError);
    expect(() => mounted(['/'])).toThrow(TypeError);
    expect(() => mounted(['/a/../b'])).toThrow(TypeError);
  });

  it('tells whom it asks before what that one tries', async () => {
    const steps: DecisionStep[] = [];
    const { content } = await site.explain(requestFor('/docs/a.txt'), (step) => steps.push(step));
    await content?.close();
    expect(steps[0]).toEqual({
      step: 'mount',
      tried: '/docs/a.txt',
      result: 'asks the site of /docs/',
    });
    expect(steps.map(({ step }) => step)).toContain('representation');
  });

  it('has no counts where no site has any', () => {
    expect(site.counts).toBeUndefined();
  });

  it('holds an answer as long as the site does that gave it', async () => {
    const last = new LastAnswer();
    await site.respond({ ...requestFor('/docs/a.txt'), last });
    expect(site.holds(last)).toBe(false);
  });
});

const segment = fc.constantFrom(
  'docs',
  'api',
  'v1',
  '%64ocs',
  'a%70i',
  '%2e%2e',
  '..',
  '',
  'a.txt',
);
const target = fc.array(segment, { maxLength: 6 }).map((all) => `/${all.join('/')}`);
const bases = fc.uniqueArray(
  fc.array(fc.constantFrom('docs', 'api', 'v1'), { minLength: 1, maxLength: 3 }),
  { maxLength: 5, selector: (all) => all.join('/') },
);

describe('of any mounts and any path', () => {
  it('the longest mount of whole segments answers, and with nothing but its own', async () => {
    await fc.assert(
      fc.asyncProperty(bases, target, async (all, path) => {
        const site = mounted(all.map((segments) => `/${segments.join('/')}/`));
        const { status, text, response } = await ask(site, path);
        const read = parseSitePath(path, { dotfiles: 'deny', naming: 'posix' });
        if (read.kind !== 'site-path') {
          expect([301, 400, 404]).toContain(status);
          return;
        }
        const below = `/${read.segments.join('/')}/`;
        const expected = all
          .map((segments) => `/${segments.join('/')}/`)
          .filter((base) => below.startsWith(base))
          .toSorted((one, other) => other.length - one.length)[0];
        expect(response.mount).toBe(expected);
        if (status === 200) expect(text?.startsWith(`${expected ?? '/'} has `)).toBe(true);
      }),
    );
  });
});
