import { randomBytes } from 'node:crypto';
import { FileSourceError } from '@pws/static-fs';
import { afterAll, describe, expect, it } from 'vitest';
import { RawClient } from '../test/raw-client.ts';
import { RecordedMoments } from '../test/recorded-moments.ts';
import { TemporarySite } from '../test/temporary-site.ts';
import { Readiness } from './readiness.ts';
import { type RunningServer, startServer } from './server.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(32 * 1024 * 1024);
const site = new TemporarySite({ 'hello.txt': 'Hello, octets.\n', 'large.bin': large });

afterAll(() => site.remove());

const GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';
const GET_LARGE = 'GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function start(): Promise<{ server: RunningServer; port: number; moments: RecordedMoments }> {
  const moments = new RecordedMoments();
  const unforeseen = (error: unknown): unknown => moments.unforeseen.push(error);
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    root: site.root,
    observer: moments,
    unforeseen,
  });
  return { server, port: server.address.port, moments };
}

async function clientInTheMiddle(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.send(GET_LARGE);
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
  client.stopReading();
  return client;
}

describe('startServer()', () => {
  it('rejects where the root is not there, and listens nowhere', async () => {
    await expect(startServer({ port: 0, root: `${site.root}/gone` })).rejects.toThrow(
      FileSourceError,
    );
  });

  it('tells an observer of a part of the moments only what it asked for', async () => {
    const online: number[] = [];
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      root: site.root,
      observer: { online: (peer) => online.push(peer.port) },
    });
    const client = await RawClient.connect(server.address.port);
    await client.send(GET);
    expect((await client.response()).status).toBe(200);
    expect(online).toEqual([client.port]);
    client.leave();
    await server.close();
  });

  it('records of an exchange its id, its content coding, and whether the memory answered', async () => {
    const text = new TemporarySite({ 'long.txt': 'octets and octets, '.repeat(1000) });
    const moments = new RecordedMoments();
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      root: text.root,
      freshMs: 60_000,
      observer: moments,
    });
    const client = await RawClient.connect(server.address.port);
    const get = 'GET /long.txt HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n';
    await client.send(get);
    await client.response();
    await client.send(`${get}GET /gone HTTP/1.1\r\nHost: localhost\r\n\r\nGET / nonsense\r\n\r\n`);
    await client.responses(3);
    client.leave();
    await moments.untilOffline(client.port);
    const told = moments.exchanges;
    expect(told.map((exchange) => [exchange.status, exchange.contentCoding])).toEqual([
      [200, 'gzip'],
      [200, 'gzip'],
      [404, undefined],
      [400, undefined],
    ]);
    expect(told.map(({ cacheHit }) => cacheHit)).toEqual([false, true, false, undefined]);
    expect(new Set(told.map(({ requestId }) => requestId)).size).toBe(4);
    await server.close();
    text.remove();
  });

  it('tells of IPv4 clients of a socket for both by their IPv4 address', async () => {
    const moments = new RecordedMoments();
    const server = await startServer({ port: 0, root: site.root, observer: moments });
    const client = await RawClient.connect(server.address.port, '127.0.0.1');
    await client.send(GET);
    await client.response();
    client.leave();
    await moments.untilOffline(client.port);
    expect(moments.exchanges[0]?.peer).toEqual({ address: '127.0.0.1', port: client.port });
    await server.close();
  });
});

