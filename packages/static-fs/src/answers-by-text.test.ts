import { expect, it } from 'vitest';

import { knownAnswer as answer } from '../test/known-answer.ts';
import { AnswersByText, bytesOfAnswer } from './answers-by-text.ts';
import type { KnownAnswer } from './known-answers.ts';

function textsOf(first: KnownAnswer | undefined): string[] {
  const hosts: string[] = [];
  for (let each = first; each !== undefined; each = each.other) {
    hosts.push(each.seen.map(([name, value]) => `${name}=${value}`).join());
  }
  return hosts;
}

it('AnswersByText keeps those under one text that are for others, and the newest of each', () => {
  const answers = new AnswersByText(100_000);
  const forHost = (value: string): KnownAnswer => answer('a', { seen: [['host', value]] });
  for (const host of ['x', 'y', 'x']) answers.keep(forHost(host));
  expect(textsOf(answers.get('a'))).toEqual(['host=x', 'host=y']);
  // Whoever was given this one would have been given those: they are over.
  answers.keep(
    answer('a', {
      seen: [
        ['host', 'x'],
        ['accept', 'b'],
      ],
    }),
  );
  expect(textsOf(answers.get('a'))).toEqual(['host=x,accept=b', 'host=y']);
  answers.keep(answer('a', { rulesVersion: 2 }));
  expect(textsOf(answers.get('a'))).toEqual(['']);
  for (let host = 0; host < 9; host += 1) answers.keep(forHost(`${host}`));
  expect(textsOf(answers.get('a'))).toHaveLength(6);
  expect(answers.get('b')).toBeUndefined();
  expect(answers.size).toBe(1);
});

it('AnswersByText stays within its bound, whatever is kept of an answer', () => {
  const answers = new AnswersByText(50_000);
  for (let index = 0; index < 100; index += 1) {
    const long = 'x'.repeat(index * 20);
    answers.keep(answer(`${index}${long}`, { fields: [['Location', long]] }));
    expect(answers.bytes).toBeLessThanOrEqual(50_000);
    expect(answers.get(`${index}${long}`)).toBeDefined();
  }
  expect(answers.size).toBeGreaterThan(2);
  answers.keep(answer('too large', { fields: [['Location', 'x'.repeat(50_000)]] }));
  expect(answers.get('too large')).toBeUndefined();
});

it('bytesOfAnswer() counts what rules say and what an answer rests on', () => {
  const plain = bytesOfAnswer(answer('a'));
  const set = [['X-A', 'b'.repeat(97)]] as const;
  const effect = { set, remove: new Set<string>() };
  expect(bytesOfAnswer(answer('a', { effect })) - plain).toBe(200);
  const said = { path: 'a/b', kind: 'nothing', version: undefined } as const;
  expect(bytesOfAnswer(answer('a', { trail: [said, said] })) - plain).toBeGreaterThan(12);
});

it('bytesOfAnswer() counts what an answer is like where that is kept', () => {
  const said = { path: 'index.html', kind: 'nothing', version: undefined } as const;
  const own = { path: 'a.html', kind: 'nothing', version: undefined } as const;
  const effect = { set: [['X-A', 'b'.repeat(1000)]], remove: new Set<string>() } as const;
  const first = answer('a', { effect, trail: [own, said] });
  const bytes = bytesOfAnswer(answer('b', { effect, like: first, trail: [said] }));
  expect(bytes).toBeLessThan(600);
  const more = bytesOfAnswer(answer('b', { effect, like: first, trail: [{ ...said }] }));
  expect(more - bytes, 'the same in other words').toBeGreaterThan(2 * said.path.length);
});
