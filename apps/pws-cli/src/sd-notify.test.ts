import { describe, expect, it, test } from 'vitest';
import { Readiness } from './readiness.ts';
import { type Supervisor, createSend, createSupervisor, watchdogIntervalMs } from './sd-notify.ts';

interface Told {
  readonly supervisor: Supervisor;
  readonly lines: string[];
  readonly failures: string[];
}

function supervisor(fails: readonly string[] = []): Told {
  const lines: string[] = [];
  const failures: string[] = [];
  const send = async (assignments: readonly string[]): Promise<void> => {
    await Promise.resolve();
    const line = assignments.join(' ');
    if (fails.includes(line)) throw new Error(`no ${line}`);
    lines.push(line);
  };
  const failed = (why: string): unknown => failures.push(why);
  return {
    supervisor: createSupervisor({ send, monotonicMs: () => 12.3456, failed }),
    lines,
    failures,
  };
}

describe('createSupervisor()', () => {
  it('tells that a server is ready, and that it stops', async () => {
    const { supervisor: told, lines } = supervisor();
    const readiness = new Readiness();
    told.follow(readiness);
    readiness.becomeReady();
    readiness.beginDraining();
    await expect.poll(() => lines).toEqual(['READY=1', 'STOPPING=1']);
  });

  it('tells of a server that is ready already', async () => {
    const { supervisor: told, lines } = supervisor();
    const readiness = new Readiness();
    readiness.becomeReady();
    told.follow(readiness);
    await expect.poll(() => lines).toEqual(['READY=1']);
  });

  it('tells when a reload began, in microseconds, and that it is over', async () => {
    const { supervisor: told, lines } = supervisor();
    told.reloading();
    told.reloaded();
    told.alive();
    await expect
      .poll(() => lines)
      .toEqual(['RELOADING=1 MONOTONIC_USEC=12346', 'READY=1', 'WATCHDOG=1']);
  });

  it('goes on where telling failed, and says so once', async () => {
    const { supervisor: told, lines, failures } = supervisor(['WATCHDOG=1']);
    told.alive();
    told.alive();
    told.reloaded();
    await expect.poll(() => lines).toEqual(['READY=1']);
    expect(failures).toEqual(['no WATCHDOG=1']);
  });
});

describe('createSend()', () => {
  it.each([{}, { NOTIFY_SOCKET: '' }])('sends nothing where nobody asks: %j', (env) => {
    expect(createSend(env)).toBeUndefined();
  });

  it('fails where there is no helper', async () => {
    const send = createSend({ NOTIFY_SOCKET: '/gone', PATH: '/gone' });
    await expect(send?.(['READY=1'])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('watchdogIntervalMs()', () => {
  test.each<[Record<string, string>, number | undefined, string]>([
    [{}, undefined, 'nobody waits'],
    [{ WATCHDOG_USEC: '30000000' }, 15_000, 'half of the time'],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 15_000, 'for this process'],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, undefined, 'for another one'],
    [{ WATCHDOG_USEC: '1' }, 1, 'no less than a millisecond'],
    [{ WATCHDOG_USEC: '999999999999999' }, 2_147_483_647, 'no more than a timer can wait'],
    [{ WATCHDOG_USEC: '0' }, undefined, 'never'],
    [{ WATCHDOG_USEC: '-5' }, undefined, 'no number'],
    [{ WATCHDOG_USEC: '5s' }, undefined, 'no number'],
    [{ WATCHDOG_USEC: '' }, undefined, 'nothing'],
  ])('of %j is %j: %s', (env, intervalMs) => {
    expect(watchdogIntervalMs(env, 7)).toBe(intervalMs);
  });
});
