/**
 * Heads of answers that are given again and again, written out once.
 * Owns how long a head holds: as long as the answer's own lines are the same; what all answers begin
 * with changes each second, and stands before them. Kept with the answer, where that has a place for
 * it, else with its lines, they go when nobody has those any more.
 */
import { type LeadingLines, type PreparedResponseHead, prepareResponseHead } from '@pws/http-wire';
import type { FieldEffect, FieldLines, ServedRole, StaticResponse } from '@pws/static-fs';

/** What a head depends on besides the answer's own lines. */
interface HeadFacts {
  readonly isSecure: boolean;
  /** The same file has the same lines for itself, and is kept for longer than as an index. */
  readonly role: ServedRole | undefined;
  readonly effect: FieldEffect | undefined;
  /** Counts what was told to those who add lines: what they say of the same answer changes with it. */
  readonly revision: number;
}

/** A head, and what it depends on besides the answer's own lines. */
class KeptHead {
  readonly keeper: KeptHeads;
  readonly isSecure: boolean;
  readonly role: ServedRole | undefined;
  /** What rules say of the lines. */
  readonly effect: FieldEffect | undefined;
  readonly revision: number;
  readonly head: PreparedResponseHead;

  constructor(keeper: KeptHeads, facts: HeadFacts, head: PreparedResponseHead) {
    this.keeper = keeper;
    this.isSecure = facts.isSecure;
    this.role = facts.role;
    this.effect = facts.effect;
    this.revision = facts.revision;
    this.head = head;
  }
}

/** Heads by the answers, and by their lines. */
export class KeptHeads {
  readonly #leading: LeadingLines;
  readonly #revision: () => number;
  readonly #heads = new WeakMap<FieldLines, KeptHead>();

  /**
   * @param leading - what all heads begin with
   * @param revision - counts what changes the lines that are added to the same answer
   */
  constructor(leading: LeadingLines, revision: () => number) {
    this.#leading = leading;
    this.#revision = revision;
  }

  /** The head that was kept for an answer; `undefined` where there is none. */
  get(
    { status, fields, memo, effect, served }: StaticResponse,
    isSecure: boolean,
  ): PreparedResponseHead | undefined {
    const kept = memo === undefined ? this.#heads.get(fields) : memo.made;
    if (!(kept instanceof KeptHead) || kept.keeper !== this) return undefined;
    if (kept.effect !== effect || kept.revision !== this.#revision()) return undefined;
    if (kept.role !== served?.role) return undefined;
    const { head } = kept;
    return head.status === status && kept.isSecure === isSecure ? head : undefined;
  }

  /**
   * Writes a head and keeps it.
   *
   * @param lines - the lines of the answer and what was added to them
   */
  keep(answer: StaticResponse, isSecure: boolean, lines: FieldLines): PreparedResponseHead {
    const { status, fields, memo, effect, served } = answer;
    const head = prepareResponseHead({ status, fields: lines }, this.#leading);
    const facts = { isSecure, role: served?.role, effect, revision: this.#revision() };
    const kept = new KeptHead(this, facts, head);
    if (memo === undefined) this.#heads.set(fields, kept);
    else memo.made = kept;
    return head;
  }
}
