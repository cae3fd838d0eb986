/**
 * The time of one connection: since when it does what it does, how its client takes what is sent to
 * it, and which limits it is held to. Owns the numbers that deadlines are judged by; the judgement
 * is in deadlines.ts.
 */
import type { Carrier } from './carrier.ts';
import type { CoarseClock } from './coarse-clock.ts';
import {
  type Activity,
  type ConnectionLimits,
  type Standing,
  type Verdict,
  isWornOut,
  judge,
} from './deadlines.ts';
import { HandleSocket } from './handle-socket.ts';

/** What a {@link ConnectionTime} needs. */
export interface TimeContext {
  readonly clock: CoarseClock;
  /** Of all connections now; they can change. */
  readonly limits: ConnectionLimits;
}

/** Who writes to the socket. */
interface Writer {
  /** Octets that were written so far, whether or not they went out. */
  readonly writtenBytes: number;
}

export class ConnectionTime {
  readonly #socket: Carrier;
  readonly #writer: Writer;
  readonly #context: TimeContext;
  readonly #clock: CoarseClock;
  /** What the exchange under way began with. */
  #limits: ConnectionLimits;
  readonly #beganMs: number;
  /** When what the connection is doing now began, and when the client last took octets. */
  #sinceMs: number;
  #progressMs: number;
  /** Octets that the client had taken then, and when the response began. */
  #takenBytes = 0;
  #takenBeforeBytes = 0;

  constructor(socket: Carrier, context: TimeContext, writer: Writer) {
    this.#socket = socket;
    this.#writer = writer;
    this.#context = context;
    this.#clock = context.clock;
    this.#limits = context.limits;
    this.#beganMs = this.#clock.nowMs;
    this.#sinceMs = this.#beganMs;
    this.#progressMs = this.#beganMs;
  }

  /** An exchange begins, and ends by the limits of now: they may have changed since the last. */
  takeLimits(): void {
    this.#limits = this.#context.limits;
  }

  /** Whether the connection has had its share, with so many exchanges. */
  isWornOut(exchangeCount: number): boolean {
    return isWornOut(this.#limits, exchangeCount, this.#clock.nowMs - this.#beganMs);
  }

  /** What is to be done with the connection at this moment. */
  judge(activity: Activity, nowMs: number, isCrowded: boolean): Verdict {
    if (activity === 'idle' || activity === 'new') this.takeLimits();
    return judge(this.#standing(activity, nowMs, isCrowded), nowMs, this.#limits);
  }

  /** What the client has not taken yet. */
  get unsentBytes(): number {
    return unsentBytes(this.#socket);
  }

  /** What the client has taken so far. */
  get takenBytes(): number {
    return this.#writer.writtenBytes - this.unsentBytes;
  }

  /** Something else begins now. */
  begin(): void {
    this.#sinceMs = this.#clock.nowMs;
  }

  /** A response begins to be sent now. */
  beginSending(): void {
    this.#sinceMs = this.#clock.nowMs;
    this.#progressMs = this.#sinceMs;
    this.#takenBytes = this.#writer.writtenBytes;
    this.#takenBeforeBytes = this.#takenBytes;
  }

  #standing(activity: Activity, nowMs: number, isCrowded: boolean): Standing {
    const { takenBytes } = this;
    if (takenBytes !== this.#takenBytes) {
      this.#takenBytes = takenBytes;
      this.#progressMs = nowMs;
    }
    return {
      activity,
      sinceMs: this.#sinceMs,
      progressMs: this.#progressMs,
      takenBytes: takenBytes - this.#takenBeforeBytes,
      isCrowded,
    };
  }
}

/**
 * What the client has not taken yet. For the stream a piece that is on its way counts whole; what of
 * it is left only the handle tells, and without that a slow client of a large piece seems to stand
 * still.
 */
function unsentBytes(socket: Carrier): number {
  if (socket instanceof HandleSocket) return socket.writeQueueSize;
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? socket.writableLength;
}
