import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import { type GivenArguments, readLayers } from './layers.ts';

// stands/          where the person stands
// package/static/  the default of a package script
// bare/            no static in it
// file/static      a file named like the default
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-config-'));
const at = (name: string): string => join(folder, name);
for (const name of ['stands/site', 'package/static', 'bare', 'file', 'blank name']) {
  mkdirSync(at(name), { recursive: true });
}
writeFileSync(at('file/static'), '');
writeFileSync(at('page.html'), '');
symlinkSync(at('stands/site'), at('link'));
symlinkSync(at('gone'), at('dangling'));

afterAll(() => rmSync(folder, { recursive: true }));

/** What is kept back with a file: who compresses a folder may have compressed it too. */
const codedForms = (path: string): string[] =>
  ['', '.br', '.zst', '.gz'].map((form) => path + form);

interface Case {
  readonly root?: string;
  readonly flags?: GivenArguments['flags'];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

async function resolve(given: Case): Promise<ServerConfig> {
  const { root, flags = {}, env = {}, cwd = at('bare') } = given;
  return resolveConfig(await readLayers({ root, flags }, { env, cwd }));
}

async function failureOf(given: Case): Promise<CommandError> {
  const failure = await resolve(given).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(CommandError);
  return failure as CommandError;
}

describe('resolveConfig() without arguments', () => {
  it('gives the defaults, frozen', async () => {
    const config = await resolve({});
    expect(config).toEqual({
      port: 8001,
      autoPort: false,
      host: undefined,
      unix: undefined,
      backlog: 511,
      index: ['index.html'],
      cleanUrls: true,
      trailingSlash: 'auto',
      shell: undefined,
      base: '/',
      rules: 'netlify',
      mounts: [],
      listing: false,
      dotfiles: 'deny',
      symlinks: 'within',
      etag: 'auto',
      maxRanges: 16,
      maxListEntries: 10_000,
      fsTimeoutMs: 10_000,
      precompressed: true,
      compress: true,
      cache: 'auto',
      memoryBytes: 64 * 1024 ** 2,
      freshMs: 1000,
      maxConnections: undefined,
      maxConnectionsPerIp: 0,
      limits: {
        headMs: 15_000,
        idleMs: 65_000,
        sendMs: 30_000,
        minSendBytesPerSecond: 512,
        lingerMs: 2000,
        maxRequests: 1000,
        maxAgeMs: 3_600_000,
      },
      wireLimits: { maxTargetBytes: 8192, maxHeadBytes: 16_384, maxFields: 100 },
      workers: 1,
      graceMs: 10_000,
      drainDelayMs: 0,
      isolate: false,
      proxyProtocol: false,
      envPath: '/env.js',
      serverHeader: 'PWS/1.0',
      log: 'auto',
      logFieldLimit: 1024,
      health: false,
      metrics: false,
      quiet: false,
      verbose: false,
      root: at('bare'),
    });
    expect(Object.isFrozen(config)).toBe(true);
  });
});

it('resolveConfig() gives plain values, which workers are sent as JSON', async () => {
  const flags = {
    unix: ['a.sock'],
    index: ['a.html', 'b.html'],
    'allowed-hosts': ['a.example,.b.example'],
    'basic-auth': ['users'],
    cors: ['https://a.example'],
    header: ['A: 1, 2', 'B: "3"'],
    hsts: ['60,subdomains'],
    'trust-proxy': ['10.0.0.0/8,::1'],
    'tls-cert': ['cert.pem'],
    'tls-key': ['key.pem'],
    metrics: ['127.0.0.1:0'],
    health: [''],
    workers: ['auto'],
    'max-connections': ['0'],
  };
  const config = await resolve({ flags });
  expect(JSON.parse(JSON.stringify(config))).toEqual(config);
});

describe('resolveConfig() takes the port', () => {
  test.each<[number, Case, string]>([
    [1, { flags: { port: ['1'] }, env: { PWS_PORT: '2', PORT: '3' } }, 'of the flag first'],
    [2, { env: { PWS_PORT: '2', PORT: '3' } }, 'then of PWS_PORT'],
    [3, { env: { PORT: '3' } }, 'then of PORT'],
    [3, { env: { PWS_PORT: '', PORT: '3' } }, 'where an empty variable is none'],
    [8001, { env: { PORT: '' } }, 'and else the default'],
    [0, { flags: { port: ['0'] }, env: { PORT: '3' } }, 'of a flag that is 0 too'],
  ])('%i %j: %s', async (port, given) => {
    expect((await resolve(given)).port).toBe(port);
  });
});

describe('resolveConfig() reads from the environment', () => {
  test.each<[keyof ServerConfig, string, string, unknown]>([
    ['host', 'PWS_HOST', '127.0.0.1', '127.0.0.1'],
    ['unix', 'PWS_UNIX', '/run/pws.sock', { path: '/run/pws.sock', mode: 0o600 }],
    ['backlog', 'PWS_BACKLOG', '7', 7],
    ['index', 'PWS_INDEX', 'a.html,b.html', ['a.html', 'b.html']],
    ['listing', 'PWS_LISTING', '1', true],
    ['dotfiles', 'PWS_DOTFILES', 'allow', 'allow'],
    ['symlinks', 'PWS_SYMLINKS', 'deny', 'deny'],
    ['etag', 'PWS_ETAG', 'off', 'off'],
    ['precompressed', 'PWS_PRECOMPRESSED', 'false', false],
    ['compress', 'PWS_COMPRESS', '0', false],
    ['memoryBytes', 'PWS_MEMORY', '1mb', 1_048_576],
    ['freshMs', 'PWS_FRESH', '0', 0],
    ['maxConnections', 'PWS_MAX_CONNECTIONS', '7', 7],
    ['workers', 'PWS_WORKERS', 'auto', 'auto'],
    ['graceMs', 'PWS_GRACE', '5s', 5000],
    ['drainDelayMs', 'PWS_DRAIN_DELAY', '1s', 1000],
    ['allowedHosts', 'PWS_ALLOWED_HOSTS', 'a.example,.b.example', ['a.example', '.b.example']],
    ['basicAuth', 'PWS_BASIC_AUTH', 'users', at('bare/users')],
    ['cors', 'PWS_CORS', '*', '*'],
    [
      'header',
      'PWS_HEADER',
      'A: 1, 2\nB: 3',
      [
        ['A', '1, 2'],
        ['B', '3'],
      ],
    ],
    ['autoPort', 'PWS_AUTO_PORT', '1', true],
    ['maxRanges', 'PWS_MAX_RANGES', '0', 0],
    ['maxListEntries', 'PWS_MAX_LIST_ENTRIES', '7', 7],
    ['fsTimeoutMs', 'PWS_FS_TIMEOUT', '2s', 2000],
    ['maxConnectionsPerIp', 'PWS_MAX_CONNECTIONS_PER_IP', '8', 8],
    ['serverHeader', 'PWS_SERVER_HEADER', 'off', false],
    ['logFieldLimit', 'PWS_LOG_FIELD_LIMIT', '64', 64],
    ['hsts', 'PWS_HSTS', '60', { maxAgeSeconds: 60, includesSubdomains: false }],
    ['isolate', 'PWS_ISOLATE', '1', true],
    ['trustProxy', 'PWS_TRUST_PROXY', '10.0.0.0/8,::1', ['10.0.0.0/8', '::1']],
    ['proxyProtocol', 'PWS_PROXY_PROTOCOL', '1', true],
    ['envPrefix', 'PWS_ENV_PREFIX', 'PUBLIC_', 'PUBLIC_'],
    ['envPath', 'PWS_ENV_PATH', '/config.js', '/config.js'],
    ['tls', 'PWS_HTTPS', '1', { certificate: 'made', http2: true, redirectHttpPort: undefined }],
    ['log', 'PWS_LOG', 'json', 'json'],
    ['quiet', 'PWS_QUIET', '1', true],
    ['verbose', 'PWS_VERBOSE', 'true', true],
  ])('%s from %s', async (name, variable, text, value) => {
    expect((await resolve({ env: { [variable]: text } }))[name]).toEqual(value);
  });

  it('several index files from one flag that was repeated', async () => {
    const flags = { index: ['a.html', 'b.html,c.html'] };
    expect((await resolve({ flags })).index).toEqual(['a.html', 'b.html', 'c.html']);
  });

  it.each<[string, Case]>([
    ['bare/a.sock', {}],
    ['stands/a.sock', { env: { INIT_CWD: at('stands') } }],
  ])('a Unix socket at %s: relative to where the person stands', async (expected, given) => {
    const flags = { unix: ['a.sock'], 'unix-mode': ['0660'] };
    const { unix } = await resolve({ ...given, flags });
    expect(unix).toEqual({ path: at(expected), mode: 0o660 });
  });

  it('several fields, commas in them, from one flag that was repeated', async () => {
    const flags = { header: ['Cache-Control: public, max-age=60', 'X-Robots-Tag: noindex'] };
    expect((await resolve({ flags })).header).toEqual([
      ['Cache-Control', 'public, max-age=60'],
      ['X-Robots-Tag', 'noindex'],
    ]);
  });

  it('the file of names from where the person stands', async () => {
    const env = { INIT_CWD: at('stands') };
    const relativePath = await resolve({ flags: { 'basic-auth': ['users'] }, env });
    expect(relativePath.basicAuth).toBe(at('stands/users'));
    const absolutePath = await resolve({ flags: { 'basic-auth': ['/etc/users'] }, env });
    expect(absolutePath.basicAuth).toBe('/etc/users');
    expect(absolutePath.withheld, 'hashes are no file of the site').toEqual(
      codedForms('/etc/users'),
    );
  });

  it('certificate and key from where the person stands, and serves the key to nobody', async () => {
    const env = { INIT_CWD: at('stands'), PWS_TLS_CERT: 'c.pem', PWS_TLS_KEY: 'site/k.pem' };
    const keyFile = at('stands/site/k.pem');
    expect(await resolve({ env, flags: { http2: ['false'] } })).toMatchObject({
      tls: { certificate: { certFile: at('stands/c.pem'), keyFile }, http2: false },
      withheld: codedForms(keyFile),
    });
  });

  it('but a flag wins, false over true as well', async () => {
    const env = { PWS_QUIET: 'true', PWS_LOG: 'json', PWS_BACKLOG: '7' };
    const flags = { quiet: ['false'], log: ['none'], backlog: ['8'] };
    expect(await resolve({ flags, env })).toMatchObject({ quiet: false, log: 'none', backlog: 8 });
  });

  it('and nothing from HOST or LOG, which others set for other ends', async () => {
    const env = { HOST: 'nonsense', LOG: 'nonsense', QUIET: '1', BACKLOG: '-1' };
    expect(await resolve({ env })).toMatchObject({ host: undefined, log: 'auto', quiet: false });
  });
});

describe('resolveConfig() refuses', () => {
  test.each<[string, Case]>([
    ['--port: expected a port from 0 to 65535, got "x"', { flags: { port: ['x'] } }],
    ['PWS_PORT: expected a port from 0 to 65535, got "70000"', { env: { PWS_PORT: '70000' } }],
    ['PORT: expected a port from 0 to 65535, got "http"', { env: { PORT: 'http' } }],
    [
      'PWS_LOG: expected one of auto, pretty, combined, json, none, got "xml"',
      { env: { PWS_LOG: 'xml' } },
    ],
    ['PWS_QUIET: expected true or false, got "yes"', { env: { PWS_QUIET: 'yes' } }],
    [
      'PWS_TRUST_PROXY: expected address ranges such as 10.0.0.0/8, ::1 or 2001:db8::/32 with commas between them, got "lan"',
      { env: { PWS_TRUST_PROXY: 'lan' } },
    ],
    ['--tls-cert: expected --tls-key beside it', { flags: { 'tls-cert': ['c.pem'] } }],
    ['--port: expected once, got it 2 times', { flags: { port: ['1', '1'] } }],
    ['--memory: expected once, got it 2 times', { flags: { memory: ['1mb', '2mb'] } }],
    ['--log: expected once, got it 3 times', { flags: { log: ['json', 'none', 'json'] } }],
    ['root: expected a folder, got an empty name', { root: '' }],
  ])('%s', async (message, given) => {
    expect(await failureOf(given)).toMatchObject({ exitCode: 2, message });
  });

  test.each<[string, Case]>([
    [`root: expected a folder at ${at('gone')}, but there is none`, { root: at('gone') }],
    [`root: expected a folder at ${at('dangling')}, but there is none`, { root: at('dangling') }],
    [
      `root: expected a folder at ${at('page.html/x')}, but there is none`,
      { root: at('page.html/x') },
    ],
    [`root: expected a folder, but ${at('page.html')} is a file`, { root: at('page.html') }],
    [`root: expected a folder at ${at('bare/gone')}, but there is none`, { root: 'gone' }],
  ])('%s', async (message, given) => {
    expect(await failureOf(given)).toMatchObject({ exitCode: 1, message });
  });

  it('a wrong value before a wrong root', async () => {
    expect(await failureOf({ root: at('gone'), flags: { port: ['x'] } })).toMatchObject({
      exitCode: 2,
    });
  });
});

describe('resolveConfig() serves', () => {
  test.each<[string, Case, string]>([
    ['bare', {}, 'the current folder where it has no static'],
    ['package/static', { cwd: at('package') }, 'static where there is one'],
    ['file', { cwd: at('file') }, 'the current folder where static is a file'],
    [
      'package/static',
      { cwd: at('package'), env: { INIT_CWD: at('stands') } },
      'static of the package that a script runs in',
    ],
    [
      'stands',
      { cwd: at('bare'), env: { INIT_CWD: at('stands') } },
      'where the person stands, when the package has no static',
    ],
    [
      'stands/site',
      { root: 'site', cwd: at('package'), env: { INIT_CWD: at('stands') } },
      'a relative root from where the person stands',
    ],
    ['bare', { root: '../bare', cwd: at('package') }, 'a root that leads up'],
    ['package', { root: '.', cwd: at('package') }, 'the current folder where that is asked for'],
    ['stands/site', { root: at('link') }, 'what a link leads to, links resolved'],
    ['blank name', { root: at('blank name') }, 'a folder with a blank in its name'],
    ['bare', { root: `${at('bare')}/` }, 'a folder with a slash behind it'],
  ])('%s for %j: %s', async (expected, given) => {
    expect(relative(folder, (await resolve(given)).root)).toBe(expected);
  });
});
