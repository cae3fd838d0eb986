import { describe, expect, it } from 'vitest';
import { JoinedAnswers, joinOnce } from './joined-answers.ts';

const KIB = 1024;
const pieces = (...lengths: number[]): Uint8Array[] =>
  lengths.map((length, index) => new Uint8Array(length).fill(index + 1));

describe('an answer that is given once', () => {
  it('is one piece', () => {
    for (const given of [
      ['head ', 'content'],
      ['start of ', 'the head ', 'content'],
    ]) {
      const joined = joinOnce(given.map((text) => Buffer.from(text)));
      expect(joined.map(String)).toEqual([given.join('')]);
    }
  });

  it.each([
    ['one piece', pieces(4)],
    ['much content', pieces(4, 4 * KIB + 1)],
  ])('stays as it is with %s', (_, given) => {
    expect(joinOnce(given)).toBe(given);
  });
});

describe('an answer that is given again', () => {
  it('is one piece, the same for all', () => {
    const answers = new JoinedAnswers();
    const [head, content] = [Buffer.from('head '), Buffer.from('content')];
    const first = answers.again([head, content]);
    expect(first.map(String)).toEqual(['head content']);
    expect(answers.again([head, content])).toEqual(first);
    expect(answers.again([head, content])[0]).toBe(first[0]);
    expect(answers.bytes).toBe('head content'.length);
  });

  it.each<[string, string[]]>([
    ['another start', ['other ', 'head ', 'content']],
    ['other content', ['start ', 'head ', 'other']],
    ['no content', ['start ', 'head ']],
  ])('is joined anew with %s, in place of what was', (_, texts) => {
    const answers = new JoinedAnswers();
    const first = ['start ', 'head ', 'content'].map((text) => Buffer.from(text));
    answers.again(first);
    const second = texts.map((text, index) => (index === 1 ? first[1]! : Buffer.from(text)));
    expect(answers.again(second).map(String)).toEqual([texts.join('')]);
    expect(answers.bytes).toBe(texts.join('').length);
  });

  it.each([
    [16 * KIB, 1],
    [16 * KIB + 1, 2],
  ])('with %i octets of content is %i pieces', (length, count) => {
    expect(new JoinedAnswers().again(pieces(4, length))).toHaveLength(count);
  });

  it('is kept within a mebibyte, the oldest not', () => {
    const answers = new JoinedAnswers();
    const first = pieces(4, 16 * KIB);
    const before = answers.again(first)[0];
    for (let count = 0; count < 200; count += 1) {
      answers.again(pieces(4, 16 * KIB));
      expect(answers.bytes).toBeLessThanOrEqual(1024 * KIB);
    }
    expect(answers.bytes).toBeGreaterThan(1000 * KIB);
    expect(answers.again(first)[0]).not.toBe(before);
  });
});
