/**
 * Counts what happens, for Prometheus.
 * Owns the names of the metrics and their labels. No label has a value that a client can choose:
 * methods are a few and `other`, statuses and content codings are the server's own. The library is
 * loaded when metrics are made, and not before.
 */
import type { CacheCounts } from '@pws/static-fs';
import type * as PromClient from 'prom-client';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { addDroppedLogLines, askedFigures, oneAtATime } from './asked-figures.ts';
import type { Exchange, Observer } from './exchange.ts';
import type { Answerer } from './handler.ts';
import { DEFAULT_PREFIX } from './health.ts';
import { textResponse } from './text-response.ts';

/** What {@link createMetrics} needs. */
export interface MetricsOptions {
  /** The figures of the site's memory now; `undefined` where it has none. */
  readonly cacheCounts: () => CacheCounts | undefined;
  /** How many log lines were dropped so far. */
  readonly droppedLogLines: () => number;
  /** Where there are several processes: which of them this is. Default: there is one. */
  readonly worker?: string | undefined;
}

/** What was counted, as it is handed on to another process. */
export type Figures = Readonly<Awaited<ReturnType<Registry['getMetricsAsJSON']>>>;

/** Metrics that count. */
export interface Metrics {
  /** To be told of all that happens. */
  readonly observer: Omit<Observer, 'handshakeFailed' | 'proxyRefused'>;
  /** All figures now. */
  figures(): Promise<Figures>;
  /** The same in the text form of Prometheus. */
  text(): Promise<string>;
  /** The media type of the text. */
  readonly contentType: string;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);
const CODINGS: ReadonlySet<string> = new Set(['br', 'gzip', 'zstd']);

/** From what memory answers in to a large file over a slow line. */
const DURATION_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** Makes metrics, each set its own: two servers in a process do not count together. */
export async function createMetrics(options: MetricsOptions): Promise<Metrics> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  const { worker } = options;
  const labels = worker === undefined ? {} : { worker };
  prometheus.collectDefaultMetrics({ register: registry, labels });
  gaugeFigures(prometheus, registry, options);
  return {
    observer: observerOf(exchangeMetrics(prometheus, registry)),
    contentType: registry.contentType,
    figures: () => registry.getMetricsAsJSON(),
    text: oneAtATime(() => registry.metrics()),
  };
}

/** Where figures are given below the prefix of probes. */
export function metricsPath(health: string | false = false): string {
  return `${health === false ? DEFAULT_PREFIX : health}metrics`;
}

/** Answers with the text at one path. */
export function createMetricsAnswerer(
  path: string,
  { text, contentType }: Pick<Metrics, 'text' | 'contentType'>,
): Answerer {
  // Only what is asked for metrics waits for them.
  const answerer: Answerer = ({ method, target }) =>
    target.path === path
      ? text().then((figures) => textResponse(method, { status: 200, text: figures, contentType }))
      : undefined;
  return Object.assign(answerer, { isSteady: true, label: '--metrics' });
}

type Prometheus = typeof PromClient;

interface ExchangeMetrics {
  readonly exchanges: Counter<'method' | 'status'>;
  readonly aborted: Counter<'by'>;
  readonly contentBytes: Counter<'coding'>;
  readonly durations: Histogram;
  readonly connections: Gauge;
  readonly underWay: Gauge;
}

function exchangeMetrics(prometheus: Prometheus, registry: Registry): ExchangeMetrics {
  const registers = [registry];
  const aborted = new prometheus.Counter({
    name: 'pws_exchanges_aborted_total',
    help: 'Exchanges that did not come to their end, by who ended them.',
    labelNames: ['by'],
    registers,
  });
  for (const by of ['client', 'server']) aborted.inc({ by }, 0);
  return {
    exchanges: new prometheus.Counter({
      name: 'pws_exchanges_total',
      help: 'Exchanges that are over, by the method of the request and the status of the response.',
      labelNames: ['method', 'status'],
      registers,
    }),
    aborted,
    contentBytes: new prometheus.Counter({
      name: 'pws_content_bytes_total',
      help: 'Octets of content that were sent, by their content coding.',
      labelNames: ['coding'],
      registers,
    }),
    durations: new prometheus.Histogram({
      name: 'pws_exchange_duration_seconds',
      help: 'From the head read to the last octet handed over.',
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    connections: new prometheus.Gauge({
      name: 'pws_connections',
      help: 'Connections that are open.',
      registers,
    }),
    underWay: new prometheus.Gauge({
      name: 'pws_exchanges_under_way',
      help: 'Requests that are being answered.',
      registers,
    }),
  };
}

/** What is known elsewhere, asked for when somebody looks. */
function gaugeFigures(
  prometheus: Prometheus,
  registry: Registry,
  { cacheCounts, droppedLogLines }: MetricsOptions,
): void {
  const { total, now } = askedFigures(prometheus, registry);
  addDroppedLogLines(total, droppedLogLines);
  const cache = (figure: keyof CacheCounts) => (): number => cacheCounts()?.[figure] ?? 0;
  total('pws_cache_hits_total', 'Paths that the memory answered for.', cache('hits'));
  total('pws_cache_misses_total', 'Paths that the disk was asked for.', cache('misses'));
  now('pws_cache_entries', 'Paths that are remembered.', cache('entries'));
  now('pws_cache_bytes', 'Octets that are kept in memory, everything counted.', cache('bytes'));
}

function observerOf(metrics: ExchangeMetrics): Omit<Observer, 'handshakeFailed' | 'proxyRefused'> {
  const { aborted, connections, contentBytes, durations, exchanges, underWay } = metrics;
  return {
    online: () => connections.inc(),
    request: () => underWay.inc(),
    abandoned: () => underWay.dec(),
    offline: () => connections.dec(),
    exchange(exchange) {
      const { ended } = exchange;
      // What could not be read has not been told as a request.
      if (exchange.method !== undefined) underWay.dec();
      exchanges.inc({ method: methodOf(exchange), status: String(exchange.status) });
      durations.observe(exchange.durationMs / 1000);
      if (exchange.contentBytes > 0) {
        contentBytes.inc({ coding: codingOf(exchange) }, exchange.contentBytes);
      }
      if (ended !== 'complete') {
        aborted.inc({ by: ended === 'aborted-by-client' ? 'client' : 'server' });
      }
    },
  };
}

function methodOf({ method }: Exchange): string {
  if (method === undefined) return 'unreadable';
  return METHODS.has(method) ? method : 'other';
}

function codingOf({ contentCoding }: Exchange): string {
  if (contentCoding === undefined) return 'identity';
  return CODINGS.has(contentCoding) ? contentCoding : 'other';
}
