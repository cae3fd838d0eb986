import { describe, expect, it } from 'vitest';
import { CommandError } from './command-error.ts';
import {
  type WorkerEvents,
  WorkerPool,
  type WorkerProcess,
  type WorkerSettings,
} from './worker-pool.ts';

const ADDRESS = { address: '::', family: 'IPv6', port: 8001 };

/** A worker that does what the test says. */
class FakeWorker implements WorkerProcess {
  readonly told: ('drain' | 'kill')[] = [];
  readonly events: WorkerEvents;

  constructor(events: WorkerEvents) {
    this.events = events;
  }

  drain = (): void => void this.told.push('drain');
  kill = (): void => void this.told.push('kill');
  becomeReady = (): void => this.events.ready([ADDRESS]);
  end = (how = 'exit code 0'): void => this.events.ended({ how, isClean: how === 'exit code 0' });
  crash = (): void => this.end('SIGSEGV');
  leave = (): void => this.events.leaving('a defect');
}

/** A pool in which time passes when the test says so. */
class Bench {
  readonly workers: FakeWorker[] = [];
  /** By which configuration each was started. */
  readonly settings: WorkerSettings[] = [];
  readonly told: string[] = [];
  readonly failures: CommandError[] = [];
  /** What became of each reload. */
  readonly reloaded: string[] = [];
  readyCalls = 0;
  nowMs = 0;
  readonly pool: WorkerPool;
  readonly #delayed = new Set<{ readonly action: () => void; readonly atMs: number }>();

  constructor(count: number) {
    this.pool = new WorkerPool({
      count,
      start: (events, settings) => {
        this.settings.push(settings);
        const worker = new FakeWorker(events);
        this.workers.push(worker);
        return worker;
      },
      patienceMs: () => 15_000,
      schedule: (action, delayMs) => {
        const entry = { action, atMs: this.nowMs + delayMs };
        this.#delayed.add(entry);
        return () => this.#delayed.delete(entry);
      },
      monotonicMs: () => this.nowMs,
      tell: (text) => this.told.push(text),
      ready: () => this.readyCalls++,
      failed: (error) => this.failures.push(error),
    });
  }

  /** A pool whose workers all serve. */
  static serving(count: number): Bench {
    const bench = new Bench(count);
    for (let index = 0; index < count; index++) bench.worker(index).becomeReady();
    return bench;
  }

  /** Begins a reload. */
  reload(): void {
    void this.pool.reload().then(
      () => this.reloaded.push('done'),
      (error: unknown) => this.reloaded.push((error as CommandError).message),
    );
  }

  worker(index: number): FakeWorker {
    return this.workers[index] as FakeWorker;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const entry of this.#delayed) {
      if (entry.atMs > this.nowMs) continue;
      this.#delayed.delete(entry);
      entry.action();
    }
  }

  get lastTold(): string | undefined {
    return this.told.at(-1);
  }
}

