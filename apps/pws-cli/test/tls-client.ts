/**
 * Clients of all versions of HTTP that ask the same and give back the same, so that answers can be
 * compared; and the certificates for them, made for one run.
 */
import { type IncomingMessage, request as requestPlainly } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { request as requestSecurely } from 'node:https';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { makeCertificate } from '../src/self-signed.ts';
import type { CertificateFiles, TlsCertificate } from '../src/tls-certificate.ts';

/** What is asked. */
export interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly content: Buffer;
}

/** Fields that speak of one connection or of one moment. */
const OWN = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

/** A certificate for loopback, valid for so many days from now. */
export function testCertificate(days = 1): Promise<TlsCertificate> {
  const nowMs = Date.now() + (days - 1) * 86_400_000;
  return makeCertificate({
    names: ['localhost'],
    addresses: ['127.0.0.1', '::1'],
    fromMs: nowMs - 60_000,
    untilMs: nowMs + 86_400_000,
  });
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Two PEM files in a folder of their own. */
export class CertificateFolder implements CertificateFiles {
  readonly #folder = mkdtempSync(join(realpathSync(tmpdir()), 'pws-tls-'));
  readonly certFile: string = join(this.#folder, 'cert.pem');
  readonly keyFile: string = join(this.#folder, 'key.pem');

  write({ cert, key }: TlsCertificate): void {
    writeFileSync(this.certFile, cert);
    writeFileSync(this.keyFile, key);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Asks over HTTP/1.1, in plain text or over TLS, on a connection of its own. */
export function askHttp1(port: number, cert: string | undefined, asked: Asked): Promise<Answered> {
  const { method = 'GET', target, fields = {} } = asked;
  const options = {
    port,
    host: '127.0.0.1',
    method,
    path: target,
    headers: { host: `localhost:${port}`, ...fields },
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      const pieces: Buffer[] = [];
      response.on('data', (octets: Buffer) => pieces.push(octets));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, rawHeaders } = response;
        resolve({ status: statusCode, fields: pairs(rawHeaders), content: Buffer.concat(pieces) });
      });
    };
    const request =
      cert === undefined
        ? requestPlainly(options, answered)
        : requestSecurely({ ...options, ca: cert, servername: 'localhost' }, answered);
    request.on('error', reject);
    request.end();
  });
}

/** A session of HTTP/2. */
export class Http2Client {
  readonly session: ClientHttp2Session;
  readonly #port: number;

  /** @param transport - where the handshake is made. Default: a connection of its own */
  static async connect(port: number, cert: string, transport?: Socket): Promise<Http2Client> {
    const options = { ca: cert, servername: 'localhost' };
    const session =
      transport === undefined
        ? connect(`https://127.0.0.1:${port}`, options)
        : connect(`https://127.0.0.1:${port}`, {
            createConnection: () =>
              connectSecurely({ ...options, socket: transport, ALPNProtocols: ['h2'] }),
          });
    await new Promise((resolve, reject) => {
      session.once('connect', resolve);
      session.once('error', reject);
    });
    session.on('error', () => undefined);
    return new Http2Client(session, port);
  }

  private constructor(session: ClientHttp2Session, port: number) {
    this.session = session;
    this.#port = port;
  }

  /** Asks; rejects where the stream was reset. */
  ask({ method = 'GET', target, fields = {} }: Asked, content?: Uint8Array): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request(
        {
          ':method': method,
          ':path': target,
          ':authority': `localhost:${this.#port}`,
          ...fields,
        },
        { endStream: content === undefined },
      );
      let status = 0;
      let lines: Answered['fields'] = [];
      const pieces: Buffer[] = [];
      stream.on('response', (head, _flags, ...more: unknown[]) => {
        status = head[':status'] ?? 0;
        lines = pairs(more[0] as string[]);
      });
      stream.on('data', (octets: Buffer) => pieces.push(octets));
      stream.on('error', reject);
      stream.on('close', () => {
        if (status === 0) reject(new Error(`closed without an answer: ${stream.rstCode}`));
        else resolve({ status, fields: lines, content: Buffer.concat(pieces) });
      });
      if (content !== undefined) stream.end(content);
    });
  }

  leave(): void {
    this.session.destroy();
  }
}

function pairs(raw: readonly string[]): Answered['fields'] {
  const lines: (readonly [string, string])[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    if (!name.startsWith(':') && !OWN.has(name)) lines.push([name, raw[at + 1] as string]);
  }
  return lines;
}
