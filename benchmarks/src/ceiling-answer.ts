/**
 * The octets of an answer as they come, for the ceilings, which give them again. Asks as wrk does,
 * and knows the end by Content-Length, or by a status that has no content.
 */
import { connect } from 'node:net';
import type { FieldLines } from './answer.ts';

/** Octets of a whole answer; undefined as long as its head is not there. */
export function answerBytes(octets: Buffer): number | undefined {
  const headEnd = octets.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = octets.toString('latin1', 0, headEnd);
  if (/^HTTP\/1\.1 (?:204|304) /.test(head)) return headEnd + 4;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) throw new Error(`expected Content-Length in ${head.split('\r\n')[0]}`);
  return headEnd + 4 + Number(length);
}

/** Asks over a connection of its own. */
export async function octetsOfAnswer(
  port: number,
  path: string,
  fields: FieldLines,
): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`);
  let octets = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    octets = Buffer.concat([octets, piece]);
    const whole = answerBytes(octets);
    // Leaving the loop ends the connection.
    if (whole !== undefined && octets.length >= whole) return octets.subarray(0, whole);
  }
  throw new Error(`expected a whole answer, got ${octets.length} octets of it`);
}
