/**
 * The figures of several processes as those of one server.
 * Owns what becomes of them when a worker is silent or ends: a counter never goes back. What speaks
 * of a process (`process_*`, `nodejs_*`) has a label `worker` and ends with it; all else is summed.
 *
 * prom-client's own way (AggregatorRegistry.clusterMetrics) has one worker that is silent fail the
 * whole answer after five seconds, and forgets those that ended. Its arithmetic is used here.
 */
import { addDroppedLogLines, askedFigures, oneAtATime } from './asked-figures.ts';
import type { Figures } from './metrics.ts';
import type { Schedule } from './schedule.ts';

/** How long a worker may take to tell its figures. */
const BOUND_MS = 1000;

/** The label of the first process. */
const FIRST_PROCESS = '0';

/** What {@link createWorkerFigures} needs. */
export interface WorkerFiguresOptions {
  /** How many workers serve now. */
  readonly readyCount: () => number;
  /** How many log lines the first process has dropped so far. */
  readonly droppedLogLines: () => number;
  /** Calls later; gives what calls that off. */
  readonly schedule: Schedule;
}

/** The figures of all workers. */
export interface WorkerFigures {
  /** A worker serves; `ask` has it tell its figures. */
  joined(id: number, ask: () => void): void;
  /** A worker tells its figures. */
  told(id: number, figures: Figures): void;
  /** A worker is gone. */
  ended(id: number): void;
  /** All figures now, in the text form of Prometheus; asks the workers. */
  text(): Promise<string>;
  /** The media type of the text. */
  readonly contentType: string;
}

/** A worker that serves. */
interface Teller {
  readonly ask: () => void;
  /** What it told last. */
  latest: Figures;
  /** It was asked, and has not told yet. */
  isSilent: boolean;
}

/** Begins to collect. */
export async function createWorkerFigures(options: WorkerFiguresOptions): Promise<WorkerFigures> {
  const prometheus = await import('prom-client');
  const { AggregatorRegistry, Counter, Registry, collectDefaultMetrics } = prometheus;
  const own = new Registry();
  collectDefaultMetrics({ register: own, labels: { worker: FIRST_PROCESS } });
  const missed = new Counter({
    name: 'pws_worker_answers_missed_total',
    help: 'Figures that a worker did not tell in time; its gauges are left out then.',
    registers: [own],
  });
  const { total, now } = askedFigures(prometheus, own);
  now('pws_workers', 'Workers that serve.', options.readyCount);
  addDroppedLogLines(total, options.droppedLogLines);

  const tellers = new Map<number, Teller>();
  /** The totals of those that ended, soon as one. */
  let past: readonly Figures[] = [];
  const sumUp = async (): Promise<void> => {
    const counted = past.length;
    const sum = await AggregatorRegistry.aggregate([...past]).getMetricsAsJSON();
    past = [sum, ...past.slice(counted)];
  };
  let summing = Promise.resolve();
  /** Called when a worker has told, or will not any more. */
  let heard = (): void => undefined;

  const askAll = async (): Promise<void> => {
    const asked = [...tellers.values()];
    for (const teller of asked) {
      teller.isSilent = true;
      teller.ask();
    }
    await new Promise<void>((resolve) => {
      const callOff = options.schedule(resolve, BOUND_MS);
      heard = () => {
        if (asked.some(({ isSilent }) => isSilent)) return;
        callOff();
        resolve();
      };
      heard();
    });
    missed.inc(asked.filter(({ isSilent }) => isSilent).length);
  };
  const render = async (): Promise<string> => {
    await askAll();
    const ofFirst = await own.getMetricsAsJSON();
    // Nothing is waited for from here: a worker that ends counts among the living or the past.
    const living = [...tellers.values()].map(({ latest, isSilent }) =>
      isSilent ? latest.filter(isTotal) : latest,
    );
    const all = [ofFirst, ...past, ...living];
    return AggregatorRegistry.aggregate(all.map((figures) => figures.map(summed))).metrics();
  };
  return {
    joined: (id, ask) => void tellers.set(id, { ask, latest: [], isSilent: false }),
    told(id, figures) {
      const teller = tellers.get(id);
      if (teller === undefined) return;
      teller.latest = figures;
      teller.isSilent = false;
      heard();
    },
    ended(id) {
      const teller = tellers.get(id);
      if (teller === undefined) return;
      tellers.delete(id);
      teller.isSilent = false;
      past = [...past, teller.latest.filter(isTotal)];
      summing = summing.then(sumUp);
      heard();
    },
    text: oneAtATime(render),
    contentType: own.contentType,
  };
}

/** What must not be less because a process is gone. */
function isTotal({ name, type }: Figures[number]): boolean {
  return (type as unknown) !== 'gauge' && !isOfProcess(name);
}

function isOfProcess(name: string): boolean {
  return name.startsWith('process_') || name.startsWith('nodejs_');
}

/** Also what the library would leave out or average: each process has samples of its own there. */
function summed(metric: Figures[number]): Figures[number] {
  return { ...metric, aggregator: 'sum' };
}
