import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isHashedName } from './hashed-name.ts';

const isHashed = (path: string): boolean => isHashedName(path.split('/'));

describe('isHashedName() believes', () => {
  test.each<[string, string]>([
    ['assets/index-BwR3k9Xq.js', 'Vite'],
    ['assets/index-DVoHNO1Y.css', 'Vite'],
    ['assets/react-CHdo91hT.svg', 'Vite'],
    ['assets/index-n_ryQ3BS.css', 'Vite, a hash with an underscore'],
    ['assets/index-f40OySzR.js', 'Vite'],
    ['assets/index--wR3k9Xq.js', 'Vite, a hash that begins with a dash'],
    ['assets/vendor-C1kOLN5-.js', 'Vite, a hash that ends with one'],
    ['assets/index-legacy-DRf8L97S.js', 'Vite, for old browsers'],
    ['assets/index-BwR3k9Xq.js.map', 'Vite, its map'],
    ['assets/index.83069a53.js', 'Vite 3'],
    ['assets/index-83069a53.js', 'Vite 4'],
    ['app/assets/index-BwR3k9Xq.js', 'Vite, below a base path'],
    ['assets/guide_start.md.DRf8L97S.lean.js', 'VitePress'],
    ['assets/inter-roman-latin.Di8DUHzh.woff2', 'VitePress, a font'],
    ['chunk-DRfXLnSq.js', 'Rollup'],
    ['js/app-DRf8L97S.mjs', 'Rollup'],
    ['main.3f2a9c1b.js', 'webpack'],
    ['main.3f2a9c1b8d7e6f5a4b3c.css', 'webpack by itself'],
    ['runtime~main.3f2a9c1b.js', 'webpack, its runtime'],
    ['vendors~app.3f2a9c1b.bundle.js', 'webpack'],
    ['123.3f2a9c1b8d7e6f5a4b3c.js', 'webpack, a chunk by number'],
    ['3f2a9c1b8d7e6f5a4b3c.png', 'webpack, an asset'],
    ['static/js/main.3f2a9c1b.chunk.js', 'Create React App'],
    ['static/js/787.3f2a9c1b.chunk.js.map', 'Create React App, a map'],
    ['static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg', 'Create React App'],
    ['js/chunk-vendors.83069a53.js', 'Vue CLI'],
    ['index.3f2a9c1b.js', 'Parcel'],
    ['logo.0c5c14e9.svg', 'Parcel'],
    ['app-3f2a9c1b8d7e6f5a4b3c.js', 'Gatsby'],
    ['webpack-runtime-0a9c3f1b8d7e6f5a4b3c.js', 'Gatsby'],
    ['_next/static/chunks/main-3f2a9c1b8d7e6f5a.js', 'Next'],
    ['_next/static/chunks/pages/_app-83069a5383069a53.js', 'Next'],
    ['_next/static/css/3f2a9c1b8d7e6f5a.css', 'Next'],
    ['_next/static/media/e4af272ccee01ff0-s.p.woff2', 'Next, a font'],
    ['_next/static/chunks/2jmuhu3tasq_b.js', 'Next 16, by Turbopack'],
    ['_next/static/chunks/turbopack-2u1d16houkiyo.js', 'Next 16, its runtime'],
    ['_next/static/chunks/2r-j1mswrimuf.css', 'Next 16'],
    ['_next/static/Zk1_r0bFqYtPzXn3bVdQe/_buildManifest.js', 'Next, below the id of the build'],
    ['_next/static/46t7_t15woyCHtX0P-LEN/_ssgManifest.js', 'Next 16, below the id of the build'],
    ['docs/_next/static/chunks/webpack.js', 'Next, below a base path'],
    ['_astro/index.BwR3k9Xq.css', 'Astro'],
    ['_astro/hoisted.DiwrgTda.js', 'Astro, a hash that looks like words'],
    ['_astro/photo.DiwrgTda_Z1kXqp.webp', 'Astro, a picture that was altered'],
    [
      '_astro/Page.astro_astro_type_script_index_0_lang.DGhgUSk-.js',
      'Astro 5, the script of a page',
    ],
    ['_astro/count-words.v_R0ncdA.js', 'Astro 5, a part that is loaded later'],
    ['_astro/about.Dm0h5LRY.css', 'Astro 5, a style sheet'],
    ['_astro/tree.DXhnCQmD_wQBwb.png', 'Astro 5, a picture as it came'],
    ['_astro/tree.DXhnCQmD_ymcG2.webp', 'Astro 5, a picture by sharp'],
    ['_astro/tree.DXhnCQmD_Z2fLUeq.png', 'Astro 5, a picture below a base path'],
    ['_astro/fonts/d076ef20034ed7d3.ttf', 'Astro 5, a font: nothing but a hash'],
    ['_app/immutable/entry/start.BwR3k9Xq.js', 'SvelteKit'],
    ['_app/immutable/nodes/0.DiwrgTda.js', 'SvelteKit'],
    ['_app/immutable/chunks/preload-helper.js', 'SvelteKit: the folder says it'],
    ['_nuxt/BwR3k9Xq.js', 'Nuxt, nothing but a hash'],
    ['_nuxt/entry.DiwrgTda.css', 'Nuxt'],
    ['main-5ANURT3O.js', 'Angular'],
    ['polyfills-FFHMD2TL.js', 'Angular'],
    ['styles-CQFGD2NG.css', 'Angular'],
    ['chunk-ABCDEFGH.js', 'esbuild, without a digit'],
    ['main.83069a5383069a53.js', 'Angular 15'],
    ['chunk-ch6q3x1k.js', 'Bun'],
    ['css/base.55e7cbb9ba48.css', 'Django'],
    ['unicorn-d41d8cd98f.css', 'gulp-rev'],
    [
      'application-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.css',
      'Rails, Hugo',
    ],
    ['assets/javascripts/bundle.3f2a9c1b.min.js', 'MkDocs'],
    ['de.3f2a9c1b.json', 'texts of a language'],
    ['module.BwR3k9Xq.wasm', 'WebAssembly'],
    ['INDEX-BwR3k9Xq.JS', 'a kind in capitals'],
  ])('%s: %s', (path) => {
    expect(isHashed(path)).toBe(true);
  });
});

