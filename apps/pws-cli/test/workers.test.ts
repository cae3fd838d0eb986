/**
 * The program with workers: one banner, one log, one end; and what happens when one of them is
 * killed, or all are replaced.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { type SecureVersion, type TLSSocket, connect } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, type Surroundings, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, testCertificate } from './tls-client.ts';
import { ownerOf, workersOf } from './worker-processes.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(16 * 1024 * 1024);
const site = new TemporarySite({ 'index.html': 'Front page\n', 'large.bin': large });
const GET_LARGE = 'GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';
const KILLED = 'pws: a worker is gone (it ended with SIGKILL); another one starts in 100 ms\n';

afterEach(killPrograms);
afterAll(() => site.remove());

function start(args: readonly string[] = [], surroundings?: Surroundings): Promise<Program> {
  return Program.serving([site.root, '--workers', '2', ...args], surroundings);
}

async function clientInTheMiddle(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.send(GET_LARGE);
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
  client.stopReading();
  return client;
}

/** Clients in the middle of the large file, so many that each worker has at least one. */
async function clientsOfAll(program: Program): Promise<Map<number, RawClient[]>> {
  const pids = workersOf(program);
  const clients = new Map<number, RawClient[]>(pids.map((pid) => [pid, []]));
  for (let round = 0; round < 50; round++) {
    // oxlint-disable-next-line no-await-in-loop
    const more = await Promise.all([1, 2, 3, 4].map(() => clientInTheMiddle(program.port)));
    for (const client of more) clients.get(ownerOf(client.port, pids) ?? 0)?.push(client);
    if ([...clients.values()].every((own) => own.length > 0)) return clients;
  }
  throw new Error('one worker took nobody');
}

/** Asks again and again, on connections of their own, until it is told to stop. */
async function askOn(port: number, goesOn: () => boolean): Promise<number[]> {
  const statuses: number[] = [];
  while (goesOn()) {
    // oxlint-disable-next-line no-await-in-loop
    statuses.push((await ask(port, '/')).status);
  }
  return statuses;
}

/** A connection that has its answer, and by then a ticket for the next one. */
async function comeBack(
  port: number,
  version: SecureVersion,
  session?: Buffer,
): Promise<{ socket: TLSSocket; ticket: Buffer | undefined }> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(session === undefined ? {} : { session }),
  });
  let ticket: Buffer | undefined;
  socket.on('session', (given: Buffer) => (ticket = given));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  return { socket, ticket: ticket ?? socket.getSession() };
}

describe('a program with workers', () => {
  it('prints one banner when all serve, and answers on the chosen port', async () => {
    const program = await start();
    expect(program.stderr.match(/serving/g)).toHaveLength(1);
    expect((await ask(program.port, '/')).content.toString()).toBe('Front page\n');
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('logs each exchange as one whole line, however long', async () => {
    const program = await start(['--log', 'combined']);
    // Each line is longer than what a pipe takes at once without another's in between.
    const long = '\u00ff'.repeat(1000);
    const request = `GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${long}\r\nReferer: ${long}\r\n\r\n`;
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => RawClient.connect(program.port)),
    );
    await Promise.all(clients.map((client) => client.send(request.repeat(12))));
    await Promise.all(clients.map((client) => client.responses(12)));
    program.signal('SIGTERM');
    await program.untilEnd();
    // Less than a mebibyte in all: even if nobody reads it, nothing is dropped.
    expect(program.log).toHaveLength(96);
    expect(program.log.every((line) => /^127\.0\.0\.1 - .*xff"$/.test(line))).toBe(true);
    expect(new Set(program.log.map((line) => line.length)).size).toBe(1);
  });

  it('says once why it cannot run, and exits with 1', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = [site.root, '--workers', '3', '--host', '127.0.0.1', '--port', String(port)];
    const program = new Program(args);
    expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
    await new Promise((resolve) => other.close(resolve));
    expect(program.stderr).toBe(
      `pws: port ${port} is taken: another program listens on it. Choose another with --port, the next free one with --auto-port, or any free one with --port 0.\n`,
    );
  });

  it('gives up where no worker becomes ready, and exits with 1', async () => {
    const crash = "if (process.env.PWS_WORKER_PLACE) process.kill(process.pid, 'SIGKILL');";
    const preload = `data:text/javascript,${encodeURIComponent(crash)}`;
    const program = new Program([site.root, '--workers', '2', '--port', '0'], {
      env: { NODE_OPTIONS: `--import=${preload}` },
    });
    expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
    expect(program.stderr).toContain(
      'pws: 5 workers ended within a minute before any was ready; of the last: it ended with SIGKILL\n',
    );
    expect(program.stderr).not.toContain('serving');
  });
});

describe.each<[NodeJS.Signals, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s to a program with workers', (signal, insisted) => {
  it('lets the exchanges in flight finish, and ends it with 0', async () => {
    const program = await start(['--log', 'json']);
    const clients = await Promise.all([1, 2, 3, 4].map(() => clientInTheMiddle(program.port)));
    program.signal(signal);
    for (const client of clients) client.readOn();
    const answers = await Promise.all(clients.map((client) => client.response()));
    expect(answers.every(({ content }) => content.equals(large))).toBe(true);
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.log).toHaveLength(4);
  });

  it(`given twice ends it at once with ${insisted}`, async () => {
    const program = await start();
    const client = await clientInTheMiddle(program.port);
    program.signal(signal);
    await expect
      .poll(
        () =>
          RawClient.connect(program.port).then(
            (late) => late.leave(),
            () => 'refused',
          ),
        {
          timeout: 10_000,
        },
      )
      .toBe('refused');
    program.signal(signal);
    expect(await program.untilEnd()).toEqual({ exitCode: insisted, signal: null });
    client.leave();
  });
});

