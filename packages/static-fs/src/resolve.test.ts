import { describe, expect, it } from 'vitest';

import { MemoryFileSource, type MemoryEntry } from '../test/memory-file-source.ts';
import type { FileSource } from './file-source.ts';
import { resolve, type ResolveOptions } from './resolve.ts';
import { RulesInForce } from './rule-files.ts';
import type { Route, RouteRules } from './routes.ts';
import { formatSitePath, parseSitePath } from './site-path.ts';
import { SitePaths } from './site-paths.ts';
import { SeenFields } from './seen-fields.ts';
import { takeSteps } from './steps.ts';

const ENTRIES: Readonly<Record<string, MemoryEntry>> = {
  'index.html': 'front',
  'a.txt': 'a',
  'docs/index.html': 'docs',
  'both/index.htm': 'second',
  'both/index.html': 'first',
  'old/index.htm': 'old',
  'bare/a.txt': 'bare',
  'nested/index.html/a.txt': 'an index that is a directory',
  'locked.txt': { error: 'forbidden' },
  'locked/index.html': { error: 'forbidden' },
  'busy.txt': { error: 'busy' },
  'broken.txt': { error: 'failed' },
  'stuck.txt': { error: 'stuck' },
  'gone.txt': { error: 'missing' },
};

const RULES = { dotfiles: 'deny', naming: 'posix' } as const;

type Settings = Partial<Omit<ResolveOptions, 'source'>> & {
  readonly fields?: Readonly<Record<string, string>>;
};

async function resolveIn(
  source: FileSource,
  text: string,
  { fields = {}, ...settings }: Settings = {},
): Promise<string> {
  const path = parseSitePath(text, RULES);
  if (path.kind !== 'site-path') throw new Error('the path is one');
  const request = {
    method: 'GET',
    path: text,
    query: undefined,
    fields: { get: (name: string) => fields[name] },
  };
  const resolved = await takeSteps(
    resolve(
      path,
      { request, fields: new SeenFields(request.fields), question: undefined, ruling: undefined },
      {
        source,
        index: ['index.html', 'index.htm'],
        directories: undefined,
        isListed: () => true,
        renderSingle: false,
        hasCleanUrl: () => false,
        trailingSlash: 'auto',
        base: [],
        paths: new SitePaths(RULES),
        rules: undefined,
        shell: undefined,
        ...settings,
      },
    ),
  );
  switch (resolved.kind) {
    case 'redirect':
      return `redirect ${formatSitePath(resolved.to)}`;
    case 'missing':
      return `missing in ${resolved.folder.join('/')}`;
    case 'located':
      return `${resolved.role} ${resolved.segments.join('/')}`;
    case 'sent':
      return `${resolved.status} ${resolved.location}`;
    case 'page-of-status':
      return `${resolved.status} with ${resolved.page.segments.join('/')}`;
    default:
      return resolved.kind;
  }
}