describe('isHashedName() does not believe', () => {
  test.each<[string, string]>([
    ['', 'no name'],
    ['assets', 'no kind'],
    ['.js', 'nothing but a kind'],
    ['jquery-3.7.1.js', 'a version'],
    ['jquery-3.7.1.min.js', 'a version'],
    ['bootstrap.bundle.min.js', 'parts of a name'],
    ['react.production.min.js', 'parts of a name'],
    ['my-component.js', 'words'],
    ['user-settings.js', 'words, the last of eight letters'],
    ['assets/user-settings.js', 'words in assets'],
    ['_astro/user-settings.js', 'words where Astro writes'],
    ['fonts/d076ef20034ed7d3.ttf', 'nothing but a hash, where Astro does not write'],
    ['_astro/fonts/d076ef20034ed7d.ttf', 'fifteen digits'],
    ['_astro/fonts/deadbeefdeadbeef.ttf', 'letters of hexadecimal'],
    ['_astro/fonts/sourcesans-pro-1.ttf', 'words of sixteen characters'],
    ['_nuxt/entry.js', 'a name that somebody chose for Nuxt'],
    ['_nuxt/settings.js', 'eight small letters'],
    ['_nuxt/builds/latest.json', 'what tells of a new build'],
    ['_nuxt/builds/meta/3f2a9c1b.html', 'a page'],
    ['_next/static/development/_buildManifest.js', 'what is not built'],
    ['_next/static', 'the folder itself'],
    ['_next/data/Zk1_r0bFqYtPzXn3bVdQe/index.json', 'data of a page'],
    ['_app/version.json', 'what tells of a new build'],
    ['page-data/app-data.json', 'Gatsby: what tells of a new build'],
    ['static/about/index.js', 'a folder that others have too'],
    ['v-12345678.js', 'a number'],
    ['app.20240101.js', 'a date'],
    ['report-20240101.pdf', 'a date'],
    ['photo-20240101a.jpg', 'a date with a letter'],
    ['photo-2024010a.jpg', 'digits with a letter behind'],
    ['photo-e1234567.jpg', 'a number with a letter before'],
    ['img-cafe2024.jpg', 'a word and a year'],
    ['IMG_20230512.jpg', 'a camera'],
    ['trip-DSCF4567.jpg', 'a camera'],
    ['trip-DSC04213.jpg', 'a camera'],
    ['inter-variable.woff2', 'a font'],
    ['assets/Inter-SemiBold.woff2', 'a font: eight letters in mixed case'],
    ['assets/Poppins-DemiBold.woff2', 'a font'],
    ['typescript.js', 'a word'],
    ['logo-facebook.svg', 'a word of eight letters'],
    ['assets/logo-LinkedIn.svg', 'a name in mixed case'],
    ['assets/logo-WhatsApp.svg', 'a name in mixed case'],
    ['assets/logo-YouTube1.svg', 'a name with a digit'],
    ['assets/phone-iPhone14.png', 'a name with digits'],
    ['icon-MacOS14b.png', 'a name with digits'],
    ['mp3ToWav.js', 'a name alone'],
    ['audio-mp3ToWav.js', 'a conversion'],
    ['lib-DataGrid.js', 'a class'],
    ['lib-HTMLView.js', 'a class'],
    ['team-McKenzie.jpg', 'a person'],
    ['team-Kuzmenko.jpg', 'a person'],
    ['sheet-Q3FY2024.png', 'a quarter'],
    ['icon-32x32x16.png', 'sizes'],
    ['photo-1280x720.jpg', 'sizes'],
    ['codec-h264x265.js', 'names of codecs'],
    ['shape-A1-B2-C3.svg', 'several short parts'],
    ['font-v2-Beta1.woff2', 'two short parts'],
    ['logo-WINDOWS7.svg', 'a word in capitals with a digit'],
    ['file-ORIGINAL.jpg', 'a word in capitals'],
    ['styles-ORIGINAL.css', 'a word in capitals, a style sheet'],
    ['chunk-ABCDEFGH.svg', 'a picture, which esbuild calls otherwise'],
    ['my-chunk-REGISTRY.js', 'a word in capitals behind a longer name'],
    ['data-abcdefgh.json', 'small letters'],
    ['data-deadbeef.json', 'letters of hexadecimal'],
    ['page-deadbeef.html', 'a page'],
    ['page-3f2a9c1b.html', 'a page with a hash'],
    ['_app/immutable/page.html', 'a page in a folder that is hashed'],
    ['feed-3f2a9c1b.xml', 'a feed'],
    ['report-3f2a9c1b.pdf', 'a document'],
    ['notes-3f2a9c1b.txt', 'a document'],
    ['app-3f2a9c1.js', 'seven digits: a commit'],
    ['app-3f2a9c1b8.js', 'nine'],
    ['3f2a9c1b.js', 'nothing but a short hash'],
    ['6ce24c58023cc2f8fd88fe9d219db6c6.jpg', 'nothing but an MD5: an avatar'],
    ['5f8d0d55b54764421b7156d9.jpg', 'an id of MongoDB'],
    ['user-5f8d0d55b54764421b7156d9.jpg', 'an id of MongoDB'],
    ['550e8400-e29b-41d4-a716-44665544000a.jpg', 'a UUID'],
    ['user-550e8400-e29b-41d4-a716-44665544000a.jpg', 'a UUID'],
    ['app-3F2A9C1B.js', 'hexadecimal in capitals'],
    ['sw.js', 'a service worker'],
    ['favicon.ico', 'an icon'],
    ['index-BwR3k9Xq', 'a hash without a kind'],
    ['index-BwR3k9Xq.js.txt', 'another kind'],
    ['-BwR3k9Xq.js', 'no name before the dash'],
    ['index-BwR3k9Xß.js', 'a character of no alphabet'],
    [`${'a'.repeat(250)}-BwR3k9Xq.js`, 'a name that no file has'],
  ])('%s: %s', (path) => {
    expect(isHashed(path)).toBe(false);
  });
});

