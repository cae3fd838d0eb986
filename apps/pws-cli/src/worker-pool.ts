/**
 * Keeps a number of workers serving.
 * Owns when a worker is started, replaced, asked to finish and ended; what a worker is, and how
 * it is told, is behind the port {@link WorkerProcess}. The first worker is started alone: what
 * is in its way (a port that is taken) is in the way of all, and is told once.
 */
import type { AddressInfo } from 'node:net';
import { CommandError } from './command-error.ts';
import type { Schedule } from './schedule.ts';
import { type Crash, MOST_IN_VAIN, WINDOW_MS, decideRestart } from './restart-policy.ts';

/** A worker that was started. */
export interface WorkerProcess {
  /** Asks it to finish what is under way and to end. */
  drain(): void;
  /** Ends it now. */
  kill(): void;
}

/** How a worker ended. */
export interface WorkerEnd {
  /** `exit code 1`, `SIGKILL`. */
  readonly how: string;
  /** Whether it ended of its own accord with exit code 0. */
  readonly isClean: boolean;
}

/** What a worker tells of itself. */
export interface WorkerEvents {
  /** It serves. */
  ready(addresses: readonly AddressInfo[]): void;
  /** It has to end and finishes what is under way; another one is needed meanwhile. */
  leaving(why: string): void;
  /** It cannot run; its end follows. */
  refused(error: CommandError): void;
  /** It is gone. Called once, after everything else. */
  ended(end: WorkerEnd): void;
}

/** By which configuration a worker serves: that of the others, or the one of a reload. */
export type WorkerSettings = 'current' | 'next';

/** What a {@link WorkerPool} needs. */
export interface WorkerPoolOptions {
  /** How many are to serve. */
  readonly count: number;
  readonly start: (events: WorkerEvents, settings: WorkerSettings) => WorkerProcess;
  /** How long a worker that is asked to finish may take before it is ended, in milliseconds. */
  readonly patienceMs: () => number;
  /** Calls later; gives what calls that off. */
  readonly schedule: Schedule;
  /** Milliseconds, never going back. */
  readonly monotonicMs: () => number;
  /** Tells the person what happened, a sentence. */
  readonly tell: (text: string) => void;
  /** Called once, when all serve for the first time. */
  readonly ready: (addresses: readonly AddressInfo[]) => void;
  /** Called once, when there is no point in going on; the workers that are left are ended. */
  readonly failed: (error: CommandError) => void;
}

/** A reload that is under way. */
interface Reload {
  /** The new workers so far. */
  readonly successors: Set<Worker>;
  readonly resolve: () => void;
  readonly reject: (error: CommandError) => void;
}

/** How long a worker may take to serve: some hundred times as long as one takes. */
const MOST_START_MS = 30_000;
const TOO_LATE = `it took longer than ${MOST_START_MS / 1000} s`;

type WorkerState = 'starting' | 'ready' | 'draining';

/** A worker, as the pool sees it. */
interface Worker {
  process: WorkerProcess;
  state: WorkerState;
  refusal: CommandError | undefined;
  /** Whether it was ended because it did not serve in time. */
  isLate: boolean;
  /** Calls off that it is ended when it takes too long to start, or to finish. */
  spare: () => void;
}

