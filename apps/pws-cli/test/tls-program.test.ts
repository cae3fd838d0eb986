/**
 * TLS as a person meets it: flags, banner, signals, and clients that are not Node.
 */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';
import {
  CertificateFolder,
  Http2Client,
  askHttp1,
  freePort,
  testCertificate,
} from './tls-client.ts';

const HAS_CURL = hasProgram('curl', { shows: /HTTP2/ });
const HAS_OPENSSL = hasProgram('openssl', { args: ['version'] });

const site = new TemporarySite({ 'index.html': 'Front page\n', 'large.txt': 'x'.repeat(500_000) });
const cache = new TemporarySite();
const files = new CertificateFolder();
const [first, second] = await Promise.all([testCertificate(), testCertificate()]);
const own = ['--tls-cert', files.certFile, '--tls-key', files.keyFile];
const madeFile = `${cache.root}/pws/localhost.pem`;
const env = { XDG_CACHE_HOME: cache.root, LOCALAPPDATA: cache.root };

beforeEach(() => files.write(first));
afterEach(killPrograms);
afterAll(() => {
  site.remove();
  cache.remove();
  files.remove();
});

const serving = (...args: string[]): Promise<Program> =>
  Program.serving([site.root, ...args], { env });

/** The fingerprint of the certificate that is answered with. */
function fingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const fingerprintOf = ({ cert }: { cert: string }): string =>
  new X509Certificate(cert).fingerprint256;

describe('pws --tls-cert --tls-key', () => {
  it('serves over HTTP/1.1 and HTTP/2, and shows addresses that can be opened', async () => {
    const program = await serving(...own);
    const { port } = program;
    expect(program.stderr).toContain(`  https://localhost:${port}/\n`);
    expect(program.stderr).not.toContain('http://');
    const answer = await askHttp1(port, first.cert, { target: '/' });
    expect(answer.content.toString()).toBe('Front page\n');
    const client = await Http2Client.connect(port, first.cert);
    expect((await client.ask({ target: '/' })).content.toString()).toBe('Front page\n');
    client.leave();
    await program.until(() => {
      expect(
        program.log.map((line) => (JSON.parse(line) as { protocol: string }).protocol),
      ).toEqual(['HTTP/1.1', 'HTTP/2']);
    });
  });

  it('speaks no HTTP/2 with --no-http2', async () => {
    const program = await serving(...own, '--no-http2');
    await expect(Http2Client.connect(program.port, first.cert)).rejects.toThrow();
    expect((await askHttp1(program.port, first.cert, { target: '/' })).status).toBe(200);
  });

  it('serves its key to nobody, though it lies in the root', async () => {
    writeFileSync(`${site.root}/key.pem`, first.key);
    const program = await serving(
      '--tls-cert',
      files.certFile,
      '--tls-key',
      `${site.root}/key.pem`,
    );
    expect((await askHttp1(program.port, first.cert, { target: '/key.pem' })).status).toBe(404);
  });

  it('tells with --verbose of those who do not come to speak TLS', async () => {
    const program = await serving(...own, '--verbose');
    await ask(program.port, '/').catch(() => undefined);
    await program.until(() => {
      const events = program.log.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(events).toMatchObject([
        { event: 'handshake-failed', reason: 'the client spoke plain HTTP on the TLS port' },
      ]);
    });
  });

  it('warns of a certificate that has expired, and serves', async () => {
    files.write(await testCertificate(-1));
    const program = await serving(...own);
    expect(program.stderr).toMatch(/^pws: the certificate expired on .*: clients will refuse it$/m);
  });

  test.each<[string, number, string[]]>([
    ['--tls-cert: expected --tls-key beside it', 2, own.slice(0, 2)],
    [
      '--tls-key /gone/key.pem: expected a private key in PEM form (-----BEGIN PRIVATE KEY-----), but there is no such file',
      1,
      [...own.slice(0, 2), '--tls-key', '/gone/key.pem'],
    ],
    [
      `--tls-key ${files.certFile}: expected a private key in PEM form (-----BEGIN PRIVATE KEY-----), but the file has only CERTIFICATE`,
      1,
      [...own.slice(0, 2), '--tls-key', files.certFile],
    ],
    [
      '--redirect-http: expected another port than --port, got 8443',
      2,
      [...own, '--port', '8443', '--redirect-http', '8443'],
    ],
  ])('says %s, and exits with %i', async (message, exitCode, args) => {
    const program = new Program([site.root, ...args]);
    expect(await program.untilEnd()).toEqual({ exitCode, signal: null });
    expect(program.stderr).toBe(`pws: ${message}\n`);
  });
});

