// What a content tag is by its definition, and how a test asks for one.

import { createHash } from 'node:crypto';

import type { CachedFileSource } from '../src/cached-file-source.ts';
import type { ContentTags } from '../src/content-tags.ts';
import type { FileSource } from '../src/file-source.ts';
import type { CachedFile } from '../src/file-versions.ts';

/** Gives the first 18 octets of the SHA-256. */
export function tagOfOctets(octets: string | Uint8Array): string {
  return createHash('sha256').update(octets).digest().subarray(0, 18).toString('base64url');
}

/** Opens a file of a cached source; `undefined` where there is none. */
export async function openFile(
  source: CachedFileSource,
  path: string,
): Promise<CachedFile | undefined> {
  const opened = await source.open(path.split('/'));
  return opened.kind === 'file' ? opened : undefined;
}

/** Asks until there is a tag, or none to be had. */
export async function tagInTheEnd(
  source: FileSource,
  tags: ContentTags,
  path: string,
): Promise<string | undefined> {
  const segments = path.split('/');
  for (let round = 0; round < 5; round += 1) {
    const opened = await source.open(segments);
    if (opened.kind !== 'file') return undefined;
    const tag = tags.tagOf(opened, segments);
    await opened.close();
    if (tag !== undefined) return tag;
    await tags.settled();
  }
  return undefined;
}
