import { describe, expect, it } from 'vitest';
import type { Load } from './load.ts';
import {
  type Turn,
  groupIn,
  nanosBetween,
  nanosInSchedstat,
  nanosInStat,
  nanosOfChildrenInStat,
  processorUse,
} from './processor-time.ts';

// The group is 8694; utime and stime are 35 and 7 ticks, of children that ended 2 and 1.
const STAT = `8699 (sh) S 8690 8694 4700 0 -1 4194304 90 78 0 0 35 7 2 1 20 0 1 0 34865 2654208 398 0\n`;

describe('what /proc says', () => {
  it.each<[(text: string) => number, string, number, string]>([
    [groupIn, STAT, 8694, 'the group'],
    [groupIn, STAT.replace('sh', 'a) R (b 1'), 8694, 'a name may have blanks and brackets'],
    [nanosInStat, STAT, 420_000_000, 'ticks of the process and of the system for it'],
    [nanosInStat, STAT.replace('sh', 'a) R (b 1'), 420_000_000, 'whatever it is called'],
    [nanosOfChildrenInStat, STAT, 30_000_000, 'ticks of those that ended'],
    [nanosInSchedstat, '352540862 189526933 79\n', 352_540_862, 'it ran, then it waited, so often'],
    [nanosInSchedstat, '0 0 0\n', 0, 'a thread that has not run'],
  ])('%o reads %j as %d: %s', (read, text, expected) => expect(read(text)).toBe(expected));

  it.each([
    [nanosInStat, '8699 (sh) S 8690\n', 'expected a stat'],
    [nanosInSchedstat, '', 'expected three numbers'],
    [nanosInSchedstat, '1 2\n', 'expected three numbers'],
  ])('%o refuses %j', (read, text, message) => expect(() => read(text)).toThrow(message));
});

describe('nanosBetween()', () => {
  it.each<[Record<string, number>, Record<string, number>, number, string]>([
    [{ 1: 5 }, { 1: 7 }, 2, 'what was taken before does not count'],
    [{ 1: 5, 2: 10 }, { 1: 7, 2: 13 }, 5, 'all threads together'],
    [{ 1: 5 }, { 1: 7, 3: 4 }, 6, 'a thread that began meanwhile counts'],
    [{ 1: 5, 2: 10 }, { 1: 7 }, 2, 'one that ended takes nothing back'],
    [{}, {}, 0, 'nobody'],
  ])('from %j to %j it is %d: %s', (before, after, expected) => {
    const [began, ended] = [before, after].map((times) => new Map(Object.entries(times)));
    expect(nanosBetween(began!, ended!)).toBe(expected);
  });
});

describe('processorUse()', () => {
  const load: Load = {
    seconds: 2,
    requests: 1000,
    requestsPerSecond: 500,
    octetsPerSecond: 4 * 1024 ** 2,
    failures: 0,
    socketErrors: 0,
  };
  const turn = (server: number, init: Partial<Load> = {}): Turn => ({
    load: { ...load, ...init },
    nanos: { server, generator: 1.9e9 },
  });

  it('divides the time of a turn by its answers, and by the length of the turn', () => {
    expect(processorUse([turn(1e9), turn(2e9, { requests: 4000 })], 'requests/s')).toEqual({
      micros: [1000, 500],
      spread: { median: 750, min: 500, max: 1000 },
      busy: [0.5, 1],
      generatorBusy: [0.95, 0.95],
    });
  });

  it('divides by MiB where octets are counted', () => {
    expect(processorUse([turn(1e9)], 'octets/s')?.micros).toEqual([125_000]);
    expect(processorUse([turn(1e9, { requests: 0 })], 'octets/s')?.micros).toEqual([125_000]);
  });

  it.each<[Turn[], string]>([
    [[], 'there was no turn'],
    [[{ load }], 'there is no /proc'],
    [[turn(1e9), { load, nanos: undefined }], 'one turn is not known'],
    [[turn(1e9, { requests: 0 })], 'nothing was answered'],
  ])('knows nothing of %j: %s', (turns) => {
    expect(processorUse(turns, 'requests/s')).toBeUndefined();
  });
});
