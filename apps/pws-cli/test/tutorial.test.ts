/**
 * From the tutorial to PWS: the table of issue 2, row by row, over real sockets.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, utimesSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CommandError } from '../src/command-error.ts';
import { OPTIONS } from '../src/options.ts';
import { type RunningServer, startServer } from '../src/server.ts';
import { KERNEL_TELLS, socketsIn } from './kernel-sockets.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient, ask, exchangeOctets } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { LAST_MODIFIED, TemporarySite } from './temporary-site.ts';

const LARGE_BYTES = 6 * 1024 * 1024 + 7;
const large = randomBytes(LARGE_BYTES);
const site = new TemporarySite({
  'index.html': '<!doctype html><title>Front page</title>\n',
  'hello.txt': 'Hello, octets.\n',
  'docs/index.html': '<!doctype html><title>Docs</title>\n',
  'what?.txt': 'A question mark in a name.\n',
  'large.bin': large,
  'empty.txt': '',
});
const moments = new RecordedMoments();
let server: RunningServer;
let port: number;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    root: site.root,
    observer: moments,
    unforeseen: (error) => moments.unforeseen.push(error),
  });
  port = server.address.port;
});

afterEach(killPrograms);

afterAll(async () => {
  await server.close(0);
  site.remove();
  expect(moments.unforeseen).toEqual([]);
});

const GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LAST_GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

describe('import socket, create a TCP socket', () => {
  const parts = ['apps/pws-cli', 'packages/http-wire', 'packages/static-fs'];
  const sources = parts.flatMap((part) => {
    const folder = fileURLToPath(new URL(`../../../${part}/src/`, import.meta.url));
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => [`${part}/src/${name}`, `${folder}${name}`] as const);
  });
  const importsOf = (path: string): string[] => {
    const text = readFileSync(path, 'utf8');
    const imports = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g;
    return [...text.matchAll(imports)].map(([, name]) => name as string);
  };

  it.each(sources)('%s imports no HTTP/1.1 of the platform', (_name, path) => {
    const platformHttp = /^(?:node:)?(?:_?http|https|undici)(?:_|\/|$)/;
    expect(importsOf(path).filter((name) => platformHttp.test(name))).toEqual([]);
  });

  it("the frames of HTTP/2 are the platform's, for pws-cli alone", () => {
    const users = sources.filter(([, path]) => importsOf(path).includes('node:http2'));
    expect(users.map(([name]) => name)).toEqual([
      'apps/pws-cli/src/http2-connection.ts',
      'apps/pws-cli/src/http2-exchange.ts',
      'apps/pws-cli/src/http2-head.ts',
      'apps/pws-cli/src/http2-pieces.ts',
      'apps/pws-cli/src/http2-silent-end.ts',
    ]);
  });

  it('listener.ts alone makes sockets for clients, and makes them of node:net', () => {
    // What tells addresses from other text makes no sockets.
    const addressing = /^(?:BlockList|isIP|isIPv4|isIPv6|type \w+)$/;
    const makers = sources.filter(([, path]) => {
      const text = readFileSync(path, 'utf8').replace(/import type [^;]*;/g, '');
      const imports = [...text.matchAll(/import \{([^}]*)\} from 'node:net'/g)];
      const names = imports.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
      return names.some((name) => !addressing.test(name));
    });
    // The log goes to a pipe through a socket, and a Unix socket is asked whether anybody listens.
    expect(makers.map(([name]) => name)).toEqual([
      'apps/pws-cli/src/listener.ts',
      'apps/pws-cli/src/log-output.ts',
      'apps/pws-cli/src/unix-socket.ts',
    ]);
  });
});

describe('SO_REUSEADDR so that a restart does not find the port blocked', () => {
  it('a server starts again at once on a port with connections in TIME_WAIT', async () => {
    const first = await startServer({ port: 0, root: site.root });
    const { port: taken } = first.address;
    // The server is the first to close, so that it is the server's port that stays in TIME_WAIT.
    await Promise.all(Array.from({ length: 5 }, () => exchangeOctets(taken, LAST_GET)));
    await first.close();
    if (KERNEL_TELLS) {
      // What the client says at the end of a connection comes when the server is through with it.
      const waiting = (): unknown[] =>
        socketsIn('time-wait').filter(({ localPort }) => localPort === taken);
      await expect.poll(waiting).toHaveLength(5);
    }
    const second = await startServer({ port: taken, root: site.root });
    expect(second.address.port).toBe(taken);
    expect((await ask(taken, '/hello.txt')).status).toBe(200);
    await second.close();
  });

  it('the program starts again at once on the port that it has just been stopped on', async () => {
    const first = await Program.serving([site.root]);
    const { port: taken } = first;
    const idle = await RawClient.connect(taken);
    await idle.send(GET);
    await idle.response();
    first.signal('SIGTERM');
    await expect(first.untilEnd()).resolves.toEqual({ exitCode: 0, signal: null });
    if (KERNEL_TELLS) {
      expect(socketsIn('time-wait').some(({ localPort }) => localPort === taken)).toBe(true);
    }
    const second = new Program([site.root, '--port', String(taken), '--host', '127.0.0.1']);
    await second.untilReady();
    expect(second.port).toBe(taken);
    expect((await ask(taken, '/hello.txt')).status).toBe(200);
  });

  it('a port that another PWS listens on is a clear error', async () => {
    const failure = await startServer({ port, root: site.root }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({
      exitCode: 1,
      message: `port ${port} is taken: another program listens on it. Choose another with --port, the next free one with --auto-port, or any free one with --port 0.`,
    });
  });

  it.each(['127.0.0.1', '0.0.0.0'])(
    'a port that another program listens on at %s alone is a clear error too',
    async (host) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen({ port: 0, host }, resolve));
      const { port: taken } = other.address() as { port: number };
      const failure = await startServer({ port: taken, root: site.root }).catch(
        (error: unknown) => error,
      );
      await new Promise((resolve) => other.close(resolve));
      expect(failure).toBeInstanceOf(CommandError);
      expect((failure as CommandError).message).toContain(`port ${taken} is taken`);
    },
  );
});

describe("bind ('', 8001)", () => {
  it('the defaults are port 8001 and no host, which is all interfaces', () => {
    expect(OPTIONS.port.default).toBe(8001);
    expect(OPTIONS.host.default).toBeUndefined();
  });

  it('without --port the program listens on 8001, or says that 8001 is taken', async () => {
    const program = new Program([site.root, '--host', '127.0.0.1']);
    await program.until(() => expect(program.stderr).toContain('8001'));
    expect(program.stderr).toMatch(/http:\/\/localhost:8001\/|port 8001 is taken/);
  });

  it('without a host both IPv4 and IPv6 are answered', async () => {
    expect(['::', '0.0.0.0']).toContain(server.address.address);
    const hosts = server.address.address === '::' ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
    const answers = hosts.map(async (host) => {
      const client = await RawClient.connect(port, host);
      await client.send(LAST_GET);
      return (await client.response()).status;
    });
    expect(await Promise.all(answers)).toEqual(hosts.map(() => 200));
  });

  it('--host listens there alone, and --port on that port', async () => {
    const one = await startServer({ port: 0, host: '127.0.0.1', root: site.root });
    expect(one.address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    const { port: chosen } = one.address;
    await expect(RawClient.connect(chosen, '127.0.0.2')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await one.close();
    const other = await startServer({ port: chosen, host: '127.0.0.1', root: site.root });
    expect(other.address.port).toBe(chosen);
    await other.close();
  });
});

describe('listen(128)', () => {
  it('the default backlog is 511', () => {
    expect(OPTIONS.backlog.default).toBe(511);
  });

  // The kernel shows how many connections wait, not how many may. So the program is stopped in
  // its tracks, and connections are made until the kernel takes no more: it takes one more than
  // the backlog, and leaves the next ones without an answer to their SYN.
  const observable = KERNEL_TELLS && Number(readFileSync('/proc/sys/net/core/somaxconn')) > 511;

  it.skipIf(!observable).each([
    ['--backlog 4', ['--backlog', '4'], 4],
    ['no --backlog', [], 511],
  ])('with %s so many connections and one may wait', async (_case, args, backlog) => {
    const program = await Program.serving([site.root, ...args]);
    program.signal('SIGSTOP');
    const attempts = Array.from({ length: backlog + 9 }, () => RawClient.connect(program.port));
    const queue = (): number =>
      socketsIn('listen').find(({ localPort }) => localPort === program.port)?.receiveQueue ?? -1;
    const unanswered = (): number =>
      socketsIn('syn-sent').filter(({ peerPort }) => peerPort === program.port).length;
    await expect.poll(queue, { timeout: 10_000 }).toBe(backlog + 1);
    await expect.poll(unanswered, { timeout: 10_000 }).toBe(8);
    expect(queue()).toBe(backlog + 1);
    program.signal('SIGCONT');
    // Nobody is lost: the kernel of a client repeats its SYN.
    const clients = await Promise.all(attempts);
    await Promise.all(clients.map((client) => client.send(LAST_GET)));
    const statuses = await Promise.all(clients.map(async (client) => client.response()));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('loop on accept, "multi client" (in truth one at a time)', () => {
  it('a hundred clients are answered while one says nothing, one half a head, and one reads nothing', async () => {
    const silent = await RawClient.connect(port);
    const halfway = await RawClient.connect(port);
    await halfway.send(GET.slice(0, 20));
    const unreading = await RawClient.connect(port);
    unreading.stopReading();
    await unreading.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');

    const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.connect(port)));
    // All are there before the first one asks.
    await Promise.all(clients.map((client) => client.send(GET)));
    const answers = await Promise.all(clients.map((client) => client.response()));
    expect(answers.map(({ content }) => content.toString())).toEqual(
      clients.map(() => 'Hello, octets.\n'),
    );

    expect([silent.end, halfway.end, unreading.end]).toEqual(['open', 'open', 'open']);
    await silent.send(GET);
    await halfway.send(GET.slice(20));
    expect((await silent.response()).status).toBe(200);
    expect((await halfway.response()).status).toBe(200);
    unreading.readOn();
    expect((await unreading.response()).content.equals(large)).toBe(true);
    for (const client of [...clients, silent, halfway, unreading]) client.leave();
  });
});

describe('print client address and port as it comes online, the requested path, and as it goes offline', () => {
  it('--verbose shows the three moments with address and port, and the line of the exchange', async () => {
    const program = await Program.serving([site.root, '--verbose', '--log', 'combined']);
    const client = await RawClient.connect(program.port);
    await client.send('GET /hello.txt?name=666 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.response();
    client.leave();
    const place = `127.0.0.1:${client.port}`;
    await program.until(() => expect(program.log.at(-1)).toContain('offline'));
    const time = String.raw`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000`;
    expect(program.log).toEqual([
      expect.stringMatching(new RegExp(`^# ${time} ${place} online$`)),
      expect.stringMatching(
        new RegExp(`^# ${time} ${place} asks for GET /hello\\.txt\\?name=666$`),
      ),
      expect.stringMatching(
        new RegExp(
          `^127\\.0\\.0\\.1 - - \\[${time}\\] "GET /hello\\.txt\\?name=666 HTTP/1\\.1" 200 15 "-" "-"$`,
        ),
      ),
      expect.stringMatching(new RegExp(`^# ${time} ${place} offline$`)),
    ]);
  });

  it('without --verbose there is one line for each exchange, and none for a connection', async () => {
    const program = await Program.serving([site.root, '--log', 'combined']);
    const silent = await RawClient.connect(program.port);
    silent.leave();
    const client = await RawClient.connect(program.port);
    await client.send(`${GET}${GET.replace('/hello.txt', '/missing')}${LAST_GET}`);
    await client.untilEnd();
    await program.until(() => expect(program.log).toHaveLength(3));
    program.signal('SIGTERM');
    await program.untilEnd();
    expect(program.log.map((line) => /"([^"]*)" (\d+)/.exec(line)?.slice(1))).toEqual([
      ['GET /hello.txt HTTP/1.1', '200'],
      ['GET /missing HTTP/1.1', '404'],
      ['GET /hello.txt HTTP/1.1', '200'],
    ]);
  });
});

describe('recv(1024), decode, split on blanks', () => {
  const withoutDate = (octets: string): string => octets.replace(/Date: [^\r]*/, 'Date: …');

  it('any split of the octets gives the same answer', async () => {
    const whole = withoutDate(await exchangeOctets(port, LAST_GET));
    const cuts = Array.from({ length: LAST_GET.length - 1 }, (_, index) => index + 1);
    const answers = await Promise.all(
      cuts.map(async (cut) => {
        const client = await RawClient.connect(port);
        await client.sendPieces([LAST_GET.slice(0, cut), LAST_GET.slice(cut)]);
        return withoutDate(await client.untilEnd());
      }),
    );
    expect(answers).toEqual(cuts.map(() => whole));
  });

  it('a request that comes octet by octet gives the same answer', async () => {
    const client = await RawClient.connect(port);
    await client.sendPieces(LAST_GET);
    expect(withoutDate(await client.untilEnd())).toBe(
      withoutDate(await exchangeOctets(port, LAST_GET)),
    );
  });

  it('a head longer than 1024 octets is read whole', async () => {
    const { status } = await ask(port, '/hello.txt', 'GET', [`X-Long: ${'a'.repeat(15_000)}`]);
    expect(status).toBe(200);
  });

  it('a head of 16 384 octets is read, and one octet more is 431 and close', async () => {
    const frame = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: \r\n\r\n';
    const head = (length: number): string =>
      frame.replace('X: ', `X: ${'a'.repeat(length - frame.length)}`);
    expect(await exchangeOctets(port, head(16_384))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await exchangeOctets(port, head(16_385))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('what is not split by single blanks is 400 and close', async () => {
    const answer = await exchangeOctets(port, GET.replace('GET ', 'GET  '));
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\nConnection: close\r\n/);
  });
});

