/**
 * HTTP/2 over real sockets: what a session does when its client leaves, resets, floods, sends
 * content, or does not read; and how it ends.
 */
import { randomBytes } from 'node:crypto';
import { truncateSync } from 'node:fs';
import { type ClientHttp2Stream, constants } from 'node:http2';
import { type Socket, connect as connectPlainly } from 'node:net';
import { type TLSSocket, connect } from 'node:tls';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { ManualClock } from './manual-clock.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, Http2Client, testCertificate } from './tls-client.ts';

// More than the windows and the buffers of two sockets hold.
const large = randomBytes(16 * 1024 * 1024);
const site = new TemporarySite({
  'hello.txt': 'Hello.\n',
  'slow.bin': randomBytes(50_000),
  'memory.bin': randomBytes(500_000),
  'large.bin': large,
  'large.txt': large.toString('base64'),
});
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);

let clock: ManualClock;
let moments: RecordedMoments;
let server: RunningServer;
let client: Http2Client;
const others: { destroy(): void }[] = [];

beforeEach(() => start());

afterEach(async () => {
  client.leave();
  for (const other of others.splice(0)) other.destroy();
  await server.close(0);
  expect(moments.unforeseen).toEqual([]);
  if (process.platform === 'linux') await expect.poll(() => site.openFiles()).toEqual([]);
});

afterAll(() => {
  site.remove();
  files.remove();
});

async function start(
  options: Partial<ServerOptions> = {},
  transportTo?: (port: number) => Promise<Socket>,
): Promise<void> {
  clock = new ManualClock();
  moments = new RecordedMoments();
  server = await startServer({
    root: site.root,
    port: 0,
    host: '127.0.0.1',
    observer: moments,
    unforeseen: (error) => moments.unforeseen.push(error),
    clock,
    tls: { certificate: files },
    ...options,
  });
  const { port } = server.address;
  client = await Http2Client.connect(port, certificate.cert, await transportTo?.(port));
}

async function restart(...how: Parameters<typeof start>): Promise<void> {
  client.leave();
  await server.close(0);
  await start(...how);
}

/** A stream in the middle of the large file, which nobody reads. */
async function streamInTheMiddle(from: Http2Client = client): Promise<ClientHttp2Stream> {
  const stream = from.session.request({ ':path': '/large.bin', ':authority': 'localhost' });
  stream.on('error', () => undefined);
  stream.pause();
  await new Promise((resolve) => stream.once('response', resolve));
  return stream;
}

async function readToEnd(stream: ClientHttp2Stream): Promise<number> {
  let bytes = 0;
  stream.on('data', (octets: Buffer) => (bytes += octets.length)).resume();
  await new Promise((resolve) => stream.once('close', resolve));
  return bytes;
}

/** TLS that has agreed on HTTP/2, for octets of one's own. */
function shake(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        port: server.address.port,
        host: '127.0.0.1',
        ca: certificate.cert,
        servername: 'localhost',
        ALPNProtocols: ['h2'],
      },
      () => resolve(socket),
    );
    others.push(socket);
    socket.once('error', reject);
    socket.resume();
  });
}

const hello = { target: '/hello.txt' };
const exchanges = (): string[] =>
  moments.exchanges.map(({ status, ended }) => `${status} ${ended}`);
const told = (what: string): string[] => moments.lines.filter((line) => line.startsWith(what));
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTINGS = '\0\0\0\u0004\0\0\0\0\0';

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS_TYPE = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;

// Indexed :method GET, :scheme https, a literal :path and :authority.
const GET_HUGE = '\u0082\u0087\u0044\u0009/huge.bin\u0041\u0009localhost';
const GET_SLOW = '\u0082\u0087\u0044\u0009/slow.bin\u0041\u0009localhost';

/** A frame, one octet to a character: RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, content: string): string {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return head.toString('latin1') + content;
}

/** Waits until the server has read all that was sent, and had its turn. */
async function answered(socket: TLSSocket): Promise<void> {
  for (let time = 0; time < 2; time++) {
    const acknowledged = new Promise((resolve) => socket.once('data', resolve));
    socket.write(frame(PING, 0, 0, '01234567'), 'latin1');
    // oxlint-disable-next-line no-await-in-loop
    await acknowledged;
    // oxlint-disable-next-line no-await-in-loop
    await setImmediate();
  }
}

/** Waits for the frame that says that the server has had enough, or for the end. */
function untilGoaway(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.on('close', () => resolve());
    socket.on('data', (octets: Buffer) => {
      received = Buffer.concat([received, octets]);
      while (received.length >= 9) {
        const length = 9 + received.readUIntBE(0, 3);
        if (received[3] === GOAWAY) return resolve();
        if (received.length < length) return;
        received = received.subarray(length);
      }
    });
  });
}

