/**
 * The program against real outputs of its log: a disk that is full and one that becomes so, a
 * reader that is stopped or leaves, a file that is rotated. The server serves on, and what was
 * lost is told.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

/** All of the requests come on one connection. */
const ANY_NUMBER = ['--max-requests-per-connection', '0'];

const site = new TemporarySite({ 'index.html': 'Front page\n' });
/** Where logs lie. */
const room = new TemporarySite({});

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  room.remove();
});

/** The log of each exchange is about 3 kB long; its target tells which it was. */
async function exchange(port: number, from: number, count: number): Promise<void> {
  const client = await RawClient.connect(port);
  const fields = `Host: localhost\r\nUser-Agent: ${'u'.repeat(1024)}\r\nReferer: ${'r'.repeat(1024)}`;
  const requests = Array.from(
    { length: count },
    (_, index) => `GET /?${from + index} HTTP/1.1\r\n${fields}\r\n\r\n`,
  );
  await client.send(requests.join(''));
  const answers = await client.responses(count);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  client.leave();
}

/** Which exchanges a log has, and how many it says to be missing; each line is whole. */
function readLog(text: string): { told: number[]; missing: number } {
  const told: number[] = [];
  let missing = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const { event, target, lines } = JSON.parse(line) as Record<string, string>;
    if (event === 'dropped') missing += Number(lines);
    else told.push(Number(target?.slice(2)));
  }
  return { told, missing };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const SERVES_ON = 'log lines are dropped and counted, serving goes on';

describe.runIf(existsSync('/dev/full'))('a log on a disk that is full', () => {
  it('does not keep the server from serving; why, and how much was lost, is on standard error', async () => {
    const shell = 'exec "$@" > /dev/full';
    const program = await Program.serving([site.root, '--log', 'json', ...ANY_NUMBER], { shell });
    await exchange(program.port, 0, 1);
    await program.until(() => expect(program.stderr).toContain(SERVES_ON));
    await exchange(program.port, 1, 1199);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr.split('\n').slice(-3)).toEqual([
      `pws: ENOSPC: no space left on device, write; ${SERVES_ON}`,
      'pws: 1200 log lines were dropped: they were not taken in time',
      '',
    ]);
  });
});

/** A disk of its own needs a mount, which needs the superuser and a kernel that lets it. */
const MOUNTS = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe.runIf(MOUNTS)('a log on a disk that becomes full', () => {
  it('goes on where it was cut when there is room again, and tells what is missing', async () => {
    const { root } = room;
    const shell = `exec unshare -m sh -c 'mount -t tmpfs -o size=64k tmpfs ${root} && exec "$@" > ${root}/log' sh "$@"`;
    const program = await Program.serving([site.root, '--log', 'json', ...ANY_NUMBER], { shell });
    const inside = `/proc/${program.pid}/root${root}`;
    writeFileSync(`${inside}/filler`, Buffer.alloc(16 * 1024));
    await exchange(program.port, 0, 1000);
    await program.until(() => expect(program.stderr).toContain('ENOSPC'));
    const log = (): string => readFileSync(`${inside}/log`, 'latin1');
    // It took what fits, to the middle of a line, and the server serves on.
    expect(log()).toHaveLength(48 * 1024);
    expect(log().endsWith('\n')).toBe(false);

    rmSync(`${inside}/filler`);
    spawnSync('nsenter', ['-t', `${program.pid}`, '-m', 'mount', '-o', 'remount,size=64m', root]);
    await program.until(() => expect(log()).toContain('"event":"dropped"'));
    await exchange(program.port, 1000, 1);
    await program.until(() => expect(log()).toContain('"/?1000"'));
    const { told, missing } = readLog(log());
    expect(told).toEqual([...upTo(told.length - 1), 1000]);
    expect([missing > 0, told.length + missing]).toEqual([true, 1001]);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).toContain(`\npws: ${missing} log lines were dropped`);
  });
});

/** A program that writes its log to a FIFO, and what reads it into a file. */
async function intoReader(): Promise<{
  program: Program;
  signal: (name: NodeJS.Signals) => void;
  gone: Promise<unknown>;
  log: () => string;
}> {
  const fifo = `${room.root}/fifo-${process.hrtime.bigint()}`;
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
  const copy = openSync(`${fifo}.log`, 'w');
  const reader = spawn('cat', [fifo], { stdio: ['ignore', copy, 'ignore'] });
  closeSync(copy);
  const signal = (name: NodeJS.Signals): unknown => reader.kill(name);
  const gone = once(reader, 'exit');
  onTestFinished(() => void signal('SIGKILL'));
  const shell = `exec "$@" > ${fifo}`;
  const program = await Program.serving([site.root, '--log', 'json', ...ANY_NUMBER], { shell });
  return { program, signal, gone, log: () => readFileSync(`${fifo}.log`, 'latin1') };
}