describe('resolve()', () => {
  it.each([
    ['/', 'index index.html', ['index.html'], 'the index of the root: one open'],
    ['/a.txt', 'file a.txt', ['a.txt'], 'a file: one open'],
    ['/docs/', 'index docs/index.html', ['docs/index.html'], 'an index: one open'],
    [
      '/docs',
      'redirect /docs/',
      ['docs', 'docs/index.html'],
      'a directory without its slash, where it has an index',
    ],
    ['/both/', 'index both/index.html', ['both/index.html'], 'the first name wins'],
    ['/old/', 'index old/index.htm', ['old/index.html', 'old/index.htm'], 'then the second'],
    [
      '/bare',
      'missing in ',
      ['bare', 'bare/index.html', 'bare/index.htm'],
      'a directory without index and slash',
    ],
    [
      '/bare/',
      'missing in bare',
      ['bare/index.html', 'bare/index.htm'],
      'a directory without index',
    ],
    [
      '/nested/',
      'missing in nested',
      ['nested/index.html', 'nested/index.htm'],
      'an index that is none',
    ],
    ['/a.txt/', 'missing in a.txt', ['a.txt/index.html', 'a.txt/index.htm'], 'a file with a slash'],
    ['/none', 'missing in ', ['none'], 'nothing'],
    ['/locked.txt', 'forbidden', ['locked.txt'], 'no permission'],
    ['/locked/', 'forbidden', ['locked/index.html'], 'no permission for the index'],
    ['/busy.txt', 'busy', ['busy.txt'], 'no descriptor left'],
    ['/stuck.txt', 'stuck', ['stuck.txt'], 'a disk that hangs'],
    ['/broken.txt', 'failed', ['broken.txt'], 'a broken disk'],
    ['/gone.txt', 'missing in ', ['gone.txt'], 'a source that rejects for what is missing'],
  ])('finds for %j %j, opening %j: %s', async (text, expected, opened) => {
    const source = new MemoryFileSource(ENTRIES);
    expect(await resolveIn(source, text)).toBe(expected);
    expect(source.opened).toEqual(opened);
  });

  const PAGES: Readonly<Record<string, MemoryEntry>> = {
    'index.html': 'front',
    'about.html': 'about',
    'docs/index.html': 'docs',
    'docs/start.html': 'start',
    'both.html': 'page',
    'both/index.html': 'directory',
    'bare.html': 'page beside a directory',
    'bare/a.txt': 'bare',
    'v1.2.html': 'a dot in its name',
    'app.js': 'script',
    'app.mjs.html': 'a page about a script',
    plain: 'without extension',
    'plain.html': 'page',
  };

  it.each([
    ['/about', 'page about.html', 'redirect /about/', 'page about.html', 'page about.html'],
    ['/about/', 'redirect /about', 'page about.html', 'redirect /about', 'page about.html'],
    ['/about.html', 'redirect /about', 'redirect /about/', 'redirect /about', 'redirect /about'],
    [
      '/docs',
      'redirect /docs/',
      'redirect /docs/',
      'index docs/index.html',
      'index docs/index.html',
    ],
    [
      '/docs/',
      'index docs/index.html',
      'index docs/index.html',
      'redirect /docs',
      'index docs/index.html',
    ],
    ['/docs/index.html', 'redirect /docs/', 'redirect /docs/', 'redirect /docs', 'redirect /docs/'],
    ['/docs/index', 'redirect /docs/', 'redirect /docs/', 'redirect /docs', 'redirect /docs/'],
    ['/', 'index index.html', 'index index.html', 'index index.html', 'index index.html'],
    ['/index.html', 'redirect /', 'redirect /', 'redirect /', 'redirect /'],
    ['/index', 'redirect /', 'redirect /', 'redirect /', 'redirect /'],
    ['/both.html', 'file both.html', 'file both.html', 'file both.html', 'file both.html'],
    ['/bare', 'page bare.html', 'redirect /bare/', 'page bare.html', 'page bare.html'],
    ['/bare.html', 'redirect /bare', 'redirect /bare/', 'redirect /bare', 'redirect /bare'],
    ['/bare/', 'redirect /bare', 'page bare.html', 'redirect /bare', 'page bare.html'],
    ['/app.mjs.html', ...Array.from({ length: 4 }, () => 'file app.mjs.html')],
    ['/v1.2', 'page v1.2.html', 'redirect /v1.2/', 'page v1.2.html', 'page v1.2.html'],
    ['/app.js', 'file app.js', 'file app.js', 'file app.js', 'file app.js'],
    [
      '/app.js/',
      'missing in app.js',
      'missing in app.js',
      'missing in app.js',
      'missing in app.js',
    ],
    ['/plain', 'file plain', 'file plain', 'file plain', 'file plain'],
    ['/plain.html', 'file plain.html', 'file plain.html', 'file plain.html', 'file plain.html'],
    ['/none', 'missing in ', 'missing in ', 'missing in ', 'missing in '],
  ])('spells the page %s in each of four ways', async (text, auto, always, never, ignore) => {
    const source = new MemoryFileSource(PAGES);
    const ask = (trailingSlash: ResolveOptions['trailingSlash']): Promise<string> =>
      resolveIn(source, text, { hasCleanUrl: () => true, trailingSlash });
    expect([
      await ask('auto'),
      await ask('always'),
      await ask('never'),
      await ask('ignore'),
    ]).toEqual([auto, always, never, ignore]);
  });

  it.each<[string, Readonly<Record<string, MemoryEntry>>, string]>([
    ['what else has its name', { a: { error: 'busy' } }, 'busy'],
    ['whether a directory of its name has an index', { 'a/index.html': { error: 'busy' } }, 'busy'],
  ])('closes a page where it cannot be told %s', async (_what, others, expected) => {
    const source = new MemoryFileSource({ 'a.html': 'a', ...others });
    expect(await resolveIn(source, '/a.html', { hasCleanUrl: () => true })).toBe(expected);
    expect(source.openCount).toBe(0);
  });

  it('closes the index file that keeps a page from another spelling', async () => {
    const source = new MemoryFileSource(PAGES);
    expect(await resolveIn(source, '/both.html', { hasCleanUrl: () => true })).toBe(
      'file both.html',
    );
    expect(source.openCount).toBe(1);
  });

  it('leads to a path that answers, whatever spelling leads there', async () => {
    const source = new MemoryFileSource(PAGES);
    const paths = Object.keys(PAGES).flatMap((name) => [
      `/${name}`,
      `/${name.replace(/(index)?[.]html$/u, '')}`,
      `/${name.replace(/[.]html$/u, '')}/`,
    ]);
    for (const trailingSlash of ['auto', 'always', 'never', 'ignore'] as const) {
      for (const text of paths) {
        const settings = { hasCleanUrl: () => true, trailingSlash };
        const first = await resolveIn(source, text, settings);
        if (!first.startsWith('redirect ')) continue;
        const second = await resolveIn(source, first.slice('redirect '.length), settings);
        expect(`${text} ${second}`).toMatch(/ (index|page|file) /u);
      }
    }
  });

  const rulesOf = (
    forced: Record<string, Route>,
    unforced: Record<string, Route>,
  ): RulesInForce => {
    const rules: RouteRules = {
      forced: ({ path }) => forced[formatSitePath(path)],
      unforced: ({ path }) => unforced[formatSitePath(path)],
      fieldsFor: () => undefined,
    };
    return new RulesInForce({ names: ['_redirects'], compile: () => rules });
  };
  const to = (location: string): Route => ({ kind: 'redirect-to', status: 302, location });
  const within = (path: string, status = 200, role: 'file' | 'shell' = 'file'): Route => ({
    kind: 'rewrite',
    path,
    status,
    role,
  });

  it.each([
    ['/about.html', '302 /x', 'a forced rule goes before a file'],
    ['/app.js', 'file app.js', 'a file goes before a rule that is not forced'],
    ['/docs/', 'index docs/index.html', 'so does an index file'],
    ['/about', 'page about.html', 'and a page'],
    ['/old', '302 https://example.com/', 'a rule answers where there is none'],
    ['/inner', 'rewritten app.js', 'a rule leads to a file'],
    ['/to-index', 'rewritten docs/index.html', 'to the index file of a directory'],
    ['/to-page', 'rewritten about.html', 'to a page'],
    ['/to-nothing', 'missing in ', 'or to nothing'],
    ['/to-gone', '410 with about.html', 'with a status of its own'],
    ['/to-shell', 'missing in ', 'as the shell not to a program'],
    ['/to-dots', 'missing in ', 'never out of the site'],
    ['/to-rules', 'missing in ', 'never to the rules themselves'],
    ['/_redirects', 'missing in ', 'which are not there for anybody'],
    ['/_REDIRECTS', 'missing in ', 'in any case'],
    ['/docs/_redirects', 'file docs/_redirects', 'but at the root alone'],
  ])('asks for %s the rules, in order: %s, since %s', async (text, expected) => {
    const source = new MemoryFileSource({
      ...PAGES,
      _redirects: 'rules',
      _REDIRECTS: 'rules',
      'docs/_redirects': 'a file',
    });
    const rules = rulesOf(
      { '/about.html': to('/x') },
      {
        '/app.js': to('/x'),
        '/docs/': to('/x'),
        '/about': to('/x'),
        '/old': to('https://example.com/'),
        '/inner': within('/app.js'),
        '/to-index': within('/docs'),
        '/to-page': within('/about'),
        '/to-nothing': within('/none'),
        '/to-gone': within('/about', 410),
        '/to-shell': within('/', 200, 'shell'),
        '/to-dots': within('/../secret'),
        '/to-rules': within('/_redirects'),
      },
    );
    expect(await resolveIn(source, text, { rules, hasCleanUrl: () => true })).toBe(expected);
    expect(source.openCount).toBeLessThanOrEqual(1);
  });

  it('gives a shell by a rule to who goes to a page', async () => {
    const source = new MemoryFileSource(PAGES);
    const rules = rulesOf(
      {},
      { '/cart': within('/', 200, 'shell'), '/a.js': within('/', 200, 'shell') },
    );
    const fields = { 'Sec-Fetch-Mode': 'navigate' };
    expect(await resolveIn(source, '/cart', { rules, fields })).toBe('shell index.html');
    expect(await resolveIn(source, '/a.js', { rules, fields })).toBe('missing in ');
  });

  it('puts the base in front of where a rule leads on the site, and of no other', async () => {
    const source = new MemoryFileSource(PAGES);
    const rules = rulesOf({ '/a': to('/b?c'), '/d': to('https://example.com/') }, {});
    const settings = { rules, base: ['my app'] };
    expect(await resolveIn(source, '/a', settings)).toBe('302 /my%20app/b?c');
    expect(await resolveIn(source, '/d', settings)).toBe('302 https://example.com/');
    expect(await resolveIn(source, '/docs', { base: ['app'] })).toBe('redirect /app/docs/');
  });

  const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate' };

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['/cart/3', NAVIGATION, 'shell index.html', 'a person goes to a page'],
    ['/cart/', NAVIGATION, 'shell index.html', 'with a slash, too'],
    ['/cart', { Accept: 'text/html,*/*;q=0.8' }, 'shell index.html', 'an old browser, too'],
    ['/cart', { Accept: '*/*' }, 'missing in ', 'a program takes anything'],
    ['/cart', {}, 'missing in ', 'or says nothing'],
    ['/cart', { Accept: 'text/html;q=0' }, 'missing in ', 'or takes all but pages'],
    [
      '/cart',
      { 'Sec-Fetch-Mode': 'cors', Accept: 'text/html' },
      'missing in ',
      'a page loads a part of itself',
    ],
    ['/assets/gone-3f2a9c1b.js', NAVIGATION, 'missing in assets', 'an asset, whoever asks'],
    ['/users/jane.doe', NAVIGATION, 'shell index.html', 'no format that is known'],
    ['/users/jane@example.com', NAVIGATION, 'shell index.html', 'nor the name of a person'],
    ['/sites/example.com', NAVIGATION, 'shell index.html', 'nor that of a site'],
    ['/gone.html', NAVIGATION, 'shell index.html', 'a page that is no asset'],
    ['/about.html', NAVIGATION, 'file about.html', 'a page that is there'],
  ])('gives the shell for %s, %j: %s, since %s', async (text, fields, expected) => {
    const source = new MemoryFileSource(PAGES);
    expect(await resolveIn(source, text, { shell: ['index.html'], fields })).toBe(expected);
  });

  it('makes an outcome of whatever a source throws', async () => {
    const source: FileSource = {
      open: () => {
        throw new RangeError('a mistake');
      },
    };
    expect(await resolveIn(source, '/a.txt')).toBe('failed');
  });
});
