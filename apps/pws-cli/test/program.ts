/**
 * The program as a person runs it: a process of its own, with arguments, an environment, signals,
 * two streams and an exit code.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { expect, inject, vi } from 'vitest';

/** What a started program is given besides its arguments. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What a shell does to start it, as `"$@"`: to redirect its streams. */
  readonly shell?: string;
  /** A command that starts the program, which follows behind it. */
  readonly through?: readonly string[];
  /** What the program has as descriptor 3. */
  readonly inherited?: number;
}

/** How it ended. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Program>();

export class Program {
  stdout = '';
  /** All of its standard error; {@link Program.stderr} is what most tests are about. */
  wholeStderr = '';
  /** How it ended; `undefined` while it runs. */
  end: ProgramEnd | undefined;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  /** Starts the program. */
  constructor(args: readonly string[], surroundings: Surroundings = {}) {
    const { env = {}, cwd, shell, through = [], inherited } = surroundings;
    const program = [...through, process.execPath, inject('program'), ...args];
    const line = shell === undefined ? program : ['sh', '-c', shell, 'sh', ...program];
    const [command = '', ...rest] = line;
    const streams = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(command, rest, {
      cwd,
      env: { ...neutralEnvironment(), ...env },
      stdio: inherited === undefined ? [...streams] : [...streams, inherited],
    }) as ChildProcessByStdio<null, Readable, Readable>;
    running.add(this);
    this.#child.stdout.on('data', (octets: Buffer) => (this.stdout += octets.toString()));
    this.#child.stderr.on('data', (octets: Buffer) => (this.wholeStderr += octets.toString()));
    this.#child.on('close', (exitCode, signal) => {
      this.end = { exitCode, signal };
      running.delete(this);
    });
  }

  /** Starts it on a free port of loopback, or where the arguments say, and waits for its banner. */
  static async serving(args: readonly string[], surroundings?: Surroundings): Promise<Program> {
    const program = new Program([...args, '--port', '0', '--host', '127.0.0.1'], surroundings);
    await program.untilReady();
    return program;
  }

  /** Its standard error, but for what it says to root: who runs the tests does not matter. */
  get stderr(): string {
    return this.wholeStderr.replace(/^pws: started as root, .*\n/m, '');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The port in the banner. */
  get port(): number {
    return Number(/https?:\/\/[^/]*:(\d+)\//.exec(this.stderr)?.[1]);
  }

  /** The lines of its log. */
  get log(): string[] {
    return this.stdout.split('\n').filter((line) => line !== '');
  }

  /** Waits until it serves. */
  async untilReady(): Promise<void> {
    await this.until(() => {
      expect(this.end, this.stderr).toBeUndefined();
      expect(this.stderr).toContain('Ctrl+C stops it');
    });
  }

  /** Waits until the expectations hold. */
  async until(expectations: () => void): Promise<void> {
    // Not expect.poll(): that is for tests alone, and a program may be started before them.
    await vi.waitFor(expectations, { timeout: 15_000 });
  }

  /** Waits until it has ended. */
  async untilEnd(): Promise<ProgramEnd> {
    await this.until(() => expect(this.end).toBeDefined());
    return this.end as ProgramEnd;
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Closes the reading end of its standard output. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }

  /** Closes the reading end of its standard error. */
  closeStderr(): void {
    this.#child.stderr.destroy();
  }

  /** Leaves its standard output to the pipe, which fills up. */
  stopReadingStdout(): void {
    this.#child.stdout.pause();
  }

  /** Reads its standard output again. */
  readStdoutOn(): void {
    this.#child.stdout.resume();
  }

  /** Ends it without asking; for the end of a test, whatever its state. */
  async kill(): Promise<void> {
    // A stopped process takes no other signal.
    if (this.end === undefined) this.#child.kill('SIGKILL');
    this.#child.stdout.resume();
    await this.untilEnd();
  }
}

/** Ends what the tests of a file have left running. */
export async function killPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}

/** The environment without what the program reads: a test that wants that says so. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:PWS_.*|LISTEN_.*|NOTIFY_SOCKET|WATCHDOG_.*|PORT|INIT_CWD|FORCE_COLOR|NODE_.*|VITEST.*)$/.test(
        name,
      ),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
