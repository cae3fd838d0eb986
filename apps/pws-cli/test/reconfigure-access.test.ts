/**
 * A server that is given another policy and other limits while it serves: what comes later is held
 * to them, also on open connections; what is under way ends as it began.
 */
import { randomBytes } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { ManualClock } from './manual-clock.ts';
import { RawClient, type RawResponse, ask, exchangeOctets } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, Http2Client, askHttp1, testCertificate } from './tls-client.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(32 * 1024 * 1024);
const site = new TemporarySite({ 'hello.txt': 'Hello.\n', 'large.bin': large });
const secrets = new TemporarySite();
const users = secrets.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);

const GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';
const GET_LARGE = 'GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';

let server: RunningServer | undefined;
let clock: ManualClock;
let moments: RecordedMoments;

afterEach(async () => {
  await server?.close(0);
  server = undefined;
  expect(moments.unforeseen).toEqual([]);
});
afterAll(() => {
  site.remove();
  secrets.remove();
  files.remove();
});

const optionsWith = (options: Partial<ServerOptions>): ServerOptions => ({
  root: site.root,
  port: 0,
  host: '127.0.0.1',
  observer: moments,
  unforeseen: (error) => moments.unforeseen.push(error),
  clock,
  ...options,
});

async function serve(options: Partial<ServerOptions> = {}): Promise<[RunningServer, number]> {
  clock = new ManualClock();
  moments = new RecordedMoments();
  server = await startServer(optionsWith(options));
  return [server, server.address.port];
}

const reconfigure = (changed: Partial<ServerOptions> = {}): Promise<void> | undefined =>
  server?.reconfigure(optionsWith(changed));

const ORIGIN = 'https://page.example';
const token = Buffer.from('ann:sesame').toString('base64');
const RIGHT = `Authorization: Basic ${token}`;

async function send(client: RawClient, lines: readonly string[] = [], target = '/hello.txt') {
  const host = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost'];
  await client.send(`GET ${target} HTTP/1.1\r\n${[...host, ...lines, '', ''].join('\r\n')}`);
  return client.response();
}

describe('reconfigure() takes on, also for open connections,', () => {
  const status = ({ status: code }: RawResponse): unknown => code;
  const field =
    (name: string) =>
    ({ fields }: RawResponse): unknown =>
      fields[name];
  test.each<
    [string, Partial<ServerOptions>, string[], (response: RawResponse) => unknown, unknown, unknown]
  >([
    ['allowedHosts', { allowedHosts: ['a.example'] }, ['Host: a.example'], status, 403, 200],
    ['basicAuth', { basicAuth: users }, [], status, 200, 401],
    ['basicAuth', { basicAuth: users }, [RIGHT], field('cache-control'), undefined, 'private'],
    [
      'cors',
      { cors: [ORIGIN] },
      [`Origin: ${ORIGIN}`],
      field('access-control-allow-origin'),
      undefined,
      ORIGIN,
    ],
    ['header', { header: [['X-Own', '1']] }, [], field('x-own'), undefined, '1'],
    [
      'isolate',
      { isolate: true },
      [],
      field('cross-origin-opener-policy'),
      undefined,
      'same-origin',
    ],
    ['maxFields', { wireLimits: { maxFields: 2 } }, ['A: 1', 'B: 2'], status, 200, 431],
    ['maxRequests', { limits: { maxRequests: 1 } }, [], field('connection'), undefined, 'close'],
  ])('%s: %j', async (_name, changed, lines, look, before, after) => {
    const [, port] = await serve();
    const first = await RawClient.connect(port);
    const second = await RawClient.connect(port);
    expect(look(await send(first, lines))).toBe(before);
    await reconfigure(changed);
    expect(look(await send(first, lines))).toBe(after);
    await reconfigure();
    expect(look(await send(second, lines)), 'and back').toBe(before);
    first.leave();
    second.leave();
  });

  it('health', async () => {
    const [, port] = await serve({ health: '/-/' });
    await reconfigure({ health: '/ops/' });
    expect((await ask(port, '/-/livez')).status).toBe(404);
    expect((await ask(port, '/ops/livez')).status).toBe(200);
  });

  it('trustProxy: whose word is taken, of the sender and of the id', async () => {
    const [, port] = await serve();
    const client = await RawClient.connect(port);
    const lines = ['X-Forwarded-For: 203.0.113.9', 'X-Request-Id: theirs'];
    await send(client, lines);
    await reconfigure({ trustProxy: ['127.0.0.1'] });
    await send(client, lines);
    await expect.poll(() => moments.exchanges).toHaveLength(2);
    const [before, after] = moments.exchanges;
    expect(before?.peer.address).toBe('127.0.0.1');
    expect(before?.requestId).not.toBe('theirs');
    expect(after).toMatchObject({ peer: { address: '203.0.113.9' }, requestId: 'theirs' });
    client.leave();
  });

  it('proxyProtocol: for connections that come later', async () => {
    const [, port] = await serve();
    const there = await RawClient.connect(port);
    await send(there);
    await reconfigure({ trustProxy: ['127.0.0.1'], proxyProtocol: true });
    expect((await send(there)).status).toBe(200);
    const closing = GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    expect(await exchangeOctets(port, closing)).toBe('');
    expect(await exchangeOctets(port, `PROXY UNKNOWN\r\n${closing}`)).toContain('Hello.');
    await reconfigure({ trustProxy: ['10.0.0.0/8'], proxyProtocol: true });
    expect(await exchangeOctets(port, `PROXY UNKNOWN\r\n${closing}`)).toBe('');
    there.leave();
  });

  it('hsts and http2, over TLS', async () => {
    const tls = { certificate: files };
    const [, port] = await serve({ tls });
    const client = await Http2Client.connect(port, certificate.cert);
    const hsts = { maxAgeSeconds: 60, includesSubdomains: false };
    await reconfigure({ tls: { ...tls, http2: false }, hsts });
    await expect(Http2Client.connect(port, certificate.cert)).rejects.toThrow();
    const expected = expect.arrayContaining([['strict-transport-security', 'max-age=60']]);
    const asked = { target: '/hello.txt' };
    expect((await client.ask(asked)).fields, 'a session that was there').toEqual(expected);
    expect((await askHttp1(port, certificate.cert, asked)).fields).toEqual(expected);
    client.leave();
  });

  it('maxConnections: who is too many gives way to the next', async () => {
    const [, port] = await serve();
    const clients = [await RawClient.connect(port), await RawClient.connect(port)];
    for (const client of clients) {
      // oxlint-disable-next-line no-await-in-loop
      await send(client);
    }
    await reconfigure({ maxConnections: 1 });
    const next = await RawClient.connect(port);
    expect((await send(next)).status).toBe(200);
    await Promise.all(clients.map((client) => client.untilEnd()));
    next.leave();
  });

  it('deadlines: of who waits now, and of heads that begin', async () => {
    const [, port] = await serve();
    const [idle, slow] = [await RawClient.connect(port), await RawClient.connect(port)];
    await send(idle);
    await send(slow);
    await slow.send('GET /hello.txt HTTP/1.1\r\n');
    // An innocent request was answered since: the piece was read.
    await ask(port, '/hello.txt');
    await reconfigure({ limits: { idleMs: 1000, headMs: 1000 } });
    clock.advance(2000);
    await idle.untilEnd();
    await slow.send('Host: localhost\r\n\r\n');
    expect((await slow.response()).status, 'its head began with more time').toBe(200);
    await slow.send('GET /hello.txt HTTP/1.1\r\n');
    await ask(port, '/hello.txt');
    clock.advance(2000);
    expect((await slow.response()).status).toBe(408);
    slow.leave();
  });

  it('grace: how long exchanges under way may take when it stops', async () => {
    const [running, port] = await serve({ graceMs: 600_000 });
    const client = await RawClient.connect(port);
    await client.send(GET_LARGE);
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    await reconfigure({ graceMs: 0 });
    await running.close();
    expect(moments.exchanges).toMatchObject([{ ended: 'aborted-by-server' }]);
    client.leave();
  });
});

