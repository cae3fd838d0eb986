import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, test } from 'vitest';
import {
  type ProxyHeader,
  type ProxyHeaderRead,
  parseProxyHeader,
  readProxyHeader,
} from './proxy-protocol.ts';

const line = (text: string): Buffer => Buffer.from(text, 'latin1');
const parseText = (text: string): ProxyHeader => parseProxyHeader(line(text));

/** Version 2: command and family as they are, the rest as hexadecimal digits. */
function binary(command: number, family: number, rest: string, restBytes?: number): Buffer {
  const octets = Buffer.from(rest.replaceAll(' ', ''), 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(restBytes ?? octets.length);
  const fixed = Buffer.from([command, family, ...length]);
  return Buffer.concat([line('\r\n\r\n\0\r\nQUIT\n'), fixed, octets]);
}

const IPV4 = 'c0000201 0a000001 1267 0050';
const IPV6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 1267 01bb';
const UNIX = '2f'.repeat(216);
const TLV = '04 0003 616263';

const TCP4 = 'PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n';

describe('a line of version 1', () => {
  test.each<[string, string, number]>([
    [TCP4, '192.0.2.1', 4711],
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', '255.255.255.255', 65_535],
    ['PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n', '0.0.0.0', 0],
    ['PROXY TCP6 2001:DB8::1 2001:db8::2 4711 80\r\n', '2001:db8::1', 4711],
    ['PROXY TCP6 2001:db8:0:0:0:0:0:1 ::1 4711 80\r\n', '2001:db8::1', 4711],
    ['PROXY TCP6 ::ffff:192.0.2.1 ::1 4711 80\r\n', '192.0.2.1', 4711],
  ])('%j tells %s and port %i', (text, address, port) => {
    const expected = { kind: 'complete', peer: { address, port }, lengthBytes: text.length };
    expect(parseText(text)).toEqual(expected);
    expect(parseText(`${text}GET / HTTP/1.1\r\n`)).toEqual(expected);
  });

  test.each(['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n'])(
    '%j tells nothing',
    (text) => {
      const lengthBytes = text.length;
      expect(parseText(text)).toEqual({ kind: 'complete', peer: undefined, lengthBytes });
    },
  );

  it('may have 107 octets, CRLF among them', () => {
    const text = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`;
    expect(text).toHaveLength(107);
    expect(parseText(text).kind).toBe('complete');
    expect(parseText(text.slice(0, 106)).kind).toBe('need-more');
    expect(parseText(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`).kind).toBe('malformed');
    expect(parseText(`PROXY UNKNOWN ${'x'.repeat(93)}`).kind).toBe('malformed');
  });

  test.each<[string, string]>([
    ['GET / HTTP/1.1\r\n', 'a request'],
    ['\u0016\u0003\u0001', 'a TLS hello'],
    ['proxy TCP4 192.0.2.1 10.0.0.1 4711 80\r\n', 'small letters'],
    ['PROXY\tTCP4 192.0.2.1 10.0.0.1 4711 80\r\n', 'a tab'],
    ['PROXY  TCP4 192.0.2.1 10.0.0.1 4711 80\r\n', 'two blanks'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 \r\n', 'a blank at the end'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n', 'one port'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 1\r\n', 'three ports'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 04711 80\r\n', 'a zero in front'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 65536 80\r\n', 'a port that is none'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 -1 80\r\n', 'a sign'],
    ['PROXY TCP4 192.0.2.01 10.0.0.1 4711 80\r\n', 'a zero in front of an octet'],
    ['PROXY TCP4 ::1 ::1 4711 80\r\n', 'IPv6 as TCP4'],
    ['PROXY TCP6 192.0.2.1 10.0.0.1 4711 80\r\n', 'IPv4 as TCP6'],
    ['PROXY TCP6 fe80::1%eth0 ::1 4711 80\r\n', 'a zone'],
    ['PROXY TCP4 localhost 10.0.0.1 4711 80\r\n', 'a name'],
    ['PROXY UDP4 192.0.2.1 10.0.0.1 4711 80\r\n', 'another family'],
    ['PROXY UNKNOWNX\r\n', 'a word that begins alike'],
    ['PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\nGET / HTTP/1.1\r\n', 'LF without CR'],
    ['PROXY \r\n', 'nothing'],
  ])('%j is none: %s', (text) => {
    expect(parseText(text)).toMatchObject({ kind: 'malformed' });
  });
});

