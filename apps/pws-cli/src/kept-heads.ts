/**
 * Heads of answers that are given again and again, written out once for each second.
 * Owns how long a head holds: as long as the answer's own lines and the Date are the same. Kept
 * with the lines, they go when nobody has those any more.
 */
import { type PreparedResponseHead, prepareResponseHead } from '@pws/http-wire';
import type { FieldEffect, FieldLines } from '@pws/static-fs';

/** What the head of an answer depends on besides its own lines. */
export interface HeadFacts {
  readonly status: number;
  readonly isSecure: boolean;
  /** Value of the Date field. */
  readonly date: string;
  /** What rules say of the lines. */
  readonly effect: FieldEffect | undefined;
}

interface KeptHead {
  readonly facts: HeadFacts;
  readonly head: PreparedResponseHead;
}

/** Heads by the lines of the answers. */
export class KeptHeads {
  readonly #heads = new WeakMap<FieldLines, KeptHead>();

  /** The head that was kept for the lines; `undefined` where it holds no longer. */
  get(
    fields: FieldLines,
    { status, isSecure, date, effect }: HeadFacts,
  ): PreparedResponseHead | undefined {
    const kept = this.#heads.get(fields);
    if (kept === undefined) return undefined;
    const { facts } = kept;
    if (facts.date !== date || facts.status !== status) return undefined;
    return facts.isSecure === isSecure && facts.effect === effect ? kept.head : undefined;
  }

  /**
   * Writes a head and keeps it.
   *
   * @param lines - all lines, those of the answer and what was added to them
   */
  keep(fields: FieldLines, facts: HeadFacts, lines: FieldLines): PreparedResponseHead {
    const head = prepareResponseHead({ status: facts.status, fields: lines });
    this.#heads.set(fields, { facts, head });
    return head;
  }
}
