/**
 * A machine of its own for one program, as far as Linux makes one without another kernel: what is
 * mounted in it, and what its network does. It needs the superuser; where it cannot be had, that is
 * said aloud.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Program } from './program.ts';

/**
 * With its own mounts. All processes in it end with the first one, so that none that serves a file
 * system stays behind.
 */
const MOUNTS = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;

/** A command that makes a namespace with its own mounts and runs the script before the program. */
export function withMounts(script: string): string[] {
  return [...MOUNTS, 'sh', '-c', `${script} && exec "$@"`, 'sh'];
}

/**
 * The same with its own network, of loopback alone, whose packets are no larger than Ethernet's.
 */
export function withNetwork(script: string): string[] {
  const all = `ip link set lo up mtu 1500 && ${script} && exec "$@"`;
  return ['unshare', '--net', 'sh', '-c', all, 'sh'];
}

/** Whether a program can be started through a command here; says aloud where not. */
export function canRunIn(command: readonly string[]): boolean {
  const [name = 'true', ...args] = command;
  const { status, stderr } = spawnSync(name, [...args, 'true'], { encoding: 'utf8' });
  if (status === 0) return true;
  const why = (stderr ?? '').trim() || 'no such program';
  // Past the reporter, which shows no output of tests that do not run.
  process.stderr.write(`skipped: no program can be started through ${name} here: ${why}\n`);
  return false;
}

/** The program's number, where it was started through {@link withMounts}: it is the only child. */
export function numberInside(program: Program): number {
  const { pid } = program;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** Runs a command where a process is, in its mounts and its network, among its processes. */
export function runBeside(pid: number, command: readonly string[]): string {
  const args = ['--target', String(pid), '--mount', '--net', '--pid', ...command];
  return execFileSync('nsenter', args, { encoding: 'utf8' });
}
