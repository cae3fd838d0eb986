/**
 * Which folder is served.
 * Owns what holds where nobody names one, what a relative one counts from, and that it is there.
 */
import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { CommandError } from './command-error.ts';
import type { ConfigFile } from './config-file.ts';

/** Where the program was started from. */
export interface Surroundings {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly cwd: string;
}

/** A package script runs in its package's folder; INIT_CWD is where the person stood. */
export function placeOfPerson({ env, cwd }: Surroundings): string {
  return env['INIT_CWD'] ?? cwd;
}

/** Where the root is, as far as a configuration file does not say; it need not be there. */
export async function nearestRoot(given: string | undefined, from: Surroundings): Promise<string> {
  if (given !== undefined) return resolve(placeOfPerson(from), given);
  // Without a root: the `static` folder of wherever this runs, else the current folder.
  const ownStatic = resolve(from.cwd, 'static');
  return (await isFolder(ownStatic)) ? ownStatic : placeOfPerson(from);
}

/**
 * The folder that is served: absolute, without links.
 *
 * @param given - the argument of the command line, which wins over the file
 * @throws {CommandError} exit code 1 where it is not there, 2 where it may not be named
 */
export async function resolveRoot(
  given: string | undefined,
  from: Surroundings,
  file: ConfigFile | undefined,
): Promise<string> {
  if (given === '') throw new CommandError(2, 'root: expected a folder, got an empty name');
  if (given !== undefined || file?.root === undefined) {
    return checkedFolder(await nearestRoot(given, from), 'root');
  }
  const { text, place } = file.root;
  return resolveFolder(text, {
    folder: dirname(file.path),
    source: `${place}: root`,
    onlyWithin: !file.isNamed,
  });
}

/** Where a folder was said. */
export interface FolderSaid {
  /** What a relative one counts from. */
  readonly folder: string;
  /** Where it was said, for messages. */
  readonly source: string;
  /** Whether it has to be in `folder`: a configuration file that nobody named says it. */
  readonly onlyWithin: boolean;
}

/**
 * A folder that somebody named: absolute, without links.
 *
 * @throws {CommandError} exit code 1 where it is not there, 2 where it may not be named
 */
export async function resolveFolder(
  text: string,
  { folder, source, onlyWithin }: FolderSaid,
): Promise<string> {
  const found = await checkedFolder(resolve(folder, text), source);
  // Security: a file that nobody named opens no other part of the disk than its own.
  if (onlyWithin && !liesIn(found, await realpath(folder))) {
    throw new CommandError(
      2,
      `${source}: expected a folder in ${folder}, since nobody named this file with --config, got ${JSON.stringify(text)}`,
    );
  }
  return found;
}

function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there, or not to be looked at: then it is not the default either.
    return false;
  }
}

async function checkedFolder(path: string, source: string): Promise<string> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is none' : `it gave ${code}`;
    throw new CommandError(1, `${source}: expected a folder at ${path}, but ${why}`, { cause });
  }
  if (!isDirectory)
    throw new CommandError(1, `${source}: expected a folder, but ${path} is a file`);
  return realpath(path);
}
