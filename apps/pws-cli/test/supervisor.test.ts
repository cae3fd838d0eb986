/**
 * What the program tells a supervisor such as systemd, through the helper that systemd has for
 * it. The supervisor here is a few lines of Python: Node has no Unix datagram sockets.
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const folder = mkdtempSync(join(tmpdir(), 'pws-n-'));
const socket = join(folder, 'notify');

/** Prints each datagram as a line. Descriptors that come with it are closed: that ends a barrier. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listens', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', ' '), flush=True)
`;

function runs(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const CAN_RECEIVE = runs('python3') && runs('systemd-notify');

let receiver: ChildProcessByStdio<null, Readable, null> | undefined;
let received = '';

afterEach(async () => {
  await killPrograms();
  receiver?.kill('SIGKILL');
  rmSync(socket, { force: true });
  received = '';
});
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true });
});

async function listen(): Promise<void> {
  receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  receiver.stdout.on('data', (octets: Buffer) => (received += octets.toString()));
  await expect.poll(() => received, { timeout: 15_000 }).toBe('listens\n');
}

/** What was told, without the helper's barriers. */
function told(): string[] {
  const lines = received.split('\n').slice(1, -1);
  return lines.filter((line) => line !== 'BARRIER=1');
}

describe.skipIf(!CAN_RECEIVE)('a supervisor (needs python3 and systemd-notify)', () => {
  it('is told that the program is ready when it is, and that it stops', async () => {
    await listen();
    const program = await Program.serving([site.root], { env: { NOTIFY_SOCKET: socket } });
    await expect.poll(told, { timeout: 15_000 }).toEqual(['READY=1']);
    expect((await ask(program.port, '/')).status).toBe(200);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    await expect.poll(told, { timeout: 15_000 }).toEqual(['READY=1', 'STOPPING=1']);
  });

  it.each([1, 2])(
    'is told when a reload begins and that it is over, whichever way it ends: %i processes',
    async (workers) => {
      await listen();
      const config = site.write('config.json', '{"log": "none"}');
      const args = [site.root, '--config', config, '--workers', String(workers)];
      const program = await Program.serving(args, { env: { NOTIFY_SOCKET: socket } });
      const steps = (): string[] => told().map((line) => line.replace(/=\d{6,}$/, '=then'));
      const expected = ['READY=1'];
      await expect.poll(steps, { timeout: 15_000 }).toEqual(expected);
      for (const text of ['{"log": "json"}', '{"log": 1}']) {
        site.write('config.json', text);
        program.signal('SIGHUP');
        expected.push('RELOADING=1 MONOTONIC_USEC=then', 'READY=1');
        // oxlint-disable-next-line no-await-in-loop
        await expect.poll(steps, { timeout: 15_000 }).toEqual(expected);
      }
      expect(program.stderr).toContain('was read again');
      expect(program.stderr).toContain('stays as it was');
    },
  );

  it('is told again and again that the program is alive, where it asks for that', async () => {
    await listen();
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' };
    await Program.serving([site.root], { env });
    const alive = (): number => told().filter((line) => line === 'WATCHDOG=1').length;
    await expect.poll(alive, { timeout: 15_000 }).toBeGreaterThan(2);
  });
});

describe('a supervisor that cannot be told', () => {
  it('costs one message, and the program serves', async () => {
    const env = { NOTIFY_SOCKET: join(folder, 'gone'), WATCHDOG_USEC: '100000' };
    const program = await Program.serving([site.root], { env });
    const messages = (): number => program.stderr.split('pws: NOTIFY_SOCKET').length - 1;
    await program.until(() => expect(messages()).toBe(1));
    expect((await ask(program.port, '/')).status).toBe(200);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(messages()).toBe(1);
  });
});
