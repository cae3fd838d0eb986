/**
 * Workers as processes: node:cluster behind the port of worker-pool.ts.
 * Owns how a worker is started, what it is told and tells, and that its log goes through the
 * process that started it. It is told its configuration, with what was in the files that this
 * names: what all of them say by now is asked for when the program is told to, and then for all
 * workers.
 *
 * All workers accept from one socket (SCHED_NONE), which belongs to the process that started
 * them: who waits in its queue is not lost with a worker. The other way of node:cluster, that
 * the first process accepts and hands each connection on (SCHED_RR), gave a third to two thirds
 * of the connections per second (40 clients, `Connection: close`, two workers on two cores, three
 * rounds: 3287, 5176 and 8408 against 9762, 7859 and 15 492), and shared them out no better.
 */
import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { CommandError, type ExitCode } from './command-error.ts';
import type { ServerConfig } from './config.ts';
import type { LogSink } from './log-sink.ts';
import type { Figures } from './metrics.ts';
import type { LoadedConfig } from './named-files.ts';
import type { MetricsPlace } from './options-of-run.ts';
import type { LogForm } from './program-output.ts';
import { createLineJoiner } from './whole-lines.ts';
import type { TicketKeySource } from './tls-ticket-keys.ts';
import type { WorkerFigures } from './worker-figures.ts';
import type { WorkerEvents, WorkerProcess, WorkerSettings } from './worker-pool.ts';

/**
 * What a worker is told when it is started, besides its configuration: what is as it was when the
 * first process was started, though the configuration may say otherwise by now; and the form of the
 * log, since a worker writes to a pipe, whatever the first process writes to.
 */
export interface WorkerPlace
  extends Pick<ServerConfig, 'autoPort' | 'host' | 'unix' | 'backlog'>, LogForm {
  /**
   * Not 0, where a port is listened on: node:cluster knows a socket by the number that was asked
   * for, and it is gone with the last worker that has it. 0 would be another port then.
   */
  readonly port: number;
  /** Descriptors of the first process that listen already. */
  readonly descriptors: readonly number[];
  readonly redirectHttpPort: number | undefined;
  readonly speaksTls: boolean;
  readonly metrics: MetricsPlace | false;
}

/** What a worker tells. */
type WorkerReport =
  | { readonly pws: 'ready'; readonly addresses: readonly AddressInfo[] }
  | { readonly pws: 'leaving'; readonly why: string }
  | { readonly pws: 'refused'; readonly exitCode: ExitCode; readonly message: string }
  /** What it has counted: because it was asked, or because it ends. */
  | { readonly pws: 'figures'; readonly figures: Figures }
  /** Asks for what all have counted. */
  | { readonly pws: 'all-figures'; readonly request: number }
  /** What is wrong with a file that it has read. */
  | { readonly pws: 'file'; readonly file: string; readonly lines: readonly string[] }
  | { readonly pws: 'asks-for-configuration' }
  | { readonly pws: 'asks-for-ticket-keys' };

/** What a worker is told while it serves. */
type WorkerOrder =
  | { readonly pws: 'drain' }
  | { readonly pws: 'tell-figures' }
  | { readonly pws: 'configuration'; readonly config: LoadedConfig }
  | { readonly pws: 'ticket-keys'; readonly base64: string }
  /** `text` is missing where it could not be made. */
  | { readonly pws: 'all-figures'; readonly request: number; readonly text?: string | undefined };

/** What each worker has open when it begins; sockets that listen already come behind them. */
const STREAMS = ['ignore', 'pipe', 'inherit', 'ipc'] as const;

/**
 * What sockets of others are in a worker. It has them from its start, and asks node:cluster for none:
 * that closes the first process's own with the last worker that has one, and those that came later
 * found nothing there.
 */
export function descriptorsInWorker({ descriptors }: WorkerPlace): readonly number[] {
  return descriptors.map((_, index) => STREAMS.length + index);
}

