/**
 * What clients do over HTTP/2, with Node's client: a session for each time, several streams at
 * once, some of them given up in the middle.
 */
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { Client } from './client.ts';
import type { Load } from './loads.ts';
import type { KnownFile } from './soaked-site.ts';

const MOST_STREAMS = 20;
/** A bound for what hangs. */
const DEADLINE_MS = 15_000;

/** How a stream ended. */
interface Streamed {
  /** 0 where no head came. */
  readonly status: number;
  readonly content: Buffer;
  readonly error: string | undefined;
}

async function streams(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const pick = (): KnownFile => random.pick([...site.files, ...site.texts.slice(0, 8), site.large]);
  let missing = Array.from({ length: random.between(1, MOST_STREAMS) }, pick);
  while (missing.length > 0) {
    // oxlint-disable-next-line no-await-in-loop
    const session = await sessionWith(client);
    const asked = missing.map(async (file) => {
      const givesUp = random.below(4) === 0;
      const { status, content, error } = await stream(session, file, givesUp);
      if (status !== 0) ledger.expectStatus(`${file.target} over HTTP/2`, status, 200);
      // The session was ended before this was looked at (RFC 9113 §6.8): it is asked again.
      else return file;
      if (givesUp) return undefined;
      if (error !== undefined) ledger.fail(`${file.target} over HTTP/2: ${error}`);
      ledger.receivedBytes += content.length;
      ledger.expectOctets(`${file.target} over HTTP/2`, content, file.octets);
      return undefined;
    });
    // oxlint-disable-next-line no-await-in-loop
    missing = (await Promise.all(asked)).filter((file) => file !== undefined);
    ledger.askedAgain += missing.length;
    session.destroy();
  }
}

function sessionWith({ place }: Client): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${place.port}`, { ca: place.cert ?? '' });
    session.once('error', reject);
    session.once('close', () => reject(new Error('the session was closed before it began')));
    session.once('connect', () => {
      // From here each stream has its own.
      session.off('error', reject).on('error', () => undefined);
      resolve(session);
    });
  });
}

function stream(
  session: ClientHttp2Session,
  { target }: KnownFile,
  givesUp: boolean,
): Promise<Streamed> {
  return new Promise((resolve) => {
    let status = 0;
    let error: string | undefined;
    const pieces: Buffer[] = [];
    const ended = (): void => resolve({ status, content: Buffer.concat(pieces), error });
    if (session.closed || session.destroyed) {
      ended();
      return;
    }
    const asked = session.request({ ':path': target, ':authority': 'localhost' });
    asked.on('response', (head) => {
      status = head[':status'] ?? 0;
      if (givesUp) asked.close(constants.NGHTTP2_CANCEL);
    });
    asked.on('data', (octets: Buffer) => pieces.push(octets));
    asked.on('error', (failure) => (error = failure.message));
    asked.on('close', ended);
    asked.setTimeout(DEADLINE_MS, () => {
      error = `nothing came for ${DEADLINE_MS} ms`;
      ended();
    });
  });
}

export const HTTP2_LOADS: Readonly<Record<string, readonly [count: number, load: Load]>> = {
  'HTTP/2': [3, streams],
};
