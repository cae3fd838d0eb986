/**
 * How many threads the program has for disks: as many calls that do not come back as there are
 * threads but one leave the site to those who ask for it. What hangs waits for somebody who writes
 * to a FIFO.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const room = new TemporarySite();

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  room.remove();
});

/** A module that takes so many threads when it is told to, and says that it has. */
function takes(count: number): string {
  const fifo = JSON.stringify(`${room.root}/fifo`);
  // No ES module: Node would load one on threads, before the program has said how many there are.
  return room.write(
    `take-${count}.cjs`,
    `process.on('SIGUSR2', () => {
  for (let taken = 0; taken < ${count}; taken += 1) {
    require('node:fs').open(${fifo}, 'r', () => undefined);
  }
  process.stderr.write('taken\\n');
});`,
  );
}

describe.runIf(process.platform === 'linux')('a program whose disk hangs (Linux)', () => {
  it.each([
    ['sixteen threads: serves while fifteen hang', 15, undefined, 200],
    ['sixteen threads: cannot while all hang', 16, undefined, 503],
    ['as many as UV_THREADPOOL_SIZE says: serves while all but one hang', 5, '6', 200],
    ['as many as UV_THREADPOOL_SIZE says: cannot while all hang', 6, '6', 503],
  ] as const)('has %s', async (_what, count, size, status) => {
    rmSync(`${room.root}/fifo`, { force: true });
    execFileSync('mkfifo', [`${room.root}/fifo`]);
    const env = {
      NODE_OPTIONS: `--require=${takes(count)}`,
      ...(size === undefined ? {} : { UV_THREADPOOL_SIZE: size }),
    };
    const program = await Program.serving([site.root, '--fs-timeout', '1s'], { env });
    program.signal('SIGUSR2');
    await program.until(() => expect(program.stderr).toContain('taken\n'));
    expect((await ask(program.port, '/')).status).toBe(status);
  });
});
