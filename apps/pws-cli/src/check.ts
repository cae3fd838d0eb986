/**
 * `pws check [root]`: what is wrong with a site, before it is deployed.
 * Owns what the command prints, and its exit code. Loaded where it is asked for, and not where a
 * folder is served.
 */
import { type CheckedSite, checkSite } from './check-site.ts';
import type { ServerConfig } from './config.ts';
import { withoutControls } from './log-text.ts';
import { formatProblem } from './site-conventions.ts';

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

/** Runs the command. */
export async function check({ json }: CheckArguments, config: ServerConfig): Promise<CheckEnd> {
  const checked = await checkSite(config);
  const document = { root: config.root, ...checked };
  return {
    text: json ? `${JSON.stringify(document, undefined, 2)}\n` : renderChecked(checked),
    exitCode: checked.errors > 0 ? 1 : 0,
  };
}

/** The text for people, with its line end. */
export function renderChecked({ problems, errors, names, isCut }: CheckedSite): string {
  const notes = problems.length - errors;
  const counts = [
    ...(errors === 0 ? [] : [errors === 1 ? '1 problem' : `${errors} problems`]),
    ...(notes === 0 ? [] : [notes === 1 ? '1 note' : `${notes} notes`]),
  ];
  const summary = counts.length === 0 ? 'nothing to complain about' : counts.join(', ');
  const cut = isCut ? `; only ${names} names were looked at, there are more` : '';
  return [...problems.map(formatProblem).map(withoutControls), `${summary}${cut}`, ''].join('\n');
}
