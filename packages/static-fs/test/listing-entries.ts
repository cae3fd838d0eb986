// Entries of a directory that a listing has to stand: names of every kind. For tests.

import type { DirectoryEntry } from '../src/directory-listing.ts';
import { orderEntries, type ListingOrder } from '../src/listing-order.ts';

const MODIFIED_MS = Date.UTC(2024, 4, 6, 7, 8, 9);

/** A file of a listing. */
export function fileEntry(
  name: string,
  sizeBytes: number = 5,
  mtimeMs: number = MODIFIED_MS,
): DirectoryEntry {
  return { name, kind: 'file', sizeBytes, mtimeMs };
}

/** A directory of a listing. */
export function directoryEntry(name: string, mtimeMs: number = MODIFIED_MS): DirectoryEntry {
  return { name, kind: 'directory', sizeBytes: 0, mtimeMs };
}

/** Names that were found to break listings elsewhere, and names that only look odd. */
export const ODD_ENTRIES: readonly DirectoryEntry[] = [
  fileEntry('photo-10.jpg', 999, MODIFIED_MS + 86_400_000),
  fileEntry('<img src=x onerror=alert(1)>'),
  fileEntry('photo-2.jpg', 2_345_678, MODIFIED_MS + 1000),
  directoryEntry('folder & more'),
  fileEntry('"onmouseover="alert(1)'),
  fileEntry("'onclick='alert(1)"),
  fileEntry('javascript:alert(1)', 0),
  fileEntry('&lt;b&gt;'),
  fileEntry('a?b#c%20d.txt', 1234),
  fileEntry('invoice\u202Egnp.exe'),
  fileEntry('line\nbreak\u0000\u009B'),
  fileEntry('no date', 5, Number.NaN),
  fileEntry('year ten thousand', 5, 253_402_300_800_000),
  fileEntry('日本語 \u{1F600}.txt', 123_456_789_012),
  directoryEntry('Archive'),
  directoryEntry('</a></td></table><script>alert(1)</script>'),
];

/** Orders entries, all slices in one go. */
export function inOrder(
  entries: readonly DirectoryEntry[],
  order: ListingOrder,
): readonly DirectoryEntry[] {
  const ordering = orderEntries(entries, order);
  for (;;) {
    const { done, value } = ordering.next();
    if (done === true) return value;
  }
}
