import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Crash, decideRestart } from './restart-policy.ts';

/** `r`: had been ready, `v`: in vain; one each second, the last of them now. */
function crashes(kinds: string, apartMs = 1000): Crash[] {
  return kinds.split('').map((kind, index) => ({
    atMs: (index - kinds.length + 1) * apartMs,
    wasReady: kind === 'r',
  }));
}

describe('decideRestart() waits', () => {
  test.each<[string, number, number | 'give-up', string]>([
    ['r', 1, 100, 'a moment after the first crash'],
    ['v', 1, 100, 'a moment also where it was not ready yet'],
    ['rr', 1, 200, 'twice as long after the second'],
    ['rrr', 1, 400, 'and so on'],
    ['rrrrrrr', 1, 6400, 'and so on'],
    ['rrrrrrrr', 1, 10_000, 'ten seconds at most'],
    ['rrrrrrrrrrrrrrrrrrrr', 0, 10_000, 'without end where each was ready before'],
    ['vvvv', 0, 800, 'after four in vain'],
    ['vvvvv', 0, 'give-up', 'no more after five in vain'],
    ['vvvvvv', 0, 'give-up', 'no more after six either'],
    ['vvvvv', 1, 1600, 'on while another serves'],
    ['vvvvrvvvv', 0, 10_000, 'on where one of them had been ready'],
    ['vvvvrvvvvv', 0, 'give-up', 'no more after five in vain since'],
  ])('after %s with %i ready: %j, %s', (kinds, readyCount, decision) => {
    expect(decideRestart({ crashes: crashes(kinds), readyCount, nowMs: 0 })).toBe(decision);
  });

  it('as after the first where the others are a minute ago', () => {
    const history = { crashes: crashes('vvvvvvv', 60_000), readyCount: 0, nowMs: 0 };
    expect(decideRestart(history)).toBe(100);
  });

  it('never less than a moment, never more than ten seconds, and longer with each crash', () => {
    const kinds = fc.string({ unit: fc.constantFrom('r', 'v'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(kinds, (text) => {
        const history = { crashes: crashes(text), readyCount: 1, nowMs: 0 };
        const delayMs = Number(decideRestart(history));
        const before = Number(decideRestart({ ...history, crashes: crashes(text.slice(1)) }));
        expect(delayMs).toBeGreaterThanOrEqual(Math.max(100, before));
        expect(delayMs).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});