describe('octets of version 2', () => {
  test.each<[string, Buffer, { address: string; port: number } | undefined]>([
    ['IPv4', binary(0x21, 0x11, IPV4), { address: '192.0.2.1', port: 4711 }],
    ['IPv4 and more', binary(0x21, 0x11, IPV4 + TLV), { address: '192.0.2.1', port: 4711 }],
    ['IPv6', binary(0x21, 0x21, IPV6), { address: '2001:db8::1', port: 4711 }],
    [
      'IPv4 in IPv6',
      binary(0x21, 0x21, `00000000000000000000ffffc0000201${IPV6.slice(32)}`),
      { address: '192.0.2.1', port: 4711 },
    ],
    ['a Unix socket', binary(0x21, 0x31, UNIX), undefined],
    ['nothing', binary(0x21, 0x00, ''), undefined],
    ['nothing, and more', binary(0x21, 0x00, TLV), undefined],
    ['of the proxy itself', binary(0x20, 0x00, ''), undefined],
    ['of the proxy itself, with addresses', binary(0x20, 0x11, IPV4), undefined],
    ['of the proxy itself, in another family', binary(0x20, 0x12, ''), undefined],
  ])('tell %s', (_what, octets, peer) => {
    const expected = { kind: 'complete', peer, lengthBytes: octets.length };
    expect(parseProxyHeader(octets)).toEqual(expected);
    expect(parseProxyHeader(Buffer.concat([octets, line('GET')]))).toEqual(expected);
  });

  test.each<[string, Buffer]>([
    ['version 1', binary(0x11, 0x11, IPV4)],
    ['version 3', binary(0x31, 0x11, IPV4)],
    ['another command', binary(0x22, 0x11, IPV4)],
    ['datagrams', binary(0x21, 0x12, IPV4)],
    ['another family', binary(0x21, 0x41, IPV4)],
    ['half an address', binary(0x21, 0x11, IPV4.slice(0, -2))],
    ['an address of IPv4 as IPv6', binary(0x21, 0x21, IPV4)],
    ['more than 552 octets', binary(0x21, 0x11, IPV4, 537)],
    ['65 551 octets', binary(0x21, 0x11, IPV4, 65_535)],
  ])('are none with %s', (_what, octets) => {
    expect(parseProxyHeader(octets)).toMatchObject({ kind: 'malformed' });
  });

  it('may be 552', () => {
    const octets = binary(0x21, 0x11, IPV4 + '00'.repeat(524));
    expect(octets).toHaveLength(552);
    expect(parseProxyHeader(octets)).toMatchObject({ kind: 'complete', lengthBytes: 552 });
    expect(parseProxyHeader(octets.subarray(0, 551))).toEqual({ kind: 'need-more' });
  });
});

describe('any part of it', () => {
  test.each([
    ['version 1', line(TCP4)],
    ['version 2', binary(0x21, 0x21, IPV6 + TLV)],
  ])('of %s needs more, and no less', (_what, octets) => {
    for (let length = 0; length < octets.length; length++) {
      expect(parseProxyHeader(octets.subarray(0, length)), `${length}`).toEqual({
        kind: 'need-more',
      });
    }
  });

  it('whatever the octets are, is judged without an exception, within 552 octets', () => {
    const start = fc.constantFrom(
      line(''),
      line('PROXY '),
      line('PROXY TCP6 '),
      binary(0x21, 0x21, ''),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 700 }), (front, rest) => {
        const octets = Buffer.concat([front.subarray(0, 12), rest]);
        const header = parseProxyHeader(octets);
        if (header.kind === 'need-more') expect(octets.length).toBeLessThan(552);
        if (header.kind === 'complete') expect(header.lengthBytes).toBeLessThanOrEqual(552);
      }),
    );
  });
});