describe('method, path with ?name=666&age=12 cut off, version', () => {
  it('the query is kept apart from the path, and in the record of the exchange', async () => {
    const client = await RawClient.connect(port);
    await client.send(GET.replace('/hello.txt', '/hello.txt?name=666&age=12'));
    expect((await client.response()).content.toString()).toBe('Hello, octets.\n');
    client.leave();
    await moments.untilOffline(client.port);
    const record = moments.exchanges.find(({ peer }) => peer.port === client.port);
    expect(record).toMatchObject({
      method: 'GET',
      target: '/hello.txt?name=666&age=12',
      protocol: 'HTTP/1.1',
    });
  });

  it('a redirect keeps the query', async () => {
    const { status, fields } = await ask(port, '/docs?name=666&age=12');
    expect([status, fields['location']]).toEqual([301, '/docs/?name=666&age=12']);
  });

  it('a question mark that is percent-encoded belongs to the path', async () => {
    expect((await ask(port, '/what%3F.txt?name=666')).content.toString()).toBe(
      'A question mark in a name.\n',
    );
    expect((await ask(port, '/what?.txt')).status).toBe(404);
  });

  it('a query with a slash, a second question mark or dots changes no path', async () => {
    const queries = ['/a/b', '?', '../../x', 'a=%2e%2e%2f', ''];
    const answers = await Promise.all(queries.map((query) => ask(port, `/hello.txt?${query}`)));
    expect(answers.map(({ status }) => status)).toEqual(queries.map(() => 200));
  });
});

