import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import { contentTags } from '../src/content-tags.ts';
import { ChangingFileSource } from './cached-model.ts';
import { openFile, tagInTheEnd, tagOfOctets } from './content-tags-model.ts';
import { MemoryFileSource } from './memory-file-source.ts';

describe('for any content', () => {
  it('the tag is of the octets, however they are read, wherever they are, whatever their date', async () => {
    const date = fc.integer({ min: 0, max: 2e12 });
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(fc.record({ mtimeMs: date, maxReadBytes: fc.integer({ min: 1, max: 400 }) }), {
          minLength: 2,
          maxLength: 4,
        }),
        fc.constantFrom(0, 100, 1e6),
        async (text, replicas, largestFileBytes) => {
          for (const [index, options] of replicas.entries()) {
            const disk = new MemoryFileSource({ [`site-${index}/a`]: text }, options);
            const source = cachedFileSource(disk, { now: () => 0, largestFileBytes });
            const tags = contentTags({ source, now: () => 3e12 });
            const tag = await tagInTheEnd(source, tags, `site-${index}/a`);
            expect(tag).toBe(tagOfOctets(text));
            expect(tag).toMatch(/^[\w-]{24}$/);
            expect(disk.openCount).toBe(0);
          }
        },
      ),
    );
  });
});

// In memory and hashed at once; in memory; not in memory.
const TEXTS = ['1', '2', 'a'.repeat(20_000), 'b'.repeat(20_000), 'c'.repeat(300), 'd'.repeat(300)];
const LARGEST_BYTES = [1e6, 200];

/** A disk of which a test does one thing after the other, and what time it is there. */
class Course {
  readonly disk: ChangingFileSource = new ChangingFileSource();
  readonly clock: { nowMs: number } = { nowMs: 1e6 };
  readonly now = (): number => this.clock.nowMs;
  #count = 0;

  write(path: string, text: string): void {
    const identity = this.disk.files.get(path)?.identity ?? 'first';
    this.disk.files.set(path, { text, mtimeMs: this.clock.nowMs, identity });
  }

  /** Puts another file there, with a date that was given to it. */
  replace(path: string, text: string): void {
    this.#count += 1;
    this.disk.files.set(path, { text, mtimeMs: 1000, identity: `replaced ${this.#count}` });
  }

  /** Writes in place within the tick of the date: no fact of the file changes. */
  writeUnseen(path: string): void {
    const file = this.disk.files.get(path);
    if (file === undefined || this.clock.nowMs - file.mtimeMs >= 2000) return;
    const other = TEXTS.find((text) => text.length === file.text.length && text !== file.text);
    this.disk.writeUnseen(path, other ?? file.text);
  }
}

const path = fc.constantFrom('a', 'a', 'b');
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ ask: path }) },
  { weight: 1, arbitrary: fc.record({ write: path, text: fc.constantFrom(...TEXTS) }) },
  { weight: 1, arbitrary: fc.record({ replace: path, text: fc.constantFrom(...TEXTS) }) },
  { weight: 2, arbitrary: fc.record({ unseen: path }) },
  { weight: 1, arbitrary: fc.record({ remove: path }) },
  { weight: 3, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 999, 1000, 3000) }) },
  { weight: 3, arbitrary: fc.record({ turns: fc.constantFrom(1, 2, 3, 10) }) },
);

describe('for any course of changes and questions', () => {
  it('a tag is of the octets that are sent, and nothing stays open', async () => {
    const seen = { known: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.constantFrom(...LARGEST_BYTES),
        fc.constantFrom(0, 1000),
        async (steps, largestFileBytes, freshMs) => {
          const course = new Course();
          const { disk, clock, now } = course;
          course.replace('a', 'c'.repeat(300));
          const source = cachedFileSource(disk, { now, largestFileBytes, freshMs });
          const tags = contentTags({ source, now });
          for (const action of steps) {
            if ('waitMs' in action) clock.nowMs += action.waitMs;
            if ('write' in action) course.write(action.write, action.text);
            if ('replace' in action) course.replace(action.replace, action.text);
            if ('unseen' in action) course.writeUnseen(action.unseen);
            if ('remove' in action) disk.files.delete(action.remove);
            if ('turns' in action) await letTurnsPass(action.turns);
            if (!('ask' in action)) continue;
            const file = await openFile(source, action.ask);
            if (file === undefined) continue;
            const tag = tags.tagOf(file, [action.ask]);
            const octets = Buffer.alloc(file.lengthBytes);
            const sent = file.octets ?? octets.subarray(0, await file.read(octets, 0));
            await file.close();
            if (tag !== undefined) expect(tag).toBe(tagOfOctets(sent));
            if (file.octets === undefined) seen[tag === undefined ? 'unknown' : 'known'] += 1;
          }
          await tags.settled();
          expect(disk.openCount).toBe(0);
        },
      ),
      { numRuns: 3000 },
    );
    expect(seen.known, 'open files with a tag were met').toBeGreaterThan(100);
    expect(seen.unknown, 'and without').toBeGreaterThan(100);
  });
});

async function letTurnsPass(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}
