/**
 * Looks a site over before it is deployed, by what reads and answers it when it is served.
 * Owns what is looked at, and in which order it is told: the pages that every folder has, the files
 * of rules by their lines, the names.
 */
import { MOST_NAMES, checkNames } from './check-names.ts';
import { checkPages } from './check-pages.ts';
import { checkRedirects } from './check-redirects.ts';
import { checkedFolders } from './checked-folder.ts';
import type { ServerConfig } from './config.ts';
import { DEFAULT_ENVIRONMENT_PATH } from './env-script.ts';
import { byPlace, type FileProblem } from './rule-problem.ts';
import { createServedSite } from './served-site.ts';
import { TurnClock } from './turn-clock.ts';

/** What was found; with `root`, the shape of `pws check --json`. New keys may come, none goes. */
export interface CheckedSite {
  /** `error`: something does not do what it says. `warning`: something to know. */
  readonly problems: readonly FileProblem[];
  /** How many of them are errors. */
  readonly errors: number;
  /** How many names were looked at. */
  readonly names: number;
  /** Whether there are more names, which were not. */
  readonly isCut: boolean;
}

/**
 * Looks a site over.
 *
 * @throws {FileSourceError} where a folder is not there
 */
export async function checkSite(config: ServerConfig): Promise<CheckedSite> {
  const ofRules: FileProblem[] = [];
  const fileProblems = (found: readonly FileProblem[]): void => void ofRules.push(...found);
  const served = await createServedSite({ ...config, fileProblems }, new TurnClock());
  const { envPath = DEFAULT_ENVIRONMENT_PATH } = config;
  const ofPages: FileProblem[] = [];
  const ofNames: FileProblem[] = [];
  let names = 0;
  let isCut = false;
  for (const folder of checkedFolders(served, envPath)) {
    /* oxlint-disable no-await-in-loop -- one after the other, in the order in which it is told */
    ofPages.push(...(await checkPages(folder)));
    ofRules.push(...(await checkRedirects(folder)));
    const found = await checkNames(folder, MOST_NAMES - names);
    /* oxlint-enable no-await-in-loop */
    ofNames.push(...found.problems.toSorted(byPlace));
    names += found.count;
    isCut ||= found.isCut;
  }
  const problems = [...ofPages, ...ofRules.toSorted(byPlace), ...ofNames];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return { problems, errors, names, isCut };
}
