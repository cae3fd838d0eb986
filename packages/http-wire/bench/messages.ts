/** The messages that are read, the same octets for every parser. Buffers, as sockets give them. */

const lines = (...all: readonly string[]): Buffer => Buffer.from(`${all.join('\r\n')}\r\n\r\n`);

/** What wrk sends. */
export const WRK_HEAD: Buffer = lines('GET /index.html HTTP/1.1', 'Host: 127.0.0.1:8080');

/** What a browser sends: 14 field lines. */
export const BROWSER_HEAD: Buffer = lines(
  'GET /docs/guide/index.html?from=start HTTP/1.1',
  'Host: www.example.com',
  'Connection: keep-alive',
  'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  'Upgrade-Insecure-Requests: 1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
  'Sec-Fetch-Site: none',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-User: ?1',
  'Sec-Fetch-Dest: document',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
);

/** What comes through a few proxies: 60 field lines. */
export const LONG_HEAD: Buffer = lines(
  'GET /docs/guide/index.html HTTP/1.1',
  'Host: www.example.com',
  ...Array.from(
    { length: 59 },
    (_, at) => `X-Forwarded-Note-${at}: value-${at}; of=a-field; n=${at}`,
  ),
);

/** 32 requests in one piece. */
export const BATCH_SIZE = 32;
export const BATCH: Buffer = Buffer.concat(Array.from({ length: BATCH_SIZE }, () => WRK_HEAD));

/** The lines of what a static server answers to a request with a validator that matches. */
export const NOT_MODIFIED_FIELDS: readonly (readonly [name: string, value: string])[] = [
  ['Date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['Server', 'example'],
  ['Last-Modified', 'Sat, 05 Nov 1994 08:49:37 GMT'],
  ['ETag', '"3147526947"'],
  ['Cache-Control', 'public, max-age=3600'],
  ['Vary', 'Accept-Encoding'],
  ['Accept-Ranges', 'bytes'],
  ['Connection', 'keep-alive'],
];

/** That answer. */
export const RESPONSE_HEAD: Buffer = lines(
  'HTTP/1.1 304 Not Modified',
  ...NOT_MODIFIED_FIELDS.map(([name, value]) => `${name}: ${value}`),
);

/** The lines of a response that is written. */
export const RESPONSE_FIELDS: readonly (readonly [name: string, value: string])[] = [
  ['Date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Length', '1024'],
  ['Last-Modified', 'Sat, 05 Nov 1994 08:49:37 GMT'],
  ['ETag', '"3147526947"'],
  ['Cache-Control', 'public, max-age=3600'],
  ['Vary', 'Accept-Encoding'],
  ['Connection', 'keep-alive'],
];

/** As much as one read from a socket gives. */
const READ_BYTES = 65_536;

/** A request with chunked content, as the pieces in which a socket gives it. */
export function chunkedRequest(chunkBytes: number, contentBytes: number): readonly Buffer[] {
  const chunk = Buffer.concat([
    Buffer.from(`${chunkBytes.toString(16)}\r\n`),
    Buffer.alloc(chunkBytes, 'content '),
    Buffer.from('\r\n'),
  ]);
  const whole = Buffer.concat([
    lines('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'),
    ...Array.from({ length: contentBytes / chunkBytes }, () => chunk),
    Buffer.from('0\r\n\r\n'),
  ]);
  return piecesOf(whole, READ_BYTES);
}

/** The octets in pieces of this size. */
export function piecesOf(octets: Buffer, pieceBytes: number): readonly Buffer[] {
  const count = Math.ceil(octets.length / pieceBytes);
  return Array.from({ length: count }, (_, at) =>
    octets.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  );
}
