/**
 * What is measured. Each task is the same octets and the same work for everyone, and everyone's
 * result is compared with the others' before a clock runs.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import {
  NEED_DATA,
  PAUSED,
  type ResponseHeadInit,
  ServerConnection,
  parseRequestHead,
  parseResponseHead,
  serializeResponseHead,
} from '../src/index.ts';
import { type CallbackHead, CallbackReader, type Competitor } from './callback-parser.ts';
import type { Contender, Task } from './compare.ts';
import {
  BATCH,
  BATCH_SIZE,
  BROWSER_HEAD,
  LONG_HEAD,
  NOT_MODIFIED_FIELDS,
  RESPONSE_FIELDS,
  RESPONSE_HEAD,
  WRK_HEAD,
  chunkedRequest,
  piecesOf,
} from './messages.ts';

const COMPETITORS: readonly Competitor[] = ['llhttp', 'http-parser-js'];

type Figure = 'heads' | 'messages' | 'contentBytes' | 'textLength' | 'answeredBytes';

/** The others, reading these pieces; `figure` grows by the same with every run. */
function others(
  kind: 'REQUEST' | 'RESPONSE',
  pieces: readonly Buffer[],
  figure: Figure,
): Contender[] {
  return COMPETITORS.map((name) => contender(name, new CallbackReader(name, kind), pieces, figure));
}

/** The others, with the rest of `node:http` to answer each request. */
function answeringOthers(pieces: readonly Buffer[]): Contender[] {
  return COMPETITORS.map((name) => {
    const reader = new CallbackReader(name, 'REQUEST', answerWithNode);
    return contender(name, reader, pieces, 'answeredBytes');
  });
}

/** What reads octets, and counts what has come of them. */
type Reading<Counted extends string> = { read(octets: Buffer): void } & Record<Counted, number>;

function contender<Counted extends string>(
  name: string,
  reader: Reading<Counted>,
  pieces: readonly Buffer[],
  figure: Counted,
): Contender {
  const run = (): number => {
    const before = reader[figure];
    for (const piece of pieces) reader.read(piece);
    return reader[figure] - before;
  };
  return { name, run };
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

/** The least that a machine may answer, where the others only read. */
const LEAST: ResponseHeadInit = { status: 204, fields: [] };
const NOT_MODIFIED: ResponseHeadInit = { status: 304, fields: NOT_MODIFIED_FIELDS };

/** A server's machine that answers whatever is complete, and counts. */
class AnsweringServer {
  contentBytes = 0;
  answeredBytes = 0;
  readonly #connection = new ServerConnection();
  readonly #response: ResponseHeadInit;

  constructor(response: ResponseHeadInit) {
    this.#response = response;
  }

  read(octets: Buffer): void {
    const connection = this.#connection;
    connection.receive(octets);
    for (;;) {
      const event = connection.nextEvent();
      if (event === NEED_DATA) return;
      if (event === PAUSED) throw new Error('expected a connection that persists');
      if (event.type === 'content') this.contentBytes += event.octets.length;
      else if (event.type === 'end') {
        for (const piece of connection.send({ type: 'response', head: this.#response })) {
          this.answeredBytes += piece.length;
        }
        connection.send({ type: 'end' });
        connection.startNextCycle();
      }
    }
  }
}

const SOCKET = new Socket();
const NODE_NOT_MODIFIED_FIELDS: string[] = NOT_MODIFIED_FIELDS.flat();

/**
 * What our machine does besides reading, with what `node:http` has for it: a request, and the head
 * of the response to it. A machine cannot read on without an answer, and a parser alone cannot
 * answer, so to time the one against the other compares different work. This is less than
 * `node:http` itself does, which also ends the response and looks after the socket.
 */
function answerWithNode(head: CallbackHead): number {
  const request = new IncomingMessage(SOCKET);
  request.httpVersionMajor = head.majorVersion;
  request.httpVersionMinor = head.minorVersion;
  request.method = head.method;
  request.url = head.requestTarget;
  request.rawHeaders = head.fields;
  return writeWithNode(request, 304, NODE_NOT_MODIFIED_FIELDS);
}

/** The head as `node:http` writes it, with the same lines and none of its own. */
function writeWithNode(request: IncomingMessage, status: number, fields: string[]): number {
  const response = new ServerResponse(request);
  response.sendDate = false;
  response.writeHead(status, fields);
  const { _header: text } = response as unknown as { _header: string };
  return Buffer.from(text, 'latin1').length;
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
    contenders: [
      contender('ours', new AnsweringServer(LEAST), pieces, 'contentBytes'),
      ...others('REQUEST', pieces, 'contentBytes'),
    ],
  };
}

function readResponse(): NonNullable<ReturnType<typeof parseResponseHead>>['head'] {
  const parsed = parseResponseHead(RESPONSE_HEAD);
  if (parsed?.lengthBytes !== RESPONSE_HEAD.length) throw new Error('expected one whole head');
  return parsed.head;
}

const REQUEST = new IncomingMessage(SOCKET);
REQUEST.httpVersionMajor = 1;
REQUEST.httpVersionMinor = 1;
REQUEST.method = 'GET';
const NODE_FIELDS: string[] = RESPONSE_FIELDS.flat();

function answeringTask(name: string, pieces: readonly Buffer[], amount: number): Task {
  return {
    name,
    unit: 'head',
    amount,
    contenders: [
      contender('ours', new AnsweringServer(NOT_MODIFIED), pieces, 'answeredBytes'),
      ...answeringOthers(pieces),
    ],
  };
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
  answeringTask(`${BATCH_SIZE} pipelined requests, each answered¹`, [BATCH], BATCH_SIZE),
  answeringTask("a browser's request head octet by octet, answered¹", piecesOf(BROWSER_HEAD, 1), 1),
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
      { name: 'node:http', run: () => writeWithNode(REQUEST, 200, NODE_FIELDS) },
    ],
  },
];
