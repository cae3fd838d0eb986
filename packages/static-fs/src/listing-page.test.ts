import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { ODD_ENTRIES, fileEntry } from '../test/listing-entries.ts';
import type { ListingOrder } from './listing-order.ts';
import {
  LISTING_SECURITY_POLICY,
  escapeName,
  formatSize,
  renderListingPage,
} from './listing-page.ts';

const BY_NAME: ListingOrder = { key: 'name', direction: 'ascending' };

function render(segments: readonly string[], order = BY_NAME, truncated = false): string {
  return [...renderListingPage({ segments, entries: ODD_ENTRIES, truncated }, order)].join('');
}

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_999, '1.0 MB'],
    [2_345_678, '2.3 MB'],
    [123_456_789_012, '123 GB'],
    [9e15, '9.0 PB'],
    [9e18, '9000 PB'],
  ])('of %d bytes is %j', (bytes, expected) => {
    expect(formatSize(bytes)).toBe(expected);
  });
});

describe('a name', () => {
  it.each([
    ['<b>&amp;"\'', '&lt;b&gt;&amp;amp;&quot;&#39;', 'what is markup'],
    ['a\u202Eb', 'a⟨U+202E⟩b', 'what turns text around'],
    ['\u0000\n\u007F\u009B', '⟨U+0000⟩⟨U+000A⟩⟨U+007F⟩⟨U+009B⟩', 'controls'],
    ['\u200B\uFEFF\u2028', '⟨U+200B⟩⟨U+FEFF⟩⟨U+2028⟩', 'what cannot be seen'],
    ['\uD800', '⟨U+D800⟩', 'half a pair'],
    ['é 日本 \u{1F468}\u200D\u{1F469}', 'é 日本 \u{1F468}\u200D\u{1F469}', 'what is text'],
  ])('%j is %j: %s', (name, expected) => {
    expect(escapeName(name)).toBe(expected);
  });
});

describe('the page', () => {
  it.each([
    ['root', [], BY_NAME, false],
    ['folder', ['docs', 'a&b'], { key: 'size', direction: 'descending' }, true],
  ] as const)('of the %s is the golden one', async (name, segments, order, truncated) => {
    const page = render(segments, order, truncated).replace(/<style>[^]*<\/style>/, '<style/>');
    await expect(page).toMatchFileSnapshot(`../test/listing-${name}.golden`);
  });

  it('has one style, which the policy allows, and no script', () => {
    const page = render(['docs']);
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)];
    const hash = createHash('sha256').update(styles[0]![1]!).digest('base64');
    expect(styles.length).toBe(1);
    expect(LISTING_SECURITY_POLICY).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).not.toMatch(/<script|<link|<img|\bstyle=|\bon\w+="|@import|url\(/);
  });

  it('says how many there are, and where there are more', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => fileEntry(`f${index}`, 1000));
    const pieces = [...renderListingPage({ segments: [], entries, truncated: true }, BY_NAME)];
    const page = pieces.join('');
    expect(page).toContain('only the first 10,000 names');
    expect(page).toContain('<p>10,000 files, 10 MB</p>');
    // In pieces: the longest is not much more than one row beyond 16 KiB.
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(18_000);
  });

  it('says that there is nothing', () => {
    const page = [...renderListingPage({ segments: [], entries: [], truncated: false }, BY_NAME)];
    expect(page.join('')).toContain('Nothing is in this folder.');
  });
});
