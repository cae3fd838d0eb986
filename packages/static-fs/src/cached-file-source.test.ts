import { describe, expect, it } from 'vitest';

import { ChangingFileSource, QuickFileSource } from '../test/cached-model.ts';
import {
  cachedFileSource,
  type CachedFileSource,
  type CachedFileSourceOptions,
  type CachedOpened,
} from './cached-file-source.ts';
import type { CachedFile } from './file-versions.ts';

type Options = Omit<CachedFileSourceOptions, 'now'>;

function setUp(options?: Options) {
  const disk = new ChangingFileSource();
  const clock = { nowMs: 5000 };
  const source = cachedFileSource(disk, { now: () => clock.nowMs, ...options });
  return { disk, clock, source };
}

function fileOf(opened: CachedOpened | undefined): CachedFile {
  if (opened?.kind !== 'file') throw new Error(`expected a file, not ${opened?.kind}`);
  return opened;
}

async function openFile(source: CachedFileSource, ...segments: string[]): Promise<CachedFile> {
  return fileOf(await source.open(segments));
}

function textOf(file: CachedFile): string | undefined {
  return file.octets && Buffer.from(file.octets).toString();
}

async function readText(source: CachedFileSource, ...segments: string[]): Promise<string> {
  const file = await openFile(source, ...segments);
  const buffer = new Uint8Array(64);
  const count = await file.read(buffer, 0);
  await file.close();
  return Buffer.from(buffer.subarray(0, count)).toString();
}

