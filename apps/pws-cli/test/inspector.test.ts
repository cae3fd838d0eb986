/**
 * SIGUSR1 opens Node's inspector, where whoever reaches its port runs what they like. It is nobody's
 * to open by a signal, in none of the program's processes.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { workersOf } from './worker-processes.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });

afterEach(killPrograms);
afterAll(() => site.remove());

/** Waits until a process has had each signal that it was sent. */
async function hadAll(pid: number): Promise<void> {
  const pending = (): RegExpMatchArray | null =>
    readFileSync(`/proc/${pid}/status`, 'latin1').match(/^(?:ShdPnd|SigPnd):\s+0*[1-9a-f]/m);
  await expect.poll(pending).toBe(null);
}

describe.runIf(process.platform === 'linux')('SIGUSR1', () => {
  it.each([
    ['the one process', ['--workers', '1']],
    ['the first process and each worker', ['--workers', '2']],
  ])('opens no inspector in %s, and the program serves on', async (_whose, args) => {
    const program = await Program.serving([site.root, ...args]);
    const workers = args.includes('1') ? [] : workersOf(program);
    for (const pid of [program.pid, ...workers]) {
      process.kill(pid, 'SIGUSR1');
      // One after the other: they would all open it on the same port.
      // oxlint-disable-next-line no-await-in-loop
      await hadAll(pid);
    }
    expect((await ask(program.port, '/')).status).toBe(200);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).not.toMatch(/debugger|inspector/i);
  });
});
