/**
 * Figures that are known elsewhere, asked for when somebody looks, and texts that are made of them.
 * Owns that a figure is never older than the look at it.
 */
import type * as PromClient from 'prom-client';
import type { Registry } from 'prom-client';

/** Adds a figure by its name, its help and what tells it. */
export type AddFigure = (name: string, help: string, figure: () => number) => void;

/** What adds figures to a registry: totals, which only grow, and how things are now. */
export function askedFigures(
  { Counter, Gauge }: Pick<typeof PromClient, 'Counter' | 'Gauge'>,
  registry: Registry,
): { readonly total: AddFigure; readonly now: AddFigure } {
  const registers = [registry];
  return {
    total(name, help, figure) {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(figure());
        },
      });
    },
    now(name, help, figure) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(figure());
        },
      });
    },
  };
}

/** Lines of the log that were not taken in time: of one process, and of the first of several. */
export function addDroppedLogLines(total: AddFigure, figure: () => number): void {
  total('pws_log_lines_dropped_total', 'Log lines that were not taken in time.', figure);
}

/** Makes one text at a time: whoever asks while one is being made gets that one. */
export function oneAtATime(make: () => Promise<string>): () => Promise<string> {
  let making: Promise<string> | undefined;
  return () =>
    (making ??= make().finally(() => {
      making = undefined;
    }));
}