describe('a small file', () => {
  it('is read once, and answered from memory while it is fresh', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a/b.txt', 'text');
    expect(source.peek(['a', 'b.txt'])).toBeUndefined();
    const file = await openFile(source, 'a', 'b.txt');
    expect(textOf(file)).toBe('text');
    clock.nowMs += 999;
    expect(source.peek(['a', 'b.txt'])).toBe(file);
    expect(await source.open(['a', 'b.txt'])).toBe(file);
    expect([disk.reads, disk.openCount]).toEqual([1, 0]);
    expect(source.counts).toMatchObject({ hits: 2, misses: 1, entries: 1 });
    clock.nowMs += 1;
    expect(source.peek(['a', 'b.txt'])).toBeUndefined();
  });

  it('keeps every fact that the source knows, and can be read from like any other', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    expect(await openFile(source, 'a')).toMatchObject({
      lengthBytes: 4,
      mtimeMs: 1,
      identity: 'first',
    });
    expect(await readText(source, 'a')).toBe('text');
    expect(await readText(source, 'a')).toBe('text');
  });

  it('keeps its version and its octets for as long as it is the same', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    const file = await openFile(source, 'a');
    for (let second = 1; second <= 5; second += 1) {
      clock.nowMs += 1000;
      expect(await openFile(source, 'a')).toBe(file);
    }
    expect(disk.openCount).toBe(0);
    // At first, after one second and after two: from then on its date cannot hide a change.
    expect(disk.reads).toBe(3);
  });

  it.each([
    ['text', 'newer', 'grown'],
    ['text', 'te', 'shrunk'],
    ['text', 'TEXT', 'changed in place'],
    ['text', '', 'emptied'],
    ['', 'text', 'filled'],
  ])('that was %j and is %j then is another version: %s', async (before, after) => {
    const { disk, clock, source } = setUp();
    disk.write('a', before);
    const old = await openFile(source, 'a');
    disk.write('a', after);
    expect(textOf(await openFile(source, 'a')), 'believed while fresh').toBe(before);
    clock.nowMs += 1000;
    const file = await openFile(source, 'a');
    expect(textOf(file)).toBe(after);
    expect(file.version).not.toBe(old.version);
    expect(textOf(old), 'whoever sends the old one still has it').toBe(before);
  });

  it('that another one was put in place of, with the same length and date, is another', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    await openFile(source, 'a');
    clock.nowMs += 10_000;
    const old = await openFile(source, 'a');
    disk.files.set('a', { text: 'TEXT', mtimeMs: 1, identity: 'second' });
    clock.nowMs += 1000;
    const file = await openFile(source, 'a');
    expect([textOf(file), file.version === old.version]).toEqual(['TEXT', false]);
  });

  // The ticks of a date can be two seconds long, and this one began when the look had taken 1500 ms.
  it('has not settled before two seconds are over since it was seen, however long it took', () => {
    const disk = new QuickFileSource();
    const clock = { nowMs: 0 };
    const source = cachedFileSource(disk, { now: () => clock.nowMs });
    const look = (): string | undefined => {
      const opened = source.peek(['a']) ?? source.openNow?.(['a']);
      return opened?.kind === 'file' ? String(opened.octets) : undefined;
    };
    disk.write('a', 'text');
    disk.beforeLook = () => (clock.nowMs += 1500);
    expect(look()).toBe('text');
    disk.beforeLook = () => {};
    clock.nowMs = 2000;
    expect(look()).toBe('text');
    clock.nowMs = 2100;
    disk.writeUnseen('a', 'TEXT');
    clock.nowMs = 3100;
    expect(look()).toBe('TEXT');
  });

  it('that is written twice within one tick of its date is found out', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    const old = await openFile(source, 'a');
    disk.writeUnseen('a', 'TEXT');
    clock.nowMs += 1000;
    const file = await openFile(source, 'a');
    expect(textOf(file)).toBe('TEXT');
    expect(file.version).not.toBe(old.version);
  });

  it('that is removed is nothing, and a file again when it is back', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    await openFile(source, 'a');
    disk.files.delete('a');
    clock.nowMs += 1000;
    expect(await source.open(['a'])).toEqual({ kind: 'nothing' });
    expect(source.peek(['a'])).toEqual({ kind: 'nothing' });
    disk.write('a', 'back');
    clock.nowMs += 1000;
    expect(textOf(await openFile(source, 'a'))).toBe('back');
    clock.nowMs += 1;
    expect(textOf(fileOf(source.peek(['a'])))).toBe('back');
  });

  it('that is written while it is read is read again', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'old text');
    disk.beforeRead = () => {
      if (disk.reads === 1) disk.write('a', 'new text');
    };
    const file = await openFile(source, 'a');
    expect([textOf(file), file.mtimeMs, disk.openCount]).toEqual(['new text', 2, 0]);
  });

  it.each([
    ['longer each time', (text: string) => `${text}x`],
    ['shorter each time', (text: string) => text.slice(1)],
    ['as long each time', (text: string) => text],
  ])('that is written whenever it is read has no version, and is not kept: %s', async (_, next) => {
    const { disk, source } = setUp();
    disk.write('a', 'old text');
    disk.beforeRead = () => disk.write('a', next(disk.files.get('a')!.text));
    const file = await openFile(source, 'a');
    expect([file.version, file.octets, disk.openCount]).toEqual([undefined, undefined, 1]);
    await file.close();
    expect(source.counts).toMatchObject({ entries: 0, bytes: 0 });
    expect(disk.openCount).toBe(0);
  });

  it('is asked for each time where nothing is believed, and read only when it changed', async () => {
    const { disk, clock, source } = setUp({ freshMs: 0 });
    disk.write('a', 'text');
    const file = await openFile(source, 'a');
    clock.nowMs += 2000;
    for (let time = 0; time < 3; time += 1) expect(await openFile(source, 'a')).toBe(file);
    expect(disk.reads).toBe(2);
    expect(source.counts).toMatchObject({ hits: 0, misses: 4 });
  });
});

