// Small ranges of a large file, asked of a whole site: out of memory, and yet of one version that
// was true at most a second ago, within the one bound, with nothing left open.

import { renameSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { nodeDisk, type Disk } from '../src/disk.ts';
import { nodeFileSourceOn } from '../src/node-file-source.ts';
import { createStaticSite } from '../src/static-site.ts';
import { ask, readAll, requestFor, type Answer } from './exchange.ts';
import { filmSite, settleFilm } from './film-site.ts';
import { TemporaryTree } from './temporary-tree.ts';

const LENGTH = 150_000;

function setUp(memoryBytes = 16 * 1024 * 1024) {
  const film = filmSite({ largestFileBytes: 1000, memoryBytes });
  const askFor = (range: string, fields = {}, method = 'GET'): Promise<Answer> =>
    ask(film.site, '/film.mp4', method, { Range: range, ...fields });
  return { ...film, askFor };
}

/** As a site is when its file has been there for some time. */
async function setUpSettled(memoryBytes?: number) {
  const all = setUp(memoryBytes);
  await settleFilm(all, LENGTH, () => all.askFor('bytes=0-9'));
  // It is believed from here on.
  await all.askFor('bytes=0-9');
  return all;
}

describe('a small range that is asked for again', () => {
  it('is answered at once, as it was from the disk', async () => {
    const { disk, askFor, site } = await setUpSettled();
    const answers = [await askFor('bytes=5-9'), await askFor('bytes=5-9')];
    const { opens, reads } = disk;
    const fields = { Range: 'bytes=5-9' };
    const response = site.respond(requestFor('/film.mp4', 'GET', fields));
    if (response instanceof Promise) throw new Error('it is in memory');
    expect(Buffer.from(response.content?.octets ?? []).toString()).toBe('aaaaa');
    expect(Object.fromEntries(response.fields)).toEqual(answers[0]?.fields);
    // Whoever reads it as if it were a file may.
    expect((await readAll(response.content!, 2)).toString()).toBe('aaaaa');
    await response.content?.close();
    expect([disk.opens, disk.reads, disk.openCount]).toEqual([opens, reads, 0]);
    expect(response.status).toBe(206);
    expect(Object.isFrozen(response.fields)).toBe(true);
  });

  it('counts as an answer of memory', async () => {
    const { source, askFor } = await setUpSettled();
    await askFor('bytes=5-9');
    await askFor('bytes=5-9');
    const { hits, misses, bytes } = source.counts;
    await askFor('bytes=5-9');
    await askFor('bytes=20-29');
    expect(source.counts).toMatchObject({ hits: hits + 2, misses, bytes });
    expect(bytes).toBeGreaterThan(64 * 1024);
  });

  it.each<[string, string, Record<string, string>, string, number]>([
    ['a tag that it has', 'bytes=5-9', { 'If-None-Match': '*' }, 'GET', 304],
    ['a tag that it has not', 'bytes=5-9', { 'If-Match': '"other"' }, 'GET', 412],
    ['octets behind its end', 'bytes=150000-', {}, 'GET', 416],
    ['another version', 'bytes=5-9', { 'If-Range': '"other"' }, 'GET', 200],
    ['two parts', 'bytes=5-9,100-109', {}, 'GET', 206],
    ['much of it', 'bytes=5-99999', {}, 'GET', 206],
    ['all of it', 'bytes=0-', {}, 'GET', 206],
    ['no part of it', '', {}, 'GET', 200],
    ['its fields', 'bytes=5-9', {}, 'HEAD', 200],
  ])('is asked for with %s as before', async (_what, range, fields, method, status) => {
    const young = setUp();
    young.disk.write('film.mp4', 'a'.repeat(LENGTH));
    const expected = await young.askFor(range, fields, method);
    expect(expected.status).toBe(status);
    const { disk, askFor } = await setUpSettled();
    for (let time = 0; time < 3; time += 1) {
      const answer = await askFor(range, fields, method);
      const boundary = /-{0,2}[\w-]{20,}/g;
      expect(answer.status).toBe(status);
      expect(answer.text?.replace(boundary, '')).toBe(expected.text?.replace(boundary, ''));
      expect(Object.keys(answer.fields)).toEqual(Object.keys(expected.fields));
      expect(disk.openCount).toBe(0);
    }
  });
});

describe('a file that changes', () => {
  it('is another one a second later', async () => {
    const { disk, clock, askFor } = await setUpSettled();
    for (let time = 0; time < 3; time += 1) await askFor('bytes=5-9');
    disk.write('film.mp4', 'b'.repeat(LENGTH));
    expect((await askFor('bytes=5-9')).text, 'it is believed').toBe('aaaaa');
    clock.nowMs += 1000;
    expect((await askFor('bytes=5-9')).text).toBe('bbbbb');
    disk.files.delete('film.mp4');
    clock.nowMs += 1000;
    expect((await askFor('bytes=5-9')).status).toBe(404);
    expect(disk.openCount).toBe(0);
  });

  it('while a part is read gives none of it to be kept', async () => {
    const { disk, clock, askFor } = await setUpSettled();
    await askFor('bytes=5-9');
    let isWritten = false;
    disk.afterRead = () => {
      if (!isWritten) disk.write('film.mp4', 'b'.repeat(LENGTH));
      isWritten = true;
    };
    // The part was read of the old one, which is gone: so it is the new one that answers.
    expect((await askFor('bytes=5-9')).text).toBe('bbbbb');
    for (let second = 0; second < 4; second += 1) {
      clock.nowMs += 1000;
      expect((await askFor('bytes=5-9')).text).toBe('bbbbb');
    }
    expect(disk.openCount).toBe(0);
  });

  it('is answered for as it is where it cannot be read to be kept', async () => {
    const { disk, askFor, source } = await setUpSettled();
    await askFor('bytes=5-9');
    const { bytes } = source.counts;
    disk.isBusy = true;
    const answer = await askFor('bytes=5-9');
    expect([answer.status, answer.fields['Retry-After']]).toEqual([503, '1']);
    expect(source.counts.bytes).toBe(bytes);
    disk.isBusy = false;
    expect((await askFor('bytes=5-9')).text).toBe('aaaaa');
  });
});

it('parts of one file leave the others in memory', async () => {
  const { disk, source, askFor } = await setUpSettled(2 * 1024 * 1024);
  disk.write('film.mp4', 'a'.repeat(4 * 1024 * 1024));
  const names = Array.from({ length: 100 }, (_, index) => `small-${index}`);
  for (const name of names) {
    disk.write(name, 'text');
    await source.open([name]);
  }
  for (let position = 0; position < 4e6; position += 50_000) {
    for (let time = 0; time < 3; time += 1) await askFor(`bytes=${position}-${position + 9}`);
  }
  expect(source.counts.bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
  for (const name of names) expect(source.peek([name])).toMatchObject({ kind: 'file' });
});

describe('for any course of ranges, changes and time', () => {
  it('octets are of one version that was true at most a second ago, and memory is bounded', async () => {
    const letter = fc.constantFrom('a', 'b', 'c');
    const start = fc.oneof(fc.constantFrom(0, 65_530, 65_536), fc.nat(LENGTH - 1));
    const bytes = fc.constantFrom(1, 10, 60_000, 65_536, 70_000);
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ start, bytes }) },
      { weight: 1, arbitrary: fc.record({ write: letter, lengthBytes: fc.nat(LENGTH) }) },
      { weight: 1, arbitrary: fc.record({ whileRead: letter }) },
      { weight: 1, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 499, 1000, 3000) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(64 * 1024, 512 * 1024, 4 * 1024 * 1024),
        async (steps, memoryBytes) => {
          const { disk, clock, source, askFor } = setUp(memoryBytes);
          const versions: { readonly sinceMs: number; readonly letter: string }[] = [];
          const write = (name: string, lengthBytes = LENGTH): void => {
            disk.write('film.mp4', name.repeat(lengthBytes));
            versions.push({ sinceMs: clock.nowMs, letter: name });
          };
          write('a');
          for (const action of steps) {
            if ('waitMs' in action) clock.nowMs += action.waitMs;
            if ('write' in action) write(action.write, action.lengthBytes);
            if ('whileRead' in action) {
              disk.afterRead = () => {
                disk.afterRead = () => {};
                // One that is longer looks like one that was added to.
                write(action.whileRead, disk.files.get('film.mp4')?.text.length);
              };
            }
            if ('start' in action) {
              const askedMs = clock.nowMs;
              const last = action.start + action.bytes - 1;
              // Where it changed while it was sent, there is no answer.
              const answer = await askFor(`bytes=${action.start}-${last}`).catch(() => undefined);
              const text = answer?.status === 206 ? (answer.text ?? '') : '';
              const letters = new Set(text);
              expect(letters.size).toBeLessThanOrEqual(1);
              const believable = versions.filter((_, index) => {
                const untilMs = versions[index + 1]?.sinceMs ?? Infinity;
                return untilMs > askedMs - 1000;
              });
              for (const sent of letters) expect(believable.map((v) => v.letter)).toContain(sent);
            }
            expect(source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
            expect(disk.openCount).toBe(0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('on a disk', () => {
  const tree = new TemporaryTree();
  afterAll(() => tree.remove());

  it('a file is answered for from memory for as long as it is there', async () => {
    const path = tree.write('film.mp4', 'a'.repeat(LENGTH));
    let opens = 0;
    const disk: Disk = {
      ...nodeDisk,
      localDeviceSync: (root) => statSync(root, { bigint: true }).dev,
      open: (pathname, flags) => {
        opens += 1;
        return nodeDisk.open(pathname, flags);
      },
    };
    const clock = { nowMs: 0 };
    const below = nodeFileSourceOn(disk, { root: tree.path, now: () => Date.now() + 3000 });
    const source = cachedFileSource(below, { now: () => clock.nowMs, largestFileBytes: 1000 });
    const site = createStaticSite({ source });
    const askFor = (): Promise<Answer> => ask(site, '/film.mp4', 'GET', { Range: 'bytes=5-9' });
    for (let time = 0; time < 3; time += 1) await askFor();
    expect(opens).toBe(3);
    for (; clock.nowMs < 10_000; clock.nowMs += 1000) {
      expect((await askFor()).text).toBe('aaaaa');
    }
    expect(opens).toBe(3);
    writeFileSync(`${path}.next`, 'b'.repeat(LENGTH));
    renameSync(`${path}.next`, path);
    clock.nowMs += 1000;
    expect((await askFor()).text).toBe('bbbbb');
    expect(tree.openDescriptors()).toEqual([]);
  });
});
