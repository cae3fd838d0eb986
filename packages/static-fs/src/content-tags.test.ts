import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { ChangingFileSource } from '../test/cached-model.ts';
import { MemoryFileSource } from '../test/memory-file-source.ts';
import { cachedFileSource, type CachedFileSourceOptions } from './cached-file-source.ts';
import { contentTags, type ContentTagsOptions } from './content-tags.ts';
import { FileSourceError } from './errors.ts';
import type { FileSource, OpenFile } from './file-source.ts';
import type { FileVersion } from './file-versions.ts';

const SLICE_BYTES = 256 * 1024;

/** The tag by its definition: the first 18 octets of the SHA-256. */
function tagOfText(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 18).toString('base64url');
}

/** Files of more than ten octets are not in memory, unless a test says otherwise. */
function setUp(options: Partial<CachedFileSourceOptions & ContentTagsOptions> = {}) {
  const disk = new ChangingFileSource();
  const clock = { nowMs: 10_000 };
  const now = (): number => clock.nowMs;
  const cached = cachedFileSource(disk, { now, largestFileBytes: 10, ...options });
  // What is opened for tags, and what a test does before that.
  const opening = { count: 0, before: (_count: number): void => {} };
  const source: FileSource = {
    open(segments) {
      opening.count += 1;
      opening.before(opening.count);
      return cached.open(segments);
    },
  };
  const tags = contentTags({ source, now, ...options });
  const tagOf = async (path: string): Promise<string | undefined> => {
    const segments = path.split('/');
    const file = await cached.open(segments);
    if (file.kind !== 'file') throw new Error(`expected a file, not ${file.kind}`);
    const tag = tags.tagOf(file, segments);
    await file.close();
    return tag;
  };
  return { disk, clock, opening, tags, tagOf };
}

describe('a file in memory', () => {
  it.each([0, 1, 11, 16 * 1024])(
    'of %d octets has its tag from the first answer on',
    async (bytes) => {
      const { disk, opening, tagOf } = setUp({ largestFileBytes: 1e6 });
      const text = 'x'.repeat(bytes);
      disk.write('a', text);
      expect(await tagOf('a')).toBe(tagOfText(text));
      expect(await tagOf('a')).toBe(tagOfText(text));
      expect(opening.count).toBe(0);
    },
  );

  it.each([16 * 1024 + 1, SLICE_BYTES, SLICE_BYTES + 1, 3 * SLICE_BYTES])(
    'of %d octets has its tag later, and nothing is opened for it',
    async (bytes) => {
      const { disk, opening, tags, tagOf } = setUp({ largestFileBytes: 1e6 });
      const text = 'x'.repeat(bytes);
      disk.write('a', text);
      expect(await tagOf('a')).toBeUndefined();
      await tags.settled();
      expect(await tagOf('a')).toBe(tagOfText(text));
      expect([opening.count, disk.openCount]).toEqual([0, 0]);
    },
  );

  it('has a tag however young it is: its octets are those that are sent', async () => {
    const { disk, clock, tags, tagOf } = setUp({ largestFileBytes: 1e6 });
    disk.write('small', 'text');
    disk.write('medium', 'x'.repeat(20_000));
    clock.nowMs = 1;
    expect(await tagOf('small')).toBe(tagOfText('text'));
    await tagOf('medium');
    await tags.settled();
    expect(await tagOf('medium')).toBe(tagOfText('x'.repeat(20_000)));
  });
});

describe('a version', () => {
  it.each([10, 20_000])('of %d octets is hashed once', async (bytes) => {
    const tags = contentTags({ source: new MemoryFileSource({}), now: () => 0 });
    const octets = new Uint8Array(bytes);
    const file = fileOf(octets, { number: 1, path: 'a' });
    tags.tagOf(file, ['a']);
    await tags.settled();
    const tag = tags.tagOf(file, ['a']);
    octets[0] = 1; // which nobody does, and would be seen if it were hashed again
    expect(tags.tagOf(file, ['a'])).toBe(tag);
    await tags.settled();
    expect(tags.tagOf(file, ['a'])).toBe(tag);
  });
});

