// The page of a directory, for people: a table that links order, a path of links above it. It runs
// no script and loads nothing. A name can hold anything that a file system lets it: it reaches the
// page as text only, through the one escaper, and as a reference only through hrefOf(). Pure.

import { createHash } from 'node:crypto';

import {
  formatModified,
  hrefOf,
  type DirectoryEntry,
  type DirectoryListing,
} from './directory-listing.ts';
import type { Segments } from './file-source.ts';
import {
  formatListingOrder,
  orderEntries,
  type ListingKey,
  type ListingOrder,
} from './listing-order.ts';

// The colours and the type of the error pages in pws-cli.
const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--paper:#fbfaf7;--line:#e4e0d8;--mark:#c2410c}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f5;--soft:#a3afbd;--paper:#12161c;--line:#2a323d;--mark:#fb923c}}
*{box-sizing:border-box}
body{margin:0;padding:3rem 2rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}
main{max-width:56rem;margin:0 auto}
h1{margin:0 0 1.75rem;font-size:clamp(1.375rem,4vw,1.875rem);font-weight:600;line-height:1.25;letter-spacing:-.015em;overflow-wrap:anywhere}
h1 a{color:var(--soft);text-decoration:none}
h1 a:hover,h1 a:focus-visible{color:var(--ink);text-decoration:underline}
h1 i{font-style:normal;font-weight:400;color:var(--mark);padding:0 .3em}
a{color:inherit;text-decoration-color:var(--mark);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--mark);outline-offset:2px;border-radius:2px}
table{width:100%;border-collapse:collapse}
th,td{padding:.5rem 0 .5rem 1.5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:baseline;white-space:nowrap}
th:first-child,td:first-child{width:100%;padding-left:0;text-align:left}
th{font:600 .8125rem/1.5 ui-monospace,monospace;color:var(--soft)}
th a{text-decoration:none}
th a:hover{color:var(--ink);text-decoration:underline}
th[aria-sort] a{color:var(--mark)}
td{color:var(--soft);font-variant-numeric:tabular-nums}
td:first-child{white-space:normal;overflow-wrap:anywhere}
td a{display:block;color:var(--ink);text-decoration:none}
td a:hover,td a:focus-visible{text-decoration:underline;text-decoration-color:var(--mark)}
.up td a{color:var(--soft)}
td bdi{white-space:pre-wrap}
.d a{font-weight:600}
.d a::after{content:"/";color:var(--mark)}
p{margin:1.25rem 0 0;color:var(--soft);font-size:.9375rem}
p[role]{margin:0 0 1.25rem;padding:.625rem 1rem;border-left:3px solid var(--mark);background:color-mix(in srgb,var(--mark) 8%,transparent);color:var(--ink)}
@media(max-width:40rem){
body{padding:1.5rem 1.125rem}
h1{margin-bottom:1.25rem}
table,tbody,thead{display:block}
tr{display:flex;flex-wrap:wrap;gap:0 1.25rem;padding:.375rem 0;border-bottom:1px solid var(--line)}
th,td,th:first-child,td:first-child{width:auto;padding:0;border:0}
th a{display:block;padding:.375rem 0}
td{font-size:.875rem}
td:first-child{flex:0 0 100%;font-size:1.0625rem}
td a{padding:.375rem 0 .125rem}
td:nth-child(n+2){padding-bottom:.25rem}
td:empty{display:none}
.up td:first-child{padding-bottom:.25rem}
}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Goes with every listing, as the value of Content-Security-Policy: nothing runs or is loaded. */
export const LISTING_SECURITY_POLICY: string = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

const HEADINGS: readonly (readonly [key: ListingKey, words: string])[] = [
  ['name', 'Name'],
  ['size', 'Size'],
  ['modified', 'Modified (UTC)'],
];

const PIECE_LENGTH = 16_384;

/** Writes a listing as an HTML page, in pieces of some kilobytes; empty ones first, while it is ordered. */
export function* renderListingPage(
  listing: DirectoryListing,
  order: ListingOrder,
): Generator<string, void, undefined> {
  const { segments, entries, truncated } = listing;
  const ordered = yield* orderEntries(entries, order);
  let piece = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeName(segments.at(-1) ?? 'Home')}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${breadcrumb(segments)}</h1>
