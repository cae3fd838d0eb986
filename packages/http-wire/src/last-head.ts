/**
 * The head that was read last on a connection, for the next: clients say nearly the same again and
 * again, and what is the same octet for octet need not be read and checked again.
 * Owns how much is kept and when: nothing for a connection of one request, and of the others what
 * one head takes. What may be concluded from it is the reader's to know.
 *
 * Kept for each connection by itself. Security: kept for all, the time that a head takes would tell
 * a client whether another one has sent the same.
 */
import type { WholeHead } from './head-reader.ts';
import { allocate, beginsWith, beginsWithPortably } from './octets.ts';
import type { RequestHead } from './request-head.ts';

const NOTHING = new Uint8Array(0);

/** So many octets, a request line mostly, are copied sooner one by one than by `set()`. */
const FEW = 96;

/** The last head of one connection, in two parts: its request line, and its field section. */
export class LastHead {
  /** `undefined` where none is kept. */
  head: RequestHead | undefined;
  #line: Uint8Array = NOTHING;
  #section: Uint8Array = NOTHING;
  /** Heads that had to be read. */
  #count = 0;

  /** Octets of the request line. */
  get lineLength(): number {
    return this.#line.length;
  }

  /** Octets of the field section. */
  get sectionLength(): number {
    return this.#section.length;
  }

  /** Whether a head in `octets[at, end)` has the same request line. */
  hasLine(octets: Uint8Array, at: number, end: number): boolean {
    return at + this.#line.length <= end && beginsWithPortably(octets, at, this.#line);
  }

  /** Whether `octets[at, end)` begins with the same field section, which is whole. */
  hasSection(octets: Uint8Array, at: number, end: number): boolean {
    return beginsWith(octets, at, end, this.#section);
  }

  /** Keeps a head that was read, but for the first: there may be no other. */
  note(head: RequestHead, octets: Uint8Array, at: number, { line, length }: WholeHead): void {
    this.#count += 1;
    if (this.#count === 1) return;
    this.noteLine(head, octets, at, line.length);
    this.#section = copyInto(this.#section, octets, at + line.length, at + length);
  }

  /** Keeps a head with the same field section, and another request line. */
  noteLine(head: RequestHead, octets: Uint8Array, at: number, length: number): void {
    this.head = head;
    this.#line = copyInto(this.#line, octets, at, at + length);
  }

  /** Keeps nothing, until another head was read. */
  forget(): void {
    this.head = undefined;
    this.#line = NOTHING;
    this.#section = NOTHING;
  }
}

/** A copy of `octets[start, end)`, in the place of an old one of the same length. */
function copyInto(old: Uint8Array, octets: Uint8Array, start: number, end: number): Uint8Array {
  const room = old.length === end - start ? old : allocate(end - start);
  if (end - start > FEW) room.set(octets.subarray(start, end));
  else for (let at = start; at < end; at++) room[at - start] = octets[at] as number;
  return room;
}
