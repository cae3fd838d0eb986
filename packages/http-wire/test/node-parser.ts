/**
 * What Node's own parser makes of the octets of one connection: a `node:http` server over a
 * stream in memory. For comparison only; nothing of the package knows it.
 */
import { type IncomingMessage, createServer } from 'node:http';
import { Duplex } from 'node:stream';

/** What became of the first request of a connection. */
export type Verdict =
  | `accepted ${string}`
  /** The status of the refusal, or the parser's code where it sent none. */
  | `refused ${number}`
  /** The octets end in the middle of it. */
  | 'incomplete';

/** What Node's parser makes of the octets. */
export async function askNodeParser(octets: Uint8Array): Promise<Verdict> {
  let resolve: (verdict: Verdict) => void = () => undefined;
  const promise = new Promise<Verdict>((settle) => {
    resolve = settle;
  });
  const server = createServer({ maxHeaderSize: 16_384 });
  const accept = (request: IncomingMessage): void => {
    const pieces: Buffer[] = [];
    const name = `${request.method} ${request.url}`;
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => resolve(accepted(name, Buffer.concat(pieces))));
    request.on('error', () => undefined);
  };
  server.on('request', accept);
  server.on('checkContinue', accept);
  server.on('checkExpectation', () => resolve('refused 417'));
  for (const event of ['upgrade', 'connect'] as const) {
    server.on(event, (request) => resolve(accepted(`${request.method} ${request.url}`)));
  }
  server.on('clientError', (error: NodeJS.ErrnoException) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    resolve(error.code === 'HPE_INVALID_EOF_STATE' ? 'incomplete' : `refused ${status}`);
  });
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, callback) {
      // It answers by itself only to refuse: a missing Host, for example.
      const status = /^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1];
      if (status !== undefined) resolve(`refused ${Number(status)}`);
      callback();
    },
  });
  stream.on('error', () => undefined);
  stream.on('close', () => resolve('incomplete'));
  server.emit('connection', stream);
  stream.push(Buffer.from(octets));
  stream.push(null);
  const verdict = await promise;
  stream.destroy();
  return verdict;
}

/** The verdict on a request that was read to its end. */
export function accepted(name: string, content: Uint8Array = new Uint8Array()): Verdict {
  const text =
    content.length === 0 ? '' : ` ${JSON.stringify(Buffer.from(content).toString('latin1'))}`;
  return `accepted ${name}${text}`;
}
