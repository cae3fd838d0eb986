/**
 * What is wrong with the pages that a folder needs: the first one, that of an application, and those
 * for errors.
 */
import type { FileSource } from '@pws/static-fs';
import type { CheckedFolder } from './checked-folder.ts';
import type { FileProblem } from './rule-problem.ts';
import { probe } from './site-probe.ts';

/** Looks at the pages of a folder. */
export async function checkPages(folder: CheckedFolder): Promise<readonly FileProblem[]> {
  const problems = [
    ...(await frontProblems(folder)),
    ...(await shellProblems(folder)),
    ...(await errorPageProblems(folder)),
  ];
  return problems.map((problem) => ({ ...problem, file: folder.prefix + problem.file }));
}

async function frontProblems({ site, base, options }: CheckedFolder): Promise<FileProblem[]> {
  const { status } = await probe(site, base);
  if (status < 400) return [];
  const why = status === 404 ? ': the root has no such index file' : '';
  const message = `expected an answer for ${base}, got ${status}${why}`;
  return [{ file: options.index?.[0] ?? 'index.html', message, severity: 'error' }];
}

async function shellProblems({
  source,
  options: { shell },
}: CheckedFolder): Promise<FileProblem[]> {
  if (shell === undefined) return [];
  const bytes = await lengthOf(source, shell);
  if (bytes !== undefined && bytes > 0) return [];
  const got = bytes === undefined ? 'none' : 'an empty one';
  const message = `expected the page of the application (--spa), got ${got}`;
  return [{ file: shell, message, severity: 'error' }];
}

async function errorPageProblems({ source }: CheckedFolder): Promise<FileProblem[]> {
  const missing = await lengthOf(source, '404.html');
  const failed = await lengthOf(source, '500.html');
  const empty = 'expected a page for errors, got an empty one';
  const none = 'expected a page for what is not there, got none: a built-in one is sent';
  const problems: FileProblem[] = [];
  if (missing === undefined)
    problems.push({ file: '404.html', message: none, severity: 'warning' });
  if (missing === 0) problems.push({ file: '404.html', message: empty, severity: 'error' });
  if (failed === 0) problems.push({ file: '500.html', message: empty, severity: 'error' });
  return problems;
}

/** The length of a file in bytes; `undefined` where there is none that can be opened. */
async function lengthOf(source: FileSource, path: string): Promise<number | undefined> {
  const opened = await Promise.resolve(source.open(path.split('/'))).catch(() => undefined);
  if (opened?.kind !== 'file') return undefined;
  await opened.close();
  return opened.lengthBytes;
}
