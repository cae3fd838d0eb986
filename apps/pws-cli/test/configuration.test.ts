/**
 * The program with a configuration file: what is in it holds, what is wrong with it is told, and
 * nobody can ask for it. The README's example is one of the files.
 */
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { readConfigText } from '../src/config-text.ts';
import { Program, type Surroundings, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const POSIX = process.platform !== 'win32';

const place = new TemporarySite({
  'site/index.html': 'Front page\n',
  'site/other.html': 'Other page\n',
  'site/folder/a.txt': 'a\n',
});
const root = join(place.root, 'site');
const configure = (config: unknown, path = 'pws.config.json'): string =>
  place.write(path, JSON.stringify(config, undefined, 2));

afterEach(async () => {
  await killPrograms();
  for (const path of ['pws.config.json', 'site/pws.config.json', 'site/link.json']) {
    rmSync(join(place.root, path), { force: true });
  }
});
afterAll(() => place.remove());

async function run(args: readonly string[], surroundings?: Surroundings): Promise<Program> {
  const program = new Program(args, surroundings);
  await program.untilEnd();
  return program;
}

const textAt = async (program: Program, path: string): Promise<string> =>
  (await ask(program.port, path)).content.toString();

describe('a configuration file', () => {
  it('says what holds where nobody else does', async () => {
    configure({ index: ['other.html'], log: 'combined' });
    const program = await Program.serving([root]);
    expect(await textAt(program, '/')).toBe('Other page\n');
    await program.until(() => expect(program.log[0]).toContain('"GET / HTTP/1.1" 200'));
  });

  it('names the root where the command line does not', async () => {
    const path = configure({ root: '.', index: 'a.txt' }, 'site/folder/x.json');
    const program = await Program.serving(['--config', path]);
    expect(await textAt(program, '/')).toBe('a\n');
  });

  it('that is wrong stops the program, which tells all that is wrong', async () => {
    configure({ port: 'x', prot: 1 });
    const program = await run([root], { cwd: place.root });
    expect([program.stderr, program.stdout, program.end?.exitCode]).toEqual([
      [
        'pws: pws.config.json:2:3: port: expected a port from 0 to 65535, got "x"',
        'pws.config.json:3:3: prot: expected a key that there is, did you mean port?',
        '',
      ].join('\n'),
      '',
      2,
    ]);
  });

  it('that is named and not there stops the program too', async () => {
    const program = await run([root, '--config', join(place.root, 'gone.json')]);
    expect([program.stderr, program.end?.exitCode]).toEqual([
      `pws: config: expected a file at ${join(place.root, 'gone.json')}, but there is none\n`,
      1,
    ]);
  });
});

describe('the file of passwords that a configuration file names', () => {
  const RIGHT = [`Authorization: Basic ${Buffer.from('ann:sesame').toString('base64')}`];

  it('lies beside that file, and is served to nobody, also where that is the root', async () => {
    const users = place.write('site/users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    place.write('site/users.gz', 'compressed');
    configure({ basicAuth: 'users' }, 'site/pws.config.json');
    const program = await Program.serving([root], { cwd: place.root });
    expect((await ask(program.port, '/')).status).toBe(401);
    expect((await ask(program.port, '/', 'GET', RIGHT)).status).toBe(200);
    for (const target of ['/users', '/users.gz']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(program.port, target, 'GET', RIGHT)).status).toBe(404);
    }
    const printed = await run([root, '--print-config'], { cwd: place.root });
    expect(JSON.parse(printed.stdout)).toMatchObject({ basicAuth: users });
    place.write('elsewhere/printed.json', printed.stdout);
    const again = await run(['--config', 'elsewhere/printed.json', '--print-config'], {
      cwd: place.root,
    });
    expect(again.stdout).toBe(printed.stdout);
  });
});

