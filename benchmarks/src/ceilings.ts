/**
 * What a server can reach at most on this machine with this load generator: two programs that give
 * an answer of PWS again and look at nothing. They are started, looked at and measured as servers are.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { versionSaid } from './machine.ts';
import type { Server, Setting } from './servers.ts';

/** The arguments of both. */
function ceilingArguments({ port, answer }: Setting): string[] {
  if (answer === undefined) throw new Error('expected an answer of PWS to give again');
  return [`${port}`, answer.file, ...(answer.closes ? ['close'] : [])];
}

/** In C, where there is a compiler, and in JavaScript. */
export const CEILINGS: readonly Server[] = [
  {
    id: 'ceiling-c',
    name: 'ceiling in C',
    kind: 'ceiling',
    can: [],
    needs: 'cc (Debian: gcc)',
    settings:
      '`benchmarks/src/ceiling-server.c`, compiled with `cc -O2`: no server; looks for requests all the time, so that nobody has to wake it',
    version: () => versionSaid('cc', ['--version']),
    command(setting) {
      const program = join(setting.folder, 'ceiling');
      const source = join(import.meta.dirname, '../src/ceiling-server.c');
      execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'] });
      return { argv: [program, ...ceilingArguments(setting)] };
    },
  },
  {
    id: 'ceiling-node',
    name: 'ceiling in JavaScript',
    kind: 'ceiling',
    can: [],
    settings:
      "`benchmarks/src/ceiling-server.ts`: no server; writes one answer on the handles below Node's sockets",
    version: () => process.version.slice(1),
    command: (setting) => ({
      argv: [
        process.execPath,
        join(import.meta.dirname, 'ceiling-server.js'),
        ...ceilingArguments(setting),
      ],
    }),
  },
];
