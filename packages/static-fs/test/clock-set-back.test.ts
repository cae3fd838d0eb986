// A clock that is set back to before a file was changed, while the site has the file in memory.
// RFC 9110 §8.8.2.1: no Last-Modified is later than the answer's own date.

import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';

import { createStaticSite, type EntityTagPolicy, formatHttpDate } from '../src/index.ts';
import { ask } from './exchange.ts';
import { TemporaryTree } from './temporary-tree.ts';

const TEXT = 'Text that is worth compressing, line after line.\n'.repeat(100);
const tree = new TemporaryTree();
tree.write('pub/text.txt', TEXT);
tree.write('pub/stored.txt', TEXT);
tree.write('pub/stored.txt.gz', gzipSync(TEXT));

afterAll(() => tree.remove());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each<EntityTagPolicy>(['auto', 'stat', 'content', 'off'])('with tags of %s', (etag) => {
  test.each([
    ['/text.txt', 'a file', undefined],
    ['/text.txt', 'what is compressed here', 'gzip'],
    ['/stored.txt', 'a sibling', 'gzip'],
  ])('%s: the date of %s goes back with the clock', async (target, _what, coding) => {
    let nowMs = Date.now() + HOUR_MS;
    const site = createStaticSite({ root: tree.at('pub'), etag, now: () => nowMs });
    const fields = coding === undefined ? undefined : { 'Accept-Encoding': coding };
    const modified = async (): Promise<string | undefined> => {
      const answer = await ask(site, target, 'GET', fields);
      expect(answer.fields['Content-Encoding']).toBe(coding);
      return answer.fields['Last-Modified'];
    };
    const [first] = [await modified(), await modified(), await modified()];
    nowMs -= DAY_MS;
    expect(await modified()).toBe(formatHttpDate(nowMs));
    nowMs += DAY_MS;
    expect(await modified()).toBe(first);
  });
});
