/**
 * Lets workers serve, and writes what they log.
 * Owns the first process: its signals are for all of them.
 */
import { isatty } from 'node:tty';
import { onDefect, patienceOf } from './last-resort.ts';
import { findFreePort } from './listener.ts';
import { type LoadedConfig, readNamedFiles } from './named-files.ts';
import { type LogForm, ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { createReload, expectSameTls } from './reload.ts';
import { schedule } from './schedule.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import type { ServeOptions } from './serve-here.ts';
import { followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import { ownTicketKeys } from './tls-ticket-keys.ts';
import { ToldFiles } from './told-files.ts';
import { claimUnixPath } from './unix-socket.ts';
import { WorkerPool, type WorkerSettings } from './worker-pool.ts';
import { watchWorkers } from './worker-watch.ts';
import { type WorkerPlace, createStarter } from './workers.ts';

/** How much longer the first process waits than for each worker. */
const PATIENCE_WITH_WORKERS_MS = 1000;

/**
 * Serves with so many workers until they are stopped; then the process ends.
 *
 * @throws {CommandError} where the Unix socket, a free port or the port of the metrics cannot be had
 */
export async function serveWithWorkers(options: ServeOptions, count: number): Promise<void> {
  const { config, started, read, announce } = options;
  /** What the workers that serve have, and what those are to have that a reload starts. */
  let current = config;
  let next = config;
  const configOf = (settings: WorkerSettings): LoadedConfig =>
    settings === 'next' ? next : current;
  const output = new ProgramOutput(() => logForm(current.log));
  const readiness = new Readiness();
  const reloadWatch = followForSupervisor(readiness, output);
  const fixed = await fixedPlace(config);
  let readyCount = (): number => 0;
  const watch = await watchWorkers({
    metrics: config.metrics,
    serverHeader: config.serverHeader,
    readyCount: () => readyCount(),
    droppedLogLines: () => output.sink.dropped,
    isStopping: () => readiness.state === 'draining',
    unforeseen: (error) => output.defect(error),
  });
  const monotonicMs = (): number => performance.now();
  const ticketKeys = ownTicketKeys(monotonicMs);
  const told = new ToldFiles();
  let allServe = (): void => undefined;
  const serving = new Promise<void>((resolve) => (allServe = resolve));
  const pool = new WorkerPool({
    count,
    start: createStarter({
      place: (settings) => ({ ...fixed, ...logForm(configOf(settings).log) }),
      config: configOf,
      sink: output.sink,
      told(file, lines) {
        for (const line of told.take(file, lines)) output.tell(line);
      },
      figures: watch.figures,
      ticketKeys,
    }),
    patienceMs: () => patienceOf(current),
    schedule,
    monotonicMs,
    tell: (text) => output.tell(text),
    ready: (addresses) => {
      readiness.becomeReady();
      announce(output, addresses, watch.address);
      allServe();
    },
    failed: (error) => void output.give(error.message, error.exitCode),
  });
  readyCount = () => pool.readyCount;
  const drained = async (): Promise<void> => {
    readiness.beginDraining();
    await pool.drain();
    await watch.close();
  };
  let endsWith = 0;
  const stop = (exitCode = 0): void => {
    endsWith = Math.max(endsWith, exitCode);
    void drained().then(
      () => output.end(endsWith),
      (error: unknown) => output.fail(error),
    );
  };
  const exit = (exitCode: number): void => {
    pool.kill();
    void output.leave(exitCode);
  };
  onStopSignals(process, () => stop(), exit);
  onDefect(process, {
    tell: (error) => output.defect(error),
    stop,
    exit,
    patienceMs: () => patienceOf(current) + PATIENCE_WITH_WORKERS_MS,
    schedule: (action, delayMs) => void setTimeout(action, delayMs).unref(),
  });
  const reload = createReload({
    started,
    read,
    apply: async (changed) => {
      expectSameTls(changed, fixed.speaksTls);
      next = await readNamedFiles(changed);
      told.forget();
      await pool.reload();
      current = next;
    },
    tell: (message) => output.tell(message),
    serving,
    watch: reloadWatch,
  });
  onReloadSignal(
    process,
    isatty,
    () => void reload(),
    () => stop(),
  );
}

/** What all workers are told alike, also those that come later; makes sure of it before there are any. */
async function fixedPlace(config: LoadedConfig): Promise<Omit<WorkerPlace, keyof LogForm>> {
  const { host, unix, backlog, tls, metrics } = config;
  const descriptors = takeInheritedDescriptors();
  if (unix !== undefined && descriptors.length === 0) {
    await claimUnixPath(unix.path);
    // The socket is bound in this process when a worker asks for it; it makes no other files.
    process.umask(~(unix.mode ?? 0o600) & 0o777);
  }
  const isAnyPort = config.port === 0 && unix === undefined && descriptors.length === 0;
  return {
    port: isAnyPort ? await findFreePort(config) : config.port,
    // Where another program is faster, the next one will do as well.
    autoPort: config.autoPort || isAnyPort,
    host,
    unix,
    backlog,
    descriptors,
    redirectHttpPort: tls?.redirectHttpPort,
    speaksTls: tls !== undefined,
    metrics,
  };
}
