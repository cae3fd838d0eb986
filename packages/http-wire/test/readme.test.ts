/** The README says what the source does: its examples run, its tables are the source's. */
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  PROTOCOL_ERROR_STATUS,
  ProtocolError,
  type ProtocolErrorCode,
  ServerConnection,
  type UsageErrorCode,
} from '../src/index.ts';
import { octetsOfText } from './octet-text.ts';
import { readResponse, request } from './readme-client.ts';
import { framing, head, host, length, path } from './readme-codecs.ts';
import { answerAll } from './readme-exchange.ts';
import { server } from './readme-server.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const README = read('../README.md');

/** The cells of the rows below this heading whose first cell is code, or a number. */
function rowsBelow(heading: string): string[][] {
  const section = README.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (.+) \|$/gm)]
    .map((match) => (match[1] as string).split(' | ').map((cell) => cell.trim()))
    .filter(([first = '']) => /^(?:`|\d)/.test(first));
}

const code = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

describe('the examples of the README', () => {
  test('are the files that are run here, all of them', () => {
    const shown = [...README.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
    const files = readdirSync(import.meta.dirname).filter((file) => /^readme-.+\.ts$/.test(file));
    expect(new Set(shown)).toEqual(new Set(files.map(read)));
    expect(shown).toHaveLength(files.length);
  });

  describe('over a socket', () => {
    let port = 0;
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    });
    afterAll(async () => {
      server.close();
      await once(server, 'close');
    });

    test.each([
      ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 503 Service Unavailable'],
      ['HEAD / HTTP/1.0\r\n\r\n', 'HTTP/1.1 503 Service Unavailable'],
      ['GET / HTTP/2.0\r\n\r\n', 'HTTP/1.1 505 HTTP Version Not Supported'],
      ['\x16\x03\x01', 'HTTP/1.1 400 Bad Request'],
    ])('answer %j with %s, and close', async (text, statusLine) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.write(text, 'latin1');
      let received = '';
      socket.on('data', (octets: Buffer) => {
        received += octets.toString('latin1');
      });
      await once(socket, 'end');
      socket.end();
      expect(received).toMatch(new RegExp(`^${statusLine}\r\nConnection: close\r\n`));
    });
  });

  test('answer requests on one connection, in order', () => {
    const connection = new ServerConnection();
    const written: string[] = [];
    const write = (octets: Uint8Array): number => written.push(Buffer.from(octets).toString());
    connection.receive(octetsOfText('GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\n'));
    answerAll(connection, write);
    connection.receive(octetsOfText('Host: a\r\nContent-Length: 2\r\n\r\nhi'));
    connection.receiveEnd();
    answerAll(connection, write);
    expect(written.join('')).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n/a\r\n0\r\n\r\n' +
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n/b\r\n0\r\n\r\n',
    );
    expect(connection.phase).toBe('closing');
  });

  test('ask as a client, and read the response', () => {
    expect(Buffer.concat(request).toString()).toBe('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n');
    const response = octetsOfText('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    expect([...readResponse(response)]).toEqual(['200', 'hello']);
  });

  test('use the codecs alone, and have what their comments say', () => {
    const said = [...read('readme-codecs.ts').matchAll(/const (\w+).*; \/\/ (.+)$/gm)].map(
      ([, name, value]) => [name, (value as string).replaceAll("'", '')],
    );
    expect(Object.fromEntries(said)).toEqual({ path, host, length: String(length), framing });
    expect(Buffer.from(head).toString()).toBe('HTTP/1.1 204 No Content\r\n\r\n');
  });
});

describe('the tables of the README', () => {
  test('have every limit with its default and what is above it', () => {
    const rows = rowsBelow('Limits').map(([name, value]) => [code(name), Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(DEFAULT_LIMITS);
    for (const [name, , unit, above = ''] of rowsBelow('Limits')) {
      const [status, errorCode] = above.split(' ');
      expect(PROTOCOL_ERROR_STATUS[code(errorCode) as ProtocolErrorCode], name).toBe(
        Number(status),
      );
      expect(unit, name).not.toBe('');
    }
  });

  test('have every error with its status and its sentence', () => {
    const rows = rowsBelow('Errors').filter((cells) => cells.length === 3);
    const expected = (Object.keys(PROTOCOL_ERROR_STATUS) as ProtocolErrorCode[]).map((name) => {
      const { status, message } = new ProtocolError(name, 0);
      return [`\`${name}\``, String(status), message];
    });
    expect(rows).toEqual(expected);
  });

  test('have every refusal', () => {
    const refusals: Readonly<Record<UsageErrorCode, true>> = {
      'wrong-state': true,
      'invalid-request-line': true,
      'missing-host': true,
      'invalid-status': true,
      'invalid-reason-phrase': true,
      'invalid-field-name': true,
      'invalid-field-value': true,
      'invalid-framing': true,
      'content-not-allowed': true,
      'content-length-mismatch': true,
    };
    const rows = rowsBelow('Errors').filter((cells) => cells.length === 2);
    expect(rows.map(([name]) => code(name))).toEqual(Object.keys(refusals));
  });

  test('have every method of the machines that others may call', () => {
    const names = rowsBelow('The machines').flatMap(([cell = '']) =>
      [...cell.matchAll(/`(\w+)/g)].map((match) => match[1]),
    );
    const connection = new ServerConnection();
    for (const name of names) expect(connection).toHaveProperty(name as string);
  });
});
