/**
 * A defect that reaches the event loop of the program: a signal makes one here. Nobody loses what
 * was being sent, the log has it, and whoever watches the program is told by its exit code.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { ownerOf, workersOf } from './worker-processes.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(32 * 1024 * 1024);
const site = new TemporarySite({ 'index.html': 'Front page\n', 'large.bin': large });
const DEFECTS = ["throw new Error('boom')", "void Promise.reject(new Error('boom'))"];
const TOLD = 'pws: a defect of the server, please report it: Error: boom\n';

afterEach(killPrograms);
afterAll(() => site.remove());

function start(defect: string, ...args: string[]): Promise<Program> {
  const preload = encodeURIComponent(`process.on('SIGUSR2', () => { ${defect}; });`);
  return Program.serving([site.root, '--log', 'json', ...args], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${preload}` },
  });
}

async function clientInTheMiddle(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
  client.stopReading();
  return client;
}

describe.runIf(process.platform !== 'win32').each(DEFECTS)('a defect (%s)', (defect) => {
  it('ends the program with 70, when the exchanges in flight are finished', async () => {
    const program = await start(defect);
    const client = await clientInTheMiddle(program.port);
    program.signal('SIGUSR2');
    await program.until(() => expect(program.stderr).toContain(TOLD));
    client.readOn();
    expect((await client.response()).content.equals(large)).toBe(true);
    expect(await program.untilEnd()).toEqual({ exitCode: 70, signal: null });
    expect(program.log).toHaveLength(1);
  });

  it('that is the second ends it at once', async () => {
    const program = await start(defect);
    const client = await clientInTheMiddle(program.port);
    program.signal('SIGUSR2');
    await program.until(() => expect(program.stderr).toContain(TOLD));
    program.signal('SIGUSR2');
    expect(await program.untilEnd()).toEqual({ exitCode: 70, signal: null });
    client.leave();
  });

  it.runIf(process.platform === 'linux')(
    'of a worker ends that one alone, and another one serves before that (Linux)',
    async () => {
      const program = await start(defect, '--workers', '2');
      const client = await clientInTheMiddle(program.port);
      const workers = workersOf(program);
      const owner = ownerOf(client.port, workers) ?? 0;
      process.kill(owner, 'SIGUSR2');
      await program.until(() => {
        expect(program.stderr).toContain('pws: a worker is gone (a defect); another one starts');
        expect(workersOf(program)).toHaveLength(3);
      });
      expect(workersOf(program)).toEqual(expect.arrayContaining(workers));
      const asked = Array.from({ length: 20 }, () => ask(program.port, '/'));
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200]));
      client.readOn();
      expect((await client.response()).content.equals(large)).toBe(true);
      await program.until(() => {
        expect(program.log.join('\n')).toContain('large.bin');
        expect(workersOf(program)).toHaveLength(2);
      });
      expect(workersOf(program)).not.toContain(owner);
      client.leave();
      program.signal('SIGTERM');
      expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    },
  );
});
