import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCoarseClock } from './coarse-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('startCoarseClock()', () => {
  it('goes with the time, and calls back at each tick', () => {
    const clock = startCoarseClock(() => performance.now());
    const ticks: number[] = [];
    clock.onTick((nowMs) => ticks.push(nowMs));
    expect(clock.nowMs).toBe(0);
    vi.advanceTimersByTime(1600);
    expect(ticks).toEqual([500, 1000, 1500]);
    expect(clock.nowMs).toBe(1500);
    clock.stop();
    vi.advanceTimersByTime(5000);
    expect(ticks).toHaveLength(3);
  });

  it('counts a stall as two ticks at most: nobody is blamed for what the server missed', () => {
    let monotonicMs = 0;
    const clock = startCoarseClock(() => monotonicMs);
    monotonicMs = 60_000;
    vi.advanceTimersByTime(500);
    expect(clock.nowMs).toBe(1000);
    monotonicMs += 500;
    vi.advanceTimersByTime(500);
    expect(clock.nowMs).toBe(1500);
    clock.stop();
  });
});
