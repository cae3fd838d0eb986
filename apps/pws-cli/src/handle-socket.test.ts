import { mkdtempSync, rmSync } from 'node:fs';
import { type ListenOptions, type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type TLSSocket,
  connect as connectSecurely,
  createServer as createSecureServer,
} from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { testCertificate } from '../test/tls-client.ts';
import { acceptBelow } from './below-net.ts';
import type { Receiver } from './carrier.ts';
import { HandleSocket, takeHandle } from './handle-socket.ts';
import { rememberTransport } from './socket-reset.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import { TurnWrites } from './turn-writes.ts';

const closing: (() => Promise<unknown>)[] = [];
let folder = '';
let certificate: TlsCertificate;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pws-handle-'));
  certificate = await testCertificate();
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    // The clients before their server.
    // oxlint-disable-next-line no-await-in-loop
    await close();
  }
});

/** Keeps what it is told. */
class Record implements Receiver {
  readonly moments: string[] = [];
  text = '';
  bytes = 0;
  whenReceived: () => void = () => undefined;

  receive(octets: Uint8Array): void {
    this.bytes += octets.length;
    if (this.bytes < 100) this.text += Buffer.from(octets).toString();
    this.whenReceived();
  }

  receiveEnd(): void {
    this.moments.push('end');
  }

  closed(): void {
    this.moments.push('closed');
  }
}

/** Both ends of a connection. */
interface Pair {
  readonly near: HandleSocket;
  readonly record: Record;
  readonly far: Socket;
  /** What has come out there. */
  readonly received: () => string;
}

type Kind = 'TCP' | 'Unix' | 'TLS';
const KINDS: readonly Kind[] = ['TCP', 'Unix', 'TLS'];

