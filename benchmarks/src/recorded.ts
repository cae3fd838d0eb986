/** Where results are kept in the repository, and how they get there: whole or not at all. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { withFigures } from './document.ts';
import type { Results } from './result.ts';

const repository: string = join(import.meta.dirname, '../..');

/** The folder of the recorded run. */
export const RESULTS_FOLDER: string = join(repository, 'benchmarks/results');
/** The page that shows it. */
export const DOCUMENT: string = join(repository, 'docs/performance.md');

/** The recorded run, if there is one. */
export function readRecorded(): Results | undefined {
  const file = join(RESULTS_FOLDER, 'results.json');
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** Writes the page anew; tells whether it changed. */
export function writeDocument(): boolean {
  const page = readFileSync(DOCUMENT, 'utf8');
  const written = withFigures(page, readRecorded());
  if (written !== page) writeFileSync(DOCUMENT, written);
  return written !== page;
}

/** Puts files into a folder, each at once, and only when all of them could be written. */
export function writeTogether(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const aside = mkdtempSync(join(folder, '.new-'));
  try {
    for (const [name, text] of files) writeFileSync(join(aside, name), text);
    for (const name of files.keys()) renameSync(join(aside, name), join(folder, name));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
