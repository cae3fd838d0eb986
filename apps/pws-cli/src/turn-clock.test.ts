import { afterEach, expect, it, vi } from 'vitest';
import { TurnClock } from './turn-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('says the time of the system, which it asks once in a turn', async () => {
  let systemMs = 1000;
  let upMs = 10;
  vi.spyOn(Date, 'now').mockImplementation(() => systemMs);
  vi.spyOn(performance, 'now').mockImplementation(() => upMs);
  const clock = new TurnClock();
  expect([clock.now(), clock.monotonicMs()]).toEqual([1000, 10]);
  systemMs = 2000;
  upMs = 20;
  expect([clock.now(), clock.monotonicMs()]).toEqual([1000, 10]);
  await endOfTurn();
  expect([clock.now(), clock.monotonicMs()]).toEqual([2000, 20]);
});

it('goes back where the clock of the system is set back', async () => {
  let systemMs = 1000;
  vi.spyOn(Date, 'now').mockImplementation(() => systemMs);
  const clock = new TurnClock();
  clock.now();
  systemMs = 500;
  await endOfTurn();
  expect(clock.now()).toBe(500);
});