describe('a file that is not in memory', () => {
  it.each(['more than ten', 'x'.repeat(SLICE_BYTES), 'x'.repeat(2 * SLICE_BYTES + 1)])(
    'has its tag later, and is read for it once: %#',
    async (text) => {
      const { disk, opening, tags, tagOf } = setUp();
      disk.write('a/b', text);
      const answers = await Promise.all([tagOf('a/b'), tagOf('a/b'), tagOf('a/b')]);
      expect(answers, 'not known yet').toEqual([undefined, undefined, undefined]);
      await tags.settled();
      expect(await tagOf('a/b')).toBe(tagOfText(text));
      await tags.settled();
      expect(opening.count, 'read, and looked at again').toBe(2);
      expect(disk.reads).toBe(Math.ceil(text.length / SLICE_BYTES));
      expect(disk.openCount).toBe(0);
    },
  );

  it('is not opened before the answer that asked had its turn', async () => {
    const { disk, opening, tags, tagOf } = setUp();
    disk.write('a', 'more than ten');
    await tagOf('a');
    expect(opening.count).toBe(0);
    await tags.settled();
    expect(opening.count).toBe(2);
  });

  it('is read one after the other, through one descriptor', async () => {
    const { disk, tags, tagOf } = setUp();
    const paths = ['a', 'b', 'c', 'd'];
    for (const path of paths) disk.write(path, `more than ten in ${path}`);
    const openCounts: number[] = [];
    disk.beforeRead = () => openCounts.push(disk.openCount);
    await Promise.all(paths.map(tagOf));
    await tags.settled();
    expect(openCounts).toEqual([1, 1, 1, 1]);
    for (const path of paths) expect(await tagOf(path)).toBe(tagOfText(`more than ten in ${path}`));
  });

  it.each([
    [0, false, 'just now'],
    [1999, false, 'within two seconds'],
    [2000, true, 'two seconds ago'],
    [-1, false, 'from the future, by a clock that is hardly another'],
    [-2000, true, 'from the future'],
  ])('that is %d ms old is hashed: %j, %s', async (ageMs, expected) => {
    const { disk, clock, opening, tags, tagOf } = setUp();
    disk.files.set('a', { text: 'more than ten', mtimeMs: 10_000, identity: 'first' });
    clock.nowMs = 10_000 + ageMs;
    await tagOf('a');
    await tags.settled();
    expect(opening.count > 0).toBe(expected);
    expect((await tagOf('a')) !== undefined).toBe(expected);
  });

  it('has no tag without a version, and is not opened for one', async () => {
    const source = new MemoryFileSource({ a: 'text' }, { inMemory: true });
    const tags = contentTags({ source, now: Date.now });
    const file = await source.open(['a']);
    if (file.kind !== 'file') throw new Error('it is there');
    expect(tags.tagOf(file, ['a'])).toBeUndefined();
    await tags.settled();
    expect(source.opened).toEqual(['a']);
  });

  it('leaves turns to others while it is hashed, however fast it is read', async () => {
    const { disk, tags, tagOf } = setUp();
    disk.write('a', 'x'.repeat(20 * SLICE_BYTES));
    await tagOf('a');
    let turns = 0;
    let isSettled = false;
    const settled = tags.settled().then(() => (isSettled = true));
    while (!isSettled) {
      turns += 1;
      await new Promise(setImmediate);
    }
    await settled;
    expect(turns).toBeGreaterThanOrEqual(20);
    expect(disk.reads).toBe(20);
  });
});

