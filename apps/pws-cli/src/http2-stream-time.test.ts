import { describe, expect, it, test } from 'vitest';
import { DEFAULT_CONNECTION_LIMITS } from './deadlines.ts';
import { type Pace, StreamTime, shareOfTime } from './http2-stream-time.ts';

const limits = DEFAULT_CONNECTION_LIMITS;

/** What happens in a second of a response: octets taken, others that wait then, and its share. */
interface Second {
  readonly took?: number;
  readonly waiting?: number;
  readonly share?: number;
}

/** After how many seconds the time is over; `undefined` where it is not within 1000. */
function secondsUntilOver(second: (at: number) => Second): number | undefined {
  const time = new StreamTime(0);
  let waitingBytes = 0;
  for (let at = 1; at <= 1000; at++) {
    const { took = 0, waiting = 1, share = 1 } = second(at);
    time.offer(took + waiting - waitingBytes);
    time.took(took);
    waitingBytes = waiting;
    if (time.isOver(at * 1000, share, limits)) return at;
  }
  return undefined;
}

describe('the time of a stream', () => {
  test.each<[string, (at: number) => Second, number | undefined]>([
    ['of which nothing is taken', () => ({}), 30],
    ['of which 512 octets a second are taken', () => ({ took: 512 }), undefined],
    ['of which fewer are taken', () => ({ took: 511 }), 30],
    ['that was taken quickly, then no more', (at) => (at <= 100 ? { took: 1e6 } : {}), 130],
    ['for which the disk has nothing', () => ({ waiting: 0 }), undefined],
    ['for which the disk had nothing at first', (at) => ({ waiting: at <= 50 ? 0 : 1 }), 80],
    ['that waits for nine others of a client held up', () => ({ share: 0.1 }), 300],
    ['that has its turn a tenth of the time', () => ({ took: 52, share: 0.1 }), undefined],
  ])('%s', (_what, second, seconds) => {
    expect(secondsUntilOver(second)).toBe(seconds);
  });

  it('knows what was taken', () => {
    const time = new StreamTime(0);
    time.offer(10);
    time.took(7);
    expect(time.takenBytes).toBe(7);
  });
});

describe('shareOfTime()', () => {
  const pace = { isHeldUp: true, streamCount: 10, takenBytes: 0, elapsedMs: 500 };
  test.each<[Partial<Pace>, number, string]>([
    [{ isHeldUp: false }, 1, 'the session has room: a stream that stands holds itself up'],
    [{ takenBytes: 10 * 256 }, 1, 'enough for all was taken'],
    [{ takenBytes: 1e6 }, 1, 'more than that'],
    [{ takenBytes: 5 * 256 }, 0.5, 'half of it'],
    [{ takenBytes: 0 }, 0.1, 'nothing: an equal share'],
    [{ takenBytes: 256 }, 0.1, 'as much as that'],
    [{ streamCount: 1 }, 1, 'there is nobody to wait for'],
  ])('of %j is %d: %s', (changed, share) => {
    expect(shareOfTime({ ...pace, ...changed }, limits)).toBe(share);
  });

  it('is an equal one where any rate will do', () => {
    expect(shareOfTime({ ...pace, takenBytes: 1e6 }, { minSendBytesPerSecond: 0 })).toBe(0.1);
  });
});