describe('a configuration file in the root is not there for clients', () => {
  test.each<[string, string]>([
    ['/pws.config.json', 'by its name'],
    ['/%70ws.config.json', 'by its name, encoded in part'],
    ['/pws%2Econfig%2ejson', 'by its name, the dots encoded'],
    ['/pws.config.json?x', 'with a query'],
    ['/pws.config.json/', 'as a folder'],
    ['/link.json', 'by a link'],
    ['/pws.config.json.gz', 'compressed'],
  ])('%s: %s', async (path) => {
    configure({ symlinks: 'follow', memory: 0 }, 'site/pws.config.json');
    place.write('site/pws.config.json.gz', 'compressed');
    if (POSIX) symlinkSync('pws.config.json', join(root, 'link.json'));
    const program = await Program.serving([root]);
    const missing = await ask(program.port, '/there-is-none');
    const answer = await ask(program.port, path);
    expect([answer.status, answer.content]).toEqual([404, missing.content]);
  });

  it('and in no listing', async () => {
    configure({ listing: true, index: ['none.html'] }, 'site/pws.config.json');
    const program = await Program.serving([root]);
    expect(await textAt(program, '/')).toContain('other.html');
    expect(await textAt(program, '/')).not.toContain('pws.config');
  });
});

describe('--print-config', () => {
  it('prints what holds on standard output and stops', async () => {
    configure({ port: 3000, memory: '1024kb', log: 'json' });
    const args = [root, '--print-config', '--log', 'none'];
    const program = await run(args, { env: { PWS_FRESH: '2000ms' } });
    expect([program.stderr, program.end?.exitCode]).toEqual(['', 0]);
    expect(JSON.parse(program.stdout)).toMatchObject({
      root,
      port: 3000,
      memory: '1mb',
      fresh: '2s',
      log: 'none',
      index: ['index.html'],
    });
  });

  it.runIf(process.platform === 'linux')(
    'prints how many connections the descriptors are good for (Linux)',
    async () => {
      const shell = 'ulimit -n 1024 && exec "$@"';
      const program = await run([root, '--print-config'], { shell });
      expect(JSON.parse(program.stdout)).toMatchObject({ maxConnections: 480 });
    },
  );

  it('prints what can be used as a file, and is printed the same then', async () => {
    configure({ port: 3000, index: ['a', 'b'], host: '::1', fresh: 0 });
    const first = await run([root, '--print-config']);
    const path = place.write('printed.json', first.stdout);
    const again = await run(['--print-config', '--config', path]);
    expect(again.stdout).toBe(first.stdout);
  });

  it('prints nothing where something is wrong', async () => {
    const program = await run([root, '--print-config', '--port', 'x']);
    expect([program.stdout, program.end?.exitCode]).toEqual(['', 2]);
  });
});

describe('the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(readme) ?? [];

  it('shows a configuration file that is read', async () => {
    const file = JSON.parse(example) as Record<string, unknown>;
    place.write('pws.config.json', example.replace('"dist"', '"site"'));
    const program = await run(['--print-config'], { cwd: place.root });
    expect(program.stderr).toBe('');
    delete file['$schema'];
    expect(JSON.parse(program.stdout)).toMatchObject({ ...file, root });
  });

  it('shows no configuration file that would be refused', () => {
    const examples = [...readme.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = '']) => text);
    expect(examples.length).toBeGreaterThan(2);
    for (const text of examples) {
      const { values, mounts, rules } = readConfigText(text, 'pws.config.json');
      const count = values.size + mounts.length + rules.headers.length + rules.redirects.length;
      expect(count).toBeGreaterThan(0);
    }
  });

  it('shows what is told of one that is wrong', () => {
    const wrong = example
      .replace('"port": 3000', '"port": "3000"')
      .replace('"log": "combined"', '"log": "combined",\n  "compres": true');
    const [, told] = /^```\npws: (pws\.config\.json:.*?)\n```$/ms.exec(readme) ?? [];
    const refusal = { exitCode: 2, message: told };
    expect(() => readConfigText(wrong, 'pws.config.json')).toThrow(
      expect.objectContaining(refusal),
    );
  });
});
