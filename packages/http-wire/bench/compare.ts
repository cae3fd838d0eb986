/**
 * Compares ways to do the same work: rounds in which all take their turn, one after the other,
 * and the median of the rounds' ratios. What else the machine does falls on all of them alike.
 */

/** One way to do it. */
export interface Contender {
  readonly name: string;
  /** Does the work once; what it returns must be the same for all. */
  readonly run: () => number;
}

/** Work that several can do. */
export interface Task {
  readonly name: string;
  /** How much one run is, for the absolute figure. */
  readonly unit: 'head' | 'MB';
  readonly amount: number;
  /** The first is ours. */
  readonly contenders: readonly [Contender, ...Contender[]];
}

/** What came of a task. */
export interface Result {
  readonly task: Task;
  /** Nanoseconds for one unit, ours. */
  readonly nanos: number;
  /** By name of the others: how many times as long as ours they take. */
  readonly ratios: ReadonlyMap<string, number>;
}

/** How long one turn takes at least. */
const TURN_MILLIS = 25;

/** Runs a task. */
export function compare(task: Task, rounds: number): Result {
  const { contenders } = task;
  const expected = contenders[0].run();
  for (const { name, run } of contenders) {
    const got = run();
    if (got !== expected) throw new Error(`${task.name}: ${name} gave ${got}, not ${expected}`);
  }
  // Twice: the first count is that of code which is not compiled yet.
  let counts = contenders.map(runsInTurn);
  counts = contenders.map(runsInTurn);
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // Everyone is first as often as the others.
      const index = (turn + round) % contenders.length;
      const { run } = contenders[index] as Contender;
      const millis = timeOf(run, counts[index] as number);
      (times[index] as number[]).push(millis / (counts[index] as number));
    }
  }
  const ours = times[0] as number[];
  const ratios = contenders.slice(1).map(({ name }, index): [string, number] => {
    const theirs = times[index + 1] as number[];
    return [name, median(theirs.map((millis, round) => millis / (ours[round] as number)))];
  });
  return { task, nanos: (median(ours) * 1e6) / task.amount, ratios: new Map(ratios) };
}

function runsInTurn({ run }: Contender): number {
  for (let count = 1; ; count *= 2) {
    const millis = timeOf(run, count);
    if (millis >= TURN_MILLIS / 4) return Math.ceil((count * TURN_MILLIS) / millis);
  }
}

function timeOf(run: () => number, count: number): number {
  const start = performance.now();
  for (let at = 0; at < count; at++) run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length - 1 - middle] as number, sorted[middle] as number];
  return (low + high) / 2;
}
