/**
 * The program on a Unix socket: who may connect, what is left behind, what is in the way.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../src/server.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient, type RawResponse } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const folder = mkdtempSync(join(tmpdir(), 'pws-u-'));
const path = join(folder, 'pws.sock');

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true });
});

async function askUnix(): Promise<RawResponse> {
  const client = await RawClient.connectUnix(path);
  await client.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const response = await client.response();
  await client.untilEnd();
  return response;
}

function exists(): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

describe.skipIf(process.platform === 'win32')('--unix (not on Windows)', () => {
  it('serves on a socket that only its owner may connect to, and removes it at the end', async () => {
    const program = await Program.serving([site.root, '--unix', path, '--log', 'json']);
    expect(program.stderr).toContain(`  unix:${path}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await askUnix()).content.toString()).toBe('Front page\n');
    await program.until(() => expect(program.log).toHaveLength(1));
    expect(JSON.parse(program.log[0] ?? '')).toMatchObject({ peer: 'unix', status: 200 });
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(exists()).toBe(false);
  });

  it('has the permissions that --unix-mode says', async () => {
    const program = await Program.serving([site.root, '--unix', path, '--unix-mode', '0666']);
    expect(statSync(path).mode & 0o777).toBe(0o666);
    await program.kill();
  });

  it('replaces what a program that was killed left behind', async () => {
    const killed = await Program.serving([site.root, '--unix', path]);
    await killed.kill();
    expect(exists()).toBe(true);
    await Program.serving([site.root, '--unix', path]);
    expect((await askUnix()).status).toBe(200);
  });

  it('ends with 1 where another program answers, which serves on', async () => {
    await Program.serving([site.root, '--unix', path]);
    const second = new Program([site.root, '--unix', path]);
    expect(await second.untilEnd()).toEqual({ exitCode: 1, signal: null });
    expect(second.stderr).toBe(
      `pws: --unix ${path}: it is taken: another program answers there.\n`,
    );
    expect((await askUnix()).status).toBe(200);
  });
});

describe.skipIf(process.platform === 'win32')('startServer() on a Unix socket', () => {
  it('gives its path as the address, and removes the file when it is closed', async () => {
    const moments = new RecordedMoments();
    const server = await startServer({ root: site.root, unix: { path }, observer: moments });
    expect(server.address).toEqual({ address: path, family: 'unix', port: 0 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await askUnix()).status).toBe(200);
    await server.close();
    expect(exists()).toBe(false);
    expect(moments.exchanges[0]?.peer).toEqual({ address: 'unix', port: 0 });
  });
});
