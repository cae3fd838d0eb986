/**
 * The ceiling in JavaScript: one prepared answer for whatever is read, on the handles below Node's
 * sockets. It knows no HTTP, no files and no limits, so what it reaches no server on Node passes
 * that has to read a request. Takes the port, the file with the answer, and `close` where each
 * connection is to end behind it, else `keep`.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Handle, WriteWrap, hasRead, isWritten, readInto } from './ceiling-handles.ts';

interface ListeningHandle {
  setNoDelay(isSet: boolean): number;
  onconnection: (status: number, client: Handle) => void;
}

const [, , port = '', file = '', end = ''] = process.argv;
const answer = readFileSync(file);
const closes = end === 'close';

/** Used again as long as the system takes an answer at once: then Node keeps nothing of it. */
let request = new WriteWrap();

function onread(this: Handle): void {
  if (!hasRead()) {
    this.close();
    return;
  }
  // Of a large answer Node writes the rest when there is room, from where it is.
  const status = this.writeBuffer(request, answer);
  const isOut = isWritten();
  if (!isOut) {
    if (closes) request.oncomplete = () => this.close();
    request = new WriteWrap();
  }
  if (status !== 0 || (closes && isOut)) this.close();
}

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const { _handle: listening } = server as unknown as { _handle: ListeningHandle };
  listening.setNoDelay(true);
  listening.onconnection = (status, client) => {
    if (status === 0) readInto(client, onread);
  };
});
