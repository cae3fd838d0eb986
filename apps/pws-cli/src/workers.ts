/**
 * Workers as processes: node:cluster behind the port of worker-pool.ts.
 * Owns how a worker is started, what it is told and tells, and that its log goes through the
 * process that started it.
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
import type { LogForm } from './program-output.ts';
import { createLineJoiner } from './whole-lines.ts';
import type { WorkerEvents, WorkerProcess } from './worker-pool.ts';

/**
 * What a worker is told when it is started, besides the arguments of the program: what is as it was
 * when the first process was started, though the configuration may say otherwise by now; and the
 * form of the log, since a worker writes to a pipe, whatever the first process writes to.
 */
export interface WorkerPlace
  extends Pick<ServerConfig, 'port' | 'autoPort' | 'host' | 'unix' | 'backlog'>, LogForm {
  /** Descriptors of the first process that listen already. */
  readonly descriptors: readonly number[];
  readonly redirectHttpPort: number | undefined;
  readonly speaksTls: boolean;
}

/** What a worker tells. */
type WorkerReport =
  | { readonly pws: 'ready'; readonly addresses: readonly AddressInfo[] }
  | { readonly pws: 'refused'; readonly exitCode: ExitCode; readonly message: string };

/** The environment variable in which a worker finds its place. */
const PLACE = 'PWS_WORKER_PLACE';
const DRAIN = 'pws: drain';

/** What {@link createStarter} needs. */
export interface StarterOptions {
  /** Asked for each worker. */
  readonly place: () => WorkerPlace;
  /** Takes the workers' log lines. */
  readonly sink: LogSink;
}

/** Makes what starts workers. Call it once. */
export function createStarter(options: StarterOptions): (events: WorkerEvents) => WorkerProcess {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let livingCount = 0;
  let port: number | undefined;
  let chosenPort: number | undefined;
  return (events) => {
    livingCount++;
    const place = options.place();
    const found = port === undefined ? {} : { port, autoPort: false };
    const worker = cluster.fork({ [PLACE]: JSON.stringify({ ...place, ...found }) });
    follow(worker, options.sink, {
      ...events,
      ready(addresses) {
        events.ready(addresses);
        chosenPort = addresses[0]?.port;
        // From now on this is the port, whatever becomes of the one that was asked for.
        if (place.autoPort) port = chosenPort;
      },
      ended(end) {
        livingCount--;
        // While one of them has it the socket goes by the number that was asked for. When the
        // last one goes, so does the socket: 0 would be another port the next time.
        if (livingCount === 0) port = chosenPort;
        events.ended(end);
      },
    });
    return {
      // The channel may be gone before the worker is.
      drain: () => void worker.send(DRAIN, () => undefined),
      kill: () => void worker.process.kill('SIGKILL'),
    };
  };
}

function follow(worker: Worker, sink: LogSink, events: WorkerEvents): void {
  const take = createLineJoiner((line) => sink.write(line));
  worker.process.stdout?.setEncoding('utf8').on('data', take);
  worker.on('message', (report: WorkerReport) => {
    if (report.pws === 'ready') events.ready(report.addresses);
    if (report.pws === 'refused') events.refused(new CommandError(report.exitCode, report.message));
  });
  // It could not be started, or not be told: its end tells.
  worker.on('error', () => undefined);
  // Not 'exit': what it has logged is read to its end.
  worker.process.on('close', (code: number | null, signal: NodeJS.Signals | null) => {
    events.ended({ how: signal ?? `exit code ${code}`, isClean: code === 0 });
  });
}

/** The place of this process; `undefined` where it is no worker. */
export function ownPlace(
  env: Readonly<Record<string, string | undefined>>,
): WorkerPlace | undefined {
  const text = env[PLACE];
  return cluster.isWorker && text !== undefined ? (JSON.parse(text) as WorkerPlace) : undefined;
}

/** Tells the process that started this one that it serves; `drain` is called when it is to stop. */
export function reportReady(addresses: readonly AddressInfo[], drain: () => void): Promise<void> {
  process.on('message', (message) => {
    if (message === DRAIN) drain();
  });
  return report({ pws: 'ready', addresses });
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
