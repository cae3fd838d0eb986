/**
 * The configuration file: where it is looked for, whose it may be, and its text.
 * Owns what the disk can do wrong here; what the text says is read in config-text.ts, which is
 * loaded only where there is a file.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { CommandError } from './command-error.ts';
import type { FileContent } from './config-text.ts';
import { FaultyFile } from './faulty-file.ts';

/** What the file is called where it is not named. */
const CONFIG_NAME = 'pws.config.json';

const LONGEST_BYTES = 1024 * 1024;

/** A file that was read. */
export interface ConfigFile extends FileContent {
  /** Its absolute path, as it was named or found. */
  readonly path: string;
  /** Its absolute path without links: what is not to be served. */
  readonly place: string;
  /** Whether a person named it; else it was found. */
  readonly isNamed: boolean;
}

/**
 * Reads the file that a person named.
 *
 * @param path - absolute
 * @param stood - the folder the person stands in, for messages
 * @throws {CommandError} exit code 1 where it cannot be read, 2 where it is wrong
 */
export async function readNamedConfig(path: string, stood: string): Promise<ConfigFile> {
  const file = await readConfig(path, stood, () => undefined);
  if (file !== undefined) return { ...file, isNamed: true };
  throw new CommandError(1, `config: expected a file at ${path}, but there is none`);
}

/**
 * Reads the file of a root, where there is one: in the folder above it, else in it.
 *
 * Security: a file that was found may only be one of this user's, or of the system's. Else whoever
 * can write to a folder above the root (that of `/tmp/site` is everybody's) decides what is served.
 *
 * @param root - absolute; it need not be there
 * @param stood - the folder the person stands in, for messages
 * @throws {CommandError} exit code 1 where one is there that cannot be read, 2 where it is wrong
 */
export async function findConfig(root: string, stood: string): Promise<ConfigFile | undefined> {
  for (const folder of [dirname(root), root]) {
    // One after the other: the first that is there counts.
    // oxlint-disable-next-line no-await-in-loop
    const file = await readConfig(join(folder, CONFIG_NAME), stood, (uid) => {
      if (uid === undefined || isTrusted(uid)) return;
      const path = join(folder, CONFIG_NAME);
      throw new CommandError(
        2,
        `config: expected ${path} to belong to the user that runs this, but it is another's. Name it with --config to use it all the same.`,
      );
    });
    if (file !== undefined) return { ...file, isNamed: false };
  }
  return undefined;
}

/** The user of this program, the system, or who became the system by sudo. */
function isTrusted(uid: number): boolean {
  const own = process.getuid?.();
  const before = own === 0 ? process.env['SUDO_UID'] : undefined;
  return uid === own || uid === 0 || String(uid) === before;
}

/** Gives `undefined` where there is no such file. */
async function readConfig(
  path: string,
  stood: string,
  checkOwner: (uid: number | undefined) => void,
): Promise<Omit<ConfigFile, 'isNamed'> | undefined> {
  let octets: Uint8Array;
  let place: string;
  try {
    // Without O_NONBLOCK, a FIFO would be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      octets = await readChecked(handle, path, checkOwner);
      place = await realpath(path);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CommandError(1, `config: expected a file at ${path}, but it gave ${code}`, { cause });
  }
  const name = shownPath(path, stood);
  const { readConfigText } = await import('./config-text.ts');
  return { ...readConfigText(decodeJson(octets, name), name), path, place };
}

async function readChecked(
  handle: FileHandle,
  path: string,
  checkOwner: (uid: number | undefined) => void,
): Promise<Uint8Array> {
  const stats = await handle.stat();
  if (!stats.isFile()) {
    throw new CommandError(1, `config: expected a file, but ${path} is none`);
  }
  // Windows has no numbers for users.
  checkOwner(process.getuid === undefined ? undefined : stats.uid);
  if (stats.size > LONGEST_BYTES) {
    throw new CommandError(2, `config: expected 1mb at most, but ${path} has ${stats.size} bytes`);
  }
  return handle.readFile();
}

/** RFC 8259 §8.1: JSON is UTF-8; a byte order mark may be ignored, and some editors write one. */
export function decodeJson(octets: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    const message = 'expected UTF-8, got other octets';
    throw new FaultyFile(2, [{ file: name, message, severity: 'error' }], { cause });
  }
}

/** A path as a person would write it from where they stand. */
export function shownPath(path: string, stood: string): string {
  const shown = relative(stood, path);
  return shown.startsWith(`..${sep}`) || shown === '' ? path : shown;
}

/** The forms in a content coding that may lie beside a file: they say what it says. */
const CODED = ['', '.br', '.zst', '.gz'];

/** What is not to be served, for a file: it, and its forms in a content coding. */
export function withCodedForms(path: string): readonly string[] {
  return CODED.map((ending) => path + ending);
}