describe('a log whose reader', () => {
  it('is stopped by a signal waits for it, and tells what is missing when it is continued', async () => {
    const { program, signal, log } = await intoReader();
    signal('SIGSTOP');
    await exchange(program.port, 0, 1000);
    await program.until(() =>
      expect(program.stderr).toContain(`than its lines come; ${SERVES_ON}`),
    );
    expect(log()).toBe('');
    signal('SIGCONT');
    await program.until(() => expect(log()).toContain('"event":"dropped"'));
    await exchange(program.port, 1000, 1);
    await program.until(() => expect(log()).toContain('"/?1000"'));
    const { told, missing } = readLog(log());
    expect(told.at(-1)).toBe(1000);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect([missing > 0, told.length + missing]).toEqual([true, 1001]);
  });

  it('is stopped does not keep the server from ending', async () => {
    const { program, signal } = await intoReader();
    signal('SIGSTOP');
    await exchange(program.port, 0, 1000);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('is killed is told of once, and each line counts as lost', async () => {
    const { program, signal, gone } = await intoReader();
    signal('SIGKILL');
    await gone;
    await exchange(program.port, 0, 1);
    await program.until(() =>
      expect(program.stderr).toContain(`EPIPE: broken pipe, write; ${SERVES_ON}`),
    );
    await exchange(program.port, 1, 99);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).toMatch(
      /\npws: 100 log lines were dropped: they were not taken in time\n$/,
    );
    expect(program.stderr.split(SERVES_ON)).toHaveLength(2);
  });

  it('reads messages from the same pipe, and is stopped, holds up nothing', async () => {
    const shell = 'exec "$@" 2>&1';
    const program = new Program([site.root, '-p', '0', '-H', '127.0.0.1', '--log', 'json'], {
      shell,
    });
    await program.until(() => expect(program.stdout).toContain('Ctrl+C'));
    const port = Number(/http:\/\/[^/]*:(\d+)\//.exec(program.stdout)?.[1]);
    program.stopReadingStdout();
    await exchange(port, 0, 1000);
    // The pipe is full, and a message has been due since the first line was dropped.
    expect((await ask(port, '/')).status).toBe(200);
    program.signal('SIGTERM');
    await expect.poll(() => existsSync(`/proc/${program.pid}/fd/1`), { timeout: 8000 }).toBe(false);
    program.readStdoutOn();
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });
});

/** `script` gives a program a terminal of its own. */
const TERMINALS = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.runIf(TERMINALS)('a terminal', () => {
  it('that is stopped holds up neither the server nor its end', async () => {
    const shell = 'exec script -qec "exec $*" /dev/null';
    const args = [site.root, '-p', '0', '-H', '127.0.0.1', '--log', 'pretty', ...ANY_NUMBER];
    const program = new Program(args, { shell });
    await program.until(() => expect(program.stdout).toContain('Ctrl+C'));
    const port = Number(/http:\/\/[^/]*:(\d+)\//.exec(program.stdout)?.[1]);
    const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'latin1');
    const pid = Number(children);
    program.stopReadingStdout();
    // More than the pipe, the terminal and 1 MiB: a message is due on the terminal as well.
    await exchange(port, 0, 20_000);
    expect((await ask(port, '/')).status).toBe(200);
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => existsSync(`/proc/${pid}/fd/1`), { timeout: 8000 }).toBe(false);
  });
});

describe('a log in a file', () => {
  const file = `${room.root}/log`;
  const shell = `exec "$@" >> ${file}`;

  it('that is emptied after it was copied goes on at its start, where it was opened to append', async () => {
    const program = await Program.serving([site.root, '--log', 'json', ...ANY_NUMBER], { shell });
    const log = (): string => readFileSync(file, 'latin1');
    await exchange(program.port, 0, 10);
    await program.until(() => expect(readLog(log()).told).toEqual(upTo(10)));
    truncateSync(file);
    await exchange(program.port, 10, 1);
    await program.until(() => expect(readLog(log()).told).toEqual([10]));
  });

  it('that is removed is no fault: whoever opened it has it', async () => {
    const program = await Program.serving([site.root, '--log', 'json', ...ANY_NUMBER], { shell });
    rmSync(file);
    await exchange(program.port, 0, 10);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).not.toContain('dropped');
  });
});
