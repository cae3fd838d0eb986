import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { BUILD_MANIFESTS, readBuildManifest } from './build-manifest.ts';

/** The files that a manifest names, those that are hashed with a mark behind. */
function read(manifest: unknown): readonly string[] {
  const { files, hashed, problem } = readBuildManifest(JSON.stringify(manifest));
  expect(problem).toBeUndefined();
  return [...files].map((file) => (hashed.has(file) ? `${file} #` : file));
}

describe('readBuildManifest() reads', () => {
  test.each<[string, unknown, readonly string[]]>([
    [
      'Vite',
      {
        'index.html': {
          file: 'assets/index-BwR3k9Xq.js',
          name: 'index',
          src: 'index.html',
          isEntry: true,
          css: ['assets/index-abcdefgh.css'],
          assets: ['assets/logo-CHdo91hT.svg'],
        },
        'src/logo.svg': { file: 'assets/logo-CHdo91hT.svg', src: 'src/logo.svg' },
        '_shared-settings.js': { file: 'assets/shared-settings.js', name: 'shared' },
      },
      [
        'assets/index-BwR3k9Xq.js #',
        'assets/index-abcdefgh.css #',
        'assets/logo-CHdo91hT.svg #',
        'assets/shared-settings.js #',
      ],
    ],
    [
      'Vite that was told to write no hashes',
      {
        'src/main.ts': { file: 'js/main.js', name: 'main', css: ['js/main.css'] },
        'src/user-settings.ts': { file: 'js/user-settings.js', name: 'user-settings' },
        'src/user.ts': { file: 'js/user.js', name: 'user', assets: ['js/user-settings.png'] },
      },
      ['js/main.js', 'js/main.css', 'js/user-settings.js', 'js/user.js', 'js/user-settings.png'],
    ],
    [
      'Vite 3',
      { 'main.ts': { file: 'assets/main.83069a53.js', src: 'main.ts', isEntry: true } },
      ['assets/main.83069a53.js #'],
    ],
    [
      'Create React App',
      {
        files: {
          'main.css': '/static/css/main.3f2a9c1b.css',
          'main.js': '/static/js/main.abcdefab.js',
          'static/js/787.83069a53.chunk.js': '/static/js/787.83069a53.chunk.js',
          'index.html': '/index.html',
          'main.js.map': '/static/js/main.abcdefab.js.map',
        },
        entrypoints: ['static/css/main.3f2a9c1b.css', 'static/js/main.abcdefab.js'],
      },
      [
        'static/css/main.3f2a9c1b.css #',
        'static/js/main.abcdefab.js #',
        'static/js/787.83069a53.chunk.js',
        'index.html',
        'static/js/main.abcdefab.js.map',
      ],
    ],
    [
      'Create React App below a base path',
      { files: { 'main.js': '/app/static/js/main.abcdefab.js', 'index.html': '/app/index.html' } },
      ['static/js/main.abcdefab.js #', 'index.html'],
    ],
    [
      'webpack-manifest-plugin',
      { 'main.js': 'main.abcdefab.js', 'fonts/a.woff2': '/fonts/a.bcdefabc.woff2' },
      ['main.abcdefab.js #', 'fonts/a.bcdefabc.woff2 #'],
    ],
    [
      'files of another server as none',
      { 'main.js': 'https://cdn.example/main.abcdefab.js', 'a.js': '//cdn.example/a.abcdefab.js' },
      [],
    ],
    [
      'the manifest of a web app as one that names nothing',
      {
        name: 'App',
        short_name: 'App',
        start_url: '/index.html',
        icons: [{ src: '/icon-abcdefgh.png' }],
      },
      [],
    ],
    [
      'nothing from what does not fit',
      { 'a.js': 1, 'b.js': null, 'c.js': ['c.js'], 'd.js': 'd.css', '.js': '.js', e: 'e' },
      [],
    ],
    ['nothing from nothing', {}, []],
    [
      'no more than what stands in its place',
      { a: { file: 7, css: 'a.css', assets: [1, 'x.png'] }, b: { file: 'b.js' }, c: null, d: 'd' },
      ['x.png', 'b.js'],
    ],
    [
      'a hash of eight characters at least',
      { 'a.js': { file: 'a-abcdefg.js' }, 'b.js': { file: 'b-abcdef+h.js' } },
      ['a-abcdefg.js', 'b-abcdef+h.js'],
    ],
  ])('%s', (_what, manifest, expected) => {
    expect(read(manifest)).toEqual(expected);
  });

  it('a text that begins with a mark', () => {
    expect(readBuildManifest('\uFEFF{"a.js":"a.abcdefgh.js"}').hashed).toEqual(
      new Set(['a.abcdefgh.js']),
    );
  });
});

describe('readBuildManifest() says that it read nothing of', () => {
  test.each<[string]>([[''], ['{'], ['[]'], ['null'], ['"manifest.json"'], ['self.__BUILD = {}']])(
    '%j',
    (text) => {
      const { files, problem } = readBuildManifest(text);
      expect(files.size).toBe(0);
      expect(problem).toBe('expected a build manifest as a JSON object, got none');
    },
  );

  it('a text of more than 16 MiB', () => {
    const { problem } = readBuildManifest(`{"a":"${'a'.repeat(16 * 1024 ** 2)}"}`);
    expect(problem).toMatch(/^expected a build manifest of at most 16777216 characters/);
  });
});

describe('readBuildManifest()', () => {
  it('is for files below the root of a build, without a slash before', () => {
    expect(BUILD_MANIFESTS.every((path) => /^(?!\/).*manifest\.json$/.test(path))).toBe(true);
  });

  it('takes any JSON, and believes only what it names', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { files, hashed } = readBuildManifest(text);
        expect([...hashed].every((file) => files.has(file))).toBe(true);
      }),
    );
  });
});