describe('SIGHUP', () => {
  /** Asks without end, over connections that stay and over new ones; counts the answers. */
  class Load {
    readonly failures: unknown[] = [];
    answers = 0;
    #stopped = false;
    readonly #port: number;
    readonly #done: Promise<unknown>;

    constructor(port: number) {
      this.#port = port;
      this.#done = Promise.all([this.#kept(), this.#kept(), this.#new(), this.#session()]);
    }

    async stop(): Promise<void> {
      this.#stopped = true;
      await this.#done;
    }

    async #repeat(once: () => Promise<number>): Promise<void> {
      while (!this.#stopped) {
        try {
          // oxlint-disable-next-line no-await-in-loop
          expect(await once()).toBe(500_000);
          this.answers += 1;
        } catch (error) {
          this.failures.push(error);
          return;
        }
      }
    }

    async #kept(): Promise<void> {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
      await this.#repeat(() => this.#http1(agent));
      agent.destroy();
    }

    #new(): Promise<void> {
      return this.#repeat(() => this.#http1(new Agent({ rejectUnauthorized: false })));
    }

    async #session(): Promise<void> {
      const client = await Http2Client.connect(this.#port, first.cert);
      await this.#repeat(async () => {
        const { content } = await client.ask({ target: '/large.txt' });
        return content.length;
      });
      client.leave();
    }

    #http1(agent: Agent): Promise<number> {
      const options = { agent, port: this.#port, host: '127.0.0.1', path: '/large.txt' };
      return new Promise((resolve, reject) => {
        const asked = request(options, (response) => {
          let bytes = 0;
          response.on('data', (octets: Buffer) => (bytes += octets.length));
          response.on('end', () => resolve(bytes)).on('error', reject);
        });
        asked.on('error', reject).end();
      });
    }
  }

  async function untilAnswered(load: Load, more: number): Promise<void> {
    const goal = load.answers + more;
    await expect.poll(() => load.answers, { timeout: 20_000 }).toBeGreaterThan(goal);
  }

  const told = (program: Program): string[] =>
    program.stderr.split('\n').filter((line) => line.startsWith('pws: '));

  it('changes the certificate, and no request under way or on its way is lost', async () => {
    const program = await serving(...own, '--max-requests-per-connection', '1000000');
    const load = new Load(program.port);
    await untilAnswered(load, 20);
    files.write(second);
    program.signal('SIGHUP');
    await expect.poll(() => fingerprint(program.port)).toBe(fingerprintOf(second));
    await untilAnswered(load, 20);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(told(program)).toEqual(['pws: the configuration was read again']);
  });

  it('keeps the certificate where the new one is garbage, and says why', async () => {
    const program = await serving(...own, '--max-requests-per-connection', '1000000');
    const load = new Load(program.port);
    await untilAnswered(load, 10);
    files.write({ cert: first.cert, key: second.key });
    program.signal('SIGHUP');
    await program.until(() => expect(told(program)).toHaveLength(1));
    expect(told(program)[0]).toBe(
      `pws: the configuration stays as it was: --tls-key ${files.keyFile}: expected the key of the first certificate in ${files.certFile}, but it is another's`,
    );
    files.write({ cert: 'garbage', key: 'garbage' });
    program.signal('SIGHUP');
    await program.until(() => expect(told(program)).toHaveLength(2));
    await untilAnswered(load, 10);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(await fingerprint(program.port)).toBe(fingerprintOf(first));
  });
});

