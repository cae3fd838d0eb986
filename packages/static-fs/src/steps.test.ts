import { describe, expect, it } from 'vitest';

import { MemoryFileSource } from '../test/memory-file-source.ts';
import type { FileSource } from './file-source.ts';
import { close, openIn, type Steps, takeSteps, wait } from './steps.ts';

function* add(...terms: readonly (number | Promise<number>)[]): Steps<number> {
  let sum = 0;
  for (const term of terms) sum += term instanceof Promise ? yield* wait(term) : term;
  return sum;
}

describe('takeSteps()', () => {
  it('gives the result at once where no step waits', () => {
    expect(takeSteps(add(1, 2, 3))).toBe(6);
  });

  it.each([
    [[Promise.resolve(1), 2, 3]],
    [[1, 2, Promise.resolve(3)]],
    [[Promise.resolve(1), Promise.resolve(2), Promise.resolve(3)]],
  ])('gives a promise where a step waits', async (terms) => {
    const result = takeSteps(add(...terms));
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toBe(6);
  });

  it('throws what a step throws before any waits', () => {
    const fail = function* fail(): Steps<never> {
      yield* add(1);
      throw new Error('no');
    };
    expect(() => takeSteps(fail())).toThrow('no');
  });

  it('rejects with what a step throws after one that waited', async () => {
    const fail = function* fail(): Steps<never> {
      yield* add(Promise.resolve(1));
      throw new Error('no');
    };
    await expect(takeSteps(fail())).rejects.toThrow('no');
  });

  it('throws a rejection where it was waited for, so that the steps can go on', async () => {
    const recover = function* recover(): Steps<number> {
      try {
        yield* wait(Promise.reject(new Error('no')));
      } catch {
        return yield* add(Promise.resolve(40), 2);
      }
      return 0;
    };
    expect(await takeSteps(recover())).toBe(42);
  });

  it('lets steps clean up after a rejection that none of them expects', async () => {
    const done: string[] = [];
    const tidy = function* tidy(): Steps<void> {
      try {
        yield* wait(Promise.reject(new Error('no')));
      } finally {
        done.push('tidied');
      }
    };
    await expect(takeSteps(tidy())).rejects.toThrow('no');
    expect(done).toEqual(['tidied']);
  });
});

describe('openIn() and close()', () => {
  it('wait for a source that has nothing in memory', async () => {
    const source = new MemoryFileSource({ a: 'text' });
    const opened = openIn(source, ['a']);
    expect(opened).toBeInstanceOf(Promise);
    const file = await opened;
    if (file.kind !== 'file') throw new Error('the file is there');
    expect(takeSteps(close(file))).toBeInstanceOf(Promise);
    expect(source.openCount).toBe(0);
  });

  it('wait for nothing where the source has it in memory, and close it all the same', async () => {
    const inner = new MemoryFileSource({ a: 'text' }, { inMemory: true });
    const kept = await inner.open(['a']);
    const source: FileSource = { open: () => Promise.reject(new Error('no')), peek: () => kept };
    const file = openIn(source, ['a']);
    expect(file).toBe(kept);
    if (kept.kind !== 'file') throw new Error('the file is there');
    expect(takeSteps(close(kept))).toBeUndefined();
    expect(inner.openCount).toBe(0);
  });
});
