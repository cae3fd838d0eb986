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

describe('writes that are held', () => {
  it('go out at the end of the turn, in order, of all sockets', async () => {
    const writes = new TurnWrites();
    const [one, other] = [await pair(), await pair()];
    for (const { near } of [one, other, one]) {
      writes.hold(near);
      near.write('a');
      near.write('b');
    }
    expect([one.near.writableLength, other.near.writableLength]).toEqual([4, 2]);
    await endOfTurn();
    await expect.poll(() => [one.received, other.received]).toEqual(['abab', 'ab']);
    expect([one.near.writableCorked, other.near.writableCorked]).toEqual([0, 0]);
  });

  it('are held again in the next turn', async () => {
    const writes = new TurnWrites();
    const { near } = await pair();
    writes.hold(near);
    near.write('a');
    await endOfTurn();
    writes.hold(near);
    near.write('b');
    expect(near.writableCorked).toBe(1);
    await endOfTurn();
    expect(near.writableCorked).toBe(0);
  });

  it('go out before the end of the connection', async () => {
    const writes = new TurnWrites();
    const one = await pair();
    const ended = new Promise((resolve) => one.far.once('end', resolve));
    writes.hold(one.near);
    one.near.end('a');
    await ended;
    expect(one.received).toBe('a');
  });

  it('are told to have failed where the connection was ended before', async () => {
    const writes = new TurnWrites();
    const { near } = await pair();
    writes.hold(near);
    const failure = new Promise((resolve) => near.write('a', resolve));
    near.destroy();
    expect(await failure).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
    await endOfTurn();
  });
});
