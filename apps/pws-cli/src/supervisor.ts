/**
 * What a supervisor of the machine hands to this process, and is told by it.
 */
import type { ProgramOutput } from './program-output.ts';
import type { Readiness } from './readiness.ts';
import { type Supervisor, createSend, createSupervisor, watchdogIntervalMs } from './sd-notify.ts';
import { ACTIVATION_VARIABLES, inheritedDescriptors } from './socket-activation.ts';

/** Descriptors that listen already; whoever is started by this process does not see them. */
export function takeInheritedDescriptors(): readonly number[] {
  const descriptors = inheritedDescriptors(process.env, process.pid);
  for (const name of ACTIVATION_VARIABLES) delete process.env[name];
  return descriptors;
}

/** What is told of a reload. */
export type ReloadWatch = Pick<Supervisor, 'reloading' | 'reloaded'>;

/**
 * Tells the supervisor, where there is one, how the server is.
 *
 * @returns what is to be told of a reload; `undefined` where there is none
 */
export function followForSupervisor(
  readiness: Readiness,
  output: ProgramOutput,
): ReloadWatch | undefined {
  const send = createSend(process.env);
  if (send === undefined) return undefined;
  const supervisor = createSupervisor({
    send,
    monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
    failed: (why) => output.tell(`NOTIFY_SOCKET: it could not be told: ${why}`),
  });
  supervisor.follow(readiness);
  const intervalMs = watchdogIntervalMs(process.env, process.pid);
  if (intervalMs !== undefined) setInterval(() => supervisor.alive(), intervalMs).unref();
  return {
    reloading: () => supervisor.reloading(),
    reloaded: () => {
      // Told to stop meanwhile it is not ready again.
      if (readiness.isReady) supervisor.reloaded();
    },
  };
}
