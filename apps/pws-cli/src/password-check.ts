/**
 * Compares passwords with bcrypt hashes, one at a time, on a thread of its own.
 * Owns the thread and how many may wait for it. bcrypt is slow on purpose: at cost 10 it would
 * stand in the way of all other requests for 60 ms; and in libuv's pool, where native ones run, in
 * the way of the disk.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Compares passwords with hashes. */
export interface PasswordCheck {
  /** `undefined` where too many wait already. Rejects where the thread fails: a defect. */
  fits(password: string, hash: string): Promise<boolean> | undefined;
  /** Ends the thread. What waits then does not fit: nobody is let in any more. */
  close(): Promise<void>;
}

/** Comparisons under way and waiting: two seconds of them at cost 10. */
const MOST_WAITING = 32;

// A text, not a file: it has to be there in the sources, which tests run from, and in what is
// built from them, and Node 20 runs no TypeScript in a thread.
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { compareSync } = require(workerData);
parentPort.on('message', ([password, hash]) => parentPort.postMessage(compareSync(password, hash)));
`;

interface Waiting {
  readonly resolve: (fits: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a check; its thread begins with the first password. */
export function createPasswordCheck(): PasswordCheck {
  // The thread answers in the order in which it is asked.
  const waiting: Waiting[] = [];
  let worker: Worker | undefined;
  const failAll = (error: unknown): void => {
    worker = undefined;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const start = (): Worker => {
    const workerData = createRequire(import.meta.url).resolve('bcryptjs');
    const started = new Worker(PROGRAM, { eval: true, workerData, env: {}, execArgv: [] });
    started.on('message', (fits: boolean) => {
      waiting.shift()?.resolve(fits);
      // A thread that nobody waits for keeps no process alive.
      if (waiting.length === 0) started.unref();
    });
    started.on('error', failAll);
    return started;
  };
  return {
    fits(password, hash) {
      if (waiting.length >= MOST_WAITING) return undefined;
      return new Promise((resolve, reject) => {
        worker ??= start();
        worker.ref();
        waiting.push({ resolve, reject });
        worker.postMessage([password, hash]);
      });
    },
    async close() {
      const ended = worker;
      worker = undefined;
      for (const { resolve } of waiting.splice(0)) resolve(false);
      await ended?.terminate();
    },
  };
}
