// Files of some megabytes that are asked for again and again: sent out of memory, a piece at a
// time, and yet of one version, within the one bound, with nothing left open.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StaticResponse } from '../src/response.ts';
import { requestFor } from './exchange.ts';
import { filmSite, settleFilm } from './film-site.ts';

const MIB = 1024 * 1024;
const LENGTH = 2 * MIB + MIB / 2;

interface Taken {
  readonly status: number;
  /** How many octets there were of each. */
  readonly letters: Readonly<Record<string, number>>;
  /** How many octets were read into the buffer of who asked. */
  readonly readBytes: number;
}

function setUp(memoryBytes = 64 * MIB) {
  const film = filmSite({ memoryBytes });
  const respond = async (range?: string): Promise<StaticResponse> =>
    film.site.respond(requestFor('/film.mp4', 'GET', range === undefined ? {} : { Range: range }));
  const askFor = async (range?: string): Promise<Taken> => take(await respond(range));
  return { ...film, respond, askFor };
}

/** Takes a content as whoever sends it does. */
async function take({ status, content }: StaticResponse): Promise<Taken> {
  const letters: Record<string, number> = {};
  let readBytes = 0;
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const octets = await content?.next?.();
      const count = octets === undefined ? ((await content?.read(buffer)) ?? 0) : 0;
      const taken = octets ?? buffer.subarray(0, count);
      if (taken.length === 0) return { status, letters, readBytes };
      readBytes += count;
      const letter = String.fromCharCode(taken[0]!);
      if (taken.some((octet) => octet !== taken[0])) throw new Error('two versions in one piece');
      letters[letter] = (letters[letter] ?? 0) + taken.length;
    }
  } finally {
    await content?.close();
  }
}

/** As a site is when its file has been there for some time and is asked for. */
async function setUpSettled(memoryBytes?: number) {
  const all = setUp(memoryBytes);
  await settleFilm(all, LENGTH, () => all.askFor('bytes=-1'));
  return all;
}

describe('a file of some megabytes', () => {
  it('is read once, and sent from memory', async () => {
    const { disk, askFor, source } = await setUpSettled();
    expect(await askFor()).toEqual({ status: 200, letters: { a: LENGTH }, readBytes: 0 });
    const { reads } = disk;
    const { bytes } = source.counts;
    expect(await askFor()).toEqual({ status: 200, letters: { a: LENGTH }, readBytes: 0 });
    const range = await askFor('bytes=1000000-2499999');
    expect(range).toEqual({ status: 206, letters: { a: 1_500_000 }, readBytes: 0 });
    expect([disk.reads, disk.openCount]).toEqual([reads, 0]);
    expect(source.counts.bytes).toBe(bytes);
    expect(bytes).toBeGreaterThan(LENGTH);
  });

  it('is not kept where it is asked for once', async () => {
    const { disk, askFor, source } = setUp();
    disk.write('film.mp4', 'a'.repeat(LENGTH));
    expect((await askFor()).readBytes).toBe(LENGTH);
    expect(source.counts.bytes).toBeLessThan(MIB);
  });

  it('is not kept where it would be more than its share of memory', async () => {
    const { askFor, source } = await setUpSettled(8 * MIB);
    for (let time = 0; time < 3; time += 1) expect((await askFor()).readBytes).toBe(LENGTH);
    expect(source.counts.bytes).toBeLessThan(MIB);
  });

  it('is read on where its pieces were given up meanwhile', async () => {
    const { disk, source, askFor, respond } = await setUpSettled(16 * MIB);
    await askFor();
    const response = await respond();
    expect(await response.content?.next?.()).toHaveLength(MIB);
    for (let index = 0; index < 20; index += 1) {
      disk.write(`other-${index}`, 'x'.repeat(MIB));
      await source.open([`other-${index}`]);
    }
    const rest = await take(response);
    expect(rest).toEqual({ status: 200, letters: { a: LENGTH - MIB }, readBytes: LENGTH - MIB });
    expect(disk.openCount).toBe(0);
  });

  it('that is written over is cut off where it was not all in memory, and not else', async () => {
    const { disk, askFor, respond } = await setUpSettled();
    const half = await respond();
    expect(await half.content?.next?.()).toHaveLength(MIB);
    disk.write('film.mp4', 'b'.repeat(LENGTH));
    await expect(take(half)).rejects.toMatchObject({ kind: 'changed' });
    expect((await askFor()).letters).toEqual({ b: LENGTH });

    const other = await setUpSettled();
    await other.askFor();
    const whole = await other.respond();
    other.disk.write('film.mp4', 'b'.repeat(LENGTH));
    expect((await take(whole)).letters).toEqual({ a: LENGTH });
    expect(disk.openCount + other.disk.openCount).toBe(0);
  });
});

it('for any course of changes, an answer is of one version, and memory is bounded', async () => {
  const letter = fc.constantFrom('a', 'b');
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ range: fc.constantFrom('', '-1', '0-', '1048000-2200000') }),
    },
    { weight: 1, arbitrary: fc.record({ write: letter }) },
    { weight: 1, arbitrary: fc.record({ whileRead: letter, after: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ waitMs: fc.constantFrom(500, 1000, 3000) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.constantFrom(2 * MIB, 15 * MIB, 64 * MIB),
      async (steps, memoryBytes) => {
        const { disk, clock, source, askFor } = await setUpSettled(memoryBytes);
        for (const action of steps) {
          if ('waitMs' in action) clock.nowMs += action.waitMs;
          if ('write' in action) disk.write('film.mp4', action.write.repeat(LENGTH));
          if ('whileRead' in action) {
            let reads = 0;
            disk.afterRead = () => {
              if (reads === action.after) disk.write('film.mp4', action.whileRead.repeat(LENGTH));
              reads += 1;
            };
          }
          if ('range' in action) {
            const range = action.range === '' ? undefined : `bytes=${action.range}`;
            // Where it changed while it was sent, there is no answer.
            const taken = await askFor(range).catch((error: unknown) => {
              expect(error).toMatchObject({ kind: 'changed' });
            });
            if (taken !== undefined) expect(Object.keys(taken.letters)).toHaveLength(1);
          }
          expect(source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
          expect(disk.openCount).toBe(0);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
