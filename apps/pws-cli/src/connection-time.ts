/**
 * The time of one connection: since when it does what it does, and how its client takes what is
 * sent to it. Owns the numbers that deadlines are judged by; the judgement is in deadlines.ts.
 */
import type { Socket } from 'node:net';
import type { CoarseClock } from './coarse-clock.ts';
import type { Activity, Standing } from './deadlines.ts';

export class ConnectionTime {
  readonly #socket: Socket;
  readonly #clock: CoarseClock;
  readonly #beganMs: number;
  /** When what the connection is doing now began, and when the client last took octets. */
  #sinceMs: number;
  #progressMs: number;
  /** Octets that the client had taken then, and when the response began. */
  #takenBytes = 0;
  #takenBeforeBytes = 0;

  constructor(socket: Socket, clock: CoarseClock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#beganMs = clock.nowMs;
    this.#sinceMs = this.#beganMs;
    this.#progressMs = this.#beganMs;
  }

  /** How old the connection is, in milliseconds. */
  get ageMs(): number {
    return this.#clock.nowMs - this.#beganMs;
  }

  /** Something else begins now. */
  begin(): void {
    this.#sinceMs = this.#clock.nowMs;
  }

  /** A response begins to be sent now. */
  beginSending(): void {
    this.#sinceMs = this.#clock.nowMs;
    this.#progressMs = this.#sinceMs;
    this.#takenBytes = this.#socket.bytesWritten;
    this.#takenBeforeBytes = this.#takenBytes;
  }

  /** How the connection stands at this moment. */
  standing(activity: Activity, nowMs: number, isCrowded: boolean): Standing {
    const takenBytes = this.#socket.bytesWritten - unsentBytes(this.#socket);
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
function unsentBytes(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? socket.writableLength;
}
