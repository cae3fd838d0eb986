/**
 * Deadlines and limits of connections, over real sockets, by a clock that the test holds.
 */
import { connect as openConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { socketsIn } from './kernel-sockets.ts';
import { ManualClock } from './manual-clock.ts';
import { RawClient, ask } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const LARGE_BYTES = 64 * 1024 * 1024;
const LAST_GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';

let site: TemporarySite;
let clock: ManualClock;
let moments: RecordedMoments;
let server: RunningServer | undefined;

beforeEach(() => {
  site = new TemporarySite({ 'hello.txt': 'Hello.\n' });
  clock = new ManualClock();
  moments = new RecordedMoments();
});

afterEach(async () => {
  await server?.close(0);
  server = undefined;
  expect(moments.unforeseen).toEqual([]);
  site.remove();
});

async function serve(options: Partial<ServerOptions> = {}): Promise<number> {
  server = await startServer({
    port: 0,
    host: '127.0.0.1',
    root: site.root,
    observer: moments,
    unforeseen: (error) => moments.unforeseen.push(error),
    clock,
    ...options,
  });
  return server.address.port;
}

/** Connects, and waits until the server knows of it. */
async function connect(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await moments.untilOnline(client.port);
  return client;
}

/** Sends a piece, and waits until the server has read it: an innocent request was answered since. */
async function sendAndWait(client: RawClient, port: number, octets: string): Promise<void> {
  await client.send(octets);
  await ask(port, '/hello.txt');
  await ask(port, '/hello.txt');
}

describe('a head', () => {
  it('that is not complete in time is answered 408, however its octets trickle in', async () => {
    const port = await serve();
    const client = await connect(port);
    await sendAndWait(client, port, 'GET / HTTP/1.1\r\n');
    for (let second = 0; second < 14; second += 1) {
      clock.advance(1000);
      // oxlint-disable-next-line no-await-in-loop
      await sendAndWait(client, port, `X-${second}: y\r\n`);
    }
    clock.advance(1000);
    const response = await client.response();
    expect(response.status).toBe(408);
    expect(response.fields).toMatchObject({ connection: 'close', 'cache-control': 'no-store' });
    await client.untilEnd();
    expect(client.end).toBe('ended');
  });

  it('of a HEAD is answered 408 without content, once its request line is there', async () => {
    const port = await serve();
    const client = await connect(port);
    await sendAndWait(client, port, 'HEAD / HTTP/1.1\r\nHost: a\r\n');
    clock.advance(15_000);
    expect(await client.untilEnd()).toMatch(
      /^HTTP\/1\.1 408 [^]*\r\nContent-Length: [^]*\r\n\r\n$/,
    );
  });

  it('has its time from its first octet, not from the beginning of the connection', async () => {
    const port = await serve();
    const client = await connect(port);
    clock.advance(14_000);
    await sendAndWait(client, port, 'GET /hello.txt HTTP/1.1\r\n');
    clock.advance(14_000);
    await client.send('Host: localhost\r\n\r\n');
    expect((await client.response()).status).toBe(200);
    client.leave();
  });

  it('that never begins is answered nothing', async () => {
    const port = await serve();
    const client = await connect(port);
    clock.advance(15_000);
    expect(await client.untilEnd()).toBe('');
    expect(client.end).toBe('ended');
  });
});

describe('a connection between two requests', () => {
  it('is closed without a word after 65 seconds, and not before', async () => {
    const port = await serve();
    const client = await connect(port);
    await client.send(GET);
    await client.response();
    clock.advance(64_999);
    await client.send(GET);
    await client.response();
    clock.advance(65_000);
    const before = client.received;
    expect(await client.untilEnd()).toBe(before);
  });

  it('has 5 seconds where three quarters of all are taken', async () => {
    const port = await serve({ maxConnections: 4 });
    const clients = [await connect(port), await connect(port), await connect(port)];
    for (const client of clients) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(GET);
      // oxlint-disable-next-line no-await-in-loop
      await client.response();
    }
    clock.advance(4999);
    expect(clients.map(({ end }) => end)).toEqual(['open', 'open', 'open']);
    clock.advance(1);
    await Promise.all(clients.map((client) => client.untilEnd()));
  });

  it('is told to close after so many requests', async () => {
    const port = await serve({ limits: { maxRequests: 2 } });
    const client = await connect(port);
    await client.send(GET + GET + GET);
    const [first, second] = await client.responses(2);
    expect(first?.fields).not.toHaveProperty('connection');
    expect(second?.fields['connection']).toBe('close');
    await client.untilEnd();
    expect(client.received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it('is told to close when it is old', async () => {
    const port = await serve({ limits: { maxAgeMs: 60_000 } });
    const client = await connect(port);
    await client.send(GET);
    expect((await client.response()).fields).not.toHaveProperty('connection');
    clock.advance(60_000);
    await client.send(GET);
    expect((await client.response()).fields['connection']).toBe('close');
    await client.untilEnd();
  });
});

describe('a client that does not read', () => {
  it('is reset after 30 seconds without progress, and its file closed', async () => {
    site.write('large.bin', Buffer.alloc(LARGE_BYTES, 'x'));
    const port = await serve();
    const client = await connect(port);
    client.stopReading();
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => site.openFiles().length).toBe(1);
    // Until the buffers between the two are full, the kernel takes octets for the client.
    const openAfterASecond = async (): Promise<readonly string[]> => {
      clock.advance(1000);
      await ask(port, '/hello.txt');
      return site.openFiles();
    };
    await expect.poll(openAfterASecond, { interval: 0 }).toEqual([]);
    const ends = (): (string | undefined)[] =>
      moments.exchanges
        .filter(({ target }) => target === '/large.bin')
        .flatMap(({ ended, reason }) => [ended, reason]);
    await expect.poll(ends).toEqual(['aborted-by-server', 'the client did not take it in time']);
    expect(clock.nowMs).toBeGreaterThanOrEqual(30_000);
    // After a plain close the kernel would keep what was not read, and wait.
    const left = socketsIn('fin-wait-1').filter(({ peerPort }) => peerPort === client.port);
    expect(left).toEqual([]);
    client.readOn();
    await client.untilEnd();
  });
});

describe('a connection more than there may be', () => {
  it('takes the place of one that is idle', async () => {
    const port = await serve({ maxConnections: 2 });
    const [first, second] = [await connect(port), await connect(port)];
    await second.send('GET / HTTP/1.1\r\n');
    await first.send(GET);
    await first.response();
    expect((await ask(port, '/hello.txt')).status).toBe(200);
    await first.untilEnd();
    expect(second.end).toBe('open');
    second.leave();
  });

  it('is told 503 and when to come back where all are busy', async () => {
    site.write('large.bin', Buffer.alloc(LARGE_BYTES, 'x'));
    const port = await serve({ maxConnections: 1 });
    const busy = await connect(port);
    busy.stopReading();
    await busy.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => site.openFiles().length).toBe(1);
    const client = await RawClient.connect(port);
    const response = await client.response();
    expect(response.status).toBe(503);
    expect(response.fields).toMatchObject({ 'retry-after': '1', connection: 'close' });
    await client.untilEnd();
    busy.leave();
    await moments.untilOffline(busy.port);
    expect((await ask(port, '/hello.txt')).status).toBe(200);
  });
});

describe('a client that has as many connections as one may', () => {
  it('is told 503 on the next, and has others again when one is gone', async () => {
    const port = await serve({ maxConnectionsPerIp: 2 });
    const [first, second] = [await connect(port), await connect(port)];
    const third = await RawClient.connect(port);
    const refused = await third.response();
    expect(refused.status).toBe(503);
    expect(refused.fields).toMatchObject({ 'retry-after': '1', connection: 'close' });
    await third.untilEnd();
    await moments.untilOffline(third.port);
    first.leave();
    await moments.untilOffline(first.port);
    expect((await ask(port, '/hello.txt')).status).toBe(200);
    second.leave();
  });

  it('has any number where it is a proxy that is trusted', async () => {
    const port = await serve({ maxConnectionsPerIp: 1, trustProxy: ['127.0.0.1'] });
    const [first, second] = [await connect(port), await connect(port)];
    expect((await ask(port, '/hello.txt')).status).toBe(200);
    first.leave();
    second.leave();
  });
});

describe('a client that was told to close', () => {
  it('has 2 seconds to do so', async () => {
    const port = await serve();
    const client = await connect(port);
    await client.send('BAD\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    clock.advance(1999);
    expect(moments.of(client.port)).not.toContain(`offline ${client.port}`);
    clock.advance(1);
    await moments.untilOffline(client.port);
  });

  it.each([
    ['that asked for it', LAST_GET, true],
    ['of HTTP/1.0', 'GET /hello.txt HTTP/1.0\r\n\r\n', true],
    ['that asked before', GET + LAST_GET, false],
    ['that asks on nevertheless', LAST_GET + GET, false],
    ['that sends content', `POST ${LAST_GET.slice(4, -2)}Content-Length: 1\r\n\r\n`, false],
    ['that did not ask for it', 'BAD\r\n\r\n', false],
  ])('is not waited for where it sends nothing more: one %s', async (_what, octets, isOver) => {
    const port = await serve();
    const socket = openConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
    let received = '';
    socket.on('data', (piece) => (received += piece.toString()));
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.write(octets);
    await ended;
    expect(received).toMatch(/^HTTP\/1\.1 \d{3} [^]*\n$/);
    const own = socket.localPort ?? 0;
    if (isOver) await moments.untilOffline(own);
    else expect(moments.of(own)).not.toContain(`offline ${own}`);
    socket.destroy();
    await moments.untilOffline(own);
  });
});
