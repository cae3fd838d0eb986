/**
 * Who is measured: one table. A server says how it is started, what it can be asked for, and in
 * words what it was set to. All listen on 127.0.0.1 and serve the same folder; none has more than
 * what its own documentation recommends, and none less.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CEILINGS } from './ceilings.ts';
import {
  writeCaddyfile,
  writeLighttpdConfiguration,
  writeNginxConfiguration,
} from './configurations.ts';
import { versionSaid } from './machine.ts';
import type { Feature } from './rows.ts';

/** What a server is started with. */
export interface Setting {
  /** The folder that is served. */
  readonly site: string;
  /** A folder of the server's own, for its configuration and its log. */
  readonly folder: string;
  readonly port: number;
  readonly features: readonly Feature[];
  /** As many as there will be at a time, at most. */
  readonly connections: number;
  /** As many as a process may have. */
  readonly descriptors: number;
  readonly certificate: string;
  readonly key: string;
  /** For a ceiling: the file with the octets that it answers, and whether it closes behind them. */
  readonly answer?: { readonly file: string; readonly closes: boolean };
}

/** How a process is started. */
interface Command {
  readonly argv: readonly [program: string, ...rest: string[]];
  /** Where standard output goes; dropped without one. */
  readonly output?: string;
}

/** A server. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /**
   * A peer runs on Node, as PWS does. A ceiling answers what ours does without reading what it is
   * asked: no server, but what a server can reach at most here.
   */
  readonly kind: 'ours' | 'other' | 'peer' | 'ceiling';
  /** What it can do beyond plain answers. */
  readonly can: readonly Feature[];
  /** For the page: what it was set to. */
  readonly settings: string;
  /** What has to be installed for it, where that is not the server itself. */
  readonly needs?: string;
  /** Undefined where it is not installed. */
  version(): string | undefined;
  command(setting: Setting): Command;
}

const require = createRequire(import.meta.url);

interface Package {
  readonly version: string;
  readonly bin?: string | Readonly<Record<string, string>>;
}

function packageOf(name: string): Package {
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as Package;
}

/** The file of the command that a package brings. */
function commandFile(name: string): string {
  const { bin } = packageOf(name);
  const file = typeof bin === 'object' ? Object.values(bin)[0] : bin;
  if (file === undefined) throw new Error(`expected ${name} to bring a command`);
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

function peer(
  name: string,
  can: readonly Feature[],
  settings: string,
  args: (setting: Setting) => string[],
): Server {
  return {
    id: name,
    name,
    kind: 'peer',
    can,
    settings,
    version: () => packageOf(name).version,
    command: (setting) => ({ argv: [process.execPath, commandFile(name), ...args(setting)] }),
  };
}

const PWS: Server = {
  id: 'pws',
  name: 'PWS',
  kind: 'ours',
  can: ['tls', 'http2', 'gzip', 'log', 'rules'],
  settings:
    'defaults, but `--log none` (`json`, to a file, where logs are measured), `--max-requests-per-connection 0` for HTTP/2, `--max-connections` in the row with 10,000, a `_headers` in the row with rules',
  version: () => packageOf('pws-cli').version,
  command({ site, folder, port, features, connections, certificate, key }) {
    const logged = features.includes('log');
    const args = ['--host', '127.0.0.1', '--port', `${port}`, '--quiet'];
    args.push('--log', logged ? 'json' : 'none');
    if (features.includes('tls')) args.push('--tls-cert', certificate, '--tls-key', key);
    // h2load does not connect again when a connection has had its 1000 requests.
    if (features.includes('http2')) args.push('--max-requests-per-connection', '0');
    // The default is 4096 at most.
    if (connections > 4000) args.push('--max-connections', `${connections + 64}`);
    return {
      argv: [process.execPath, commandFile('pws-cli'), ...args, site],
      ...(logged ? { output: join(folder, 'log.jsonl') } : {}),
    };
  },
};

const NGINX: Server = {
  id: 'nginx',
  name: 'nginx',
  kind: 'other',
  can: ['tls', 'http2', 'gzip', 'log', 'rules'],
  settings:
    'one worker, `sendfile`, `tcp_nopush`, `open_file_cache` (believed for its default of 60 s), `access_log off` (with `buffer=64k`, to a file, where logs are measured), `gzip` in the row for it, `keepalive_requests` large for HTTP/2, `add_header` in the row with rules',
  version: () => versionSaid('nginx', ['-v']),
  command: (setting) => ({
    argv: ['nginx', '-p', setting.folder, '-e', 'stderr', '-c', writeNginxConfiguration(setting)],
  }),
};

const CADDY: Server = {
  id: 'caddy',
  name: 'Caddy',
  kind: 'other',
  can: ['tls', 'http2', 'gzip'],
  settings: 'defaults, no admin, no log; `encode gzip` in the row for it',
  version: () => versionSaid('caddy', ['version']),
  command: (setting) => ({
    argv: ['caddy', 'run', '--adapter', 'caddyfile', '--config', writeCaddyfile(setting)],
  }),
};

const LIGHTTPD: Server = {
  id: 'lighttpd',
  name: 'lighttpd',
  kind: 'other',
  can: ['tls', 'http2', 'gzip'],
  settings: 'defaults, no log, 1000 requests per connection; `mod_deflate` in the row for it',
  version: () => versionSaid('lighttpd', ['-v']),
  command: (setting) => ({ argv: ['lighttpd', '-D', '-f', writeLighttpdConfiguration(setting)] }),
};

const PEERS: readonly Server[] = [
  peer('sirv-cli', [], '`--etag --quiet`', ({ site, port }) => [
    site,
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--etag',
    '--quiet',
  ]),
  peer(
    'serve',
    ['tls', 'gzip'],
    '`--no-request-logging --no-clipboard`',
    ({ site, port, features, certificate, key }) => [
      '--listen',
      `tcp://127.0.0.1:${port}`,
      '--no-request-logging',
      '--no-clipboard',
      ...(features.includes('tls') ? ['--ssl-cert', certificate, '--ssl-key', key] : []),
      site,
    ],
  ),
  peer('http-server', ['tls'], '`--silent`', ({ site, port, features, certificate, key }) => [
    site,
    '-a',
    '127.0.0.1',
    '-p',
    `${port}`,
    '--silent',
    ...(features.includes('tls') ? ['--tls', '--cert', certificate, '--key', key] : []),
  ]),
  {
    id: 'fastify-static',
    name: '@fastify/static',
    kind: 'peer',
    can: ['tls'],
    settings: `defaults, in Fastify ${packageOf('fastify').version}, no log`,
    version: () => packageOf('@fastify/static').version,
    command({ site, folder, port, features, certificate, key }) {
      const file = join(folder, 'fastify.json');
      const tls = features.includes('tls') ? { certificate, key } : undefined;
      writeFileSync(file, JSON.stringify({ site, port, tls }));
      return { argv: [process.execPath, join(import.meta.dirname, 'fastify-server.js'), file] };
    },
  },
];

/** All of them; the first is ours. */
export const SERVERS: readonly [Server, ...Server[]] = [
  PWS,
  NGINX,
  CADDY,
  LIGHTTPD,
  ...PEERS,
  ...CEILINGS,
];
