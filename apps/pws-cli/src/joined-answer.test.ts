import { describe, expect, it } from 'vitest';
import { JoinedAnswer } from './joined-answer.ts';

const HEAD = Buffer.from('head ');

describe('JoinedAnswer.of()', () => {
  it('joins a head with its content, and gives the same octets from the second time on', () => {
    const answer = new JoinedAnswer();
    const content = Buffer.from('content');
    expect(String(answer.of(HEAD, content))).toBe('head content');
    const again = answer.of(HEAD, content);
    expect(String(again)).toBe('head content');
    expect(answer.of(HEAD, content)).toBe(again);
  });

  it.each([
    ['other content', HEAD, Buffer.from('other'), 'head other'],
    ['another head', Buffer.from('other '), Buffer.from('content'), 'other content'],
  ])('joins it anew with %s', (_, head, content, expected) => {
    const answer = new JoinedAnswer();
    const before = Buffer.from('content');
    answer.of(HEAD, before);
    answer.of(HEAD, before);
    expect(String(answer.of(head, content))).toBe(expected);
  });

  it.each([
    [4096, true, true],
    [4097, false, true],
    [16_384, false, true],
    [16_385, false, false],
  ])('with %i octets of content: the first time %s, then %s', (length, first, again) => {
    const answer = new JoinedAnswer();
    const content = Buffer.alloc(length);
    expect([1, 2, 3].map(() => answer.of(HEAD, content) !== undefined)).toEqual([
      first,
      again,
      again,
    ]);
  });

  it('joins anew what it has forgotten', () => {
    const answer = new JoinedAnswer();
    const content = Buffer.alloc(5000);
    answer.of(HEAD, content);
    answer.forget();
    expect(answer.of(HEAD, content)).toBeUndefined();
  });
});
