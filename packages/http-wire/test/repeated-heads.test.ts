/**
 * A connection on which heads come again, whole or in part, reads them as one on which each of them
 * is the first.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEED_DATA, PAUSED, ProtocolError, ServerConnection } from '../src/index.ts';
import { octetsOfText } from './octet-text.ts';

const LINES = [
  'GET / HTTP/1.1',
  'GET /a?b HTTP/1.1',
  'HEAD /a HTTP/1.1',
  'GET / HTTP/1.0',
  'GET /\\ HTTP/1.1',
  'GET http://a/ HTTP/1.1',
  'GET http://b/ HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'CONNECT a:80 HTTP/1.1',
  `GET /${'a'.repeat(150)} HTTP/1.1`,
  '\r\nGET / HTTP/1.1',
  'GET  / HTTP/1.1',
];

const SECTIONS = [
  'Host: a\r\n',
  'Host: a\r\nConnection: keep-alive\r\n',
  'Host: a\r\nConnection: close\r\n',
  'Host: a\r\nUpgrade: x\r\nConnection: upgrade\r\n',
  'Host: a\r\nContent-Length: 0\r\n',
  'Host: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n',
  'Host: a\r\nTransfer-Encoding: chunked\r\n',
  'Host: a\r\nHost: a\r\n',
  'Host: a\r\nExpect: more\r\n',
  'Host: a:80\r\n',
  '',
];

const CONTENT: Readonly<Record<string, string>> = {
  [SECTIONS[5] as string]: 'hi',
  [SECTIONS[6] as string]: '1\r\nx\r\n0\r\n\r\n',
};

interface Message {
  readonly line: string;
  readonly section: string;
}

/** Made of few lines and fewer sections, so that the same come again. */
const conversation = fc
  .record({
    lines: fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 3 }),
    sections: fc.array(fc.constantFrom(...SECTIONS), { minLength: 1, maxLength: 2 }),
  })
  .chain(({ lines, sections }) =>
    fc.array(
      fc.record({ line: fc.constantFrom(...lines), section: fc.constantFrom(...sections) }),
      { minLength: 3, maxLength: 12 },
    ),
  );

function octetsOf({ line, section }: Message): Uint8Array {
  return octetsOfText(`${line}\r\n${section}\r\n${CONTENT[section] ?? ''}`);
}

/** What a connection makes of octets: its events, and the fault with its place in them. */
function read(connection: ServerConnection, octets: Uint8Array, before: number): unknown[] {
  const events: unknown[] = [];
  connection.receive(octets);
  try {
    for (;;) {
      const event = connection.nextEvent();
      if (event === NEED_DATA || event === PAUSED) return events;
      if (event.type === 'request') {
        events.push({ ...event.head, fields: [...event.head.fields] });
      } else if (event.type === 'content') {
        events.push([...event.octets]);
      } else {
        events.push(event);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    events.push(`${error.code} at ${error.offset - before}`);
    return events;
  }
}

/** Answers, so that the next request can be read; whether there may be one. */
function answer(connection: ServerConnection): boolean {
  connection.send({ type: 'response', head: { status: 404, fields: [['Content-Length', '0']] } });
  connection.send({ type: 'end' });
  if (!connection.persists) return false;
  connection.startNextCycle();
  return true;
}

const LIMITS = { maxHeadBytes: 170 };

describe('heads that come again', () => {
  test('are read as they would be alone', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const connection = new ServerConnection({ limits: LIMITS });
        let before = 0;
        for (const each of messages) {
          const octets = octetsOf(each);
          const alone = read(new ServerConnection({ limits: LIMITS }), octets, 0);
          expect(read(connection, octets, before)).toEqual(alone);
          before += octets.length;
          if (typeof alone.at(-1) === 'string' || connection.awaitsContinue) return;
          if (!answer(connection)) return;
        }
      }),
      { numRuns: 3000, seed: 9112 },
    );
  });

  test('are the same object from the third on, and their fields are for another target', () => {
    const connection = new ServerConnection();
    const heads = ['/a', '/a', '/a', '/b', '/b', '/a'].map((target) => {
      connection.receive(octetsOfText(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`));
      const event = connection.nextEvent();
      if (typeof event === 'symbol' || event.type !== 'request') throw new Error('no request');
      connection.nextEvent();
      answer(connection);
      return event.head;
    });
    const [first, second, third, fourth, fifth, sixth] = heads;
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect(fourth).not.toBe(third);
    expect(fourth?.fields).toBe(third?.fields);
    expect(fifth).toBe(fourth);
    expect(sixth?.fields).toBe(second?.fields);
    expect(heads.map(({ requestTarget }) => requestTarget)).toEqual([
      '/a',
      '/a',
      '/a',
      '/b',
      '/b',
      '/a',
    ]);
  });

  test('are read anew when they were forgotten', () => {
    const connection = new ServerConnection();
    const octets = octetsOfText('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const heads: unknown[] = [];
    for (let count = 0; count < 4; count++) {
      connection.receive(octets);
      const event = connection.nextEvent();
      heads.push(typeof event === 'object' && event.type === 'request' ? event.head : undefined);
      connection.nextEvent();
      answer(connection);
      if (count === 1) connection.forgetLastHead();
    }
    expect(heads[2]).toEqual(heads[1]);
    expect(heads[2]).not.toBe(heads[1]);
    expect(heads[3]).toBe(heads[2]);
  });

  test('are found whether or not they lie alone, and not where they are cut', () => {
    const connection = new ServerConnection();
    const octets = octetsOfText('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const pipelined = Uint8Array.from([...octets, ...octets, ...octets, ...octets]);
    connection.receive(pipelined);
    for (let count = 0; count < 4; count++) {
      expect(connection.nextEvent()).toMatchObject({ type: 'request' });
      connection.nextEvent();
      answer(connection);
    }
    connection.receive(octets.subarray(0, -1));
    expect(connection.nextEvent()).toBe(NEED_DATA);
    connection.receive(octets.subarray(-1));
    expect(connection.nextEvent()).toMatchObject({ type: 'request' });
  });
});
