import { expect, it } from 'vitest';

import { knownAnswer } from '../test/known-answer.ts';
import { sharedWithAlike } from './answers-alike.ts';
import type { KnownAnswer } from './known-answers.ts';

const OCTETS = new Uint8Array(3);
const EFFECT = { set: [['X-A', 'b']], remove: new Set<string>() } as const;
const INDEX = { path: 'index.html', kind: 'nothing', version: undefined } as const;

function answer(text: string, init: Partial<KnownAnswer> = {}): KnownAnswer {
  return knownAnswer(text, {
    status: 200,
    fields: [],
    served: { segments: ['index.html'], role: 'shell' },
    effect: EFFECT,
    octets: new WeakRef(OCTETS),
    seen: [['sec-fetch-mode', 'navigate']],
    trail: [{ path: text, kind: 'nothing', version: undefined }, { ...INDEX }],
    ...init,
  });
}

it('sharedWithAlike() gives what both say from the first one', () => {
  const fields = [['Content-Type', 'text/html']] as const;
  const first = answer('a', { fields });
  expect(sharedWithAlike(first)).toBe(first);
  const second = answer('b', { fields });
  const shared = sharedWithAlike(second);
  expect(shared).toEqual({ ...second, like: first });
  expect(shared.octets).toBe(first.octets);
  expect(shared.served).toBe(first.served);
  expect(shared.seen).toBe(first.seen);
  expect(shared.trail[0]).toBe(second.trail[0]);
  expect(shared.trail[1]).toBe(first.trail[1]);
  expect(sharedWithAlike(answer('c', { fields })).like, 'never one that is like another').toBe(
    first,
  );
});

it('sharedWithAlike() leaves who else is to be given it as it is', () => {
  const fields = [['Content-Type', 'text/html']] as const;
  const first = sharedWithAlike(answer('a', { fields }));
  const seen = [['sec-fetch-mode', undefined]] as const;
  const shared = sharedWithAlike(answer('b', { fields, seen, rulesVersion: 2, sinceMs: 5 }));
  expect(shared).toMatchObject({ like: first, seen, rulesVersion: 2, sinceMs: 5, text: 'b' });
});

it.each<[string, Partial<KnownAnswer>]>([
  ['other lines', { fields: [['Content-Type', 'text/html']] }],
  ['another status', { status: 304 }],
  ['something else to say by rules', { effect: { ...EFFECT } }],
  ['other octets', { octets: new WeakRef(new Uint8Array(3)) }],
  ['no octets', { octets: undefined }],
  ['another site', { site: {} }],
  ['another role', { served: { segments: ['index.html'], role: 'rewritten' } }],
  ['another file', { served: { segments: ['a', 'index.html'], role: 'shell' } }],
  ['no file', { served: undefined }],
])('sharedWithAlike() shares nothing with an answer that has %s', (_, init) => {
  const fields = [['Content-Type', 'text/html']] as const;
  sharedWithAlike(answer('a', { fields }));
  const other = answer('b', { fields, ...init });
  expect(sharedWithAlike(other)).toBe(other);
});