describe('an exchange that is under way', () => {
  it('keeps the deadlines that it began with', async () => {
    const [, port] = await serve();
    const client = await RawClient.connect(port);
    await client.send(GET_LARGE);
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    await reconfigure({ limits: { sendMs: 1000 }, basicAuth: users });
    clock.advance(5000);
    client.readOn();
    expect((await client.response()).content.equals(large)).toBe(true);
    expect((await send(client)).status).toBe(401);
    client.leave();
  });

  it('is let in by the password that was right when it began', async () => {
    const slow = secrets.write('slow', `ann:${bcrypt.hashSync('sesame', 10)}\n`);
    const [, port] = await serve({ basicAuth: slow });
    const client = await RawClient.connect(port);
    await client.send(GET.replace('\r\n\r\n', `\r\n${RIGHT}\r\n\r\n`));
    await expect.poll(() => moments.lines.some((line) => line.startsWith('request'))).toBe(true);
    await reconfigure({ basicAuth: secrets.write('others', `bob:${bcrypt.hashSync('x', 4)}\n`) });
    expect((await client.response()).status).toBe(200);
    expect((await send(client, [RIGHT])).status, 'it is not remembered').toBe(401);
    client.leave();
  });
});

describe('an htpasswd file', () => {
  it('is read again, and who is in it no more is let in no more', async () => {
    const path = secrets.write('changing', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    const [, port] = await serve({ basicAuth: path });
    const client = await RawClient.connect(port);
    expect((await send(client, [RIGHT])).status).toBe(200);
    secrets.write('changing', `bob:${bcrypt.hashSync('x', 4)}\n`);
    expect((await send(client, [RIGHT])).status).toBe(200);
    await reconfigure({ basicAuth: path });
    expect((await send(client, [RIGHT])).status).toBe(401);
    client.leave();
  });

  it('that is bad changes nothing: the old hashes stay', async () => {
    const path = secrets.write('changing', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    const [, port] = await serve({ basicAuth: path });
    secrets.write('changing', `# all of us\nbob:sesame\n`);
    await expect(reconfigure({ basicAuth: path, listing: true })).rejects.toThrow(
      `${path}:2: expected a bcrypt hash`,
    );
    expect((await ask(port, '/hello.txt', 'GET', [RIGHT])).status).toBe(200);
    expect((await ask(port, '/', 'GET', [RIGHT])).status, 'nor is there a listing').toBe(404);
  });
});
