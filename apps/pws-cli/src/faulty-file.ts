/**
 * A file in which something is wrong that keeps the program from starting.
 * Owns that each thing in it stays what it is until it is printed: a server says them as the reason
 * for its end, `pws check` as what it has found.
 */
import { CommandError, type ExitCode } from './command-error.ts';
import { type FileProblem, formatProblem } from './rule-problem.ts';

/** All that is wrong with a file, told to a person: a line for each. */
export class FaultyFile extends CommandError {
  /** In the order of the file. */
  readonly problems: readonly FileProblem[];

  constructor(exitCode: ExitCode, problems: readonly FileProblem[], options?: ErrorOptions) {
    super(exitCode, problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}
