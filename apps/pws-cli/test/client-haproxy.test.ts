/**
 * haproxy in front, which tells by the PROXY protocol whose a connection is: with TLS ended behind
 * it, and with its own checks beside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import { CertificateFolder, Http2Client, freePort, testCertificate } from './tls-client.ts';

const HAS_HAPROXY = hasProgram('haproxy', { args: ['-v'] });

const site = new TemporarySite({ 'index.html': 'Front page\n' });
const folder = mkdtempSync(join(tmpdir(), 'pws-h-'));
const files = new CertificateFolder();
const certificate = await testCertificate();
files.write(certificate);
const TLS = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];
const TRUSTED = ['--proxy-protocol', '--trust-proxy', '127.0.0.1'];
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

let haproxy: ChildProcess | undefined;
let said = '';

beforeEach(() => {
  said = '';
});
afterEach(async () => {
  haproxy?.kill('SIGKILL');
  await killPrograms();
});
afterAll(() => {
  site.remove();
  files.remove();
  rmSync(folder, { recursive: true });
});

/** Starts haproxy, which hands connections on as they are. */
async function inFrontOf(program: Program, server: string): Promise<number> {
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  const lines = [
    'global',
    '  log stdout format raw daemon',
    'defaults',
    '  mode tcp',
    '  log global',
    '  timeout connect 2s',
    '  timeout client 20s',
    '  timeout server 20s',
    'listen all',
    `  bind 127.0.0.1:${port}`,
    `  server pws 127.0.0.1:${program.port} ${server}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  haproxy = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  haproxy.stdout?.on('data', (octets: Buffer) => (said += octets.toString()));
  haproxy.stderr?.on('data', (octets: Buffer) => (said += octets.toString()));
  // A connection that says nothing is handed on, and shows up in no log.
  await vi.waitFor(async () => (await RawClient.connect(port)).leave(), { timeout: 15_000 });
  return port;
}

function peers(program: Program): string[] {
  return program.log.map((line) => (JSON.parse(line) as { peer: string }).peer);
}

describe.runIf(HAS_HAPROXY)('behind haproxy', () => {
  it.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 check inter 50ms'])(
    'with %s, the log has the addresses of the clients',
    async (server) => {
      const program = await Program.serving([site.root, '--log', 'json', ...TRUSTED]);
      const port = await inFrontOf(program, server);
      const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(port)));
      await Promise.all(clients.map((client) => client.send(GET + GET)));
      const answers = await Promise.all(clients.map((client) => client.responses(2)));
      expect(answers.flat().every(({ status }) => status === 200)).toBe(true);
      const addresses = clients
        .flatMap(({ port: own }) => [own, own])
        .map((own) => `127.0.0.1:${own}`);
      await program.until(() => expect(peers(program).toSorted()).toEqual(addresses.toSorted()));
      for (const client of clients) client.leave();
      expect(program.stderr).not.toContain('pws:');
      expect(said).not.toMatch(/is DOWN/);
    },
  );

  it.each(['send-proxy', 'send-proxy-v2'])(
    'with %s, it has them over TLS and HTTP/2 too',
    async (server) => {
      const program = await Program.serving([site.root, '--log', 'json', ...TRUSTED, ...TLS]);
      const port = await inFrontOf(program, server);
      const client = await Http2Client.connect(port, certificate.cert);
      const own = client.session.socket.localPort;
      expect((await client.ask({ target: '/' })).content.toString()).toBe('Front page\n');
      await program.until(() => expect(peers(program)).toEqual([`127.0.0.1:${own}`]));
      client.leave();
    },
  );

  it('that does not tell, nobody is answered', async () => {
    const program = await Program.serving([site.root, '--log', 'json', ...TRUSTED]);
    const port = await inFrontOf(program, '');
    const client = await RawClient.connect(port);
    await client.send(GET);
    expect(await client.untilEnd()).toBe('');
    expect(program.log).toEqual([]);
  });

  it('that is not trusted, nobody is answered', async () => {
    const flags = ['--proxy-protocol', '--trust-proxy', '192.0.2.0/24'];
    const program = await Program.serving([site.root, '--log', 'json', ...flags]);
    const port = await inFrontOf(program, 'send-proxy');
    const client = await RawClient.connect(port);
    await client.send(GET);
    expect(await client.untilEnd()).toBe('');
    expect(program.log).toEqual([]);
  });
});
