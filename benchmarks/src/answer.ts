/**
 * Asks once, and tells whether what comes is what the row expects: nothing is measured that is
 * not right.
 */
import { request as requestPlain } from 'node:http';
import { connect } from 'node:http2';
import { request as requestOverTls } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import type { LoadRow } from './rows.ts';
import { smallFilePath } from './site.ts';

/** Field lines that are sent. */
export type FieldLines = readonly (readonly [name: string, value: string])[];

/** What came. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  /** As it came, up to {@link KEPT_BYTES}. */
  readonly content: Buffer;
  readonly contentBytes: number;
  /** As in `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  readonly tls?: string;
}

/** More is counted and not kept. */
const KEPT_BYTES = 1_048_576;
const PATIENCE_MS = 30_000;

/** A request for one answer. */
export interface Asking {
  readonly port: number;
  readonly tls: boolean;
  readonly path: string;
  readonly fields: FieldLines;
}

/** Asks over a connection of its own. */
export function ask({ port, tls, path, fields }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(fields), Connection: 'close' };
    const options = { host: '127.0.0.1', port, path, headers, agent: false } as const;
    const request = tls
      ? requestOverTls({ ...options, rejectUnauthorized: false })
      : requestPlain(options);
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error('no answer in 30 s')));
    request.on('error', reject);
    request.on('response', (response) => {
      const content = new Collected();
      const socket = response.socket as Partial<TLSSocket>;
      const spoken =
        socket.getProtocol === undefined
          ? {}
          : { tls: `${socket.getProtocol()} ${socket.getCipher?.().name}` };
      response.on('error', reject);
      response.on('data', (piece: Buffer) => content.take(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          fields: response.headers as Answer['fields'],
          ...content.all(),
          ...spoken,
        }),
      );
    });
    request.end();
  });
}

/** Asks over HTTP/2. */
export function askHttp2({ port, path, fields }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on('error', reject);
    const lines = fields
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'connection');
    const stream = session.request({ ...Object.fromEntries(lines), ':path': path });
    stream.setTimeout(PATIENCE_MS, () => stream.destroy(new Error('no answer in 30 s')));
    stream.on('error', reject);
    const content = new Collected();
    let fieldsReceived: Readonly<Record<string, unknown>> = {};
    stream.on('response', (received) => (fieldsReceived = received));
    stream.on('data', (piece: Buffer) => content.take(piece));
    stream.on('end', () => {
      session.close();
      resolve({
        status: Number(fieldsReceived[':status']),
        fields: fieldsReceived as Answer['fields'],
        ...content.all(),
      });
    });
    stream.end();
  });
}

class Collected {
  #bytes = 0;
  readonly #pieces: Buffer[] = [];

  take(piece: Buffer): void {
    if (this.#bytes < KEPT_BYTES) this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  all(): Pick<Answer, 'content' | 'contentBytes'> {
    return { content: Buffer.concat(this.#pieces), contentBytes: this.#bytes };
  }
}

/** The paths that are looked at before a row is measured. */
export function pathsOf({ target }: LoadRow): string[] {
  if ('path' in target) return [target.path];
  return [0, target.files >> 1, target.files - 1].map(smallFilePath);
}

/** The validators of an answer, as a client sends them with its next request. */
export function conditionsFrom({ fields }: Answer): FieldLines {
  const { etag, 'last-modified': modified } = fields;
  return [
    ...(etag === undefined ? [] : [['If-None-Match', etag] as const]),
    ...(modified === undefined ? [] : [['If-Modified-Since', modified] as const]),
  ];
}

/** What is wrong with an answer, in words; undefined where it is what the row expects. */
export function faultOf(
  { status, contentBytes, coding, fields = [] }: LoadRow['expected'],
  answer: Answer,
): string | undefined {
  if (answer.status !== status) return `expected status ${status}, got ${answer.status}`;
  const got = answer.fields['content-encoding'];
  if (coding !== 'any' && got !== coding) {
    return `expected ${coding ?? 'no'} content coding, got ${got ?? 'none'}`;
  }
  const length = coding === 'gzip' ? gunzipSync(answer.content).length : answer.contentBytes;
  if (contentBytes !== undefined && length !== contentBytes) {
    return `expected ${contentBytes} octets of content, got ${length}`;
  }
  for (const [name, value] of fields) {
    const said = answer.fields[name.toLowerCase()];
    if (said !== value) return `expected ${name} ${value}, got ${said ?? 'none'}`;
  }
  return undefined;
}
