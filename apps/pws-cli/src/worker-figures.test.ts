import { describe, expect, it } from 'vitest';
import { readPrometheusText } from '../test/prometheus-text.ts';
import type { Exchange, Peer } from './exchange.ts';
import { type Figures, type Metrics, createMetrics } from './metrics.ts';
import { type WorkerFigures, createWorkerFigures } from './worker-figures.ts';

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

/** A worker that counts, and tells as it would over its channel. */
class Teller {
  readonly id: number;
  isSilent = false;
  readonly metrics: Metrics;
  readonly #figures: WorkerFigures;

  constructor(id: number, metrics: Metrics, figures: WorkerFigures) {
    this.id = id;
    this.metrics = metrics;
    this.#figures = figures;
    figures.joined(id, () => {
      if (!this.isSilent) void this.tell();
    });
  }

  /** Connects, and has so many exchanges. */
  serve(exchanges: number): void {
    this.metrics.observer.online(PEER);
    for (let index = 0; index < exchanges; index += 1) {
      this.metrics.observer.request(PEER, 'GET', '/');
      this.metrics.observer.exchange(EXCHANGE);
    }
  }

  async tell(): Promise<void> {
    const text = JSON.stringify(await this.metrics.figures());
    this.#figures.told(this.id, JSON.parse(text) as Figures);
  }

  end(): void {
    this.#figures.ended(this.id);
  }
}

/** The figures of some workers; time is over when the test says so. */
class Bench {
  readonly workers: Teller[] = [];
  readonly figures: WorkerFigures;
  /** What waits for a bound. */
  readonly #scheduled: Set<() => void>;

  private constructor(figures: WorkerFigures, scheduled: Set<() => void>) {
    this.figures = figures;
    this.#scheduled = scheduled;
  }

  static async with(count: number): Promise<Bench> {
    const scheduled = new Set<() => void>();
    const figures = await createWorkerFigures({
      readyCount: () => bench.workers.length,
      droppedLogLines: () => 7,
      schedule: (action) => {
        scheduled.add(action);
        return () => scheduled.delete(action);
      },
    });
    const bench = new Bench(figures, scheduled);
    for (let index = 0; index < count; index += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await bench.add();
    }
    return bench;
  }

  async add(): Promise<Teller> {
    const id = this.workers.length + 1;
    const cacheCounts = (): undefined => undefined;
    const droppedLogLines = (): number => id;
    const metrics = await createMetrics({ cacheCounts, droppedLogLines, worker: String(id) });
    const worker = new Teller(id, metrics, this.figures);
    this.workers.push(worker);
    return worker;
  }

  worker(index: number): Teller {
    return this.workers[index] as Teller;
  }

  /** Nobody has more time. */
  runOut(): void {
    for (const action of this.#scheduled) action();
  }

  get waitingCount(): number {
    return this.#scheduled.size;
  }

  async samples(asked = this.figures.text()): Promise<Record<string, number>> {
    const families = readPrometheusText(await asked);
    return Object.fromEntries([...families.values()].flatMap(({ samples }) => [...samples]));
  }
}

const TOTAL = 'pws_exchanges_total{method="GET",status="200"}';
const BUCKET = 'pws_exchange_duration_seconds_bucket{le="0.005"}';

describe('the figures of workers', () => {
  it('are the sum of what each has', async () => {
    const bench = await Bench.with(2);
    bench.worker(0).serve(2);
    bench.worker(1).serve(3);
    expect(await bench.samples()).toMatchObject({
      [TOTAL]: 5,
      [BUCKET]: 5,
      pws_exchange_duration_seconds_count: 5,
      'pws_content_bytes_total{coding="identity"}': 500,
      pws_connections: 2,
      pws_exchanges_under_way: 0,
      // The first process has some, too.
      pws_log_lines_dropped_total: 10,
      pws_workers: 2,
      pws_worker_answers_missed_total: 0,
    });
    expect(bench.waitingCount, 'nothing is waited for any more').toBe(0);
  });

  it('of processes are told of each, the first one too', async () => {
    const bench = await Bench.with(2);
    const samples = await bench.samples();
    const ofProcesses = Object.keys(samples).filter((name) => !name.startsWith('pws_'));
    expect(ofProcesses.filter((name) => !/[{,]worker="[012]"/.test(name))).toEqual([]);
    for (const worker of ['0', '1', '2']) {
      expect(samples).toHaveProperty([`process_start_time_seconds{worker="${worker}"}`]);
      expect(samples).toHaveProperty([`process_cpu_seconds_total{worker="${worker}"}`]);
    }
  });

  it('are those of the first process where no worker is', async () => {
    const bench = await Bench.with(0);
    expect(await bench.samples()).toMatchObject({
      pws_workers: 0,
      pws_log_lines_dropped_total: 7,
    });
  });

  it('keep the counters of those that end, and not their gauges', async () => {
    const bench = await Bench.with(2);
    bench.worker(0).serve(2);
    bench.worker(1).serve(3);
    await bench.samples();
    bench.worker(0).serve(1);
    await bench.worker(0).tell();
    bench.worker(0).end();
    const next = await bench.add();
    expect(await bench.samples()).toMatchObject({ [TOTAL]: 6, [BUCKET]: 6, pws_connections: 1 });
    expect(await bench.samples()).not.toHaveProperty(['process_start_time_seconds{worker="1"}']);
    next.serve(4);
    expect(await bench.samples()).toMatchObject({ [TOTAL]: 10, pws_connections: 2 });
    for (const worker of bench.workers) worker.end();
    const samples = await bench.samples();
    expect(samples).toMatchObject({ [TOTAL]: 10 });
    expect(samples).not.toHaveProperty('pws_connections');
  });

  it('do not go back where one is killed that told them before', async () => {
    const bench = await Bench.with(1);
    bench.worker(0).serve(2);
    expect(await bench.samples()).toMatchObject({ [TOTAL]: 2 });
    bench.worker(0).serve(1);
    bench.worker(0).end();
    expect(await bench.samples()).toMatchObject({ [TOTAL]: 2 });
  });

  it('leave out the gauges of one that is silent, and count that', async () => {
    const bench = await Bench.with(2);
    for (const worker of bench.workers) worker.serve(2);
    await bench.samples();
    bench.worker(0).isSilent = true;
    bench.worker(1).serve(1);
    const asked = bench.figures.text();
    await bench.worker(1).tell();
    bench.runOut();
    expect(await bench.samples(asked)).toMatchObject({
      [TOTAL]: 5,
      pws_connections: 2,
      pws_worker_answers_missed_total: 1,
    });
    bench.worker(0).isSilent = false;
    expect(await bench.samples()).toMatchObject({
      [TOTAL]: 5,
      pws_connections: 3,
      pws_worker_answers_missed_total: 1,
    });
  });

  it('wait for none that ends, and count it once', async () => {
    const bench = await Bench.with(2);
    for (const worker of bench.workers) worker.serve(2);
    bench.worker(0).isSilent = true;
    const asked = bench.figures.text();
    await bench.worker(0).tell();
    bench.worker(0).end();
    expect(await bench.samples(asked)).toMatchObject({
      [TOTAL]: 4,
      pws_worker_answers_missed_total: 0,
    });
    expect(await bench.samples()).toMatchObject({ [TOTAL]: 4, pws_connections: 1 });
  });

  it('are one text for all who ask at the same time', async () => {
    const bench = await Bench.with(1);
    const first = bench.figures.text();
    expect(bench.figures.text()).toBe(first);
    await first;
    expect(bench.figures.text()).not.toBe(first);
  });
});
