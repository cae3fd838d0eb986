/**
 * The commands that ask about a site and serve nobody: `why` and `check`.
 * Owns which is run. Loaded as one file where one of them is asked for, so that a server starts as
 * soon as without them.
 */
import { check } from './check.ts';
import type { Invocation } from './cli.ts';
import type { ServerConfig } from './config.ts';
import { why } from './why.ts';

/** A command that asks. */
export type Question = Extract<Invocation, { readonly command: 'why' | 'check' }>;

/** What a command does. */
export interface CommandEnd {
  /** What it prints. */
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/**
 * Runs a command.
 *
 * @param configure - gives the configuration, as a server has it made
 * @throws {CommandError} exit code 2 for what does not hold
 */
export async function runQuestion(
  question: Question,
  configure: () => Promise<ServerConfig>,
): Promise<CommandEnd> {
  if (question.command === 'check') return check(question.own, configure);
  return { text: await why(question.own, await configure()), exitCode: 0 };
}
