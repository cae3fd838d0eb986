import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ManualClock, settle } from '../test/manual-clock.ts';
import { DiskTime } from './disk-time.ts';

/** A disk whose operations come back when the test says so. */
function setUp(threads = 4, timeoutMs = 10) {
  const clock = new ManualClock();
  const time = new DiskTime({ afterMs: clock.afterMs, timeoutMs, threads });
  /** Those at the disk, in the order in which they began. */
  const atDisk: { readonly lane: string; comeBack(error?: Error): Promise<void> }[] = [];
  const told: string[] = [];
  const cleanedUp: string[] = [];

  function operation(lane: string): () => Promise<string> {
    return () =>
      new Promise((resolve, reject) => {
        const begun = {
          lane,
          comeBack(error?: Error) {
            atDisk.splice(atDisk.indexOf(begun), 1);
            if (error === undefined) resolve(lane);
            else reject(error);
            return settle();
          },
        };
        atDisk.push(begun);
      });
  }

  function ask(lane: string): void {
    const late = async (result: string): Promise<void> => void cleanedUp.push(result);
    void time.inTime([lane, 'file'], operation(lane), late).then(
      (result) => told.push(`${result} done`),
      (error: unknown) => {
        told.push(`${lane} ${(error as { kind?: string }).kind ?? 'rejected'}`);
      },
    );
  }

  function giveBack(lane: string): void {
    const close = async (): Promise<void> => void (await operation(lane)());
    void time.giveBack([lane, 'file'], close).then(() => told.push(`${lane} given back`));
  }

  const lanes = (): string => atDisk.map(({ lane }) => lane).join('');
  return { clock, time, atDisk, told, cleanedUp, ask, giveBack, lanes };
}

describe('an operation', () => {
  it('that comes back in time is done, and its time is called off', async () => {
    const { clock, atDisk, told, ask } = setUp();
    ask('a');
    await clock.pass(9);
    await atDisk[0]!.comeBack();
    expect([told, clock.runningCount]).toEqual([['a done'], 0]);
  });

  it('that fails in time fails with its own error', async () => {
    const { clock, atDisk, told, ask } = setUp();
    ask('a');
    await atDisk[0]!.comeBack(new Error('no'));
    expect([told, clock.runningCount]).toEqual([['a rejected'], 0]);
  });

  it('is not counted twice by a clock that calls all the same', async () => {
    const callbacks: (() => void)[] = [];
    const afterMs = (_: number, callback: () => void): (() => void) => {
      callbacks.push(callback);
      return () => {};
    };
    const time = new DiskTime({ afterMs, timeoutMs: 10, threads: 2 });
    expect(await time.inTime(['a'], () => Promise.resolve(1))).toBe(1);
    for (const callback of callbacks) callback();
    expect(await time.inTime(['a'], () => Promise.resolve(2))).toBe(2);
  });

  it('that throws at once fails like any other', async () => {
    const { clock, time } = setUp();
    const broken = (): never => {
      throw new Error('at once');
    };
    await expect(time.inTime(['a'], broken)).rejects.toThrow('at once');
    expect(clock.runningCount).toBe(0);
  });

  it('is given up when its time is over, and cleaned up after when it comes back', async () => {
    const { clock, atDisk, told, cleanedUp, ask } = setUp();
    ask('a');
    await clock.pass(10);
    expect([told, cleanedUp]).toEqual([['a stuck'], []]);
    await atDisk[0]!.comeBack();
    expect([told, cleanedUp]).toEqual([['a stuck'], ['a']]);
  });

  it('that fails late is heard by nobody', async () => {
    const { clock, atDisk, told, cleanedUp, ask } = setUp();
    ask('a');
    await clock.pass(10);
    await atDisk[0]!.comeBack(new Error('no'));
    expect([told, cleanedUp]).toEqual([['a stuck'], []]);
  });

  it('whose time is over before its turn comes never begins', async () => {
    const { clock, atDisk, told, ask, lanes } = setUp();
    for (let count = 0; count < 5; count += 1) ask('a');
    expect(lanes()).toBe('aaa');
    await clock.pass(10);
    expect(told).toEqual(Array(5).fill('a stuck'));
    while (atDisk.length > 0) await atDisk[0]!.comeBack();
    expect(told.length, 'the two others neither').toBe(5);
  });
});

describe('turns', () => {
  it.each([
    [2, 'a', 'one of two'],
    [4, 'aaa', 'three of four'],
    [5, 'aaa', 'what is left of a part of a quarter'],
    [16, 'aaaaaaaaaaaa', 'twelve of sixteen'],
  ])('of %d threads give one lane %s: %s', (threads, begun) => {
    const { ask, lanes } = setUp(threads);
    for (let count = 0; count < 20; count += 1) ask('a');
    expect(lanes()).toBe(begun);
    ask('b');
    expect(lanes(), 'and another one a place').toBe(`${begun}b`);
  });

  it('come to all lanes, however many ask in one', async () => {
    const { atDisk, ask, lanes } = setUp(2);
    for (const lane of 'aaabbccb') ask(lane);
    const begun = [];
    while (atDisk.length > 0) {
      begun.push(lanes());
      await atDisk[0]!.comeBack();
    }
    expect(begun).toEqual(['ab', 'ba', 'ab', 'bc', 'ca', 'ab', 'bc', 'c']);
  });
});

