import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedFileSource } from '../src/cached-file-source.ts';
import type { FileSource } from '../src/file-source.ts';
import { nodeFileSource } from '../src/node-file-source.ts';
import { openIn } from '../src/steps.ts';
import { ChangingFileSource, QuickFileSource } from './cached-model.ts';
import { MemoryFileSource } from './memory-file-source.ts';
import { TemporaryTree } from './temporary-tree.ts';

const FRESH_MS = 1000;

/** Asks as a site does: in memory, on the spot, and then the threads. */
async function contentOf(source: FileSource, path: string): Promise<string> {
  const opened = await openIn(source, path.split('/'));
  if (opened.kind !== 'file') return opened.kind;
  const octets = Buffer.alloc(opened.lengthBytes);
  const count = await opened.read(octets, 0);
  await opened.close();
  return `file:${octets.toString('utf8', 0, count)}`;
}

async function truthOf(disk: ChangingFileSource, path: string): Promise<string> {
  const opened = await disk.open(path.split('/'));
  if (opened.kind !== 'file') return opened.kind;
  await opened.close();
  return `file:${disk.files.get(path)?.text}`;
}

describe('for any course of changes and questions', () => {
  it('an answer was true at most a second ago, memory is bounded, and nothing stays open', async () => {
    const path = fc.constantFrom('a', 'b', 'd/c', 'd', 'none');
    const text = fc.constantFrom('', '1', '2', 'three', 'a text that is large');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ ask: path }) },
      { weight: 2, arbitrary: fc.record({ write: path, text }) },
      { weight: 1, arbitrary: fc.record({ unseen: path, text: fc.constantFrom('1', '2') }) },
      { weight: 1, arbitrary: fc.record({ remove: path }) },
      { weight: 2, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 499, 1000, 3000) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(4 * 1024, 16 * 1024, 1024 * 1024),
        fc.constantFrom(undefined, 0, 700),
        async (steps, memoryBytes, lookMs) => {
          const disk = new QuickFileSource();
          const clock = { nowMs: 0 };
          disk.isQuick = lookMs !== undefined;
          disk.beforeLook = () => (clock.nowMs += lookMs ?? 0);
          const source = cachedFileSource(disk, {
            now: () => clock.nowMs,
            freshMs: FRESH_MS,
            memoryBytes,
            largestFileBytes: 10,
          });
          // What was true of each path, and since when.
          const history = new Map<string, { readonly sinceMs: number; readonly truth: string }[]>();
          const note = async (): Promise<void> => {
            for (const name of ['a', 'b', 'd/c', 'd', 'none']) {
              const states = history.get(name) ?? [];
              const truth = await truthOf(disk, name);
              if (states.at(-1)?.truth !== truth) states.push({ sinceMs: clock.nowMs, truth });
              history.set(name, states);
            }
          };
          await note();
          for (const action of steps) {
            if ('waitMs' in action) clock.nowMs += action.waitMs;
            if ('write' in action) disk.write(action.write, action.text);
            if ('unseen' in action) {
              const file = disk.files.get(action.unseen);
              // Within the tick of its date: nobody can be two seconds late for that.
              const age = clock.nowMs - (history.get(action.unseen)?.at(-1)?.sinceMs ?? 0);
              if (file?.text.length === 1 && age < FRESH_MS) {
                disk.writeUnseen(action.unseen, action.text);
              }
            }
            if ('remove' in action) disk.files.delete(action.remove);
            await note();
            if ('ask' in action) {
              const answer = await contentOf(source, action.ask);
              const states = history.get(action.ask) ?? [];
              const believable = states.filter((_, index) => {
                const untilMs = states[index + 1]?.sinceMs ?? Infinity;
                return untilMs > clock.nowMs - FRESH_MS;
              });
              expect(believable.map(({ truth }) => truth)).toContain(answer);
            }
            expect(source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
            expect(disk.openCount).toBe(0);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('two answers with one version have the same octets', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.constantFrom('1', '22', '333') }),
      fc.record({ waitMs: fc.constantFrom(500, 1000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const disk = new ChangingFileSource();
        const clock = { nowMs: 0 };
        const source = cachedFileSource(disk, { now: () => clock.nowMs });
        const octetsOf = new Map<object, string>();
        disk.write('a', 'first');
        for (const action of steps) {
          if ('write' in action) disk.write('a', action.write);
          if ('waitMs' in action) clock.nowMs += action.waitMs;
          const opened = await source.open(['a']);
          if (opened.kind !== 'file') throw new Error('it is there');
          const text = Buffer.from(opened.octets!).toString();
          expect(octetsOf.get(opened.version!) ?? text).toBe(text);
          octetsOf.set(opened.version!, text);
        }
      }),
    );
  });
});

