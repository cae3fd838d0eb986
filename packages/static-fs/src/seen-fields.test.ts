import { expect, test } from 'vitest';

import { SeenFields } from './seen-fields.ts';

test.each<[readonly string[], string | undefined, string]>([
  [[], undefined, 'nothing'],
  [['Host', 'host'], undefined, 'what is of the target itself'],
  [['cookie'], 'Cookie', 'one'],
  [['COOKIE', 'Accept-Language', 'cookie'], 'Accept-Language, Cookie', 'each once, in one order'],
  [['Sec-Fetch-Mode'], 'Accept, Sec-Fetch-Mode', 'what goes for it where it is missing, too'],
  [['accept', 'dnt'], 'Accept, Dnt, Sec-Fetch-Mode', 'either way'],
])('SeenFields says of %j that an answer varies by %s: %s', (names, expected) => {
  const seen = new SeenFields({ get: (name) => `value of ${name}` });
  for (const name of names) expect(seen.get(name)).toBe(`value of ${name}`);
  expect(seen.vary).toBe(expected);
});
