/**
 * The program as a person meets it: what it prints where, what it exits with, how it is stopped.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { Program, type Surroundings, killPrograms } from './program.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(32 * 1024 * 1024);
const site = new TemporarySite({ 'index.html': 'Front page\n', 'large.bin': large });
const file = `${site.root}/index.html`;

afterEach(killPrograms);
afterAll(() => site.remove());

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

async function run(args: readonly string[], surroundings?: Surroundings): Promise<Program> {
  const program = new Program(args, surroundings);
  await program.untilEnd();
  return program;
}

/** A request for `/` whose log line is about 3 kB long. */
const LONG_LINE = `GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${'u'.repeat(1024)}\r\nReferer: ${'r'.repeat(1024)}\r\n\r\n`;
const GET_LARGE = 'GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A client in the middle of the large file, which it does not read on. */
async function clientInTheMiddle(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.send(GET_LARGE);
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
  client.stopReading();
  return client;
}

/** Waits until nobody listens on a port any more. */
async function untilRefused(port: number): Promise<void> {
  const connect = async (): Promise<string> => {
    try {
      const client = await RawClient.connect(port);
      client.leave();
      return 'connected';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
  };
  await expect.poll(connect, { timeout: 10_000 }).toBe('ECONNREFUSED');
}

describe('a program that cannot run says why on standard error, and exits with', () => {
  test.each<[2 | 1, string, string[], Record<string, string>]>([
    [
      2,
      'expected one folder and known flags, got --prot\nRun pws --help for all flags.',
      ['--prot', '3000'],
      {},
    ],
    [2, '--port: expected a port from 0 to 65535, got "70000"', ['--port', '70000'], {}],
    [2, '--port: expected a port from 0 to 65535, got "-1"', ['--port', '-1'], {}],
    [2, '--port: expected a port from 0 to 65535, got nothing', ['--port'], {}],
    [2, '--port: expected once, got it 2 times', ['-p', '1', '-p', '2'], {}],
    [2, 'PWS_PORT: expected a port from 0 to 65535, got "http"', [], { PWS_PORT: 'http' }],
    [2, 'PORT: expected a port from 0 to 65535, got "3000x"', [], { PORT: '3000x' }],
    [2, '--backlog: expected a number from 1 to 65535, got "0"', ['--backlog', '0'], {}],
    [
      2,
      '--log: expected one of auto, pretty, combined, json, none, got "xml"',
      ['--log', 'xml'],
      {},
    ],
    [2, '--host: expected an address or a name of this machine, got "a b"', ['--host', 'a b'], {}],
    [2, 'root: expected a folder, got an empty name', [''], {}],
    [
      1,
      `root: expected a folder at ${site.root}/gone, but there is none`,
      [`${site.root}/gone`],
      {},
    ],
    [1, `root: expected a folder, but ${file} is a file`, [file], {}],
    [
      1,
      '--host 192.0.2.1: expected an address of this machine, but no interface has it.',
      [site.root, '--port', '0', '--host', '192.0.2.1'],
      {},
    ],
  ])('%i: %s', async (exitCode, message, args, env) => {
    const program = await run(args, { env });
    expect(program.stderr).toBe(`pws: ${message}\n`);
    expect(program.stdout).toBe('');
    expect(program.end).toEqual({ exitCode, signal: null });
  });

  it('1: a port that is taken, with its number and what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const program = await run([site.root, '--port', String(port)]);
    await new Promise((resolve) => other.close(resolve));
    expect(program.stderr).toBe(
      `pws: port ${port} is taken: another program listens on it. Choose another with --port, the next free one with --auto-port, or any free one with --port 0.\n`,
    );
    expect(program.end).toEqual({ exitCode: 1, signal: null });
  });
});

describe('a program with --auto-port', () => {
  it.each([
    ['alone', []],
    ['with workers', ['--workers', '2']],
  ])('%s takes the next port that is free, and says so', async (_how, more) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = [site.root, '--host', '127.0.0.1', '--port', String(port), '--auto-port', ...more];
    const program = new Program(args);
    await program.untilReady();
    expect(program.port).toBeGreaterThan(port);
    expect(program.port).toBeLessThan(port + 100);
    expect(program.stderr).toContain(
      `pws: port ${port} is taken; serving on port ${program.port}\n`,
    );
    expect((await ask(program.port, '/')).status).toBe(200);
    await new Promise((resolve) => other.close(resolve));
  });

  it('says that a port is taken where it has tried all that there are', async () => {
    const other = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      other.once('error', () => resolve(false));
      other.listen(65_535, '127.0.0.1', () => resolve(true));
    });
    const program = await run([site.root, '-H', '127.0.0.1', '-p', '65535', '--auto-port']);
    if (isFree) await new Promise((resolve) => other.close(resolve));
    expect(program.stderr).toMatch(/^pws: port 65535 is taken: /);
    expect(program.end).toEqual({ exitCode: 1, signal: null });
  });

  it('takes the port that was asked for where it is free, and says nothing', async () => {
    const program = await Program.serving([site.root, '--auto-port']);
    expect(program.stderr).not.toContain('is taken');
  });
});

