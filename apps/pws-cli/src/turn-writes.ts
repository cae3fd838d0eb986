/**
 * Holds back what is written in one turn of the event loop until its end.
 * Owns that the system is called when all requests of the turn are answered, not in between: a
 * client on another processor is woken once for many answers, and waking it is the most expensive
 * part of a small write.
 */
import type { Socket } from 'node:net';

/** The sockets of a server that were written to in this turn. */
export class TurnWrites {
  readonly #held: Socket[] = [];
  readonly #release = (): void => {
    for (const socket of this.#held.splice(0)) socket.uncork();
  };

  /** Holds back what is written to a socket from now to the end of the turn. */
  hold(socket: Socket): void {
    if (socket.writableCorked > 0) return;
    socket.cork();
    if (this.#held.push(socket) === 1) setImmediate(this.#release);
  }
}
