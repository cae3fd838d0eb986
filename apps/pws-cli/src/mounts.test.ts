import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import { type GivenArguments, readLayers } from './layers.ts';

// site/site/     served: the file lies beside it, in site/
// site/docs/     in the folder of the file
// docs/          outside of it
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-mounts-'));
const at = (name: string): string => join(folder, name);
for (const name of ['site/site', 'site/docs', 'docs']) mkdirSync(at(name), { recursive: true });
writeFileSync(at('file'), '');
symlinkSync(at('docs'), at('site/out'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => rmSync(at('site/pws.config.json'), { force: true }));

async function resolve(
  file: object | undefined,
  flags: GivenArguments['flags'] = {},
): Promise<ServerConfig> {
  if (file !== undefined) writeFileSync(at('site/pws.config.json'), JSON.stringify(file));
  const given = { root: at('site/site'), flags };
  return resolveConfig(await readLayers(given, { env: {}, cwd: folder }));
}

describe('mounts', () => {
  const AS_THE_ROOT = {
    shell: undefined,
    cleanUrls: true,
    trailingSlash: 'auto',
    cache: 'auto',
    listing: false,
    rules: 'netlify',
    symlinks: 'within',
    etag: 'auto',
  };

  it('of a flag count from where the person stands', async () => {
    const { mounts } = await resolve(undefined, { mount: ['/a=docs', '/b=site/docs'] });
    expect(mounts).toEqual([
      { base: '/a/', root: at('docs'), ...AS_THE_ROOT },
      { base: '/b/', root: at('site/docs'), ...AS_THE_ROOT },
    ]);
  });

  it('of a file count from its folder', async () => {
    const { mounts } = await resolve({ mounts: { '/docs': 'docs' } });
    expect(mounts).toMatchObject([{ base: '/docs/', root: at('site/docs') }]);
  });

  it('of a flag take the place of those of a file', async () => {
    const { mounts } = await resolve({ mounts: { '/docs': 'docs' } }, { mount: ['/a=docs'] });
    expect(mounts).toMatchObject([{ base: '/a/', root: at('docs') }]);
    expect(mounts).toHaveLength(1);
  });

  it('have what the root has, but for its shell, where they say nothing', async () => {
    const own = { root: 'docs', spa: '200.html', cache: 60, rules: 'off' };
    const { mounts } = await resolve(
      { spa: true, cache: 'off', listing: true, mounts: { '/a': 'docs', '/b': own } },
      { 'clean-urls': ['false'] },
    );
    const common = { cleanUrls: false, listing: true };
    expect(mounts).toMatchObject([
      { ...common, shell: undefined, cache: 'off', rules: 'netlify' },
      { ...common, shell: '200.html', cache: 60, rules: 'off' },
    ]);
  });

  it('have nothing of the serve.json of the root, which is about its own folder', async () => {
    const said = {
      cleanUrls: false,
      trailingSlash: true,
      directoryListing: ['/public'],
      symlinks: false,
      etag: false,
    };
    writeFileSync(at('site/site/serve.json'), JSON.stringify(said));
    try {
      const config = await resolve({ mounts: { '/a': 'docs' } }, { etag: ['content'] });
      expect(config.serveJson?.json.directoryListing).toMatchObject([{ text: '/public' }]);
      expect(config).toMatchObject({ symlinks: 'deny', trailingSlash: 'always', listing: true });
      expect(config.mounts).toMatchObject([{ ...AS_THE_ROOT, etag: 'content' }]);
    } finally {
      rmSync(at('site/site/serve.json'));
    }
  });

  it('of a file that was named may be anywhere', async () => {
    const config = at('site/pws.config.json');
    const { mounts } = await resolve({ mounts: { '/docs': '../docs' } }, { config: [config] });
    expect(mounts).toMatchObject([{ root: at('docs') }]);
  });

  const WITHIN = 'since nobody named this file with --config';
  test.each<[string, object | undefined, GivenArguments['flags'], number, string]>([
    ['a folder outside', { mounts: { '/a': '../docs' } }, {}, 2, WITHIN],
    ['a link that leads outside', { mounts: { '/a': 'out' } }, {}, 2, WITHIN],
    ['a folder that is not there', { mounts: { '/a': 'none' } }, {}, 1, 'but there is none'],
    ['a file for one', undefined, { mount: ['/a=file'] }, 1, 'is a file'],
    ['none for a flag', undefined, { mount: ['/a=none'] }, 1, 'mount /a/: expected a folder at'],
    ['the same path twice', undefined, { mount: ['/a=docs', '/a/=docs'] }, 2, 'got /a/ again'],
    ['it in a file', { mounts: { '/a': 'docs', '/a/': 'docs' } }, {}, 2, 'got /a/ again'],
    ['the root itself', undefined, { mount: ['/=docs'] }, 2, 'that is where the root is served'],
    ['the base', { base: '/a', mounts: { '/a/': 'docs' } }, {}, 2, '(--base)'],
  ])('are refused with %s', async (_what, file, flags, exitCode, message) => {
    const failure = await resolve(file, flags).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({ exitCode, message: expect.stringContaining(message) });
    if (file !== undefined) {
      expect((failure as CommandError).message).toContain('site/pws.config.json:1:');
    }
  });
});
