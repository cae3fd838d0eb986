import { describe, expect, test } from 'vitest';
import { ProtocolError } from './errors.ts';
import { NEED_DATA, PAUSED } from './events.ts';
import { encodeLatin1 } from './octets.ts';
import { ServerConnection } from './server-connection.ts';

const REQUEST = encodeLatin1('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n';
const EMPTY = { status: 200, fields: [['Content-Length', '0']] } as const;

const wrongState: unknown = expect.objectContaining({ name: 'UsageError', code: 'wrong-state' });

/** Takes what there is, up to the first fault. */
function readOn(connection: ServerConnection): void {
  try {
    connection.nextEvent();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}

describe('ServerConnection', () => {
  test('says what it waits for', () => {
    const connection = new ServerConnection();
    const phases: string[] = [connection.phase];
    const note = (): number => phases.push(connection.phase);
    connection.receive(encodeLatin1(POST.slice(0, 10)));
    connection.nextEvent();
    note();
    connection.receive(encodeLatin1(POST.slice(10)));
    connection.nextEvent();
    note();
    connection.receive(encodeLatin1('hi'));
    connection.nextEvent();
    connection.nextEvent();
    note();
    connection.send({ type: 'response', head: EMPTY });
    note();
    connection.send({ type: 'end' });
    connection.startNextCycle();
    note();
    connection.receiveEnd();
    connection.nextEvent();
    note();
    expect(phases).toEqual([
      'idle',
      'head',
      'content',
      'responding',
      'responding',
      'idle',
      'closing',
    ]);
  });

  test.each<[string, string | undefined, string]>([
    ['', undefined, 'nothing has come'],
    ['HEAD / HTTP/1.1\r', undefined, 'the line has no end yet'],
    ['HEAD / HTTP/1.1\r\n', 'HEAD', 'the fields are still to come'],
    ['HEAD / HTTP/1.1\r\nHost: a\r\n', 'HEAD', 'the end is still to come'],
    ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', 'HEAD', 'read'],
    ['\r\nHEAD / HTTP/1.1\r\nHost : a\r\n\r\n', 'HEAD', 'a bad field line behind a good one'],
    ['HEAD / HTTP/1.1\r\n\r\n', 'HEAD', 'no Host'],
    [`HEAD / HTTP/1.1\r\n${'a:\r\n'.repeat(101)}`, 'HEAD', 'too many fields'],
    ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET', 'HEAD', 'the next is not under way'],
    ['HEAD / HTTP/1.x\r\nHost: a\r\n\r\n', undefined, 'a bad request line'],
    [`HEAD /${'a'.repeat(9000)} HTTP/1.1\r\n`, undefined, 'a target that is too long'],
  ])('knows of %j the method %s: %s', (octets, method) => {
    for (const pieces of [[octets], octets.split('')]) {
      const connection = new ServerConnection();
      for (const piece of pieces) {
        connection.receive(encodeLatin1(piece));
        readOn(connection);
      }
      expect(connection.requestMethod).toBe(method);
    }
  });

  test('knows the method of no request that is answered', () => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    connection.nextEvent();
    connection.send({ type: 'response', head: EMPTY });
    connection.send({ type: 'end' });
    expect(connection.requestMethod).toBe('GET');
    connection.startNextCycle();
    expect(connection.requestMethod).toBeUndefined();
  });

  test('takes no content in the answer to a HEAD whose fields cannot be read', () => {
    const connection = new ServerConnection();
    connection.receive(encodeLatin1('HEAD / HTTP/1.1\r\n\r\n'));
    readOn(connection);
    const head = { status: 400, fields: [['Content-Length', '5']] } as const;
    connection.send({ type: 'response', head });
    expect(connection.send({ type: 'end' })).toEqual([]);
    expect(connection.persists).toBe(false);
  });

  test('refuses octets behind their end', () => {
    const connection = new ServerConnection();
    connection.receiveEnd();
    expect(() => connection.receive(REQUEST)).toThrow(wrongState);
  });

  test('says again that the connection is closed', () => {
    const connection = new ServerConnection();
    connection.receiveEnd();
    expect(connection.nextEvent()).toEqual({ type: 'closed' });
    expect(connection.nextEvent()).toEqual({ type: 'closed' });
  });

  test('throws the same error again', () => {
    const connection = new ServerConnection();
    connection.receive(encodeLatin1('\n'));
    let first: unknown;
    try {
      connection.nextEvent();
    } catch (error) {
      first = error;
    }
    expect(first).toBeInstanceOf(ProtocolError);
    expect(() => connection.nextEvent()).toThrow(first as ProtocolError);
    connection.receive(REQUEST);
    expect(() => connection.nextEvent()).toThrow(first as ProtocolError);
  });

  test('hands content out as views of what was received', () => {
    const connection = new ServerConnection();
    const octets = encodeLatin1(`${POST}hi`);
    connection.receive(octets);
    connection.nextEvent();
    const event = connection.nextEvent();
    if (event === NEED_DATA || event === PAUSED || event.type !== 'content') {
      throw new Error('expected content');
    }
    expect(event.octets.buffer).toBe(octets.buffer);
    expect([...event.octets]).toEqual([0x68, 0x69]);
  });

  test('passes content through untouched when it is sent', () => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    connection.send({ type: 'response', head: { status: 200, fields: [] } });
    const octets = encodeLatin1('hello');
    expect(connection.send({ type: 'content', octets })[1]).toBe(octets);
  });

  test('changes nothing when it refuses an event', () => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    connection.nextEvent();
    const bad = { status: 200, fields: [['X', '\n']] } as const;
    expect(() => connection.send({ type: 'response', head: bad })).toThrow();
    expect(() =>
      connection.send({ type: 'informational', head: { ...bad, status: 103 } }),
    ).toThrow();
    expect(connection.phase).toBe('responding');
    expect(connection.persists).toBe(true);
    connection.send({ type: 'response', head: EMPTY });
    connection.send({ type: 'end' });
    connection.startNextCycle();
  });

  test('takes field lines that can be read only once', () => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    function* lines(): Generator<[string, string]> {
      yield ['Content-Length', '0'];
    }
    const [head] = connection.send({ type: 'response', head: { status: 200, fields: lines() } });
    expect(head).toEqual(encodeLatin1('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  });

  test.each([
    ['CONNECTION', 'close', false],
    ['connection', 'a, close', false],
    ['Connection', 'closed', true],
    ['Connections', 'close', true],
    ['Cached-For', 'close', true],
    ['xonnection', 'close', true],
  ])('with the line %s: %s in a response it persists: %s', (name, value, persists) => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    const fields = [...EMPTY.fields, [name, value]] as const;
    connection.send({ type: 'response', head: { status: 200, fields } });
    expect(connection.persists).toBe(persists);
  });

  test.each([
    ['CONTENT-LENGTH', '0', 'transfer-encoding', 'chunked'],
    ['content-length', '0', 'Transfer-ENCODING', 'chunked'],
    ['Content-Length', '0', 'Content-Length', '1'],
  ])('finds %s: %s and %s: %s in a response, in any case', (name, value, other, otherValue) => {
    const connection = new ServerConnection();
    connection.receive(REQUEST);
    connection.nextEvent();
    const fields = [
      ['Date', 'now'],
      [name, value],
      [other, otherValue],
    ] as const;
    expect(() => connection.send({ type: 'response', head: { status: 200, fields } })).toThrow(
      expect.objectContaining({ code: 'invalid-framing' }),
    );
  });

  // RFC 9110 §15.5.9: 408 is sent without a request, and a request may be on its way.
  test.each([
    ['while it is sent', false],
    ['when it is sent', true],
  ])('reads no request behind an answer that none asked for, %s', (_, ends) => {
    const connection = new ServerConnection();
    connection.send({ type: 'response', head: { ...EMPTY, status: 408 } });
    if (ends) connection.send({ type: 'end' });
    connection.receive(REQUEST);
    expect(connection.nextEvent()).toBe(PAUSED);
  });

  test('hands the octets of the other protocol out as they come', () => {
    const connection = new ServerConnection();
    connection.receive(encodeLatin1('CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n'));
    connection.nextEvent();
    connection.nextEvent();
    connection.send({ type: 'switch', head: { status: 200, fields: [] } });
    for (const text of ['', 'GET ', '\x00']) {
      connection.receive(encodeLatin1(text));
      expect(connection.nextEvent()).toBe(PAUSED);
      expect(connection.heldBytes).toBe(text.length);
      expect([...connection.takeRemaining()]).toEqual([...encodeLatin1(text)]);
    }
  });
});
