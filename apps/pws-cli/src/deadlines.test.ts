import { describe, expect, test } from 'vitest';
import {
  type Activity,
  DEFAULT_CONNECTION_LIMITS,
  type Standing,
  isWornOut,
  judge,
} from './deadlines.ts';

const standing = (activity: Activity, changes: Partial<Standing> = {}): Standing => ({
  activity,
  sinceMs: 1000,
  progressMs: 1000,
  takenBytes: 0,
  isCrowded: false,
  ...changes,
});

describe('judge()', () => {
  test.each<[Standing, number, string, string]>([
    [standing('new'), 15_999, 'keep', 'a browser opens connections before it needs them'],
    [standing('new'), 16_000, 'close', 'nothing was asked, so nothing is answered'],
    [standing('head'), 15_999, 'keep', 'on its way'],
    [standing('head'), 16_000, 'refuse', 'however many octets came meanwhile'],
    [standing('idle'), 65_999, 'keep', 'proxies wait for 60 seconds'],
    [standing('idle'), 66_000, 'close', 'between two requests'],
    [standing('idle', { isCrowded: true }), 5999, 'keep', 'others wait for the place'],
    [standing('idle', { isCrowded: true }), 6000, 'close', 'others wait for the place'],
    [standing('new', { isCrowded: true }), 15_999, 'keep', 'not idle yet'],
    [standing('answering'), 1_000_000, 'keep', 'the disk is slow, not the client'],
    [standing('sending'), 30_999, 'keep', 'nothing taken for nearly as long as it may'],
    [standing('sending'), 31_000, 'reset', 'nothing taken'],
    [standing('sending', { progressMs: 31_000, takenBytes: 15_360 }), 31_000, 'keep', '512 B/s'],
    [standing('sending', { progressMs: 31_000, takenBytes: 15_359 }), 31_000, 'reset', 'less'],
    [
      standing('sending', { progressMs: 30_500, takenBytes: 1 }),
      30_999,
      'keep',
      'too early to tell',
    ],
    [standing('sending', { progressMs: 99_000, takenBytes: 1e6 }), 100_000, 'keep', 'fast enough'],
    [standing('sending', { progressMs: 70_000, takenBytes: 1e9 }), 100_000, 'reset', 'it stopped'],
    [standing('lingering'), 2999, 'keep', 'it reads the last answer'],
    [standing('lingering'), 3000, 'close', 'it had its time'],
  ])('of %j at %i is %s: %s', (given, nowMs, verdict) => {
    expect(judge(given, nowMs, DEFAULT_CONNECTION_LIMITS)).toBe(verdict);
  });

  test('takes any rate where none is asked for', () => {
    const slow = standing('sending', { progressMs: 99_000, takenBytes: 1 });
    const deadlines = { ...DEFAULT_CONNECTION_LIMITS, minSendBytesPerSecond: 0 };
    expect(judge(slow, 100_000, deadlines)).toBe('keep');
  });
});

describe('isWornOut()', () => {
  test.each<[Partial<typeof DEFAULT_CONNECTION_LIMITS>, number, number, boolean, string]>([
    [{}, 999, 3_599_999, false, 'one more of each'],
    [{}, 1000, 0, true, 'the last request'],
    [{}, 1, 3_600_000, true, 'an hour'],
    [{ maxRequests: 0 }, 1_000_000, 0, false, 'any number'],
    [{ maxAgeMs: 0 }, 1, 1e9, false, 'any age'],
    [{ maxRequests: 1 }, 1, 0, true, 'no second request'],
  ])('%j, exchange %i at the age of %i ms: %s, %s', (limits, exchangeCount, ageMs, expected) => {
    expect(isWornOut({ ...DEFAULT_CONNECTION_LIMITS, ...limits }, exchangeCount, ageMs)).toBe(
      expected,
    );
  });
});
