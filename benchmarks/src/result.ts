/**
 * What a run leaves behind: the shape of results.json, from which the table, the charts and the
 * page in docs are made and nothing else is.
 */
import type { Spread } from './compare.ts';

/** What is counted. Of requests and octets more is better, of memory and milliseconds less. */
export type Unit = 'requests/s' | 'octets/s' | 'octets per connection' | 'octets' | 'milliseconds';

/** The name under which a Node that does nothing is among the measured. */
export const NODE_ALONE = 'node -e 0';

/** What belongs together in a table or a chart. */
export type Group = 'goals' | 'connections' | 'files' | 'sizes';

/** What was asked of a row: least ratios where more is better, else most. */
export interface Goals {
  /** Against nginx. */
  readonly nginx?: number;
  /** Against the best of the Node peers. */
  readonly peers?: number;
  /** Of ours alone, in the row's unit. */
  readonly atMost?: number;
  /** Against `node -e 0`, at most. */
  readonly node?: number;
}

/** What a server took of the processor in a row of requests: a value for each round. */
export interface ProcessorUse {
  /** Microseconds for an answer; for a MiB where octets are counted. */
  readonly micros: readonly number[];
  readonly spread: Spread;
  /** The part of its core's time that it took, 1 for all of it. */
  readonly busy: readonly number[];
  /** The same of the load generator and its core. */
  readonly generatorBusy: readonly number[];
}

/** One server in one row. */
export interface Measured {
  readonly server: string;
  /** A value for each round; none where it is void. */
  readonly rounds: readonly number[];
  readonly spread?: Spread;
  /** Milliseconds until an answer was there, half of them and 99 of 100, median of the rounds. */
  readonly latencyMs?: { readonly half: number; readonly most: number };
  /** Of requests, where there is /proc. */
  readonly processor?: ProcessorUse;
  /** Why there is no figure: a wrong answer, errors, a server that ended. */
  readonly void?: string;
}

/** Ours against another one. */
export interface Comparison {
  readonly server: string;
  readonly ratio: Spread;
  /** Its time of the processor by ours: of this more is better, whatever is counted. */
  readonly processor?: Spread;
}

/** The ceiling that answered most, and what it is to others: what ours could be to them at most. */
export interface Ceiling {
  readonly server: string;
  readonly nginx?: Comparison;
  readonly bestPeer?: Comparison;
}

/** One row. */
export interface RowResult {
  readonly id: string;
  readonly name: string;
  readonly group: Group;
  /** Where a row is one point of a line: connections, files or octets. */
  readonly at?: number;
  readonly unit: Unit;
  readonly goals: Goals;
  readonly measured: readonly Measured[];
  readonly nginx?: Comparison;
  /** The peer with the best median, and ours against it. */
  readonly bestPeer?: Comparison;
  readonly node?: Comparison;
  readonly ceiling?: Ceiling;
  /** Why nothing was measured. */
  readonly skipped?: string;
}

/** A server as it was run. */
export interface ServerDescription {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly settings: string;
}

/** results.json. */
export interface Results {
  readonly schema: 1;
  /** ISO 8601, the end of the run. */
  readonly finished: string;
  readonly rounds: number;
  /** Of a turn. */
  readonly seconds: number;
  readonly environment: readonly (readonly [what: string, value: string])[];
  readonly servers: readonly ServerDescription[];
  readonly rows: readonly RowResult[];
}

/** Whether a smaller figure is the better one. */
export function lessIsBetter(unit: Unit): boolean {
  return unit !== 'requests/s' && unit !== 'octets/s';
}

/** Whether all goals of a row are met; undefined where it has none, or no figure for one. */
export function goalsMet(row: RowResult): boolean | undefined {
  const verdicts = Object.values(verdictsOn(row)).filter((verdict) => verdict !== 'no goal');
  if (verdicts.includes('missed')) return false;
  return verdicts.length === 0 || verdicts.includes('unknown') ? undefined : true;
}

type Verdict = 'no goal' | 'unknown' | 'met' | 'missed';

/** What became of each goal of a row. */
export function verdictsOn(row: RowResult): Readonly<Record<keyof Goals, Verdict>> {
  const { goals, measured, nginx, bestPeer, node } = row;
  const ours = measured.find(({ server }) => server === 'pws')?.spread?.median;
  return {
    nginx: reached(goals.nginx, nginx?.ratio.median),
    peers: reached(goals.peers, bestPeer?.ratio.median),
    atMost: kept(goals.atMost, ours),
    node: kept(goals.node, node?.ratio.median),
  };
}

function reached(least: number | undefined, got: number | undefined): Verdict {
  if (least === undefined) return 'no goal';
  if (got === undefined) return 'unknown';
  return got >= least ? 'met' : 'missed';
}

function kept(most: number | undefined, got: number | undefined): Verdict {
  if (most === undefined) return 'no goal';
  if (got === undefined) return 'unknown';
  return got <= most ? 'met' : 'missed';
}
