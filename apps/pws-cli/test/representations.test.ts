/**
 * What the site decides, over a real socket and to real clients: coded content, content whose
 * length is not known before its end, and listings. The decisions themselves are tested in
 * static-fs.
 */
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/server.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const SCRIPT = 'export const answer = 42;\n'.repeat(400);
const BIG = 'words, and more words between them\n'.repeat(200_000);
const site = new TemporarySite({
  'app.js': SCRIPT,
  'big.txt': BIG,
  'folder/a.txt': 'a',
  'folder/b.txt': 'bb',
});
let server: RunningServer;
let origin: string;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', root: site.root, listing: true });
  origin = `http://127.0.0.1:${server.address.port}`;
});

afterAll(async () => {
  expect(site.openFiles(), 'nothing stays open').toEqual([]);
  await server.close(0);
  site.remove();
});

describe('text', () => {
  it.each(['br', 'gzip'])('reaches a client that decodes %s as it was', async (coding) => {
    const response = await fetch(`${origin}/app.js`, { headers: { 'Accept-Encoding': coding } });
    expect(response.headers.get('Content-Encoding')).toBe(coding);
    expect(Number(response.headers.get('Content-Length'))).toBeLessThan(SCRIPT.length / 10);
    expect(await response.text()).toBe(SCRIPT);
  });

  it.each(['br', 'gzip'])('of 7 MB reaches it in %s too, chunked', async (coding) => {
    const response = await fetch(`${origin}/big.txt`, { headers: { 'Accept-Encoding': coding } });
    expect(response.headers.get('Content-Encoding')).toBe(coding);
    expect(response.headers.get('Transfer-Encoding')).toBe('chunked');
    expect(response.headers.get('Content-Length')).toBeNull();
    expect((await response.text()) === BIG).toBe(true);
  });

  it('reaches an HTTP/1.0 client until the connection is closed', async () => {
    const head = 'GET /big.txt HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n';
    const { fields, content } = await exchange(head);
    expect(fields).toMatchObject({ 'Content-Encoding': 'gzip', Connection: 'close' });
    expect(fields).not.toHaveProperty('Transfer-Encoding');
    expect(gunzipSync(content).toString() === BIG).toBe(true);
  });

  it('is as it is for who does not ask', async () => {
    const { fields, content } = await exchange(
      'GET /app.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(fields).not.toHaveProperty('Content-Encoding');
    expect(fields).toMatchObject({ Vary: 'Accept-Encoding' });
    expect(content.toString()).toBe(SCRIPT);
  });

  it('has an answer to HEAD with the fields of GET', async () => {
    const headers = { 'Accept-Encoding': 'br' };
    const head = await fetch(`${origin}/app.js`, { method: 'HEAD', headers });
    const get = await fetch(`${origin}/app.js`, { headers });
    for (const name of ['Content-Encoding', 'Content-Length', 'Content-Type', 'ETag', 'Vary']) {
      expect(head.headers.get(name), name).toBe(get.headers.get(name));
    }
    await get.arrayBuffer();
  });
});

describe('a folder', () => {
  it('is listed as a page, chunked', async () => {
    const response = await fetch(`${origin}/folder/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('Transfer-Encoding')).toBe('chunked');
    expect(await response.text()).toContain('href="./a.txt"');
  });

  it('is listed as JSON for who prefers that', async () => {
    const response = await fetch(`${origin}/folder/`, { headers: { Accept: 'application/json' } });
    const { entries } = (await response.json()) as { entries: { name: string; size: number }[] };
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['a.txt', 1],
      ['b.txt', 2],
    ]);
  });

  it('leaves the connection good for the next request', async () => {
    const next = 'GET /folder/a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const client = await RawClient.connect(server.address.port);
    await client.send(`GET /folder/ HTTP/1.1\r\nHost: localhost\r\n\r\n${next}`);
    await client.untilEnd();
    expect(client.received).toMatch(/\r\n0\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\na$/);
  });
});

interface Answer {
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

async function exchange(request: string): Promise<Answer> {
  const client = await RawClient.connect(server.address.port);
  await client.send(request);
  await client.untilEnd();
  const end = client.received.indexOf('\r\n\r\n');
  const [, ...lines] = client.received.slice(0, end).split('\r\n');
  return {
    fields: Object.fromEntries(lines.map((line) => line.split(': ', 2))),
    content: Buffer.from(client.received.slice(end + 4), 'latin1'),
  };
}
