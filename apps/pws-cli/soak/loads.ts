/**
 * What clients do over HTTP/1.1, once each time: those that ask as they should, each of whose
 * answers is compared, and those that do not.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Client } from './client.ts';
import { requestText } from './client.ts';
import { type ClientConnection, ConnectionOver, type ResponseHead } from './client-connection.ts';
import { isOneVersion } from './soaked-site.ts';

/** Does once what a kind of client does. */
export type Load = (client: Client) => Promise<void>;

const MOST_PIPELINED = 20;
/** More than `--send-timeout` of the soak, in milliseconds. */
const STUCK_MS = 5000;

async function whole(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const { target, octets } = random.pick([...site.files, ...site.texts]);
  const method = random.pick(['GET', 'GET', 'GET', 'HEAD']);
  const answer = await client.ask({ target: `${target}?${random.below(1000)}`, method });
  ledger.expectStatus(`${method} ${target}`, answer.status, 200);
  if (answer.fields['content-length'] !== String(octets.length)) ledger.fail(`${target}: length`);
  if (method === 'GET') ledger.expectOctets(target, answer.content, octets);
}

async function changing(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const target = random.pick(site.changing);
  const answer = await client.ask({ target });
  ledger.expectStatus(target, answer.status, 200);
  ledger.comparedBytes += answer.content.length;
  if (!isOneVersion(answer.content)) ledger.fail(`${target}: octets of two versions, or not all`);
}

async function coded(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const file = random.below(2) === 0 ? undefined : random.pick(site.texts);
  const target = file?.target ?? random.pick(site.changing);
  const coding = random.pick(['br', 'gzip']);
  const answer = await client.ask({ target, fields: { 'Accept-Encoding': coding } });
  ledger.expectStatus(`${target} in ${coding}`, answer.status, 200);
  const used = answer.fields['content-encoding'];
  const octets = decode(answer.content, used);
  if (file !== undefined) ledger.expectOctets(`${target} in ${used}`, octets, file.octets);
  else if (!isOneVersion(octets)) ledger.fail(`${target} in ${used}: not one version`);
}

function decode(content: Buffer, coding: string | undefined): Buffer {
  if (coding === 'br') return brotliDecompressSync(content);
  return coding === 'gzip' ? gunzipSync(content) : content;
}

async function conditional(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const { target, octets } = random.pick(site.files);
  const first = await client.ask({ target, method: 'HEAD' });
  ledger.expectStatus(`HEAD ${target}`, first.status, 200);
  const tag = first.fields['etag'] ?? '';
  const date = first.fields['last-modified'] ?? '';
  const [name, value, expected] = random.pick([
    ['If-None-Match', tag, 304],
    ['If-None-Match', `"other", ${tag}`, 304],
    ['If-None-Match', '"other"', 200],
    ['If-Modified-Since', date, 304],
    ['If-Match', '"other"', 412],
    ['If-Match', tag, 200],
  ] as const);
  const answer = await client.ask({ target, fields: { [name]: value } });
  ledger.expectStatus(`${target} with ${name}: ${value}`, answer.status, expected);
  if (expected === 200) ledger.expectOctets(target, answer.content, octets);
}

async function range(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const { target, octets } = random.pick([...site.files, site.large].filter(hasOctets));
  const first = random.below(octets.length);
  const last = Math.min(first + random.below(200_000), octets.length - 1);
  const [value, expected, status] = random.pick([
    [`${first}-${last}`, octets.subarray(first, last + 1), 206],
    [`${first}-`, octets.subarray(first), 206],
    [`-${last - first + 1}`, octets.subarray(first - last - 1), 206],
    [`${octets.length}-`, undefined, 416],
    ['0-0,-1', undefined, 206],
  ] as const);
  const answer = await client.ask({ target, fields: { Range: `bytes=${value}` } });
  ledger.expectStatus(`${target} bytes=${value}`, answer.status, status);
  if (expected !== undefined) ledger.expectOctets(target, answer.content, expected);
}

function hasOctets({ octets }: { octets: Buffer }): boolean {
  return octets.length > 1;
}

/** What is answered otherwise, and leaves the connection as it is or has it closed. */
const OTHERWISE = [
  [404, 'GET', '/nothing/there'],
  [404, 'GET', '/.hidden'],
  [301, 'GET', '/files'],
  [200, 'GET', '/files/'],
  [204, 'OPTIONS', '/large.bin'],
  [405, 'DELETE', '/large.bin'],
  [501, 'BREW', '/large.bin'],
  [400, 'GET', '/a/../large.bin'],
  [400, 'GET', '/%00'],
  [400, 'GET', 'no-path'],
] as const;

async function otherwise(client: Client): Promise<void> {
  const [expected, method, target] = client.random.pick(OTHERWISE);
  const answer = await client.ask({ target, method });
  client.ledger.expectStatus(`${method} ${target}`, answer.status, expected);
}

