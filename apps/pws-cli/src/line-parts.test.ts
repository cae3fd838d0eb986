import { describe, expect, it } from 'vitest';
import { createAccessLog } from './access-log.ts';
import type { Exchange } from './exchange.ts';
import { keepParts } from './line-parts.ts';

const EXCHANGE: Exchange = {
  requestId: '5f3a-00',
  peer: { address: '127.0.0.1', port: 51_000 },
  method: 'GET',
  target: '/',
  protocol: 'HTTP/1.1',
  referer: undefined,
  userAgent: undefined,
  status: 200,
  reason: undefined,
  contentBytes: 15,
  contentCoding: undefined,
  cacheHit: true,
  durationMs: 1,
  endedAtMs: 1,
  ended: 'complete',
};

/** Asks for the parts of exchanges; gives them, and how often they were made. */
function ask(given: readonly Exchange[]): { made: number; targets: string[] } {
  let made = 0;
  const partsOf = keepParts(({ target = '' }) => {
    made += 1;
    return { before: target, after: '' };
  });
  const targets = given.map((exchange) => partsOf(exchange).before);
  return { made, targets };
}

describe('keepParts() makes parts', () => {
  it('once for exchanges that are like another one', () => {
    const alike = { ...EXCHANGE, like: EXCHANGE };
    const other = { ...EXCHANGE, target: '/other' };
    const likeOther = { ...other, like: other };
    expect(ask([alike, likeOther, alike, likeOther, alike])).toEqual({
      made: 2,
      targets: ['/', '/other', '/', '/other', '/'],
    });
  });

  it('anew where none is known', () => {
    expect(ask([EXCHANGE, EXCHANGE])).toEqual({ made: 2, targets: ['/', '/'] });
  });

  it.each([
    [1024, 1],
    [1025, 2],
  ])('of %i characters %i times for two of them', (length, times) => {
    const long = { ...EXCHANGE, target: '/'.repeat(length) };
    const { made, targets } = ask([
      { ...long, like: long },
      { ...long, like: long },
    ]);
    expect([made, targets]).toEqual([times, [long.target, long.target]]);
  });
});

describe.each(['combined', 'json'] as const)('%s lines', (format) => {
  it('are the same whether it is known what exchange they are like, or not', () => {
    const linesOf = (known: boolean): string[] => {
      const lines: string[] = [];
      const sink = { write: (line: string) => void lines.push(line), dropped: 0 };
      const flush = (): Promise<number> => Promise.resolve(0);
      const log = createAccessLog({
        format,
        verbose: false,
        sink: { ...sink, flush },
        now: () => 0,
        colour: false,
      });
      const others = ['/a"b', '/other'].map((target) => ({ ...EXCHANGE, target, referer: target }));
      for (const endedAtMs of [1, 2, 5000, 5000]) {
        for (const like of others) {
          const own = { requestId: `5f3a-${endedAtMs}`, durationMs: endedAtMs / 7, endedAtMs };
          log.exchange?.({ ...like, ...own, like: known ? like : undefined });
        }
      }
      return lines;
    };
    expect(linesOf(true)).toEqual(linesOf(false));
    expect(linesOf(true)).toHaveLength(8);
  });
});
