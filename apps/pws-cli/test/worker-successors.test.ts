/**
 * Workers that follow others: they serve what the others do, where the others did, whatever has
 * become of files meanwhile; and one that hangs does not keep the program from going on.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, testCertificate } from './tls-client.ts';
import { ownerOf, workersOf } from './worker-processes.ts';

const READ_AGAIN = 'pws: the configuration was read again\n';
const STAYS = 'pws: the configuration stays as it was: ';

let place: TemporarySite;
let root: string;

beforeEach(() => {
  place = new TemporarySite({ 'site/a.txt': 'a\n', 'site/b.txt': 'b\n' });
  root = join(place.root, 'site');
});
afterEach(async () => {
  await killPrograms();
  place.remove();
});

function configure(config: object): string {
  return place.write('pws.config.json', JSON.stringify({ log: 'none', ...config }));
}

/** Has all processes of the program do something before it begins. */
function preloading(text: string): Readonly<Record<string, string>> {
  const module = `import cluster from 'node:cluster';${text}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(module)}` };
}

/** Sends SIGHUP and gives what the program says to it. */
async function reload(program: Program): Promise<string> {
  const before = program.stderr.length;
  program.signal('SIGHUP');
  await program.until(() => expect(program.stderr.slice(before)).toMatch(/^pws: .*\n$/s));
  return program.stderr.slice(before);
}

/** Asks until each of two workers has answered; gives the answers. */
async function answersOfBoth<Answer>(
  program: Program,
  askOnce: () => Promise<{
    readonly clientPort: number;
    readonly answer: Answer;
    readonly leave: () => void;
  }>,
): Promise<Answer[]> {
  const pids = workersOf(program);
  const answered = new Map<number | undefined, Answer>();
  // Which worker takes a connection is the kernel's business.
  for (let time = 0; time < 500 && answered.size < 2; time++) {
    // oxlint-disable-next-line no-await-in-loop
    const { clientPort, answer, leave } = await askOnce();
    answered.set(ownerOf(clientPort, pids), answer);
    leave();
  }
  expect(new Set(answered.keys())).toEqual(new Set(pids));
  return [...answered.values()];
}

/** The digests of the certificates that two workers answer with. */
function fingerprints(program: Program): Promise<string[]> {
  return answersOfBoth(program, async () => {
    const options = { port: program.port, host: '127.0.0.1', rejectUnauthorized: false };
    const socket: TLSSocket = connect(options);
    await once(socket, 'secureConnect');
    // In TLS 1.3 a client is done before the server is: it is accepted when it has an answer.
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const answer = socket.getPeerCertificate().fingerprint256;
    return { clientPort: socket.localPort ?? 0, answer, leave: () => socket.destroy() };
  });
}

/** The status that two workers answer with. */
function statuses(program: Program, authorization: readonly string[] = []): Promise<number[]> {
  const lines = ['GET /a.txt HTTP/1.1', 'Host: localhost', ...authorization, '', ''];
  return answersOfBoth(program, async () => {
    const client = await RawClient.connect(program.port);
    await client.send(lines.join('\r\n'));
    const { status } = await client.response();
    return { clientPort: client.port, answer: status, leave: () => client.leave() };
  });
}

/** Ends one of two workers by a signal and waits for another one in its place. */
async function replaceOne(program: Program): Promise<void> {
  const [pid = 0, staying = 0] = workersOf(program);
  process.kill(pid, 'SIGKILL');
  await program.until(() => {
    const now = workersOf(program);
    expect(now).toHaveLength(2);
    expect(now).toContain(staying);
    expect(now).not.toContain(pid);
  });
}