describe('static + path, read the file', () => {
  it('a file of several MiB arrives octet for octet', async () => {
    const { content, fields } = await ask(port, '/large.bin');
    expect(fields['content-length']).toBe(String(LARGE_BYTES));
    expect(content.equals(large)).toBe(true);
  });

  it('an empty file has no octets and says so', async () => {
    const { status, content, fields } = await ask(port, '/empty.txt');
    expect([status, fields['content-length'], content.length]).toEqual([200, '0', 0]);
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/docs/..%2f..%2fpackage.json', '/%00'])(
    '%s leads nowhere',
    async (target) => {
      expect((await ask(port, target)).status).toBe(400);
    },
  );

  it.skipIf(!KERNEL_TELLS)(
    'a file of 128 MiB is streamed: the program never holds more than a part of it',
    async () => {
      const block = randomBytes(1024 * 1024);
      const file = new TemporarySite({ 'small.txt': 'small\n' });
      const expected = createHash('sha256');
      for (let count = 0; count < 128; count++) expected.update(block);
      file.write('huge.bin', Buffer.concat(Array.from({ length: 128 }, () => block)));
      const program = await Program.serving([file.root, '--log', 'none']);
      // The highest that its resident memory has ever been, in KiB, by the kernel's count.
      const peakKiB = (): number =>
        Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]);
      await ask(program.port, '/small.txt');
      const before = peakKiB();
      const { digest, length } = await digestOf(program.port, '/huge.bin');
      expect(length).toBe(128 * block.length);
      expect(digest).toBe(expected.digest('hex'));
      expect((peakKiB() - before) / 1024).toBeLessThan(32);
      await program.kill();
      file.remove();
    },
  );
});

