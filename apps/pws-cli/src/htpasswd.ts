/**
 * The file that says who may come in: lines `user:hash`, as `htpasswd -B` writes them.
 * Owns its form. Refuses every hash but bcrypt, which alone of those that htpasswd makes is slow
 * to try out, and costs that would keep the machine busy for seconds.
 *
 * Security: no message says what stands behind a colon. People put passwords there.
 */
import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

/** Hashes by user name. */
export type Users = ReadonlyMap<string, string>;

/** One of them. */
export type UserEntry = readonly [user: string, hash: string];

/** Twice the work for each more; 14 is about a second. bcrypt has none below 4. */
const LEAST_COST = 4;
const MOST_COST = 14;

/**
 * Reads such a file.
 *
 * @param path - shown in messages as it is
 * @throws {CommandError} exit code 1 where it cannot be read, 2 where a line is none
 */
export async function readHtpasswd(path: string): Promise<Users> {
  let octets: Uint8Array;
  try {
    octets = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is none' : `it gave ${code}`;
    throw new CommandError(1, `--basic-auth: expected a file at ${path}, but ${why}`, { cause });
  }
  return parseHtpasswd(octets, path);
}

/**
 * Takes the file's octets apart. Empty lines and lines that begin with `#` say nothing.
 *
 * @throws {CommandError} exit code 2, naming the file and the line
 */
export function parseHtpasswd(octets: Uint8Array, path: string): Users {
  const users = new Map<string, string>();
  for (const [index, line] of textOf(octets, path).split('\n').entries()) {
    const entry = line.replace(/\r$/, '');
    if (entry.trim() === '' || entry.startsWith('#')) continue;
    const refuse = (expected: string, got: string): never => {
      throw new CommandError(2, `${path}:${index + 1}: expected ${expected}, got ${got}`);
    };
    const colon = entry.indexOf(':');
    if (colon === -1) refuse('user:hash', 'no colon');
    const user = entry.slice(0, colon);
    // RFC 7617 §2: no control octets, so that no client could send such a name.
    // oxlint-disable-next-line no-control-regex
    if (user === '' || /[\x00-\x1f\x7f]/.test(user)) refuse('the name of a user', 'none');
    if (users.has(user)) refuse('each user once', `${JSON.stringify(user)} again`);
    const hash = entry.slice(colon + 1).trimEnd();
    const fault = faultOf(hash);
    if (fault !== undefined) refuse(`a bcrypt hash, as \`htpasswd -B\` makes it`, fault);
    users.set(user, hash);
  }
  if (users.size === 0) throw new CommandError(2, `${path}: expected at least one user, got none`);
  return users;
}

function textOf(octets: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new CommandError(2, `${path}: expected UTF-8, got other octets`, { cause });
  }
}

//   $2y$05$ 22 characters of salt, 31 of the hash, in bcrypt's own base64
const BCRYPT = /^\$2[aby]\$([0-9]{2})\$[./0-9A-Za-z]{53}$/;

const OTHER_KINDS: readonly (readonly [start: string, kind: string])[] = [
  ['$2', 'one of bcrypt that is damaged, or of another variant than 2a, 2b, 2y'],
  ['$apr1$', 'one of MD5'],
  ['{SHA}', 'one of SHA-1'],
  ['$5$', 'one of SHA-256'],
  ['$6$', 'one of SHA-512'],
];

/** What is wrong with a hash; it does not say what it is. */
function faultOf(hash: string): string | undefined {
  const [, digits] = BCRYPT.exec(hash) ?? [];
  if (digits !== undefined) {
    const cost = Number(digits);
    if (cost >= LEAST_COST && cost <= MOST_COST) return undefined;
    return `one with cost ${cost} (${LEAST_COST} to ${MOST_COST} may be)`;
  }
  if (hash === '') return 'none';
  return OTHER_KINDS.find(([start]) => hash.startsWith(start))?.[1] ?? 'something else';
}
