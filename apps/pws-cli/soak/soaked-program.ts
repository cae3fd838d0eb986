/**
 * The built program under a soak: a process of its own, what it logs, and what it takes of the
 * machine (Linux: /proc).
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Place } from './client-connection.ts';

// From soak/dist, where this runs.
const PACKAGE = join(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
  readonly bin: { readonly pws: string };
};
const PROGRAM = join(PACKAGE, bin.pws);

/** Variables that would change what it does. */
const READ_BY_IT = /^(?:PWS_.*|PORT|INIT_CWD|NODE_.*|LISTEN_.*|NOTIFY_SOCKET|WATCHDOG_.*)$/;

/** What may be told on standard error besides the banner. */
const FORESEEN = /^pws: (?:the configuration was read again|a reload is under way already)$/;

/** What the program takes at one moment, its workers included. */
export interface Sample {
  /** Seconds since the soak began. */
  readonly second: number;
  /** Resident memory, in octets. */
  readonly rssBytes: number;
  /** Of it what is no file's, in octets. */
  readonly ownBytes: number;
  /** Heap in use as `--metrics` has it, in octets; 0 where there are workers. */
  readonly heapBytes: number;
  readonly descriptors: number;
  /** Processor time so far, in seconds. */
  readonly cpuSeconds: number;
}

/** A tick of the processor's time in /proc: 100 a second on every Linux of today. */
const TICKS_PER_SECOND = 100;

export class SoakedProgram {
  /** Exchanges in the log by status. */
  readonly statuses: Map<number, number> = new Map();
  /** Exchanges in the log by how they ended. */
  readonly ends: Map<string, number> = new Map();
  /** Lines of the log that are no exchange. */
  readonly otherLines: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #cache: string = mkdtempSync(join(realpathSync(tmpdir()), 'pws-soak-cache-'));
  readonly #ended: Promise<[exitCode: number | null, signal: string | null]>;
  #isAskedToStop = false;
  #stderr = '';
  #banner = '';

  /** Starts the program, and waits until it serves. */
  static async serving(args: readonly string[]): Promise<SoakedProgram> {
    const program = new SoakedProgram(args);
    while (!program.#stderr.includes('Ctrl+C stops it')) {
      // oxlint-disable-next-line no-await-in-loop
      await once(program.#child.stderr, 'data');
    }
    program.#banner = program.#stderr;
    return program;
  }

  private constructor(args: readonly string[]) {
    const inherited = Object.entries(process.env).filter(([name]) => !READ_BY_IT.test(name));
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...Object.fromEntries(inherited), NO_COLOR: '1', XDG_CACHE_HOME: this.#cache },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close') as Promise<[number | null, string | null]>;
    void this.#ended.then(([exitCode, signal]) => {
      if (this.#isAskedToStop) return;
      process.stderr.write(`the program ended by itself, with ${exitCode ?? signal}\n`);
      process.stderr.write(this.#stderr);
      process.exit(1);
    });
    // Whatever becomes of the soak, no server is left behind.
    process.on('exit', () => {
      this.#child.kill('SIGKILL');
      rmSync(this.#cache, { recursive: true, force: true });
    });
    this.#child.stderr.on('data', (octets: Buffer) => (this.#stderr += octets.toString()));
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#count(line));
  }

  /** Where it serves. */
  get place(): Place {
    const [, scheme, port] = /(https?):\/\/[^/]*:(\d+)\//.exec(this.#banner) ?? [];
    const file = join(this.#cache, 'pws/localhost.pem');
    return {
      port: Number(port),
      cert: scheme === 'https' ? readFileSync(file, 'latin1') : undefined,
    };
  }

  get exchanges(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Lines on standard error that nobody has foreseen. */
  get complaints(): string[] {
    const lines = this.#stderr.slice(this.#banner.length).split('\n');
    return lines.filter((line) => line.trim() !== '' && !FORESEEN.test(line));
  }

  /** Has it read its configuration again; with workers, they are replaced. */
  reload(): void {
    this.#child.kill('SIGHUP');
  }

  /** Asks it to stop; gives its exit code. */
  async stop(): Promise<number | null> {
    this.#isAskedToStop = true;
    this.#child.kill('SIGTERM');
    const [exitCode] = await this.#ended;
    return exitCode;
  }

  /** Looks at it. */
  async sample(second: number): Promise<Sample> {
    const heapBytes = await this.#heapBytes();
    const processes = this.#pids().map((pid) => look(pid));
    const sum = (of: keyof Look): number => processes.reduce((all, each) => all + each[of], 0);
    return {
      second,
      heapBytes,
      rssBytes: sum('rssBytes'),
      ownBytes: sum('ownBytes'),
      descriptors: sum('descriptors'),
      cpuSeconds: sum('cpuSeconds'),
    };
  }

  /** How many descriptors it has open. */
  get descriptors(): number {
    return this.#pids().reduce((all, pid) => all + look(pid).descriptors, 0);
  }

  #pids(): number[] {
    const { pid = 0 } = this.#child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
  }

  async #heapBytes(): Promise<number> {
    const [, port] = /metrics on http:\/\/127\.0\.0\.1:(\d+)\//.exec(this.#stderr) ?? [];
    if (port === undefined) return 0;
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    // Where it has ended, that is told.
    const text = (await answer?.text()) ?? '';
    return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1] ?? 0);
  }

  #count(line: string): void {
    const { event, status, ended } = JSON.parse(line) as Record<string, string | number>;
    if (event !== 'exchange') this.otherLines.push(line);
    else {
      this.statuses.set(Number(status), (this.statuses.get(Number(status)) ?? 0) + 1);
      this.ends.set(String(ended), (this.ends.get(String(ended)) ?? 0) + 1);
    }
  }
}

type Look = Omit<Sample, 'second' | 'heapBytes'>;

const GONE: Look = { rssBytes: 0, ownBytes: 0, descriptors: 0, cpuSeconds: 0 };

/** @param pid - of a process; one that is gone takes nothing */
function look(pid: number): Look {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kibibytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
    // Behind the name, which may have blanks: utime and stime are the 14th and 15th of all.
    const columns = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return {
      rssBytes: kibibytes('VmRSS'),
      ownBytes: kibibytes('RssAnon'),
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      cpuSeconds: (Number(columns[11]) + Number(columns[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return GONE;
  }
}
