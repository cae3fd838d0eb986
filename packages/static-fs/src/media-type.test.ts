import { describe, expect, it } from 'vitest';

import { mediaTypeOf } from './media-type.ts';

const OCTETS = 'application/octet-stream';

describe('mediaTypeOf()', () => {
  it.each([
    ['index.html', 'text/html; charset=utf-8', 'text'],
    ['a.css', 'text/css; charset=utf-8', 'text'],
    ['a.txt', 'text/plain; charset=utf-8', 'text'],
    ['a.md', 'text/markdown; charset=utf-8', 'text'],
    ['a.csv', 'text/csv; charset=utf-8', 'text'],
    ['a.js', 'text/javascript; charset=utf-8', 'RFC 9239'],
    ['a.mjs', 'text/javascript; charset=utf-8', 'a module'],
    ['a.json', 'application/json; charset=utf-8', 'JSON'],
    ['a.js.map', 'application/json; charset=utf-8', 'a source map'],
    ['app.webmanifest', 'application/manifest+json; charset=utf-8', 'a manifest'],
    ['a.svg', 'image/svg+xml', 'XML says its own encoding'],
    ['a.xml', 'application/xml', 'XML says its own encoding'],
    ['a.atom', 'application/atom+xml', 'XML that is a feed'],
    ['a.wasm', 'application/wasm', 'what a browser insists on to compile it'],
    ['a.png', 'image/png', 'no text'],
    ['a.woff2', 'font/woff2', 'no text'],
    ['a.pdf', 'application/pdf', 'no text'],
    ['A.HTML', 'text/html; charset=utf-8', 'in any case'],
    ['a.html.txt', 'text/plain; charset=utf-8', 'the last extension counts'],
    ['a.txt.html', 'text/html; charset=utf-8', 'the last extension counts'],
    ['a.unknown-one', OCTETS, 'not in the table'],
    ['LICENSE', OCTETS, 'no extension'],
    ['html', OCTETS, 'a name is no extension'],
    ['.html', OCTETS, 'a dotfile is all name'],
    ['a.', OCTETS, 'nothing behind the dot'],
    ['', OCTETS, 'no name'],
    ['a.__proto__', OCTETS, 'a property of every object'],
    ['a.constructor', OCTETS, 'a property of every object'],
    ['a.toString', OCTETS, 'a property of every object'],
    ['a.html ', OCTETS, 'a blank belongs to the extension'],
  ])('gives for %j %j: %s', (name, expected) => {
    expect(mediaTypeOf(name)).toBe(expected);
    expect(mediaTypeOf(name), 'the second time').toBe(expected);
  });
});
