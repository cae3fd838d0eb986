/**
 * The processes of a run: pinned to a core, each with what it starts in a group of its own, so
 * that all of them end with the run. Only what was started here is ever ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import {
  type Times,
  groupIn,
  nanosInSchedstat,
  nanosInStat,
  nanosOfChildrenInStat,
} from './processor-time.ts';

/** The core of what measures. The server's is the other one. */
export const LOAD_CORE = 0;
/** The core of what is measured. */
export const SERVER_CORE = 1;

/** More descriptors are of no use here, and some programs prepare for each. */
const MOST_DESCRIPTORS = 65_536;

const running = new Set<ChildProcess>();

/** How many descriptors a process may have that is started here. */
export function descriptorLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1] ?? '1024';
  return hard === 'unlimited' ? MOST_DESCRIPTORS : Math.min(Number(hard), MOST_DESCRIPTORS);
}

/** What a process is started with. */
export interface StartOptions {
  readonly core: number;
  /** A file for standard output. Default: it is kept in memory. */
  readonly output?: string;
}

/** A process that was started here. */
export class Process {
  /** What it wrote, the end of it. */
  said = '';
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(argv: readonly string[], { core, output }: StartOptions) {
    const file = output === undefined ? undefined : openSync(output, 'w');
    // taskset and sh become the program, so that the process is the program's own.
    const script = `ulimit -n ${descriptorLimit()}; exec taskset -c ${core} "$@"`;
    this.startedAt = performance.now();
    const child = spawn('sh', ['-c', script, 'sh', ...argv], {
      detached: true,
      stdio: ['ignore', file ?? 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', NO_UPDATE_CHECK: '1' },
    });
    if (file !== undefined) closeSync(file);
    const keep = (text: string): void => {
      this.said = (this.said + text).slice(-20_000);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    running.add(child);
    this.#child = child;
    this.#ended = once(child, 'close').finally(() => running.delete(child));
  }

  /** Of the process and of its group. */
  get id(): number {
    if (this.#child.pid === undefined) throw new Error('expected a process that runs');
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for its end; the exit code, or null where a signal ended it. */
  async end(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  /** Ends it with all that it started. */
  async kill(): Promise<void> {
    killGroup(this.#child);
    await this.#ended;
  }

  /** Resident octets of it and of all that it started. */
  residentBytes(): number {
    let bytes = 0;
    for (const { id } of processesOf(this.id)) {
      const status = readProc(`${id}/status`) ?? '';
      bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    }
    return bytes;
  }

  /** What it and all that it started took of the processor; undefined where there is no /proc. */
  processorTimes(): Times | undefined {
    if (!existsSync('/proc/self/stat')) return undefined;
    const times = new Map<string, number>();
    for (const { id, stat } of processesOf(this.id)) {
      if (HAS_SCHEDSTAT) {
        for (const thread of threadsOf(id)) {
          const schedstat = readProc(`${id}/task/${thread}/schedstat`);
          if (schedstat !== undefined) times.set(thread, nanosInSchedstat(schedstat));
        }
      } else times.set(id, nanosInStat(stat));
    }
    return times;
  }
}

const HAS_SCHEDSTAT = existsSync('/proc/self/schedstat');

/** A file of /proc; undefined where its process or thread ended meanwhile. */
function readProc(path: string): string | undefined {
  return unlessEnded(() => readFileSync(`/proc/${path}`, 'utf8'));
}

function threadsOf(id: string): string[] {
  return unlessEnded(() => readdirSync(`/proc/${id}/task`)) ?? [];
}

function unlessEnded<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** The processes of a group, each with its stat. */
function processesOf(group: number): { readonly id: string; readonly stat: string }[] {
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id))
    .flatMap((id) => {
      const stat = readProc(`${id}/stat`);
      return stat === undefined || groupIn(stat) !== group ? [] : [{ id, stat }];
    });
}

/** What all took of the processor that were started here and have ended; undefined without /proc. */
export function nanosOfEnded(): number | undefined {
  const stat = readProc('self/stat');
  return stat === undefined ? undefined : nanosOfChildrenInStat(stat);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends everything that runs, without waiting. */
export function killAll(): void {
  for (const child of running) killGroup(child);
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
