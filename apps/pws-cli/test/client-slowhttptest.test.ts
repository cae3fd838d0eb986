/**
 * slowhttptest: fifty clients that trickle heads, trickle content, or take what they are sent octet
 * by octet. All others are answered meanwhile, and those fifty are ended.
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const HAS_SLOWHTTPTEST = hasProgram('slowhttptest', { args: ['-h'] });

const SLOW = 50;
/** Deadlines of a second: a run of slowhttptest is over soon. */
const SHORT = ['--head-timeout', '1s', '--send-timeout', '1s', '--linger', '1s'];
// More than the buffers of fifty pairs of sockets hold of it.
const site = new TemporarySite({ 'index.html': 'Front\n', 'large.bin': Buffer.alloc(30_000_000) });

afterEach(killPrograms);
afterAll(() => site.remove());

interface Logged {
  readonly status: number;
  readonly ended: string;
  readonly target?: string;
}

function logged(program: Program): Logged[] {
  return program.log.map((line) => JSON.parse(line) as Logged);
}

describe.runIf(HAS_SLOWHTTPTEST)('slowhttptest', () => {
  it.each<[what: string, args: string[], target: string, status: number, ended: string]>([
    ['-H: a head that never ends', ['-H', '-i', '1', '-l', '20'], '/', 408, 'complete'],
    // Content is never waited for: the answer is there before it.
    ['-B: content that never ends', ['-B', '-i', '1', '-l', '20'], '/', 405, 'complete'],
    [
      '-X: thirty-two octets a second of thirty million',
      ['-X', '-w', '512', '-y', '1024', '-n', '1', '-z', '32', '-l', '6'],
      '/large.bin',
      200,
      'aborted-by-server',
    ],
  ])('%s', async (_what, args, target, status, ended) => {
    const program = await Program.serving([site.root, '--log', 'json', ...SHORT]);
    const counts = ['-c', String(SLOW), '-r', String(SLOW)];
    const url = `http://127.0.0.1:${program.port}${target}`;
    let isOver = false;
    const attack = runProgram('slowhttptest', [...counts, ...args, '-u', url]).finally(
      () => (isOver = true),
    );
    const shed = (): Logged[] =>
      logged(program).filter((each) => each.status === status && each.ended === ended);
    let others = 0;
    while (!isOver && shed().length < SLOW) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(program.port, '/?other')).status).toBe(200);
      others += 1;
    }
    const { stdout } = await attack;
    await program.until(() => expect(shed(), stdout).toHaveLength(SLOW));
    // slowhttptest itself asks now and then, with a time of its own that it has for that.
    expect(stdout).toContain('service available:');
    expect(stdout).not.toMatch(/service available: .*NO/);
    const answered = Array.from({ length: others }, () => 'complete');
    await program.until(() => {
      const theirs = logged(program).filter((each) => each.target === '/?other');
      expect(theirs.map((each) => each.ended)).toEqual(answered);
    });
    expect(program.stderr).not.toContain('pws:');
  });
});
