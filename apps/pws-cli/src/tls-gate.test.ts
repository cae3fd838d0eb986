import { randomBytes } from 'node:crypto';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import {
  type ConnectionOptions,
  type SecureVersion,
  type TLSSocket,
  connect as connectSecurely,
} from 'node:tls';
import { afterEach, describe, expect, it, test } from 'vitest';
import { makeCertificate } from './self-signed.ts';
import { resetSocket } from './socket-reset.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import { TlsGate, type TlsGateOptions } from './tls-gate.ts';

const options = { names: ['localhost'], addresses: ['127.0.0.1'], fromMs: Date.now() - 1000 };
const make = (): Promise<TlsCertificate> =>
  makeCertificate({ ...options, untilMs: Date.now() + 86_400_000 });
const [first, second] = await Promise.all([make(), make()]);

/** A gate behind which `hello` is answered with what was agreed on, and what it told. */
interface Served {
  readonly gate: TlsGate;
  readonly port: number;
  readonly told: string[];
  /** Accepts nothing more; resolves when all are gone. */
  readonly close: () => Promise<void>;
}

const closers: (() => Promise<void>)[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(changed: Partial<TlsGateOptions> = {}): Promise<Served> {
  const told: string[] = [];
  const gate = new TlsGate({
    certificate: first,
    protocols: ['h2', 'http/1.1', 'http/1.0'],
    handshakeMs: 60_000,
    ticketKeys: () => undefined,
    connected: (socket, peer) => {
      sockets.push(socket);
      expect(peer.address).toBe('127.0.0.1');
      told.push(`connected ${socket.alpnProtocol || 'nothing'}`);
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write('hello'));
      socket.on('end', () => socket.end('bye'));
    },
    failed: (peer, reason) => {
      expect(peer.address).toBe('127.0.0.1');
      told.push(reason);
    },
    ...changed,
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => gate.admit(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  closers.push(close);
  return { gate, port: (server.address() as AddressInfo).port, told, close };
}

interface Shaken {
  readonly socket: TLSSocket;
  readonly received: () => string;
}

function shake(port: number, changed: ConnectionOptions = {}): Promise<Shaken> {
  return new Promise((resolve, reject) => {
    const socket = connectSecurely(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ...changed },
      () => resolve({ socket, received: () => received }),
    );
    sockets.push(socket);
    let received = '';
    socket.on('data', (octets) => (received += octets.toString()));
    socket.on('error', reject);
  });
}

function knock(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket));
    sockets.push(socket);
    socket.once('error', reject);
    socket.on('error', () => undefined);
  });
}

async function said(received: () => string, text: string): Promise<void> {
  await expect.poll(received, { timeout: 10_000 }).toBe(text);
}