${truncated ? `<p role="note">This folder holds more than is shown: only the first ${formatCount(entries.length, 'name')} that were found in it are here.</p>\n` : ''}<table>
<thead><tr>${HEADINGS.map(([key, words]) => heading(key, words, order)).join('')}</tr></thead>
<tbody>
${segments.length === 0 ? '' : '<tr class="up"><td><a href="../">↑ Parent folder</a></td><td></td><td></td></tr>\n'}`;
  for (const entry of ordered) {
    piece += row(entry);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}</tbody>
</table>
<p>${summary(entries)}</p>
</main>
</body>
</html>
`;
}

// Relative references, so that they hold wherever the site is mounted.
function breadcrumb(segments: Segments): string {
  const crumbs = ['Home', ...segments].map((name, depth) => {
    const text = `<bdi>${escapeName(name)}</bdi>`;
    const up = segments.length - depth;
    return up === 0 ? text : `<a href="${'../'.repeat(up)}">${text}</a>`;
  });
  return crumbs.join('<i>/</i>');
}

// A second click on the column turns it around. Sizes and dates are first asked for from the top.
function heading(key: ListingKey, words: string, order: ListingOrder): string {
  const isCurrent = order.key === key;
  const first = key === 'name' ? 'ascending' : 'descending';
  const second = key === 'name' ? 'descending' : 'ascending';
  const direction = isCurrent && order.direction === first ? second : first;
  const href = escapeText(`./?${formatListingOrder({ key, direction })}`);
  if (!isCurrent) return `<th scope="col"><a href="${href}">${words}</a></th>`;
  const arrow = order.direction === 'ascending' ? '↑' : '↓';
  return `<th scope="col" aria-sort="${order.direction}"><a href="${href}">${words} ${arrow}</a></th>`;
}

function row(entry: DirectoryEntry): string {
  const isFile = entry.kind === 'file';
  const name = `<td><a href="${escapeText(hrefOf(entry))}"><bdi>${escapeName(entry.name)}</bdi></a></td>`;
  const size = isFile
    ? `<td title="${formatCount(entry.sizeBytes, 'byte')}">${formatSize(entry.sizeBytes)}</td>`
    : '<td></td>';
  const modified = formatModified(entry.mtimeMs);
  const date =
    modified === undefined
      ? '<td></td>'
      : `<td><time datetime="${modified}">${modified.slice(0, 10)} ${modified.slice(11, 16)}</time></td>`;
  return `<tr${isFile ? '' : ' class="d"'}>${name}${size}${date}</tr>\n`;
}

function summary(entries: readonly DirectoryEntry[]): string {
  const files = entries.filter(({ kind }) => kind === 'file');
  const folders = entries.length - files.length;
  if (entries.length === 0) return 'Nothing is in this folder.';
  const parts: string[] = [];
  if (folders > 0) parts.push(formatCount(folders, 'folder'));
  if (files.length > 0) {
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    parts.push(`${formatCount(files.length, 'file')}, ${formatSize(bytes)}`);
  }
  return parts.join(' · ');
}

/** Gives a length as people say it: `999 B`, `1.5 kB`, `12 MB`; thousands, as on the disk's label. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  // As it will be rounded: 999,999 bytes are 1.0 MB, and not 1000 kB.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

function formatCount(count: number, noun: string): string {
  let digits = String(count);
  for (let at = digits.length - 3; at > 0; at -= 3) {
    digits = `${digits.slice(0, at)},${digits.slice(at)}`;
  }
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
}

// What cannot be seen, or turns what follows around: controls, separators of lines, blanks of no
// width, marks of direction, halves of pairs. Not U+200C and U+200D: scripts and emoji need them.
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

// Most names are of these, and need nothing: 0.4 ms for 10,000 of them, and not 4.
const PLAIN = /^[ !#-%(-;=?-~]*$/;

/** Writes a name as text, with what cannot be seen by its number. */
export function escapeName(name: string): string {
  return PLAIN.test(name) ? name : escapeText(name.replace(UNSEEN, toNumber));
}

function toNumber(character: string): string {
  const number = character.codePointAt(0) ?? 0;
  return `⟨U+${number.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

// Security: one escaper for text and for attributes, which are always quoted.
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
