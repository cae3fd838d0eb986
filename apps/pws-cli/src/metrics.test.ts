import type { CacheCounts } from '@pws/static-fs';
import { describe, expect, it, test } from 'vitest';
import { readPrometheusText } from '../test/prometheus-text.ts';
import type { Exchange, Peer } from './exchange.ts';
import { type Metrics, type MetricsOptions, createMetrics } from './metrics.ts';

const PEER: Peer = { address: '127.0.0.1', port: 1 };
const EXCHANGE: Exchange = {
  requestId: 'p-00',
  peer: PEER,
  method: 'GET',
  target: '/',
  protocol: 'HTTP/1.1',
  referer: undefined,
  userAgent: undefined,
  status: 200,
  reason: undefined,
  contentBytes: 100,
  contentCoding: undefined,
  cacheHit: true,
  durationMs: 3,
  endedAtMs: 0,
  ended: 'complete',
};

const make = (options: Partial<MetricsOptions> = {}): Promise<Metrics> =>
  createMetrics({ cacheCounts: () => undefined, droppedLogLines: () => 0, ...options });

/** The samples of our own metrics, by name and labels. */
async function samplesOf(metrics: Metrics): Promise<Record<string, number>> {
  const families = readPrometheusText(await metrics.text());
  return Object.fromEntries(
    [...families]
      .filter(([name]) => name.startsWith('pws_'))
      .flatMap(([, { samples }]) => [...samples]),
  );
}

async function samplesAfter(...exchanges: Partial<Exchange>[]): Promise<Record<string, number>> {
  const metrics = await make();
  for (const exchange of exchanges) metrics.observer.exchange({ ...EXCHANGE, ...exchange });
  return samplesOf(metrics);
}