describe('readProxyHeader()', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    await Promise.all(
      servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
    );
  });

  interface Reading {
    readonly client: Socket;
    readonly socket: Socket;
    readonly read: Promise<ProxyHeaderRead>;
  }

  /** A client that is connected, and the reading at the other end. */
  async function reading(signal: AbortSignal = new AbortController().signal): Promise<Reading> {
    return new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        // What goes wrong later is no concern of these tests.
        socket.on('error', () => undefined);
        resolve({ client, socket, read: readProxyHeader(socket, signal) });
      });
      servers.push(server);
      let client: Socket;
      server.listen(0, '127.0.0.1', () => {
        client = connect((server.address() as AddressInfo).port, '127.0.0.1');
        client.setNoDelay(true).on('error', () => undefined);
      });
    });
  }

  function leave({ client, socket }: Reading): void {
    client.destroy();
    socket.destroy();
  }

  const collected = async (socket: Socket): Promise<string> => {
    let text = '';
    for await (const piece of socket) text += (piece as Buffer).toString('latin1');
    return text;
  };

  const PEER = { kind: 'complete', peer: { address: '192.0.2.1', port: 4711 } };

  it('tells the peer and gives back what follows', async () => {
    const all = await reading();
    all.client.end(`${TCP4}GET / HTTP/1.1\r\n\r\n`);
    expect(await all.read).toEqual(PEER);
    expect(await collected(all.socket)).toBe('GET / HTTP/1.1\r\n\r\n');
    leave(all);
  });

  it('leaves to those who listen for data what comes later', async () => {
    const all = await reading();
    all.client.write(TCP4);
    expect(await all.read).toEqual(PEER);
    let received = '';
    all.socket.on('data', (octets: Buffer) => (received += octets.toString('latin1')));
    all.client.write('GET');
    await expect.poll(() => received).toBe('GET');
    leave(all);
  });

  it('reads it octet by octet', async () => {
    const all = await reading();
    const octets = binary(0x21, 0x11, IPV4 + TLV);
    for (const octet of octets) {
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => all.client.write(Buffer.from([octet]), resolve));
    }
    all.client.end('x');
    expect(await all.read).toEqual(PEER);
    expect(await collected(all.socket)).toBe('x');
    leave(all);
  });

  test.each<[string, (client: Socket) => unknown, string]>([
    ['something else', (client) => client.write('GET /'), 'expected a PROXY line or its signature'],
    [
      'half of it',
      (client) => client.end('PROXY TCP4'),
      'the connection ended before it was there',
    ],
    ['nothing', (client) => client.end(), 'the connection ended before it was there'],
  ])('fails with %s', async (_what, send, reason) => {
    const all = await reading();
    send(all.client);
    expect(await all.read).toEqual({ kind: 'failed', reason });
    leave(all);
  });

  it('fails where the connection is reset', async () => {
    const all = await reading();
    all.client.write('PROXY');
    all.client.resetAndDestroy();
    expect((await all.read).kind).toBe('failed');
    leave(all);
  });

  it('fails where the caller waits no longer, before and while it reads', async () => {
    const late = { kind: 'failed', reason: 'it did not come in time' };
    const aborted = await reading(AbortSignal.abort());
    expect(await aborted.read).toEqual(late);
    leave(aborted);
    const controller = new AbortController();
    const all = await reading(controller.signal);
    all.client.write('PROXY');
    controller.abort();
    expect(await all.read).toEqual(late);
    expect(all.socket.listenerCount('readable')).toBe(0);
    leave(all);
  });
});