describe('where operations are stuck', () => {
  it('no more are begun than may, and who asks then is told at once', async () => {
    const { clock, told, ask, lanes } = setUp();
    for (let count = 0; count < 100; count += 1) ask('a');
    await clock.pass(10);
    expect(told.splice(0)).toEqual(Array(100).fill('a stuck'));
    ask('a');
    await settle();
    expect([told, lanes(), clock.runningCount]).toEqual([['a stuck'], 'aaa', 0]);
  });

  it('other lanes go on, with one place at least', async () => {
    const { clock, atDisk, told, ask, lanes } = setUp();
    for (let count = 0; count < 3; count += 1) ask('a');
    await clock.pass(10);
    for (let count = 0; count < 2; count += 1) ask('b');
    expect(lanes()).toBe('aaab');
    await atDisk[3]!.comeBack();
    await atDisk[3]!.comeBack();
    expect(told.slice(3)).toEqual(['b done', 'b done']);
  });

  it('other lanes leave places for a third', async () => {
    const { clock, ask, lanes } = setUp(16);
    for (let count = 0; count < 12; count += 1) ask('a');
    await clock.pass(10);
    for (let count = 0; count < 9; count += 1) ask('b');
    ask('c');
    expect(lanes()).toBe(`${'a'.repeat(12)}bc`);
  });

  it('everywhere, everybody is told at once', async () => {
    const { clock, told, ask, lanes } = setUp();
    for (const lane of 'abcd') ask(lane);
    await clock.pass(10);
    ask('e');
    await settle();
    expect([told.at(-1), lanes()]).toEqual(['e stuck', 'abcd']);
  });

  it('the lane goes on with each that comes back', async () => {
    const { clock, atDisk, told, ask } = setUp();
    for (let count = 0; count < 3; count += 1) ask('a');
    await clock.pass(10);
    await atDisk[0]!.comeBack();
    ask('a');
    await atDisk.at(-1)!.comeBack();
    expect(told.at(-1)).toBe('a done');
  });
});

describe('what is given back', () => {
  it('is waited for no longer than its time, and gets its turn all the same', async () => {
    const { clock, atDisk, told, ask, giveBack, lanes } = setUp();
    for (let count = 0; count < 3; count += 1) ask('a');
    await clock.pass(10);
    giveBack('a');
    expect(lanes(), 'no turn yet').toBe('aaa');
    await clock.pass(10);
    expect(told).toEqual(['a stuck', 'a stuck', 'a stuck', 'a given back']);
    for (let count = 0; count < 4; count += 1) await atDisk[0]!.comeBack();
    expect([lanes(), clock.runningCount]).toEqual(['', 0]);
  });

  it('counts as stuck where its turn comes after its time, and it hangs', async () => {
    const { clock, atDisk, told, ask, giveBack, lanes } = setUp(2);
    ask('a');
    await clock.pass(10);
    giveBack('a');
    await clock.pass(10);
    await atDisk[0]!.comeBack();
    expect(lanes(), 'the turn of what is given back').toBe('a');
    ask('a');
    await settle();
    expect(told.at(-1), 'at once').toBe('a stuck');
    await atDisk[0]!.comeBack();
    ask('a');
    await atDisk[0]!.comeBack();
    expect(told.at(-1)).toBe('a done');
  });

  it('may hang itself, and counts as stuck then', async () => {
    const { clock, told, ask, giveBack, lanes } = setUp();
    for (let count = 0; count < 3; count += 1) giveBack('a');
    await clock.pass(10);
    ask('a');
    await settle();
    expect([told.at(-1), lanes()]).toEqual(['a stuck', 'aaa']);
  });
});

it('whatever hangs: no more are at the disk than there are threads, and all are told in time', async () => {
  const lane = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), lane }),
    fc.record({ kind: fc.constant('give back' as const), lane }),
    fc.record({ kind: fc.constant('come back' as const), nth: fc.nat(15) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 12 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 8 }),
      fc.array(step, { maxLength: 60 }),
      async (threads, steps) => {
        const { clock, atDisk, told, ask, giveBack, lanes } = setUp(threads);
        let asked = 0;
        for (const taken of steps) {
          if (taken.kind === 'ask') ask(taken.lane);
          if (taken.kind === 'give back') giveBack(taken.lane);
          if (taken.kind === 'ask' || taken.kind === 'give back') asked += 1;
          if (taken.kind === 'come back') await atDisk[taken.nth % atDisk.length]?.comeBack();
          if (taken.kind === 'pass') await clock.pass(taken.ms);
          expect(atDisk.length).toBeLessThanOrEqual(threads);
          for (const name of 'abc') {
            const share = threads - Math.ceil(threads / 4);
            expect(lanes().split(name).length - 1).toBeLessThanOrEqual(share);
          }
        }
        await clock.pass(10);
        expect(told.length, 'all are told').toBe(asked);
        expect(clock.runningCount).toBe(0);
        while (atDisk.length > 0) await atDisk[0]!.comeBack();
        ask('a');
        expect(lanes(), 'all places are free again').toBe('a');
      },
    ),
  );
});