describe('a hundred thousand files', () => {
  it('are answered within the bound', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `file-${index}.txt`);
    const files = Object.fromEntries(names.map((name) => [name, `text of ${name}`]));
    const disk = new MemoryFileSource(files);
    const memoryBytes = 16 * 1024 * 1024;
    const source = cachedFileSource(disk, { now: () => 0, memoryBytes });
    for (const name of names) await source.open([name]);
    expect(source.counts).toMatchObject({ hits: 0, misses: 100_000 });
    expect(source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
    expect(source.counts.bytes).toBeGreaterThan(memoryBytes * 0.7);
    expect(source.counts.entries).toBeLessThan(20_000);
    expect(source.peek([names.at(-1)!])).toMatchObject({ kind: 'file' });
    expect(source.peek([names[0]!])).toBeUndefined();
    expect(disk.openCount).toBe(0);
  });

  it('are read a few at a time where they are read at once', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `file-${index}`);
    const text = 'x'.repeat(1024);
    const disk = new MemoryFileSource(Object.fromEntries(names.map((name) => [name, text])));
    const memoryBytes = 32 * 1024;
    const source = cachedFileSource(disk, { now: () => 0, memoryBytes });
    const opened = await Promise.all(names.map((name) => source.open([name])));
    expect(source.counts.bytes).toBeLessThanOrEqual(memoryBytes);
    // Those that there was no room for are open.
    expect(disk.openCount).toBeGreaterThan(0);
    for (const file of opened) if (file.kind === 'file') await file.close();
    expect(disk.openCount).toBe(0);
  });
});

describe('a disk', () => {
  const tree = new TemporaryTree();
  afterAll(() => tree.remove());

  it('keeps no descriptor open, whatever is there', async () => {
    tree.write('pub/a.txt', 'a');
    tree.write('pub/large.bin', Buffer.alloc(300 * 1024, 'x'));
    tree.write('secret.txt', 'outside');
    mkdirSync(tree.at('pub/folder'));
    if (process.platform !== 'win32') {
      symlinkSync('../secret.txt', tree.at('pub/out'));
      execFileSync('mkfifo', [tree.at('pub/pipe')]);
    }
    const clock = { nowMs: 0 };
    const source = cachedFileSource(nodeFileSource({ root: tree.at('pub') }), {
      now: () => clock.nowMs,
    });
    for (let round = 0; round < 4; round += 1) {
      for (const name of ['a.txt', 'large.bin', 'folder', 'out', 'pipe', 'none']) {
        const kinds = await Promise.all(
          Array.from({ length: 5 }, async () => {
            const opened = await source.open([name]);
            if (opened.kind === 'file') await opened.close();
            return opened.kind;
          }),
        );
        expect(new Set(kinds).size).toBe(1);
      }
      expect(tree.openDescriptors()).toEqual([]);
      clock.nowMs += 1000;
    }
  });

  it('gives one version of a file that is replaced all the time, never a mix', async () => {
    const clock = { nowMs: 0 };
    const source = cachedFileSource(nodeFileSource({ root: tree.path }), {
      now: () => clock.nowMs,
      freshMs: 1,
    });
    tree.write('swap.txt', 'a'.repeat(50_000));
    for (let round = 0; round < 200; round += 1) {
      const letter = round % 2 === 0 ? 'a' : 'b';
      const answer = contentOf(source, 'swap.txt');
      writeFileSync(tree.at('swap-next.txt'), letter.repeat(40_000 + round));
      renameSync(tree.at('swap-next.txt'), tree.at('swap.txt'));
      expect(await answer).toMatch(/^file:(a{40000,}|b{40000,})$/);
      clock.nowMs += 1;
    }
    rmSync(tree.at('swap.txt'));
    expect(await contentOf(source, 'swap.txt')).toBe('nothing');
    expect(tree.openDescriptors()).toEqual([]);
  });
});
