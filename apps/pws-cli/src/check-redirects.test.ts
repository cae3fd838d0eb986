import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
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
const mounted = new TemporarySite({
  'index.html': 'Guide',
  'about.html': 'About the guide',
  '404.html': 'Not in the guide',
});
afterAll(() => {
  site.remove();
  mounted.remove();
});
afterEach(() => {
  for (const name of ['_redirects', 'serve.json', 'pws.config.json']) {
    rmSync(`${site.root}/${name}`, { force: true });
  }
  rmSync(`${mounted.root}/_redirects`, { force: true });
});

type Flags = Partial<Record<OptionName, readonly string[]>>;

/** What is told of the site as it is. */
async function told(flags: Flags = {}): Promise<string[]> {
  const layers = await readLayers({ root: site.root, flags }, { env: {}, cwd: site.root });
  const text = renderChecked(await checkSite(await resolveConfig(layers)));
  return text.trimEnd().split('\n').slice(0, -1);
}

function checked(redirects: string, flags: Flags = {}): Promise<string[]> {
  site.write('_redirects', redirects);
  return told(flags);
}

/** As a person writes it: a rule for each line, from the second on. */
function asLines(key: string, rules: readonly object[]): string {
  return `{ ${JSON.stringify(key)}: [\n${rules.map((rule) => `  ${JSON.stringify(rule)}`).join(',\n')}\n] }`;
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

/** A redirect or a rewrite of a `serve.json`. */
type Pair = readonly [source: string, destination: string];

const pairs = (all: readonly Pair[]): object[] =>
  all.map(([source, destination]) => ({ source, destination }));

describe('of a serve.json', () => {
  test.each<[string, readonly Pair[], string]>([
    ['redirects', [['/old', '/about']], 'a target that is there'],
    ['redirects', [['/old', '/docs/?a=b#c']], 'one with a query and a fragment'],
    ['redirects', [['/old/:id', '/docs/:id']], 'one that depends on the request'],
    ['redirects', [['/old/:path*', '/old/:path']], 'one to where it came from'],
    ['redirects', [['/old', 'https://example.com/gone']], 'one on another site'],
    ['redirects', [['/about', '/docs/']], 'a rule for a file, before which it is asked'],
    ['rewrites', [['**', '/index.html']], 'the shell of an application'],
    ['rewrites', [['/app/:id', '/docs']], 'a rewrite to a folder'],
    ['rewrites', [['/p/:id/edit', '/edit-:id.html']], 'a file that depends on the request'],
    [
      'rewrites',
      [
        ['/1', '/2'],
        ['/2', '/about'],
      ],
      'a rewrite that another one leads on',
    ],
    [
      'rewrites',
      [
        ['/:id', '/p/a/:id'],
        ['/p/**', '/about'],
        ['/p/:a/:b', '/docs'],
      ],
      'a rewrite that is asked for what another one leads to',
    ],
    [
      'rewrites',
      [
        ['/x/[a-z0-9]*', '/about'],
        ['/x/*', '/docs'],
      ],
      'a rule behind one for some of its paths, though all samples are among them',
    ],
    [
      'redirects',
      [
        ['!/b', 'https://example.com/'],
        ['/b', 'https://example.com/b'],
      ],
      'a rule for what another one leaves',
    ],
    [
      'redirects',
      [
        ['/x/*', '/about'],
        ['/x', '/docs/'],
      ],
      'a rule for the folder of a glob',
    ],
  ])('%s %j say nothing: %s', async (key, rules) => {
    site.write('serve.json', asLines(key, pairs(rules)));
    expect(await told()).toEqual([]);
  });

  test.each<[string, string, readonly Pair[], readonly string[]]>([
    [
      'a target that is not there',
      'redirects',
      [['/old', '/gone']],
      ['serve.json:2:13: expected a target that is there, got "/gone": 404'],
    ],
    [
      'a rewrite to nothing',
      'rewrites',
      [['/old', '/gone.html']],
      ['serve.json:2:13: expected a file of this site, got "/gone.html": there is none'],
    ],
    [
      'a rewrite that leads on to nothing',
      'rewrites',
      [
        ['/1', '/2'],
        ['/2', '/gone.html'],
      ],
      [
        'serve.json:2:13: expected a file of this site, got "/2", which leads on to "/gone.html": there is none',
        'serve.json:3:13: expected a file of this site, got "/gone.html": there is none',
      ],
    ],
    [
      'circles',
      'redirects',
      [
        ['/a/:x', '/b/:x'],
        ['/b/:x', '/a/:x'],
      ],
      [
        'serve.json:2:13: expected a way that ends, got one in circles: "/b/pws-sample to /a/pws-sample"',
        'serve.json:3:13: expected a way that ends, got one in circles: "/a/pws-sample to /b/pws-sample"',
      ],
    ],
    [
      'the spelling of a page that is another',
      'redirects',
      [['/old', '/about.html']],
      [
        'serve.json:2:13: note: expected the end of the way, got "/about.html", which leads on to "/about"',
      ],
    ],
    [
      'a rewrite of what is a file',
      'rewrites',
      [['/about', '/docs']],
      [
        'serve.json:2:13: note: expected a path that no file answers, got "/about": /about.html comes before the rule',
      ],
    ],
    [
      'a rule behind one that takes all of it',
      'redirects',
      [
        ['/a/:path*', '/docs/'],
        ['/a/(\\d+)', '/about'],
      ],
      [
        'serve.json:3:13: note: expected requests that no other rule takes, got none: "/a/:path*" in line 2 takes them all',
      ],
    ],
    [
      'rules behind all but one path',
      'redirects',
      [
        ['!/b', 'https://example.com/'],
        ['/c/**', '/about'],
      ],
      [
        'serve.json:3:13: note: expected requests that no other rule takes, got none: "!/b" in line 2 takes them all',
      ],
    ],
    [
      'a rewrite behind the shell',
      'rewrites',
      [
        ['**', '/index.html'],
        ['/old/*', '/about'],
      ],
      [
        'serve.json:3:13: note: expected requests that no other rule takes, got none: "/**" in line 2 takes them all',
      ],
    ],
  ])('a person is told of %s', async (_what, key, rules, expected) => {
    site.write('serve.json', asLines(key, pairs(rules)));
    expect(await told()).toEqual(expected);
  });

  it('rules come before those of _redirects', async () => {
    site.write('serve.json', asLines('redirects', pairs([['/a/:id?', '/about']])));
    expect(await checked('/a/:id /docs/\n/b/:id /docs/')).toEqual([
      '_redirects:1: note: expected requests that no other rule takes, got none: "/a/:id?" in line 2 of serve.json takes them all',
    ]);
  });
});

describe('of rules in the configuration file', () => {
  it('a person is told by line and column', async () => {
    site.write(
      'pws.config.json',
      asLines('redirects', [
        { from: '/old', to: '/gone' },
        { from: '/older', to: '/about.html', status: 302 },
        { from: '/app', to: '/gone.html', status: 200 },
      ]),
    );
    expect(await told()).toEqual([
      'pws.config.json:2:3: expected a target that is there, got "/gone": 404',
      'pws.config.json:3:3: note: expected the end of the way, got "/about.html", which leads on to "/about"',
      'pws.config.json:4:3: expected a file of this site, got "/gone.html": there is none',
    ]);
  });

  it('a person is told that they come before those of the files', async () => {
    site.write(
      'pws.config.json',
      asLines('redirects', [{ from: '/1/*', to: '/docs/', force: true }]),
    );
    site.write('serve.json', asLines('rewrites', pairs([['/1/*', '/about']])));
    expect(await checked('/1/:id /about 301!')).toEqual([
      '_redirects:1: note: expected requests that no other rule takes, got none: "/1/*" in line 2 of pws.config.json takes them all',
      'serve.json:2:13: note: expected requests that no other rule takes, got none: "/1/*" in line 2 of pws.config.json takes them all',
    ]);
  });
});

describe('of a folder below a path', () => {
  const guide = (redirects: string, flags: Flags = {}): Promise<string[]> => {
    mounted.write('_redirects', redirects);
    return told({ mount: [`/guide/=${mounted.root}`], ...flags });
  };

  test.each<[string, readonly string[]]>([
    ['/old /about', []],
    [
      '/old /gone',
      ['/guide/_redirects:1: expected a target that is there, got "/guide/gone": 404'],
    ],
    [
      '/a /gone.html 200',
      ['/guide/_redirects:1: expected a file of this site, got "/guide/gone.html": there is none'],
    ],
    [
      '/about /',
      [
        '/guide/_redirects:1: note: expected a path that no file answers, got "/guide/about": /guide/about.html comes before the rule',
      ],
    ],
    [
      '/a /b\n/b /a',
      [
        '/guide/_redirects:1: expected a way that ends, got one in circles: "/guide/b to /guide/a"',
        '/guide/_redirects:2: expected a way that ends, got one in circles: "/guide/a to /guide/b"',
      ],
    ],
    [
      '/a nowhere',
      ['/guide/_redirects:1:4: expected a target that begins with / or https://, got "nowhere"'],
    ],
  ])('%j is told with the path it has on the wire', async (redirects, expected) => {
    expect(await guide(redirects)).toEqual(expected);
    // The base is that of the folder at the root alone.
    expect(await guide(redirects, { base: ['/app/'] })).toEqual(expected);
  });

  it('rules of the root lead there, and none of them is asked there', async () => {
    site.write(
      '_redirects',
      '/old /guide/about\n/older /guide/gone\n/guide /docs/\n/guide/* /about',
    );
    expect(await guide('')).toEqual([
      '_redirects:2: expected a target that is there, got "/guide/gone": 404',
      '_redirects:3: note: expected paths of this folder, got "/guide": /guide/ is served from another one',
      '_redirects:4: note: expected paths of this folder, got "/guide/*": /guide/ is served from another one',
    ]);
  });
});