/** The workers of a program. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<Worker>();
  readonly #delayed = new Set<() => void>();
  #crashes: Crash[] = [];
  #phase: 'starting' | 'serving' | 'stopping' = 'starting';
  #reload: Reload | undefined;
  #emptied: (() => void) | undefined;

  /** Starts the first worker. */
  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#start('current');
  }

  /** How many serve, and are not about to end. */
  get readyCount(): number {
    return this.#in('ready').length;
  }

  /** Asks all to finish; resolves when they are gone. */
  async drain(): Promise<void> {
    this.#stop();
    for (const worker of this.#workers) this.#drainWorker(worker);
    if (this.#workers.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }

  /** Ends all now. */
  kill(): void {
    this.#stop();
    for (const worker of this.#workers) worker.process.kill();
  }

  /**
   * Replaces all workers: new ones are started one after the other, and the old ones go when all of
   * them are ready. Until then the old ones serve on, for nobody can start them again as they are.
   *
   * @throws {CommandError} where a new one does not become ready; then all new ones go again
   */
  reload(): Promise<void> {
    const reason = this.#whyNoReload;
    if (reason !== undefined) return Promise.reject(new CommandError(1, reason));
    return new Promise((resolve, reject) => {
      this.#reload = { successors: new Set(), resolve, reject };
      this.#start('next');
    });
  }

  get #whyNoReload(): string | undefined {
    if (this.#phase === 'starting') return 'not all workers serve yet';
    if (this.#phase === 'stopping') return 'the server is being stopped';
    return this.#reload === undefined ? undefined : 'a reload is under way already';
  }

  #stop(): void {
    this.#phase = 'stopping';
    for (const callOff of this.#delayed) callOff();
    this.#delayed.clear();
  }

  #in(state: WorkerState): Worker[] {
    return [...this.#workers].filter((worker) => worker.state === state);
  }

  #start(settings: WorkerSettings): void {
    const worker: Worker = {
      process: NOT_STARTED,
      state: 'starting',
      refusal: undefined,
      isLate: false,
      spare: () => undefined,
    };
    this.#workers.add(worker);
    if (settings === 'next') this.#reload?.successors.add(worker);
    worker.process = this.#options.start(
      {
        ready: (addresses) => this.#ready(worker, addresses),
        leaving: (why) => this.#leaving(worker, why),
        refused: (error) => (worker.refusal = error),
        ended: (end) => this.#ended(worker, end),
      },
      settings,
    );
    worker.spare = this.#options.schedule(() => this.#late(worker), MOST_START_MS);
  }

  #late(worker: Worker): void {
    worker.isLate = true;
    if (this.#reload?.successors.has(worker) === true) return this.#giveUp(this.#reload, TOO_LATE);
    // No other one is started before it is gone: where the disk holds it, it would hold that too.
    worker.process.kill();
  }

  #ready(worker: Worker, addresses: readonly AddressInfo[]): void {
    if (worker.state !== 'starting' || worker.isLate) return;
    worker.spare();
    worker.state = 'ready';
    if (this.#reload?.successors.has(worker) === true) return this.#goOnWith(this.#reload);
    if (this.#phase !== 'starting') return;
    this.#fill();
    if (this.#in('ready').length < this.#options.count) return;
    this.#phase = 'serving';
    this.#options.ready(addresses);
  }

  /** The latest of the new workers is ready. */
  #goOnWith({ successors, resolve }: Reload): void {
    if (successors.size < this.#options.count) return this.#start('next');
    this.#reload = undefined;
    for (const worker of this.#workers) if (!successors.has(worker)) this.#drainWorker(worker);
    resolve();
  }

  /** A new worker is gone: the others go too, and all is as it was. */
  #giveUp({ successors, reject }: Reload, why: string): void {
    this.#reload = undefined;
    for (const worker of successors) if (this.#workers.has(worker)) this.#drainWorker(worker);
    reject(new CommandError(1, `a new worker is not ready (${why}); the old ones serve on`));
  }

  /** Starts what is missing. */
  #fill(): void {
    while (this.#missing() > 0) this.#start('current');
  }

  /** How many are missing, those of a reload left out: they may have to go again. */
  #missing(): number {
    const leaving = this.#in('draining').length;
    const staying = this.#workers.size - leaving - (this.#reload?.successors.size ?? 0);
    return this.#options.count - staying;
  }

  #drainWorker(worker: Worker): void {
    if (worker.state === 'draining') return;
    worker.spare();
    // One that does not listen yet has nothing to finish, and may not hear what it is told.
    if (worker.state === 'starting') worker.process.kill();
    else worker.process.drain();
    worker.state = 'draining';
    worker.spare = this.#options.schedule(() => worker.process.kill(), this.#options.patienceMs());
  }

  #leaving(worker: Worker, why: string): void {
    if (worker.state !== 'ready' || this.#phase === 'stopping') return;
    if (this.#reload?.successors.has(worker) === true) return this.#giveUp(this.#reload, why);
    this.#crashed(worker, why);
    this.#drainWorker(worker);
  }

  #ended(worker: Worker, end: WorkerEnd): void {
    this.#workers.delete(worker);
    worker.spare();
    if (this.#phase === 'stopping') {
      if (this.#workers.size === 0) this.#emptied?.();
      return;
    }
    if (worker.state === 'draining') return;
    const how = worker.isLate ? TOO_LATE : `it ended with ${end.how}`;
    const why = worker.refusal?.message ?? how;
    if (this.#reload?.successors.has(worker) === true) return this.#giveUp(this.#reload, why);
    if (this.#phase === 'starting' && worker.refusal !== undefined) {
      return this.#fail(worker.refusal);
    }
    // Somebody asked it to stop, and not the program.
    if (end.isClean && worker.state === 'ready') return this.#fill();
    this.#crashed(worker, why);
  }

  #crashed(worker: Worker, why: string): void {
    const { monotonicMs, tell, schedule } = this.#options;
    const nowMs = monotonicMs();
    this.#crashes = this.#crashes.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
    this.#crashes.push({ atMs: nowMs, wasReady: worker.state === 'ready' });
    const readyCount = this.#in('ready').length;
    const delayMs = decideRestart({ crashes: this.#crashes, readyCount, nowMs });
    if (delayMs === 'give-up') {
      const reason = `${MOST_IN_VAIN} workers ended within a minute before any was ready; of the last: ${why}`;
      return this.#fail(new CommandError(1, reason));
    }
    tell(`a worker is gone (${why}); another one starts in ${delayMs} ms`);
    const callOff = schedule(() => {
      this.#delayed.delete(callOff);
      if (this.#missing() > 0) this.#start('current');
    }, delayMs);
    this.#delayed.add(callOff);
  }

  #fail(error: CommandError): void {
    this.kill();
    this.#options.failed(error);
  }
}

/** What a worker is for the moment in which it is being started. */
const NOT_STARTED: WorkerProcess = { drain: () => undefined, kill: () => undefined };
