import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ProtocolError, UsageError } from './errors.ts';
import type { FieldLine } from './fields.ts';
import { decodeLatin1, encodeLatin1 } from './octets.ts';
import { LeadingLines } from './leading-lines.ts';
import { prepareResponseHead } from './prepared-response.ts';
import { ServerConnection } from './server-connection.ts';

interface Head {
  readonly status: number;
  readonly fields: readonly FieldLine[];
}

/** Two events; where the client left in the middle of its content there is an error instead. */
function readRequest(connection: ServerConnection): void {
  try {
    connection.nextEvent();
    connection.nextEvent();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** What is sent for a request, and how the connection stands then; or that it is refused. */
function sentFor(request: string, head: Head, content: string, ends: boolean): unknown {
  const connection = new ServerConnection();
  connection.receive(encodeLatin1(request));
  if (ends) connection.receiveEnd();
  readRequest(connection);
  try {
    const pieces = connection.send({ type: 'response', head });
    const began = [connection.persists, connection.phase, connection.awaitsContinue];
    if (content !== '') {
      pieces.push(...connection.send({ type: 'content', octets: encodeLatin1(content) }));
    }
    pieces.push(...connection.send({ type: 'end' }));
    const octets = Buffer.concat(pieces).toString('latin1');
    return [octets, began, connection.persists, connection.phase];
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    throw error;
  }
}

/** The same with one event; without the stand between two of three. */
function sentWhole(request: string, head: Head, content: string, ends: boolean): unknown {
  const connection = new ServerConnection();
  connection.receive(encodeLatin1(request));
  if (ends) connection.receiveEnd();
  readRequest(connection);
  try {
    const octets = content === '' ? undefined : encodeLatin1(content);
    const sent = connection.send({ type: 'whole', head, octets });
    return [Buffer.concat(sent).toString('latin1'), connection.persists, connection.phase];
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    throw error;
  }
}

/** What was sent and how the connection stands, without the stand in between. */
function inTheEnd(sent: unknown): unknown {
  return Array.isArray(sent) ? sent.toSpliced(1, 1) : sent;
}

function preparedFor(request: string, head: Head, content: string, ends: boolean): unknown {
  try {
    return sentFor(request, prepareResponseHead(head), content, ends);
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    throw error;
  }
}

const LINES: readonly FieldLine[] = [
  ['Content-Length', '0'],
  ['Content-Length', '2'],
  ['content-length', '02'],
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'gzip'],
  ['Connection', 'close'],
  ['Connection', 'Keep-Alive'],
  ['Connection', 'upgrade, x'],
  ['ETag', '"a"'],
  ['X-Ü', 'a'],
  ['X-A', 'a\nb'],
];

const requests = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT'),
    minorVersion: fc.constantFrom(0, 1),
    lines: fc.subarray([
      'Connection: close',
      'Connection: keep-alive',
      'Content-Length: 2',
      'Expect: 100-continue',
      'Upgrade: x',
    ]),
    content: fc.constantFrom('', 'h', 'hi'),
  })
  .map(({ method, minorVersion, lines, content }) => {
    const target = method === 'CONNECT' ? 'a:1' : '/';
    return `${method} ${target} HTTP/1.${minorVersion}\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n${content}`;
  });

const heads = fc.record({
  status: fc.constantFrom(100, 101, 199, 200, 204, 206, 304, 404, 500, 999, 1000, 200.5),
  fields: fc.subarray([...LINES]),
});

