/**
 * What is there now of things that come and go all the time, the oldest first.
 * Owns the neighbours of each: they are kept in the member itself, and taken from it when it goes.
 *
 * It could be a `Set`, but for the garbage collector. A `Set` that is full of what is gone goes on in
 * another table, and the one before still leads there. As soon as one such table has been moved among
 * the old objects, which are not looked through for a long time, all tables behind it stay, and with
 * them whatever was in them: no connection that had come and gone was collected young any more.
 */

/** What a member of a {@link Chain} needs. The chain's own: nobody else writes to it. */
export interface Chained<Member> {
  /** Its neighbours; `undefined` at the ends, and outside of a chain. */
  older: Member | undefined;
  newer: Member | undefined;
}

/** A member is in one chain at most. */
export class Chain<Member extends Chained<Member>> {
  #oldest: Member | undefined;
  #newest: Member | undefined;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  get oldest(): Member | undefined {
    return this.#oldest;
  }

  /** Takes one in that is in none. */
  add(member: Member): void {
    const before = this.#newest;
    member.older = before;
    if (before === undefined) this.#oldest = member;
    else before.newer = member;
    this.#newest = member;
    this.#size += 1;
  }

  /** Whether it is there; asked of those alone that are in no other chain. */
  has(member: Member): boolean {
    return member.older !== undefined || this.#oldest === member;
  }

  /** Lets one go; it may be gone already. */
  delete(member: Member): void {
    if (!this.has(member)) return;
    const { older, newer } = member;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    member.older = undefined;
    member.newer = undefined;
    this.#size -= 1;
  }

  /** Visits all, the oldest first. Any of them may go meanwhile: who has gone is passed over. */
  forEach(visit: (member: Member) => void): void {
    const all: Member[] = [];
    for (let next = this.#oldest; next !== undefined; next = next.newer) all.push(next);
    for (const member of all) if (this.has(member)) visit(member);
  }
}
