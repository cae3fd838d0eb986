import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type AcceptedSocket, acceptBelow } from './accepted-socket.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    // The clients before their server.
    // oxlint-disable-next-line no-await-in-loop
    await close();
  }
});

/** A server that accepts below, and what it accepts, in order. */
async function listen(accept: (socket: AcceptedSocket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  expect(acceptBelow(server, accept)).toBe(true);
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

function client(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  closing.push(() => Promise.resolve(socket.destroy()));
  return socket;
}

describe('an accepted socket', () => {
  it('gives what it reads, and then its end', async () => {
    let received = '';
    const ended = new Promise<string>((resolve) => {
      void listen((socket) => {
        socket.onOctets = (octets) => {
          received += Buffer.from(octets).toString();
        };
        socket.on('end', () => resolve(received));
        socket.on('close', () => undefined);
        closing.push(() => Promise.resolve(socket.destroy()));
      }).then((port) => client(port).end('octets'));
    });
    expect(await ended).toBe('octets');
  });

  it('can be answered behind its end', async () => {
    const port = await listen((socket) => {
      socket.on('end', () => socket.end('an answer'));
    });
    const one = client(port);
    let received = '';
    one.on('data', (octets: Buffer) => (received += octets.toString()));
    const ended = new Promise((resolve) => one.once('end', resolve));
    one.end('a question');
    await ended;
    expect(received).toBe('an answer');
  });

  it('reads nothing while it is paused, and all of it afterwards', async () => {
    const sockets: AcceptedSocket[] = [];
    let received = 0;
    const port = await listen((socket) => {
      sockets.push(socket);
      closing.push(() => Promise.resolve(socket.destroy()));
      socket.onOctets = (octets) => {
        received += octets.length;
        socket.pause();
      };
    });
    const one = client(port);
    const sent = 4 * 1024 * 1024;
    one.write(Buffer.alloc(sent));
    await expect.poll(() => received).toBeGreaterThan(0);
    const first = received;
    // Whole turns in which it could have read on.
    for (let turn = 0; turn < 100; turn += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBe(first);
    const resume = (): number => {
      sockets[0]?.resume();
      return received;
    };
    await expect.poll(resume, { interval: 1, timeout: 10_000 }).toBe(sent);
  });

  it('shares its buffer with all others', async () => {
    const buffers = new Set<ArrayBufferLike>();
    let count = 0;
    const port = await listen((socket) => {
      closing.push(() => Promise.resolve(socket.destroy()));
      socket.onOctets = (octets) => {
        buffers.add(octets.buffer);
        count += 1;
      };
    });
    for (let clients = 0; clients < 3; clients += 1) client(port).write('octets');
    await expect.poll(() => count).toBe(3);
    expect(buffers.size).toBe(1);
  });

  it('knows who is at its other end', async () => {
    const accepted = new Promise<AcceptedSocket>((resolve) => {
      void listen(resolve).then((port) => client(port));
    });
    const socket = await accepted;
    closing.push(() => Promise.resolve(socket.destroy()));
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });
});

describe('acceptBelow()', () => {
  it('leaves a server alone that is not what it is in Node', () => {
    expect(acceptBelow(createServer(), () => undefined)).toBe(false);
  });

  it('leaves it to the server to tell that nobody could be accepted', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    acceptBelow(server, () => expect.unreachable());
    const failure = new Promise((resolve) => server.once('error', resolve));
    const { _handle: handle } = server as unknown as {
      _handle: { onconnection(status: number, client: unknown): void };
    };
    const EMFILE = -24;
    handle.onconnection(EMFILE, undefined);
    expect(await failure).toMatchObject({ code: 'EMFILE', syscall: 'accept' });
  });
});
