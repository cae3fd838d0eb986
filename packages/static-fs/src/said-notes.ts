// What a source has said for the answer that is being made: how long all of it is believed, and what
// it was. Owns how much is noted. To be begun anew for each answer.

import type { Basis, Said } from './file-source.ts';

/** An answer that rests on more is made anew. */
const LONGEST_TRAIL = 16;

/** Notes for one answer after the other. */
export class SaidNotes {
  /** One more than there may be, where that was too much. */
  #trail: Said[] = [];
  /** Until when all is believed, and how much that was. */
  #untilMs = Infinity;
  #questions = 0;

  beginTrail(): void {
    this.#trail = [];
  }

  /** What was said since then; `undefined` where it was too much. */
  get trail(): readonly Said[] | undefined {
    return this.#trail.length > LONGEST_TRAIL ? undefined : this.#trail;
  }

  beginBasis(): void {
    this.#untilMs = Infinity;
    this.#questions = 0;
  }

  /** What all that was said since then rests on. */
  basisAt(changes: number): Basis {
    return { untilMs: this.#untilMs, changes, questions: this.#questions };
  }

  /** A question was answered. */
  count(): void {
    this.#questions += 1;
  }

  /** What was said is believed until then. */
  noteTerm(untilMs: number): void {
    if (untilMs < this.#untilMs) this.#untilMs = untilMs;
  }

  /** What was said. */
  follow(path: string, kind: Said['kind'], version: Said['version']): void {
    if (this.#trail.length <= LONGEST_TRAIL) this.#trail.push({ path, kind, version });
  }
}
