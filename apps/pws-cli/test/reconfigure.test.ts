/**
 * A server that is given other options while it serves: no exchange is lost, none is answered half
 * by the one and half by the other, and what cannot be taken on changes nothing.
 */
import { randomBytes } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { RawClient, ask } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(32 * 1024 * 1024);
const one = new TemporarySite({ 'name.txt': 'one', 'other.txt': 'other', 'large.bin': large });
const two = new TemporarySite({ 'name.txt': 'two' });

afterAll(() => {
  one.remove();
  two.remove();
});

const GET = 'GET /name.txt HTTP/1.1\r\nHost: localhost\r\n\r\n';
const GET_LARGE = 'GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function start(options: Partial<ServerOptions> = {}): Promise<[RunningServer, number]> {
  const server = await startServer({ port: 0, host: '127.0.0.1', root: one.root, ...options });
  return [server, server.address.port];
}

const textAt = async (port: number, path: string): Promise<string> =>
  (await ask(port, path)).content.toString();

describe('reconfigure()', () => {
  it('has all that comes later answered by the new site, also on open connections', async () => {
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    await client.send(GET);
    expect((await client.response()).content.toString()).toBe('one');
    await server.reconfigure({ root: two.root });
    await client.send(GET);
    expect((await client.response()).content.toString()).toBe('two');
    expect(await textAt(port, '/name.txt')).toBe('two');
    client.leave();
    await server.close();
  });

  it('lets an exchange under way end as it began', async () => {
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    await client.send(GET_LARGE);
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    await server.reconfigure({ root: two.root });
    await client.send(GET);
    client.readOn();
    expect((await client.response()).content.equals(large)).toBe(true);
    expect((await client.response()).content.toString()).toBe('two');
    client.leave();
    await server.close();
  });

  it('takes on every option of the site', async () => {
    const [server, port] = await start();
    expect((await ask(port, '/')).status).toBe(404);
    await server.reconfigure({ root: one.root, index: ['name.txt'], etag: 'off' });
    const { content, fields } = await ask(port, '/');
    expect([content.toString(), fields['etag']]).toEqual(['one', undefined]);
    await server.reconfigure({ root: one.root, listing: true });
    expect(await textAt(port, '/')).toContain('other.txt');
    await server.reconfigure({ root: one.root, withheld: [`${one.root}/other.txt`] });
    expect((await ask(port, '/other.txt')).status).toBe(404);
    await server.close();
  });

  it('has exchanges told to the new observer from then on', async () => {
    const [before, after] = [new RecordedMoments(), new RecordedMoments()];
    const [server, port] = await start({ observer: before });
    await ask(port, '/name.txt');
    await server.reconfigure({ root: one.root, observer: after });
    await ask(port, '/other.txt');
    expect(before.exchanges.map(({ target }) => target)).toEqual(['/name.txt']);
    expect(after.exchanges.map(({ target }) => target)).toEqual(['/other.txt']);
    await server.close();
  });

  it('knows how long an exchange took that nobody was told of when it began', async () => {
    const moments = new RecordedMoments();
    const [server, port] = await start();
    const client = await RawClient.connect(port);
    const startedMs = performance.now();
    await client.send(GET_LARGE);
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    await server.reconfigure({ root: one.root, observer: moments });
    client.readOn();
    await client.response();
    client.leave();
    await server.close();
    const [exchange] = moments.exchanges;
    expect(exchange?.target).toBe('/large.bin');
    expect(exchange?.durationMs).toBeLessThanOrEqual(performance.now() - startedMs);
  });

  it('goes on counting what its memory is asked', async () => {
    const [server, port] = await start();
    await ask(port, '/name.txt');
    await ask(port, '/name.txt');
    const { hits, misses, entries } = server.cacheCounts;
    expect(Math.min(hits, misses)).toBeGreaterThan(0);
    await server.reconfigure({ root: two.root });
    // What the new site asked for its rules comes to it.
    expect(server.cacheCounts.hits).toBe(hits);
    expect(server.cacheCounts.misses).toBeGreaterThanOrEqual(misses);
    expect(server.cacheCounts.entries).toBeLessThan(entries);
    await ask(port, '/name.txt');
    expect(server.cacheCounts.misses).toBeGreaterThan(misses);
    await server.close();
  });

  it('listens where it did', async () => {
    const [server, port] = await start();
    await server.reconfigure({ root: two.root, port: port === 1 ? 2 : 1, host: '192.0.2.1' });
    expect(server.address.port).toBe(port);
    expect(await textAt(port, '/name.txt')).toBe('two');
    await server.close();
  });

  it('takes one after the other, and ends with the last', async () => {
    const [server, port] = await start();
    const users = one.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);
    // The first has a file to read.
    const first = server.reconfigure({ root: one.root, basicAuth: users });
    await Promise.all([first, server.reconfigure({ root: two.root })]);
    expect(await textAt(port, '/name.txt')).toBe('two');
    await server.close();
  });

  it('changes nothing where the new site cannot be made', async () => {
    const [server, port] = await start();
    const wrong: ServerOptions[] = [
      { root: `${two.root}/gone` },
      { root: `${two.root}/name.txt` },
      { root: two.root, index: ['a/b'] },
      { root: two.root, basicAuth: `${one.root}/gone` },
      { root: two.root, proxyProtocol: true },
    ];
    for (const options of wrong) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(server.reconfigure(options)).rejects.toThrow();
    }
    expect(await textAt(port, '/name.txt')).toBe('one');
    await server.close();
  });
});