describe('pws --https', () => {
  beforeEach(() => rmSync(madeFile, { force: true }));

  it('makes a certificate, shows its fingerprint, and has the same one the next time', async () => {
    const program = await serving('--https');
    const made = await fingerprint(program.port);
    expect(program.stderr.replaceAll(/\s/g, '')).toContain(`SHA-256:${made}`);
    expect(fingerprintOf({ cert: readFileSync(madeFile, 'latin1') })).toBe(made);
    await program.kill();
    const again = await serving('--https');
    expect(await fingerprint(again.port)).toBe(made);
  });

  it('has one certificate for all workers', async () => {
    const program = await serving('--https', '--workers', '2');
    const seen = await Promise.all(Array.from({ length: 20 }, () => fingerprint(program.port)));
    expect(new Set(seen).size).toBe(1);
  });

  it.each(['1', '2'])(
    'tells of the certificate that is served, also where none can be kept (%s processes)',
    async (count) => {
      // No folder: nothing can lie below it.
      const nowhere = cache.write('file', '');
      const args = [site.root, '--https', '--workers', count];
      const program = await Program.serving(args, {
        env: { XDG_CACHE_HOME: nowhere, LOCALAPPDATA: nowhere },
      });
      const seen = await Promise.all(Array.from({ length: 20 }, () => fingerprint(program.port)));
      expect(new Set(seen).size).toBe(1);
      expect(program.stderr.replaceAll(/\s/g, '')).toContain(`SHA-256:${seen[0]}`);
    },
  );

  it('is not made where nobody asks for it', async () => {
    await serving();
    expect(existsSync(madeFile)).toBe(false);
  });
});

describe('pws --redirect-http', () => {
  it('leads plain requests to where TLS is spoken, and says so', async () => {
    const redirectPort = await freePort();
    const program = await serving(...own, '--redirect-http', String(redirectPort));
    expect(program.stderr).toContain(`  http on port ${redirectPort} is redirected there\n`);
    for (const method of ['GET', 'HEAD', 'POST']) {
      // oxlint-disable-next-line no-await-in-loop
      const { status, fields } = await ask(redirectPort, '/a%20b?c=d&e', method);
      expect([status, fields['location'], fields['content-length']]).toEqual([
        308,
        `https://localhost:${program.port}/a%20b?c=d&e`,
        '0',
      ]);
    }
    const other = await ask(redirectPort, 'http://evil.example/', 'GET');
    expect(other.status).toBe(400);
  });

  it('1: a port that is taken, with its number and its own flag', async () => {
    const redirectPort = await freePort();
    const args = [...own, '--redirect-http', String(redirectPort)];
    await serving(...args);
    const late = new Program([site.root, ...args, '--port', '0', '--host', '127.0.0.1']);
    expect(await late.untilEnd()).toEqual({ exitCode: 1, signal: null });
    expect(late.stderr).toContain(
      `port ${redirectPort} is taken: another program listens on it. Choose another with --redirect-http.\n`,
    );
  });
});

describe('other programs', () => {
  const run = promisify(execFile);

  it.runIf(HAS_CURL).each([
    ['--http2', '2'],
    ['--http1.1', '1.1'],
    ['--http1.0', '1.1'],
  ])('curl %s trusts the certificate, and has HTTP/%s', async (flag, version) => {
    const { port } = await serving(...own);
    const target = `https://localhost:${port}/`;
    const shown = '%{http_version} %{http_code} %{size_download}';
    const args = ['-sS', flag, '--cacert', files.certFile, '-o', '/dev/null', '-w', shown, target];
    expect((await run('curl', args)).stdout).toBe(`${version} 200 11`);
  });

  it.runIf(HAS_OPENSSL)('openssl has a ticket, and no right to 0-RTT', async () => {
    const { port } = await serving(...own);
    const request =
      'printf "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n"';
    const client = `openssl s_client -connect 127.0.0.1:${port} -ign_eof`;
    const { stdout } = await run('sh', ['-c', `${request} | ${client}`]);
    expect(stdout).toContain('Front page');
    expect(stdout).toMatch(/TLS session ticket lifetime hint: 7200 /);
    expect(stdout).toContain('Max Early Data: 0');
  });

  it.runIf(HAS_OPENSSL)('openssl takes the certificate for what it is', async () => {
    const { stdout } = await run('openssl', ['x509', '-in', files.certFile, '-noout', '-text']);
    expect(stdout).toMatch(/DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
    expect(stdout).toMatch(/CA:FALSE/);
    expect(stdout).toMatch(/Digital Signature/);
  });
});
