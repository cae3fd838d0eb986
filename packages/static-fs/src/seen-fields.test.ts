import { expect, test } from 'vitest';

import { SeenFields, SeenQuestion } from './seen-fields.ts';

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

test('SeenFields knows what was asked for, and what that said', () => {
  const fields = new SeenFields({ get: (name) => (name === 'HOST' ? 'a.example' : undefined) });
  expect(fields.values.size).toBe(0);
  for (const name of ['HOST', 'Cookie', 'cookie']) fields.get(name);
  expect([...fields.values]).toEqual([
    ['host', 'a.example'],
    ['cookie', undefined],
  ]);
});

test('SeenQuestion knows whether its query was looked at', () => {
  const fields = new SeenFields({ get: () => undefined });
  const path = { kind: 'site-path', segments: ['a'], endsWithSlash: false } as const;
  const request = { method: 'GET', path: '/b/a', query: 'q', fields };
  const question = new SeenQuestion(request, { path, base: ['b'] }, fields);
  expect([question.method, question.path, question.base]).toEqual(['GET', path, ['b']]);
  expect(question.hasSeenQuery).toBe(false);
  expect(question.query).toBe('q');
  expect(question.hasSeenQuery).toBe(true);
});
