/**
 * What else than the server a rate was limited by: the load generator, which has one core too, and
 * the ceiling, above which a goal cannot be reached at all. Pure. Says it beside the goals, and
 * changes nothing of when they are met.
 */
import { median } from './compare.ts';
import { digits } from './figures.ts';
import { type Comparison, type Results, type RowResult, verdictsOn } from './result.ts';

/** Who takes more than this of its core has no time left. */
const WHOLE_CORE = 0.97;
/** Who takes less than this waited. */
const NEARLY_WHOLE_CORE = 0.9;

type Limit = 'limit of the generator' | 'both cores waited';

/**
 * What held a server that had time left: the load generator where that had less, and nobody where
 * both waited, for each other (few connections) or for other work of the machine. Undefined where
 * it was the server itself.
 */
function limitOf({ measured }: RowResult, id: string): Limit | undefined {
  const processor = measured.find(({ server }) => server === id)?.processor;
  if (processor === undefined) return undefined;
  const busy = median(processor.busy);
  const generator = median(processor.generatorBusy);
  if (Math.max(busy, generator) < NEARLY_WHOLE_CORE) return 'both cores waited';
  return busy < WHOLE_CORE && generator > busy ? 'limit of the generator' : undefined;
}

/** What else held PWS and nginx than themselves; empty where nothing did. */
export function limitText(row: RowResult): string {
  const [ours, nginx] = [limitOf(row, 'pws'), limitOf(row, 'nginx')];
  if (ours === nginx) return ours ?? '';
  const texts = [ours && `${ours} for PWS`, nginx && `${nginx} for nginx`];
  return texts.filter((text) => text !== undefined).join(', ');
}

/** The goals that were missed in a row which has a ceiling, each above or below it. */
function goalsAndCeiling(row: RowResult): string[] {
  const { goals, ceiling } = row;
  const { nginx, peers } = verdictsOn(row);
  const compare = (goal: number | undefined, reached: Comparison | undefined): string[] => {
    if (goal === undefined || reached === undefined) return [];
    const where = goal > reached.ratio.median ? 'above' : 'below';
    return [`${goal} x ${reached.server} is ${where} it (${digits(reached.ratio.median)} x)`];
  };
  return [
    ...(nginx === 'missed' ? compare(goals.nginx, ceiling?.nginx) : []),
    ...(peers === 'missed' ? compare(goals.peers, ceiling?.bestPeer) : []),
  ];
}

/** A line for each row with a ceiling where a goal was missed. */
export function ceilingText({ rows }: Results): string {
  const lines = rows.flatMap((row) => {
    const goals = goalsAndCeiling(row);
    if (goals.length === 0) return [];
    const isKnown = row.ceiling && limitOf(row, row.ceiling.server) !== 'both cores waited';
    return [`- ${row.name}: ${isKnown ? goals.join('; ') : 'not known, both cores waited for it'}`];
  });
  if (lines.length === 0) return '';
  return `Goals that were missed, and the ceiling:\n\n${lines.join('\n')}`;
}
