/**
 * The server together with what watches it: metrics, probes.
 * Owns where the metrics are given and under which paths. Without `--metrics` their library is not
 * loaded, and nothing is counted.
 */
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from './config.ts';
import { observeWith } from './exchange.ts';
import { healthPaths } from './health.ts';
import { type Figures, createMetrics, createMetricsAnswerer, metricsPath } from './metrics.ts';
import { serveMetrics } from './metrics-port.ts';
import type { ReadinessState } from './readiness.ts';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';

type WatchConfig = Pick<ServerConfig, 'health' | 'metrics'>;

/** What {@link startWatchedServer} needs besides the options of the server. */
export interface WatchOptions extends WatchConfig {
  readonly droppedLogLines: () => number;
  /** Told of failures that nobody foresaw. */
  readonly unforeseen: (error: unknown) => void;
  /** Where this is one of several processes. Default: it is the only one. */
  readonly worker?: WorkerWatch | undefined;
}

/** What a worker knows of the others. */
interface WorkerWatch {
  /** Which of them it is. */
  readonly label: string;
  /** The figures of all, in the text form of Prometheus. */
  readonly allFigures: () => Promise<string>;
}

/** A server that is watched. */
export interface WatchedServer extends Pick<
  RunningServer,
  'addresses' | 'tls' | 'reconfigure' | 'close'
> {
  /** Where metrics have a port of their own. */
  readonly metricsAddress: AddressInfo | undefined;
  /** What was counted here; `undefined` where nothing is. */
  readonly figures: (() => Promise<Figures>) | undefined;
}

/** What probes and Prometheus ask for every few seconds: no news in a log. */
export function watchTargets({ health, metrics }: WatchConfig): ReadonlySet<string> {
  const probes = health === false ? [] : Object.values(healthPaths(health));
  return new Set(metrics === 'under-prefix' ? [...probes, metricsPath(health)] : probes);
}

/**
 * Starts it.
 *
 * @throws {CommandError} exit code 1 when it cannot listen; nothing is left open then
 */
export async function startWatchedServer(
  options: ServerOptions,
  { metrics: place, droppedLogLines, unforeseen, worker }: WatchOptions,
): Promise<WatchedServer> {
  if (place === false) return watched(await startServer(options), (changed) => changed);
  let server: RunningServer | undefined;
  const metrics = await createMetrics({
    cacheCounts: () => server?.cacheCounts,
    droppedLogLines,
    worker: worker?.label,
  });
  // Whichever worker is asked tells of all.
  const { contentType } = metrics;
  const shown = { contentType, text: worker?.allFigures ?? (() => metrics.text()) };
  const counted = (changed: ServerOptions): ServerOptions => ({
    ...changed,
    // Unlike probes it comes behind what checks credentials: it says how busy the server is.
    answerers:
      place === 'under-prefix' ? [createMetricsAnswerer(metricsPath(changed.health), shown)] : [],
    observer: observeWith(changed.observer ?? {}, metrics.observer),
  });
  // Of workers the first process has the port.
  if (place === 'under-prefix' || worker !== undefined) {
    server = await startServer(counted(options));
    return { ...watched(server, counted), figures: () => metrics.figures() };
  }
  const state = (): ReadinessState => server?.readiness.state ?? 'starting';
  const { serverHeader } = options;
  const port = await serveMetrics(place, { metrics, state, serverHeader, unforeseen });
  try {
    server = await startServer(counted(options));
  } catch (error) {
    await port.close(0);
    throw error;
  }
  const inner = watched(server, counted);
  return {
    ...inner,
    metricsAddress: port.address,
    async close(graceMs) {
      await inner.close(graceMs);
      await port.close(0);
    },
  };
}

function watched(
  server: RunningServer,
  counted: (options: ServerOptions) => ServerOptions,
): WatchedServer {
  return {
    addresses: server.addresses,
    tls: server.tls,
    metricsAddress: undefined,
    figures: undefined,
    reconfigure: (changed) => server.reconfigure(counted(changed)),
    close: (graceMs) => server.close(graceMs),
  };
}
