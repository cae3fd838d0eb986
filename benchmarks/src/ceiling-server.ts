/**
 * The ceiling in JavaScript: one prepared answer for whatever is read, on the handles below Node's
 * sockets. It knows no HTTP, no files and no limits, so what it reaches no server on Node passes
 * that has to read a request. Takes the port, the file with the answer, and `close` where each
 * connection is to end behind it.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

interface Handle {
  onread: (this: Handle) => void;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  writeBuffer(request: object, octets: Uint8Array): number;
  close(): void;
}

interface ListeningHandle {
  setNoDelay(isSet: boolean): number;
  onconnection: (status: number, client: Handle) => void;
}

interface StreamWrap {
  readonly WriteWrap: new () => object;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

const [, , port = '', file = '', end = ''] = process.argv;
const answer = readFileSync(file);
const closes = end === 'close';

const { WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = (
  process as unknown as { binding(name: 'stream_wrap'): StreamWrap }
).binding('stream_wrap');
/** What is read is never looked at, so all connections share it. */
const buffer = Buffer.allocUnsafeSlow(65_536);
/** Used again as long as the system takes an answer at once: then Node keeps nothing of it. */
let request = new WriteWrap();

function onread(this: Handle): void {
  if ((streamBaseState[kReadBytesOrError] as number) <= 0) {
    this.close();
    return;
  }
  const status = this.writeBuffer(request, answer);
  if (streamBaseState[kLastWriteWasAsync] !== 0) request = new WriteWrap();
  if (status !== 0 || closes) this.close();
}

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const { _handle: listening } = server as unknown as { _handle: ListeningHandle };
  listening.setNoDelay(true);
  listening.onconnection = (status, client) => {
    if (status !== 0) return;
    client.onread = onread;
    client.useUserBuffer(buffer);
    client.readStart();
  };
});
