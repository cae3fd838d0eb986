import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { answerBytes, headAndContent, octetsOfAnswer } from './ceiling-answer.ts';

describe('answerBytes()', () => {
  it.each<[string, number | undefined, string]>([
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 43, 'head and content'],
    ['HTTP/1.1 404 Not Found\r\ncontent-length:12\r\nA: b\r\n\r\nNot f', 63, 'in any case'],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 48, 'it has no content'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n', undefined, 'the head is not there'],
  ])('of %j is %s: %s', (text, expected) => {
    expect(answerBytes(Buffer.from(text))).toBe(expected);
  });

  it('does not guess where an answer ends', () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(() => answerBytes(Buffer.from(text))).toThrow('expected Content-Length');
  });
});

describe('octetsOfAnswer()', () => {
  async function askWith(pieces: readonly string[]): Promise<[asked: string, octets: string]> {
    let asked = '';
    const server = createServer((socket) => {
      socket.on('error', () => {});
      const left = [...pieces];
      const sendNext = (): void => {
        const piece = left.shift();
        if (piece === undefined) socket.end();
        else socket.write(piece, sendNext);
      };
      socket.once('data', (octets: Buffer) => {
        asked = octets.toString('latin1');
        sendNext();
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const fields = [['Range', 'bytes=0-4']] as const;
    try {
      const octets = await octetsOfAnswer({ port, tls: false, path: '/1k.png', fields });
      return [asked.replace(`${port}`, 'PORT'), octets.toString('latin1')];
    } finally {
      server.close();
    }
  }

  it('asks as the load generator does, and gives all that comes as it came', async () => {
    const pieces = ['HTTP/1.1 206 Partial Content\r\nContent-', 'Length: 5\r\n\r\nab', 'cde'];
    expect(await askWith(pieces)).toEqual([
      'GET /1k.png HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nRange: bytes=0-4\r\n\r\n',
      pieces.join(''),
    ]);
  });

  it('refuses an answer that ends in the middle', async () => {
    const cut = askWith(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab']);
    await expect(cut).rejects.toThrow('expected a whole answer, got 40 octets of it');
  });
});

describe('headAndContent()', () => {
  it('has no fields of a connection of HTTP/1.1', () => {
    const text =
      'HTTP/1.1 206 Partial Content\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nETag: "a:b"\r\n\r\nabc';
    const { head, content } = headAndContent(Buffer.from(text));
    expect(head).toEqual({ ':status': 206, etag: '"a:b"' });
    expect(content.toString()).toBe('abc');
  });

  it('refuses what has no end of a head', () => {
    expect(() => headAndContent(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow(
      'expected a whole head',
    );
  });
});
