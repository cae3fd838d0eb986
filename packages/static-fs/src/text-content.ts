// Text that is made as it is sent, as the content of a response: how long it will be nobody knows
// before its end, and no more of it is there at one time than a piece and the caller's buffer. Each
// piece has a turn of the event loop of its own: a client that keeps up would otherwise have all of
// them made in one, and a listing of ten thousand names kept all others waiting for 30 to 90 ms.

import { fileSourceError } from './errors.ts';
import type { Content } from './response.ts';
import { nextTurn } from './steps.ts';

const NO_OCTETS = new Uint8Array(0);

/**
 * Makes the content that is the pieces one after the other, in UTF-8. A piece should be made in a
 * millisecond or so; where that is not enough for any text, it may be empty.
 *
 * @param closed - Told when the content is closed; maybe more than once.
 */
export function textContent(pieces: Iterable<string>, closed?: () => void): Content {
  return new TextContent(pieces[Symbol.iterator](), closed);
}

class TextContent implements Content {
  readonly lengthBytes = undefined;
  readonly octets = undefined;
  readonly #pieces: Iterator<string>;
  readonly #closed: (() => void) | undefined;
  /** What of the last piece did not fit. */
  #rest: Uint8Array = NO_OCTETS;
  /** What is waited for before the next piece, if there is to be one. */
  #turn: Promise<void> | undefined;
  #isClosed = false;

  constructor(pieces: Iterator<string>, closed: (() => void) | undefined) {
    this.#pieces = pieces;
    this.#closed = closed;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#isClosed) throw fileSourceError('closed');
    if (into.length === 0) throw new TypeError('a buffer of no bytes cannot be read into');
    let filledBytes = 0;
    while (filledBytes < into.length) {
      if (this.#rest.length === 0) {
        if (!(await this.#makePiece())) break;
        continue;
      }
      const part = this.#rest.subarray(0, into.length - filledBytes);
      into.set(part, filledBytes);
      this.#rest = this.#rest.subarray(part.length);
      filledBytes += part.length;
    }
    return filledBytes;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rest = NO_OCTETS;
    this.#pieces.return?.();
    this.#closed?.();
    // A read that waits for its turn ends with it, and writes nothing more.
    await this.#turn;
  }

  /** Makes the next piece; whether there was one. */
  async #makePiece(): Promise<boolean> {
    await this.#turn;
    if (this.#isClosed) throw fileSourceError('closed');
    const piece = this.#pieces.next();
    if (piece.done === true) return false;
    this.#turn = nextTurn();
    this.#rest = Buffer.from(piece.value);
    return true;
  }
}