describe('createMetrics()', () => {
  it('begins with nothing, and knows what there is to count', async () => {
    const samples = await samplesOf(await make());
    expect(Object.values(samples).every((value) => value === 0)).toBe(true);
    expect(samples).toMatchObject({
      pws_connections: 0,
      pws_exchanges_under_way: 0,
      'pws_exchanges_aborted_total{by="client"}': 0,
      'pws_exchanges_aborted_total{by="server"}': 0,
      pws_log_lines_dropped_total: 0,
      pws_cache_hits_total: 0,
      pws_exchange_duration_seconds_count: 0,
    });
  });

  test.each<[string, Partial<Exchange>]>([
    ['pws_exchanges_total{method="GET",status="200"}', {}],
    ['pws_exchanges_total{method="HEAD",status="304"}', { method: 'HEAD', status: 304 }],
    ['pws_exchanges_total{method="other",status="501"}', { method: 'BREW', status: 501 }],
    ['pws_exchanges_total{method="other",status="501"}', { method: 'a"\n', status: 501 }],
    ['pws_exchanges_total{method="unreadable",status="400"}', { method: undefined, status: 400 }],
    ['pws_exchanges_aborted_total{by="client"}', { ended: 'aborted-by-client' }],
    ['pws_exchanges_aborted_total{by="server"}', { ended: 'aborted-by-server' }],
    ['pws_exchange_duration_seconds_count', {}],
  ])('counts in %s an exchange with %j', async (sample, exchange) => {
    expect((await samplesAfter(exchange, exchange))[sample]).toBe(2);
  });

  test.each([
    ['identity', undefined],
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
    ['other', 'made-up'],
  ])('adds content up as %s', async (coding, contentCoding) => {
    const sample = `pws_content_bytes_total{coding="${coding}"}`;
    expect((await samplesAfter({ contentCoding }, { contentCoding }))[sample]).toBe(200);
  });

  it('puts durations into buckets of seconds, each with those before it', async () => {
    const samples = await samplesAfter(
      ...[0.4, 3, 3, 70_000, 400_000].map((durationMs) => ({ durationMs })),
    );
    expect(samples).toMatchObject({
      'pws_exchange_duration_seconds_bucket{le="0.0005"}': 1,
      'pws_exchange_duration_seconds_bucket{le="0.0025"}': 1,
      'pws_exchange_duration_seconds_bucket{le="0.005"}': 3,
      'pws_exchange_duration_seconds_bucket{le="300"}': 4,
      'pws_exchange_duration_seconds_bucket{le="+Inf"}': 5,
      pws_exchange_duration_seconds_count: 5,
    });
    expect(samples['pws_exchange_duration_seconds_sum']).toBeCloseTo(470.0064, 6);
  });

  it('knows who is there and what is under way, after a defect too', async () => {
    const metrics = await make();
    const { observer } = metrics;
    const other: Peer = { address: '::1', port: 2 };
    const figures = async (): Promise<unknown[]> => {
      const samples = await samplesOf(metrics);
      return [samples['pws_connections'], samples['pws_exchanges_under_way']];
    };
    observer.online(PEER);
    observer.online(other);
    observer.request(PEER, 'GET', '/');
    observer.request(other, 'GET', '/');
    observer.request(other, 'GET', '/');
    expect(await figures()).toEqual([2, 3]);
    observer.exchange(EXCHANGE);
    observer.exchange({ ...EXCHANGE, method: undefined, status: 400 });
    expect(await figures()).toEqual([2, 2]);
    observer.offline(PEER);
    // Over without a record, and told as another's than the connection is.
    observer.abandoned({ address: '203.0.113.9', port: 0 });
    expect(await figures()).toEqual([1, 1]);
    observer.abandoned(other);
    observer.offline(other);
    expect(await figures()).toEqual([0, 0]);
  });

  it('asks for the figures of others when somebody looks', async () => {
    let counts: CacheCounts = { hits: 1, misses: 2, entries: 3, bytes: 4 };
    let dropped = 5;
    const metrics = await make({ cacheCounts: () => counts, droppedLogLines: () => dropped });
    await samplesOf(metrics);
    counts = { hits: 10, misses: 20, entries: 2, bytes: 40 };
    dropped = 50;
    expect(await samplesOf(metrics)).toMatchObject({
      pws_cache_hits_total: 10,
      pws_cache_misses_total: 20,
      pws_cache_entries: 2,
      pws_cache_bytes: 40,
      pws_log_lines_dropped_total: 50,
    });
  });

  it('tells of the process too, and all in the form of Prometheus', async () => {
    const metrics = await make();
    const families = readPrometheusText(await metrics.text());
    expect(families.get('process_cpu_seconds_total')?.type).toBe('counter');
    expect([...families.keys()]).toContain('nodejs_eventloop_lag_seconds');
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('counts apart from another in the same process', async () => {
    const one = await make();
    const other = await make();
    one.observer.online(PEER);
    expect([
      (await samplesOf(one))['pws_connections'],
      (await samplesOf(other))['pws_connections'],
    ]).toEqual([1, 0]);
  });

  it('makes one text for all who ask at the same time', async () => {
    const metrics = await make();
    const first = metrics.text();
    expect(metrics.text()).toBe(first);
    await first;
    expect(metrics.text()).not.toBe(first);
  });
});

describe('the reader of the tests', () => {
  test.each([
    ['a 1', 'no end'],
    ['a 1\n', 'no type'],
    ['# HELP a b\n# TYPE a counter\na 1\na 2\n', 'a sample twice'],
    ['# HELP a b\n# TYPE a counter\nb 1\n', 'a sample of another'],
    ['# HELP a b\n# TYPE a counter\na{b="c\nd"} 1\n', 'a line end in a label'],
    ['# HELP a b\n# TYPE a counter\na{b="c""} 1\n', 'a quote in a label'],
    ['# HELP a b\n# TYPE a counter\na one\n', 'a word for a number'],
    ['# HELP a b\n# TYPE a counters\n', 'a type that is none'],
  ])('refuses %j: %s', (text) => {
    expect(() => readPrometheusText(text)).toThrow();
  });
});
