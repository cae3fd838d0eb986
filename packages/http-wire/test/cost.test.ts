/**
 * What it costs to read a message, counted: octets looked at and octets copied. However a
 * message is cut, both grow with its octets and not faster.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  NEED_DATA,
  PAUSED,
  ServerConnection,
  connectionOptions,
  parseRequestHead,
} from '../src/index.ts';
import { RequestHeadReader } from '../src/request-head.ts';
import { cutIntoOctets } from './arbitrary-messages.ts';
import { octetsOfText } from './octet-text.ts';

const SRC = join(import.meta.dirname, '../src');

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
    // Names and values are looked at eight octets at a time, and a line that is incomplete twice.
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
 * What a pattern looks at cannot be counted, so no field value is read by one that could go back:
 * code units are read one by one, and those reads are counted.
 */
describe('a field value with a run of blanks', () => {
  const strings = String.prototype as { charCodeAt: (this: string, at: number) => number };
  const original = strings.charCodeAt;

  function countCodeUnits(run: () => void): number {
    let count = 0;
    strings.charCodeAt = function charCodeAt(this: string, at: number): number {
      count++;
      return original.call(this, at);
    };
    try {
      run();
    } finally {
      strings.charCodeAt = original;
    }
    return count;
  }

  const VALUES = [`a${' '.repeat(16_000)}b`, `${' '.repeat(8000)}a${'\t'.repeat(8000)}`];

  test.each(VALUES)('is taken apart in a few looks at each code unit', (value) => {
    const looks = countCodeUnits(() => connectionOptions(value));
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(3 * value.length);
  });

  test('is trimmed by a loop wherever blanks are trimmed', () => {
    for (const name of readdirSync(SRC).filter((file) => file.endsWith('.ts'))) {
      if (name.endsWith('.test.ts')) continue;
      const source = readFileSync(join(SRC, name), 'utf8').replaceAll(/^ *(?:\*|\/\/).*$/gm, '');
      expect(source, name).not.toMatch(/\[ \\t\][+*]\$/);
    }
  });
});