describe('a file that changes', () => {
  const OLD = 'the old text';
  const change: readonly (readonly [string, (disk: ChangingFileSource) => void])[] = [
    ['is written', (disk) => disk.write('a', 'the new text')],
    ['is written the same', (disk) => disk.write('a', OLD)],
    ['grows', (disk) => disk.write('a', `${OLD} and more`)],
    ['shrinks', (disk) => disk.write('a', 'the new one')],
    ['is emptied', (disk) => disk.write('a', '')],
    ['is removed', (disk) => disk.files.delete('a')],
    [
      'is replaced',
      (disk) => disk.files.set('a', { text: 'the new text', mtimeMs: 1, identity: 'second' }),
    ],
    [
      'becomes a directory',
      (disk) => {
        disk.files.delete('a');
        disk.write('a/b', OLD);
      },
    ],
  ];

  async function checkAfterwards({ disk, tags, tagOf }: ReturnType<typeof setUp>): Promise<void> {
    await tags.settled();
    expect(disk.openCount).toBe(0);
    disk.beforeRead = () => {};
    const text = disk.files.get('a')?.text;
    if (text === undefined) return;
    const known = await tagOf('a');
    expect(known === undefined || text.length <= 10, 'no tag of what was there').toBe(true);
    await tags.settled();
    expect(await tagOf('a'), 'the tag of what is there').toBe(tagOfText(text));
    expect(disk.openCount).toBe(0);
  }

  it.each(change)('before it is opened has no tag where it %s', async (_, apply) => {
    const site = setUp();
    site.disk.write('a', OLD);
    site.opening.before = (count) => count === 1 && apply(site.disk);
    await site.tagOf('a');
    await checkAfterwards(site);
  });

  it.each(change)('while it is read has no tag where it %s', async (_, apply) => {
    const site = setUp();
    site.disk.write('a', OLD);
    site.disk.beforeRead = () => site.disk.reads === 1 && apply(site.disk);
    await site.tagOf('a');
    await checkAfterwards(site);
  });

  it.each(change)('after it was read has no tag where it %s', async (_, apply) => {
    const site = setUp();
    site.disk.write('a', OLD);
    site.opening.before = (count) => count === 2 && apply(site.disk);
    await site.tagOf('a');
    await checkAfterwards(site);
  });

  it('has another tag than before, and the same one when it is back', async () => {
    const { disk, clock, tags, tagOf } = setUp();
    const seen: (string | undefined)[] = [];
    for (const text of [OLD, 'the new text', OLD]) {
      disk.write('a', text);
      clock.nowMs += 3000;
      expect(await tagOf('a')).toBeUndefined();
      await tags.settled();
      seen.push(await tagOf('a'));
    }
    expect(seen).toEqual([tagOfText(OLD), tagOfText('the new text'), tagOfText(OLD)]);
  });

  it('not, but has a new version, as a large one once has, gets the same tag again', async () => {
    const { disk, clock, opening, tags, tagOf } = setUp();
    disk.write('a', OLD);
    const seen: (string | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      seen.push(await tagOf('a'));
      await tags.settled();
      seen.push(await tagOf('a'));
      clock.nowMs += 2000;
    }
    const tag = tagOfText(OLD);
    expect(seen).toEqual([undefined, tag, undefined, tag, tag, tag, tag, tag]);
    expect(opening.count, 'read twice').toBe(4);
  });
});

describe('a file that cannot be read', () => {
  it('is tried three times, and then left alone until it is another version', async () => {
    const { disk, opening, tags, tagOf } = setUp();
    disk.write('a', 'more than ten');
    disk.beforeRead = () => {
      throw new FileSourceError('failed', 'no');
    };
    for (let round = 0; round < 5; round += 1) {
      expect(await tagOf('a')).toBeUndefined();
      await tags.settled();
      expect(disk.openCount).toBe(0);
    }
    expect(opening.count).toBe(3);
    disk.beforeRead = () => {};
    disk.write('a', 'something else');
    await tagOf('a');
    await tags.settled();
    expect(await tagOf('a')).toBe(tagOfText('something else'));
  });

  it('as far as it says has no tag, though its facts stay', async () => {
    const disk = new MemoryFileSource({ a: 'text' }, { missingBytes: 1 });
    const source = cachedFileSource(disk, { now: () => 0, largestFileBytes: 0 });
    const tags = contentTags({ source, now: Date.now });
    for (let round = 0; round < 2; round += 1) {
      const file = await source.open(['a']);
      if (file.kind !== 'file') throw new Error('it is there');
      expect([file.version?.number, tags.tagOf(file, ['a'])]).toEqual([1, undefined]);
      await file.close();
      await tags.settled();
    }
    expect(disk.openCount).toBe(0);
  });

  it('for want of descriptors is tried at each request, and has its tag in the end', async () => {
    const { disk, opening, tags, tagOf } = setUp();
    disk.write('a', 'more than ten');
    opening.before = () => {
      throw new FileSourceError('busy', 'no');
    };
    for (let round = 0; round < 5; round += 1) {
      await tagOf('a');
      await tags.settled();
    }
    expect(opening.count).toBe(5);
    opening.before = () => {};
    await tagOf('a');
    await tags.settled();
    expect(await tagOf('a')).toBe(tagOfText('more than ten'));
  });

  it('because the disk hangs is tried at each request, and spoils no other tag', async () => {
    const { disk, opening, tags, tagOf } = setUp();
    let given: Uint8Array | undefined;
    const hang = (into: Uint8Array): never => {
      given = into;
      throw new FileSourceError('stuck', 'no');
    };
    disk.write('a', 'more than ten');
    disk.beforeRead = hang;
    for (let round = 0; round < 5; round += 1) {
      await tagOf('a');
      await tags.settled();
    }
    expect(opening.count).toBe(5);
    disk.beforeRead = () => {};
    // What was given up comes back, in the middle of another file.
    disk.afterRead = () => given?.fill(0);
    await tagOf('a');
    await tags.settled();
    expect(await tagOf('a')).toBe(tagOfText('more than ten'));
  });

  it('does not keep those behind it from their tags', async () => {
    const { disk, tags, tagOf } = setUp();
    for (const path of ['a', 'b', 'c']) disk.write(path, `more than ten in ${path}`);
    disk.beforeRead = () => {
      if (disk.reads === 1) throw new Error('not even an error of this port');
    };
    await Promise.all(['a', 'b', 'c'].map(tagOf));
    await tags.settled();
    expect(await tagOf('b')).toBe(tagOfText('more than ten in b'));
    expect(await tagOf('c')).toBe(tagOfText('more than ten in c'));
    expect(await tagOf('a')).toBeUndefined();
    await tags.settled();
    expect(await tagOf('a'), 'asked for again').toBe(tagOfText('more than ten in a'));
  });
});

