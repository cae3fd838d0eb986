import { type Server, connect, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, test } from 'vitest';
import { KERNEL_TELLS, keepAliveSecondsOf } from '../test/kernel-sockets.ts';
import {
  type StreamHandle,
  acceptBelow,
  bequeathOptions,
  findInternals,
  handleOf,
  transportOf,
} from './below-net.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    // The clients before their server.
    // oxlint-disable-next-line no-await-in-loop
    await close();
  }
});

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

class Request {}
const FOUND = {
  WriteWrap: Request,
  ShutdownWrap: Request,
  streamBaseState: new Int32Array(5),
  kReadBytesOrError: 0,
  kLastWriteWasAsync: 3,
};

describe('findInternals()', () => {
  it('finds them here', () => {
    expect(findInternals()).toBeDefined();
  });

  test.each<[string, unknown]>([
    ['are no longer there', undefined],
    ['have another name', { ...FOUND, WriteWrap: undefined }],
    ['have no end', { ...FOUND, ShutdownWrap: undefined }],
    ['tell elsewhere', { ...FOUND, streamBaseState: [] }],
    ['do not say where', { ...FOUND, kReadBytesOrError: undefined }],
    ['do not say what is under way', { ...FOUND, kLastWriteWasAsync: undefined }],
  ])('finds none where they %s', (_why, found) => {
    expect(findInternals(() => FOUND)).toBeDefined();
    expect(findInternals(() => found)).toBeUndefined();
  });

  it('finds none where they may not be used', () => {
    const refuse = (): never => {
      throw new Error('ERR_ACCESS_DENIED');
    };
    expect(findInternals(refuse)).toBeUndefined();
  });
});

describe('acceptBelow()', () => {
  it('leaves a server alone that is not what it is in Node', () => {
    expect(acceptBelow(createServer(), () => undefined)).toBe(false);
  });

  it('leaves it to the server to tell that nobody could be accepted', async () => {
    const { server } = await listening();
    acceptBelow(server, () => expect.unreachable());
    const failure = new Promise((resolve) => server.once('error', resolve));
    const { _handle: handle } = server as unknown as {
      _handle: { onconnection(status: number, client: unknown): void };
    };
    const EMFILE = -24;
    handle.onconnection(EMFILE, undefined);
    expect(await failure).toMatchObject({ code: 'EMFILE', syscall: 'accept' });
  });

  it('leaves those to the server that are not wanted', async () => {
    const { server, port } = await listening();
    expect(
      acceptBelow(
        server,
        () => expect.unreachable(),
        () => false,
      ),
    ).toBe(true);
    const accepted = new Promise<void>((resolve) => {
      server.once('connection', (socket) => resolve(void socket.destroy()));
    });
    connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .resume();
    await accepted;
  });
});

describe('handleOf()', () => {
  it('gives none of a socket that has none', () => {
    const socket = new TLSSocket(undefined as never);
    socket.destroy();
    expect(handleOf(socket)).toBeUndefined();
  });
});

describe('transportOf()', () => {
  it.each([[{}], [{ _parent: null }], [{ _parent: { writeQueueSize: '0' } }]])(
    'gives none of a handle that does not show it: %j',
    (handle) => {
      expect(transportOf(handle as StreamHandle)).toBeUndefined();
    },
  );
});

describe('bequeathOptions()', () => {
  it.skipIf(!KERNEL_TELLS)('has the system ask whether clients are still there', async () => {
    const { server, port } = await listening();
    expect(bequeathOptions(server, 60)).toBe(true);
    const client = connect(port, '127.0.0.1').resume();
    const accepted = new Promise<void>((resolve) => {
      server.once('connection', (socket) => {
        closing.push(() => Promise.resolve(socket.destroy()));
        resolve();
      });
    });
    closing.push(() => Promise.resolve(client.destroy()));
    await accepted;
    const seconds = keepAliveSecondsOf(port, client.localPort ?? 0);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  it('says so where it cannot', () => {
    expect(bequeathOptions(createServer(), 60)).toBe(false);
  });
});