describe('a large file', () => {
  const options = { largestFileBytes: 3 };

  it('is opened for each who asks, and has one version', async () => {
    const { disk, source } = setUp(options);
    disk.write('a', 'text');
    const files = await Promise.all([1, 2, 3].map(() => openFile(source, 'a')));
    expect(new Set(files).size).toBe(3);
    expect(new Set(files.map((file) => file.version)).size).toBe(1);
    expect(files[0]!.version).toBeDefined();
    expect(source.peek(['a'])).toBeUndefined();
    expect([disk.openCount, disk.reads]).toEqual([3, 0]);
    for (const file of files) await file.close();
    expect(disk.openCount).toBe(0);
  });

  it('keeps its version, but for once when its date can no longer hide a change', async () => {
    const { disk, clock, source } = setUp(options);
    disk.write('a', 'text');
    const numbers: (number | undefined)[] = [];
    for (let second = 0; second < 6; second += 1) {
      const file = await openFile(source, 'a');
      numbers.push(file.version?.number);
      await file.close();
      clock.nowMs += 1000;
    }
    expect(numbers).toEqual([1, 1, 2, 2, 2, 2]);
    disk.write('a', 'TEXT');
    const file = await openFile(source, 'a');
    expect(file.version?.number).toBe(3);
    await file.close();
  });

  it('that became small is in memory', async () => {
    const { disk, clock, source } = setUp(options);
    disk.write('a', 'text');
    await (await openFile(source, 'a')).close();
    disk.write('a', 'abc');
    clock.nowMs += 1000;
    expect(textOf(await openFile(source, 'a'))).toBe('abc');
    expect(disk.openCount).toBe(0);
  });
});

describe('what is no file', () => {
  it('is remembered, for no longer than a second', async () => {
    const { disk, clock, source } = setUp({ freshMs: 60_000 });
    disk.write('a/b', 'text');
    expect(await source.open(['none'])).toEqual({ kind: 'nothing' });
    expect(await source.open(['a'])).toEqual({ kind: 'directory' });
    expect(source.peek(['none'])).toEqual({ kind: 'nothing' });
    expect(source.peek(['a'])).toEqual({ kind: 'directory' });
    clock.nowMs += 1000;
    expect(source.peek(['none'])).toBeUndefined();
    expect(disk.opens).toBe(2);
  });

  it('pushes out no file, however much is guessed', async () => {
    const { disk, source } = setUp({ memoryBytes: 64 * 1024 });
    disk.write('a', 'text');
    await openFile(source, 'a');
    for (let guess = 0; guess < 10_000; guess += 1) await source.open([`guess-${guess}`]);
    expect(source.peek(['a'])).toMatchObject({ kind: 'file' });
    expect(source.counts.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(source.counts.entries).toBeLessThan(64);
  });

  it('is told apart from paths that only look the same when they are joined', async () => {
    const { disk, source } = setUp();
    disk.write('a/b', 'text');
    await openFile(source, 'a', 'b');
    expect(source.peek(['a/b'])).toBeUndefined();
    await source.open([]);
    expect(source.peek([''])).toBeUndefined();
  });
});

describe('several who ask at once', () => {
  it('share one question', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    const files = await Promise.all(Array.from({ length: 50 }, () => openFile(source, 'a')));
    expect(new Set(files).size).toBe(1);
    // One to read it, one to look again.
    expect([disk.opens, disk.reads]).toEqual([2, 1]);
    expect(source.counts).toMatchObject({ hits: 49, misses: 1 });
  });

  it('share its error, which is not kept', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    disk.isBusy = true;
    const settled = await Promise.allSettled([source.open(['a']), source.open(['a'])]);
    for (const result of settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { kind: 'busy' } });
    }
    expect(disk.opens).toBe(1);
    disk.isBusy = false;
    expect(textOf(await openFile(source, 'a'))).toBe('text');
  });

  it('have no version of a file that changes whenever it is read', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    disk.beforeRead = () => disk.write('a', 'text');
    const files = await Promise.all([openFile(source, 'a'), openFile(source, 'a')]);
    for (const file of files) {
      expect(file.version).toBeUndefined();
      await file.close();
    }
    expect(disk.openCount).toBe(0);
  });

  it('have a version of a file that there is no room for', async () => {
    const { disk, source } = setUp({ memoryBytes: 8 });
    disk.write('a', 'a text of some length');
    const file = await openFile(source, 'a');
    expect([file.version?.path, file.octets, source.counts.bytes]).toEqual(['a', undefined, 0]);
    await file.close();
    expect(disk.openCount).toBe(0);
  });

  it('do not join a question that hangs', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'old');
    let release = (): void => {};
    disk.gate = new Promise((resolve) => (release = resolve));
    const first = openFile(source, 'a');
    disk.gate = Promise.resolve();
    clock.nowMs += 1000;
    expect(textOf(await openFile(source, 'a'))).toBe('old');
    release();
    expect(textOf(await first)).toBe('old');
    expect(disk.openCount).toBe(0);
  });

  it('are not misled by an answer that comes late', async () => {
    const { disk, clock, source } = setUp();
    let release = (): void => {};
    disk.gate = new Promise((resolve) => (release = resolve));
    const late = source.open(['a']);
    disk.gate = Promise.resolve();
    clock.nowMs += 1000;
    disk.write('a', 'text');
    await openFile(source, 'a');
    disk.files.delete('a');
    release();
    expect(await late).toEqual({ kind: 'nothing' });
    expect(source.peek(['a']), 'what was asked later').toMatchObject({ kind: 'file' });
  });
});

