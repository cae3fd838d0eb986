/**
 * Lets workers serve, and writes what they log.
 * Owns the first process: its signals are for all of them.
 */
import { isatty } from 'node:tty';
import { onDefect, patienceOf } from './last-resort.ts';
import { type LoadedConfig, readNamedFiles } from './named-files.ts';
import { ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { createReload, expectSameTls } from './reload.ts';
import { schedule } from './schedule.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import type { ServeOptions } from './serve-here.ts';
import { followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import { ownTicketKeys } from './tls-ticket-keys.ts';
import { claimUnixPath } from './unix-socket.ts';
import { WorkerPool, type WorkerSettings } from './worker-pool.ts';
import { watchWorkers } from './worker-watch.ts';
import { type WorkerPlace, createStarter } from './workers.ts';

/** How much longer the first process waits than for each worker. */
const PATIENCE_WITH_WORKERS_MS = 1000;

/**
 * Serves with so many workers until they are stopped; then the process ends.
 *
 * @throws {CommandError} where the Unix socket or the port of the metrics cannot be had
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
  const descriptors = takeInheritedDescriptors();
  if (config.unix !== undefined && descriptors.length === 0) {
    await claimUnixPath(config.unix.path);
    // The socket is bound in this process when a worker asks for it; it makes no other files.
    process.umask(~(config.unix.mode ?? 0o600) & 0o777);
  }
  const { port, host, unix, backlog, tls } = config;
  const autoPort = config.autoPort && port > 0;
  const fixed = { port, autoPort, host, unix, backlog, descriptors, speaksTls: tls !== undefined };
  const place = (settings: WorkerSettings): WorkerPlace => ({
    ...fixed,
    redirectHttpPort: tls?.redirectHttpPort,
    metrics: config.metrics,
    ...logForm(configOf(settings).log),
  });
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
  const pool = new WorkerPool({
    count,
    start: createStarter({
      place,
      config: configOf,
      sink: output.sink,
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
      expectSameTls(changed, tls !== undefined);
      next = await readNamedFiles(changed);
      await pool.reload();
      current = next;
    },
    tell: (message) => output.tell(message),
    watch: reloadWatch,
  });
  onReloadSignal(
    process,
    isatty,
    () => void reload(),
    () => stop(),
  );
}
