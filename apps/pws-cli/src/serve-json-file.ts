/**
 * The `serve.json` of a site: where it is looked for, and what of the configuration it says.
 * Owns that the first place that has one counts, and that a file which nobody named opens no other
 * part of the disk: its `public` lies below its folder, and its links stay in the site.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { CommandError, type ExitCode } from './command-error.ts';
import { decodeJson, shownPath } from './config-file.ts';
import { FaultyFile } from './faulty-file.ts';
import type { Fault } from './json-text.ts';
import type { OptionName } from './options.ts';
import { byPlace, type RuleProblem } from './rule-problem.ts';
import type { ServeJson } from './serve-json.ts';

/** A file that was read. Plain values: it can be sent as JSON. */
export interface ServeJsonFile {
  /** What messages call it. */
  readonly name: string;
  /** Its absolute path without links: what is not to be served. */
  readonly place: string;
  /** The folder that it has served: absolute, without links. */
  readonly root: string;
  readonly json: ServeJson;
  /** What a person should know of it. */
  readonly notes: readonly RuleProblem[];
}

/** Where it is looked for, and by which keys. The last two are what they were called before. */
const PLACES: readonly { readonly name: string; readonly keys: readonly string[] }[] = [
  { name: 'serve.json', keys: [] },
  { name: 'now.json', keys: ['now', 'static'] },
  { name: 'package.json', keys: ['static'] },
];

const LONGEST_BYTES = 1024 * 1024;

/**
 * Reads that of a folder, where there is one.
 *
 * @param folder - absolute, without links
 * @param stood - the folder the person stands in, for messages
 * @throws {CommandError} exit code 2 where it is wrong, 1 where it cannot be read
 */
export async function findServeJson(
  folder: string,
  stood: string,
): Promise<ServeJsonFile | undefined> {
  for (const { name, keys } of PLACES) {
    const path = join(folder, name);
    // One after the other: the first that is there counts.
    // oxlint-disable-next-line no-await-in-loop
    const octets = await (keys.length === 0 ? readSmallFile(path, stood) : readOther(path, stood));
    if (octets === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop
    const file = await readServeFile({ path, name, keys, octets }, { folder, stood });
    if (file !== undefined) return file;
  }
  return undefined;
}

interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly keys: readonly string[];
  readonly octets: Buffer;
}

async function readServeFile(
  { path, name, keys, octets }: FoundFile,
  { folder, stood }: { readonly folder: string; readonly stood: string },
): Promise<ServeJsonFile | undefined> {
  const file = shownPath(path, stood);
  const text = decodeJson(octets, file);
  // Loaded only where there is one.
  const [{ nodeAt, parseJson, placedFaults }, { readServeJson }, { serveJsonProblems }] =
    await Promise.all([
      import('./json-text.ts'),
      import('./serve-json.ts'),
      import('./serve-json-rules.ts'),
    ]);
  const faults: Fault[] = [];
  const tree = parseJson(text, faults);
  const part = tree && (keys.length === 0 ? tree : nodeAt(tree, [...keys]));
  if (keys.length > 0) {
    // What else is in it, right or wrong, is nothing of ours.
    if (part?.type !== 'object') return undefined;
    faults.length = 0;
  }
  const json = part === undefined ? {} : readServeJson(part, text, faults);
  const problems = serveJsonProblems(json);
  const errors = [
    ...placedFaults(faults, { text, file }),
    ...problems.filter(isError).map((problem) => ({ ...problem, file })),
  ];
  if (errors.length > 0) throw new FaultyFile(2, errors.toSorted(byPlace));
  const root = await publicFolder(json, { folder, file });
  const notes = [...deprecation(name), ...problems];
  return { name: file, place: await realpath(path), root, json, notes };
}

function isError({ severity }: RuleProblem): boolean {
  return severity === 'error';
}

function deprecation(name: string): readonly RuleProblem[] {
  if (name === 'serve.json') return [];
  const message = 'read as serve.json, where serve expects it by now: move it there';
  return [{ line: 1, message, severity: 'warning' }];
}

async function publicFolder(
  { public: given }: ServeJson,
  { folder, file }: { readonly folder: string; readonly file: string },
): Promise<string> {
  if (given === undefined) return folder;
  const { text, line, column } = given;
  const refusal = (exitCode: ExitCode, expected: string, cause?: unknown): FaultyFile => {
    const message = `public: expected a folder${expected}`;
    return new FaultyFile(exitCode, [{ file, line, column, message, severity: 'error' }], {
      cause,
    });
  };
  const path = resolve(folder, text);
  const found = await realpath(path).catch((error: unknown) => error);
  if (typeof found !== 'string') throw refusal(1, ` at ${path}, but there is none`, found);
  if (!(await stat(found)).isDirectory()) throw refusal(1, `, but ${path} is a file`);
  // Security: what stands in a folder that is served does not say that others are.
  const below = folder.endsWith(sep) ? folder : folder + sep;
  if (found === folder || found.startsWith(below)) return found;
  throw refusal(2, ` in ${folder}, got ${JSON.stringify(text)}; pws FOLDER serves any`);
}

/** Reads a file that is mostly another program's: where it has nothing for us, it is not there. */
async function readOther(path: string, stood: string): Promise<Buffer | undefined> {
  try {
    const octets = await readSmallFile(path, stood);
    return octets?.includes('"static"') === true && isUtf8(octets) ? octets : undefined;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Gives `undefined` where there is no such file. */
async function readSmallFile(path: string, stood: string): Promise<Buffer | undefined> {
  try {
    // Without O_NONBLOCK, a FIFO would be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return undefined;
      if (stats.size <= LONGEST_BYTES) return await handle.readFile();
      const message = `expected 1mb at most, got ${stats.size} bytes`;
      throw new FaultyFile(2, [{ file: shownPath(path, stood), message, severity: 'error' }]);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CommandError(1, `expected a file at ${path}, but it gave ${code}`, { cause });
  }
}

/**
 * What a file says of options that are flags too, its defaults where those are others; as such a flag
 * would say it.
 */
export function serveValue(
  name: OptionName,
  { json }: ServeJsonFile,
): boolean | string | undefined {
  switch (name) {
    case 'clean-urls':
      return json.cleanUrls !== false;
    case 'listing':
      return json.directoryListing !== false;
    case 'symlinks':
      return json.symlinks === true ? 'within' : 'deny';
    case 'trailing-slash':
      if (json.trailingSlash === undefined) return undefined;
      return json.trailingSlash ? 'always' : 'never';
    case 'etag':
      return json.etag === false ? 'off' : undefined;
    default:
      return undefined;
  }
}
