// An answer as it is kept, for tests of what keeps them.

import type { KnownAnswer } from '../src/known-answers.ts';

const SITE = {};

/** A redirect that rests on nothing, but for what a test says of it. */
export function knownAnswer(text: string, init: Partial<KnownAnswer> = {}): KnownAnswer {
  return {
    status: 301,
    fields: [['Location', '/']],
    octets: undefined,
    made: undefined,
    like: undefined,
    site: SITE,
    rulesVersion: 1,
    sinceMs: 0,
    text,
    codings: undefined,
    seen: [],
    isWithoutQuery: false,
    validators: undefined,
    trail: [],
    basis: undefined,
    other: undefined,
    ...init,
  };
}
