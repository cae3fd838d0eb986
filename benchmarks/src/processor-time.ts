/**
 * What a server takes of the processor: the texts of /proc, and what they come to for an answer.
 * Pure; processes.ts reads them. Linux counts nanoseconds for each thread (`schedstat`) and, where
 * it is built without that, ticks for each process (`stat`).
 */
import { spreadOf } from './compare.ts';
import type { Load } from './load.ts';
import type { ProcessorUse } from './result.ts';
import type { LoadRow } from './rows.ts';

/** Nanoseconds until now, by the number of a thread, or of a process where ticks are read. */
export type Times = ReadonlyMap<string, number>;

/** A hundredth of a second on all that Node runs on, whatever the kernel's own ticks are. */
const NANOS_IN_TICK = 10_000_000;
const MB = 1_048_576;

/** What a `stat` has behind the name, which may have blanks and brackets: state ppid pgrp … */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The group of a process. */
export function groupIn(stat: string): number {
  return Number(fieldsOf(stat)[2]);
}

/** utime and stime of a process: of all threads that it has and had. */
export function nanosInStat(stat: string): number {
  return nanosOfTicks(stat, 11);
}

/** Of two fields behind each other: its own time and the system's for it. */
function nanosOfTicks(stat: string, first: number): number {
  const [own, system] = fieldsOf(stat)
    .slice(first, first + 2)
    .map(Number);
  const nanos = ((own ?? NaN) + (system ?? NaN)) * NANOS_IN_TICK;
  if (!Number.isFinite(nanos)) throw new Error(`expected a stat of /proc, got ${stat.trim()}`);
  return nanos;
}

/** cutime and cstime: of all that a process started and that has ended. */
export function nanosOfChildrenInStat(stat: string): number {
  return nanosOfTicks(stat, 13);
}

/** Of a thread: the first of three numbers is the time it ran. */
export function nanosInSchedstat(schedstat: string): number {
  const nanos = /^(\d+) \d+ \d+\s*$/.exec(schedstat)?.[1];
  if (nanos === undefined) throw new Error(`expected three numbers, got ${schedstat.trim()}`);
  return Number(nanos);
}

/** What those that are there at the end took since; one that ended meanwhile tells nothing more. */
export function nanosBetween(before: Times, after: Times): number {
  let nanos = 0;
  for (const [id, taken] of after) nanos += taken - (before.get(id) ?? 0);
  return nanos;
}

/** What a turn took of the processor. */
export interface Taken {
  readonly server: number;
  readonly generator: number;
}

/** A turn; nothing is known of the processor where there is no /proc. */
export interface Turn {
  readonly load: Load;
  readonly nanos?: Taken | undefined;
}

/** What turns come to; undefined where the time of one is not known, or nothing was answered. */
export function processorUse(
  turns: readonly Turn[],
  unit: LoadRow['unit'],
): ProcessorUse | undefined {
  const micros: number[] = [];
  const busy: number[] = [];
  const generatorBusy: number[] = [];
  for (const { load, nanos } of turns) {
    const { requests, octetsPerSecond, seconds } = load;
    const answered = unit === 'octets/s' ? (octetsPerSecond * seconds) / MB : requests;
    if (nanos === undefined || answered === 0) return undefined;
    micros.push(nanos.server / 1000 / answered);
    busy.push(nanos.server / 1e9 / seconds);
    generatorBusy.push(nanos.generator / 1e9 / seconds);
  }
  if (turns.length === 0) return undefined;
  return { micros, spread: spreadOf(micros), busy, generatorBusy };
}