describe('close()', () => {
  it('resolves at once where nobody is connected', async () => {
    const { server } = await start();
    await server.close();
  });

  it('closes connections that are idle or silent', async () => {
    const { server, port, moments } = await start();
    const clients = await Promise.all([1, 2].map(() => RawClient.connect(port)));
    const [idle] = clients;
    await idle?.send(GET);
    await idle?.response();
    await expect
      .poll(() => moments.lines.filter((line) => line.startsWith('online')))
      .toHaveLength(2);
    await server.close();
    await Promise.all(clients.map((client) => client.untilEnd()));
    expect(moments.lines.filter((line) => line.startsWith('offline'))).toHaveLength(2);
    expect(moments.unforeseen).toEqual([]);
  });

  it('answers a request of which a part had come', async () => {
    const { server, port, moments } = await start();
    const idle = await RawClient.connect(port);
    const client = await RawClient.connect(port);
    await client.send(GET.slice(0, 20));
    await moments.untilOnline(client.port);
    const closed = server.close();
    // Idle connections are closed: the last call is over.
    await idle.untilEnd();
    await client.send(GET.slice(20));
    const { status, fields } = await client.response();
    expect([status, fields['connection']]).toEqual([200, 'close']);
    await closed;
  });

  it('ends a request that does not come to its end, after the grace', async () => {
    const { server, port } = await start();
    const client = await RawClient.connect(port);
    await client.send(GET.slice(0, 20));
    await server.close(300);
    await client.untilEnd();
  });

  it('lets an exchange finish, and answers none of the requests behind it', async () => {
    const { server, port } = await start();
    const client = await clientInTheMiddle(port);
    await client.send(GET);
    const closed = server.close();
    client.readOn();
    expect((await client.response()).content.equals(large)).toBe(true);
    const all = await client.untilEnd();
    expect(all.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
    await closed;
  });

  it('ends what is not finished after the grace, and records why', async () => {
    const { server, port, moments } = await start();
    const client = await clientInTheMiddle(port);
    await server.close(0);
    expect(moments.exchanges.map(({ ended, reason }) => [ended, reason])).toEqual([
      ['aborted-by-server', 'the server stopped'],
    ]);
    client.readOn();
    await expect(client.response()).rejects.toThrow(/connection was (?:ended|reset)/);
  });

  it('resolves at the end of the grace, though an exchange waits for what never comes', async () => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const never = (): Promise<undefined> => {
      asked();
      return new Promise(() => undefined);
    };
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      root: site.root,
      answerers: [never],
    });
    const client = await RawClient.connect(server.address.port);
    await client.send(GET);
    await isAsked;
    await server.close(0);
    expect(await client.untilEnd()).toBe('');
  });

  it('resolves when every exchange has been told, also those that it ended', async () => {
    const { server, port, moments } = await start();
    const client = await clientInTheMiddle(port);
    await server.close(0);
    const told = [...moments.lines];
    client.leave();
    expect(told).toContain(`exchange ${client.port} 200 aborted-by-server`);
    expect(told).toContain(`offline ${client.port}`);
  });

  it('leaves no file open', async () => {
    const { server, port } = await start();
    const client = await clientInTheMiddle(port);
    await server.close(0);
    client.leave();
    if (process.platform === 'linux') await expect.poll(() => site.openFiles()).toEqual([]);
  });

  it('is not ready from the moment it is called', async () => {
    const { server } = await start();
    expect(server.readiness.state).toBe('ready');
    const closed = server.close();
    expect(server.readiness.state).toBe('draining');
    await closed;
  });

  it('answers a request that was on its way, also the first one of a connection', async () => {
    const { server, port, moments } = await start();
    const [used, fresh] = await Promise.all([RawClient.connect(port), RawClient.connect(port)]);
    await used.send(GET);
    await used.response();
    await moments.untilOnline(fresh.port);
    const closed = server.close();
    await Promise.all([used.send(GET), fresh.send(GET)]);
    const answers = await Promise.all([used.response(), fresh.response()]);
    for (const { status, fields } of answers) {
      expect([status, fields['connection']]).toEqual([200, 'close']);
    }
    await closed;
  });

  it('serves on for the delay that was asked for, and says that each answer is the last', async () => {
    const readiness = new Readiness();
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      root: site.root,
      drainDelayMs: 2000,
      readiness,
    });
    const { port } = server.address;
    const idle = await RawClient.connect(port);
    await idle.send(GET);
    expect((await idle.response()).fields['connection']).toBeUndefined();
    const closed = server.close();
    expect([readiness.isReady, idle.end]).toEqual([false, 'open']);
    const late = await RawClient.connect(port);
    await Promise.all([idle.send(GET), late.send(GET)]);
    const answers = await Promise.all([idle.response(), late.response()]);
    for (const { status, fields } of answers) {
      expect([status, fields['connection']]).toEqual([200, 'close']);
    }
    await Promise.all([idle.untilEnd(), late.untilEnd()]);
    await closed;
    await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not close behind an answer that had begun, and so could not say it: the next says it', async () => {
    const server = await startServer({
      port: 0,
      host: '127.0.0.1',
      root: site.root,
      drainDelayMs: 2000,
    });
    const { port } = server.address;
    const client = await clientInTheMiddle(port);
    const closed = server.close();
    client.readOn();
    const first = await client.response();
    expect([first.fields['connection'], first.content.equals(large)]).toEqual([undefined, true]);
    await client.send(GET);
    const { status, fields } = await client.response();
    expect([status, fields['connection']]).toEqual([200, 'close']);
    await client.untilEnd();
    await closed;
  });

  it('gives the grace of the options where none is named', async () => {
    const options = { port: 0, host: '127.0.0.1', root: site.root, graceMs: 0 };
    const server = await startServer(options);
    const client = await clientInTheMiddle(server.address.port);
    await server.close();
    client.readOn();
    await expect(client.response()).rejects.toThrow(/connection was (?:ended|reset)/);
  });

  it('accepts nobody from the moment it is called', async () => {
    const { server, port } = await start();
    const closed = server.close();
    await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await closed;
  });
});

describe('the end of a connection that the server closes', () => {
  it('can be read though the client is still sending', async () => {
    const { server, port } = await start();
    const client = await RawClient.connect(port);
    // 60 kB after the octet at fault: what is not wanted is read and dropped.
    await client.send('GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    await client.send(Buffer.alloc(60_000, 'x'));
    const { status, fields } = await client.response();
    expect([status, fields['connection']]).toEqual([400, 'close']);
    await client.untilEnd();
    expect(client.end).toBe('ended');
    await server.close();
  });

  it('comes in spite of a client that sends without end', async () => {
    const { server, port, moments } = await start();
    const client = await RawClient.connect(port);
    await client.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n');
    for (let piece = 0; piece < 200 && client.end === 'open'; piece++) {
      // oxlint-disable-next-line no-await-in-loop
      await client.sendPieces([Buffer.alloc(65_536, 'x')]);
    }
    await moments.untilOffline(client.port);
    expect(moments.of(client.port).filter((line) => line.startsWith('exchange'))).toEqual([
      `exchange ${client.port} 405 complete`,
    ]);
    await server.close();
  });
});

describe('a client that sends and never reads', () => {
  it('costs the octets of a few reads, however many requests it sends', async () => {
    const { server, port, moments } = await start();
    const client = await RawClient.connect(port);
    client.stopReading();
    // The first answer does not fit into the buffers of the sockets, so that it is under way
    // while the others come: 20 MB of them, which the server does not take.
    await client.send(GET_LARGE);
    const before = process.memoryUsage().arrayBuffers;
    const flood = Buffer.from(GET.repeat(20_000));
    void client.sendPieces(Array.from({ length: 20 }, () => flood));
    const requests = (): number =>
      moments.of(client.port).filter((line) => line.startsWith('request')).length;
    await expect.poll(requests).toBe(1);
    // The pieces that the client itself holds are one and the same buffer.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(requests()).toBe(1);
    client.reset();
    await server.close(0);
    expect(moments.unforeseen).toEqual([]);
  });
});