it('the octets of an answer that comes late are not kept in place of newer ones', async () => {
  const { disk, clock, source } = setUp();
  disk.write('a', 'old');
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  // The late one has opened and read it, and hangs when it looks again.
  disk.beforeRead = () => {
    if (disk.reads === 1) disk.gate = gate;
  };
  const late = openFile(source, 'a');
  while (disk.opens < 2) await Promise.resolve();
  disk.gate = Promise.resolve();
  clock.nowMs += 1000;
  disk.write('a', 'new');
  const file = await openFile(source, 'a');
  disk.files.set('a', { text: 'old', mtimeMs: 1, identity: 'first' });
  release();
  expect(textOf(await late)).toBe('old');
  expect(source.peek(['a'])).toBe(file);
  expect(disk.openCount).toBe(0);
});

describe('an error', () => {
  it('of a read closes the file', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    disk.beforeRead = () => {
      throw new Error('no');
    };
    await expect(source.open(['a'])).rejects.toThrow('no');
    expect(disk.openCount).toBe(0);
    expect(source.counts).toMatchObject({ entries: 0, bytes: 0 });
  });

  it('of looking again costs the octets, and not the answer', async () => {
    const { disk, source } = setUp();
    disk.write('a', 'text');
    disk.beforeRead = () => {
      disk.isBusy = true;
    };
    await expect(source.open(['a']), 'the second try').rejects.toMatchObject({ kind: 'busy' });
    expect(disk.openCount).toBe(0);
  });

  it('leaves what is known, for when the error is over', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    const file = await openFile(source, 'a');
    clock.nowMs += 1000;
    disk.isBusy = true;
    await expect(source.open(['a'])).rejects.toMatchObject({ kind: 'busy' });
    disk.isBusy = false;
    expect(await openFile(source, 'a')).toBe(file);
  });
});

describe('what hangs on a version', () => {
  it('counts, and goes with the version', async () => {
    const { disk, clock, source } = setUp();
    disk.write('a', 'text');
    const { version } = await openFile(source, 'a');
    const before = source.counts.bytes;
    expect(source.grow(version!, 1000)).toBe(true);
    expect(source.counts.bytes).toBe(before + 1000);
    clock.nowMs += 1000;
    await openFile(source, 'a');
    expect(source.counts.bytes, 'while the version stays').toBe(before + 1000);
    disk.write('a', 'TEXT');
    clock.nowMs += 1000;
    await openFile(source, 'a');
    expect(source.counts.bytes).toBe(before);
    expect(source.grow(version!, 1000)).toBe(false);
  });

  it('is refused where there is no room', async () => {
    const { disk, source } = setUp({ memoryBytes: 4096 });
    disk.write('a', 'text');
    const { version } = await openFile(source, 'a');
    expect(source.grow(version!, 4096)).toBe(false);
  });
});
