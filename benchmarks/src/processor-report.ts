/** The processor's time in words and tables. Pure. Without a figure of it there is no word of it. */
import { median } from './compare.ts';
import { digits, ratioText, tableOf } from './figures.ts';
import type { Comparison, ProcessorUse, Results, RowResult } from './result.ts';

/** Whether a run knows of the processor's time: only Linux tells it. */
export function hasProcessorTimes({ rows }: Pick<Results, 'rows'>): boolean {
  return rows.some(({ measured }) => measured.some(({ processor }) => processor !== undefined));
}

/** What a server's time of the processor is to ours. */
export function processorRatio(comparison: Comparison | undefined): string {
  return comparison?.processor === undefined ? '' : ratioText(comparison.processor);
}

/** What the columns mean. */
export const MEANING =
  'Processor time is what the server itself takes for an answer, or for a MiB where octets are counted. Its ratio is the time of the other server by that of PWS: more is better. "Limit of the generator": the server had time left on its core, and the load generator had less on its own, so that the server can do more than what was measured. "Both cores waited": for each other, or for other work of the machine.';

/** What each server takes, how much of its core that was, and how much of its own the generator had. */
export function processorTable({ rows, servers }: Pick<Results, 'rows' | 'servers'>): string {
  const shown = rows.filter((row) => row.group === 'goals' && hasProcessorTimes({ rows: [row] }));
  return tableOf(
    ['processor time, share of the core', ...servers.map(({ name }) => name), 'generator for PWS'],
    shown.map((row) => [
      row.name,
      ...servers.map(({ id }) => useText(row, id)),
      share(useOf(row, 'pws')?.generatorBusy),
    ]),
  );
}

function useOf({ measured }: RowResult, id: string): ProcessorUse | undefined {
  return measured.find(({ server }) => server === id)?.processor;
}

/** As in `4.91 µs, 88 %`. */
function useText(row: RowResult, id: string): string {
  const use = useOf(row, id);
  if (use === undefined) return '';
  const unit = row.unit === 'octets/s' ? 'µs/MiB' : 'µs';
  return `${digits(use.spread.median)} ${unit}, ${share(use.busy)}`;
}

function share(parts: readonly number[] | undefined): string {
  return parts === undefined ? '' : `${Math.round(median(parts) * 100)} %`;
}
