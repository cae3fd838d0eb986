import { describe, expect, test } from 'vitest';
import {
  PROTOCOL_ERROR_STATUS,
  ProtocolError,
  type ProtocolErrorCode,
  UsageError,
} from './errors.ts';

const CODES = Object.keys(PROTOCOL_ERROR_STATUS) as ProtocolErrorCode[];

describe('ProtocolError', () => {
  test.each(CODES)('%s has a status and a sentence', (code) => {
    const error = new ProtocolError(code, 7);
    expect(error).toMatchObject({ name: 'ProtocolError', code, offset: 7 });
    expect(error.status).toBe(PROTOCOL_ERROR_STATUS[code]);
    expect([400, 413, 414, 417, 431, 501, 502, 505]).toContain(error.status);
    expect(error.message).toMatch(/^[a-zA-Z].{15,}[^.]$/);
  });

  test('has a sentence of its own for each code', () => {
    const sentences = CODES.map((code) => new ProtocolError(code, 0).message);
    expect(new Set(sentences).size).toBe(CODES.length);
  });

  test('the table of statuses cannot be changed', () => {
    expect(Object.isFrozen(PROTOCOL_ERROR_STATUS)).toBe(true);
  });
});

test('UsageError has a code and a message', () => {
  expect(new UsageError('wrong-state', 'a')).toMatchObject({
    name: 'UsageError',
    code: 'wrong-state',
    message: 'a',
  });
});
