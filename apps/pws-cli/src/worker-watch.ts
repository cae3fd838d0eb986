/**
 * What watches a server of several processes: their figures in one place.
 * Owns where they are given. The first process has the port, and tells there whether any worker
 * serves; under a prefix whichever worker is asked asks the first process.
 */
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from './config.ts';
import { serveMetrics } from './metrics-port.ts';
import type { ReadinessState } from './readiness.ts';
import { schedule } from './schedule.ts';
import {
  type WorkerFigures,
  type WorkerFiguresOptions,
  createWorkerFigures,
} from './worker-figures.ts';

/** What {@link watchWorkers} needs. */
export interface WorkerWatchOptions
  extends Pick<ServerConfig, 'metrics' | 'serverHeader'>, Omit<WorkerFiguresOptions, 'schedule'> {
  /** Whether the server is about to stop. */
  readonly isStopping: () => boolean;
  /** Told of failures that nobody foresaw. */
  readonly unforeseen: (error: unknown) => void;
}

/** What watches them. */
export interface WorkerWatch {
  /** What takes their figures; `undefined` where nobody wants them. */
  readonly figures: WorkerFigures | undefined;
  /** Where metrics have a port of their own. */
  readonly address: AddressInfo | undefined;
  close(): Promise<void>;
}

/**
 * Begins to watch; before there are workers, so that a port that is taken is told once.
 *
 * @throws {CommandError} exit code 1 when it cannot listen
 */
export async function watchWorkers(options: WorkerWatchOptions): Promise<WorkerWatch> {
  const { metrics: place, serverHeader, readyCount, isStopping, unforeseen } = options;
  const nothing = { address: undefined, close: () => Promise.resolve() };
  if (place === false) return { ...nothing, figures: undefined };
  const figures = await createWorkerFigures({ ...options, schedule });
  if (place === 'under-prefix') return { ...nothing, figures };
  const state = (): ReadinessState => {
    if (isStopping()) return 'draining';
    return readyCount() > 0 ? 'ready' : 'starting';
  };
  const port = await serveMetrics(place, { metrics: figures, state, serverHeader, unforeseen });
  return { figures, address: port.address, close: () => port.close(0) };
}
