import {
  closeSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { contentTags } from '../src/content-tags.ts';
import type { FileSource } from '../src/file-source.ts';
import { nodeFileSource } from '../src/node-file-source.ts';
import { openFile, tagInTheEnd, tagOfOctets } from './content-tags-model.ts';
import { TemporaryTree } from './temporary-tree.ts';

describe('a disk', () => {
  const LENGTH_BYTES = 1_300_000;
  const OLD = Buffer.alloc(LENGTH_BYTES, 'old ');
  const NEW = Buffer.alloc(LENGTH_BYTES, 'new ');
  const EPOCH = new Date('2024-01-01T00:00:00Z');
  const tree = new TemporaryTree();
  afterAll(() => tree.remove());
  afterEach(() => expect(tree.openDescriptors()).toEqual([]));

  /** Runs what a test does each time a file that was opened for a tag is read from. */
  function watched(inner: FileSource, beforeRead: (count: number) => void): FileSource {
    let count = 0;
    return {
      async open(segments) {
        const opened = await inner.open(segments);
        if (opened.kind !== 'file') return opened;
        const read = opened.read.bind(opened);
        return Object.assign(opened, {
          read: (into: Uint8Array, position: number) => {
            count += 1;
            beforeRead(count);
            return read(into, position);
          },
        });
      },
    };
  }

  function setUp(root = tree.path, beforeRead: (count: number) => void = () => {}) {
    const source = cachedFileSource(nodeFileSource({ root }), { now: () => performance.now() });
    // Ten seconds on, so that what a test has just written is old enough.
    const now = (): number => Date.now() + 10_000;
    return { source, tags: contentTags({ source: watched(source, beforeRead), now }) };
  }

  it('gives replicas of other dates the same tags, for files of any length', async () => {
    const lengths = [0, 1, 16 * 1024, 16 * 1024 + 1, 256 * 1024, 256 * 1024 + 1, LENGTH_BYTES];
    for (const [index, replica] of ['one', 'other'].entries()) {
      for (const length of lengths) {
        const path = tree.write(`${replica}/${length}.bin`, OLD.subarray(0, length));
        if (index === 0) utimesSync(path, EPOCH, EPOCH);
      }
    }
    for (const replica of ['one', 'other']) {
      const { source, tags } = setUp(tree.at(replica));
      for (const length of lengths) {
        const tag = await tagInTheEnd(source, tags, `${length}.bin`);
        expect(tag).toBe(tagOfOctets(OLD.subarray(0, length)));
      }
    }
  });

  it.each<[string, (path: string) => void]>([
    [
      'replaced by another of the same length and date',
      (path) => {
        writeFileSync(`${path}-next`, NEW);
        utimesSync(`${path}-next`, EPOCH, EPOCH);
        renameSync(`${path}-next`, path);
      },
    ],
    [
      'written in place, and dated back',
      (path) => {
        const descriptor = openSync(path, 'r+');
        writeSync(descriptor, NEW);
        closeSync(descriptor);
        utimesSync(path, EPOCH, EPOCH);
      },
    ],
    ['truncated', (path) => truncateSync(path, LENGTH_BYTES - 1)],
    ['truncated to nothing', (path) => truncateSync(path, 0)],
    ['removed', (path) => rmSync(path)],
  ])('has no tag for a file that is %s while it is hashed', async (name, apply) => {
    const path = tree.write(`${name}.bin`, OLD);
    utimesSync(path, EPOCH, EPOCH);
    let reads = 0;
    const { source, tags } = setUp(tree.path, (count) => {
      reads = count;
      if (count === 2) apply(path);
    });
    const before = await openFile(source, `${name}.bin`);
    if (before === undefined) throw new Error('it is there');
    expect(tags.tagOf(before, [`${name}.bin`])).toBeUndefined();
    await tags.settled();
    expect(tags.tagOf(before, [`${name}.bin`]), 'neither the old nor the new').toBeUndefined();
    expect(reads).toBeGreaterThanOrEqual(2);
    await tags.settled();
    await before.close();

    const after = await openFile(source, `${name}.bin`);
    const octets = Buffer.alloc(after?.lengthBytes ?? 0);
    await after?.read(octets, 0);
    await after?.close();
    const expected = after === undefined ? undefined : tagOfOctets(octets);
    expect(await tagInTheEnd(source, tags, `${name}.bin`), 'of what is there').toBe(expected);
  });

  it('never has a tag of other octets, where files are replaced all the time', async () => {
    const { source, tags } = setUp();
    const tagsByLength = new Map<number, string>();
    let known = 0;
    for (let round = 0; round < 60; round += 1) {
      const length = 300_000 + (round % 3);
      const octets = OLD.subarray(0, length);
      tagsByLength.set(length, tagOfOctets(octets));
      writeFileSync(tree.at('next.bin'), octets);
      renameSync(tree.at('next.bin'), tree.at('live.bin'));
      for (let ask = 0; ask < 3; ask += 1) {
        const file = await openFile(source, 'live.bin');
        const tag = file && tags.tagOf(file, ['live.bin']);
        await file?.close();
        if (tag !== undefined) {
          known += 1;
          expect(tag).toBe(tagsByLength.get(file?.lengthBytes ?? 0));
        }
        // Now and then there is time enough for one.
        if (round % 5 === 0) await tags.settled();
      }
    }
    await tags.settled();
    expect(known).toBeGreaterThan(0);
  });
});