describe('a gate', () => {
  test.each<[string[] | undefined, string]>([
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1', 'h2'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [['http/1.0'], 'http/1.0'],
    [undefined, 'nothing'],
  ])('agrees with who offers %j on %s', async (ALPNProtocols, agreed) => {
    const { port, told } = await serve();
    await shake(port, ALPNProtocols === undefined ? {} : { ALPNProtocols });
    await expect.poll(() => told).toEqual([`connected ${agreed}`]);
  });

  it('agrees with nobody on what it does not speak', async () => {
    const { port, told } = await serve({ protocols: ['http/1.1'] });
    await expect(shake(port, { ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/);
    await expect.poll(() => told).toEqual(['no application protocol']);
  });

  test.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('speaks %s', async (version) => {
    const { port } = await serve();
    const { socket } = await shake(port, { minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
  });

  it('speaks nothing older', async () => {
    const { port, told } = await serve();
    // Level 0, for a client that would still speak it.
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    await expect(shake(port, old)).rejects.toThrow(/protocol version/);
    await expect.poll(() => told).toEqual(['unsupported protocol']);
  });

  it('lets a client that has ended its side be answered', async () => {
    const { port } = await serve();
    const { socket, received } = await shake(port, { allowHalfOpen: true } as ConnectionOptions);
    socket.end();
    await said(received, 'bye');
  });

  it('does not shake hands again with a client of TLS 1.2', async () => {
    const { port } = await serve();
    const { socket } = await shake(port, { maxVersion: 'TLSv1.2' });
    const outcome = new Promise<string>((resolve) => {
      socket.on('error', ({ message }) => resolve(message));
      socket.renegotiate({}, (error) => resolve(error?.message ?? 'agreed'));
    });
    expect(await outcome).toMatch(/no renegotiation/);
  });

  it('gives sockets that can be reset', async () => {
    const { port, told } = await serve();
    const { socket } = await shake(port);
    const code = new Promise((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.on('close', () => resolve('closed'));
    });
    await expect.poll(() => told).toHaveLength(1);
    for (const served of sockets) if (served !== socket) resetSocket(served);
    expect(await code).toBe('ECONNRESET');
  });

  it('gives on whose connection it is, where that is not who the socket says', async () => {
    const peers: unknown[] = [];
    const { gate } = await serve({ connected: (_socket, peer) => peers.push(peer) });
    const other = createServer((socket) => gate.admit(socket, { address: '192.0.2.7', port: 7 }));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    await shake((other.address() as AddressInfo).port);
    await expect.poll(() => peers).toEqual([{ address: '192.0.2.7', port: 7 }]);
    other.close();
  });

  it('offers something else from then on, and who is there goes on', async () => {
    const { gate, port, told } = await serve();
    const before = await shake(port, { ALPNProtocols: ['h2', 'http/1.1'] });
    const standing = await knock(port);
    gate.offer({ protocols: ['http/1.1'], handshakeMs: 50 });
    await shake(port, { ALPNProtocols: ['h2', 'http/1.1'] });
    const late = await knock(port);
    await new Promise((resolve) => late.on('close', resolve));
    await expect
      .poll(() => told)
      .toEqual(['connected h2', 'connected http/1.1', 'the handshake took too long']);
    expect(standing.destroyed, 'it began with more time').toBe(false);
    before.socket.write('!');
    await expect.poll(before.received).toBe('hello');
  });

  it('lets those take up where they were who were there before', async () => {
    const { gate, port } = await serve();
    const { socket } = await shake(port);
    const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
    socket.write('!');
    gate.offer({ protocols: ['http/1.1'], handshakeMs: 60_000 });
    const again = await shake(port, { session: await session });
    expect(again.socket.isSessionReused()).toBe(true);
  });

  it('throws where the certificate is bad', () => {
    const bad = { cert: 'garbage', key: 'garbage' };
    expect(() => gateWith(bad)).toThrow();
    expect(() => gateWith({ cert: second.cert, key: first.key })).toThrow();
  });
});

function gateWith(certificate: TlsCertificate): TlsGate {
  const nobody = (): undefined => undefined;
  return new TlsGate({
    certificate,
    protocols: [],
    handshakeMs: 1,
    ticketKeys: () => undefined,
    connected: nobody,
    failed: nobody,
  });
}

describe('a handshake that comes to nothing', () => {
  test.each<[string, string | Buffer]>([
    ['the client spoke plain HTTP on the TLS port', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['wrong version number', 'garbage of some length'],
    ['length too short', Buffer.from('160301000401000000', 'hex')],
  ])('ends its connection and is told: %s', async (reason, octets) => {
    const { port, told } = await serve();
    const socket = await knock(port);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.write(octets);
    await closed;
    await expect.poll(() => told).toEqual([reason]);
  });

  it('is told where the client leaves', async () => {
    const { port, told } = await serve();
    (await knock(port)).destroy();
    await expect.poll(() => told).toEqual(['the client left in the middle of the handshake']);
  });

  it('is told where the client breaks off', async () => {
    const { port, told } = await serve();
    const socket = await knock(port);
    socket.write(Buffer.from('1603010200', 'hex'), () => socket.resetAndDestroy());
    await expect.poll(() => told).toEqual(['the client left in the middle of the handshake']);
  });

  it('ends where it takes too long, though octets come all the time', async () => {
    const { port, told } = await serve({ handshakeMs: 300 });
    const socket = await knock(port);
    // A record of 512 octets that never becomes whole.
    socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
    const drip = setInterval(() => socket.write(Buffer.alloc(1)), 50);
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drip);
    await expect.poll(() => told).toEqual(['the handshake took too long']);
  });

  it('holds up nobody else, and nobody who is there', async () => {
    const { port } = await serve();
    const { socket, received } = await shake(port);
    const silent = await Promise.all(Array.from({ length: 50 }, () => knock(port)));
    for (const other of silent)
      other.write('garbage that is no TLS at all, of some length\r\n\r\n');
    socket.write('?');
    await said(received, 'hello');
    const late = await shake(port);
    late.socket.write('?');
    await said(late.received, 'hello');
  });

  it('is ended without a word when the gate is closed', async () => {
    const { gate, close, port, told } = await serve();
    const socket = await knock(port);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.write(Buffer.from('1603010200', 'hex'));
    // Accepted: who connects after it is served.
    const after = await shake(port);
    await expect.poll(() => told).toHaveLength(1);
    after.socket.destroy();
    gate.close();
    await Promise.all([close(), closed]);
    expect(told).toEqual(['connected nothing']);
  });
});

describe.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('a session of %s', (version) => {
  /** Shakes hands and is greeted; the ticket is there by then. */
  async function come(port: number, session?: Buffer): Promise<{ ticket: Buffer; again: boolean }> {
    const tickets: Buffer[] = [];
    const changed = session === undefined ? {} : { session };
    const { socket, received } = await shake(port, {
      minVersion: version,
      maxVersion: version,
      ...changed,
    });
    socket.on('session', (ticket: Buffer) => tickets.push(ticket));
    socket.write('?');
    await said(received, 'hello');
    const own = socket.getSession();
    const ticket = tickets.at(-1) ?? own ?? Buffer.alloc(0);
    return { ticket, again: socket.isSessionReused() };
  }

  it('is resumed, and no other', async () => {
    const { port } = await serve();
    const { ticket, again } = await come(port);
    expect(again).toBe(false);
    expect(await come(port, ticket)).toMatchObject({ again: true });
    expect(await come((await serve()).port, ticket)).toMatchObject({ again: false });
  });

  it('is resumed at another gate that has the same keys', async () => {
    const keys = randomBytes(48);
    const [one, other] = await Promise.all([1, 2].map(() => serve({ ticketKeys: () => keys })));
    const { ticket } = await come(one!.port);
    expect(await come(other!.port, ticket)).toMatchObject({ again: true });
  });

  it('is resumed after another certificate came', async () => {
    const keys = randomBytes(48);
    const { gate, port } = await serve({ ticketKeys: () => keys });
    const { ticket } = await come(port);
    gate.renew(second);
    expect(await come(port, ticket)).toMatchObject({ again: true });
  });

  it('is not resumed after the keys have changed', async () => {
    let keys = randomBytes(48);
    const { port } = await serve({ ticketKeys: () => keys });
    const { ticket } = await come(port);
    keys = randomBytes(48);
    const after = await come(port, ticket);
    expect(after.again).toBe(false);
    expect(await come(port, after.ticket)).toMatchObject({ again: true });
  });
});

describe('renew()', () => {
  const fingerprint = ({ socket }: Shaken): string => socket.getPeerCertificate().fingerprint256;

  it('changes the certificate for who comes next, and leaves alone who is there', async () => {
    const { gate, port } = await serve();
    const before = await shake(port);
    gate.renew(second);
    expect(gate.certificate).toEqual(second);
    const after = await shake(port);
    expect(fingerprint(after)).not.toBe(fingerprint(before));
    before.socket.write('?');
    await said(before.received, 'hello');
  });

  test.each<[string, TlsCertificate]>([
    ['is garbage', { cert: 'garbage', key: 'garbage' }],
    ["has another's key", { cert: second.cert, key: first.key }],
  ])('throws where the new one %s, and keeps the old', async (_what, certificate) => {
    const { gate, port } = await serve();
    const before = await shake(port);
    expect(() => gate.renew(certificate)).toThrow();
    expect(gate.certificate).toEqual(first);
    expect(fingerprint(await shake(port))).toBe(fingerprint(before));
  });
});
