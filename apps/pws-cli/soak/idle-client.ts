/**
 * The clients of `idle-connections.ts`, in a process of their own, so that what they take is not
 * the server's. Told by its parent `{ port, count, request }` it opens so many connections, asks
 * once on each where there is a request, and says `opened`; `over` with their number when any is
 * closed by the server.
 */
import { type Socket, connect } from 'node:net';

/** What the parent says. */
export interface IdleOrder {
  readonly port: number;
  readonly count: number;
  /** What each asks once; empty for nothing. */
  readonly request: string;
}

/** How many are opened at a time: the server's queue has room for them. */
const AT_ONCE = 200;
/** Connections from one address: ports are 16 bits, and a system gives out fewer. */
const PER_ADDRESS = 20_000;

async function open({ port, request }: IdleOrder, at: number): Promise<Socket> {
  const localAddress = `127.0.0.${2 + Math.floor(at / PER_ADDRESS)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', resolve);
  });
  if (request !== '') {
    socket.write(request);
    await new Promise((resolve) => socket.once('data', resolve));
  }
  return socket;
}

async function openAll(order: IdleOrder): Promise<void> {
  let over = 0;
  for (let at = 0; at < order.count; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, order.count - at) }, (_, index) =>
      open(order, at + index),
    );
    // oxlint-disable-next-line no-await-in-loop
    for (const socket of await Promise.all(some)) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        over += 1;
        process.send?.({ over });
      });
    }
  }
  process.send?.('opened');
}

// What fails ends this process, which the parent sees.
process.once('message', (order: IdleOrder) => void openAll(order));
