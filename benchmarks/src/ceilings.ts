/**
 * What a server can reach at most on this machine with this load generator: programs that give an
 * answer of PWS again and look at nothing. They are started, looked at and measured as servers are.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { TLS13_SUITES } from './configurations.ts';
import { versionSaid } from './machine.ts';
import type { Server, Setting } from './servers.ts';

/** The arguments of all of them. */
function ceilingArguments({ port, answer, features, certificate, key }: Setting): string[] {
  if (answer === undefined) throw new Error('expected an answer of PWS to give again');
  const tls = features.includes('tls') ? [certificate, key] : [];
  return [`${port}`, answer.file, answer.closes ? 'close' : 'keep', ...tls];
}

/** @throws Error where it cannot be compiled for what is asked */
function compile({ folder, features }: Setting): string {
  const program = join(folder, 'ceiling');
  const source = join(import.meta.dirname, '../src/ceiling-server.c');
  const tls = features.includes('tls');
  if (tls && !hasOpensslHeaders()) {
    throw new Error('needs the headers of OpenSSL (Debian: libssl-dev)');
  }
  const args = ['-O2', ...(tls ? ['-DTLS'] : []), '-o', program, source];
  const libraries = tls ? ['-lssl', '-lcrypto'] : [];
  execFileSync('cc', [...args, ...libraries], { stdio: ['ignore', 'ignore', 'pipe'] });
  return program;
}

function hasOpensslHeaders(): boolean {
  const args = ['-E', '-x', 'c', '-include', 'openssl/ssl.h', '/dev/null'];
  return spawnSync('cc', args, { stdio: 'ignore' }).status === 0;
}

/** In C, where there is a compiler, and in JavaScript. */
export const CEILINGS: readonly Server[] = [
  {
    id: 'ceiling-c',
    name: 'ceiling in C',
    kind: 'ceiling',
    can: ['tls'],
    needs: 'cc (Debian: gcc)',
    settings:
      '`benchmarks/src/ceiling-server.c`, compiled with `cc -O2`, for TLS with OpenSSL: no server; looks for requests all the time where answers are small, so that nobody has to wake it',
    version: () => versionSaid('cc', ['--version']),
    command(setting) {
      const suites = setting.features.includes('tls') ? [TLS13_SUITES] : [];
      return { argv: [compile(setting), ...ceilingArguments(setting), ...suites] };
    },
  },
  {
    id: 'ceiling-node',
    name: 'ceiling in JavaScript',
    kind: 'ceiling',
    can: ['tls', 'http2'],
    settings:
      "`benchmarks/src/ceiling-server.ts`: no server; writes one answer on the handles below Node's sockets; for TLS `ceiling-tls-server.ts`, which is on `node:http2` for HTTP/2",
    version: () => process.version.slice(1),
    command(setting) {
      const tls = setting.features.includes('tls');
      const program = tls ? 'ceiling-tls-server.js' : 'ceiling-server.js';
      const file = join(import.meta.dirname, program);
      return { argv: [process.execPath, file, ...ceilingArguments(setting)] };
    },
  },
];
