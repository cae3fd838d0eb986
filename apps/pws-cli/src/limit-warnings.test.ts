import { expect, test } from 'vitest';
import { limitWarnings } from './limit-warnings.ts';

test.each<[Record<string, string>, string[], string]>([
  [{}, [], 'the defaults are limits'],
  [{ 'max-connections': '1' }, [], 'a limit'],
  [{ 'max-connections': '0' }, ['no limit, as asked: max-connections'], 'off'],
  [
    { 'max-connection-age': '0', 'min-send-rate': '0' },
    ['no limit, as asked: min-send-rate, max-connection-age'],
    'two',
  ],
  [{ grace: '0', 'drain-delay': '0', fresh: '0', memory: '0' }, [], 'what 0 does not take away'],
])('of %j: %j, %s', (texts, expected) => {
  const flags = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, [text]]));
  const surroundings = { env: {}, cwd: '/' };
  expect(
    limitWarnings({ given: { root: undefined, flags }, surroundings, file: undefined }),
  ).toEqual(expected);
});