/** The environment variable in which a worker finds its place. */
const PLACE = 'PWS_WORKER_PLACE';
/** Between two looks whether the ticket keys have changed. */
const SHARE_MS = 3_600_000;

/** What {@link createStarter} needs. */
export interface StarterOptions {
  /** Asked for each worker. */
  readonly place: (settings: WorkerSettings) => WorkerPlace;
  /** What it is to do; also asked for each. Plain values: they are sent as JSON. */
  readonly config: (settings: WorkerSettings) => LoadedConfig;
  /** Takes the workers' log lines. */
  readonly sink: LogSink;
  /** Takes what is wrong with a file that one of them has read. */
  readonly told: (file: string, lines: readonly string[]) => void;
  /** Takes their figures. Default: there are none. */
  readonly figures?: WorkerFigures | undefined;
  /** All workers have the same: who has a ticket of one may come back to another. */
  readonly ticketKeys: () => Buffer;
}

/** Makes what starts workers. Call it once. */
export function createStarter(
  options: StarterOptions,
): (events: WorkerEvents, settings: WorkerSettings) => WorkerProcess {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const living = new Set<Worker>();
  let port: number | undefined;
  const share = (): void => {
    const base64 = options.ticketKeys().toString('base64');
    for (const worker of living) order(worker, { pws: 'ticket-keys', base64 });
  };
  setInterval(share, SHARE_MS).unref();
  return (events, settings) => {
    const place = options.place(settings);
    const config = options.config(settings);
    const found = port === undefined ? {} : { port, autoPort: false };
    cluster.setupPrimary({ stdio: [...STREAMS, ...place.descriptors] });
    const worker = cluster.fork({ [PLACE]: JSON.stringify({ ...place, ...found }) });
    living.add(worker);
    worker.on('message', ({ pws }: WorkerReport) => {
      if (pws === 'asks-for-configuration') order(worker, { pws: 'configuration', config });
      if (pws === 'asks-for-ticket-keys') share();
    });
    follow(worker, options, {
      ...events,
      ready(addresses) {
        options.figures?.joined(worker.id, () => order(worker, { pws: 'tell-figures' }));
        // From now on this is the port, also of those that are started because this one serves,
        // whatever becomes of the one that was asked for.
        if (place.autoPort) port = addresses[0]?.port;
        events.ready(addresses);
      },
      ended(end) {
        living.delete(worker);
        options.figures?.ended(worker.id);
        events.ended(end);
      },
    });
    return {
      drain: () => order(worker, { pws: 'drain' }),
      kill: () => void worker.process.kill('SIGKILL'),
    };
  };
}

function order(worker: Worker, what: WorkerOrder): void {
  // The channel may be gone before the worker is.
  worker.send(what, () => undefined);
}

function follow(
  worker: Worker,
  { sink, told: tellOfFile, figures }: StarterOptions,
  events: WorkerEvents,
): void {
  const take = createLineJoiner((line) => sink.write(line));
  worker.process.stdout?.setEncoding('utf8').on('data', take);
  worker.on('message', (report: WorkerReport) => {
    if (report.pws === 'ready') events.ready(report.addresses);
    if (report.pws === 'leaving') events.leaving(report.why);
    if (report.pws === 'refused') events.refused(new CommandError(report.exitCode, report.message));
    if (report.pws === 'file') tellOfFile(report.file, report.lines);
    if (report.pws === 'figures') figures?.told(worker.id, report.figures);
    if (report.pws === 'all-figures') {
      const { pws, request } = report;
      const told = figures?.text().catch(() => undefined);
      void told?.then((text) => order(worker, { pws, request, text }));
    }
  });
  // It could not be started, or not be told: its end tells.
  worker.on('error', () => undefined);
  // Not 'exit': what it has logged, and what it has told, is read to its end.
  worker.process.on('close', (code: number | null, signal: NodeJS.Signals | null) => {
    const end = (): void =>
      events.ended({ how: signal ?? `exit code ${code}`, isClean: code === 0 });
    if (worker.isConnected()) worker.process.once('disconnect', end);
    else end();
  });
}