describe('a program without some of its limits', () => {
  it('says so', async () => {
    const program = await Program.serving([site.root, '--max-connections', '0', '-q=false']);
    expect(program.stderr).toContain('pws: no limit, as asked: max-connections\n');
  });
});

describe('a program that is asked for words', () => {
  it('prints its version on standard output', async () => {
    const program = await run(['--version']);
    expect([program.stdout, program.stderr, program.end?.exitCode]).toEqual([
      `${version}\n`,
      '',
      0,
    ]);
  });

  it('prints the help on standard output', async () => {
    const program = await run(['--help']);
    expect(program.stdout).toContain('--backlog');
    expect([program.stderr, program.end?.exitCode]).toEqual(['', 0]);
  });

  it('prints no stack where nobody reads them', async () => {
    const program = new Program(['--help']);
    program.closeStdout();
    await program.untilEnd();
    expect(program.stderr).toBe('');
  });
});

describe('a program that serves', () => {
  it('prints what it serves and the chosen port on standard error, and nothing else', async () => {
    const program = await Program.serving([site.root]);
    expect(program.port).toBeGreaterThan(0);
    expect(program.stderr).toBe(
      [
        '',
        `PWS ${version}  serving ${site.root}`,
        `  http://localhost:${program.port}/`,
        `  http://127.0.0.1:${program.port}/`,
        '  Ctrl+C stops it',
        '',
        '',
      ].join('\n'),
    );
    expect((await ask(program.port, '/')).content.toString()).toBe('Front page\n');
    await program.until(() => expect(program.log).toHaveLength(1));
  });

  it('takes a relative folder from where the person stands', async () => {
    const program = await Program.serving(['.'], { env: { INIT_CWD: site.root } });
    expect(program.stderr).toContain('serving .\n');
    expect((await ask(program.port, '/')).content.toString()).toBe('Front page\n');
  });

  it('serves ./static where no folder is named', async () => {
    const project = new TemporarySite({
      'static/index.html': 'Static\n',
      'index.html': 'Not it\n',
    });
    const program = await Program.serving([], { cwd: project.root });
    expect(program.stderr).toContain('serving ./static\n');
    expect((await ask(program.port, '/')).content.toString()).toBe('Static\n');
    await program.kill();
    project.remove();
  });

  it('drops a stray "--", and knows "serve"', async () => {
    const program = await Program.serving(['--', 'serve', site.root]);
    expect((await ask(program.port, '/')).status).toBe(200);
  });

  it('prints no banner with --quiet, and serves all the same', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const program = new Program([site.root, '-q', '-p', String(port), '-H', '127.0.0.1']);
    const status = (): Promise<number> =>
      ask(port, '/').then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 10_000 }).toBe(200);
    program.signal('SIGTERM');
    await program.untilEnd();
    expect([program.stderr, program.end?.exitCode]).toEqual(['', 0]);
  });

  it('reads its environment, and a flag wins', async () => {
    const env = { PWS_LOG: 'json', PWS_VERBOSE: '1' };
    const program = await Program.serving([site.root, '--log', 'combined'], { env });
    await ask(program.port, '/');
    await program.until(() => expect(program.log.at(-1)).toMatch(/offline$/));
    expect(program.log[0]).toMatch(/^# .* online$/);
  });
});

