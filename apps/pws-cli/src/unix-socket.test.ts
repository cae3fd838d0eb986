import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { claimUnixPath, withMode } from './unix-socket.ts';

// A short name: the paths of sockets may not be long.
const folder = mkdtempSync(join(tmpdir(), 'pws-u-'));
const at = (name: string): string => join(folder, name);
const isWindows = process.platform === 'win32';
const isSuperuser = process.getuid?.() === 0;

afterAll(() => rmSync(folder, { recursive: true }));

function listenAt(path: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

/** A socket that its owner had no time to remove. */
async function leaveStale(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log())`;
  const owner: ChildProcess = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => owner.stdout?.once('data', resolve));
  const gone = new Promise((resolve) => owner.once('exit', resolve));
  owner.kill('SIGKILL');
  await gone;
}

async function messageOf(path: string): Promise<string> {
  const error: unknown = await claimUnixPath(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CommandError);
  expect((error as CommandError).exitCode).toBe(1);
  return (error as CommandError).message;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

describe.skipIf(isWindows)('claimUnixPath() (not on Windows)', () => {
  it('takes a path where nothing is, and makes nothing there', async () => {
    await claimUnixPath(at('free'));
    expect(exists(at('free'))).toBe(false);
  });

  it('removes a socket that a killed program left', async () => {
    await leaveStale(at('stale'));
    expect(statSync(at('stale')).isSocket()).toBe(true);
    await claimUnixPath(at('stale'));
    expect(exists(at('stale'))).toBe(false);
  });

  it('refuses a socket at which another program answers, and leaves it', async () => {
    const server = await listenAt(at('live'));
    expect(await messageOf(at('live'))).toBe(
      `--unix ${at('live')}: it is taken: another program answers there.`,
    );
    expect(exists(at('live'))).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it('refuses a file and a folder, and leaves them', async () => {
    writeFileSync(at('file'), 'Kept.');
    mkdirSync(at('folder'));
    for (const path of [at('file'), at('folder')]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await messageOf(path)).toBe(
        `--unix ${path}: expected a socket or nothing, but something else is there.`,
      );
      expect(exists(path)).toBe(true);
    }
  });

  it('refuses a path in a folder that is not there', async () => {
    expect(await messageOf(at('gone/a'))).toBe(
      `--unix ${at('gone/a')}: expected its folder to be there, but there is none.`,
    );
  });

  it('refuses a path below a file', async () => {
    writeFileSync(at('plain'), '');
    expect(await messageOf(at('plain/a'))).toBe(`--unix ${at('plain/a')}: it gave ENOTDIR.`);
  });

  it.skipIf(isSuperuser)('refuses a folder that may not be looked into (not as root)', async () => {
    mkdirSync(at('closed'), { mode: 0o000 });
    expect(await messageOf(at('closed/a'))).toBe(`--unix ${at('closed/a')}: it gave EACCES.`);
    chmodSync(at('closed'), 0o700);
  });

  it('refuses a path that the system would cut, and takes one octet less', async () => {
    const most = process.platform === 'linux' ? 107 : 103;
    const longest = at('x'.repeat(most - folder.length - 1));
    await claimUnixPath(longest);
    expect(await messageOf(`${longest}x`)).toBe(
      `--unix ${longest}x: expected a path of at most ${most} octets, got ${most + 1}. Choose a shorter one.`,
    );
    const server = await listenAt(longest);
    expect(statSync(longest).isSocket()).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it('counts octets, not letters', async () => {
    expect(await messageOf(at('ä'.repeat(60)))).toMatch(/, got 1\d\d\. Choose a shorter one\.$/);
  });
});

describe.skipIf(isWindows)('withMode() (not on Windows)', () => {
  test.each([0o600, 0o660, 0o666, 0o777, 0o000])(
    'binds a socket with the permissions %i',
    async (mode) => {
      const path = at(`mode-${mode}`);
      const server = createServer();
      const before = process.umask();
      const listening = new Promise((resolve) => server.once('listening', resolve));
      withMode(mode, () => server.listen(path));
      // Before anything else runs.
      expect(statSync(path).mode & 0o777).toBe(mode);
      expect(process.umask()).toBe(before);
      await listening;
      await new Promise((resolve) => server.close(resolve));
    },
  );

  it('leaves the mask as it was when binding fails', () => {
    const before = process.umask();
    const fail = (): void => {
      throw new Error('not bound');
    };
    expect(() => withMode(0o600, fail)).toThrow('not bound');
    expect(process.umask()).toBe(before);
  });
});
