/**
 * The octets of an answer as they come, for the ceilings, which give them again. Asks as wrk does,
 * and knows the end by Content-Length, or by a status that has no content.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { connect as connectOverTls } from 'node:tls';
import type { FieldLines } from './answer.ts';

/** Where the content of an answer begins; undefined as long as its head is not there. */
function contentAt(octets: Buffer): number | undefined {
  const headEnd = octets.indexOf('\r\n\r\n');
  return headEnd < 0 ? undefined : headEnd + 4;
}

/** Octets of a whole answer; undefined as long as its head is not there. */
export function answerBytes(octets: Buffer): number | undefined {
  const headBytes = contentAt(octets);
  if (headBytes === undefined) return undefined;
  const head = octets.toString('latin1', 0, headBytes);
  if (/^HTTP\/1\.1 (?:204|304) /.test(head)) return headBytes;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) throw new Error(`expected Content-Length in ${head.split('\r\n')[0]}`);
  return headBytes + Number(length);
}

/** What is asked for. */
export interface Wanted {
  readonly port: number;
  readonly tls: boolean;
  readonly path: string;
  readonly fields: FieldLines;
}

/** Asks over a connection of its own, by HTTP/1.1. */
export async function octetsOfAnswer({ port, tls, path, fields }: Wanted): Promise<Buffer> {
  const place = { host: '127.0.0.1', port };
  const socket = tls ? connectOverTls({ ...place, rejectUnauthorized: false }) : connect(place);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`);
  const pieces: Buffer[] = [];
  let [received, whole]: [number, number | undefined] = [0, undefined];
  for await (const piece of socket as AsyncIterable<Buffer>) {
    pieces.push(piece);
    received += piece.length;
    whole ??= answerBytes(Buffer.concat(pieces));
    // Leaving the loop ends the connection.
    if (whole !== undefined && received >= whole) return Buffer.concat(pieces, whole);
  }
  throw new Error(`expected a whole answer, got ${received} octets of it`);
}

/** §8.2.2 of RFC 9113: these speak of a connection of HTTP/1.1. */
const CONNECTION_SPECIFIC = /^(?:connection|keep-alive|transfer-encoding)$/;

/** An answer as node:http2 takes it. */
export function headAndContent(octets: Buffer): { head: OutgoingHttpHeaders; content: Buffer } {
  const headBytes = contentAt(octets);
  if (headBytes === undefined) throw new Error('expected a whole head');
  const [statusLine = '', ...lines] = octets.toString('latin1', 0, headBytes - 4).split('\r\n');
  const head: OutgoingHttpHeaders = { ':status': Number(statusLine.split(' ')[1]) };
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (!CONNECTION_SPECIFIC.test(name)) head[name] = line.slice(colon + 1).trim();
  }
  return { head, content: octets.subarray(headBytes) };
}