/** Lets promises tell what they were told. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WorkerPool starts', () => {
  it('the first worker alone, and the others when it is ready', () => {
    const bench = new Bench(3);
    expect(bench.workers).toHaveLength(1);
    bench.worker(0).becomeReady();
    expect(bench.workers).toHaveLength(3);
    expect(bench.readyCalls).toBe(0);
    bench.worker(1).becomeReady();
    bench.worker(2).becomeReady();
    expect([bench.readyCalls, bench.workers.length]).toEqual([1, 3]);
  });

  it('no further one where the first cannot run, and gives its reason', () => {
    const bench = new Bench(3);
    const reason = new CommandError(1, 'port 80 is taken');
    bench.worker(0).events.refused(reason);
    bench.worker(0).end('exit code 1');
    bench.pass(60_000);
    expect([bench.failures, bench.workers.length]).toEqual([[reason], 1]);
  });

  it('one again where it crashes, and is ready when all are', () => {
    const bench = new Bench(2);
    bench.worker(0).becomeReady();
    bench.worker(1).crash();
    bench.pass(100);
    bench.worker(2).becomeReady();
    expect(bench.readyCalls).toBe(1);
  });

  it('no sixth one where five crash before any is ready', () => {
    const bench = new Bench(2);
    for (let index = 0; index < 5; index++) {
      bench.worker(index).crash();
      bench.pass(5000);
    }
    expect(bench.failures.map(({ message, exitCode }) => [exitCode, message])).toEqual([
      [
        1,
        '5 workers ended within a minute before any was ready; of the last: it ended with SIGSEGV',
      ],
    ]);
    bench.pass(60_000);
    expect(bench.workers).toHaveLength(5);
  });
});

describe('WorkerPool replaces', () => {
  it('a worker that crashes, after a moment, and leaves the others alone', () => {
    const bench = Bench.serving(2);
    bench.worker(0).crash();
    expect(bench.told).toEqual([
      'a worker is gone (it ended with SIGSEGV); another one starts in 100 ms',
    ]);
    bench.pass(99);
    expect(bench.workers).toHaveLength(2);
    bench.pass(1);
    expect(bench.workers).toHaveLength(3);
    expect(bench.worker(1).told).toEqual([]);
    expect(bench.readyCalls).toBe(1);
  });

  it('each of those that crash together', () => {
    const bench = Bench.serving(3);
    for (const index of [0, 1, 2]) bench.worker(index).crash();
    bench.pass(400);
    expect(bench.workers).toHaveLength(6);
  });

  it('a worker that somebody else asked to stop, at once and without a word', () => {
    const bench = Bench.serving(2);
    bench.worker(1).end();
    expect([bench.workers.length, bench.told]).toEqual([3, []]);
  });

  it('a worker that says that it has to end, before it has ended, and lets it finish', () => {
    const bench = Bench.serving(2);
    bench.worker(0).leave();
    expect(bench.told).toEqual(['a worker is gone (a defect); another one starts in 100 ms']);
    expect([bench.pool.readyCount, bench.worker(0).told]).toEqual([1, ['drain']]);
    bench.pass(100);
    expect(bench.workers).toHaveLength(3);
    bench.worker(0).end('exit code 70');
    bench.pass(60_000);
    expect([bench.workers.length, bench.told.length]).toEqual([3, 1]);
  });

  it('a worker that cannot run any more like one that crashed', () => {
    const bench = Bench.serving(2);
    bench.worker(0).crash();
    bench.pass(100);
    bench.worker(2).events.refused(new CommandError(1, 'root: there is none'));
    bench.worker(2).end('exit code 1');
    expect(bench.lastTold).toBe(
      'a worker is gone (root: there is none); another one starts in 200 ms',
    );
    expect(bench.failures).toEqual([]);
  });
});

describe('WorkerPool ends a worker that takes too long to start', () => {
  const LATE = 'it took longer than 30 s';

  it('and starts another one, as after a crash', () => {
    const bench = new Bench(2);
    bench.worker(0).becomeReady();
    bench.pass(29_999);
    expect(bench.worker(1).told).toEqual([]);
    bench.pass(1);
    expect([bench.worker(1).told, bench.told]).toEqual([['kill'], []]);
    bench.worker(1).end('SIGKILL');
    expect(bench.told).toEqual([`a worker is gone (${LATE}); another one starts in 100 ms`]);
    bench.pass(100);
    expect(bench.workers).toHaveLength(3);
    bench.pass(30_000);
    bench.worker(2).end('SIGKILL');
    expect(bench.lastTold).toBe(`a worker is gone (${LATE}); another one starts in 200 ms`);
    bench.pass(200);
    bench.worker(3).becomeReady();
    expect([bench.readyCalls, bench.failures]).toEqual([1, []]);
  });

  it('and not one that has become ready, however long it serves', () => {
    const bench = Bench.serving(2);
    bench.pass(60_000);
    expect(bench.workers.map(({ told }) => told)).toEqual([[], []]);
  });

  it('though it says that it serves when it is as good as gone', () => {
    const bench = new Bench(1);
    bench.pass(30_000);
    bench.worker(0).becomeReady();
    expect([bench.readyCalls, bench.pool.readyCount]).toEqual([0, 0]);
    bench.worker(0).end('SIGKILL');
    bench.pass(100);
    bench.worker(1).becomeReady();
    expect(bench.readyCalls).toBe(1);
  });

  it('and gives a reload up, so that the next one can be carried out', async () => {
    const bench = Bench.serving(2);
    bench.reload();
    bench.worker(2).becomeReady();
    bench.pass(30_000);
    expect(bench.worker(3).told).toEqual(['kill']);
    // It need not be gone: one that waits for a disk may take any time for that.
    await settled();
    expect(bench.reloaded).toEqual([`a new worker is not ready (${LATE}); the old ones serve on`]);
    expect([0, 1, 2].map((index) => bench.worker(index).told)).toEqual([[], [], ['drain']]);
    bench.reload();
    bench.worker(4).becomeReady();
    bench.worker(5).becomeReady();
    bench.worker(3).end('SIGKILL');
    await settled();
    expect(bench.reloaded.at(-1)).toBe('done');
    expect(bench.told).toEqual([]);
  });

  it('once, where it is to stop meanwhile', async () => {
    const bench = new Bench(1);
    const drained = bench.pool.drain();
    bench.worker(0).end('SIGKILL');
    await drained;
    bench.pass(60_000);
    expect([bench.worker(0).told, bench.workers.length]).toEqual([['kill'], 1]);
  });
});

describe('WorkerPool.drain()', () => {
  it('asks all to finish, and resolves when they are gone', async () => {
    const bench = Bench.serving(2);
    const drained = bench.pool.drain().then(() => 'gone');
    expect(bench.workers.map(({ told }) => told)).toEqual([['drain'], ['drain']]);
    bench.worker(0).end();
    bench.worker(1).crash();
    expect(await drained).toBe('gone');
    bench.pass(60_000);
    expect([bench.workers.length, bench.told]).toEqual([2, []]);
  });

  it('ends a worker that is not ready yet', async () => {
    const bench = new Bench(2);
    const drained = bench.pool.drain();
    expect(bench.worker(0).told).toEqual(['kill']);
    bench.worker(0).end('SIGKILL');
    await drained;
  });

  it('resolves where none is left, and starts none that was to come', async () => {
    const bench = Bench.serving(1);
    bench.worker(0).crash();
    await bench.pool.drain();
    bench.pass(60_000);
    expect(bench.workers).toHaveLength(1);
  });

  it('ends a worker that takes too long', async () => {
    const bench = Bench.serving(1);
    const drained = bench.pool.drain();
    bench.pass(14_999);
    expect(bench.worker(0).told).toEqual(['drain']);
    bench.pass(1);
    expect(bench.worker(0).told).toEqual(['drain', 'kill']);
    bench.worker(0).end('SIGKILL');
    await drained;
  });
});

describe('WorkerPool.kill()', () => {
  it('ends all, also those that drain, and none follows', () => {
    const bench = Bench.serving(2);
    void bench.pool.drain();
    bench.pool.kill();
    expect(bench.workers.map(({ told }) => told.at(-1))).toEqual(['kill', 'kill']);
    bench.worker(0).end('SIGKILL');
    bench.pass(60_000);
    expect(bench.workers).toHaveLength(2);
  });
});

describe('WorkerPool.reload()', () => {
  it('starts one new worker after the other, and the old ones go when all are ready', async () => {
    const bench = Bench.serving(2);
    const { reloaded } = bench;
    bench.reload();
    expect([bench.workers.length, bench.worker(0).told]).toEqual([3, []]);
    bench.worker(2).becomeReady();
    expect([bench.workers.length, bench.worker(0).told, bench.worker(1).told]).toEqual([4, [], []]);
    await settled();
    expect(reloaded).toEqual([]);
    bench.worker(3).becomeReady();
    expect([bench.worker(0).told, bench.worker(1).told]).toEqual([['drain'], ['drain']]);
    bench.worker(0).end();
    bench.worker(1).end();
    await settled();
    bench.pass(60_000);
    expect([bench.workers.length, bench.told, reloaded]).toEqual([4, [], ['done']]);
    expect([bench.worker(2).told, bench.worker(3).told]).toEqual([[], []]);
  });

  it('keeps the old ones where the first new one does not become ready', async () => {
    const bench = Bench.serving(2);
    bench.reload();
    bench.worker(2).events.refused(new CommandError(2, '--memory: expected a size'));
    bench.worker(2).end('exit code 2');
    await settled();
    expect([bench.told, bench.reloaded]).toEqual([
      [],
      ['a new worker is not ready (--memory: expected a size); the old ones serve on'],
    ]);
    expect([bench.workers.length, bench.worker(0).told]).toEqual([3, []]);
    bench.reload();
    expect(bench.workers).toHaveLength(4);
  });

  it.each<[string, (bench: Bench) => void, string]>([
    [
      'a later one does not become ready',
      (bench) => {
        bench.worker(4).events.refused(new CommandError(1, 'the certificate is gone'));
        bench.worker(4).end('exit code 1');
      },
      'the certificate is gone',
    ],
    ['one that was ready crashes', (bench) => bench.worker(3).crash(), 'it ended with SIGSEGV'],
    ['one that was ready has to end', (bench) => bench.worker(3).leave(), 'a defect'],
    ['somebody stops one', (bench) => bench.worker(3).end(), 'it ended with exit code 0'],
  ])('keeps all of the old ones and none of the new ones where %s', async (_, spoil, why) => {
    const bench = Bench.serving(3);
    bench.reload();
    bench.worker(3).becomeReady();
    spoil(bench);
    await settled();
    expect(bench.reloaded).toEqual([`a new worker is not ready (${why}); the old ones serve on`]);
    expect([0, 1, 2].map((index) => bench.worker(index).told)).toEqual([[], [], []]);
    // What the other one has begun it finishes; one that does not serve yet has begun nothing.
    const other = [3, 4].map((index) => bench.worker(index)).find(({ told }) => told.length > 0);
    expect(other?.told).toEqual([other === bench.worker(3) ? 'drain' : 'kill']);
    other?.end('SIGKILL');
    bench.pass(60_000);
    expect([bench.workers.length, bench.told]).toEqual([5, []]);
  });

  it('does not begin again while one is under way', async () => {
    const bench = Bench.serving(1);
    bench.reload();
    bench.reload();
    await settled();
    expect([bench.workers.length, bench.reloaded]).toEqual([2, ['a reload is under way already']]);
  });

  it('does nothing before all are ready, and nothing when they are to stop', async () => {
    const starting = new Bench(2);
    starting.reload();
    const stopping = Bench.serving(1);
    void stopping.pool.drain();
    stopping.reload();
    await settled();
    expect([starting.workers.length, stopping.workers.length]).toEqual([1, 1]);
    expect([starting.reloaded, stopping.reloaded]).toEqual([
      ['not all workers serve yet'],
      ['the server is being stopped'],
    ]);
  });

  it('has an old one that crashes meanwhile replaced by one like it', async () => {
    const bench = Bench.serving(2);
    bench.reload();
    bench.worker(0).crash();
    bench.pass(100);
    expect(bench.settings).toEqual(['current', 'current', 'next', 'current']);
    bench.worker(3).becomeReady();
    bench.worker(2).crash();
    await settled();
    expect(bench.reloaded).toHaveLength(1);
    bench.pass(60_000);
    expect([bench.worker(1).told, bench.worker(3).told]).toEqual([[], []]);
    expect(bench.workers).toHaveLength(4);
  });

  it('has as many as before, also where old ones crash in between', () => {
    const bench = Bench.serving(2);
    bench.reload();
    bench.worker(0).crash();
    bench.worker(2).becomeReady();
    bench.pass(100);
    // In place of the one that crashed; it does not serve yet when the new ones do.
    expect(bench.settings).toEqual(['current', 'current', 'next', 'next', 'current']);
    bench.worker(1).crash();
    bench.worker(3).becomeReady();
    expect(bench.worker(4).told).toEqual(['kill']);
    bench.worker(4).end('SIGKILL');
    bench.pass(60_000);
    expect([bench.workers.length, bench.pool.readyCount]).toEqual([5, 2]);
  });

  it('has later ones started as the new ones were', () => {
    const bench = Bench.serving(1);
    bench.reload();
    bench.worker(1).becomeReady();
    bench.worker(0).end();
    bench.worker(1).crash();
    bench.pass(100);
    expect([bench.settings, bench.pool.readyCount]).toEqual([['current', 'next', 'current'], 0]);
    bench.worker(2).becomeReady();
    expect([bench.worker(2).told, bench.pool.readyCount]).toEqual([[], 1]);
  });

  it('ends all where it is stopped meanwhile', async () => {
    const bench = Bench.serving(2);
    bench.reload();
    bench.worker(2).becomeReady();
    const drained = bench.pool.drain();
    expect(bench.workers.map(({ told }) => told)).toEqual([
      ['drain'],
      ['drain'],
      ['drain'],
      ['kill'],
    ]);
    bench.worker(3).end('SIGKILL');
    for (const index of [0, 1, 2]) bench.worker(index).end();
    await drained;
    bench.pass(60_000);
    expect(bench.workers).toHaveLength(4);
  });
});
