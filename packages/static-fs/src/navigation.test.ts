import { describe, expect, it } from 'vitest';

import { namesAsset } from './navigation.ts';

describe('namesAsset()', () => {
  it.each([
    ['app.js', true, 'a script'],
    ['style.CSS', true, 'in any case'],
    ['font.woff2', true, 'a font'],
    ['data.json', true, 'data'],
    ['setup.exe', true, 'a program'],
    ['page.html', false, 'a page'],
    ['page.xhtml', false, 'a page of the other kind'],
    ['cart', false, 'no extension'],
    ['.hidden', false, 'all name'],
    ['jane.doe', false, 'no format'],
    ['v1.2', false, 'a version'],
    ['example.com', false, 'a domain'],
    ['jane@example.js', false, 'an address'],
    ['constructor', false, 'nothing but a word'],
    ['a.constructor', false, 'a property of every object'],
  ])('says of %s: %s, since it is %s', (name, expected) => {
    const path = { kind: 'site-path', segments: ['a', name], endsWithSlash: false } as const;
    expect(namesAsset(path)).toBe(expected);
  });

  it('says no of a directory, and of the root', () => {
    expect(namesAsset({ kind: 'site-path', segments: ['app.js'], endsWithSlash: true })).toBe(
      false,
    );
    expect(namesAsset({ kind: 'site-path', segments: [], endsWithSlash: true })).toBe(false);
  });
});