describe.runIf(process.platform === 'linux')('a worker that follows another (Linux)', () => {
  it('has the certificate that the others have, though the file is garbage by now', async () => {
    const files = new CertificateFolder();
    const [first, second] = await Promise.all([testCertificate(), testCertificate()]);
    const digestOf = ({ cert }: { cert: string }): string =>
      new X509Certificate(cert).fingerprint256;
    files.write(first);
    const own = ['--tls-cert', files.certFile, '--tls-key', files.keyFile, '--log', 'none'];
    const program = await Program.serving([root, '--workers', '2', ...own]);

    files.write({ cert: 'garbage', key: 'garbage' });
    expect(await reload(program)).toMatch(`${STAYS}--tls-cert ${files.certFile}: expected`);
    await replaceOne(program);
    expect(await fingerprints(program)).toEqual([digestOf(first), digestOf(first)]);

    files.write(second);
    expect(await reload(program)).toBe(READ_AGAIN);
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect(await fingerprints(program)).toEqual([digestOf(second), digestOf(second)]);
    files.write({ cert: 'garbage', key: 'garbage' });
    await replaceOne(program);
    expect(await fingerprints(program)).toEqual([digestOf(second), digestOf(second)]);
    files.remove();
  });

  it('lets in who the others let in, though the file of passwords is garbage by now', async () => {
    const users = place.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    const flags = ['--workers', '2', '--log', 'none', '--basic-auth', users];
    const program = await Program.serving([root, ...flags]);
    const withPassword = (password: string): string[] => [
      `Authorization: Basic ${Buffer.from(`ann:${password}`).toString('base64')}`,
    ];

    place.write('users', 'ann:sesame\n');
    expect(await reload(program)).toMatch(`${STAYS}${users}:1: expected a bcrypt hash`);
    await replaceOne(program);
    expect(await statuses(program, withPassword('sesame'))).toEqual([200, 200]);
    expect(await statuses(program)).toEqual([401, 401]);

    place.write('users', `ann:${bcrypt.hashSync('other', 4)}\n`);
    expect(await reload(program)).toBe(READ_AGAIN);
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect(await statuses(program, withPassword('sesame'))).toEqual([401, 401]);
    expect(await statuses(program, withPassword('other'))).toEqual([200, 200]);
  });

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'listens on the port that the banner told, where all got %s at once',
    async (signal) => {
      const program = await Program.serving([root, '--workers', '2', '--log', 'none']);
      for (let round = 0; round < 3; round++) {
        const before = workersOf(program);
        for (const pid of before) process.kill(pid, signal);
        // oxlint-disable-next-line no-await-in-loop
        await program.until(() => {
          const now = workersOf(program);
          expect(now).toHaveLength(2);
          expect(now.filter((pid) => before.includes(pid))).toEqual([]);
        });
        const status = (): Promise<number> =>
          ask(program.port, '/a.txt').then(
            (answer) => answer.status,
            () => 0,
          );
        // oxlint-disable-next-line no-await-in-loop
        await expect.poll(status, { timeout: 15_000 }).toBe(200);
        // oxlint-disable-next-line no-await-in-loop
        expect(await statuses(program)).toEqual([200, 200]);
      }
    },
  );
});

describe.runIf(process.platform === 'linux')('SIGHUP to a program with workers (Linux)', () => {
  it('is kept until all serve, and carried out then', async () => {
    configure({ index: 'a.txt' });
    const gate = join(place.root, 'gate');
    const waits = `
      import { existsSync } from 'node:fs';
      const cell = new Int32Array(new SharedArrayBuffer(4));
      if (cluster.worker?.id === 2)
        while (!existsSync(${JSON.stringify(gate)})) Atomics.wait(cell, 0, 0, 10);`;
    const args = [root, '--workers', '2', '--port', '0', '--host', '127.0.0.1'];
    const program = new Program(args, { cwd: place.root, env: preloading(waits) });
    // The second is started when the first one serves.
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    configure({ index: 'b.txt' });
    for (let time = 0; time < 3; time++) program.signal('SIGHUP');
    place.write('gate', '');
    await program.untilReady();
    await program.until(() => expect(program.stderr).toContain(READ_AGAIN));
    expect(program.stderr).not.toContain(STAYS);
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect((await ask(program.port, '/')).content.toString()).toBe('b\n');
  });

  it('is given up where a new worker hangs at its start, and the next one is carried out', async () => {
    configure({ index: 'a.txt' });
    // Time is short for the one that hangs: nobody waits for half a minute.
    const hangs = `
      const later = globalThis.setTimeout;
      globalThis.setTimeout = (action, delayMs, ...rest) =>
        later(action, delayMs === 30_000 && cluster.workers?.[3] ? 1 : delayMs, ...rest);
      if (cluster.worker?.id === 3)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
    const program = await Program.serving([root, '--workers', '2'], {
      cwd: place.root,
      env: preloading(hangs),
    });
    const before = workersOf(program);
    configure({ index: 'b.txt' });
    const why = 'a new worker is not ready (it took longer than 30 s); the old ones serve on';
    expect(await reload(program)).toBe(`${STAYS}${why}\n`);
    await program.until(() => expect(workersOf(program)).toEqual(before));
    expect((await ask(program.port, '/')).content.toString()).toBe('a\n');
    expect(await reload(program)).toBe(READ_AGAIN);
    await program.until(() => expect(workersOf(program)).toHaveLength(2));
    expect((await ask(program.port, '/')).content.toString()).toBe('b\n');
  });
});
