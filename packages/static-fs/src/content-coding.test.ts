import { describe, expect, it } from 'vitest';

import { codingsFor, isNegotiable, suffixOf } from './content-coding.ts';
import { mediaTypeOf } from './media-type.ts';

describe('codingsFor()', () => {
  it.each<[string | undefined, string, string]>([
    [undefined, '', 'no field: any would be acceptable, none is understood by all'],
    ['', '', 'an empty field: none (§12.5.3)'],
    ['gzip', 'gzip', 'one'],
    ['gzip, deflate, br, zstd', 'br zstd gzip', 'what browsers send: smallest first'],
    ['zstd, gzip', 'zstd gzip', 'the order of the field says nothing'],
    ['gzip, zstd', 'zstd gzip', 'the order of the field says nothing'],
    ['br;q=0.5, gzip;q=0.8, zstd;q=0.1', 'gzip br zstd', 'by weight'],
    ['br;q=0, gzip', 'gzip', 'refused'],
    ['gzip;q=0', '', 'refused'],
    ['gzip;q=1.0', 'gzip', 'a weight that says nothing new'],
    ['deflate', '', 'a coding that is not made'],
    ['x-gzip', 'gzip', 'the old name (§8.4.1.3)'],
    ['GZIP', 'gzip', 'in any case'],
    ['*', 'br zstd gzip', 'any'],
    ['*;q=0', '', 'none at all; the file itself then'],
    ['gzip, *;q=0', 'gzip', 'none but this'],
    ['*, br;q=0', 'zstd gzip', 'any but this'],
    ['identity', '', 'only as it is'],
    ['identity;q=0', '', 'not as it is, but nothing else either'],
    ['identity;q=0, gzip;q=0.1', 'gzip', 'not as it is'],
    ['identity, gzip;q=0.5', '', 'rather as it is'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip', 'as good: the smaller'],
    ['identity;q=0.5, gzip;q=0.4, br', 'br', 'between the two'],
    ['gzip;q=2', '', 'no weight: as if the field were not there'],
    ['gzipped, notbr', '', 'names that only look alike'],
  ])('tries for %j %j: %s', (acceptEncoding, expected) => {
    expect(codingsFor(acceptEncoding).join(' ')).toBe(expected);
  });

  it.each([
    ['gzip, br', 'br,gzip;q=0.9', `gzip${' '.repeat(200)}, br`],
    ['gzip', 'x-gzip', 'GZIP;q=0.001'],
    ['', 'identity', 'gzip;q=2', `deflate${' '.repeat(200)}`],
  ])('gives one list for %j and others that accept the same', (acceptEncoding, ...others) => {
    const list = codingsFor(acceptEncoding);
    for (const other of others) expect(codingsFor(other)).toBe(list);
  });

  it('knows the name of each sibling', () => {
    expect(codingsFor('*').map(suffixOf)).toEqual(['.br', '.zst', '.gz']);
  });

  it('reads the same again, however many other values came between', () => {
    const before = codingsFor('br;q=0.5, gzip;q=0.8, zstd;q=0.1');
    for (let other = 0; other < 1000; other += 1) codingsFor(`gzip, x-${other}`);
    expect(codingsFor('br;q=0.5, gzip;q=0.8, zstd;q=0.1')).toEqual(before);
    expect(codingsFor('gzip, x-7')).toEqual(['gzip']);
    const long = `gzip, ${'x'.repeat(1000)}`;
    expect([codingsFor(long), codingsFor(long)]).toEqual([['gzip'], ['gzip']]);
  });
});

describe('isNegotiable()', () => {
  it.each([
    'a.html',
    'a.js',
    'a.css',
    'a.json',
    'a.svg',
    'a.wasm',
    'a.txt',
    'a.xml',
    'a.ttf',
    'a.ico',
    'a.map',
    'LICENSE',
    'a.unknown',
    'a.bmp',
  ])('says yes for %s', (name) => {
    expect(isNegotiable(name, mediaTypeOf(name))).toBe(true);
  });

  it.each([
    'a.png',
    'a.jpg',
    'a.jpeg',
    'a.gif',
    'a.webp',
    'a.avif',
    'a.heic',
    'a.mp4',
    'a.webm',
    'a.mp3',
    'a.woff',
    'a.woff2',
    'a.zip',
    'a.gz',
    'a.pdf',
    'a.epub',
    'a.docx',
    'a.7z',
    'a.js.br',
    'a.js.zst',
    'a.js.GZ',
  ])('says no for %s, which is compressed', (name) => {
    expect(isNegotiable(name, mediaTypeOf(name))).toBe(false);
  });
});