describe('a prepared response head', () => {
  it('is sent as the same head that was not prepared, and leads to the same state', () => {
    fc.assert(
      fc.property(requests, heads, fc.constantFrom('', 'h', 'hi'), fc.boolean(), (...given) => {
        expect(preparedFor(...given)).toEqual(sentFor(...given));
      }),
      { numRuns: 2000 },
    );
  });

  it('is sent at once with its content as in three events, prepared or not', () => {
    fc.assert(
      fc.property(requests, heads, fc.constantFrom('', 'h', 'hi'), fc.boolean(), (...given) => {
        const [request, head, content, ends] = given;
        const expected = inTheEnd(sentFor(...given));
        expect(sentWhole(...given)).toEqual(expected);
        let prepared: Head;
        try {
          prepared = prepareResponseHead(head);
        } catch {
          return;
        }
        expect(sentWhole(request, prepared, content, ends)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  const HEAD: Head = { status: 200, fields: [['Content-Length', '2']] };
  const LAST_GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const requestOf = (method: string): string => `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
  const send = (request: string, head: Head): Uint8Array => {
    const connection = new ServerConnection();
    connection.receive(encodeLatin1(request));
    connection.nextEvent();
    connection.nextEvent();
    return connection.send({ type: 'response', head })[0] as Uint8Array;
  };

  test.each<[string, string, Head, boolean]>([
    ['to GET', requestOf('GET'), HEAD, true],
    ['to HEAD', requestOf('HEAD'), HEAD, true],
    ['with the chunked coding', requestOf('GET'), { status: 200, fields: [LINES[3]!] }, true],
    ['not modified', requestOf('GET'), { status: 304, fields: [['ETag', '"a"']] }, true],
    ['without its framing', requestOf('GET'), { status: 200, fields: [] }, false],
    ['on HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', HEAD, false],
    ['that is the last', LAST_GET, HEAD, false],
    ['that says itself that it is', requestOf('GET'), { ...HEAD, fields: [LINES[5]!] }, false],
  ])('%s is sent by reference, or is written anew', (_what, request, head, isShared) => {
    const prepared = prepareResponseHead(head);
    expect(send(request, prepared) === prepared.octets).toBe(isShared);
  });

  it('that is the last is written once', () => {
    const prepared = prepareResponseHead(HEAD);
    const [one, other] = [send(LAST_GET, prepared), send(LAST_GET, prepared)];
    expect(one).toBe(other);
    expect(decodeLatin1(one, 0, one.length)).toContain('Connection: close\r\n\r\n');
    expect(one).toBe(prepared.closingOctets);
  });

  const DATES: readonly (readonly FieldLine[])[] = [
    [['Date', 'Mon, 06 May 2024 07:08:08 GMT']],
    [
      ['Server', 'PWS'],
      ['Date', 'Mon, 06 May 2024 07:08:09 GMT'],
    ],
    [],
  ];

  it('is sent behind its leading lines as they are then', () => {
    fc.assert(
      fc.property(requests, heads, fc.constantFrom('', 'h', 'hi'), fc.boolean(), (...given) => {
        const [request, head, content, ends] = given;
        const leading = new LeadingLines();
        let prepared: Head;
        try {
          prepared = prepareResponseHead(head, leading);
        } catch {
          return;
        }
        for (const lines of DATES) {
          leading.replace(lines);
          const whole = { status: head.status, fields: [...lines, ...head.fields] };
          const expected = sentFor(request, whole, content, ends);
          expect(prepared.fields).toEqual(whole.fields);
          expect(sentFor(request, prepared, content, ends)).toEqual(expected);
          expect(sentWhole(request, prepared, content, ends)).toEqual(inTheEnd(expected));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has its leading lines written once for each change', () => {
    const leading = new LeadingLines();
    leading.replace(DATES[0]!);
    const [one, other] = ['"a"', '"b"'].map((tag) =>
      prepareResponseHead({ status: 304, fields: [['ETag', tag]] }, leading),
    );
    expect(one?.start).toBe(other?.start);
    leading.replace(DATES[1]!);
    expect(Buffer.from(one?.start ?? []).toString()).toContain(DATES[1]![1]![1]);
  });

  it.each<FieldLine>([
    ['Connection', 'close'],
    ['content-length', '1'],
    ['Transfer-Encoding', 'chunked'],
  ])('has no leading line %s', (...line) => {
    expect(() => new LeadingLines().replace([line])).toThrow(UsageError);
  });

  it('keeps its own lines', () => {
    const fields: FieldLine[] = [['Content-Length', '2']];
    const prepared = prepareResponseHead({ status: 200, fields });
    fields.push(['X', 'y']);
    expect(prepared.fields).toEqual([['Content-Length', '2']]);
  });
});
