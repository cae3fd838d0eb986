import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TLSSocket, connect as connectOverTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { askHttp2 } from './answer.ts';
import { octetsOfAnswer } from './ceiling-answer.ts';
import { CEILINGS } from './ceilings.ts';
import { TLS13_SUITES } from './configurations.ts';
import { Process, SERVER_CORE, freePort, killAll } from './processes.ts';
import type { Feature } from './rows.ts';
import type { Server, Setting } from './servers.ts';
import { makeCertificate } from './site.ts';

const [IN_C, IN_JAVASCRIPT] = CEILINGS as [Server, Server];
const canRun =
  process.platform === 'linux' &&
  spawnSync('taskset', ['-c', `${SERVER_CORE}`, 'true']).status === 0;
const hasCompiler = IN_C.version() !== undefined;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const hasHeaders =
  spawnSync('cc', ['-E', '-'], { input: '#include <openssl/ssl.h>\n' }).status === 0;

const CONTENT = Buffer.alloc(20_000_000, 'content ');

describe.runIf(canRun)('a ceiling', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pws-ceiling-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const compiled = join(folder, 'dist');
  beforeAll(() => {
    if (hasOpenssl) makeCertificate(certificate, key);
    const tsc = join(import.meta.dirname, '../node_modules/.bin/tsc');
    const config = join(import.meta.dirname, '../tsconfig.build.json');
    execFileSync(tsc, ['-p', config, '--outDir', compiled]);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterEach(killAll);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A head and content of so many octets. */
  function prepare(bytes: number): Buffer {
    const head = `HTTP/1.1 200 OK\r\nX-Is: prepared\r\nContent-Length: ${bytes}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), CONTENT.subarray(0, bytes)]);
  }

  function settingOf(features: readonly Feature[], port: number, closes: boolean): Setting {
    const own = { folder, port, features, certificate, key };
    const answer = { file: join(folder, 'answer'), closes };
    return { ...own, site: '', connections: 1, descriptors: 64, answer };
  }

  async function startCeiling(
    server: Server,
    features: readonly Feature[],
    { answer, end = 'keep' }: { answer: Buffer; end?: 'keep' | 'close' },
  ): Promise<number> {
    writeFileSync(join(folder, 'answer'), answer);
    const port = await freePort();
    const { argv } = server.command(settingOf(features, port, end === 'close'));
    const [program, ...rest] = argv;
    // Nothing is compiled beside this file.
    const args = rest.map((each) => (each.endsWith('.js') ? join(compiled, basename(each)) : each));
    const started = new Process([program, ...args], { core: SERVER_CORE });
    await expect
      .poll(async () => {
        const socket = connect(port, '127.0.0.1');
        const isThere = once(socket, 'connect').then(() => true);
        return isThere.catch(() => started.said).finally(() => socket.destroy());
      })
      .toBe(true);
    return port;
  }

  async function connectTo(port: number, features: readonly Feature[]): Promise<Socket> {
    const place = { host: '127.0.0.1', port };
    if (!features.includes('tls')) return connect(place);
    const socket = connectOverTls({ ...place, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** Reads so many octets. */
  function readFrom(socket: Socket, bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let received = 0;
      const take = (piece: Buffer): void => {
        pieces.push(piece);
        received += piece.length;
        if (received < bytes) return;
        socket.off('data', take);
        resolve(Buffer.concat(pieces));
      };
      socket.on('data', take).once('close', () => reject(new Error(`closed after ${received}`)));
    });
  }

  describe.each<[string, Server, Feature[], boolean]>([
    ['in C', IN_C, [], hasCompiler],
    ['in C over TLS', IN_C, ['tls'], hasHeaders && hasOpenssl],
    ['in JavaScript', IN_JAVASCRIPT, [], true],
    ['in JavaScript over TLS', IN_JAVASCRIPT, ['tls'], hasOpenssl],
  ])('%s', (_, server, features, isThere) => {
    const tls = features.includes('tls');

    it.runIf(isThere).each([
      [3, 'that the system takes at once'],
      [CONTENT.length, 'that it does not take at once'],
    ])(
      'gives an answer of %d octets, %s, for whatever it reads, again and again',
      async (bytes) => {
        const answer = prepare(bytes);
        const socket = await connectTo(await startCeiling(server, features, { answer }), features);
        for (const asked of ['GET / HTTP/1.1\r\n\r\n', 'anything']) {
          socket.write(asked);
          // oxlint-disable-next-line no-await-in-loop
          expect((await readFrom(socket, answer.length)).equals(answer)).toBe(true);
        }
        socket.destroy();
      },
    );

    it.runIf(isThere)('goes on for others when a reader leaves in the middle', async () => {
      const answer = prepare(CONTENT.length);
      const port = await startCeiling(server, features, { answer });
      const leaving = await connectTo(port, features);
      leaving.write('anything');
      await once(leaving, 'data');
      leaving.destroy();
      const got = await octetsOfAnswer({ port, tls, path: '/', fields: [] });
      expect(got.equals(answer)).toBe(true);
    });

    it.runIf(isThere)('closes behind it where it is told to', async () => {
      const answer = prepare(CONTENT.length);
      const port = await startCeiling(server, features, { answer, end: 'close' });
      const socket = await connectTo(port, features);
      socket.write('anything');
      const pieces: Buffer[] = [];
      for await (const piece of socket as AsyncIterable<Buffer>) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(answer)).toBe(true);
    });

    it.runIf(isThere && tls)(
      'speaks the suite that the servers do, and answers each record',
      async () => {
        const answer = prepare(3);
        const socket = await connectTo(await startCeiling(server, features, { answer }), features);
        const { name } = (socket as TLSSocket).getCipher();
        expect([(socket as TLSSocket).getProtocol(), name]).toEqual([
          'TLSv1.3',
          TLS13_SUITES.split(':')[0],
        ]);
        socket.write('one');
        socket.write('two');
        const both = Buffer.concat([answer, answer]);
        expect((await readFrom(socket, both.length)).equals(both)).toBe(true);
        socket.destroy();
      },
    );
  });

  it.runIf(hasOpenssl)('in JavaScript gives it over HTTP/2, with its fields', async () => {
    const features: Feature[] = ['tls', 'http2'];
    const port = await startCeiling(IN_JAVASCRIPT, features, { answer: prepare(5) });
    const { status, fields, content } = await askHttp2({ port, tls: true, path: '/', fields: [] });
    expect([status, fields['x-is'], content.toString()]).toEqual([200, 'prepared', 'conte']);
  });

  it('in C says what it needs for TLS', () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    // A compiler that finds nothing.
    symlinkSync('/bin/false', join(programs, 'cc'));
    vi.stubEnv('PATH', programs);
    const command = (): unknown => IN_C.command(settingOf(['tls'], 1, false));
    expect(command).toThrow('needs the headers of OpenSSL (Debian: libssl-dev)');
    vi.unstubAllEnvs();
  });
});