describe('isHashedName()', () => {
  it('takes any names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (segments) => {
        expect(typeof isHashedName(segments)).toBe('boolean');
      }),
    );
  });

  it('never believes words with a dash between them', () => {
    const word = fc.stringMatching(/^[a-z]{1,20}$/);
    fc.assert(
      fc.property(word, word, fc.constantFrom('js', 'css', 'svg', 'json'), (a, b, kind) => {
        expect(isHashedName(['assets', `${a}-${b}.${kind}`])).toBe(false);
      }),
    );
  });

  it('never believes numbers', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.-]{1,40}$/), (number) => {
        expect(isHashedName(['assets', `v${number}.js`])).toBe(false);
      }),
    );
  });

  it('believes most of what Vite writes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // A small generator of its own (Park and Miller), so that the count is the same each time.
    let state = 1;
    const draw = (): string => {
      state = (state * 48_271) % 2_147_483_647;
      return alphabet[Math.floor(state / 33_554_431.984_375)] ?? '_';
    };
    const hashes = Array.from({ length: 10_000 }, () => Array.from({ length: 8 }, draw).join(''));
    const believed = (folder: string): number =>
      hashes.filter((hash) => isHashedName([folder, `index-${hash}.js`])).length;
    expect(believed('assets')).toBeGreaterThan(9000);
    expect(believed('js')).toBeGreaterThan(8400);
    expect(believed('_astro')).toBeGreaterThan(9950);
  });
});
