import { type Server, type Socket, type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TurnWrites } from './turn-writes.ts';

/** Two ends of a connection; what comes out at the other one is collected. */
class Pair {
  readonly near: Socket;
  readonly far: Socket;
  received = '';
  constructor(near: Socket, far: Socket) {
    this.near = near;
    this.far = far;
    far.on('data', (octets: Buffer) => (this.received += octets.toString()));
    for (const end of [near, far]) end.on('error', () => undefined);
  }
}

let server: Server;
const pairs: Pair[] = [];

async function pair(): Promise<Pair> {
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const far = connect(port, '127.0.0.1');
  const made = new Pair(await accepted, far);
  pairs.push(made);
  return made;
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const { near, far } of pairs.splice(0)) {
    near.destroy();
    far.destroy();
  }
  await new Promise((resolve) => server.close(resolve));
});

const octets = (text: string): Buffer[] => text.split('|').map((piece) => Buffer.from(piece));
const ignore = (): void => undefined;

describe('writes of a turn', () => {
  it('go out at its end, in order, of all sockets', async () => {
    const writes = new TurnWrites();
    const [one, other] = [await pair(), await pair()];
    const written: string[] = [];
    writes.add({ socket: one.near, pieces: octets('a|b'), written: () => written.push('ab') });
    writes.add({ socket: other.near, pieces: octets('c'), written: () => written.push('c') });
    writes.add({ socket: one.near, pieces: octets('d'), written: () => written.push('d') });
    expect([one.near.bytesWritten, other.near.bytesWritten]).toEqual([0, 0]);
    await endOfTurn();
    await expect.poll(() => [one.received, other.received]).toEqual(['abd', 'c']);
    expect(written.toSorted()).toEqual(['ab', 'c', 'd']);
    expect([one.near.writableCorked, other.near.writableCorked]).toEqual([0, 0]);
  });

  it('are kept again in the next turn', async () => {
    const writes = new TurnWrites();
    const { near } = await pair();
    writes.add({ socket: near, pieces: octets('a'), written: ignore });
    await endOfTurn();
    expect(near.bytesWritten).toBe(1);
    writes.add({ socket: near, pieces: octets('b'), written: ignore });
    expect(near.bytesWritten).toBe(1);
    await endOfTurn();
    expect(near.bytesWritten).toBe(2);
  });

  it('are told to have failed where the connection was ended before', async () => {
    const writes = new TurnWrites();
    const { near } = await pair();
    const failure = new Promise((resolve) =>
      writes.add({ socket: near, pieces: octets('a|b'), written: resolve }),
    );
    near.destroy();
    expect(await failure).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
  });

  it('of one socket do not keep those of others', async () => {
    const writes = new TurnWrites();
    const [one, other] = [await pair(), await pair()];
    one.near.destroy();
    const failure = new Promise((resolve) =>
      writes.add({ socket: one.near, pieces: octets('a'), written: resolve }),
    );
    const success = new Promise((resolve) =>
      writes.add({ socket: other.near, pieces: octets('b'), written: resolve }),
    );
    expect(await failure).toBeInstanceOf(Error);
    expect(await success).toBeFalsy();
    await expect.poll(() => other.received).toBe('b');
  });
});
