/**
 * What is measured. Each task is the same octets and the same work for everyone, and everyone's
 * result is compared with the others' before a clock runs.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import {
  NEED_DATA,
  PAUSED,
  ServerConnection,
  parseRequestHead,
  parseResponseHead,
  serializeResponseHead,
} from '../src/index.ts';
import { CallbackReader, type Competitor } from './callback-parser.ts';
import type { Contender, Task } from './compare.ts';
import {
  BATCH,
  BATCH_SIZE,
  BROWSER_HEAD,
  LONG_HEAD,
  RESPONSE_FIELDS,
  RESPONSE_HEAD,
  WRK_HEAD,
  chunkedRequest,
  piecesOf,
} from './messages.ts';

const COMPETITORS: readonly Competitor[] = ['llhttp', 'http-parser-js'];

type Figure = 'heads' | 'messages' | 'contentBytes' | 'textLength';

/** The others, reading these pieces; `figure` grows by the same with every run. */
function others(
  kind: 'REQUEST' | 'RESPONSE',
  pieces: readonly Buffer[],
  figure: Figure,
): Contender[] {
  return COMPETITORS.map((name) => {
    const reader = new CallbackReader(name, kind);
    const run = (): number => {
      const before = reader[figure];
      for (const piece of pieces) reader.read(piece);
      return reader[figure] - before;
    };
    return { name, run };
  });
}

type Head = NonNullable<ReturnType<typeof parseRequestHead>>['head'];

/** All of a head as strings. */
function textLength(start: string, { fields }: Pick<Head, 'fields'>): number {
  let length = start.length;
  for (const [name, value] of fields) length += name.length + value.length;
  return length;
}

function requestHead(octets: Buffer): Head {
  const parsed = parseRequestHead(octets);
  if (parsed?.lengthBytes !== octets.length) throw new Error('expected one whole head');
  return parsed.head;
}

/** Reads a head: until it is complete, and until all of it is strings. */
function headTasks(name: string, octets: Buffer): Task[] {
  const complete = (): number => (requestHead(octets) === undefined ? 0 : 1);
  const strings = (): number => {
    const head = requestHead(octets);
    return textLength(head.method + head.requestTarget, head);
  };
  return [
    {
      name: `${name}: complete`,
      unit: 'head',
      amount: 1,
      contenders: [{ name: 'ours', run: complete }, ...others('REQUEST', [octets], 'heads')],
    },
    {
      name: `${name}: all of it as strings`,
      unit: 'head',
      amount: 1,
      contenders: [{ name: 'ours', run: strings }, ...others('REQUEST', [octets], 'textLength')],
    },
  ];
}

/** A server's machine that answers whatever is complete, and counts. */
class AnsweringServer {
  heads = 0;
  contentBytes = 0;
  readonly #connection = new ServerConnection();

  read(octets: Buffer): void {
    const connection = this.#connection;
    connection.receive(octets);
    for (;;) {
      const event = connection.nextEvent();
      if (event === NEED_DATA) return;
      if (event === PAUSED) throw new Error('expected a connection that persists');
      if (event.type === 'request') this.heads++;
      else if (event.type === 'content') this.contentBytes += event.octets.length;
      else if (event.type === 'end') {
        connection.send({ type: 'response', head: { status: 204, fields: [] } });
        connection.send({ type: 'end' });
        connection.startNextCycle();
      }
    }
  }
}

/** Our machine, reading these pieces; it answers each request, which the others do not. */
function machine(pieces: readonly Buffer[], figure: 'heads' | 'contentBytes'): Contender {
  const server = new AnsweringServer();
  const run = (): number => {
    const before = server[figure];
    for (const piece of pieces) server.read(piece);
    return server[figure] - before;
  };
  return { name: 'ours', run };
}

function readBatch(): number {
  let heads = 0;
  for (let at = 0; at < BATCH.length; heads++) {
    const parsed = parseRequestHead(at === 0 ? BATCH : BATCH.subarray(at));
    if (parsed === undefined) throw new Error('expected whole heads');
    at += parsed.lengthBytes;
  }
  return heads;
}

function chunkedTask(name: string, chunkBytes: number, contentBytes: number): Task {
  const pieces = chunkedRequest(chunkBytes, contentBytes);
  return {
    name,
    unit: 'MB',
    amount: contentBytes / 1e6,
    contenders: [machine(pieces, 'contentBytes'), ...others('REQUEST', pieces, 'contentBytes')],
  };
}

function readResponse(): NonNullable<ReturnType<typeof parseResponseHead>>['head'] {
  const parsed = parseResponseHead(RESPONSE_HEAD);
  if (parsed?.lengthBytes !== RESPONSE_HEAD.length) throw new Error('expected one whole head');
  return parsed.head;
}

const REQUEST = new IncomingMessage(new Socket());
REQUEST.httpVersionMajor = 1;
REQUEST.httpVersionMinor = 1;
REQUEST.method = 'GET';
const NODE_FIELDS: string[] = RESPONSE_FIELDS.flat();

/** The head as `node:http` writes it, with the same lines and none of its own. */
function writeWithNode(): number {
  const response = new ServerResponse(REQUEST);
  response.sendDate = false;
  response.writeHead(200, NODE_FIELDS);
  const { _header: text } = response as unknown as { _header: string };
  return Buffer.from(text, 'latin1').length;
}

/** In the order of the table. */
export const TASKS: readonly Task[] = [
  ...headTasks("wrk's request head, 1 field", WRK_HEAD),
  ...headTasks("a browser's request head, 14 fields", BROWSER_HEAD),
  ...headTasks('a request head with 60 fields', LONG_HEAD),
  {
    name: `${BATCH_SIZE} pipelined requests`,
    unit: 'head',
    amount: BATCH_SIZE,
    contenders: [{ name: 'ours', run: readBatch }, ...others('REQUEST', [BATCH], 'heads')],
  },
  {
    name: `${BATCH_SIZE} pipelined requests, by a machine that answers each¹`,
    unit: 'head',
    amount: BATCH_SIZE,
    contenders: [machine([BATCH], 'heads'), ...others('REQUEST', [BATCH], 'heads')],
  },
  {
    name: "a browser's request head octet by octet, by a machine that answers it¹",
    unit: 'head',
    amount: 1,
    contenders: [
      machine(piecesOf(BROWSER_HEAD, 1), 'heads'),
      ...others('REQUEST', piecesOf(BROWSER_HEAD, 1), 'heads'),
    ],
  },
  {
    name: 'a response head, 8 fields: complete',
    unit: 'head',
    amount: 1,
    contenders: [
      { name: 'ours', run: () => (readResponse() === undefined ? 0 : 1) },
      ...others('RESPONSE', [RESPONSE_HEAD], 'heads'),
    ],
  },
  {
    name: 'a response head, 8 fields: all of it as strings',
    unit: 'head',
    amount: 1,
    contenders: [
      {
        name: 'ours',
        run: () => {
          const head = readResponse();
          return textLength(head.reason, head);
        },
      },
      ...others('RESPONSE', [RESPONSE_HEAD], 'textLength'),
    ],
  },
  chunkedTask('chunked content, chunks of 64 KiB', 65_536, 4_194_304),
  chunkedTask('chunked content, chunks of 16 octets', 16, 262_144),
  {
    name: 'a response head written, 8 fields',
    unit: 'head',
    amount: 1,
    contenders: [
      {
        name: 'ours',
        run: () => serializeResponseHead({ status: 200, fields: RESPONSE_FIELDS }).length,
      },
      { name: 'node:http', run: writeWithNode },
    ],
  },
];
