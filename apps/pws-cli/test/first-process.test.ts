/**
 * The program as the first process of a container: the kernel gives it only the signals that it
 * listens to, and a signal without a listener is lost instead of ending it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': 'Front page\n',
  'large.bin': Buffer.alloc(32 * 1024 * 1024),
});
const NAMESPACE = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child'];

function canMakeNamespaces(): boolean {
  try {
    execFileSync('unshare', [...NAMESPACE.slice(1), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterEach(killPrograms);
afterAll(() => site.remove());

/** The program's number outside of its container: it is the only child of what made that. */
function numberOf(program: Program): number {
  const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8');
  return Number(children.trim());
}

async function start(): Promise<{ program: Program; pid: number }> {
  const program = await Program.serving([site.root, '--log', 'none'], { through: NAMESPACE });
  const pid = numberOf(program);
  expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\s+\d+\s+1$/m);
  return { program, pid };
}

describe.runIf(canMakeNamespaces())('as process 1 (needs the right to make namespaces)', () => {
  it.each<[NodeJS.Signals]>([['SIGTERM'], ['SIGINT']])('%s stops it with 0', async (signal) => {
    const { program, pid } = await start();
    expect((await ask(program.port, '/')).status).toBe(200);
    process.kill(pid, signal);
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('a second SIGTERM ends it at once with 143', async () => {
    const { program, pid } = await start();
    const client = await RawClient.connect(program.port);
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    process.kill(pid, 'SIGTERM');
    const connect = (): Promise<string> =>
      RawClient.connect(program.port).then(
        (late) => {
          late.leave();
          return 'connected';
        },
        () => 'refused',
      );
    await expect.poll(connect, { timeout: 10_000 }).toBe('refused');
    process.kill(pid, 'SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 143, signal: null });
    client.leave();
  });
});
