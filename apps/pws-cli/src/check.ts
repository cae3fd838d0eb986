/**
 * `pws check [root]`: what is wrong with a site, before it is deployed.
 * Owns what the command prints, and its exit code. Loaded where it is asked for, and not where a
 * folder is served.
 */
import { type CheckedSite, checkSite } from './check-site.ts';
import type { ServerConfig } from './config.ts';
import { FaultyFile } from './faulty-file.ts';
import { withoutControls } from './log-text.ts';
import { formatProblem } from './rule-problem.ts';

/** What the command line says beside the flags of the server. */
export interface CheckArguments {
  /** Whether JSON is printed. */
  readonly json: boolean;
}

/** What the command does. */
interface CheckEnd {
  /** What it prints. */
  readonly text: string;
  /** 1 where there is an error. */
  readonly exitCode: 0 | 1;
}

/**
 * Runs the command.
 *
 * @param configure - gives the configuration, as a server has it made
 */
export async function check(
  { json }: CheckArguments,
  configure: () => Promise<ServerConfig>,
): Promise<CheckEnd> {
  const checked = await look(configure);
  return {
    text: json ? `${JSON.stringify(checked, undefined, 2)}\n` : renderChecked(checked),
    exitCode: checked.errors > 0 ? 1 : 0,
  };
}

async function look(
  configure: () => Promise<ServerConfig>,
): Promise<CheckedSite & { readonly root: string | null }> {
  try {
    const config = await configure();
    return { root: config.root, ...(await checkSite(config)) };
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error;
    // No server would start. What it would serve, and by which rules, is not known before.
    const { problems } = error;
    return { root: null, problems, errors: problems.length, names: 0, isCut: true };
  }
}

/** The text for people, with its line end. */
export function renderChecked({ problems, errors, names, isCut }: CheckedSite): string {
  const notes = problems.length - errors;
  const counts = [
    ...(errors === 0 ? [] : [errors === 1 ? '1 problem' : `${errors} problems`]),
    ...(notes === 0 ? [] : [notes === 1 ? '1 note' : `${notes} notes`]),
  ];
  const summary = counts.length === 0 ? 'nothing to complain about' : counts.join(', ');
  const lines = problems.map(formatProblem).map(withoutControls);
  return [...lines, `${summary}${isCut ? wordsOfCut(names) : ''}`, ''].join('\n');
}

function wordsOfCut(names: number): string {
  if (names === 0) return '; nothing else was looked at';
  return `; only ${names} names were looked at, there are more`;
}
