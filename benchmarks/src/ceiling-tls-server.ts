/**
 * The ceiling in JavaScript over TLS, and over HTTP/2 where a client offers that: one prepared
 * answer for whatever is asked. On TLS it is as far below Node's streams as PWS is: all that a turn
 * of the event loop has to send is written at its end, so that a client is woken once for many answers.
 * Over HTTP/2 it is what Node's own gives, as there is nothing below it. Takes the port, the file
 * with the answer as HTTP/1.1 has it, `close` where each connection is to end behind it (else
 * `keep`), a certificate and its key.
 */
import { readFileSync } from 'node:fs';
import { performServerHandshake } from 'node:http2';
import { type TLSSocket, createServer } from 'node:tls';
import { headAndContent } from './ceiling-answer.ts';
import { type Handle, type WriteRequest, WriteWrap, hasRead, readInto } from './ceiling-handles.ts';

/** Node encrypts all of a write at once, so a large answer is written a piece at a time. */
const PIECE_BYTES = 128 * 1024;

const [, , port = '', file = '', end = '', certificate = '', key = ''] = process.argv;
const answer = readFileSync(file);
const closes = end === 'close';
const pieces = piecesOf(answer);

function piecesOf(octets: Buffer): Buffer[] {
  const count = Math.ceil(octets.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) =>
    octets.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
}

interface TlsHandle extends Handle {
  connection: Connection;
}

interface Sending extends WriteRequest {
  connection: Connection;
}

/** A connection of HTTP/1.1. */
class Connection {
  readonly #socket: TLSSocket;
  readonly #handle: TlsHandle;
  /** Answers that are to be sent, the one that is on its way among them. */
  #asked = 0;
  /** Which piece of it is next. */
  #next = 0;
  #isSending = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.#handle = (socket as unknown as { _handle: TlsHandle })._handle;
    this.#handle.connection = this;
    readInto(this.#handle, onread);
  }

  ask(): void {
    this.#asked += 1;
    if (due.push(this) === 1) setImmediate(sendDue);
  }

  /** Node's TLS ends the process at a second write. */
  send(): void {
    if (this.#asked === 0 || this.#isSending || this.#socket.destroyed) return;
    const piece = pieces[this.#next] as Buffer;
    this.#next = (this.#next + 1) % pieces.length;
    if (this.#next === 0) this.#asked -= 1;
    this.#isSending = true;
    const request = new WriteWrap() as Sending;
    request.oncomplete = oncomplete;
    request.connection = this;
    const status = this.#handle.writeBuffer(request, piece);
    if (status !== 0) this.destroy();
  }

  /** May be called in the call that writes, where that fails. */
  sent(status: number): void {
    this.#isSending = false;
    if (status < 0 || (closes && this.#asked === 0)) this.destroy();
    else this.send();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Who is sent something at the end of this turn. */
let due: Connection[] = [];

function sendDue(): void {
  const connections = due;
  due = [];
  for (const connection of connections) connection.send();
}

function onread(this: Handle): void {
  const { connection } = this as TlsHandle;
  if (hasRead()) connection.ask();
  else connection.destroy();
}

function oncomplete(this: WriteRequest, status: number): void {
  (this as Sending).connection.sent(status);
}

const { head, content } = headAndContent(answer);
/** As PWS has them. */
const SESSION_OPTIONS = { settings: { maxConcurrentStreams: 100, maxHeaderListSize: 16 * 1024 } };
const ignore = (): void => undefined;

function answerStreams(socket: TLSSocket): void {
  const session = performServerHandshake(socket, SESSION_OPTIONS);
  session.on('error', ignore);
  session.on('stream', (stream) => {
    stream.on('error', ignore);
    stream.respond(head);
    stream.end(content);
  });
}

const options = {
  cert: readFileSync(certificate),
  key: readFileSync(key),
  ALPNProtocols: ['h2', 'http/1.1'],
};
const server = createServer(options, (socket) => {
  // 'close' follows, and there is nothing to be told.
  socket.on('error', ignore);
  if (socket.alpnProtocol === 'h2') answerStreams(socket);
  else new Connection(socket);
});
server.listen(Number(port), '127.0.0.1');
