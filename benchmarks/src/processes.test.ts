import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { LOAD_CORE, Process, killAll, nanosOfEnded } from './processes.ts';
import { nanosBetween } from './processor-time.ts';

const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;

/** Works until the system has counted 100 ms for it. */
const WORKS =
  'for (let taken = 0; taken < 100_000; ) { const { user, system } = process.cpuUsage(); taken = user + system; }';
const TAKEN_NANOS = 100_000_000;

describe.runIf(canPin)('the time of the processor', () => {
  afterAll(killAll);

  it('is that of a process with all that it started', async () => {
    const program = `${WORKS} console.log('worked'); setInterval(() => {}, 1e6);`;
    // The shell waits, and what it waits for works.
    const script = '"$1" -e "$2" & wait';
    const argv = ['sh', '-c', script, 'sh', process.execPath, program];
    const started = new Process(argv, { core: LOAD_CORE });
    await expect.poll(() => started.said, { timeout: 10_000 }).toContain('worked');
    const times = started.processorTimes();
    expect(nanosBetween(new Map(), times ?? new Map())).toBeGreaterThanOrEqual(TAKEN_NANOS);
    await started.kill();
  });

  it('is known of a process that has ended', async () => {
    const before = nanosOfEnded() ?? NaN;
    await new Process([process.execPath, '-e', WORKS], { core: LOAD_CORE }).end();
    // It is counted in hundredths of a second, twice.
    expect((nanosOfEnded() ?? NaN) - before).toBeGreaterThanOrEqual(TAKEN_NANOS - 20_000_000);
  });
});