describe('HTTP/1.1 / 200 ok (malformed), Server: PWS/1.0, blank line, body', () => {
  it('the answer is well formed: status line, fields, blank line, content', async () => {
    const client = await RawClient.connect(port);
    await client.send(GET);
    const { head, content, fields } = await client.response();
    client.leave();
    const date = fields['date'] ?? '';
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'Server: PWS/1.0',
      `Date: ${date}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Length: 15',
      `Last-Modified: ${LAST_MODIFIED}`,
      `ETag: ${fields['etag']}`,
      'Accept-Ranges: bytes',
      'Vary: Accept-Encoding',
      'X-Content-Type-Options: nosniff',
      'Referrer-Policy: strict-origin-when-cross-origin',
    ]);
    expect(client.received).toBe(`${head}\r\n\r\nHello, octets.\n`);
    expect(content.toString()).toBe('Hello, octets.\n');
    expect(date).toBe(new Date(date).toUTCString());
    // Bounds, not a duration: it was made while this test file ran.
    const made = Date.parse(date);
    expect(made).toBeGreaterThanOrEqual(Math.floor(performance.timeOrigin / 1000) * 1000);
    expect(made).toBeLessThanOrEqual(Date.now());
  });

  it('Last-Modified is never later than Date', async () => {
    site.write('future.txt', 'from the future\n');
    const future = new Date(Date.now() + 86_400_000);
    utimesSync(`${site.root}/future.txt`, future, future);
    const { fields } = await ask(port, '/future.txt');
    expect(Date.parse(fields['last-modified'] ?? fields['date'] ?? '')).toBeLessThanOrEqual(
      Date.parse(fields['date'] ?? ''),
    );
  });
});

describe('missing file: 404 and <h1>Page Not Found!</h1>', () => {
  it('the same answer, well formed, in a page that is whole', async () => {
    const { head, fields, content } = await ask(port, '/no-such-page');
    expect(head.split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found');
    expect(fields).toMatchObject({
      server: 'PWS/1.0',
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(content.length),
    });
    const page = content.toString();
    expect(page).toContain('<h1>Page Not Found!</h1>');
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[^]*<\/html>\n$/);
  });

  it('the page says nothing that the request said', async () => {
    const { content } = await ask(port, '/%3Cscript%3Ealert(1)%3C/script%3E?curious');
    expect(content.toString()).not.toMatch(/script|curious/);
  });
});

describe('close after each answer', () => {
  it('a connection persists over several exchanges', async () => {
    const client = await RawClient.connect(port);
    for (let exchange = 0; exchange < 3; exchange++) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(GET);
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields } = await client.response();
      expect([status, fields['connection']]).toEqual([200, undefined]);
    }
    client.leave();
    const lines = await moments.untilOffline(client.port);
    expect(lines.filter((line) => line.startsWith('exchange'))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('online'))).toHaveLength(1);
  });

  it('pipelined requests are answered in their order, the slow one first where it came first', async () => {
    const targets = ['/large.bin', '/hello.txt', '/missing', '/docs', '/', '/empty.txt'];
    const client = await RawClient.connect(port);
    await client.send(targets.map((target) => GET.replace('/hello.txt', target)).join(''));
    const answers = await client.responses(targets.length);
    client.leave();
    expect(
      answers.map(({ status, content, fields }) => [
        status,
        fields['location'] ?? content.subarray(0, 15).toString('latin1'),
      ]),
    ).toEqual([
      [200, large.toString('latin1', 0, 15)],
      [200, 'Hello, octets.\n'],
      [404, '<!doctype html>'],
      [301, '/docs/'],
      [200, '<!doctype html>'],
      [200, ''],
    ]);
    expect(answers[0]?.content.equals(large)).toBe(true);
  });

  it('three hundred pipelined requests in one piece get three hundred answers', async () => {
    const client = await RawClient.connect(port);
    const numbers = Array.from({ length: 300 }, (_, index) => index);
    await client.send(numbers.map((n) => GET.replace('/hello.txt', `/docs?${n}`)).join(''));
    const answers = await client.responses(numbers.length);
    client.leave();
    expect(answers.map(({ fields }) => fields['location'])).toEqual(
      numbers.map((n) => `/docs/?${n}`),
    );
  });

  it('Connection: close closes after that answer, and answers nothing that follows it', async () => {
    const answer = await exchangeOctets(port, GET + LAST_GET + GET);
    expect(answer.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
    expect(answer.match(/^Connection: close\r$/gm)).toHaveLength(1);
  });

  it.each([
    ['HTTP/1.0 without keep-alive', 'GET /hello.txt HTTP/1.0\r\n\r\n'],
    [
      'HTTP/1.0 with keep-alive and close',
      'GET /hello.txt HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n',
    ],
  ])('%s closes after the answer', async (_case, request) => {
    const answer = await exchangeOctets(port, request);
    expect(answer).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n\r\nHello, octets.\n$/,
    );
  });

  it('HTTP/1.0 with keep-alive persists, and is told so', async () => {
    const client = await RawClient.connect(port);
    const request = 'GET /hello.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n';
    await client.send(request);
    expect((await client.response()).fields['connection']).toBe('keep-alive');
    await client.send(request);
    expect((await client.response()).status).toBe(200);
    client.leave();
  });
});

describe('an empty read ends the whole server', () => {
  const stillAnswers = async (): Promise<void> => {
    expect((await ask(port, '/hello.txt')).content.toString()).toBe('Hello, octets.\n');
    if (KERNEL_TELLS) await expect.poll(() => site.openFiles()).toEqual([]);
  };
  const leave = {
    'with FIN': (client: RawClient) => client.leave(),
    'with RST': (client: RawClient) => client.reset(),
  };
  const ways = Object.entries(leave);

  it.each(ways)('a client that says nothing and leaves %s ends alone', async (_way, leaves) => {
    const client = await onlineClient();
    leaves(client);
    expect(await moments.untilOffline(client.port)).toEqual([
      `online ${client.port}`,
      `offline ${client.port}`,
    ]);
    await stillAnswers();
  });

  it.each(ways)(
    'a client that leaves %s in the middle of a head ends alone',
    async (_way, leaves) => {
      const client = await onlineClient();
      await client.send(GET.slice(0, 30));
      leaves(client);
      const lines = await moments.untilOffline(client.port);
      expect(lines.filter((line) => line.startsWith('request'))).toEqual([]);
      await stillAnswers();
    },
  );

  it.each(ways)(
    'a client that leaves %s in the middle of the content ends alone',
    async (_way, leaves) => {
      const client = await onlineClient();
      await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await client.untilReceived('some content', (received) => received.length > 100_000);
      client.stopReading();
      leaves(client);
      await moments.untilOffline(client.port);
      await expect
        .poll(() => moments.of(client.port).filter((line) => line.startsWith('exchange')))
        .toEqual([expect.stringMatching(/^exchange \d+ 200 (?:aborted-by-client|complete)$/)]);
      await stillAnswers();
    },
  );

  it('the exchange that a client left is told before the client is offline', async () => {
    const client = await onlineClient();
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.untilReceived('some content', (received) => received.length > 100_000);
    client.stopReading();
    client.reset();
    await moments.untilOffline(client.port);
    await expect.poll(() => moments.of(client.port).length).toBe(4);
    expect(moments.of(client.port).map((line) => line.split(' ')[0])).toEqual([
      'online',
      'request',
      'exchange',
      'offline',
    ]);
  });

  it.each(ways)('a client that leaves %s after its answer ends alone', async (_way, leaves) => {
    const client = await onlineClient();
    await client.send(GET);
    await client.response();
    leaves(client);
    const lines = await moments.untilOffline(client.port);
    expect(lines.filter((line) => line.startsWith('exchange'))).toHaveLength(1);
    await stillAnswers();
  });

  it('a client that leaves before it is answered ends alone', async () => {
    const client = await onlineClient();
    await client.send(GET.repeat(50));
    client.reset();
    await moments.untilOffline(client.port);
    await stillAnswers();
  });

  it('a hundred clients that leave in the middle of the content leave no file open', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, onlineClient));
    await Promise.all(
      clients.map(async (client) => {
        await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
        client.stopReading();
        client.reset();
      }),
    );
    await Promise.all(clients.map((client) => moments.untilOffline(client.port)));
    await stillAnswers();
  });
});

async function onlineClient(): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await moments.untilOnline(client.port);
  return client;
}

/** Reads content as it comes and keeps its digest only. */
function digestOf(from: number, target: string): Promise<{ digest: string; length: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: from, host: '127.0.0.1' });
    const hash = createHash('sha256');
    let length = 0;
    let head: Buffer | undefined = Buffer.alloc(0);
    socket.on('data', (octets: Buffer) => {
      let content = octets;
      if (head !== undefined) {
        head = Buffer.concat([head, octets]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        content = head.subarray(end + 4);
        head = undefined;
      }
      hash.update(content);
      length += content.length;
    });
    socket.on('end', () => resolve({ digest: hash.digest('hex'), length }));
    socket.on('error', reject);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}
