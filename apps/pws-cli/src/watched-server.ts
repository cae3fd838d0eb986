/**
 * The server together with what watches it: metrics, probes.
 * Owns where the metrics are given and under which paths. Without `--metrics` their library is not
 * loaded, and nothing is counted.
 */
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from './config.ts';
import { observeWith } from './exchange.ts';
import { DEFAULT_PREFIX, healthPaths } from './health.ts';
import { createMetrics, createMetricsAnswerer } from './metrics.ts';
import { serveMetrics } from './metrics-port.ts';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';

type WatchConfig = Pick<ServerConfig, 'health' | 'metrics'>;

/** What {@link startWatchedServer} needs besides the options of the server. */
export interface WatchOptions extends WatchConfig {
  readonly droppedLogLines: () => number;
  /** Told of failures that nobody foresaw. */
  readonly unforeseen: (error: unknown) => void;
}

/** A server that is watched. */
export interface WatchedServer extends Pick<
  RunningServer,
  'addresses' | 'tls' | 'reconfigure' | 'close'
> {
  /** Where metrics have a port of their own. */
  readonly metricsAddress: AddressInfo | undefined;
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
  { metrics: place, droppedLogLines, unforeseen }: WatchOptions,
): Promise<WatchedServer> {
  if (place === false) return watched(await startServer(options), (changed) => changed);
  let server: RunningServer | undefined;
  const metrics = await createMetrics({ cacheCounts: () => server?.cacheCounts, droppedLogLines });
  const counted = (changed: ServerOptions): ServerOptions => ({
    ...changed,
    // Unlike probes it comes behind what checks credentials: it says how busy the server is.
    answerers:
      place === 'under-prefix' ? [createMetricsAnswerer(metricsPath(changed.health), metrics)] : [],
    observer: observeWith(changed.observer ?? {}, metrics.observer),
  });
  if (place === 'under-prefix') {
    server = await startServer(counted(options));
    return watched(server, counted);
  }
  const isReady = (): boolean => server?.readiness.isReady === true;
  const { serverHeader } = options;
  const port = await serveMetrics(place, { metrics, isReady, serverHeader, unforeseen });
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

function metricsPath(health: string | false = false): string {
  return `${health === false ? DEFAULT_PREFIX : health}metrics`;
}

function watched(
  server: RunningServer,
  counted: (options: ServerOptions) => ServerOptions,
): WatchedServer {
  return {
    addresses: server.addresses,
    tls: server.tls,
    metricsAddress: undefined,
    reconfigure: (changed) => server.reconfigure(counted(changed)),
    close: (graceMs) => server.close(graceMs),
  };
}
