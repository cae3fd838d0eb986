import { ClientConnection, NEED_DATA, PAUSED } from '@pws/http-wire';

const connection = new ClientConnection();
const fields = [['Host', 'example.com']] as const;

/** The octets of a request without content. */
export const request: Uint8Array[] = [
  ...connection.send({ type: 'request', head: { method: 'GET', requestTarget: '/', fields } }),
  ...connection.send({ type: 'end' }),
];

/** Takes octets of the response, and tells what came. */
export function* readResponse(octets: Uint8Array): Generator<string> {
  connection.receive(octets);
  for (;;) {
    const event = connection.nextEvent();
    if (event === NEED_DATA || event === PAUSED) return;
    if (event.type === 'response') yield `${event.head.status}`;
    if (event.type === 'content') yield new TextDecoder().decode(event.octets);
  }
}
