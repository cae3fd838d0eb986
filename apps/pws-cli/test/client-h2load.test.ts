/**
 * h2load: a bounded number of requests as fast as a client can send them. Each is answered, and
 * each is in the log. How fast that is, benchmarks show.
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hasProgram, runProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { TemporarySite } from './temporary-site.ts';

const HAS_H2LOAD = hasProgram('h2load');

const REQUESTS = 3000;
const site = new TemporarySite({ 'index.html': 'Front page\n', 'text.txt': 'Text\n'.repeat(4000) });
const kept = new TemporarySite();

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  kept.remove();
});

describe.runIf(HAS_H2LOAD)('h2load', () => {
  it.each<[version: string, scheme: string, flags: string[], args: string[]]>([
    ['HTTP/1.1', 'http', [], ['--h1']],
    ['HTTP/1.1, pipelined', 'http', [], ['--h1', '-m', '8']],
    ['HTTP/1.1, two workers', 'http', ['--workers', '2'], ['--h1', '-m', '8']],
    ['HTTP/1.1 over TLS', 'https', ['--https'], ['--h1']],
    ['HTTP/2', 'https', ['--https'], ['-m', '1']],
    ['HTTP/2, streams at once', 'https', ['--https'], ['-m', '32']],
    ['HTTP/2, two workers', 'https', ['--https', '--workers', '2'], ['-m', '32']],
  ])('has an answer to each request over %s', async (_version, scheme, flags, args) => {
    const env = { XDG_CACHE_HOME: kept.root };
    // A client that is told to go away counts what it did not ask as failed.
    const many = ['--max-requests-per-connection', '1000000', '--log', 'combined'];
    const program = await Program.serving([site.root, ...many, ...flags], { env });
    const origin = `${scheme}://127.0.0.1:${program.port}`;
    const counts = ['-n', String(REQUESTS), '-c', '8'];
    const targets = [`${origin}/`, `${origin}/text.txt`];
    const { stdout, stderr } = await runProgram('h2load', [...counts, ...args, ...targets]);
    expect(stdout, stderr).toContain(
      `${REQUESTS} done, ${REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout\n`,
    );
    expect(stdout).toContain(`status codes: ${REQUESTS} 2xx, 0 3xx, 0 4xx, 0 5xx\n`);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.log).toHaveLength(REQUESTS);
    expect(program.stderr).not.toContain('pws:');
  });
});
