/**
 * The program where Node lets nobody below its sockets: its permission model refuses that. All is
 * answered there, too.
 */
import { afterAll, afterEach, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, askHttp1, testCertificate } from './tls-client.ts';

const site = new TemporarySite({ 'hello.txt': 'Hello.\n', 'much.txt': 'm'.repeat(4_000_000) });
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  files.remove();
});

const [major = 0] = process.versions.node.split('.').map(Number);
const flag = major < 23 ? '--experimental-permission' : '--permission';
const env = { NODE_OPTIONS: `${flag} --allow-fs-read=* --allow-worker` };
const tls = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];

it.each([
  ['plain', []],
  ['over TLS', tls],
])('a program that may not look below the sockets of Node answers: %s', async (_how, args) => {
  const { port } = await Program.serving([site.root, ...args], { env });
  const cert = args.length === 0 ? undefined : certificate.cert;
  const answer = await askHttp1(port, cert, { target: '/hello.txt' });
  expect(answer.content.toString()).toBe('Hello.\n');
  const fields = { connection: 'close' };
  const last = await askHttp1(port, cert, { target: '/much.txt', fields });
  expect(last.content.length).toBe(4_000_000);
});

it('it answers many requests on a connection, and ends it behind the last', async () => {
  const { port } = await Program.serving([site.root], { env });
  const client = await RawClient.connect(port);
  const request = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n';
  await client.send(`${request}\r\n${request}\r\n${request}Connection: close\r\n\r\n`);
  const received = await client.untilEnd();
  expect(client.end).toBe('ended');
  expect(received.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(3);
});