describe('an exchange', () => {
  it('is recorded with what is known of it', async () => {
    await client.ask({ ...hello, fields: { referer: 'https://a/', 'user-agent': 'me' } });
    await expect.poll(() => moments.exchanges).toHaveLength(1);
    expect(moments.exchanges[0]).toMatchObject({
      method: 'GET',
      target: '/hello.txt',
      protocol: 'HTTP/2',
      referer: 'https://a/',
      userAgent: 'me',
      status: 200,
      reason: undefined,
      contentBytes: 7,
      ended: 'complete',
    });
    const { port } = moments.exchanges[0]?.peer ?? {};
    expect(moments.of(port ?? 0)).toEqual([
      `online ${port}`,
      `request ${port} GET /hello.txt`,
      `exchange ${port} 200 complete`,
    ]);
  });

  it('goes on beside a hundred others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.ask({ target: index % 10 === 0 ? '/large.bin' : '/hello.txt' }),
      ),
    );
    const lengths = new Set(answers.map(({ content }) => content.length));
    expect(lengths).toEqual(new Set([7, large.length]));
    expect(answers[0]?.content.equals(large)).toBe(true);
    await expect.poll(exchanges).toEqual(Array<string>(100).fill('200 complete'));
  });

  it('with content is answered, and the session goes on', async () => {
    const upload = Buffer.alloc(200_000, 'x');
    for (let time = 0; time < 20; time++) {
      // oxlint-disable-next-line no-await-in-loop
      const { status } = await client.ask({ method: 'POST', target: '/hello.txt' }, upload);
      expect(status).toBe(405);
    }
    expect((await client.ask(hello)).status).toBe(200);
  });

  it('that cannot be read is refused, and the session goes on', async () => {
    const many = Object.fromEntries(Array.from({ length: 110 }, (_, at) => [`x-${at}`, '1']));
    expect((await client.ask({ ...hello, fields: many })).status).toBe(431);
    expect((await client.ask({ target: '/a\\b' })).status).toBe(400);
    expect((await client.ask(hello)).status).toBe(200);
    expect(moments.exchanges.map(({ method, reason }) => [method, reason])).toEqual([
      [undefined, 'too-many-fields'],
      [undefined, 'invalid-target'],
      ['GET', undefined],
    ]);
  });

  test.each<[string, Record<string, string>]>([
    ['an authority with a blank', { ':authority': 'a b' }],
    [
      'more fields than are counted',
      Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x${at}`, ''])),
    ],
    ['more octets than are offered', { a: 'x'.repeat(20_000) }],
  ])('that Node cannot read (%s) is reset, and the session goes on', async (_what, fields) => {
    // The limits hold from the moment at which the client has heard of them.
    await client.ask(hello);
    await expect(client.ask({ ...hello, fields })).rejects.toThrow(/NGHTTP2_/);
    expect((await client.ask(hello)).status).toBe(200);
  });
});

describe('a file that becomes shorter while it is sent', () => {
  test.each([
    ['of a length that was declared', 'shrinks.bin', {}],
    ['compressed on the way, of no declared length', 'shrinks.txt', { 'accept-encoding': 'gzip' }],
  ])('resets its stream and no other: %s', async (_what, name, fields) => {
    const path = site.write(name, large.toString('base64'));
    const stream = client.session.request({
      ':path': `/${name}`,
      ':authority': 'localhost',
      ...fields,
    });
    const failure = new Promise((resolve) => stream.once('error', resolve));
    stream.pause();
    await new Promise((resolve) => stream.once('response', resolve));
    truncateSync(path, 100_000);
    const bytes = readToEnd(stream);
    expect(await failure).toMatchObject({ message: expect.stringContaining('INTERNAL_ERROR') });
    expect(await bytes).toBeLessThan(large.length);
    expect((await client.ask(hello)).status).toBe(200);
    // A stream ends when what it reads from has let go; the client may have asked again by then.
    const inOrder = (): string[] => exchanges().toSorted();
    await expect.poll(inOrder).toEqual(['200 aborted-by-server', '200 complete']);
    const cut = moments.exchanges.find(({ ended }) => ended !== 'complete');
    expect(cut?.reason).toBeDefined();
  });
});

describe('a client', () => {
  it('that resets a stream has the others', async () => {
    const stream = await streamInTheMiddle();
    stream.close(constants.NGHTTP2_CANCEL);
    await expect.poll(exchanges).toEqual(['200 aborted-by-client']);
    expect((await client.ask(hello)).status).toBe(200);
  });

  it('that leaves ends its exchanges, each of which is told before it is gone', async () => {
    await streamInTheMiddle();
    await streamInTheMiddle();
    client.leave();
    await expect.poll(() => told('offline')).toHaveLength(1);
    expect(exchanges()).toEqual(['200 aborted-by-client', '200 aborted-by-client']);
    expect(moments.lines.at(-1)).toMatch(/^offline/);
  });

  it('that ends its side is gone', async () => {
    const socket = await shake();
    socket.write(PREFACE + SETTINGS, 'latin1');
    await expect.poll(() => told('online')).toHaveLength(2);
    socket.end();
    await expect.poll(() => told('offline')).toHaveLength(1);
  });

  test.each([
    ['HTTP/1.1 on what was to be HTTP/2', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['frames that are none', `${PREFACE}${SETTINGS}${'\u00ff'.repeat(100)}`],
    ['content on no stream', PREFACE + SETTINGS + frame(DATA, 0, 0, 'a')],
  ])('that sends %s is ended, and no other', async (_what, octets) => {
    const socket = await shake();
    socket.write(octets, 'latin1');
    await untilGoaway(socket);
    // Node 20 tells the client, and tells nobody here: it is found out, long before any deadline.
    await expect
      .poll(() => {
        clock.advance(500);
        return told('offline');
      })
      .toHaveLength(1);
    expect(clock.nowMs).toBeLessThan(5000);
    expect((await client.ask(hello)).status).toBe(200);
  });

  it('that asks for nothing, but is there, is no such client', async () => {
    const socket = await shake();
    socket.write(PREFACE + SETTINGS, 'latin1');
    for (let seconds = 0; seconds < 14; seconds++) {
      // oxlint-disable-next-line no-await-in-loop
      await answered(socket);
      clock.advance(1000);
    }
    expect(told('offline')).toEqual([]);
  });

  it('that does not read costs no two buffers of the usual size for each stream', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const streams = await Promise.all(Array.from({ length: 100 }, () => streamInTheMiddle()));
    // The client's own buffers are among those that are counted, 64 KiB for each stream.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * (64 + 128) * 1024);
    for (const stream of streams) stream.close();
  });

  it('that opens streams and resets them at once is not served for long', async () => {
    const socket = await shake();
    socket.write(PREFACE + SETTINGS, 'latin1');
    const goaway = untilGoaway(socket);
    // Indexed :method GET, :scheme https, :path /, and a literal :authority.
    const head = '\u0082\u0087\u0084\u0041\u0001a';
    const cancel = '\0\0\0\u0008';
    for (let stream = 1; stream < 20_000; stream += 2) {
      socket.write(
        frame(HEADERS, 0x5, stream, head) + frame(RST_STREAM, 0, stream, cancel),
        'latin1',
      );
    }
    await goaway;
    expect(told('request').length).toBeLessThan(2000);
    expect((await client.ask(hello)).status).toBe(200);
  });
});

describe('behind the PROXY protocol', () => {
  it('the handshake comes after the line, and the exchange is told of who that names', async () => {
    await restart({ trustProxy: ['127.0.0.1'], proxyProtocol: true }, async (port) => {
      const transport = connectPlainly(port, '127.0.0.1');
      others.push(transport);
      await new Promise((resolve) => transport.once('connect', resolve));
      transport.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n');
      return transport;
    });
    expect((await client.ask(hello)).status).toBe(200);
    await expect
      .poll(() => moments.exchanges)
      .toMatchObject([{ peer: { address: '192.0.2.7', port: 4711 }, protocol: 'HTTP/2' }]);
  });
});

describe('close()', () => {
  it('lets exchanges finish, and takes no other', async () => {
    const stream = await streamInTheMiddle();
    const goaway = new Promise((resolve) => client.session.once('goaway', resolve));
    const closed = server.close();
    expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR);
    await expect(client.ask(hello)).rejects.toThrow(/GOAWAY|closed|REFUSED|CANCEL/i);
    expect(await readToEnd(stream)).toBe(large.length);
    await closed;
    expect(exchanges()).toEqual(['200 complete']);
  });

  it('ends sessions that are idle, and handshakes', async () => {
    await client.ask(hello);
    const silent = connectPlainly(server.address.port, '127.0.0.1');
    silent.on('error', () => undefined);
    others.push(silent);
    await new Promise((resolve) => silent.once('connect', resolve));
    await server.close();
    expect(told('offline')).toHaveLength(1);
  });

  it('ends what is not finished after the grace, and says that it was the server', async () => {
    await streamInTheMiddle();
    await server.close(0);
    expect(exchanges()).toEqual(['200 aborted-by-server']);
    expect(moments.lines.at(-1)).toMatch(/^offline/);
  });
});

describe('the deadlines', () => {
  const offline = (): Promise<unknown> => expect.poll(() => told('offline')).toHaveLength(1);

  it('end a session that never asks', async () => {
    await expect.poll(() => told('online')).toHaveLength(1);
    clock.advance(14_000);
    expect(client.session.closed).toBe(false);
    clock.advance(1000);
    await offline();
  });

  it('end a session that asks no more', async () => {
    await client.ask(hello);
    clock.advance(64_000);
    await client.ask(hello);
    clock.advance(64_000);
    expect((await client.ask(hello)).status).toBe(200);
    clock.advance(65_000);
    await offline();
  });

  it('end a session that reads nothing of what it is sent', async () => {
    client.leave();
    await expect.poll(() => told('offline')).toHaveLength(1);
    // More than the kernel takes for it.
    truncateSync(site.write('huge.bin', ''), 128 * 1024 * 1024);
    const socket = await shake();
    const largestWindow = '\u007f\u00ff\u00ff\u00ff';
    socket.write(
      PREFACE +
        frame(SETTINGS_TYPE, 0, 0, `\0\u0004${largestWindow}`) +
        frame(WINDOW_UPDATE, 0, 0, '\u0070\0\0\0') +
        frame(HEADERS, 0x5, 1, GET_HUGE),
      'latin1',
    );
    await expect.poll(() => told('request')).toHaveLength(1);
    socket.pause();
    // Until the buffers between the two are full, the kernel takes octets for the client.
    await expect
      .poll(() => {
        clock.advance(10_000);
        return told('offline');
      })
      .toHaveLength(2);
    expect(exchanges()).toEqual(['200 aborted-by-server']);
  });

  test.each([
    ['a large file', '/large.bin'],
    ['content in memory', '/memory.bin'],
    ['what is compressed on the way', '/large.txt'],
  ])('reset a stream of which nothing is taken, and no other: %s', async (_what, target) => {
    await restart({ limits: { maxRequests: 0 } });
    const fields = { ':path': target, ':authority': 'localhost', 'accept-encoding': 'gzip' };
    const stream = client.session.request(fields);
    const failure = new Promise((resolve) => stream.once('error', resolve));
    stream.pause();
    await new Promise((resolve) => stream.once('response', resolve));
    let seconds = 0;
    for (; !stream.destroyed; seconds++) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await client.ask(hello)).status).toBe(200);
      clock.advance(1000);
    }
    expect(seconds).toBeGreaterThan(30);
    expect(await failure).toMatchObject({ message: expect.stringContaining('INTERNAL_ERROR') });
    if (process.platform === 'linux') await expect.poll(() => site.openFiles()).toEqual([]);
    await expect
      .poll(() => moments.exchanges.filter(({ ended }) => ended !== 'complete'))
      .toMatchObject([
        { target, ended: 'aborted-by-server', reason: 'the client did not take it in time' },
      ]);
    expect((await client.ask(hello)).status).toBe(200);
    expect(told('offline')).toEqual([]);
  });

  test.each([
    [600, 'complete', 'is slow'],
    [400, 'aborted-by-server', 'is too slow'],
  ])('of %i octets a second end with %s: the client %s', async (bytes, ended) => {
    const socket = await shake();
    const window = Buffer.alloc(4);
    window.writeUInt32BE(bytes);
    socket.write(
      // No octet but those that are asked for.
      PREFACE + frame(SETTINGS_TYPE, 0, 0, '\0\u0004\0\0\0\0') + frame(HEADERS, 0x5, 1, GET_SLOW),
      'latin1',
    );
    await expect.poll(() => told('request')).toHaveLength(1);
    for (let seconds = 0; seconds < 100 && moments.exchanges.length === 0; seconds++) {
      socket.write(frame(WINDOW_UPDATE, 0, 1, window.toString('latin1')), 'latin1');
      // oxlint-disable-next-line no-await-in-loop
      await answered(socket);
      clock.advance(1000);
    }
    await expect.poll(() => moments.exchanges).toMatchObject([{ target: '/slow.bin', ended }]);
  });

  it('leave a session that reads', async () => {
    const stream = await streamInTheMiddle();
    let bytes = 0;
    stream.on('data', (octets: Buffer) => {
      // 25 seconds for each mebibyte: more than a window, so that the server has had its turn.
      if (bytes >> 20 !== (bytes + octets.length) >> 20) clock.advance(25_000);
      bytes += octets.length;
    });
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(bytes).toBe(large.length);
  });

  it('close a session after as many requests as it may have', async () => {
    await restart({ limits: { maxRequests: 3 } });
    const goaway = new Promise((resolve) => client.session.once('goaway', resolve));
    const all = await Promise.all([1, 2, 3].map(() => client.ask(hello)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR);
    await offline();
  });

  it('tell who comes when there is no room', async () => {
    await restart({ maxConnections: 1 });
    await streamInTheMiddle();
    const late = await Http2Client.connect(server.address.port, certificate.cert);
    others.push(late.session);
    expect((await late.ask(hello)).status).toBe(503);
    await offline();
  });
});
