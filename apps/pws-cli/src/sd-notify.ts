/**
 * Tells a supervisor how the program is (sd_notify(3)): ready, reloading, stopping, alive.
 * Owns what is told when, and that a supervisor that cannot be told costs one message and no
 * service.
 *
 * Node has no Unix datagram sockets, so that `systemd-notify`, which is wherever systemd is,
 * sends for it. systemd then sees another sender than the main process (but for the superuser,
 * whose helper may send in its name) and needs NotifyAccess=all. The helper waits until what it
 * sent has been received: of a sender that is gone systemd cannot tell to which unit it belonged.
 */
import { execFile } from 'node:child_process';
import type { Readiness } from './readiness.ts';

/** How long the helper may take. */
const TELLING_MS = 5000;

/** Sends assignments such as `READY=1`. */
export type Send = (assignments: readonly string[]) => Promise<void>;

/** Who sends: `undefined` where no supervisor wants to be told. */
export function createSend(env: Readonly<Record<string, string | undefined>>): Send | undefined {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return undefined;
  return (assignments) =>
    new Promise((resolve, reject) => {
      const options = { timeout: TELLING_MS, env: { ...env } };
      execFile('systemd-notify', [...assignments], options, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
}

/** What {@link createSupervisor} needs. */
export interface SupervisorOptions {
  readonly send: Send;
  /** Milliseconds, never going back, of the clock that systemd reads too: CLOCK_MONOTONIC. */
  readonly monotonicMs: () => number;
  /** Told once why the supervisor could not be told. */
  readonly failed: (why: string) => void;
}

/** Whoever started the program and watches it. */
export interface Supervisor {
  /** Tells of the changes of a server: ready, stopping. */
  follow(readiness: Readiness): void;
  /** The configuration is read again. */
  reloading(): void;
  /** It has been. */
  reloaded(): void;
  /** The program is alive. */
  alive(): void;
}

/** Tells a supervisor; one thing after the other, in order. */
export function createSupervisor({ send, monotonicMs, failed }: SupervisorOptions): Supervisor {
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const tell = (...assignments: string[]): void => {
    last = last
      .then(() => send(assignments))
      .catch((error: Error) => {
        if (!hasFailed) failed(error.message);
        hasFailed = true;
      });
  };
  const tellState = (readiness: Readiness): void => {
    if (readiness.state === 'ready') tell('READY=1');
    if (readiness.state === 'draining') tell('STOPPING=1');
  };
  return {
    follow(readiness) {
      tellState(readiness);
      readiness.onChange(() => tellState(readiness));
    },
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${Math.round(monotonicMs() * 1000)}`),
    reloaded: () => tell('READY=1'),
    alive: () => tell('WATCHDOG=1'),
  };
}

/**
 * How often the supervisor wants to hear that the program is alive, in milliseconds: twice in
 * the time that it waits. `undefined` where it does not ask this process.
 */
export function watchdogIntervalMs(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | undefined {
  const { WATCHDOG_USEC: text = '', WATCHDOG_PID: forPid } = env;
  if (forPid !== undefined && forPid !== String(pid)) return undefined;
  if (!/^[1-9][0-9]{0,14}$/.test(text)) return undefined;
  // A timer of Node's takes no longer one.
  return Math.min(Math.max(1, Math.floor(Number(text) / 2000)), 2 ** 31 - 1);
}
