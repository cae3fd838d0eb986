/**
 * What is wrong with the pages that a folder needs: the first one, that of an application, and those
 * for errors.
 */
import type { FileSource, Segments } from '@pws/static-fs';
import { type CheckedFolder, onWire } from './checked-folder.ts';
import { loadsOf } from './page-loads.ts';
import { type FileProblem, shown } from './rule-problem.ts';
import { probe, probeAsPage } from './site-probe.ts';

/** Looks at the pages of a folder. */
export async function checkPages(folder: CheckedFolder): Promise<readonly FileProblem[]> {
  const problems = [
    ...(await frontProblems(folder)),
    ...(await shellProblems(folder)),
    ...(await errorPageProblems(folder)),
    ...(await loadProblems(folder)),
  ];
  return problems.map((problem) => ({ ...problem, file: folder.prefix + problem.file }));
}

/** Where a person comes first, and where an application has a page that is no file. */
const ENTRANCES = ['/', '/pws-sample/pws-sample'] as const;

/** What the first page, and that of an application, load from this site and do not get. */
async function loadProblems(folder: CheckedFolder): Promise<FileProblem[]> {
  const problems = new Map<string, FileProblem>();
  for (const entrance of ENTRANCES) {
    const path = onWire(folder, entrance);
    // One after the other: they are few.
    /* oxlint-disable no-await-in-loop */
    const { served, status } = await probe(folder.site, path);
    const html = served && status === 200 ? await textOf(folder.source, served.segments) : '';
    for (const { address, part } of loadsOf(html, new URL(path, SOMEWHERE))) {
      const target = address.pathname + address.search;
      const file = served?.segments.join('/') ?? '';
      const key = `${file} ${target}`;
      if (address.origin !== SOMEWHERE || problems.has(key)) continue;
      if (address.pathname === folder.answeredBefore) continue;
      const answer = await probeAsPage(folder.site, target);
      /* oxlint-enable no-await-in-loop */
      if (answer.status < 400) continue;
      const message = `expected what the page loads at ${path}, got ${shown(target)}: ${answer.status}`;
      const severity = part === 'content' ? 'error' : 'warning';
      problems.set(key, { file, message, severity });
    }
  }
  return [...problems.values()];
}

/** Any origin: what names another one is not of this site. */
const SOMEWHERE = 'http://pws.invalid';

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

/** More than any page. */
const MOST_TEXT_BYTES = 1024 * 1024;

/** What is in a file; nothing where it cannot be read. */
async function textOf(source: FileSource, segments: Segments): Promise<string> {
  const opened = await Promise.resolve(source.open(segments)).catch(() => undefined);
  if (opened?.kind !== 'file') return '';
  const octets = Buffer.alloc(Math.min(opened.lengthBytes, MOST_TEXT_BYTES));
  const count = await opened.read(octets, 0).catch(() => 0);
  await opened.close();
  return octets.toString('utf8', 0, count);
}

/** The length of a file in bytes; `undefined` where there is none that can be opened. */
async function lengthOf(source: FileSource, path: string): Promise<number | undefined> {
  const opened = await Promise.resolve(source.open(path.split('/'))).catch(() => undefined);
  if (opened?.kind !== 'file') return undefined;
  await opened.close();
  return opened.lengthBytes;
}
