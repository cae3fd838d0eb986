import fc from 'fast-check';
import { types } from 'mime-types';
import { describe, expect, it } from 'vitest';

import { isCompressible } from './compressible.ts';
import { isNegotiable } from './content-coding.ts';
import { mediaTypeOf } from './media-type.ts';

describe('isCompressible()', () => {
  it.each([
    ['text/html; charset=utf-8', true, 'parameters do not matter'],
    ['text/html;charset=utf-8', true, 'nor does the blank before them'],
    ['TEXT/HTML', true, 'nor does case'],
    ['text/javascript', true, 'listed'],
    ['text/css', true, 'listed'],
    ['text/event-stream', true, 'listed'],
    ['text/x-nobody-knows', true, 'text all the same'],
    ['application/json', true, 'listed'],
    ['application/javascript', true, 'listed'],
    ['application/manifest+json', true, 'listed'],
    ['application/x-nobody-knows+json', true, 'JSON all the same'],
    ['application/x-nobody-knows+xml', true, 'XML all the same'],
    ['application/x-nobody-knows', false, 'nothing tells that it is text'],
    ['application/xml', true, 'listed'],
    ['application/wasm', true, 'not text, and half as large'],
    ['image/svg+xml', true, 'an image that is text'],
    ['image/x-icon', true, 'not compressed by its format'],
    ['font/ttf', true, 'not compressed by its format'],
    ['font/otf', true, 'not compressed by its format'],
    ['font/woff2', false, 'compressed by its format'],
    ['image/png', false, 'compressed by its format'],
    ['video/mp4', false, 'compressed by its format'],
    ['application/zip', false, 'compressed by its format'],
    ['application/gzip', false, 'compressed by its format'],
    ['application/pdf', false, 'compressed by its format'],
    ['application/octet-stream', false, 'a name that says nothing, though the table says yes'],
    ['', false, 'no media type'],
    ['text', false, 'half a media type'],
    ['constructor', false, 'a property of every object'],
    ['__proto__', false, 'a property of every object'],
  ])('says for %j: %s, %s', (mediaType, expected) => {
    expect(isCompressible(mediaType)).toBe(expected);
  });

  it.each([
    ['index.html', true],
    ['app.mjs', true],
    ['app.js.map', true],
    ['site.webmanifest', true],
    ['feed.rss', true],
    ['data.csv', true],
    ['notes.md', true],
    ['notes.yaml', true],
    ['LICENSE', false],
    ['disk.iso', false],
    ['photo.jpg', false],
  ])('says for the media type of %s: %s', (name, expected) => {
    expect(isCompressible(mediaTypeOf(name))).toBe(expected);
  });

  it('says the same whatever the parameters are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (mediaType, parameter) => {
        fc.pre(!mediaType.includes(';'));
        expect(isCompressible(`${mediaType};${parameter}`)).toBe(isCompressible(mediaType));
      }),
    );
  });

  it('is no for every extension whose format is taken for compressed', () => {
    const compressed = Object.values(types).filter((type) => !isNegotiable('file', type));
    expect(compressed.length).toBeGreaterThan(100);
    expect(compressed.filter((type) => isCompressible(type))).toEqual([]);
  });
});
