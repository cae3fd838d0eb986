/**
 * The time of one response among the others of its session.
 * Owns the numbers that a stream's deadlines are judged by; the judgement is in deadlines.ts. A
 * stream has a time of its own. It stands while nothing waits for the client: then the disk is
 * slow. It goes slower while the session is held up: with a hundred responses on a slow link each
 * waits for the ninety-nine others, and the client takes as much as it can.
 */
import { type Deadlines, judge } from './deadlines.ts';

/** How a session stands, from one look at its streams to the next. */
export interface Pace {
  /** Whether its client took nothing more for the moment, of whatever stream. */
  readonly isHeldUp: boolean;
  /** How many responses are being sent. */
  readonly streamCount: number;
  /** What the client took of all of them meanwhile. */
  readonly takenBytes: number;
  readonly elapsedMs: number;
}

/**
 * How much of the time that went by is a stream's own: all of it where the stream holds itself up,
 * or the client took enough for all; else the part that it took of that, and at least an equal
 * share, so that who holds up a session does not hold its streams for ever.
 */
export function shareOfTime(
  { isHeldUp, streamCount, takenBytes, elapsedMs }: Pace,
  { minSendBytesPerSecond }: Pick<Deadlines, 'minSendBytesPerSecond'>,
): number {
  if (!isHeldUp) return 1;
  const enoughBytes = streamCount * minSendBytesPerSecond * (elapsedMs / 1000);
  const equalShare = 1 / streamCount;
  return enoughBytes === 0 ? equalShare : clamp(takenBytes / enoughBytes, equalShare, 1);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

export class StreamTime {
  /** The clock when this was last judged. */
  #clockMs: number;
  #ownMs = 0;
  /** By its own time. */
  #progressMs = 0;
  #waitingBytes = 0;
  #takenBytes = 0;
  #seenBytes = 0;

  /** @param nowMs - when the response began to be sent */
  constructor(nowMs: number) {
    this.#clockMs = nowMs;
  }

  /** How many octets the client took. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** So many octets more wait to be taken. */
  offer(bytes: number): void {
    this.#waitingBytes += bytes;
  }

  /** So many of them were taken. */
  took(bytes: number): void {
    this.#waitingBytes -= bytes;
    this.#takenBytes += bytes;
  }

  /**
   * Whether the client has had its time.
   *
   * @param share - how much of the time since this was last asked was its own; 1 is all
   */
  isOver(nowMs: number, share: number, deadlines: Deadlines): boolean {
    const elapsedMs = nowMs - this.#clockMs;
    this.#clockMs = nowMs;
    if (this.#waitingBytes > 0) this.#ownMs += elapsedMs * share;
    if (this.#waitingBytes === 0 || this.#takenBytes !== this.#seenBytes) {
      this.#seenBytes = this.#takenBytes;
      this.#progressMs = this.#ownMs;
    }
    const standing = {
      activity: 'sending',
      sinceMs: 0,
      progressMs: this.#progressMs,
      // What is taken of a piece on its way nobody knows: all but an octet of it may be.
      takenBytes: this.#takenBytes + this.#waitingBytes,
      isCrowded: false,
    } as const;
    return judge(standing, this.#ownMs, deadlines) === 'reset';
  }
}
