import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type DirectoryEntry, renderListingJson } from '../src/directory-listing.ts';
import type { ListingOrder } from '../src/listing-order.ts';
import { renderListingPage } from '../src/listing-page.ts';
import { inOrder, ODD_ENTRIES } from './listing-entries.ts';

const PIECES = ['<', '>', '"', "'", '&', '&#', 'lt;', '</', '<!--', '-->', '\0', '\n', '\u202E'];
const TAGS = ['<script>', '</style>', '</title>', '</bdi>', '<img src=x onerror=', 'javascript:'];
const odd = fc.array(fc.constantFrom(...PIECES, ...TAGS, '=', ' ', 'a', '%41', '../', ']]>'));
const name = fc.oneof(
  odd.map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
  fc.constantFrom(...ODD_ENTRIES.map((entry) => entry.name)),
);
const entry: fc.Arbitrary<DirectoryEntry> = fc.record({
  name,
  kind: fc.constantFrom('file', 'directory'),
  sizeBytes: fc.nat(),
  mtimeMs: fc.oneof(fc.double(), fc.integer()),
});
const order: fc.Arbitrary<ListingOrder> = fc.record({
  key: fc.constantFrom('name', 'size', 'modified'),
  direction: fc.constantFrom('ascending', 'descending'),
});
const listing = fc.record({
  segments: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { maxLength: 3 }),
  entries: fc.array(entry, { maxLength: 8 }),
  truncated: fc.boolean(),
});

interface Token {
  readonly tag: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

// A tokenizer for what the page may consist of, and nothing else: it throws at everything that a
// browser would have to guess about. Style is raw text (HTML §13.2.5.2).
function tokenize(html: string): { readonly tags: readonly Token[]; readonly text: string } {
  const tags: Token[] = [];
  let text = '';
  const rest = html.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '');
  const token = /<(\/?[a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>|([^<>]+)|([<>])/gy;
  for (const [, tag, attributes = '', characters, stray] of rest.matchAll(token)) {
    if (stray !== undefined) throw new Error(`a stray ${stray}`);
    if (tag !== undefined) tags.push({ tag, attributes: readAttributes(attributes) });
    text += characters ?? '';
  }
  return { tags, text };
}

function readAttributes(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(
    ([, attribute, value]) => [attribute!, unescape(value!)] as const,
  );
}

function unescape(text: string): string {
  const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return text.replace(/&[^;]*;?/g, (found) => {
    const character = entities[found as keyof typeof entities];
    if (character === undefined) throw new Error(`a stray ${found}`);
    return character;
  });
}

describe('for any names', () => {
  it('the page has the elements and attributes of harmless ones, and every link is a name', () => {
    fc.assert(
      fc.property(listing, order, ({ segments, entries, truncated }, by) => {
        const page = (list: readonly DirectoryEntry[], path: readonly string[]): string =>
          [...renderListingPage({ segments: path, entries: list, truncated }, by)].join('');
        const { tags, text } = tokenize(page(entries, segments));
        const ordered = inOrder(entries, by);
        const harmless = ordered.map((each) => ({ ...each, name: 'x' }));
        const shape = tokenize(
          page(
            harmless,
            segments.map(() => 'x'),
          ),
        ).tags;
        const shapeOf = (list: readonly Token[]): string[] =>
          list.map(({ tag, attributes }) => [tag, ...attributes.map(([key]) => key)].join(' '));
        // Sorted: harmless names are all the same, and may be ordered otherwise by size.
        expect(shapeOf(tags).toSorted()).toEqual(shapeOf(shape).toSorted());
        unescape(text);

        const base = 'http://host.example/some/where/deep/';
        const hrefs = tags.flatMap(({ attributes }) =>
          attributes.filter(([key]) => key === 'href').map(([, value]) => value),
        );
        const links = hrefs.slice(segments.length + 3 + (segments.length === 0 ? 0 : 1));
        expect(links.length).toBe(entries.length);
        for (const [index, href] of links.entries()) {
          const { name: expected, kind } = ordered[index]!;
          expect(href).toMatch(/^\.\/[A-Za-z0-9_.!~*'()%-]*\/?$/);
          expect(decodeURIComponent(href.slice(2))).toBe(
            expected.replace(/\p{Surrogate}/gu, '\uFFFD') + (kind === 'directory' ? '/' : ''),
          );
          // As a browser resolves it: below the directory.
          if (/^\.{0,2}$/.test(expected)) continue;
          expect(new URL(href, base).href.startsWith(base)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('the page shows nothing that cannot be seen', () => {
    fc.assert(
      fc.property(listing, order, (list, by) => {
        const page = [...renderListingPage(list, by)].join('');
        expect(page.replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Surrogate}\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u,
        );
        expect(Buffer.from(page).toString()).toBe(page);
      }),
      { numRuns: 1000 },
    );
  });

  it('JSON gives them back', () => {
    fc.assert(
      fc.property(listing, order, (list, by) => {
        const text = [...renderListingJson(list, by)].join('');
        const parsed = JSON.parse(text) as { entries: { name: string }[] };
        const names = inOrder(list.entries, by).map((each) => each.name);
        expect(parsed.entries.map((each) => each.name)).toEqual(names);
        expect(Buffer.from(text).toString()).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('the order is one: the same however the entries came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (each) => each.name }), order, (list, by) => {
        expect(inOrder(list.toReversed(), by)).toEqual(inOrder(list, by));
      }),
      { numRuns: 1000 },
    );
  });

  it('the order of many is that of each two of them, and equal ones stay as they came', () => {
    const few: fc.Arbitrary<DirectoryEntry> = fc.record({
      name: fc.constantFrom('a', 'A', 'a1', 'a01', 'a10', 'b'),
      kind: fc.constantFrom('file', 'directory'),
      sizeBytes: fc.nat(2),
      mtimeMs: fc.constantFrom(1, 2, Number.NaN),
    });
    const many = fc.array(few, { minLength: 500, maxLength: 3000, size: 'max' });
    fc.assert(
      fc.property(many, order, (list, by) => {
        const place = new Map(list.map((each, index) => [each, index]));
        const ordered = inOrder(list, by);
        expect(new Set(ordered)).toEqual(new Set(list));
        for (const [index, next] of ordered.entries()) {
          const previous = ordered[index - 1];
          if (previous === undefined) continue;
          const isEqual = inOrder([next, previous], by)[0] === next;
          expect(inOrder([previous, next], by)[0]).toBe(previous);
          if (isEqual) expect(place.get(next)).toBeGreaterThan(place.get(previous)!);
        }
      }),
      { numRuns: 10 },
    );
  });
});
