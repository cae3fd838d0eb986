/**
 * What the system is told of connections: to ask after a while whether the other end is still
 * there (RFC 9293 §3.8.4). However a connection was accepted, the kernel has to know.
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { KERNEL_TELLS, keepAliveSecondsOf } from './kernel-sockets.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, Http2Client, testCertificate } from './tls-client.ts';

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);
const TLS = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];

afterEach(killPrograms);
afterAll(() => {
  site.remove();
  files.remove();
  room.remove();
});

// As on the systems other than Linux: what is set for a socket that listens is not set for what it
// accepts, so that each connection needs it.
const BEQUEATHS_NOTHING = `const { Server } = require('node:net');
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  this.once('listening', () => (this._handle.setKeepAlive = () => -1));
  return listen.apply(this, args);
};`;
const room = new TemporarySite({ 'bequeaths-nothing.cjs': BEQUEATHS_NOTHING });
const ONE_BY_ONE = { NODE_OPTIONS: `--require=${room.root}/bequeaths-nothing.cjs` };

/** A connection over which something was answered, so that it was accepted. */
interface Answered {
  readonly port: number;
  readonly leave: () => void;
}

async function overTcp(port: number): Promise<Answered> {
  const client = await RawClient.connect(port);
  await client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await client.response()).status).toBe(200);
  return { port: client.port, leave: () => client.leave() };
}

async function overTls(port: number): Promise<Answered> {
  const client = await Http2Client.connect(port, certificate.cert);
  expect((await client.ask({ target: '/' })).status).toBe(200);
  return { port: client.session.socket.localPort ?? 0, leave: () => client.leave() };
}

describe.runIf(KERNEL_TELLS)('after a minute of silence the system asks (Linux)', () => {
  it.each([
    ['a connection that is read below node:net', [], {}, overTcp],
    ["a connection of Node's sockets", TLS, {}, overTls],
    ['a connection of a worker, read below node:net', ['--workers', '2'], {}, overTcp],
    ["a connection of a worker, of Node's sockets", ['--workers', '2', ...TLS], {}, overTls],
    ['one that is read below node:net, told one by one', [], ONE_BY_ONE, overTcp],
    ["one of Node's sockets, told one by one", TLS, ONE_BY_ONE, overTls],
  ] as const)('the other end of %s', async (_what, flags, env, connect) => {
    const program = await Program.serving([site.root, '--log', 'none', ...flags], { env });
    const client = await connect(program.port);
    // While something that was sent is not acknowledged, the kernel's timer is for that.
    await program.until(() => {
      const seconds = keepAliveSecondsOf(program.port, client.port);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
    });
    client.leave();
  });
});
