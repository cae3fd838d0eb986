/**
 * Where the program writes: exchanges to standard output, words for a person to standard error.
 * Owns that neither holds up the server, and what is written last.
 */
import { isatty } from 'node:tty';
import pc from 'picocolors';
import { createGapLine } from './access-log.ts';
import { openOutput } from './log-output.ts';
import { type LogSink, createLogSink } from './log-sink.ts';
import { endProcess } from './process-end.ts';
import type { LogFormat } from './options-of-run.ts';

const STDOUT = 1;
const STDERR = 2;

/** In which form exchanges are written. */
export interface LogForm {
  readonly log: Exclude<LogFormat, 'auto'>;
  readonly colour: boolean;
}

/** The form that a configuration gives, where `auto` looks at standard output. */
export function logForm(log: LogFormat): LogForm {
  const isTerminal = isatty(STDOUT);
  return {
    log: log === 'auto' ? (isTerminal ? 'pretty' : 'json') : log,
    colour: pc.isColorSupported && isTerminal,
  };
}

/** Colours for standard error, or none. */
export function messageColours(): ReturnType<typeof pc.createColors> {
  return pc.createColors(pc.isColorSupported && isatty(STDERR));
}

/** The two streams of a program that serves. */
export class ProgramOutput {
  // Nor may messages hold up the server: they can be where the log is, and nobody reads it.
  readonly #messages = createLogSink(openOutput(STDERR));
  /** Takes log lines. */
  readonly sink: LogSink;

  /** @param form - of the log, asked when lines are missing: it can change */
  constructor(form: () => LogForm) {
    this.sink = createLogSink(openOutput(STDOUT), {
      gapLine: (lines) => createGapLine({ format: form().log, now: Date.now })(lines),
      trouble: (why) => this.tell(`${why}; log lines are dropped and counted, serving goes on`),
    });
  }

  /** Says something to the person. */
  tell(message: string): void {
    this.print(`pws: ${message}\n`);
  }

  /** Writes to standard error as it is. */
  print(text: string): void {
    this.#messages.write(text);
  }

  /** Ends the process when all is done. */
  async end(exitCode = 0): Promise<never> {
    const dropped = await this.sink.flush();
    if (dropped > 0) this.tell(`${dropped} log lines were dropped: they were not taken in time`);
    await this.#messages.flush();
    return this.leave(exitCode);
  }

  /** Ends the process at once. */
  leave(exitCode: number): Promise<never> {
    return endProcess(exitCode, () => {
      this.tell('the disk hangs; ended without waiting for it');
      return this.#messages.flush();
    });
  }

  /** Ends the process because of a defect. */
  async fail(error: unknown): Promise<never> {
    this.tell(inspect(error));
    await this.#messages.flush();
    return this.leave(1);
  }

  /** Ends the process because it cannot run. */
  async give(message: string, exitCode: number): Promise<never> {
    this.tell(message);
    await this.#messages.flush();
    return this.leave(exitCode);
  }

  /** Tells of a failure that nobody foresaw. */
  defect(error: unknown): void {
    this.tell(`a defect of the server, please report it: ${inspect(error)}`);
  }
}

function inspect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
