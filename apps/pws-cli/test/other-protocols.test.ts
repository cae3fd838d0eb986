/**
 * Clients that speak something else than the port does: what the log says of them, so that a
 * person sees it without looking at octets.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../src/server.ts';
import { RawClient } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, testCertificate } from './tls-client.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);
const moments = new RecordedMoments();
let plain: RunningServer;
let secure: RunningServer;

beforeAll(async () => {
  const options = { port: 0, host: '127.0.0.1', root: site.root, observer: moments };
  plain = await startServer(options);
  secure = await startServer({ ...options, tls: { certificate: files } });
});
beforeEach(() => {
  moments.exchanges.length = 0;
  moments.lines.length = 0;
});
afterAll(async () => {
  await Promise.all([plain.close(), secure.close()]);
  site.remove();
  files.remove();
});

const reasons = (): (string | undefined)[] => moments.exchanges.map(({ reason }) => reason);

describe('on a plain port', () => {
  it('a TLS handshake is named as one, in its first octets or in all of them', async () => {
    const client = connectSecurely({ port: plain.address.port, host: '127.0.0.1' });
    await once(client, 'error');
    const slow = await RawClient.connect(plain.address.port);
    await slow.send('\x16');
    expect((await slow.response()).status).toBe(400);
    slow.leave();
    await expect.poll(reasons).toEqual([HELLO, HELLO]);
  });

  it('the preface of HTTP/2 is named as one', async () => {
    const client = await RawClient.connect(plain.address.port);
    await client.send(PREFACE);
    expect((await client.response()).status).toBe(505);
    client.leave();
    await expect
      .poll(reasons)
      .toEqual(['unsupported-version at octet 11: looks like HTTP/2 on a plain port']);
  });

  it('a request that is malformed has no more than its fault', async () => {
    const client = await RawClient.connect(plain.address.port);
    await client.send('GET@/ HTTP/1.1\r\n\r\n');
    expect((await client.response()).status).toBe(400);
    client.leave();
    await expect.poll(reasons).toEqual(['invalid-method at octet 3']);
  });
});

const HELLO = 'invalid-method at octet 0: looks like TLS on a plain port';

describe('on a TLS port', () => {
  it('plain HTTP is named as that', async () => {
    const client = connect({ port: secure.address.port, host: '127.0.0.1' });
    client.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { localPort } = await new Promise<typeof client>((resolve) => {
      client.once('connect', () => resolve(client));
    });
    await expect
      .poll(() => moments.lines.filter((line) => line.startsWith('handshake')))
      .toEqual([`handshake ${localPort} the client spoke plain HTTP on the TLS port`]);
  });

  it('the preface of HTTP/2 without ALPN is named as that', async () => {
    const { port } = secure.address;
    const client = connectSecurely({
      port,
      host: '127.0.0.1',
      ca: certificate.cert,
      servername: 'localhost',
    });
    await once(client, 'secureConnect');
    client.write(PREFACE);
    await expect
      .poll(reasons)
      .toEqual(['unsupported-version at octet 11: looks like HTTP/2 that ALPN did not choose']);
    client.destroy();
  });
});
