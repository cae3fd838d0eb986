/**
 * The program is told to read its configuration again (SIGHUP), while clients ask without a break:
 * nothing is lost, good files hold from then on, and bad ones change nothing.
 */
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const place = new TemporarySite({
  'one/a.txt': 'one\n',
  'one/b.txt': 'other\n',
  'two/a.txt': 'two\n',
});
const root = join(place.root, 'one');

afterEach(async () => {
  await killPrograms();
  rmSync(join(place.root, 'pws.config.json'), { force: true });
});
afterAll(() => place.remove());

/** Puts a file in place whole, as a person's editor does. */
function configure(text: string): void {
  renameSync(place.write('next.json', text), join(place.root, 'pws.config.json'));
}

/** Sends SIGHUP and waits for what the program says to it. */
async function reload(program: Program): Promise<string> {
  const before = program.stderr.length;
  program.signal('SIGHUP');
  await program.until(() => expect(program.stderr.slice(before)).toMatch(/^pws: .*\n$/s));
  return program.stderr.slice(before);
}

const DONE = 'pws: the configuration was read again';

/** Clients that ask over kept connections until they are stopped; gives what they were answered. */
async function askWithoutBreak(port: number): Promise<() => Promise<Map<string, number>>> {
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(port)));
  const answers = new Map<string, number>();
  let stopped = false;
  const asked = clients.map(async (client) => {
    while (!stopped) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      // oxlint-disable-next-line no-await-in-loop
      const { status, content } = await client.response();
      const answer = `${status} ${content.toString()}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    expect(client.end).toBe('open');
    client.leave();
  });
  return async () => {
    stopped = true;
    await Promise.all(asked);
    return answers;
  };
}

describe.runIf(process.platform !== 'win32')('SIGHUP', () => {
  it('takes good files on and leaves bad ones, and clients lose nothing by it', async () => {
    configure('{"index": "a.txt", "log": "none"}');
    const bounds = ['--max-requests-per-connection', '0'];
    const program = await Program.serving([root, ...bounds], { cwd: place.root });
    const stop = await askWithoutBreak(program.port);
    for (let round = 0; round < 10; round += 1) {
      configure('{"index": "b.txt", "log": "none"}');
      // oxlint-disable-next-line no-await-in-loop
      expect(await reload(program)).toBe(`${DONE}\n`);
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(program.port, '/')).content.toString()).toBe('other\n');
      configure('{"index": "a.txt",\n "log": 1}');
      // oxlint-disable-next-line no-await-in-loop
      expect(await reload(program)).toBe(
        'pws: the configuration stays as it was: pws.config.json:2:2: log: expected one of auto, pretty, combined, json, none, got 1\n',
      );
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(program.port, '/')).content.toString()).toBe('other\n');
      configure('{"index": "a.txt", "log": "none"}');
      // oxlint-disable-next-line no-await-in-loop
      expect(await reload(program)).toBe(`${DONE}\n`);
    }
    const answers = await stop();
    expect([...answers.keys()].toSorted()).toEqual(['200 one\n', '200 other\n']);
  });

  it('says what a running server cannot take on', async () => {
    const program = await Program.serving([root], { cwd: place.root });
    configure('{"backlog": 7, "listing": true}');
    expect(await reload(program)).toBe(`${DONE}; needs a restart: backlog\n`);
    expect((await ask(program.port, '/')).content.toString()).toContain('b.txt');
  });

  it('takes on who may have answers, and reads the file of passwords again', async () => {
    const users = place.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    configure('{"log": "none"}');
    const program = await Program.serving([root], { cwd: place.root });
    const status = async (password: string): Promise<number> => {
      const token = Buffer.from(`ann:${password}`).toString('base64');
      return (await ask(program.port, '/a.txt', 'GET', [`Authorization: Basic ${token}`])).status;
    };
    const file = JSON.stringify({ log: 'none', basicAuth: users, maxRequestsPerConnection: 1 });
    configure(file);
    expect(await reload(program)).toBe(`${DONE}\n`);
    expect([await status('sesame'), await status('other')]).toEqual([200, 401]);
    const { fields } = await ask(program.port, '/a.txt');
    expect(fields['connection']).toBe('close');

    place.write('users', `ann:${bcrypt.hashSync('other', 4)}\n`);
    expect(await reload(program)).toBe(`${DONE}\n`);
    expect([await status('sesame'), await status('other')]).toEqual([401, 200]);

    place.write('users', 'ann:sesame\n');
    expect(await reload(program)).toBe(
      `pws: the configuration stays as it was: ${users}:1: expected a bcrypt hash, as \`htpasswd -B\` makes it, got something else\n`,
    );
    expect([await status('sesame'), await status('other')]).toEqual([401, 200]);
  });

  it('says that it cannot begin to speak TLS, and changes nothing', async () => {
    const program = await Program.serving([root], { cwd: place.root });
    configure('{"https": true, "index": "a.txt"}');
    expect(await reload(program)).toBe(
      'pws: the configuration stays as it was: asked to speak TLS, which needs a restart\n',
    );
    expect((await ask(program.port, '/')).status).toBe(404);
  });

  it('leaves what flags say, which the file cannot change', async () => {
    const program = await Program.serving([root, '--index', 'a.txt'], { cwd: place.root });
    configure('{"index": "b.txt", "port": 1}');
    expect(await reload(program)).toBe(`${DONE}\n`);
    expect((await ask(program.port, '/')).content.toString()).toBe('one\n');
  });

  it('changes the form of the log', async () => {
    configure('{"log": "json"}');
    const program = await Program.serving([root], { cwd: place.root });
    await ask(program.port, '/a.txt');
    configure('{"log": "combined"}');
    await reload(program);
    await ask(program.port, '/b.txt');
    await program.until(() => expect(program.log).toHaveLength(2));
    expect(program.log[0]).toContain('"target":"/a.txt"');
    expect(program.log[1]).toContain('"GET /b.txt HTTP/1.1" 200');
  });

  it('follows a root that is a link and was pointed elsewhere', async () => {
    const link = join(place.root, 'current');
    symlinkSync('one', link);
    const program = await Program.serving([link]);
    expect((await ask(program.port, '/a.txt')).content.toString()).toBe('one\n');
    symlinkSync('two', `${link}.next`);
    renameSync(`${link}.next`, link);
    expect(await reload(program)).toBe(`${DONE}\n`);
    expect((await ask(program.port, '/a.txt')).content.toString()).toBe('two\n');
  });

  it('stays with the file that was named, and says so where it is gone', async () => {
    const path = place.write('named.json', '{"index": "b.txt"}');
    const program = await Program.serving([root, '--config', path]);
    rmSync(path);
    expect(await reload(program)).toBe(
      `pws: the configuration stays as it was: config: expected a file at ${path}, but there is none\n`,
    );
    expect((await ask(program.port, '/')).content.toString()).toBe('other\n');
  });

  it('does not keep the program from being stopped', async () => {
    const program = await Program.serving([root]);
    program.signal('SIGHUP');
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });
});
