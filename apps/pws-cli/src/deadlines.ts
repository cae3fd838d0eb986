/**
 * How long a connection may take for what, and what happens then.
 * Owns the table from what a connection is doing to the milliseconds that it has for it. Pure:
 * who has a clock and connections asks, and does what it is told.
 *
 * RFC 9110 §15.5.9 (408), RFC 9112 §9.5 (failures and timeouts).
 */

/** What a connection is doing, as far as deadlines are concerned. */
export type Activity =
  /** Nothing was received yet. */
  | 'new'
  /** Between two requests. */
  | 'idle'
  /** A request's head has begun. */
  | 'head'
  /** A response is being made; the disk may take its time. */
  | 'answering'
  /** A response is being sent. */
  | 'sending'
  /** All is sent, and the client is given time to read it. */
  | 'lingering';

/** The deadlines of all connections. */
export interface Deadlines {
  /**
   * From the first octet of a head to its last, in milliseconds, however many come meanwhile; and
   * for the first octet of a new connection. Default 15 000.
   */
  readonly headMs: number;
  /** Between two requests, in milliseconds. Default 65 000: more than proxies wait. */
  readonly idleMs: number;
  /** The same where three quarters of all connections are taken. Default 5000. */
  readonly crowdedIdleMs: number;
  /** Without one octet taken by the client while there are some for it. Default 30 000. */
  readonly sendMs: number;
  /** What a client must take on average once `sendMs` are over. Default 512; 0 is any. */
  readonly minSendBytesPerSecond: number;
  /** To read the last answer after the server is done, in milliseconds. Default 2000. */
  readonly lingerMs: number;
}

const DEFAULT_DEADLINES: Deadlines = {
  headMs: 15_000,
  idleMs: 65_000,
  crowdedIdleMs: 5000,
  sendMs: 30_000,
  minSendBytesPerSecond: 512,
  lingerMs: 2000,
};

/** How much of a connection one client may have. */
export interface ConnectionLimits extends Deadlines {
  /** Exchanges on one connection; the last answer closes it. Default 1000; 0 is any number. */
  readonly maxRequests: number;
  /** Age in milliseconds after which the next answer closes it. Default one hour; 0 is any. */
  readonly maxAgeMs: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  ...DEFAULT_DEADLINES,
  maxRequests: 1000,
  maxAgeMs: 3_600_000,
};

/**
 * Whether a connection has had its share, and another one may come to another process.
 *
 * @param exchangeCount - with the one under way
 */
export function isWornOut(
  { maxRequests, maxAgeMs }: ConnectionLimits,
  exchangeCount: number,
  ageMs: number,
): boolean {
  if (maxRequests > 0 && exchangeCount >= maxRequests) return true;
  return maxAgeMs > 0 && ageMs >= maxAgeMs;
}

/** How a connection stands. */
export interface Standing {
  readonly activity: Activity;
  /** When the activity began. */
  readonly sinceMs: number;
  /** When the client last took an octet; counts while sending. */
  readonly progressMs: number;
  /** Octets that the client took since the activity began; counts while sending. */
  readonly takenBytes: number;
  /** Whether three quarters of all connections are taken. */
  readonly isCrowded: boolean;
}

/**
 * What is to be done: nothing; to close without a word (a client that asks for nothing has no
 * answer coming); to answer 408 and close; or to reset, since what waits to be sent would only be
 * kept by the operating system for somebody who does not read it.
 */
export type Verdict = 'keep' | 'close' | 'refuse' | 'reset';

/** Tells what is to be done with a connection. */
export function judge(standing: Standing, nowMs: number, deadlines: Deadlines): Verdict {
  const elapsedMs = nowMs - standing.sinceMs;
  switch (standing.activity) {
    case 'new':
      return elapsedMs >= deadlines.headMs ? 'close' : 'keep';
    case 'idle': {
      const idleMs = standing.isCrowded ? deadlines.crowdedIdleMs : deadlines.idleMs;
      return elapsedMs >= idleMs ? 'close' : 'keep';
    }
    case 'head':
      return elapsedMs >= deadlines.headMs ? 'refuse' : 'keep';
    case 'answering':
      return 'keep';
    case 'sending':
      return isTooSlow(standing, elapsedMs, nowMs, deadlines) ? 'reset' : 'keep';
    case 'lingering':
      return elapsedMs >= deadlines.lingerMs ? 'close' : 'keep';
  }
}

function isTooSlow(
  { progressMs, takenBytes }: Standing,
  elapsedMs: number,
  nowMs: number,
  { sendMs, minSendBytesPerSecond }: Deadlines,
): boolean {
  if (nowMs - progressMs >= sendMs) return true;
  // A trickle makes progress for ever.
  return elapsedMs >= sendMs && takenBytes < (elapsedMs / 1000) * minSendBytesPerSecond;
}
