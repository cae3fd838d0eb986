import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { threadBusyMs } from './thread-time.ts';

const isTold = process.platform === 'linux';
const SLEEP_MS = 10;

describe('threadBusyMs()', () => {
  it.skipIf(!isTold)('counts what this thread runs', () => {
    const before = threadBusyMs() as number;
    // To ask is to run.
    while ((threadBusyMs() as number) <= before);
  });

  // It is the sleep that is looked at: whatever the machine does besides, it is not counted.
  it.skipIf(!isTold)('does not count what it sleeps', () => {
    const beganMs = performance.now();
    const before = threadBusyMs() as number;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLEEP_MS);
    const busyMs = (threadBusyMs() as number) - before;
    const tookMs = performance.now() - beganMs;
    expect(busyMs).toBeLessThan(tookMs - SLEEP_MS / 2);
  });

  it.skipIf(!isTold)('keeps one descriptor, however often it is asked', () => {
    threadBusyMs();
    const before = readdirSync('/proc/self/fd').length;
    for (let count = 0; count < 10; count += 1) threadBusyMs();
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });

  it.skipIf(isTold)('is not known elsewhere', () => {
    expect(threadBusyMs()).toBe(undefined);
  });
});
