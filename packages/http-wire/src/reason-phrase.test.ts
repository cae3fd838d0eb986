import { expect, test } from 'vitest';
import { reasonPhrase } from './reason-phrase.ts';

test.each([
  [200, 'OK'],
  [304, 'Not Modified'],
  [413, 'Content Too Large'],
  [299, ''],
  [0, ''],
  [Number.NaN, ''],
])('reasonPhrase(%i) is %j', (status, phrase) => {
  expect(reasonPhrase(status)).toBe(phrase);
});
