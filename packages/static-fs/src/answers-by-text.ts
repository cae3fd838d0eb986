// Answers that are kept under their text alone, and not with the version of a file: redirects, errors,
// and files that stand for many paths. Owns how many there may be: whoever makes up paths that a rule
// leads elsewhere pushes out nothing but these. Whether one holds still is for its source to say.

import { BoundedEntries } from './bounded-entries.ts';
import { type KnownAnswer, putInFront } from './known-answers.ts';
import type { FieldLines } from './response.ts';

/** What each answer costs, with the head that a sender keeps with it, in bytes. */
export const ANSWER_BYTES = 1536;
/**
 * What one costs that says what another says, in bytes. Measured with 5,000 of six names, two of them
 * their own, Node 20: 690 with those.
 */
const ALIKE_BYTES = 512;
/** What is kept of one thing that it rests on, besides its path, in bytes. */
const SAID_BYTES = 64;

/** Answers by their text, within a bound of octets. */
export class AnswersByText {
  readonly #answers: BoundedEntries<KnownAnswer>;

  constructor(maxBytes: number) {
    this.#answers = new BoundedEntries(maxBytes, 0);
  }

  /** How many texts there are. */
  get size(): number {
    return this.#answers.size;
  }

  /** What they count, in bytes. */
  get bytes(): number {
    return this.#answers.bytes;
  }

  /** The answers under a text, the first of a few; `undefined` for none. */
  get(text: string): KnownAnswer | undefined {
    return this.#answers.get(text);
  }

  /** Keeps an answer, beside those under its text that are for others. */
  keep(answer: KnownAnswer): void {
    const { text } = answer;
    putInFront(answer, this.#answers.get(text));
    let bytes = 0;
    for (let each: KnownAnswer | undefined = answer; each !== undefined; each = each.other) {
      bytes += bytesOfAnswer(each);
      // A path may be in where it leads.
      if (each.like === undefined) bytes += bytesOfLines(each.fields);
    }
    this.#answers.set(text, answer, bytes);
  }
}

/** What an answer costs. What is another one's too counts there. */
export function bytesOfAnswer({ effect, trail, like }: KnownAnswer): number {
  let bytes = like === undefined ? ANSWER_BYTES : ALIKE_BYTES;
  if (effect !== undefined && like === undefined) bytes += bytesOfLines(effect.set);
  for (const said of trail) {
    if (like?.trail.includes(said) !== true) bytes += SAID_BYTES + 2 * said.path.length;
  }
  return bytes;
}

/** As texts, and in a head. */
function bytesOfLines(lines: FieldLines): number {
  return lines.reduce((sum, [name, value]) => sum + 2 * (name.length + value.length), 0);
}