async function pipelined(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  let missing = Array.from({ length: random.between(2, MOST_PIPELINED) }, () =>
    random.pick(random.below(4) === 0 ? site.files : site.files.slice(0, 6)),
  );
  while (missing.length > 0) {
    // oxlint-disable-next-line no-await-in-loop
    const connection = await client.open();
    const text = missing.map(({ target }) => requestText({ target })).join('');
    const cut = random.below(text.length);
    // Who has sent no whole head is closed by a server that is being replaced.
    const mayBeClosed = cut < text.indexOf('\r\n\r\n') + 4;
    void connection.send(text.slice(0, cut));
    // oxlint-disable-next-line no-await-in-loop
    await client.pause(5);
    void connection.send(text.slice(cut));
    while (missing.length > 0 && !connection.isLast) {
      const { target, octets } = missing[0] as (typeof missing)[0];
      // oxlint-disable-next-line no-await-in-loop
      const head = await headUnlessClosed(connection, mayBeClosed);
      if (head === undefined) break;
      // oxlint-disable-next-line no-await-in-loop
      const content = await connection.content(head);
      ledger.expectStatus(`${target}, pipelined`, head.status, 200);
      ledger.expectOctets(`${target}, pipelined`, content, octets);
      missing = missing.slice(1);
    }
    ledger.askedAgain += missing.length;
    connection.leave();
  }
}

/** The next head; none where a connection was closed that had its answers to all that had come. */
async function headUnlessClosed(
  connection: ClientConnection,
  mayBeClosed: boolean,
): Promise<ResponseHead | undefined> {
  const { answers, receivedBytes } = connection;
  try {
    return await connection.head();
  } catch (error) {
    const isAllowed = (answers > 0 || mayBeClosed) && connection.receivedBytes === receivedBytes;
    if (error instanceof ConnectionOver && isAllowed) return undefined;
    if (error instanceof Error) error.message += `, after ${answers} answers`;
    throw error;
  }
}

/** Goes in the middle of an answer, by RST or by closing. */
async function aborted(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const connection = await client.open();
  const { target, octets } = random.pick([site.large, ...site.files.slice(-3)]);
  void connection.send(requestText({ target }));
  const { status } = await connection.head();
  ledger.expectStatus(`${target}, left`, status, 200);
  const count = random.below(random.pick([1, 100_000, octets.length]));
  ledger.expectOctets(`${target}, left`, await connection.take(count), octets.subarray(0, count));
  if (random.below(2) === 0) connection.reset();
  else connection.leave();
}

/** Takes a large file with pauses, to its end. */
async function slowly(client: Client): Promise<void> {
  const { site, ledger, random } = client;
  const connection = await client.open();
  void connection.send(requestText(site.large));
  const { status } = await connection.head();
  ledger.expectStatus('slowly', status, 200);
  for (let at = 0; at < site.large.octets.length;) {
    const end = Math.min(at + random.between(1, 4_000_000), site.large.octets.length);
    // oxlint-disable-next-line no-await-in-loop
    const piece = await connection.take(end - at);
    ledger.expectOctets('slowly', piece, site.large.octets.subarray(at, end));
    at = end;
    // oxlint-disable-next-line no-await-in-loop
    await client.pause(200);
  }
  connection.leave();
}

/** Takes nothing of what it asks for, until the server has had enough of it. */
async function stuck(client: Client): Promise<void> {
  const { site, ledger } = client;
  const connection = await client.open();
  void connection.send(requestText(site.large));
  const { status } = await connection.head();
  ledger.expectStatus('stuck', status, 200);
  await client.pauseFor(STUCK_MS);
  await connection.untilRead();
  if (connection.receivedBytes >= site.large.octets.length) ledger.fail('stuck: was sent all');
}

/** Sends half a head, and waits, or ends its side; or sends nothing, and is gone. */
async function halfHead(client: Client): Promise<void> {
  const { ledger, random } = client;
  const connection = await client.open();
  const way = random.pick(['waits', 'ends', 'is gone'] as const);
  if (way === 'is gone') {
    connection.reset();
    return;
  }
  const text = requestText({ target: '/large.bin', fields: { 'User-Agent': 'half' } });
  void connection.send(text.slice(0, random.between(1, text.length - 1)));
  if (way === 'ends') connection.end();
  try {
    const { status } = await connection.head();
    ledger.expectStatus(`half a head, and ${way}`, status, way === 'ends' ? 400 : 408);
  } catch (error) {
    // The server is being replaced; it may have begun to answer.
    if (!(error instanceof ConnectionOver)) throw error;
    ledger.noteDoubtful(way === 'ends' ? 400 : 408);
  }
  await connection.untilRead();
  connection.leave();
}

/** How many clients of each kind there are at the same time, and what they do. */
export const LOADS: Readonly<Record<string, readonly [count: number, load: Load]>> = {
  whole: [4, whole],
  changing: [2, changing],
  coded: [2, coded],
  conditional: [1, conditional],
  range: [2, range],
  otherwise: [1, otherwise],
  pipelined: [1, pipelined],
  aborted: [2, aborted],
  slowly: [2, slowly],
  stuck: [2, stuck],
  'half heads': [3, halfHead],
};
