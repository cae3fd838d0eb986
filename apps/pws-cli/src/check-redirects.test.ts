import { afterAll, beforeEach, describe, expect, it, test } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { renderChecked } from './check.ts';
import { checkSite } from './check-site.ts';
import { resolveConfig } from './config.ts';
import { readLayers } from './layers.ts';
import type { OptionName } from './options.ts';

const site = new TemporarySite({
  'index.html': 'Front',
  'about.html': 'About',
  'docs/index.html': 'Docs',
  '404.html': 'Not here',
});
afterAll(() => site.remove());
beforeEach(() => void site.write('_redirects', ''));

type Flags = Partial<Record<OptionName, readonly string[]>>;

async function checked(redirects: string, flags: Flags = {}): Promise<string[]> {
  site.write('_redirects', redirects);
  const layers = await readLayers({ root: site.root, flags }, { env: {}, cwd: site.root });
  const text = renderChecked(await checkSite(await resolveConfig(layers)));
  return text.trimEnd().split('\n').slice(0, -1);
}

describe('nothing is said of', () => {
  test.each<[string, string]>([
    ['/old /about', 'a target that is there'],
    ['/old /docs/?a=b#c', 'one with a query and a fragment'],
    ['/old/* /docs/:splat', 'one that depends on the request'],
    ['/old https://example.com/gone', 'one on another site'],
    ['/* /index.html 200', 'the shell of an application'],
    ['/app/* /docs 200', 'a rewrite to a folder'],
    ['/gone /about 410', 'a page for a status'],
    ['/* /404.html 404', 'the page for all that is not there'],
    ['/a/x /about\n/a/* /docs/', 'a rule before a wider one'],
    ['/a/:id /about\n/a/* /docs/', 'a rule before one of more segments'],
    ['/a/:id /about Language=de\n/a/:id /docs/', 'a rule for some before that for the others'],
    ['/a id=:id /about\n/a /docs/', 'a rule for a query before that for others'],
    ['/loop/* /loop/:splat', 'one that leads to where it came from, which is passed over'],
  ])('%j: %s', async (redirects) => {
    expect(await checked(redirects)).toEqual([]);
  });
});

describe('a person is told of', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'a target that is not there',
      '/old /gone',
      ['_redirects:1: expected a target that is there, got "/gone": 404'],
    ],
    [
      'a rewrite to nothing',
      '# one\n/old /gone.html 200',
      ['_redirects:2: expected a file of this site, got "/gone.html": there is none'],
    ],
    [
      'a page for a status that is not there',
      '/old /410.html 410',
      ['_redirects:1: expected a file of this site, got "/410.html": there is none'],
    ],
    [
      'a chain, and where it ends',
      '/a /b\n/b /about',
      ['_redirects:1: note: expected the end of the way, got "/b", which leads on to "/about"'],
    ],
    [
      'a chain of rules with placeholders',
      '/a/* /b/:splat\n/b/* /docs/:splat',
      [
        '_redirects:1: note: expected the end of the way, got "/b/pws-sample", which leads on to "/docs/pws-sample"',
      ],
    ],
    [
      'a chain that ends nowhere',
      '/a /b\n/b /gone',
      [
        '_redirects:1: expected a target that is there, got "/b", which leads on to "/gone": 404',
        '_redirects:2: expected a target that is there, got "/gone": 404',
      ],
    ],
    [
      'the spelling of a page that is another',
      '/old /about.html',
      [
        '_redirects:1: note: expected the end of the way, got "/about.html", which leads on to "/about"',
      ],
    ],
    [
      'circles',
      '/a /b\n/b /a',
      [
        '_redirects:1: expected a way that ends, got one in circles: "/b to /a"',
        '_redirects:2: expected a way that ends, got one in circles: "/a to /b"',
      ],
    ],
    [
      'circles of rules with placeholders',
      '/a/* /b/:splat\n/b/* /a/:splat',
      [
        '_redirects:1: expected a way that ends, got one in circles: "/b/pws-sample to /a/pws-sample"',
        '_redirects:2: expected a way that ends, got one in circles: "/a/pws-sample to /b/pws-sample"',
      ],
    ],
    [
      'a rule behind one that takes all of it',
      '/a/* /docs/\n/a/:id /about',
      [
        '_redirects:2: note: expected requests that no other rule takes, got none: "/a/*" in line 1 takes them all',
      ],
    ],
    [
      'a rule that a forced one further down takes all of',
      '/a/x /docs/\n/a/* /about 301!',
      [
        '_redirects:1: note: expected requests that no other rule takes, got none: "/a/*" in line 2 takes them all',
      ],
    ],
    [
      'all rules behind the shell',
      '/* /index.html 200\n/old /about',
      [
        '_redirects:2: note: expected requests that no other rule takes, got none: "/*" in line 1 takes them all',
      ],
    ],
    [
      'a rule for what is a file',
      '/about /docs/',
      [
        '_redirects:1: note: expected a path that no file answers, got "/about": /about.html comes before the rule',
      ],
    ],
  ])('%s', async (_what, redirects, expected) => {
    expect(await checked(redirects)).toEqual(expected);
  });

  it('targets below the base of the site', async () => {
    const flags: Flags = { base: ['/app/'] };
    expect(await checked('/old /about\n/older /gone', flags)).toEqual([
      '_redirects:2: expected a target that is there, got "/app/gone": 404',
    ]);
  });

  it('a target of an application only where its shell does not answer', async () => {
    expect(await checked('/old /cart', { spa: ['true'] })).toEqual([]);
    expect(await checked('/old /cart.js', { spa: ['true'] })).toHaveLength(1);
  });
});
