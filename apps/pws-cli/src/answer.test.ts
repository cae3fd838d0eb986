import { describe, expect, it } from 'vitest';
import { type Answer, recordOf } from './answer.ts';
import { exchangeOf } from './exchange.ts';

const RESPONSE = {
  status: 200,
  fields: [],
  content: undefined,
  cacheHit: true,
  prepared: undefined,
};
const PEER = { address: '127.0.0.1', port: 51_000 };
const WHOLE = {
  requestId: '5f3a-00',
  peer: PEER,
  failure: undefined,
  ended: 'complete',
  monotonicMs: 1010,
  endedAtMs: 5000,
} as const;
const CUT = { ...WHOLE, failure: 'write EPIPE', ended: 'aborted-by-client' } as const;

const begun = (): Answer => ({
  response: RESPONSE,
  request: undefined,
  startedMs: 1000,
  reason: undefined,
  contentBytes: 100,
  told: undefined,
});

describe('recordOf()', () => {
  it('tells all that is known of an answer', () => {
    expect(recordOf(begun(), CUT)).toEqual(
      exchangeOf(undefined, RESPONSE, {
        requestId: '5f3a-00',
        peer: PEER,
        protocol: undefined,
        reason: 'write EPIPE',
        contentBytes: 100,
        durationMs: 10,
        endedAtMs: 5000,
        ended: 'aborted-by-client',
      }),
    );
  });

  it('gives one that is sent whole again an id and times of its own', () => {
    const answer = begun();
    const first = recordOf(answer, WHOLE);
    expect(first.like).toBeUndefined();
    answer.startedMs = 1100;
    const own = { requestId: '5f3a-01', endedAtMs: 6000 };
    for (const monotonicMs of [1105, 1105]) {
      const again = recordOf(answer, { ...WHOLE, ...own, monotonicMs });
      expect(again).toEqual({ ...first, ...own, durationMs: 5, like: first });
      expect(again.like).toBe(first);
    }
  });

  it.each([
    ['not sent whole', CUT],
    ['sent when there was a reason to end the connection', { ...WHOLE, failure: 'too slow' }],
  ])('is like no other where it is %s, and nothing is like it', (_what, outcome) => {
    const answer = begun();
    const first = recordOf(answer, WHOLE);
    const other = recordOf(answer, { ...outcome, requestId: '5f3a-01' });
    expect([other.like, other.ended, other.reason]).toEqual([
      undefined,
      outcome.ended,
      outcome.failure,
    ]);
    expect(recordOf(answer, WHOLE).like).toBe(first);
  });

  it('takes none that was not sent whole for what others are like', () => {
    const answer = begun();
    recordOf(answer, CUT);
    expect(recordOf(answer, WHOLE)).toMatchObject({ like: undefined, ended: 'complete' });
  });
});
