/**
 * What it costs to read a message, counted: octets looked at and octets copied. However a
 * message is cut, both grow with its octets and not faster.
 */
import { afterEach, describe, expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  NEED_DATA,
  PAUSED,
  ServerConnection,
  parseRequestHead,
} from '../src/index.ts';
import { RequestHeadReader } from '../src/request-head.ts';
import { cutIntoOctets } from './arbitrary-messages.ts';
import { octetsOfText } from './octet-text.ts';

const LINES = [
  ['one long line', `X: ${'x'.repeat(16_000)}\r\n`],
  ['one line with many blanks at its end', `X: x${' '.repeat(16_000)}\r\n`],
  ['one line of blanks', `X:${' \t'.repeat(8000)}\r\n`],
  ['blanks between every two octets', `X: ${'x '.repeat(8000)}\r\n`],
  ['many short lines', 'X: y\r\n'.repeat(99)],
  ['a long name', `${'x'.repeat(16_000)}: y\r\n`],
] as const;
const HEADS = LINES.map(([name, lines]) => {
  const start = 'GET / HTTP/1.1\r\nHost: a\r\n';
  return [name, octetsOfText(`${start}${lines}\r\n`)] as const;
});
const LONG_TARGET = octetsOfText(`GET /${'x'.repeat(8000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
const ALL_HEADS = [...HEADS, ['a long target', LONG_TARGET] as const];

/** The octets, and how many times one of them has been looked at. */
function countReads(octets: Uint8Array): { octets: Uint8Array; reads: () => number } {
  let count = 0;
  const counting = new Proxy(octets, {
    get(target, key) {
      if (typeof key === 'string' && /^[0-9]+$/.test(key)) {
        count++;
        return target[Number(key)];
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { octets: counting, reads: () => count };
}

describe.each(ALL_HEADS)('a head with %s', (_, head) => {
  test('is looked at a few times for each octet, in one piece or octet by octet', () => {
    const whole = countReads(head);
    expect(parseRequestHead(whole.octets)).toBeDefined();
    expect(whole.reads()).toBeGreaterThanOrEqual(head.length);
    // Values and names are looked at four octets at a time, and the last four again one by one.
    expect(whole.reads()).toBeLessThanOrEqual(4 * head.length);

    const single = countReads(head);
    const reader = new RequestHeadReader(DEFAULT_LIMITS);
    for (let end = 1; end < head.length; end++) {
      expect(reader.read(single.octets, 0, end, 0)).toBeUndefined();
    }
    expect(reader.read(single.octets, 0, head.length, 0)).toBeDefined();
    expect(single.reads()).toBeLessThanOrEqual(4 * head.length);
  });
});

describe('octets that are copied', () => {
  const arrays = Object.getPrototypeOf(Uint8Array.prototype) as { set: Uint8Array['set'] };
  const original = arrays.set;
  let copied = 0;

  /** Counts the octets that one typed array is copied into another with. */
  function countCopies(run: () => void): number {
    copied = 0;
    arrays.set = function set(this: Uint8Array, from: ArrayLike<number>, at?: number): void {
      copied += from.length;
      original.call(this, from, at);
    };
    run();
    arrays.set = original;
    return copied;
  }

  afterEach(() => {
    arrays.set = original;
  });

  function readAll(pieces: readonly Uint8Array[]): void {
    const connection = new ServerConnection();
    for (const piece of pieces) {
      connection.receive(piece);
      let event = connection.nextEvent();
      while (event !== NEED_DATA && event !== PAUSED) event = connection.nextEvent();
    }
  }

  test.each(ALL_HEADS)('are none for a head with %s in one piece', (_, head) => {
    expect(countCopies(() => readAll([head]))).toBe(0);
  });

  test.each(ALL_HEADS)('are a few for each octet of a head with %s octet by octet', (_, head) => {
    expect(countCopies(() => readAll(cutIntoOctets(head)))).toBeLessThanOrEqual(3 * head.length);
  });

  const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

  test('are those of the head alone where content comes octet by octet', () => {
    const content = octetsOfText(`${'1;a=b\r\nx\r\n'.repeat(2000)}0\r\n`);
    const pieces = [octetsOfText(CHUNKED), ...cutIntoOctets(content)];
    expect(countCopies(() => readAll(pieces))).toBe(0);
  });

  test('are a few for each octet of a trailer section octet by octet', () => {
    const trailers = octetsOfText(`0\r\nX: ${'x'.repeat(8000)}\r\n\r\n`);
    const pieces = [octetsOfText(CHUNKED), ...cutIntoOctets(trailers)];
    expect(countCopies(() => readAll(pieces))).toBeLessThanOrEqual(3 * trailers.length);
  });

  test('are a few for each octet of many requests that wait for the first', () => {
    const request = octetsOfText('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const pieces = Array.from({ length: 1000 }, () => request);
    const copies = countCopies(() => readAll(pieces));
    expect(copies).toBeLessThanOrEqual(3 * pieces.length * request.length);
  });
});

/**
 * A backtracking pattern looks at octets where nobody can count, so this one takes times: the
 * better of several runs, and a bound that is far from both sides (a linear reading is below 5,
 * a quadratic one above 100).
 */
describe('a field value of blanks', () => {
  const millis = (octets: Uint8Array): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 5; run++) {
      const connection = new ServerConnection();
      const start = performance.now();
      connection.receive(octets);
      try {
        connection.nextEvent();
      } catch {
        // Some of these values are refused: after they have been read.
        best = Math.min(best, performance.now() - start);
        continue;
      }
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };

  test.each(['Connection', 'Transfer-Encoding', 'Content-Length', 'Expect', 'Host', 'Upgrade'])(
    'of %s costs no more than one of letters',
    (name) => {
      const host = name === 'Host' ? '' : 'Host: a\r\n';
      const upgrade = name === 'Upgrade' ? 'Connection: upgrade\r\n' : '';
      const head = (middle: string): Uint8Array =>
        octetsOfText(`GET / HTTP/1.1\r\n${host}${upgrade}${name}: a${middle}b\r\n\r\n`);
      const blanks = millis(head(' '.repeat(16_000)));
      const letters = millis(head('x'.repeat(16_000)));
      expect(blanks / Math.max(letters, 0.05)).toBeLessThan(30);
    },
  );
});
