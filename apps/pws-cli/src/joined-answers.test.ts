import { expect, it } from 'vitest';
import { joinAnswer } from './joined-answers.ts';

it('joins a head with its content the second time, and gives that again', () => {
  const [head, content] = [Buffer.from('head '), Buffer.from('content')];
  expect(joinAnswer(head, content)).toBeUndefined();
  const joined = joinAnswer(head, content);
  expect(String(joined)).toBe('head content');
  expect(joinAnswer(head, content)).toBe(joined);
});

it('joins it with other content anew', () => {
  const head = Buffer.from('head ');
  joinAnswer(head, Buffer.from('one'));
  joinAnswer(head, Buffer.from('one'));
  expect(String(joinAnswer(head, Buffer.from('other')))).toBe('head other');
});

it.each([
  [4096, true],
  [4097, false],
])('with %i octets of content: %s', (length, isJoined) => {
  const [head, content] = [Buffer.from('head'), Buffer.alloc(length)];
  joinAnswer(head, content);
  expect(joinAnswer(head, content) !== undefined).toBe(isJoined);
});
