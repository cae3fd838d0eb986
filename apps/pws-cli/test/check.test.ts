/**
 * `pws check`: what is wrong with a site, before it is deployed.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { FileSourceError } from '@pws/static-fs';
import { afterAll, describe, expect, it, test } from 'vitest';
import { renderChecked } from '../src/check.ts';
import { checkNames } from '../src/check-names.ts';
import { type CheckedSite, checkSite } from '../src/check-site.ts';
import { type CheckedFolder, checkedFolders } from '../src/checked-folder.ts';
import { resolveConfig } from '../src/config.ts';
import { readLayers } from '../src/layers.ts';
import type { OptionName } from '../src/options.ts';
import { formatProblem } from '../src/rule-problem.ts';
import { createServedSite } from '../src/served-site.ts';
import { TurnClock } from '../src/turn-clock.ts';
import { Program } from './program.ts';
import { TemporarySite } from './temporary-site.ts';

const sites: TemporarySite[] = [];
afterAll(() => {
  for (const site of sites) site.remove();
});

function siteOf(files: Readonly<Record<string, string>>): TemporarySite {
  const site = new TemporarySite(files);
  sites.push(site);
  return site;
}

const WHOLE = { 'index.html': 'Front', '404.html': 'Not here' };

async function check(
  { root }: TemporarySite,
  flags: Partial<Record<OptionName, readonly string[]>> = {},
): Promise<CheckedSite> {
  const layers = await readLayers({ root, flags }, { env: {}, cwd: root });
  return checkSite(await resolveConfig(layers));
}

describe('a person is told', () => {
  test.each<[string, Record<string, string>, Partial<Record<OptionName, string[]>>, string]>([
    ['nothing of a whole site', WHOLE, {}, 'nothing to complain about\n'],
    [
      'that there is nothing at the root',
      { '404.html': 'Not here', 'a.txt': 'a' },
      {},
      'index.html: expected an answer for /, got 404: the root has no such index file\n1 problem\n',
    ],
    [
      'nothing of that where the folder is listed',
      { '404.html': 'Not here' },
      { listing: ['true'] },
      'nothing to complain about\n',
    ],
    [
      'that the built-in page is sent for what is not there',
      { 'index.html': 'Front' },
      {},
      '404.html: note: expected a page for what is not there, got none: a built-in one is sent\n1 note\n',
    ],
    [
      'of empty pages',
      { ...WHOLE, '404.html': '', '500.html': '', 'app.html': '' },
      { spa: ['app.html'] },
      'app.html: expected the page of the application (--spa), got an empty one\n404.html: expected a page for errors, got an empty one\n500.html: expected a page for errors, got an empty one\n3 problems\n',
    ],
    [
      'that the shell is missing',
      WHOLE,
      { spa: ['app.html'] },
      'app.html: expected the page of the application (--spa), got none\n1 problem\n',
    ],
    [
      'which lines of the files of rules are wrong, in their order',
      {
        ...WHOLE,
        _headers: 'X-Early: 1\n/a\n  Content-Length: 5\n',
        _redirects: '/a\n/b /gone\n',
      },
      {},
      '_headers:1:1: expected a path before the first field, got "X-Early: 1"\n_headers:3:3: note: Content-Length is written by the server alone: this line has no effect\n_redirects:1:1: expected a target that begins with / or https://, got "/a"\n_redirects:2: expected a target that is there, got "/gone": 404\n3 problems, 1 note\n',
    ],
    [
      'nothing of those files where they are none',
      { ...WHOLE, _redirects: '/a\n' },
      { rules: ['off'] },
      'nothing to complain about\n',
    ],
    [
      'which names are not served',
      { ...WHOLE, '.env': 'SECRET=1', 'a/.DS_Store': 'x', '.well-known/security.txt': 'x' },
      {},
      '.env: note: expected names that are served, got a file that is not: it begins with a dot\na/.DS_Store: note: expected names that are served, got a file that is not: it begins with a dot\n2 notes\n',
    ],
    [
      'which names should not be served',
      { ...WHOLE, '.env.local': 'SECRET=1', '.nojekyll': '' },
      { dotfiles: ['allow'] },
      '.env.local: expected no secrets among what is served, got a name of theirs\n1 problem\n',
    ],
    [
      'which names are those of secrets, and which file is a key',
      {
        ...WHOLE,
        id_rsa: 'x',
        'a/shop.p12': 'x',
        'tls/server.key': `${'-'.repeat(5)}BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\n`,
        'tls/server.pem': '-----BEGIN CERTIFICATE-----\n',
      },
      {},
      'a/shop.p12: expected no secrets among what is served, got a name of theirs\nid_rsa: expected no secrets among what is served, got a name of theirs\ntls/server.key: expected no secrets among what is served, got a private key\n3 problems\n',
    ],
    [
      'which files are read elsewhere, and not here',
      {
        ...WHOLE,
        '.htaccess': '',
        'a/vercel.json': '{}',
        'netlify.toml': '',
        'a/_headers': '/a\n  X-A: 1\n',
      },
      {},
      '.htaccess: note: expected files of the site, got settings of Apache: they are not read here\na/_headers: note: expected rules at the root of the folder, got a file that is one like any other\nnetlify.toml: note: expected files of the site, got settings of Netlify: they are not read here\n3 notes\n',
    ],
    [
      'nothing of those that are read',
      { ...WHOLE, 'serve.json': '{}', 'pws.config.json': '{"listing": false}' },
      {},
      'nothing to complain about\n',
    ],
    [
      'what the first page loads and does not get',
      {
        ...WHOLE,
        'index.html':
          '<link rel=stylesheet href="/gone.css"><script src="app.js"></script><img src=gone.png><script src="https://example.com/x.js"></script><script src="/env.js"></script>',
        'app.js': '',
      },
      {},
      'index.html: expected what the page loads at /, got "/gone.css": 404\nindex.html: note: expected what the page loads at /, got "/gone.png": 404\n1 problem, 1 note\n',
    ],
    [
      'that it was built for another base',
      { ...WHOLE, 'index.html': '<script src="/assets/a.js"></script>', 'assets/a.js': '' },
      { base: ['/app/'] },
      'index.html: expected what the page loads at /app/, got "/assets/a.js": 404\n1 problem\n',
    ],
    [
      'what an application does not get on a page that is no file',
      {
        ...WHOLE,
        'index.html': 'Front',
        'app.html': '<script src="./app.js"></script><script src="/app.js"></script>',
        'app.js': '',
      },
      { spa: ['app.html'] },
      'app.html: expected what the page loads at /pws-sample/pws-sample, got "/pws-sample/app.js": 404\n1 problem\n',
    ],
    [
      'nothing of one that has its base',
      { ...WHOLE, 'index.html': '<base href="/"><script src="a.js"></script>', 'a.js': '' },
      { spa: ['index.html'] },
      'nothing to complain about\n',
    ],
    [
      'that it was not built',
      { ...WHOLE, 'node_modules/a/package.json': '{}' },
      {},
      'node_modules: note: expected what was built, got the packages that it was built with\n1 note\n',
    ],
    [
      'of pages that another one keeps from their path',
      {
        ...WHOLE,
        'about.html': 'a',
        'about/index.html': 'b',
        'blog.html': 'c',
        'blog/a.html': 'd',
      },
      {},
      'about.html: note: expected one page for one path, got about/index.html too, which answers\n1 note\n',
    ],
  ])('%s', async (_what, files, flags, expected) => {
    expect(renderChecked(await check(siteOf(files), flags))).toBe(expected);
  });

  it('of all that in each folder below a path, by the path it has there', async () => {
    const site = siteOf({
      ...WHOLE,
      '.env': '',
      'docs/guide.html': 'Old',
      'docs/more/.env': '',
    });
    const docs = siteOf({
      _headers: 'X-Early: 1\n',
      _redirects: '/a /gone\n',
      'serve.json': '{}',
      '500.html': '',
      '.env': '',
      'api/.env': '',
    });
    const api = siteOf({ ...WHOLE, 'app.html': '' });
    const redirects = [{ from: '/b', to: '/gone' }];
    const mounts = {
      '/docs': { root: docs.root, redirects },
      '/docs/api': { root: api.root, spa: 'app.html' },
    };
    const config = siteOf({}).write('mounts.json', JSON.stringify({ mounts }));
    const dot =
      'note: expected names that are served, got a file that is not: it begins with a dot';
    const hides = 'note: expected a name that is served, got one in whose place another folder is';
    expect(renderChecked(await check(site, { config: [config] })).split('\n')).toEqual([
      '/docs/index.html: expected an answer for /docs/, got 404: the root has no such index file',
      '/docs/404.html: note: expected a page for what is not there, got none: a built-in one is sent',
      '/docs/500.html: expected a page for errors, got an empty one',
      '/docs/api/app.html: expected the page of the application (--spa), got an empty one',
      '/docs/_headers:1:1: expected a path before the first field, got "X-Early: 1"',
      '/docs/_redirects:1: expected a target that is there, got "/docs/gone": 404',
      `${config}:1:${1 + JSON.stringify({ mounts }).indexOf('{"from"')}: expected a target that is there, got "/docs/gone": 404`,
      `.env: ${dot}`,
      `docs: ${hides}`,
      `/docs/.env: ${dot}`,
      `/docs/api: ${hides}`,
      '/docs/serve.json: note: expected files of the site, got settings of serve: they are not read here',
      '6 problems, 6 notes',
      '',
    ]);
  });

  it('of links that lead out of the folder, nowhere, or are not followed', async () => {
    const site = siteOf({ ...WHOLE, 'a.txt': 'a' });
    symlinkSync('a.txt', `${site.root}/inside`);
    symlinkSync('.', `${site.root}/folder`);
    symlinkSync('none', `${site.root}/dangling`);
    symlinkSync(siteOf(WHOLE).root, `${site.root}/outside`);
    const nowhere =
      'note: expected a link to something in the folder, got one that leads nowhere: it is not served';
    expect(renderChecked(await check(site))).toBe(
      `dangling: ${nowhere}\noutside: ${nowhere}\n2 notes\n`,
    );
    const followed = renderChecked(await check(site, { symlinks: ['follow'] }));
    expect(followed).toBe(`dangling: ${nowhere}\n1 note\n`);
    const denied = await check(site, { symlinks: ['deny'] });
    expect(denied.problems.map(({ file }) => file)).toEqual([
      'dangling',
      'folder',
      'inside',
      'outside',
    ]);
  });

  it.runIf(process.platform === 'linux')('which names nobody can ask for', async () => {
    const site = siteOf(WHOLE);
    mkdirSync(`${site.root}/sub`);
    writeFileSync(`${site.root}/sub/line\nend.txt`, 'x');
    expect(renderChecked(await check(site))).toBe(
      'sub/line\\u{a}end.txt: expected a name that can be asked for, got one that no path can hold\n1 problem\n',
    );
  });

  it('that only a part of the names was looked at', async () => {
    const folder = await folderOf({ ...WHOLE, 'a.txt': 'a' });
    const { problems, count, isCut } = await checkNames(folder, 2);
    expect([count, isCut]).toEqual([2, true]);
    const text = renderChecked({ problems, errors: 0, names: count, isCut });
    expect(text).toBe('nothing to complain about; only 2 names were looked at, there are more\n');
    expect((await checkNames(folder, 3)).isCut).toBe(false);
  });

  it('of files that are closed to the program', async () => {
    const folder = await folderOf({ 'a.txt': 'a' });
    const open = (): Promise<never> => Promise.reject(new FileSourceError('forbidden', 'closed'));
    const { problems } = await checkNames({ ...folder, source: { open } });
    expect(problems.map(formatProblem)).toEqual([
      'a.txt: expected a file that can be read, got one that is closed to this program',
    ]);
  });
});

async function folderOf(files: Readonly<Record<string, string>>): Promise<CheckedFolder> {
  const { root } = siteOf(files);
  const [folder] = checkedFolders(await createServedSite({ root }, new TurnClock()), '');
  if (folder === undefined) throw new Error('expected the folder at the root');
  return folder;
}

describe('the program', () => {
  const run = async (...args: string[]): Promise<Program> => {
    const program = new Program(args);
    await program.untilEnd();
    return program;
  };

  test.each<[string, Record<string, string>, string[], number]>([
    ['0 where all is well', WHOLE, [], 0],
    ['0 where there are only notes', { ...WHOLE, '.env': '' }, [], 0],
    ['1 where something is wrong', { '404.html': 'x' }, [], 1],
    ['1 where a server would not start for a serve.json', { 'serve.json': '{' }, [], 1],
    ['1 where it would not for its configuration file', { 'pws.config.json': '[]' }, [], 1],
    ['0 where it is right by a flag', { '404.html': 'x' }, ['--listing'], 0],
    ['2 for a flag that is none', WHOLE, ['--prot'], 2],
  ])('ends with %s', async (_when, files, flags, exitCode) => {
    const program = await run('check', siteOf(files).root, ...flags);
    expect([program.end?.exitCode, program.stdout !== '']).toEqual([exitCode, exitCode < 2]);
  });

  it('ends with 1 where there is no such folder', async () => {
    const program = await run('check', '/nowhere/at/all');
    expect([program.end?.exitCode, program.stdout]).toEqual([1, '']);
    expect(program.stderr).toContain('root: expected a folder at /nowhere/at/all');
  });

  it('says what is wrong with a file that no server would start with', async () => {
    const { root } = siteOf({ ...WHOLE, _redirects: '/a\n', 'serve.json': '{"etag": 1}' });
    const fault = 'etag: expected true or false, got 1';
    expect((await run('check', root)).stdout).toBe(
      `${root}/serve.json:1:10: ${fault}\n1 problem; nothing else was looked at\n`,
    );
    expect(JSON.parse((await run('check', root, '--json')).stdout)).toEqual({
      root: null,
      problems: [
        { file: `${root}/serve.json`, line: 1, column: 10, message: fault, severity: 'error' },
      ],
      errors: 1,
      names: 0,
      isCut: true,
    });
  });

  it('prints one JSON document with --json', async () => {
    const { root } = siteOf({ ...WHOLE, '.env': '', _redirects: '/a /gone\n/b\n' });
    const program = await run('check', root, '--json');
    expect(program.end?.exitCode).toBe(1);
    expect(JSON.parse(program.stdout)).toEqual({
      root,
      problems: [
        {
          file: '_redirects',
          line: 1,
          severity: 'error',
          message: 'expected a target that is there, got "/gone": 404',
        },
        {
          file: '_redirects',
          line: 2,
          column: 1,
          severity: 'error',
          message: expect.stringContaining('expected'),
        },
        {
          file: '.env',
          severity: 'warning',
          message: expect.stringContaining('begins with a dot'),
        },
      ],
      errors: 2,
      names: 4,
      isCut: false,
    });
  });
});