describe.runIf(process.platform === 'linux')('a worker that is killed (Linux)', () => {
  it('takes its own connections with it and no other, and is replaced', async () => {
    const program = await start(['--log', 'json']);
    const clients = await clientsOfAll(program);
    const [killed, staying] = workersOf(program) as [number, number];
    process.kill(killed, 'SIGKILL');

    const lost = clients.get(killed) ?? [];
    for (const client of lost) client.readOn();
    await Promise.all(lost.map((client) => client.untilEnd()));
    const kept = clients.get(staying) ?? [];
    for (const client of kept) client.readOn();
    const answers = await Promise.all(kept.map((client) => client.response()));
    expect(answers.every(({ content }) => content.equals(large))).toBe(true);

    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect(workersOf(program)).not.toContain(killed);
    expect(workersOf(program)).toContain(staying);
    expect(program.stderr.endsWith(KILLED)).toBe(true);
    for (const client of kept) client.leave();
    const replaced = await clientsOfAll(program);
    expect(replaced.size).toBe(2);
  });

  it('costs none who comes later an answer', async () => {
    const program = await start(['--log', 'none']);
    const [killed] = workersOf(program) as [number];
    process.kill(killed, 'SIGKILL');
    const asked = Array.from({ length: 100 }, () => ask(program.port, '/'));
    const answers = await Promise.all(asked);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it('leaves the port as it is, even where all are killed', async () => {
    const program = await start();
    for (const pid of workersOf(program)) process.kill(pid, 'SIGKILL');
    const status = (): Promise<number> =>
      ask(program.port, '/').then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });
});

describe.runIf(process.platform === 'linux')('workers (Linux)', () => {
  it('end when the process that started them is killed', async () => {
    const program = await start();
    const pids = workersOf(program);
    await program.kill();
    const alive = (): number[] => pids.filter((pid) => isRunning(pid));
    await expect.poll(alive, { timeout: 10_000 }).toEqual([]);
  });

  it('are replaced on SIGHUP, and nobody who comes meanwhile is lost', async () => {
    const program = await start(['--log', 'none']);
    const before = workersOf(program);
    let goesOn = true;
    const asking = [1, 2, 3, 4].map(() => askOn(program.port, () => goesOn));
    program.signal('SIGHUP');
    await program.until(() => {
      const now = workersOf(program);
      expect(now).toHaveLength(2);
      expect(now.filter((pid) => before.includes(pid))).toEqual([]);
    });
    goesOn = false;
    const statuses = (await Promise.all(asking)).flat();
    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([200]));
    await program.until(() => expect(program.stderr).toContain('pws:'));
    expect(program.stderr.slice(program.stderr.indexOf('pws:'))).toBe(
      'pws: the configuration was read again\n',
    );
  });

  it('take on by SIGHUP what the file says, and a file that is wrong not at all', async () => {
    const place = new TemporarySite({ 'site/a.txt': 'a\n', 'site/b.txt': 'b\n' });
    const root = join(place.root, 'site');
    const users = place.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    const configure = (config: object): string =>
      place.write('pws.config.json', JSON.stringify(config));
    configure({ index: 'a.txt', log: 'json' });
    const program = await Program.serving([root, '--workers', '2'], { cwd: place.root });
    const reload = async (): Promise<string> => {
      const before = program.stderr.length;
      program.signal('SIGHUP');
      await program.until(() => expect(program.stderr.slice(before)).toMatch(/^pws: .*\n$/s));
      return program.stderr.slice(before);
    };
    const texts = async (authorization: readonly string[] = []): Promise<Set<string>> => {
      const asked = Array.from({ length: 8 }, () => ask(program.port, '/', 'GET', authorization));
      const answers = await Promise.all(asked);
      return new Set(answers.map(({ status, content }) => `${status} ${content.toString()}`));
    };
    const RIGHT = [`Authorization: Basic ${Buffer.from('ann:sesame').toString('base64')}`];
    expect(await texts()).toEqual(new Set(['200 a\n']));

    configure({ index: 'b.txt', log: 'combined', basicAuth: users, backlog: 7 });
    expect(await reload()).toBe(
      'pws: the configuration was read again; needs a restart: backlog\n',
    );
    // The last of the old ones accepts until it has heard that it is to go.
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    const before = program.log.length;
    expect(await texts(RIGHT)).toEqual(new Set(['200 b\n']));
    expect((await ask(program.port, '/')).status).toBe(401);
    await program.until(() => expect(program.log).toHaveLength(before + 9));
    expect(program.log.slice(before).every((line) => line.startsWith('127.0.0.1 - - ['))).toBe(
      true,
    );

    const workers = workersOf(program);
    const wrong: [() => void, string][] = [
      [() => configure({ index: 1 }), 'pws.config.json:1:2: index: expected file names'],
      [() => configure({ https: true }), 'asked to speak TLS, which needs a restart'],
      [
        () => {
          configure({ basicAuth: users });
          place.write('users', 'ann:sesame\n');
        },
        `${users}:1: expected a bcrypt hash`,
      ],
    ];
    for (const [spoil, reason] of wrong) {
      spoil();
      // oxlint-disable-next-line no-await-in-loop
      expect(await reload()).toContain(`pws: the configuration stays as it was: ${reason}`);
      // oxlint-disable-next-line no-await-in-loop
      expect(await texts(RIGHT)).toEqual(new Set(['200 b\n']));
    }
    expect(workersOf(program)).toEqual(workers);
    place.remove();
  });

  it('all stay as they were where a later one of the new ones does not become ready', async () => {
    const place = new TemporarySite({ 'site/a.txt': 'a\n', 'site/b.txt': 'b\n' });
    const configure = (index: string): string =>
      place.write('pws.config.json', JSON.stringify({ index, log: 'none' }));
    configure('a.txt');
    // Of the first reload the second new one, the fourth in all.
    const crash =
      "import cluster from 'node:cluster'; if (cluster.worker?.id === 4) process.kill(process.pid, 'SIGKILL');";
    const program = await Program.serving([join(place.root, 'site'), '--workers', '2'], {
      cwd: place.root,
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}` },
    });
    const before = workersOf(program);
    configure('b.txt');
    program.signal('SIGHUP');
    const why = 'a new worker is not ready (it ended with SIGKILL); the old ones serve on';
    await program.until(() => {
      expect(program.stderr).toContain(`pws: the configuration stays as it was: ${why}\n`);
    });
    await program.until(() => expect(workersOf(program)).toEqual(before));
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(program.port, '/')));
    expect(new Set(answers.map(({ content }) => content.toString()))).toEqual(new Set(['a\n']));
    program.signal('SIGHUP');
    await program.until(() => {
      expect(program.stderr).toContain('pws: the configuration was read again\n');
    });
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect((await ask(program.port, '/')).content.toString()).toBe('b\n');
    place.remove();
  });

  it('serve by what was taken on last, also those that start while the file says something else', async () => {
    const place = new TemporarySite({ 'site/a.txt': 'a\n', 'site/b.txt': 'b\n' });
    const configure = (config: object): string =>
      place.write('pws.config.json', JSON.stringify({ log: 'none', ...config }));
    configure({ index: 'a.txt' });
    const args = [join(place.root, 'site'), '--workers', '2'];
    const program = await Program.serving(args, { cwd: place.root });
    const texts = async (): Promise<Set<string>> => {
      const asked = Array.from({ length: 20 }, () => ask(program.port, '/'));
      return new Set((await Promise.all(asked)).map(({ content }) => content.toString()));
    };
    const killAll = async (): Promise<void> => {
      for (const pid of workersOf(program)) process.kill(pid, 'SIGKILL');
      const status = (): Promise<number> =>
        ask(program.port, '/').then(
          (answer) => answer.status,
          () => 0,
        );
      await expect.poll(status, { timeout: 15_000 }).toBe(200);
    };
    configure({ index: 'b.txt' });
    await killAll();
    expect(await texts()).toEqual(new Set(['a\n']));
    program.signal('SIGHUP');
    await program.until(() => {
      expect(program.stderr).toContain('pws: the configuration was read again\n');
    });
    configure({ index: 1 });
    program.signal('SIGHUP');
    await program.until(() => expect(program.stderr).toContain('stays as it was'));
    await killAll();
    expect(await texts()).toEqual(new Set(['b\n']));
    place.remove();
  });

  it('listen where they did, whatever the file says by now', async () => {
    const place = new TemporarySite({ 'site/a.txt': 'a\n' });
    // On the command line host and port cannot change.
    place.write('pws.config.json', '{"host": "127.0.0.1", "port": 0}');
    const args = [join(place.root, 'site'), '--workers', '2', '--log', 'none'];
    const program = new Program(args, { cwd: place.root });
    await program.untilReady();
    const { port } = program;
    place.write('pws.config.json', '{"host": "192.0.2.1", "port": 1}');
    program.signal('SIGHUP');
    await program.until(() => {
      expect(program.stderr).toContain(
        'pws: the configuration was read again; needs a restart: port, host\n',
      );
    });
    expect((await ask(port, '/a.txt')).status).toBe(200);
    place.remove();
  });

  it('take a socket that listens already', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const program = new Program([site.root, '--workers', '2'], {
      through: ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh'],
      inherited: (server as unknown as { _handle: { fd: number } })._handle.fd,
    });
    await new Promise((resolve) => server.close(resolve));
    await program.untilReady();
    expect(program.port).toBe(port);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(port, '/')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resume a session of %s that another of them began',
    async (version) => {
      const files = new CertificateFolder();
      files.write(await testCertificate());
      const program = await start(['--tls-cert', files.certFile, '--tls-key', files.keyFile]);
      files.remove();
      const pids = workersOf(program);
      const first = await comeBack(program.port, version);
      const firstPid = ownerOf(first.socket.localPort ?? 0, pids);
      const resumed: boolean[] = [first.socket.isSessionReused()];
      let pid = firstPid;
      // Which worker takes a connection is the kernel's business.
      for (let time = 0; time < 200 && pid === firstPid; time++) {
        // oxlint-disable-next-line no-await-in-loop
        const { socket } = await comeBack(program.port, version, first.ticket);
        pid = ownerOf(socket.localPort ?? 0, pids);
        resumed.push(socket.isSessionReused());
        socket.destroy();
      }
      first.socket.destroy();
      expect(pid).not.toBe(firstPid);
      expect(resumed).toEqual([false, ...Array<boolean>(resumed.length - 1).fill(true)]);
    },
  );

  it('share a Unix socket that only its owner may connect to, and leave none behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pws-u-'));
    const path = join(folder, 'a.sock');
    const program = await start(['--unix', path]);
    expect(program.stderr).toContain(`  unix:${path}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await RawClient.connectUnix(path);
    await client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect((await client.response()).status).toBe(200);
    program.signal('SIGTERM');
    await program.untilEnd();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH
  }
}