/** The place of this process; `undefined` where it is no worker. */
export function ownPlace(
  env: Readonly<Record<string, string | undefined>>,
): WorkerPlace | undefined {
  const text = env[PLACE];
  return cluster.isWorker && text !== undefined ? (JSON.parse(text) as WorkerPlace) : undefined;
}

/** What a worker does when it is told to. */
export interface WorkerDuties {
  /** It is to stop. */
  readonly drain: () => void;
  /** What it has counted; `undefined` where it does not. */
  readonly figures: (() => Promise<Figures>) | undefined;
}

/** Tells the process that started this one that it serves, and listens to that one from then on. */
export function reportReady(
  addresses: readonly AddressInfo[],
  { drain, figures }: WorkerDuties,
): Promise<void> {
  process.on('message', ({ pws }: WorkerOrder) => {
    if (pws === 'drain') drain();
    if (pws === 'tell-figures') void reportFigures(figures);
  });
  return report({ pws: 'ready', addresses });
}

/**
 * Tells the process that started this one what was counted here; resolves when it is told. What
 * cannot be had is not told, and missed there.
 */
export async function reportFigures(figures: WorkerDuties['figures']): Promise<void> {
  const counted = await figures?.().catch(() => undefined);
  if (counted !== undefined) await report({ pws: 'figures', figures: counted });
}

/**
 * The configuration that the process that started this one gives. It is asked for: what a worker is
 * told before it listens is lost.
 */
export function toldConfiguration(): Promise<LoadedConfig> {
  return new Promise((resolve) => {
    const hear = (what: WorkerOrder): void => {
      if (what.pws !== 'configuration') return;
      process.off('message', hear);
      resolve(what.config);
    };
    process.on('message', hear);
    void report({ pws: 'asks-for-configuration' });
  });
}

/**
 * The ticket keys that the process that started this one tells, from the first on. They are asked
 * for, as the configuration is.
 */
export async function toldTicketKeys(): Promise<TicketKeySource> {
  let keys: Buffer | undefined;
  await new Promise<void>((resolve) => {
    process.on('message', (what: WorkerOrder) => {
      if (what.pws !== 'ticket-keys') return;
      const told = Buffer.from(what.base64, 'base64');
      if (keys === undefined || !told.equals(keys)) keys = told;
      resolve();
    });
    void report({ pws: 'asks-for-ticket-keys' });
  });
  return () => keys;
}

/** How this worker is called in figures. */
export function ownLabel(): string {
  return String(cluster.worker?.id);
}

let requestCount = 0;

/** Asks the process that started this one for what all workers have counted. */
export function askForAllFigures(): Promise<string> {
  const request = ++requestCount;
  return new Promise((resolve, reject) => {
    const hear = (answer: WorkerOrder): void => {
      if (answer.pws !== 'all-figures' || answer.request !== request) return;
      process.off('message', hear);
      if (answer.text === undefined) reject(new Error('the first process has no figures'));
      else resolve(answer.text);
    };
    process.on('message', hear);
    void report({ pws: 'all-figures', request });
  });
}

/** Tells the process that started this one what is wrong with a file. */
export function reportFile(file: string, lines: readonly string[]): Promise<void> {
  return report({ pws: 'file', file, lines });
}

/** Tells the process that started this one that this one has to end, and why. */
export function reportLeaving(why: string): Promise<void> {
  return report({ pws: 'leaving', why });
}

/** Tells the process that started this one why this one cannot run; resolves when it is told. */
export function reportRefusal({ exitCode, message }: CommandError): Promise<void> {
  return report({ pws: 'refused', exitCode, message });
}

function report(what: WorkerReport): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(what, undefined, {}, () => resolve());
  });
}
