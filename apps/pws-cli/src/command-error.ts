/**
 * A reason not to run, told to a person.
 * Owns the exit codes. The message says what was expected, what came and where (the flag, the
 * variable, the file); it is printed as it is, without a stack.
 */

/** 1: it could not run (port taken, root missing). 2: it was called or configured wrongly. */
export type ExitCode = 1 | 2;

/** A message for the person at the terminal, and the exit code that goes with it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** What the process exits with. */
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
