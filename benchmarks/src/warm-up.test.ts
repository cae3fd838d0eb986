import { describe, expect, it } from 'vitest';
import { warmUp } from './warm-up.ts';

describe('warmUp()', () => {
  it.each<[files: number, answers: (number | undefined)[], times: number, why: string]>([
    [1, [300_000], 1, 'once where it is one file'],
    [1, [0], 1, 'once where it is a file so large that no answer ends in that time'],
    [10_000, [90_000], 1, 'once where each file was asked for some times'],
    [10_000, [8_000, 30_000, 70_000], 3, 'again until each file was asked for some times'],
    [100_000, Array<number>(20).fill(10_000), 10, 'for twenty seconds at most'],
    [10_000, [8_000, undefined], 2, 'no more where the server is gone'],
  ])('of %d files, with %j answers: %d times, %s', async (files, answers, times, _why) => {
    const asked: number[] = [];
    await warmUp(files, (seconds) => {
      asked.push(seconds);
      return Promise.resolve(answers[asked.length - 1]);
    });
    expect(asked).toEqual(Array<number>(times).fill(2));
  });
});
