/**
 * The lines that are made by hand against those that pino makes of the same fields.
 */
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it, test } from 'vitest';
import type { Exchange, ExchangeEnd, Peer } from './exchange.ts';
import { createJsonLines, inThousandths } from './json-line.ts';
import { printable } from './log-text.ts';

const LIMIT = 32;
const print = (text: string): string => printable(text, LIMIT);
const place = ({ address, port }: Peer): string => `${address}:${port}`;

/** The line that pino makes. */
function pinoLine(exchange: Exchange): string {
  const { requestId, peer, method, target, protocol, status, contentBytes } = exchange;
  const { contentCoding, durationMs, cacheHit, ended, reason, referer, userAgent } = exchange;
  const optional = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : print(text);
  let line = '';
  pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (text) => (line += text) },
  ).info({
    time: new Date(exchange.endedAtMs).toISOString(),
    event: 'exchange',
    requestId,
    peer: place(peer),
    method: optional(method),
    target: optional(target),
    protocol,
    status,
    contentBytes,
    contentCoding: optional(contentCoding),
    durationMs: Math.round(durationMs * 1000) / 1000,
    cacheHit,
    ended,
    reason: optional(reason),
    referer: optional(referer),
    userAgent: optional(userAgent),
  });
  return line;
}

const octets = fc
  .uint8Array({ maxLength: LIMIT + 8 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
/** What a client sends, and what a system says. */
const text = fc.oneof(
  octets,
  fc.string({ maxLength: LIMIT + 8 }),
  fc.string({ unit: 'binary', maxLength: LIMIT + 8 }),
  fc.string({ unit: fc.constantFrom('"', '\\', 'a', '\n'), maxLength: LIMIT + 8 }),
);
const optionalText = fc.option(text, { nil: undefined });
const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('unix', 'unknown', 'fe80::1%a"b'));

const exchanges: fc.Arbitrary<Exchange> = fc.record({
  requestId: fc.stringMatching(/^[\w.+/=:@-]{1,128}$/),
  peer: fc.record({ address, port: fc.nat(65_535) }),
  method: optionalText,
  target: optionalText,
  protocol: fc.constantFrom(undefined, 'HTTP/1.0', 'HTTP/1.1', 'HTTP/2'),
  referer: optionalText,
  userAgent: optionalText,
  status: fc.integer({ min: 100, max: 599 }),
  reason: optionalText,
  contentBytes: fc.maxSafeNat(),
  contentCoding: optionalText,
  cacheHit: fc.constantFrom(undefined, true, false),
  durationMs: fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.double()),
  endedAtMs: fc.oneof(fc.nat(), fc.integer({ min: -8.64e15, max: 8.64e15 })),
  ended: fc.constantFrom<ExchangeEnd>('complete', 'aborted-by-client', 'aborted-by-server'),
});

describe('createJsonLines() makes the line that pino makes', () => {
  it('of any exchange', () => {
    const lineOf = createJsonLines(print, place);
    fc.assert(
      fc.property(exchanges, (exchange) => {
        expect(lineOf(exchange)).toBe(pinoLine(exchange));
      }),
      { numRuns: 1000 },
    );
  });

  it('of exchanges that are alike, one after the other and between others', () => {
    const own = fc.record({
      requestId: fc.stringMatching(/^[\w-]{1,20}$/),
      durationMs: fc.double({ min: 0, max: 5000, noNaN: true }),
      endedAtMs: fc.constantFrom(1000, 1001, 2000),
      which: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.tuple(exchanges, exchanges), fc.array(own), (firsts, others) => {
        const lineOf = createJsonLines(print, place);
        for (const { which, ...other } of others) {
          const like = firsts[which] as Exchange;
          const exchange = { ...like, ...other, like };
          expect(lineOf(exchange)).toBe(pinoLine(exchange));
        }
      }),
    );
  });
});

describe('inThousandths()', () => {
  test.each([
    [0, '0'],
    [0.0004, '0'],
    [0.0005, '0.001'],
    [0.01, '0.01'],
    [0.1, '0.1'],
    [0.999, '0.999'],
    [0.9996, '1'],
    [1, '1'],
    [1.2344, '1.234'],
    [10.05, '10.05'],
    [120.6, '120.6'],
    [999_999.999, '999999.999'],
    [1_000_000, '1000000'],
    [1_000_000.1, '1000000.1'],
    [-0.0001, '0'],
    [-0.5, '-0.5'],
    [1e300, '1e+300'],
    [Number.NaN, 'null'],
  ])('of %d is %s', (value, expected) => {
    expect(inThousandths(value)).toBe(expected);
  });

  it('is what the engine makes of each thousandth up to ten', () => {
    for (let thousandths = 0; thousandths <= 10_000; thousandths += 1) {
      expect(inThousandths(thousandths / 1000)).toBe(String(thousandths / 1000));
    }
  });
});
