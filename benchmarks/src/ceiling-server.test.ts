import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Process, SERVER_CORE, freePort, killAll } from './processes.ts';
import { SERVERS } from './servers.ts';

const IN_C = SERVERS.find(({ id }) => id === 'ceiling-c');
const canRun =
  process.platform === 'linux' &&
  IN_C?.version() !== undefined &&
  spawnSync('taskset', ['-c', `${SERVER_CORE}`, 'true']).status === 0;

describe.runIf(canRun)('the ceiling in C', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pws-ceiling-'));
  const file = join(folder, 'answer');
  writeFileSync(file, 'the answer');
  afterAll(() => {
    killAll();
    rmSync(folder, { recursive: true });
  });

  async function startCeiling(closes: boolean): Promise<number> {
    const port = await freePort();
    const setting = { folder, port, site: '', features: [], connections: 1, descriptors: 64 };
    const given = { ...setting, certificate: '', key: '', answer: { file, closes } };
    const started = new Process(IN_C?.command(given).argv ?? [], { core: SERVER_CORE });
    await expect
      .poll(async () => {
        const socket = connect(port, '127.0.0.1');
        const isThere = once(socket, 'connect').then(() => true);
        return isThere.catch(() => started.said).finally(() => socket.destroy());
      })
      .toBe(true);
    return port;
  }

  it('gives the answer for whatever it reads, again and again', async () => {
    const socket = connect(await startCeiling(false), '127.0.0.1');
    for (const asked of ['GET / HTTP/1.1\r\n\r\n', 'anything']) {
      socket.write(asked);
      const [octets] = (await once(socket, 'data')) as [Buffer];
      expect(octets.toString()).toBe('the answer');
    }
    socket.destroy();
  });

  it('closes behind it where it is told to', async () => {
    const socket = connect(await startCeiling(true), '127.0.0.1');
    socket.write('anything');
    let octets = '';
    for await (const piece of socket as AsyncIterable<Buffer>) octets += piece.toString();
    expect(octets).toBe('the answer');
  });
});
