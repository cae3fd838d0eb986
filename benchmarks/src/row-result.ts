/** What is told of a row: who was measured, and what ours is to the others. Pure. */
import { ratiosOf } from './compare.ts';
import {
  NODE_ALONE,
  type Ceiling,
  type Comparison,
  type Measured,
  type RowResult,
  lessIsBetter,
} from './result.ts';
import type { Row } from './rows.ts';

/** Who is who in a row. */
export interface Roles {
  readonly ours: string;
  readonly nginx: string;
  readonly peers: readonly string[];
  readonly ceilings: readonly string[];
}

/** A row with its comparisons. */
export function resultOf(row: Row, measured: readonly Measured[], roles: Roles): RowResult {
  const { id, name, group, at, unit, goals } = row;
  const peer = bestOf(roles.peers, measured, row);
  const against = (server: string | undefined): Comparison | undefined =>
    comparisonOf(roles.ours, server, measured);
  const nginx = against(roles.nginx);
  const bestPeer = against(peer);
  const node = against(NODE_ALONE);
  const highest = bestOf(roles.ceilings, measured, row);
  return {
    id,
    name,
    group,
    unit,
    goals,
    measured,
    ...(at === undefined ? {} : { at }),
    ...(nginx === undefined ? {} : { nginx }),
    ...(bestPeer === undefined ? {} : { bestPeer }),
    ...(node === undefined ? {} : { node }),
    ...(highest === undefined
      ? {}
      : { ceiling: ceilingOf(highest, { nginx: roles.nginx, bestPeer: peer }, measured) }),
  };
}

/** A row that was not measured. */
export function skippedRow({ id, name, group, at, unit, goals }: Row, why: string): RowResult {
  const where = at === undefined ? {} : { at };
  return { id, name, group, ...where, unit, goals, measured: [], skipped: why };
}

function bestOf(
  peers: readonly string[],
  measured: readonly Measured[],
  { unit }: Row,
): string | undefined {
  const ordered = measured
    .filter(({ server, spread }) => peers.includes(server) && spread !== undefined)
    .toSorted((a, b) => (b.spread?.median ?? 0) - (a.spread?.median ?? 0));
  return (lessIsBetter(unit) ? ordered.at(-1) : ordered[0])?.server;
}

function comparisonOf(
  ours: string,
  theirs: string | undefined,
  measured: readonly Measured[],
): Comparison | undefined {
  const mine = measured.find(({ server }) => server === ours);
  const other = measured.find(({ server }) => server === theirs);
  if (mine?.spread === undefined || other?.spread === undefined) return undefined;
  const processor =
    mine.processor && other.processor && ratiosOf(other.processor.micros, mine.processor.micros);
  return {
    server: other.server,
    ratio: ratiosOf(mine.rounds, other.rounds),
    ...(processor === undefined ? {} : { processor }),
  };
}

function ceilingOf(
  server: string,
  others: { readonly nginx: string; readonly bestPeer: string | undefined },
  measured: readonly Measured[],
): Ceiling {
  const nginx = comparisonOf(server, others.nginx, measured);
  const bestPeer = comparisonOf(server, others.bestPeer, measured);
  return {
    server,
    ...(nginx === undefined ? {} : { nginx }),
    ...(bestPeer === undefined ? {} : { bestPeer }),
  };
}
