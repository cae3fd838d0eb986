/** What a run needs of a machine, and what is told of the machine it ran on. */
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { descriptorLimit } from './processes.ts';

/** How the first line of what a program says of itself reads; undefined without the program. */
function said(program: string, args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  return (stdout + stderr).trim().split('\n')[0] ?? '';
}

/** The version in what a program says of itself; undefined where there is no such program. */
export function versionSaid(program: string, args: readonly string[]): string | undefined {
  const text = said(program, args);
  return text === undefined ? undefined : (/\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? 'unknown');
}

/** What is missing without which nothing can be measured: a sentence for each. */
export function missingHere(): string[] {
  const missing = [];
  if (process.platform !== 'linux')
    return ['Linux: cores are chosen with taskset, memory read in /proc'];
  if (said('taskset', ['--version']) === undefined) missing.push('taskset (Debian: util-linux)');
  if (said('wrk', ['-v']) === undefined) missing.push('wrk (Debian: wrk)');
  if (said('openssl', ['version']) === undefined) missing.push('openssl (Debian: openssl)');
  if (cpus().length < 2) missing.push('a second core');
  return missing;
}

/** Whether HTTP/2 can be asked for. */
export function hasH2load(): boolean {
  return said('h2load', ['--version']) !== undefined;
}

/** For the results. */
export function describeMachine(tls: string | undefined): [what: string, value: string][] {
  const processors = cpus();
  const rows: [string, string][] = [
    ['Node', process.version],
    ['kernel', `${type()} ${release()}`],
    ['processor', `${processors.length} x ${processors[0]?.model.trim() || 'unknown'}`],
    ['memory', `${Math.round(totalmem() / 1024 ** 3)} GiB`],
    ['load generator', said('wrk', ['-v'])?.split('[')[0]?.trim() ?? 'unknown'],
    ['descriptors', `${descriptorLimit()}`],
  ];
  const h2load = said('h2load', ['--version']);
  if (h2load !== undefined) rows.push(['for HTTP/2', h2load]);
  if (tls !== undefined) rows.push(['TLS', `${tls}, ECDSA P-256`]);
  return rows;
}
