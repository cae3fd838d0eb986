/**
 * What a soak has shown: its first third against its last, the clients' ledger against the
 * server's log.
 */
import type { Ledger } from './ledger.ts';
import type { Sample, SoakedProgram } from './soaked-program.ts';

/** Something that has to hold, and what was found. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly holds: boolean;
}

/** What memory may grow by from the first third to the last. */
const MOST_GROWTH = 1.15;
/** Besides: the collector lets more or less lie about. */
const SLACK_BYTES = 16 * 1024 * 1024;
/** Below, the first third is a warming up, and memory is shown but not judged. */
export const SHORTEST_SECONDS = 60;

/** The values that memory is judged by: the middle one of what is resident, the least of a heap. */
const MEASURES = {
  'resident memory': (samples: readonly Sample[]) => median(samples.map((each) => each.rssBytes)),
  'memory of its own': (samples: readonly Sample[]) => median(samples.map((each) => each.ownBytes)),
  'heap after collection': (samples: readonly Sample[]) =>
    Math.min(...samples.map((each) => each.heapBytes)),
} as const;

/** @param isJudged - else it is only shown */
export function judgeMemory(samples: readonly Sample[], isJudged: boolean): Finding[] {
  const third = Math.floor(samples.length / 3);
  const [first, last] = [samples.slice(0, third), samples.slice(-third)];
  return Object.entries(MEASURES).map(([what, measure]) => {
    const [before, after] = [measure(first), measure(last)];
    const bound = before * MOST_GROWTH + SLACK_BYTES;
    return {
      what: `${what}: first third, last third, bound`,
      found: [before, after, bound].map(toMebibytes).join(', '),
      holds: !isJudged || after <= bound,
    };
  });
}

export function judgeAnswers(ledger: Ledger, program: SoakedProgram): Finding[] {
  const byStatus = (statuses: ReadonlyMap<number, number>): string =>
    [...statuses]
      .toSorted(([one], [other]) => one - other)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ');
  const [noted, logged] = [byStatus(ledger.statuses), byStatus(program.statuses)];
  return [
    {
      what: 'answers that were not as they should be',
      found: [String(ledger.failures), ...ledger.told].join('\n  '),
      holds: ledger.failures === 0,
    },
    {
      what: 'exchanges of the clients',
      found: `${ledger.exchanges} (${noted})`,
      holds: true,
    },
    {
      what: 'exchanges in the log',
      found: `${program.exchanges}${logged === noted ? '' : ` (${logged})`}`,
      holds: ledger.agreesWith(program.statuses),
    },
    {
      what: 'other lines in the log',
      found: [String(program.otherLines.length), ...program.otherLines.slice(0, 5)].join('\n  '),
      holds: program.otherLines.length === 0,
    },
    {
      what: 'lines on standard error that nobody foresaw',
      found: [String(program.complaints.length), ...program.complaints.slice(0, 20)].join('\n  '),
      holds: program.complaints.length === 0,
    },
  ];
}

export function toMebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
