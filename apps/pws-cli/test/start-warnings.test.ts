/**
 * The program where it does not listen on all that was asked for, and with all rights of a machine.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });

afterEach(killPrograms);
afterAll(() => site.remove());

// The first socket is that for IPv6, the second that for IPv4 in its place; with workers, twice. What
// follows asks for the addresses of the machine, and is refused, too.
const WITHOUT_IPV6 =
  'strace --daemonize --follow-forks --output=/dev/null --trace=bind --inject=bind:error=EADDRNOTAVAIL:when=1+2'.split(
    ' ',
  );
const [STRACE = '', ...STRACED] = WITHOUT_IPV6;
const TRACES = spawnSync(STRACE, [...STRACED, process.execPath, '--version']).status === 0;

describe.runIf(TRACES)('without IPv6 (needs strace)', () => {
  it.each([['1'], ['2']])(
    'says so in one line, and serves on IPv4, with --workers %s',
    async (workers) => {
      const args = [site.root, '-p', '0', '--workers', workers];
      const program = new Program(args, { through: WITHOUT_IPV6 });
      await program.untilReady();
      expect(program.stderr).toMatch(/^pws: there is no IPv6 here; serving on IPv4 alone\n\nPWS /);
      expect((await ask(program.port, '/')).status).toBe(200);
    },
  );
});

const IS_ROOT = process.geteuid?.() === 0;
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
/** Whoever that is may have to read the program and the site. */
function canBeNobody(): boolean {
  const [command = '', ...args] = AS_NOBODY;
  return (
    spawnSync(command, [...args, process.execPath, inject('program'), '--version']).status === 0
  );
}

describe.runIf(IS_ROOT)('started by root (runs as root alone)', () => {
  it.each([['1'], ['2']])(
    'says once that it needs no such rights, with --workers %s',
    async (workers) => {
      const program = await Program.serving([site.root, '--workers', workers]);
      expect(program.wholeStderr.match(/^pws: started as root, .*$/gm)).toHaveLength(1);
    },
  );

  it('says nothing of it where it was started as another user', async ({ skip }) => {
    if (!canBeNobody()) return skip();
    const program = await Program.serving(['/', '--log', 'none'], { through: AS_NOBODY });
    expect(program.wholeStderr).not.toContain('pws:');
  });
});
