/** Every default limit, one octet below it, at it and above it. */
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  NEED_DATA,
  PAUSED,
  ProtocolError,
  ServerConnection,
  type WireLimits,
} from '../src/index.ts';
import { octetsOfText } from './octet-text.ts';

const L = DEFAULT_LIMITS;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

const request = (method: string, target: string, lines = ''): string =>
  `${method} ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;

/** A head of exactly this many octets. */
function headOf(lengthBytes: number): string {
  const rest = request('GET', '/', 'X: \r\n').length;
  return request('GET', '/', `X: ${'x'.repeat(lengthBytes - rest)}\r\n`);
}

/** Chunks of one octet whose extensions have exactly this many octets together. */
function extensionsOf(totalBytes: number): string {
  let text = CHUNKED;
  for (let left = totalBytes; left > 0; left -= 1000) {
    text += `1;${'x'.repeat(Math.min(left, 1000) - 1)}\r\nx\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

/** For each limit a message that has `size` of what is limited. */
const MESSAGES: Readonly<Record<keyof WireLimits, [code: string, of: (size: number) => string]>> = {
  maxMethodBytes: ['method-too-long', (size) => request('M'.repeat(size), '/')],
  maxTargetBytes: ['target-too-long', (size) => request('GET', `/${'x'.repeat(size - 1)}`)],
  maxHeadBytes: ['head-too-large', headOf],
  maxFields: ['too-many-fields', (size) => request('GET', '/', 'X: y\r\n'.repeat(size - 1))],
  maxContentBytes: [
    'content-length-overflow',
    (size) => request('POST', '/', `Content-Length: ${BigInt(size)}\r\n`),
  ],
  maxChunkLineBytes: [
    'chunk-line-too-long',
    (size) => `${CHUNKED}1;${'x'.repeat(size - 2)}\r\nx\r\n0\r\n\r\n`,
  ],
  maxChunkExtensionBytes: ['chunk-extensions-too-large', extensionsOf],
  maxTrailerBytes: [
    'trailer-section-too-large',
    (size) => `${CHUNKED}0\r\nX: ${'x'.repeat(size - 7)}\r\n\r\n`,
  ],
};

function outcome(text: string): string {
  const connection = new ServerConnection();
  connection.receive(octetsOfText(text));
  try {
    for (;;) {
      const event = connection.nextEvent();
      if (event === NEED_DATA || event === PAUSED) return 'read';
    }
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe.each(Object.entries(MESSAGES))('%s', (name, [code, of]) => {
  const limit = L[name as keyof WireLimits];

  test(`reads a message below and at the default of ${limit}`, () => {
    expect(outcome(of(limit - 1))).toBe('read');
    expect(outcome(of(limit))).toBe('read');
  });

  test(`refuses a message above it with ${code}`, () => {
    expect(outcome(of(limit + 1))).toBe(code);
  });
});

test('the defaults cannot be changed', () => {
  expect(Object.isFrozen(DEFAULT_LIMITS)).toBe(true);
});

describe('limits that are given', () => {
  const refusal = (limits: Partial<WireLimits>): unknown => {
    const connection = new ServerConnection({ limits });
    connection.receive(octetsOfText(request('GET', '/long')));
    try {
      return connection.nextEvent();
    } catch (error) {
      return error instanceof ProtocolError ? error.code : error;
    }
  };

  test('hold as they are when the connection is made, though they were others before', () => {
    const limits = { maxTargetBytes: 4 };
    expect(refusal(limits)).toBe('target-too-long');
    limits.maxTargetBytes = 8;
    expect(refusal(limits)).toMatchObject({ type: 'request' });
  });

  test('hold for each connection where they cannot change', () => {
    const limits = Object.freeze({ maxTargetBytes: 4 });
    expect(refusal(limits)).toBe('target-too-long');
    expect(refusal(limits)).toBe('target-too-long');
    expect(refusal(Object.freeze({ maxTargetBytes: 8 }))).toMatchObject({ type: 'request' });
    expect(refusal({})).toMatchObject({ type: 'request' });
  });
});
