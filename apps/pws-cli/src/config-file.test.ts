import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import { type GivenArguments, readLayers } from './layers.ts';

const POSIX = process.platform !== 'win32';
const IS_ROOT = process.getuid?.() === 0;

// above/ the folder above the root     above/site/ the root     elsewhere/ another folder
const place = new TemporarySite();
const at = (name: string): string => join(place.root, name);
const fresh = (): void => {
  for (const name of ['above', 'elsewhere', 'pws.config.json'])
    rmSync(at(name), { recursive: true, force: true });
  for (const name of ['above/site/inner', 'elsewhere']) mkdirSync(at(name), { recursive: true });
};
fresh();

afterEach(fresh);
afterAll(() => place.remove());

interface Case {
  readonly root?: string | undefined;
  readonly flags?: GivenArguments['flags'];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

async function resolve(given: Case = {}): Promise<ServerConfig> {
  const { root = at('above/site'), flags = {}, env = {}, cwd = place.root } = given;
  const named = 'root' in given ? given.root : root;
  return resolveConfig(await readLayers({ root: named, flags }, { env, cwd }));
}

async function failureOf(given?: Case): Promise<unknown> {
  return resolve(given).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const portOf = (port: number): string => JSON.stringify({ port });

describe('the configuration file', () => {
  test.each<[readonly string[], Case, number, string]>([
    [[], {}, 8001, 'need not be there'],
    [['above/pws.config.json'], {}, 1, 'is found above the root'],
    [['above/site/pws.config.json'], {}, 1, 'is found in the root'],
    [['above/pws.config.json', 'above/site/pws.config.json'], {}, 1, 'above it first'],
    [['pws.config.json'], {}, 8001, 'is not looked for further up'],
    [['elsewhere/x.json'], { flags: { config: ['elsewhere/x.json'] } }, 1, 'is named by a flag'],
    [['elsewhere/x.json'], { env: { PWS_CONFIG: 'elsewhere/x.json' } }, 1, 'or by a variable'],
    [
      ['elsewhere/x.json', 'above/pws.config.json'],
      { flags: { config: ['elsewhere/x.json'] } },
      1,
      'then none is looked for',
    ],
    [
      ['elsewhere/x.json'],
      { flags: { config: ['x.json'] }, env: { INIT_CWD: at('elsewhere') } },
      1,
      'and counts from where the person stands',
    ],
    [
      ['above/pws.config.json'],
      { root: undefined, cwd: at('above/site') },
      1,
      'without a root too',
    ],
    [['above/pws.config.json'], { root: undefined, cwd: at('above') }, 1, 'in the current folder'],
  ])('%j %j gives %i: %s', async (paths, given, port) => {
    paths.forEach((path, index) => place.write(path, portOf(index + 1)));
    expect((await resolve(given)).port).toBe(port);
  });

  it('yields to the environment, which yields to flags', async () => {
    place.write('above/pws.config.json', '{"port": 1, "backlog": 1, "log": "none", "fresh": "9s"}');
    const env = { PWS_BACKLOG: '2', PWS_LOG: 'json' };
    const config = await resolve({ env, flags: { log: ['combined'] } });
    expect(config).toMatchObject({ port: 1, backlog: 2, log: 'combined', freshMs: 9000 });
  });

  it('yields to PORT too', async () => {
    place.write('above/pws.config.json', portOf(1));
    expect((await resolve({ env: { PORT: '2' } })).port).toBe(2);
  });

  it('may begin with a byte order mark', async () => {
    place.write('above/pws.config.json', `\uFEFF${portOf(1)}`);
    expect((await resolve()).port).toBe(1);
  });

  it('is not to be served, nor are its compressed forms', async () => {
    const path = place.write('above/site/pws.config.json', '{}');
    expect((await resolve()).withheld).toEqual([path, `${path}.br`, `${path}.zst`, `${path}.gz`]);
    rmSync(path);
    expect(await resolve()).not.toHaveProperty('withheld');
  });

  it.runIf(POSIX)('is kept back where it lies, not where a link to it does', async () => {
    const path = place.write('elsewhere/real.json', '{}');
    symlinkSync(path, at('above/site/pws.config.json'));
    expect((await resolve()).withheld).toContain(path);
  });
});

describe('paths in the configuration file', () => {
  const KEYS = { unix: 'a.sock', basicAuth: '../users', tlsCert: 'tls/c.pem', tlsKey: 'tls/k.pem' };

  it.each<[string, string, Case]>([
    ['above/pws.config.json', 'above', {}],
    ['above/site/pws.config.json', 'above/site', { env: { INIT_CWD: at('elsewhere') } }],
    ['elsewhere/x.json', 'elsewhere', { flags: { config: [at('elsewhere/x.json')] } }],
  ])('of %s count from %s', async (path, from, given) => {
    place.write(path, JSON.stringify(KEYS));
    const { unix, basicAuth, tls } = await resolve(given);
    expect([unix?.path, basicAuth, tls?.certificate]).toEqual([
      at(`${from}/a.sock`),
      join(at(from), '../users'),
      { certFile: at(`${from}/tls/c.pem`), keyFile: at(`${from}/tls/k.pem`) },
    ]);
  });

  it('yield to those of others, which count from where the person stands', async () => {
    place.write('above/pws.config.json', JSON.stringify(KEYS));
    const env = { INIT_CWD: at('elsewhere'), PWS_BASIC_AUTH: 'users' };
    const { unix, basicAuth } = await resolve({ env, flags: { unix: ['b.sock'] } });
    expect([unix?.path, basicAuth]).toEqual([at('elsewhere/b.sock'), at('elsewhere/users')]);
  });

  it('may be absolute', async () => {
    place.write('above/pws.config.json', '{"basicAuth": "/etc/users"}');
    expect((await resolve()).basicAuth).toBe('/etc/users');
  });

  it('lead to nothing that is served, where they are secret', async () => {
    place.write('above/pws.config.json', JSON.stringify({ ...KEYS, basicAuth: 'site/users' }));
    const { withheld } = await resolve();
    expect(withheld).toEqual(
      expect.arrayContaining([at('above/site/users'), at('above/tls/k.pem')]),
    );
    expect(withheld).toContain(at('above/site/users.gz'));
  });
});

describe('a root in the configuration file', () => {
  it('counts from the folder of the file', async () => {
    place.write('above/pws.config.json', '{"root": "site/inner"}');
    const config = await resolve({ root: undefined, cwd: at('above') });
    expect(config.root).toBe(at('above/site/inner'));
  });

  it('yields to that of the command line', async () => {
    place.write('above/pws.config.json', '{"root": "gone"}');
    expect((await resolve()).root).toBe(at('above/site'));
  });

  it('may be anywhere where a person named the file', async () => {
    place.write('elsewhere/x.json', '{"root": "../above"}');
    const config = await resolve({ root: undefined, flags: { config: ['elsewhere/x.json'] } });
    expect(config.root).toBe(at('above'));
  });

  test.each<[string, 1 | 2, string]>([
    [
      '..',
      2,
      `expected a folder in ${at('above')}, since nobody named this file with --config, got ".."`,
    ],
    [
      '/',
      2,
      `expected a folder in ${at('above')}, since nobody named this file with --config, got "/"`,
    ],
    ['gone', 1, `expected a folder at ${at('above/gone')}, but there is none`],
    ['pws.config.json', 1, `expected a folder, but ${at('above/pws.config.json')} is a file`],
  ])('may not be %j where it was found: %i', async (root, exitCode, message) => {
    place.write('above/pws.config.json', `{\n  "root": ${JSON.stringify(root)}\n}`);
    expect(await failureOf({ root: undefined, cwd: at('above') })).toMatchObject({
      exitCode,
      message: `pws.config.json:2:3: root: ${message}`,
    });
  });

  it.runIf(POSIX)('may not lead out by a link where it was found', async () => {
    symlinkSync(at('elsewhere'), at('above/out'));
    place.write('above/pws.config.json', '{"root": "out"}');
    expect(await failureOf({ root: undefined, cwd: at('above') })).toMatchObject({ exitCode: 2 });
  });
});

describe('the configuration file is refused', () => {
  const path = at('above/pws.config.json');
  const named = { flags: { config: [path] } };

  it('where it is named and not there', async () => {
    expect(await failureOf(named)).toMatchObject({
      exitCode: 1,
      message: `config: expected a file at ${path}, but there is none`,
    });
  });

  it('where it is a folder', async () => {
    mkdirSync(path);
    expect(await failureOf()).toMatchObject({
      exitCode: 1,
      message: `config: expected a file, but ${path} is none`,
    });
  });

  it.runIf(POSIX)('where it is a FIFO, which is not waited for', async () => {
    execFileSync('mkfifo', [path]);
    expect(await failureOf(named)).toMatchObject({
      exitCode: 1,
      message: `config: expected a file, but ${path} is none`,
    });
  });

  it.runIf(POSIX && !IS_ROOT)('where it may not be read', async () => {
    place.write('above/pws.config.json', '{}');
    chmodSync(path, 0);
    expect(await failureOf()).toMatchObject({
      exitCode: 1,
      message: `config: expected a file at ${path}, but it gave EACCES`,
    });
  });

  it('where it is no UTF-8', async () => {
    place.write('above/pws.config.json', Buffer.from('{"host": "\xff"}', 'latin1'));
    expect(await failureOf()).toMatchObject({
      exitCode: 2,
      message: 'above/pws.config.json: expected UTF-8, got other octets',
    });
  });

  it('where it is longer than any configuration', async () => {
    truncateSync(place.write('above/pws.config.json', '{}'), 2 ** 21);
    expect(await failureOf()).toMatchObject({
      exitCode: 2,
      message: `config: expected 1mb at most, but ${path} has 2097152 bytes`,
    });
  });

  it.each<[Case, string]>([
    [{}, 'above/pws.config.json'],
    [{ cwd: at('above') }, 'pws.config.json'],
    [{ cwd: at('elsewhere') }, path],
    [{ cwd: at('elsewhere'), env: { INIT_CWD: at('above') } }, 'pws.config.json'],
  ])('by its name as a person would write it: %j', async (given, name) => {
    place.write('above/pws.config.json', '{\n  "port": "x",\n  "quit": true\n}');
    expect(await failureOf(given)).toMatchObject({
      exitCode: 2,
      message: `${name}:2:3: port: expected a port from 0 to 65535, got "x"\n${name}:3:3: quit: expected a key that there is, did you mean quiet?`,
    });
  });

  it('even where flags win over what is wrong in it', async () => {
    place.write('above/pws.config.json', '{"port": "x"}');
    expect(await failureOf({ flags: { port: ['1'] } })).toMatchObject({ exitCode: 2 });
  });
});

// Only root can give a file to somebody else.
describe.runIf(IS_ROOT)('a configuration file of another user', () => {
  const path = at('above/pws.config.json');
  const give = (): void => {
    place.write('above/pws.config.json', portOf(1));
    chownSync(path, 4242, 4242);
  };

  it('is refused where it was found', async () => {
    give();
    expect(await failureOf()).toMatchObject({
      exitCode: 2,
      message: `config: expected ${path} to belong to the user that runs this, but it is another's. Name it with --config to use it all the same.`,
    });
  });

  it('is read where it was named', async () => {
    give();
    expect((await resolve({ flags: { config: [path] } })).port).toBe(1);
  });

  it('is read where root is that user by sudo', async () => {
    give();
    process.env['SUDO_UID'] = '4242';
    const config = await resolve();
    delete process.env['SUDO_UID'];
    expect(config.port).toBe(1);
  });
});
