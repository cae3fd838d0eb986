import { type Server, type Socket, createServer } from 'node:net';
import { NEED_DATA, ProtocolError, ServerConnection } from '@pws/http-wire';

async function answer(socket: Socket): Promise<void> {
  const connection = new ServerConnection();
  const head = { status: 503, fields: new Map([['Connection', 'close']]) };
  try {
    for await (const octets of socket.iterator({ destroyOnReturn: false })) {
      connection.receive(octets as Uint8Array);
      if (connection.nextEvent() !== NEED_DATA) break; // a whole head has come
    }
  } catch (error) {
    if (error instanceof ProtocolError) head.status = error.status;
  }
  const response = connection.send({ type: 'response', head });
  socket.end(Buffer.concat([...response, ...connection.send({ type: 'end' })]));
}

export const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
  void answer(socket.on('error', () => socket.destroy()));
});
