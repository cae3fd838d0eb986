/**
 * The program on a socket that somebody else opened and keeps: it outlives the program.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { type AddressInfo, type Server, createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { workersOf } from './worker-processes.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Only the shell knows the number that the program will have, for it becomes the program. */
const ACTIVATED = ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh'];

afterEach(killPrograms);
afterAll(() => site.remove());

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Node has no other way to it. */
function descriptorOf(server: Server): number {
  return (server as unknown as { _handle: { fd: number } })._handle.fd;
}

/** The tests' own end: they keep the number, and accept nobody. */
function close(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

describe.skipIf(process.platform === 'win32')(
  'a socket that listens already (not on Windows)',
  () => {
    it('is served instead of a port, and shown', async () => {
      const { server, port } = await listening();
      const program = new Program([site.root, '--port', '1'], {
        through: ACTIVATED,
        inherited: descriptorOf(server),
      });
      await close(server);
      await program.untilReady();
      expect(program.port).toBe(port);
      expect((await ask(port, '/')).content.toString()).toBe('Front page\n');
      program.signal('SIGTERM');
      expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'is served by the successors of all workers, which end at once by %s',
      async (signal) => {
        const { server, port } = await listening();
        const program = new Program([site.root, '--workers', '2'], {
          through: ACTIVATED,
          inherited: descriptorOf(server),
        });
        await close(server);
        await program.untilReady();
        for (let round = 1; round <= 3; round += 1) {
          const before = workersOf(program);
          for (const pid of before) process.kill(pid, signal);
          // oxlint-disable-next-line no-await-in-loop
          await program.until(() => {
            const successors = workersOf(program).filter((pid) => !before.includes(pid));
            expect(successors, program.stderr).toHaveLength(2);
          });
          // Who asks meanwhile waits in the queue of the socket.
          // oxlint-disable-next-line no-await-in-loop
          expect((await ask(port, '/')).status).toBe(200);
        }
        expect(program.stderr).not.toContain('LISTEN_FDS');
      },
    );

    it('may be a Unix socket, whose file is not removed at the end', async () => {
      const path = `${site.root}/a.sock`;
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const program = new Program([site.root], {
        through: ACTIVATED,
        inherited: descriptorOf(server),
      });
      await program.untilReady();
      expect(program.stderr).toContain('  unix:descriptor 3\n');
      program.signal('SIGTERM');
      expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
      expect(statSync(path).isSocket()).toBe(true);
      await close(server);
    });

    it('is left alone where it is for another process', async () => {
      const { server, port } = await listening();
      const program = new Program([site.root, '--port', '0'], {
        env: { LISTEN_PID: '1', LISTEN_FDS: '1' },
        inherited: descriptorOf(server),
      });
      await close(server);
      await program.untilReady();
      expect(program.port).not.toBe(port);
    });

    it('is an error where it is a file', async () => {
      const descriptor = openSync(`${site.root}/index.html`, 'r');
      const program = new Program([site.root], { through: ACTIVATED, inherited: descriptor });
      closeSync(descriptor);
      expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
      expect(program.stderr).toMatch(
        /^pws: LISTEN_FDS: expected descriptor 3 to be a socket that listens, but it gave \w+\.\n$/,
      );
    });

    it('is an error where there is none', async () => {
      const through = ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=30 exec "$@"', 'sh'];
      const program = new Program([site.root], { through });
      expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
      expect(program.stderr).toMatch(/^pws: LISTEN_FDS: expected descriptor \d+ to be a socket/);
    });

    it('keeps who comes while the program is restarted: they are answered by the next one', async () => {
      const { server, port } = await listening();
      const keeper = new Keeper(server);
      await close(server);
      await keeper.untilReady(1);
      expect((await ask(port, '/')).status).toBe(200);
      keeper.stopProgram();
      await keeper.untilBetween();
      const clients = await Promise.all([1, 2, 3, 4, 5].map(() => RawClient.connect(port)));
      await Promise.all(clients.map((client) => client.send(GET)));
      keeper.startNext();
      await keeper.untilReady(2);
      const answers = await Promise.all(clients.map((client) => client.response()));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      keeper.stopProgram();
      expect(await keeper.ended).toBe(0);
    });
  },
);

/**
 * Holds the socket, as systemd does, and runs the program twice on it. The shell waits for a
 * line in between.
 */
class Keeper {
  stderr = '';
  stdout = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor(server: Server) {
    const program = `sh -c 'echo $$; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$@"`;
    const script = `${program} && echo between && read -r line && ${program}`;
    const flags = [site.root, '--log', 'none'];
    const line = ['-c', script, 'sh', process.execPath, inject('program'), ...flags];
    this.#child = spawn('sh', line, {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'pipe', descriptorOf(server)],
    }) as ChildProcessByStdio<Writable, Readable, Readable>;
    this.#child.stdout.on('data', (octets: Buffer) => (this.stdout += octets.toString()));
    this.#child.stderr.on('data', (octets: Buffer) => (this.stderr += octets.toString()));
    this.ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** Waits for the banner of the first or the second run. */
  async untilReady(run: 1 | 2): Promise<void> {
    const banners = (): number => this.stderr.split('Ctrl+C stops it').length - 1;
    await expect.poll(banners, { timeout: 15_000 }).toBe(run);
  }

  async untilBetween(): Promise<void> {
    await expect.poll(() => this.stdout, { timeout: 15_000 }).toContain('between');
  }

  stopProgram(): void {
    const [pid] = /\d+(?=\n(?:between\n)?$)/.exec(this.stdout) ?? [];
    process.kill(Number(pid), 'SIGTERM');
  }

  startNext(): void {
    this.#child.stdin.write('\n');
  }
}
