import { NEED_DATA, PAUSED, type ServerConnection } from '@pws/http-wire';

/** Reads what has come, and answers each request with its own path. */
export function answerAll(connection: ServerConnection, write: (octets: Uint8Array) => void): void {
  let path = '';
  for (;;) {
    const event = connection.nextEvent();
    if (event === NEED_DATA) return; // receive() more, then come again
    if (event === PAUSED || event.type === 'closed') return; // close the connection
    if (event.type === 'request') path = event.head.target.path;
    if (event.type !== 'end') continue; // this server wants no content
    const octets = new TextEncoder().encode(path);
    connection.send({ type: 'response', head: { status: 200, fields: [] } }).forEach(write);
    connection.send({ type: 'content', octets }).forEach(write);
    connection.send({ type: 'end' }).forEach(write);
    if (connection.persists) connection.startNextCycle();
  }
}
