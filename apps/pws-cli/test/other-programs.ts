/**
 * Programs of others that meet ours: curl, haproxy, … Says whether they are here, aloud where they
 * are not, and runs them.
 */
import { spawn, spawnSync } from 'node:child_process';

/** What has to be here, with blanks between: where it is missing its tests fail. */
const required = (process.env['PWS_REQUIRE_PROGRAMS'] ?? '').split(/\s+/);

/** A bound for one that hangs, not a measure. */
const DEADLINE_MS = 60_000;

/** How to ask a program whether it is what a test needs. */
export interface Question {
  /** With which it says what it is. Default: `--version` */
  readonly args?: readonly string[];
  /** What it has to say. Default: anything */
  readonly shows?: RegExp;
}

/** Whether a program is here. `PWS_REQUIRE_PROGRAMS` names those whose tests must not be skipped. */
export function hasProgram(name: string, { args = ['--version'], shows }: Question = {}): boolean {
  const { error, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' });
  const isHere = error === undefined && (shows?.test(stdout + stderr) ?? true);
  if (isHere || required.includes(name)) return true;
  const what = shows === undefined ? name : `${name} that shows ${String(shows)}`;
  // Past the reporter, which shows no output of tests that do not run.
  process.stderr.write(
    `skipped: no ${what} on this machine; PWS_REQUIRE_PROGRAMS=${name} makes this a failure\n`,
  );
  return false;
}

/** How a program ended, and what it said. */
export interface Said {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code is. */
export function runProgram(name: string, args: readonly string[], input = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { timeout: DEADLINE_MS, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (octets: Buffer) => (stdout += octets.toString('latin1')));
    child.stderr.on('data', (octets: Buffer) => (stderr += octets.toString('latin1')));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    // One that ends before it has read all is asked by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
