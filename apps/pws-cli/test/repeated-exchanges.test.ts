/**
 * A request that comes again on its connection, octet for octet, is answered as it would be on a
 * connection of its own: what makes that cheaper shows in nothing.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { Exchange } from '../src/exchange.ts';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { RawClient } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'small.png': randomBytes(1000),
  'middle.png': randomBytes(10_000),
  'large.png': randomBytes(200_000),
  'empty.png': '',
  'page.html': '<p>Hello</p>'.repeat(200),
  'folder/index.html': '<p>Index</p>',
  '404.html': '<p>Nothing here</p>',
  'changing.txt': 'one',
});

// What an answer rests on is believed for a second: no test is to see the end of that.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());
afterAll(() => site.remove());

async function start(options: Partial<ServerOptions> = {}): Promise<[RunningServer, number]> {
  const server = await startServer({ port: 0, host: '127.0.0.1', root: site.root, ...options });
  return [server, server.address.port];
}

const request = (line: string, ...fields: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', ...fields].join('\r\n')}\r\n\r\n`;

/** Without what may differ from one moment to the next. */
function comparable(head: string): string {
  return head.replace(/^Date: .*$/m, 'Date');
}

async function exchange(client: RawClient, octets: string): Promise<readonly unknown[]> {
  await client.send(octets);
  const { head, content } = await client.response(octets.slice(0, octets.indexOf(' ')));
  return [comparable(head), content.toString('latin1')];
}

const REQUESTS: readonly [what: string, octets: string][] = [
  ['a small file', request('GET /small.png')],
  ['one of two pieces', request('GET /middle.png')],
  ['one that is not joined', request('GET /large.png')],
  ['one without octets', request('GET /empty.png')],
  ['a query', request('GET /small.png?a=b')],
  ['its head alone', request('HEAD /small.png')],
  ['a range', request('GET /small.png', 'Range: bytes=10-19')],
  ['a range that is not there', request('GET /small.png', 'Range: bytes=2000-')],
  ['two ranges of nothing', request('GET /small.png', 'Range: bytes=5000-,6000-')],
  ['any version', request('GET /small.png', 'If-None-Match: *')],
  ['no version', request('GET /small.png', 'If-Match: "x"')],
  ['a file that is not there', request('GET /none.png')],
  ['the head of what is not there', request('HEAD /none.png')],
  ['a folder without its slash', request('GET /folder?a')],
  ['an index', request('GET /folder/')],
  ['a compressed form', request('GET /page.html', 'Accept-Encoding: gzip')],
  ['what can be done', request('OPTIONS *')],
  ['a method that is not allowed', request('DELETE /small.png')],
  ['the end of the connection wanted later', request('GET /small.png', 'Connection: keep-alive')],
];

describe.each<[string, Partial<ServerOptions>]>([
  ['by a server as it is', {}],
  ['by one that believes no fact for longer than a question', { freshMs: 0 }],
  ['with fields for other origins', { cors: ['http://a.example'] }],
  ['with probes', { health: '/-/' }],
])('the same request four times on a connection, %s', (_, options) => {
  test.each(REQUESTS)('has four equal answers: %s', async (_what, octets) => {
    const [server, port] = await start(options);
    const alone = await RawClient.connect(port);
    await exchange(alone, octets);
    const expected = await exchange(alone, octets);
    alone.leave();
    const client = await RawClient.connect(port);
    for (let count = 0; count < 4; count += 1) {
      expect(await exchange(client, octets)).toEqual(expected);
    }
    client.leave();
    await server.close();
  });
});

/** What is recorded of an exchange, but for what each has of its own. */
function common(exchange: Exchange | undefined): Partial<Exchange> {
  const {
    requestId: _id,
    durationMs: _duration,
    endedAtMs: _end,
    like: _like,
    ...rest
  } = {
    ...(exchange as Exchange),
  };
  return rest;
}

describe('the same request four times on a connection', () => {
  test.each(REQUESTS)('has four equal records: %s', async (_what, octets) => {
    const observer = new RecordedMoments();
    const [server, port] = await start({ observer });
    const client = await RawClient.connect(port);
    // Of what is in memory: not so the first time.
    for (let count = 0; count < 5; count += 1) await exchange(client, octets);
    client.leave();
    await server.close();
    const [, expected, ...others] = observer.exchanges;
    expect(others.map(common)).toEqual([1, 2, 3].map(() => common(expected)));
    for (const { like } of others) if (like !== undefined) expect(like).toBe(expected);
  });
});

