/**
 * Lets workers serve, and writes what they log.
 * Owns the first process: its signals are for all of them.
 */
import { isatty } from 'node:tty';
import { CommandError } from './command-error.ts';
import type { ServerConfig } from './config.ts';
import { ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import type { Announce } from './serve-here.ts';
import { followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import { claimUnixPath } from './unix-socket.ts';
import { WorkerPool } from './worker-pool.ts';
import { createStarter } from './workers.ts';

/** How much longer than it was given a worker may take to end. */
const PATIENCE_MS = 5000;

/**
 * Serves with so many workers until they are stopped; then the process ends.
 *
 * @param announce - tells the person that it serves
 * @throws {CommandError} exit code 2 for what several processes cannot do
 */
export async function serveWithWorkers(
  config: ServerConfig,
  count: number,
  announce: Announce,
): Promise<void> {
  if (config.metrics !== false) {
    // Each worker would count for itself, and one of them would answer.
    throw new CommandError(2, `--metrics: expected one process, got --workers ${count}`);
  }
  const output = new ProgramOutput(() => logForm(config.log));
  const readiness = new Readiness();
  followForSupervisor(readiness, output);
  const descriptors = takeInheritedDescriptors();
  if (config.unix !== undefined && descriptors.length === 0) {
    await claimUnixPath(config.unix.path);
    // The socket is bound in this process when a worker asks for it; it makes no other files.
    process.umask(~(config.unix.mode ?? 0o600) & 0o777);
  }
  const { port } = config;
  const autoPort = config.autoPort && port > 0;
  const place = { port, autoPort, descriptors, ...logForm(config.log) };
  const pool = new WorkerPool({
    count,
    start: createStarter({ place, sink: output.sink }),
    patienceMs: config.drainDelayMs + config.graceMs + PATIENCE_MS,
    schedule: (action, delayMs) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
    monotonicMs: () => performance.now(),
    tell: (text) => output.tell(text),
    ready: (addresses) => {
      readiness.becomeReady();
      announce(output, addresses, undefined);
    },
    failed: (error) => void output.give(error.message, error.exitCode),
  });
  const stop = (): void => {
    readiness.beginDraining();
    void pool.drain().then(
      () => output.end(),
      (error: unknown) => output.fail(error),
    );
  };
  onStopSignals(process, stop, (exitCode) => {
    pool.kill();
    process.exit(exitCode);
  });
  onReloadSignal(process, isatty, () => pool.reload(), stop);
}
