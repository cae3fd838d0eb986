/** Numbers that look random and follow from a seed, so that a run can be had again. */

/** A source of such numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 up to but not including `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  /** A number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** One of these. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** So many octets: any, or words that can be compressed. */
  octets(count: number, kind: 'any' | 'words'): Buffer {
    const octets = Buffer.allocUnsafe(count);
    if (kind === 'any') {
      for (let at = 0; at < count; at++) octets[at] = this.below(256);
      return octets;
    }
    const words = Array.from({ length: 500 }, () => this.below(2 ** 31).toString(36));
    for (let at = 0; at < count;) at += octets.write(`${this.pick(words)} `, at, 'latin1');
    return octets;
  }
}