describe('a program that logs', () => {
  const line = {
    combined: /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/\?q HTTP\/1\.1" 200 11 "-" "a\\x22\\x1b"$/,
    pretty: /^\d\d:\d\d:\d\d {2}200 {2}GET \/\?q {2}11 B in [\d.]+ ms to 127\.0\.0\.1:\d+$/,
    json: /^\{"level":"info","time":"[^"]+","event":"exchange","requestId":"[0-9a-f]{12}-0[01]","peer":"127\.0\.0\.1:\d+","method":"GET",.*,"userAgent":"a\\\\x22\\\\x1b"\}$/,
  };

  it.each([
    ['--log combined', ['--log', 'combined'], line.combined],
    ['--log pretty', ['--log', 'pretty'], line.pretty],
    ['--log json', ['--log', 'json'], line.json],
    ['--log auto, to a pipe', ['--log', 'auto'], line.json],
    ['nothing said, to a pipe', [], line.json],
  ])('as %s: one line on standard output for one exchange', async (_case, args, expected) => {
    const program = await Program.serving([site.root, ...args]);
    await ask(program.port, '/?q', 'GET', ['User-Agent: a"\u001b']).catch(() => undefined);
    await ask(program.port, '/?q', 'GET', ['User-Agent: a"\u009b']);
    await program.until(() => expect(program.log).toHaveLength(2));
    const [refused, answered] = program.log;
    // A control octet in a field value is refused, one above 0x7f is not.
    expect(refused).toContain('400');
    expect(answered?.replace('x9b', 'x1b')).toMatch(expected);
    expect(program.stdout).toMatch(/^[ -~\n]*$/);
  });

  it('nothing with --log none', async () => {
    const program = await Program.serving([site.root, '--log', 'none', '--verbose']);
    await ask(program.port, '/');
    program.signal('SIGTERM');
    await program.untilEnd();
    expect([program.stdout, program.end?.exitCode]).toEqual(['', 0]);
  });

  it('every exchange that was answered before it stopped, once and in order', async () => {
    const program = await Program.serving([site.root, '--log', 'json']);
    const client = await RawClient.connect(program.port);
    const targets = Array.from({ length: 500 }, (_, index) => `/?${index}`);
    await client.send(targets.map((t) => `GET ${t} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await client.responses(500);
    program.signal('SIGTERM');
    await program.untilEnd();
    const told = program.log.map((text) => (JSON.parse(text) as { target: string }).target);
    expect(told).toEqual(targets);
  });
});

describe.each<[NodeJS.Signals, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s', (signal, insisted) => {
  it('stops a program that does nothing with 0, and prints nothing', async () => {
    const program = await Program.serving([site.root, '--log', 'none']);
    const banner = program.stderr;
    program.signal(signal);
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect([program.stdout, program.stderr]).toEqual(['', banner]);
  });

  it('closes idle connections, lets the exchanges in flight finish, and exits with 0', async () => {
    const program = await Program.serving([site.root, '--log', 'json']);
    const idle = await RawClient.connect(program.port);
    await idle.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.response();
    const silent = await RawClient.connect(program.port);
    const halfway = await RawClient.connect(program.port);
    await halfway.send('GET / HTTP/1.1\r\nHost: ');
    const client = await clientInTheMiddle(program.port);

    program.signal(signal);
    await untilRefused(program.port);
    await Promise.all([idle.untilEnd(), silent.untilEnd()]);
    await halfway.send('localhost\r\n\r\n');
    expect((await halfway.response()).status).toBe(200);
    await halfway.untilEnd();
    expect(program.end).toBeUndefined();
    client.readOn();
    const { content } = await client.response();
    expect(content.equals(large)).toBe(true);
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(JSON.parse(program.log.at(-1) ?? '')).toMatchObject({
      target: '/large.bin',
      contentBytes: large.length,
      ended: 'complete',
    });
  });

  it(`given twice ends it at once with ${insisted}`, async () => {
    const program = await Program.serving([site.root]);
    const client = await clientInTheMiddle(program.port);
    program.signal(signal);
    await untilRefused(program.port);
    expect(program.end).toBeUndefined();
    program.signal(signal);
    expect(await program.untilEnd()).toEqual({ exitCode: insisted, signal: null });
    client.leave();
  });
});

describe('a program that nobody listens to', () => {
  it('keeps serving when its standard output is closed, and says at the end what was lost', async () => {
    const program = await Program.serving([site.root, '--log', 'combined']);
    program.closeStdout();
    for (let exchange = 0; exchange < 20; exchange++) {
      // One after the other: each writes to a pipe that is closed.
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(program.port, '/')).status).toBe(200);
    }
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    expect(program.stderr).toMatch(
      /\npws: \d+ log lines were dropped: they were not taken in time\n$/,
    );
  });

  it('keeps serving when its standard error is closed', async () => {
    const program = await Program.serving([site.root, '--log', 'none']);
    program.closeStderr();
    expect((await ask(program.port, '/')).status).toBe(200);
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('keeps serving when nobody reads its standard output, and counts each line that it drops', async () => {
    const program = await Program.serving([site.root, '--log', 'combined', ...ANY_NUMBER]);
    program.stopReadingStdout();
    await askForLongLines(program.port, 1500);
    program.readStdoutOn();
    await program.until(() => expect(program.stdout.length).toBeGreaterThan(1_000_000));
    program.signal('SIGTERM');
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
    const dropped = /\npws: (\d+) log lines were dropped: they were not taken in time\n$/.exec(
      program.stderr,
    );
    expect(Number(dropped?.[1])).toBeGreaterThan(0);
    const lines = program.log.filter((line) => /^127.*"$/.test(line));
    expect(lines.length + Number(dropped?.[1])).toBe(1500);
    // The lines that are missing are told where they are missing, and no other line is among them.
    const gaps = program.log.filter((line) =>
      /^# .* \d+ log lines? (?:was|were) dropped$/.test(line),
    );
    expect([gaps.length > 0, lines.length + gaps.length]).toEqual([true, program.log.length]);
    expect(program.stderr.match(/slower than its lines come; log lines are dropped/g)).toHaveLength(
      1,
    );
  });

  it('stops when it is asked to while nobody reads its standard output', async () => {
    const program = await Program.serving([site.root, '--log', 'combined', ...ANY_NUMBER]);
    program.stopReadingStdout();
    await askForLongLines(program.port, 1500);
    program.signal('SIGTERM');
    await untilRefused(program.port);
    // Its streams close when they are read to their end: what counts is that the process is gone.
    await expect.poll(() => isRunning(program.pid), { timeout: 8000 }).toBe(false);
    program.readStdoutOn();
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });
});

/** All of the requests come on one connection. */
const ANY_NUMBER = ['--max-requests-per-connection', '0'];

async function askForLongLines(port: number, count: number): Promise<void> {
  const client = await RawClient.connect(port);
  await client.send(LONG_LINE.repeat(count));
  const answers = await client.responses(count);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  client.leave();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH
  }
}
