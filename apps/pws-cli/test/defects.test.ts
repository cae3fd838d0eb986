/**
 * A defect of the server, in the middle of an exchange whose sender a trusted proxy told: it ends
 * that exchange, and nothing of it is left.
 */
import type { Content } from '@pws/static-fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Answerer } from '../src/handler.ts';
import { createMetrics } from '../src/metrics.ts';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { readPrometheusText } from './prometheus-text.ts';
import { ask, exchangeOctets } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, Http2Client, testCertificate } from './tls-client.ts';

const site = new TemporarySite({ 'hello.txt': 'Hello.\n' });
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);

let server: RunningServer | undefined;

afterEach(() => server?.close(0));
afterAll(() => {
  site.remove();
  files.remove();
});

const DEFECT = new Error('a defect');
const FORWARDED = 'X-Forwarded-For: 203.0.113.9';

/** What no site gives: content that cannot be released. */
const unreleasable: Content = {
  lengthBytes: 4,
  octets: undefined,
  read: async (target) => target.fill(0x61, 0, 4).length,
  close: () => Promise.reject(DEFECT),
};

const DEFECTS: readonly (readonly [string, Answerer])[] = [
  [
    'before there is an answer',
    () => {
      throw DEFECT;
    },
  ],
  ['behind it', () => ({ status: 200, fields: [['Content-Length', '4']], content: unreleasable })],
];

/** A server with a defect; gives what it tells of it, and its figures. */
async function serve(answerer: Answerer, options: Partial<ServerOptions> = {}) {
  const unforeseen: unknown[] = [];
  const metrics = await createMetrics({ cacheCounts: () => undefined, droppedLogLines: () => 0 });
  server = await startServer({
    root: site.root,
    port: 0,
    host: '127.0.0.1',
    trustProxy: ['127.0.0.1'],
    answerers: [(request) => (request.target.path === '/defect' ? answerer(request) : undefined)],
    observer: metrics.observer,
    unforeseen: (error) => unforeseen.push(error),
    ...options,
  });
  const figures = async (): Promise<unknown[]> => {
    const families = readPrometheusText(await metrics.text());
    return ['pws_connections', 'pws_exchanges_under_way'].map((name) =>
      families.get(name)?.samples.get(name),
    );
  };
  return { port: server.address.port, unforeseen, figures };
}

describe.each(DEFECTS)('a defect %s', (_when, answerer) => {
  it('ends a connection of HTTP/1.1, and its exchange is no longer under way', async () => {
    const { port, unforeseen, figures } = await serve(answerer);
    const request = `GET /defect HTTP/1.1\r\nHost: localhost\r\n${FORWARDED}\r\n\r\n`;
    await exchangeOctets(port, request);
    await expect.poll(figures).toEqual([0, 0]);
    expect(unforeseen).toEqual([DEFECT]);
    const answer = await ask(port, '/hello.txt', 'GET', [FORWARDED]);
    expect(answer.status).toBe(200);
    await expect.poll(figures).toEqual([0, 0]);
  });

  it('ends a stream of HTTP/2, and its exchange is no longer under way, though others are', async () => {
    const { port, unforeseen, figures } = await serve(answerer, { tls: { certificate: files } });
    const client = await Http2Client.connect(port, certificate.cert);
    const fields = { 'x-forwarded-for': '203.0.113.9' };
    await client.ask({ target: '/defect', fields }).catch(() => undefined);
    await expect.poll(figures).toEqual([1, 0]);
    expect(unforeseen).toEqual([DEFECT]);
    expect((await client.ask({ target: '/hello.txt', fields })).status).toBe(200);
    expect(await figures()).toEqual([1, 0]);
    client.leave();
    await expect.poll(figures).toEqual([0, 0]);
  });
});
