/**
 * Figures of rounds, and what two servers' rounds are to each other. Pure. A ratio is made within
 * a round, where the machine did the same to both, and the median of the rounds is what is told.
 */

/** The middle of several values, with the least and the greatest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError where there is no value */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('expected values, got none');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const low = sorted[sorted.length - 1 - middle] as number;
  const high = sorted[middle] as number;
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** The middle value; of an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** How many times theirs ours is, round by round. */
export function ratiosOf(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) {
    throw new RangeError(`expected as many rounds for both, got ${ours.length}, ${theirs.length}`);
  }
  return spreadOf(ours.map((value, round) => value / (theirs[round] as number)));
}

/**
 * The turns of a round: everyone once, and over the rounds everyone first as often as the others.
 *
 * @param round - from 0
 */
export function turnsOf<Contender>(contenders: readonly Contender[], round: number): Contender[] {
  const first = contenders.length === 0 ? 0 : round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}