async function listen(server: Server, kind: Kind): Promise<{ port: number } | { path: string }> {
  const path = join(folder, `${closing.length}.sock`);
  const place: ListenOptions = kind === 'Unix' ? { path } : { port: 0, host: '127.0.0.1' };
  await new Promise<void>((resolve) => server.listen(place, resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address !== null ? { port: address.port } : { path };
}

async function pair(kind: Kind): Promise<Pair> {
  const record = new Record();
  let accepted: (socket: HandleSocket) => void = () => undefined;
  const near = new Promise<HandleSocket>((resolve) => (accepted = resolve));
  const accept = (socket: HandleSocket): void => {
    socket.receiver = record;
    closing.push(() => Promise.resolve(socket.destroy()));
    accepted(socket);
  };
  const server =
    kind === 'TLS' ? createSecureServer(certificate) : createServer({ allowHalfOpen: true });
  const place = await listen(server, kind);
  if (kind === 'TLS') {
    server.on('connection', (transport: Socket) => {
      server.once('secureConnection', (socket: TLSSocket) => rememberTransport(socket, transport));
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      socket.allowHalfOpen = true;
      const taken = takeHandle(socket);
      if (taken !== undefined) accept(taken);
    });
  } else {
    acceptBelow(server, (handle) => accept(new HandleSocket(handle)));
  }
  const options = { ...place, allowHalfOpen: true };
  const far =
    kind === 'TLS'
      ? connectSecurely({ ...options, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(options);
  let received = '';
  far.on('data', (octets: Buffer) => (received += octets.toString('latin1')));
  far.on('error', () => undefined);
  closing.push(() => Promise.resolve(far.destroy()));
  return { near: await near, record, far, received: () => received };
}

const outcome = (near: HandleSocket, octets: Uint8Array): Promise<string> =>
  new Promise((resolve) => near.write(octets, (error) => resolve(error?.message ?? 'written')));

const A = Buffer.from('a');
/** More than the system takes of who does not read. */
const MUCH = Buffer.alloc(32 * 1024 * 1024, 'm');

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(KINDS)('a socket on a handle: %s', (kind) => {
  it('tells what comes, its end, and that it is gone, in order', async () => {
    const { near, record, far } = await pair(kind);
    far.end('octets');
    await expect.poll(() => record.moments).toEqual(['end']);
    expect([record.text, near.readableEnded]).toEqual(['octets', true]);
    near.destroySoon();
    await expect.poll(() => record.moments).toEqual(['end', 'closed']);
  });

  it('can be answered behind the end of what comes', async () => {
    const { near, record, far, received } = await pair(kind);
    far.end('a question');
    await expect.poll(() => record.moments).toEqual(['end']);
    near.write(Buffer.from('an answer'));
    near.end();
    await new Promise((resolve) => far.once('end', resolve));
    expect(received()).toBe('an answer');
  });

  it('reads on when its own side has ended', async () => {
    const { near, record, far } = await pair(kind);
    near.end();
    await new Promise((resolve) => far.once('end', resolve));
    far.end('late');
    await expect.poll(() => record.moments).toEqual(['end']);
    expect(record.text).toBe('late');
  });

  it('reads nothing while it is paused, and all of it afterwards', async () => {
    const { near, record, far } = await pair(kind);
    record.whenReceived = () => near.pause();
    far.write(MUCH);
    await expect.poll(() => record.bytes).toBeGreaterThan(0);
    expect(near.isPaused()).toBe(true);
    await turns(5);
    const first = record.bytes;
    await turns(100);
    expect(record.bytes).toBe(first);
    record.whenReceived = () => undefined;
    near.resume();
    await expect.poll(() => record.bytes, { timeout: 20_000 }).toBe(MUCH.length);
  });

  it('writes in order, and tells of each piece when the system has it', async () => {
    const { near, received } = await pair(kind);
    const pieces = ['a', 'b', 'c'].map((text) => outcome(near, Buffer.from(text)));
    expect(await Promise.all(pieces)).toEqual(['written', 'written', 'written']);
    await expect.poll(received).toBe('abc');
    expect(near.bytesWritten).toBe(3);
  });

  it.each(['written', 'let go of'] as const)(
    'never tells of a piece in the call in which it is %s',
    async (how) => {
      const { near } = await pair(kind);
      let isTold = false;
      if (how === 'let go of') near.cork();
      near.write(A, () => (isTold = true));
      near.uncork();
      expect(isTold).toBe(false);
      await expect.poll(() => isTold).toBe(true);
    },
  );

  it('holds back what is written while it is corked', async () => {
    const { near, received } = await pair(kind);
    near.cork();
    near.cork();
    const told = [outcome(near, A), outcome(near, A)];
    near.uncork();
    expect([near.writableLength, near.writableCorked, near.bytesWritten]).toEqual([2, 1, 2]);
    near.uncork();
    expect(await Promise.all(told)).toEqual(['written', 'written']);
    await expect.poll(received).toBe('aa');
    expect([near.writableLength, near.writableCorked]).toEqual([0, 0]);
  });

  it('writes what is kept to the end of a turn, behind what is on its way', async () => {
    const { near, far, received } = await pair(kind);
    const writes = new TurnWrites();
    const order: string[] = [];
    const kept = (pieces: readonly Buffer[], name: string): Promise<void> =>
      new Promise((resolve) => {
        const written = (error?: Error | null): void =>
          resolve(void order.push(error?.message ?? name));
        writes.add({ socket: near, pieces, written });
      });
    far.pause();
    const told = [kept([MUCH], 'much'), kept([A, A], 'two'), kept([A], 'one')];
    await turns(1);
    far.resume();
    await Promise.all(told);
    expect(order).toEqual(['much', 'two', 'one']);
    await expect.poll(() => received().length).toBe(MUCH.length + 3);
    near.destroy();
    await kept([A], 'late');
    expect(order.at(-1)).toBe('the connection is closed');
  });

  it('keeps small pieces that are on their way as they are, whatever is written elsewhere', async () => {
    const [slow, other] = [await pair(kind), await pair(kind)];
    slow.far.pause();
    const pieces = [Buffer.alloc(2500, 'a'), Buffer.alloc(2500, 'b')];
    let count = 0;
    while (slow.near.writeQueueSize === 0 && count < 5000) {
      slow.near.writeNow(pieces, () => undefined);
      count += 1;
    }
    other.near.writeNow([Buffer.alloc(2500, 'x'), Buffer.alloc(2500, 'y')], () => undefined);
    slow.far.resume();
    const expected = pieces.join('').repeat(count);
    await expect.poll(() => slow.received().length, { timeout: 20_000 }).toBe(expected.length);
    expect(slow.received() === expected).toBe(true);
    await expect.poll(other.received).toBe('x'.repeat(2500) + 'y'.repeat(2500));
  });

  it.each(['end', 'destroySoon'] as const)(
    'ends behind what is held back and what is on its way: %s()',
    async (last) => {
      const { near, record, far, received } = await pair(kind);
      far.pause();
      near.write(MUCH);
      near.cork();
      near.write(A);
      near[last]();
      near.uncork();
      expect(near.destroyed).toBe(false);
      far.resume();
      await new Promise((resolve) => far.once('end', resolve));
      expect(received().length).toBe(MUCH.length + 1);
      far.end();
      const gone = last === 'end' ? ['end'] : ['closed'];
      await expect.poll(() => record.moments.slice(-1)).toEqual(gone);
    },
  );

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'tells of what was not written that it was not: %s()',
    async (last) => {
      const { near, record, far } = await pair(kind);
      far.pause();
      const underWay = outcome(near, MUCH);
      near.cork();
      const held = outcome(near, A);
      near[last]();
      expect([near.destroyed, record.moments]).toEqual([true, ['closed']]);
      expect(await underWay).not.toBe('written');
      expect(await held).not.toBe('written');
      expect(await outcome(near, A)).not.toBe('written');
      near[last]();
      near.resume();
      near.end();
      near.uncork();
      await turns(3);
      expect(record.moments).toEqual(['closed']);
    },
  );

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'tells what became of a small piece, also when it is gone in the same turn: %s()',
    async (last) => {
      const { near, far } = await pair(kind);
      const all = [outcome(near, A)];
      near[last]();
      await Promise.all(all);
      far.destroy();
    },
  );

  it('tells what became of what it writes while its other end leaves', async () => {
    for (let round = 0; round < 30; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const { near, far } = await pair(kind);
      const told: Promise<unknown>[] = [];
      far.once('data', () => far.destroy());
      // oxlint-disable-next-line no-await-in-loop
      for (let turn = 0; turn < 6 && !near.destroyed; turn += 1) {
        told.push(outcome(near, A));
        // oxlint-disable-next-line no-await-in-loop
        await turns(1);
      }
      // oxlint-disable-next-line no-await-in-loop
      await Promise.all(told);
      near.destroy();
    }
  });

  it('tells how much the system has not taken', async () => {
    const { near, far } = await pair(kind);
    far.pause();
    expect(near.writeQueueSize).toBe(0);
    near.write(MUCH);
    await expect.poll(() => near.writeQueueSize).toBeGreaterThan(0);
    near.destroy();
    expect(near.writeQueueSize).toBe(0);
  });

  it('tells how much is left of a piece while its other end takes it', async () => {
    const { near, far, received } = await pair(kind);
    far.pause();
    let isTold = false;
    near.write(MUCH, () => (isTold = true));
    await expect.poll(() => near.writeQueueSize).toBeGreaterThan(0);
    const before = near.writeQueueSize;
    far.on('data', () => received().length > MUCH.length / 4 && far.pause());
    far.resume();
    await expect.poll(() => near.writeQueueSize).toBeLessThan(before);
    expect(isTold).toBe(false);
  });

  it('tells at once of a small piece at the end of a turn, and keeps those behind it in order', async () => {
    const { near, received } = await pair(kind);
    const told: string[] = [];
    await turns(1);
    near.writeNow([A, A], () => told.push('first'));
    expect(told).toEqual(['first']);
    const all = [outcome(near, Buffer.from('b')), outcome(near, Buffer.from('c'))];
    near.destroySoon();
    expect(await Promise.all(all)).toEqual(['written', 'written']);
    await expect.poll(received).toBe('aabc');
  });

  it('is gone when its other end is, and what is written then is not written', async () => {
    const { near, record, far } = await pair(kind);
    far.pause();
    const underWay = outcome(near, MUCH);
    far.destroy();
    expect(await underWay).not.toBe('written');
    await expect.poll(() => record.moments.slice(-1)).toEqual(['closed']);
    expect(near.destroyed).toBe(true);
  });

  it('reads into the buffer of all others', async () => {
    const buffers = new Set<ArrayBufferLike>();
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const { near, far } = await pair(kind);
      const come = new Promise<void>((resolve) => {
        near.receiver = {
          receive: (octets) => resolve(void buffers.add(octets.buffer)),
          receiveEnd: () => undefined,
          closed: () => undefined,
        };
      });
      far.write('octets');
      // oxlint-disable-next-line no-await-in-loop
      await come;
    }
    expect(buffers.size).toBe(1);
  });

  it('knows who is at its other end while that is there', async () => {
    const { near, far } = await pair(kind);
    const isTcp = kind !== 'Unix';
    expect(near.remoteAddress).toBe(isTcp ? '127.0.0.1' : undefined);
    expect(near.remotePort).toBe(isTcp ? far.localPort : undefined);
    expect(near.encrypted).toBe(kind === 'TLS');
    near.destroy();
  });
});

describe('a reset', () => {
  test.each<[Kind, string]>([
    ['TCP', 'ECONNRESET'],
    ['TLS', 'ECONNRESET'],
    ['Unix', 'closed'],
  ])('of %s is %s to the other end', async (kind, expected) => {
    const { near, far } = await pair(kind);
    const end = new Promise((resolve) => {
      far.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      far.on('end', () => resolve('closed'));
    });
    near.resetAndDestroy();
    expect(await end).toBe(expected);
  });
});
