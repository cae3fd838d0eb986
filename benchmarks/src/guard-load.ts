/**
 * The guard's load generator, for machines that have Node alone: connections that ask again as
 * soon as an answer is there. All answers are as long as the first one, so octets are counted and
 * nothing is parsed. Takes port, path, connections and milliseconds; prints answers per second.
 */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

const [port = 0, connections = 0, millis = 0] = [2, 4, 5].map((at) => Number(process.argv[at]));
const REQUEST = Buffer.from(
  `GET ${process.argv[3]} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\nAccept-Language: en\r\nUser-Agent: guard\r\n\r\n`,
);

let answers = 0;
let over = false;

function fail(reason: string): void {
  if (over) return;
  console.error(reason);
  process.exit(1);
}

function ask(socket: Socket, answerBytes: number): void {
  let left = answerBytes;
  socket.on('data', ({ length }) => {
    left -= length;
    if (left > 0) return;
    if (left < 0) fail('an answer was longer than the first one');
    answers++;
    left = answerBytes;
    socket.write(REQUEST);
  });
  socket.write(REQUEST);
}

/** Head and content of one answer. */
async function lengthOfAnswer(): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(REQUEST);
  let text = '';
  while (!text.includes('\r\n\r\n')) {
    const [piece] = (await once(socket, 'data')) as [Buffer];
    text += piece.toString('latin1');
  }
  socket.destroy();
  const contentBytes = /^content-length: (\d+)/im.exec(text)?.[1];
  if (!text.startsWith('HTTP/1.1 200 ') || contentBytes === undefined) {
    throw new Error(`expected 200 with Content-Length, got ${text.split('\r\n')[0]}`);
  }
  return text.indexOf('\r\n\r\n') + 4 + Number(contentBytes);
}

const answerBytes = await lengthOfAnswer();
const began = performance.now();
for (let index = 0; index < connections; index++) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('a connection was closed'));
  ask(socket, answerBytes);
}
setTimeout(() => {
  over = true;
  console.log((answers / (performance.now() - began)) * 1000);
  process.exit(0);
}, millis);
