import { expect, test } from 'vitest';
import { ownTicketKeys } from './tls-ticket-keys.ts';

const HOUR_MS = 3_600_000;

test('keys are 48 octets, the same for half a day, then others', () => {
  let nowMs = 5;
  const keys = ownTicketKeys(() => nowMs);
  const first = keys();
  expect(first).toHaveLength(48);
  nowMs += 12 * HOUR_MS - 1;
  expect(keys()).toBe(first);
  nowMs += 1;
  const second = keys();
  expect(second).toHaveLength(48);
  expect(second.equals(first)).toBe(false);
  nowMs += 11 * HOUR_MS;
  expect(keys()).toBe(second);
});

test('no two sources have the same', () => {
  expect(ownTicketKeys(() => 0)().equals(ownTicketKeys(() => 0)())).toBe(false);
});
