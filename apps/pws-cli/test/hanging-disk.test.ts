/**
 * A program one of whose threads is in a call that does not come back, as those of a disk that is
 * gone: here it waits for somebody who writes to a FIFO. It ends when it is told to all the same.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const room = new TemporarySite();
const fifo = `${room.root}/fifo`;
const HANGS = `import { open } from 'node:fs'; open(${JSON.stringify(fifo)}, 'r', () => undefined);`;
const TOLD = 'pws: the disk hangs; ended without waiting for it\n';

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  room.remove();
});

describe.runIf(process.platform === 'linux')('a program whose disk hangs (Linux)', () => {
  it.each([1, 2])(
    'serves what another one has, and ends in spite of it: %i signals',
    async (times) => {
      execFileSync('mkfifo', [fifo]);
      const program = await Program.serving([site.root, '--log', 'json'], {
        env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(HANGS)}` },
      });
      expect((await ask(program.port, '/')).status).toBe(200);
      for (let time = 0; time < times; time += 1) program.signal('SIGTERM');
      expect(await program.untilEnd()).toEqual({ exitCode: null, signal: 'SIGKILL' });
      expect(program.stderr).toContain(TOLD);
      expect(program.log).toHaveLength(1);
      rmSync(fifo);
    },
  );
});
