import { describe, expect, it } from 'vitest';

import { DiskPace } from './disk-pace.ts';

function setUp(busyMs?: number) {
  const clock = { nowMs: 1000, busyMs };
  let callbacks: (() => void)[] = [];
  const pace = new DiskPace({
    now: () => clock.nowMs,
    afterTurn: (callback) => callbacks.push(callback),
    busyMs: () => clock.busyMs,
  });
  /** Another turn of the event loop begins. */
  const turn = (): number => {
    const due = callbacks;
    callbacks = [];
    for (const callback of due) callback();
    return due.length;
  };
  const look = (tookMs: number, wasBusyMs = 0): void => {
    expect(pace.begin()).toBe(true);
    clock.nowMs += tookMs;
    if (clock.busyMs !== undefined) clock.busyMs += wasBusyMs;
    pace.end();
  };
  /** How long it is until there may be a look again, in milliseconds. */
  const pause = (): number => {
    for (let ms = 0; ; ms += 1) {
      turn();
      if (pace.begin()) return ms;
      clock.nowMs += 1;
    }
  };
  return { clock, look, pause, turn, pace };
}

describe('a disk is waited for on the spot', () => {
  it.each<[number[], number, string]>([
    [[], 0, 'at first'],
    [[0.01, 0.19, 0.05], 0, 'where all looks were quick'],
    [[10], 20, 'after twice as long as the one slow look took'],
    [[0.3], 1, 'after a short time where that was little'],
    [[1000], 2000, 'after a long time where it was much'],
  ])('after looks of %j ms: in %d ms: %s', (looks, expectedMs, _why) => {
    const { look, pause } = setUp();
    for (const tookMs of looks) look(tookMs);
    expect(pause()).toBe(expectedMs);
  });

  it('for five milliseconds in one turn of the event loop, and one look', () => {
    const { look, turn, pace } = setUp();
    for (let turns = 0; turns < 3; turns += 1) {
      for (let count = 0; count < 50; count += 1) look(0.1001);
      expect(pace.begin()).toBe(false);
      expect(pace.begin()).toBe(false);
      // One for all of them.
      expect(turn()).toBe(1);
    }
    expect(turn()).toBe(0);
  });

  it('less and less often where each look is slow: at most a sixtieth of the time', () => {
    const { look, pause } = setUp();
    const pauses = [1, 2, 3, 4, 5].map(() => {
      look(10);
      return pause();
    });
    expect(pauses).toEqual([20, 80, 320, 640, 640]);
  });

  // A page that has to be fetched, and the names of its siblings, which the system has in memory.
  it('as seldom where a few looks between the slow ones are quick', () => {
    const { look, pause } = setUp();
    const pauses = [1, 2, 3, 4, 5].map(() => {
      for (let count = 0; count < 15; count += 1) look(0.01);
      look(10);
      return pause();
    });
    expect(pauses).toEqual([20, 80, 320, 640, 640]);
  });

  it('as before once many looks in a row were quick', () => {
    const { look, pause } = setUp();
    look(10);
    pause();
    look(10);
    expect(pause()).toBe(80);
    for (let count = 0; count < 16; count += 1) look(0.01);
    look(10);
    expect(pause()).toBe(20);
  });

  describe('where it is known how long this thread had work or no core', () => {
    it.each<[[took: number, busy: number][], number, string]>([
      [[[10, 10]], 0, 'where it ran all the time, or others did'],
      [[[10, 9.9]], 0, 'where the disk was quick, and the rest was not'],
      [[[10, 6]], 8, 'after twice as long as it waited'],
      [[[10, 0]], 20, 'after twice as long as the look, where that is what it waited'],
      [[[0.1, 5]], 0, 'after a quick look, whatever the system tells'],
      [
        [
          [3, 3],
          [3, 3],
          [10, 6],
        ],
        8,
        'as if the looks before had been quick',
      ],
    ])('after looks that took and were busy for %j ms: in %d ms: %s', (looks, expectedMs, _why) => {
      const { look, pause, turn } = setUp(500);
      for (const [tookMs, wasBusyMs] of looks) {
        look(tookMs, wasBusyMs);
        turn();
      }
      expect(pause()).toBe(expectedMs);
    });

    it('counts no sleep between two turns', () => {
      const { clock, look, pause, turn } = setUp(500);
      look(0.1, 0.1);
      turn();
      clock.nowMs += 1000;
      look(4, 4);
      expect(pause()).toBe(0);
    });

    it('for five milliseconds in one turn all the same', () => {
      const { look, pace } = setUp(500);
      look(6, 6);
      expect(pace.begin()).toBe(false);
    });
  });
});
