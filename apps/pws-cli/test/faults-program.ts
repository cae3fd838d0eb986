/**
 * The program as a process that the operating system keeps short: of descriptors, or of rights.
 * Its descriptors are counted from outside, in /proc.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { expect, inject, vi } from 'vitest';

/** Whether the descriptors of another process can be counted here: only Linux has them in /proc. */
export const COUNTS_DESCRIPTORS: boolean = process.platform === 'linux';

/** How the process is kept short. */
export interface Shortage {
  /** The most descriptors that it may have open. Default: as many as the tests may. */
  readonly descriptors?: number;
  /**
   * `ordinary`: not the superuser's, who may read everything. Where the tests themselves are no
   * superuser's, that is so anyway. Default: the rights of the tests.
   */
  readonly rights?: 'ordinary';
}

/** One line of its log, as far as the tests look at it. */
export interface LoggedExchange {
  readonly target: string;
  readonly status: number;
  readonly ended: string;
  readonly reason?: string;
  readonly contentBytes: number;
}

/** Linux and the BSDs call it `nobody`; who has no such user has the number all the same. */
const NOBODY = 65_534;

// As a daemon does it: everything is loaded with the first user's rights, and nothing served.
const GIVE_UP_RIGHTS = `import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  process.setgroups([]);
  process.setgid(${NOBODY});
  process.setuid(${NOBODY});
  return listen.apply(this, args);
};`;

const running = new Set<ShortProgram>();

export class ShortProgram {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;

  private constructor(root: string, { descriptors, rights }: Shortage) {
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors} && `;
    const givesUp = rights === 'ordinary' && process.getuid?.() === 0;
    const preload = `data:text/javascript,${encodeURIComponent(GIVE_UP_RIGHTS)}`;
    const preloads = givesUp ? ['--import', preload] : [];
    // Without a bound on connections: it would keep the shortage away.
    const flags = ['--port', '0', '--host', '127.0.0.1', '--log', 'json', '--max-connections', '0'];
    const args = [process.execPath, ...preloads, inject('program'), root, ...flags];
    // `exec`: the process that is counted and ended is the program itself.
    this.#child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    this.#child.stdout.on('data', (octets: Buffer) => (this.stdout += octets.toString()));
    this.#child.stderr.on('data', (octets: Buffer) => (this.stderr += octets.toString()));
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
  }

  /** Starts it on a free port of loopback, and waits until it serves. */
  static async serving(root: string, shortage: Shortage = {}): Promise<ShortProgram> {
    const program = new ShortProgram(root, shortage);
    await program.until(() => expect(program.stderr).toContain('Ctrl+C stops it'));
    return program;
  }

  /** The port in the banner. */
  get port(): number {
    return Number(/http:\/\/[^/]*:(\d+)\//.exec(this.stderr)?.[1]);
  }

  /** How many descriptors it has open now: its own, sockets and files alike. */
  get descriptorCount(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Its log, oldest first. */
  get exchanges(): LoggedExchange[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LoggedExchange);
  }

  /** Waits until the expectations hold. */
  async until(expectations: () => void): Promise<void> {
    await vi.waitFor(expectations, { timeout: 15_000, interval: 10 });
  }

  /** Waits until so many descriptors are open, no more and no fewer. */
  async untilDescriptorCount(count: number): Promise<void> {
    await this.until(() => expect(this.descriptorCount).toBe(count));
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    running.delete(this);
  }
}

/** Ends what the tests of a file have left running. */
export async function killShortPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}
