/**
 * What one head and one exchange cost, in nanoseconds. To run: build, then
 * `npx vitest bench --run`.
 * Measured is what is published, loaded by Node itself: the test runner's own module loading
 * puts a property access before each imported function and makes a head about twice as dear.
 * Each round does a thousand, so that the runner's clock does not show. Of the two lines of a task
 * the first is its warm-up.
 */
import { createRequire } from 'node:module';
import { bench, describe } from 'vitest';
import type * as Wire from '../src/index.ts';

const { NEED_DATA, PAUSED, ServerConnection, parseRequestHead } = createRequire(import.meta.url)(
  '../dist/index.js',
) as typeof Wire;

const BROWSER = Buffer.from(
  [
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
    '\r\n',
  ].join('\r\n'),
);
const SMALL = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const CONTENT = Buffer.from('hello, world\n');
const FIELDS = [
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['Content-Length', String(CONTENT.length)],
  ['ETag', '"abc"'],
] as const;

const ROUND = 1000;

/** A benchmark of `run`, which does one of what is measured. */
function measure(name: string, run: () => void): void {
  let rounds = 0;
  let startedAt = 0;
  bench(
    name,
    () => {
      for (let count = 0; count < ROUND; count++) run();
      rounds++;
    },
    {
      setup: () => {
        rounds = 0;
        startedAt = performance.now();
      },
      teardown: () => {
        const nanos = ((performance.now() - startedAt) * 1e6) / (rounds * ROUND);
        console.log(`${name}: ${nanos.toFixed(0)} ns each`);
      },
    },
  );
}

describe('parseRequestHead()', () => {
  measure(`a small head (${SMALL.length} octets)`, () => {
    parseRequestHead(SMALL);
  });
  measure(`a browser's head (14 fields, ${BROWSER.length} octets)`, () => {
    parseRequestHead(BROWSER);
  });
  measure(`a browser's head, and the three fields that a server asks for`, () => {
    const fields = parseRequestHead(BROWSER)?.head.fields;
    fields?.get('if-none-match');
    fields?.get('range');
    fields?.get('accept-encoding');
  });
});

describe('ServerConnection', () => {
  const exchange = (connection: Wire.ServerConnection, request: Uint8Array): void => {
    connection.receive(request);
    let event = connection.nextEvent();
    while (event !== NEED_DATA && event !== PAUSED) event = connection.nextEvent();
    connection.send({ type: 'response', head: { status: 200, fields: FIELDS } });
    connection.send({ type: 'content', octets: CONTENT });
    connection.send({ type: 'end' });
    connection.startNextCycle();
  };
  const connection = new ServerConnection();
  measure('a whole exchange with a small head', () => exchange(connection, SMALL));
  measure("a whole exchange with a browser's head", () => exchange(connection, BROWSER));
});