describe('files that wait', () => {
  const PATHS = ['a', 'b', 'c', 'd', 'e'];

  it('are no more than the bound; one that was not begun is begun when asked for again', async () => {
    const { disk, opening, tags, tagOf } = setUp({ maxWaiting: 2 });
    for (const path of PATHS) disk.write(path, `more than ten in ${path}`);
    const known = async (): Promise<number> =>
      (await Promise.all(PATHS.map(tagOf))).filter((tag) => tag !== undefined).length;
    const counts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      counts.push(await known());
      await tags.settled();
    }
    expect(counts).toEqual([0, 2, 4, 5]);
    expect(opening.count).toBe(10);
  });

  it('keep nothing in memory that its source gave up, and are asked for again', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const text = 'x'.repeat(20_000);
    const version: FileVersion = { number: 1, path: 'a' };
    const source = new MemoryFileSource({});
    const tags = contentTags({ source, now: () => 0 });
    const ask = (): readonly [string | undefined, WeakRef<Uint8Array>] => {
      const octets = new Uint8Array(Buffer.from(text));
      return [tags.tagOf(fileOf(octets, version), ['a']), new WeakRef(octets)];
    };
    // More often than a file that cannot be read would be tried.
    for (let round = 0; round < 4; round += 1) {
      // One before it, large enough that it is at work for some turns.
      const first = new Uint8Array(50 * SLICE_BYTES);
      tags.tagOf(fileOf(first, { number: 2, path: 'b' }), ['b']);
      const [, octets] = ask();
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      collectGarbage();
      expect(octets.deref()).toBeUndefined();
      await tags.settled();
    }
    expect(ask()[0], 'nothing was made of nothing').toBeUndefined();
    await tags.settled();
    expect(ask()[0]).toBe(tagOfText(text));
    expect(source.opened).toEqual([]);
  });
});

describe('settled()', () => {
  it('resolves at once where nothing was asked for', async () => {
    await setUp().tags.settled();
  });

  it('waits for what is begun while it waits', async () => {
    const { disk, tags, tagOf } = setUp();
    disk.write('a', 'more than ten in a');
    disk.write('b', 'more than ten in b');
    let other: Promise<string | undefined> | undefined;
    disk.beforeRead = () => {
      other ??= tagOf('b');
    };
    await tagOf('a');
    await tags.settled();
    expect(await other).toBeUndefined();
    expect(await tagOf('b')).toBe(tagOfText('more than ten in b'));
  });
});

function fileOf(
  octets: Uint8Array,
  version: FileVersion,
): OpenFile & { readonly version: FileVersion } {
  return {
    kind: 'file',
    lengthBytes: octets.length,
    mtimeMs: 0,
    octets,
    version,
    read: () => Promise.reject(new FileSourceError('closed', 'its octets are there')),
    close: () => Promise.resolve(),
  };
}