const GET = request('GET /small.png');

async function askTimes(client: RawClient, count: number): Promise<void> {
  for (let asked = 0; asked < count; asked += 1) await exchange(client, GET);
}

describe('a request that came several times', () => {
  it('is recorded each time, with an id of its own', async () => {
    const observer = new RecordedMoments();
    const [server, port] = await start({ observer });
    const client = await RawClient.connect(port);
    await askTimes(client, 5);
    client.leave();
    await server.close();
    const { exchanges } = observer;
    expect(exchanges).toHaveLength(5);
    expect(new Set(exchanges.map(({ requestId }) => requestId)).size).toBe(5);
    for (const each of exchanges) {
      expect(each).toMatchObject({
        method: 'GET',
        target: '/small.png',
        status: 200,
        contentBytes: 1000,
        ended: 'complete',
      });
      expect(each.durationMs).toBeGreaterThanOrEqual(0);
    }
    expect(observer.lines.filter((line) => line.startsWith('request'))).toHaveLength(5);
    // The first answer may be of the disk, and a connection's first is not kept.
    const [, second, ...again] = exchanges;
    expect(again.map(({ like }) => like)).toEqual([second, second, second]);
  });

  it('is followed by others, each with its own answer, also in one piece', async () => {
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    await askTimes(client, 3);
    const other = request('GET /empty.png');
    await client.send(GET + other + GET + GET);
    const lengths: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      lengths.push((await client.response()).content.length);
    }
    expect(lengths).toEqual([1000, 0, 1000, 1000]);
    await askTimes(client, 2);
    for (const part of [GET.slice(0, 20), GET.slice(20)]) await client.send(part);
    expect((await client.response()).content).toHaveLength(1000);
    client.leave();
    await server.close();
  });

  it('is counted where a fault is told: at its place in all octets of the connection', async () => {
    const observer = new RecordedMoments();
    const [server, port] = await start({ observer });
    const client = await RawClient.connect(port);
    await askTimes(client, 4);
    await client.send('GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    client.leave();
    await server.close();
    const at = 4 * GET.length + 'GET / HTTP/1.1\r\nHost'.length;
    expect(observer.exchanges.at(-1)?.reason).toBe(`blank-before-colon at octet ${at}`);
  });

  it('counts towards the requests that a connection may have', async () => {
    const [server, port] = await start({ limits: { maxRequests: 5 } });
    const client = await RawClient.connect(port);
    const heads: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      await client.send(GET);
      heads.push((await client.response()).head);
    }
    expect(heads.map((head) => head.includes('\r\nConnection: close'))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    await server.close();
  });

  it('is answered by another site as soon as there is one', async () => {
    const other = new TemporarySite({ 'small.png': 'other' });
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    await askTimes(client, 3);
    await server.reconfigure({ root: other.root });
    await client.send(GET);
    expect((await client.response()).content.toString()).toBe('other');
    client.leave();
    await server.close();
    other.remove();
  });

  it('is told that the answer is the last when the server stops', async () => {
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    await askTimes(client, 3);
    const closed = server.close();
    await client.send(GET);
    expect((await client.response()).head).toContain('\r\nConnection: close');
    client.leave();
    await closed;
  });

  it('is answered with the newer version where nothing is believed', async () => {
    const [server, port] = await start({ freshMs: 0 });
    const client = await RawClient.connect(port);
    const octets = request('GET /changing.txt');
    for (const text of ['one', 'two', 'three']) {
      site.write('changing.txt', text);
      for (let count = 0; count < 3; count += 1) {
        await client.send(octets);
        expect((await client.response()).content.toString()).toBe(text);
      }
    }
    client.leave();
    await server.close();
  });

  it('is shown each time to who may say something else of it', async () => {
    const [server, port] = await start({ answerers: [everySecond()] });
    const client = await RawClient.connect(port);
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      await client.send(GET);
      statuses.push((await client.response()).status);
    }
    expect(statuses).toEqual([200, 401, 200, 401, 200, 401]);
    client.leave();
    await server.close();
  });
});

/** As who checks credentials does: what it says of a request is no promise for the next. */
function everySecond(): NonNullable<ServerOptions['answerers']>[number] {
  let count = 0;
  return () => {
    count += 1;
    const fields = [['Content-Length', '0']] as const;
    return count % 2 === 0 ? { status: 401, fields, content: undefined } : undefined;
  };
}
