/**
 * From arguments and environment to one frozen configuration.
 * Owns precedence (a flag wins over the environment, that over the default) and which folder is
 * the root. Everything that may be wrong with a configuration is wrong here, before a socket
 * is opened.
 */
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WireLimits } from '@pws/http-wire';
import { CommandError } from './command-error.ts';
import type { ConnectionLimits } from './deadlines.ts';
import { type LogFormat, OPTIONS, type Option, type Options, parseOption } from './options.ts';
import type { UnixSocket } from './unix-socket.ts';

/** What the server is to do, complete and checked. */
export interface ServerConfig {
  /** The folder that is served: an absolute path, links resolved. */
  readonly root: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Address or name to listen on; `undefined` for all interfaces. */
  readonly host: string | undefined;
  /** Unix socket to listen on instead, with an absolute path. */
  readonly unix: UnixSocket | undefined;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  /** Names that answer for a folder, best first. */
  readonly index: readonly string[];
  /** Whether folders without one are listed. */
  readonly listing: boolean;
  /** Whether names that begin with a dot are served. */
  readonly dotfiles: 'deny' | 'allow';
  /** Which symbolic links are followed. */
  readonly symlinks: 'within' | 'follow' | 'deny';
  /** What entity tags are made of. */
  readonly etag: 'auto' | 'stat' | 'content' | 'off';
  /** Whether siblings in a content coding are sent. */
  readonly precompressed: boolean;
  /** Whether text is compressed on the fly. */
  readonly compress: boolean;
  /** Most that is kept in memory, in bytes. */
  readonly memoryBytes: number;
  /** How long what the disk said is believed, in milliseconds. */
  readonly freshMs: number;
  /** Connections at a time; `undefined`: from the limit of descriptors. */
  readonly maxConnections: number | undefined;
  /** How long a connection may take for what. */
  readonly limits: Partial<ConnectionLimits>;
  /** How large what a client sends may be. */
  readonly wireLimits: Partial<WireLimits>;
  /** How long exchanges under way may take when the server stops, in milliseconds. */
  readonly graceMs: number;
  /** How long a stopping server still accepts, in milliseconds. */
  readonly drainDelayMs: number;
  /** Form of the log. */
  readonly log: LogFormat;
  /** No banner. */
  readonly quiet: boolean;
  /** Connections and arriving requests are logged too. */
  readonly verbose: boolean;
}

/** What the command line said: texts that are not checked yet. */
export interface GivenArguments {
  /** The positional argument. */
  readonly root: string | undefined;
  /** Texts by flag name; more than one where a flag was repeated. */
  readonly flags: Readonly<Partial<Record<keyof Options, readonly string[]>>>;
}

/** Where the program was started from. */
export interface Surroundings {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly cwd: string;
}

/**
 * Puts the configuration together.
 *
 * @throws {CommandError} exit code 2 for a value that does not fit, 1 for a root that is not there
 */
export async function resolveConfig(
  given: GivenArguments,
  surroundings: Surroundings,
): Promise<ServerConfig> {
  const { env } = surroundings;
  const value = <Name extends keyof Options>(name: Name): ValueOf<Name> =>
    optionValue(name, given.flags[name], env);
  const config = {
    port: value('port'),
    host: value('host'),
    unix: unixSocket(value('unix'), value('unix-mode'), surroundings),
    backlog: value('backlog'),
    index: value('index'),
    listing: value('listing'),
    dotfiles: value('dotfiles'),
    symlinks: value('symlinks'),
    etag: value('etag'),
    precompressed: value('precompressed'),
    compress: value('compress'),
    memoryBytes: value('memory'),
    freshMs: value('fresh'),
    maxConnections: value('max-connections'),
    limits: {
      headMs: value('head-timeout'),
      idleMs: value('idle-timeout'),
      sendMs: value('send-timeout'),
      minSendBytesPerSecond: value('min-send-rate'),
      lingerMs: value('linger'),
      maxRequests: value('max-requests-per-connection'),
      maxAgeMs: value('max-connection-age'),
    },
    wireLimits: {
      maxTargetBytes: value('max-target'),
      maxHeadBytes: value('max-head'),
      maxFields: value('max-fields'),
    },
    graceMs: value('grace'),
    drainDelayMs: value('drain-delay'),
    log: value('log'),
    quiet: value('quiet'),
    verbose: value('verbose'),
  };
  return Object.freeze({ ...config, root: await resolveRoot(given.root, surroundings) });
}

type ValueOf<Name extends keyof Options> =
  Options[Name] extends Option<infer Value> ? Value : never;

function optionValue<Name extends keyof Options>(
  name: Name,
  texts: readonly string[] | undefined,
  env: Surroundings['env'],
): ValueOf<Name> {
  const option = OPTIONS[name] as unknown as Option<ValueOf<Name>>;
  if (texts !== undefined && texts.length > 1 && option.isRepeatable !== true) {
    throw new CommandError(2, `--${name}: expected once, got it ${texts.length} times`);
  }
  const flag = texts?.join(',');
  if (flag !== undefined) return parseOption(option, flag, `--${name}`);
  const variables = name === 'port' ? [variableOf(name), 'PORT'] : [variableOf(name)];
  for (const variable of variables) {
    const text = env[variable];
    if (text !== undefined && text !== '') return parseOption(option, text, variable);
  }
  return option.default;
}

/** `PWS_DRAIN_DELAY` for `--drain-delay`. */
function variableOf(name: keyof Options): string {
  return `PWS_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A package script runs in its package's folder; INIT_CWD is where the person stood. */
function whereStood({ env, cwd }: Surroundings): string {
  return env['INIT_CWD'] ?? cwd;
}

function unixSocket(
  path: string | undefined,
  mode: number,
  from: Surroundings,
): UnixSocket | undefined {
  return path === undefined ? undefined : { path: resolve(whereStood(from), path), mode };
}

async function resolveRoot(given: string | undefined, from: Surroundings): Promise<string> {
  if (given === '') throw new CommandError(2, 'root: expected a folder, got an empty name');
  const stood = whereStood(from);
  if (given !== undefined) return checkedFolder(resolve(stood, given));
  // Without a root: the `static` folder of wherever this runs, else the current folder.
  const ownStatic = resolve(from.cwd, 'static');
  return (await isFolder(ownStatic)) ? realpath(ownStatic) : checkedFolder(stood);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there, or not to be looked at: then it is not the default either.
    return false;
  }
}

async function checkedFolder(path: string): Promise<string> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is none' : `it gave ${code}`;
    throw new CommandError(1, `root: expected a folder at ${path}, but ${why}`, { cause });
  }
  if (!isDirectory) throw new CommandError(1, `root: expected a folder, but ${path} is a file`);
  return realpath(path);
}
