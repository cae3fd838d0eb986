/**
 * Looks a site over before it is deployed, by what reads and answers it when it is served.
 * Owns what is looked at, and in which order it is told: the pages that every site has, the files
 * of rules by their lines, the names.
 */
import { type FileSource, nodeFileSource } from '@pws/static-fs';
import { checkNames } from './check-names.ts';
import { checkRedirects } from './check-redirects.ts';
import type { ServerConfig } from './config.ts';
import { createServedSite } from './served-site.ts';
import type { FileProblem } from './rule-problem.ts';
import { probe } from './site-probe.ts';
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
 * @throws {FileSourceError} where the root is not there
 */
export async function checkSite(config: ServerConfig): Promise<CheckedSite> {
  const ofFiles: FileProblem[] = [];
  const { site, conventions } = await createServedSite(
    { ...config, fileProblems: (found) => ofFiles.push(...found) },
    new TurnClock(),
  );
  const { root, symlinks, withheld = [] } = config;
  const source = nodeFileSource({ root, symlinks, withheld });
  const front = await probe(site, config.base);
  const rules = conventions.redirects;
  const ofRules = [...ofFiles, ...(await checkRedirects({ rules, site, config }))];
  const { problems: ofNames, count, isCut } = await checkNames(config);
  const problems = [
    ...frontProblems(front.status, config),
    ...(await pageProblems(source, config)),
    ...ofRules.toSorted(byPlace),
    ...ofNames.toSorted(byPlace),
  ];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return { problems, errors, names: count, isCut };
}

function frontProblems(status: number, { index, base }: ServerConfig): FileProblem[] {
  if (status < 400) return [];
  const message = `expected an answer for ${base}, got ${status}: the root has no such index file`;
  return [{ file: index[0] ?? 'index.html', message, severity: 'error' }];
}

/** The shell, and the pages for errors. */
async function pageProblems(
  source: FileSource,
  { shell }: ServerConfig,
): Promise<readonly FileProblem[]> {
  const problems: FileProblem[] = [];
  if (shell !== undefined) {
    const found = await lengthOf(source, shell);
    const got = found === undefined ? 'none' : 'an empty one';
    const message = `expected the page of the application (--spa), got ${got}`;
    if ((found ?? 0) === 0) problems.push({ file: shell, message, severity: 'error' });
  }
  const missing = await lengthOf(source, '404.html');
  if (missing === undefined) {
    const message = 'expected a page for what is not there, got none: a built-in one is sent';
    problems.push({ file: '404.html', message, severity: 'warning' });
  }
  for (const [file, bytes] of [
    ['404.html', missing],
    ['500.html', await lengthOf(source, '500.html')],
  ] as const) {
    if (bytes !== 0) continue;
    const message = 'expected a page for errors, got an empty one';
    problems.push({ file, message, severity: 'error' });
  }
  return problems;
}

/** The length of a file in bytes; `undefined` where there is none that can be opened. */
async function lengthOf(source: FileSource, path: string): Promise<number | undefined> {
  const opened = await Promise.resolve(source.open(path.split('/'))).catch(() => undefined);
  if (opened?.kind !== 'file') return undefined;
  await opened.close();
  return opened.lengthBytes;
}

function byPlace(one: FileProblem, other: FileProblem): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0);
}
