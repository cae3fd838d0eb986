/**
 * The flags, each in one row: name, default, help, and how its text becomes a value.
 * Owns which values there are. A flag, its environment variable and (later) its key in a
 * configuration file are read by the same row, so they accept the same and complain alike.
 */
import { CommandError } from './command-error.ts';
import {
  parseChoice,
  parseDuration,
  parseFileNames,
  parseInteger,
  parseSize,
  parseSomeTime,
  parseSwitch,
} from './option-values.ts';

/** `auto`: pretty on a terminal, else json. */
const LOG_FORMATS = ['auto', 'pretty', 'combined', 'json', 'none'] as const;

const DOTFILES = ['deny', 'allow'] as const;
const SYMLINKS = ['within', 'follow', 'deny'] as const;
const ENTITY_TAGS = ['auto', 'stat', 'content', 'off'] as const;
const SIZE = 'a size such as 64mb or 512kb';
const DURATION = 'a duration such as 1s or 500ms, or 0';
const SOME_TIME = 'a duration such as 10s or 500ms';
const COUNT = 'a number from 0 to 999999999';
const MOST_COUNT = 999_999_999;

/** How exchanges are written to standard output. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One flag. */
export interface Option<Value> {
  /** One letter, for `-p`. */
  readonly alias?: string;
  /** Line in the help. */
  readonly description: string;
  /** What holds where the flag is not given. */
  readonly default: Value;
  /** How the default is shown, where the value itself would say little. */
  readonly defaultDescription?: string;
  /** Whether the flag may stand without a value. */
  readonly isSwitch?: boolean;
  /** Whether it may be given more than once; the texts are joined with commas. */
  readonly isRepeatable?: boolean;
  /** What is expected, for the message when `parse` gives `undefined`. */
  readonly expected: string;
  /** The value of the text, `undefined` where it does not fit. */
  readonly parse: (text: string) => Value | undefined;
}

/** The flags of `pws serve`. */
export interface Options {
  readonly port: Option<number>;
  readonly host: Option<string | undefined>;
  readonly unix: Option<string | undefined>;
  readonly 'unix-mode': Option<number>;
  readonly backlog: Option<number>;
  readonly index: Option<readonly string[]>;
  readonly listing: Option<boolean>;
  readonly dotfiles: Option<(typeof DOTFILES)[number]>;
  readonly symlinks: Option<(typeof SYMLINKS)[number]>;
  readonly etag: Option<(typeof ENTITY_TAGS)[number]>;
  readonly precompressed: Option<boolean>;
  readonly compress: Option<boolean>;
  readonly memory: Option<number>;
  readonly fresh: Option<number>;
  readonly 'head-timeout': Option<number>;
  readonly 'idle-timeout': Option<number>;
  readonly 'send-timeout': Option<number>;
  readonly 'min-send-rate': Option<number>;
  readonly linger: Option<number>;
  readonly 'max-connections': Option<number | undefined>;
  readonly 'max-requests-per-connection': Option<number>;
  readonly 'max-connection-age': Option<number>;
  readonly 'max-target': Option<number>;
  readonly 'max-head': Option<number>;
  readonly 'max-fields': Option<number>;
  readonly grace: Option<number>;
  readonly 'drain-delay': Option<number>;
  readonly log: Option<LogFormat>;
  readonly quiet: Option<boolean>;
  readonly verbose: Option<boolean>;
}

export const OPTIONS: Options = {
  port: {
    alias: 'p',
    description: 'Port to listen on; 0 takes any free one. PORT is read too',
    default: 8001,
    expected: 'a port from 0 to 65535',
    parse: (text) => parseInteger(text, 0, 65_535),
  },
  host: {
    alias: 'H',
    description: 'Address or name to listen on',
    default: undefined,
    defaultDescription: 'all interfaces',
    expected: 'an address or a name of this machine',
    parse: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
  },
  unix: {
    description: 'Unix socket to listen on, instead of a port',
    default: undefined,
    defaultDescription: 'none',
    expected: 'the path of a Unix socket',
    parse: (text) => (text === '' || text.includes('\0') ? undefined : text),
  },
  'unix-mode': {
    description: 'Who may connect to the Unix socket: permissions in octal',
    default: 0o600,
    defaultDescription: '600',
    expected: 'permissions in octal such as 600 or 0660',
    parse: (text) => (/^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : undefined),
  },
  backlog: {
    description: 'Connections that may wait to be accepted',
    default: 511,
    expected: 'a number from 1 to 65535',
    parse: (text) => parseInteger(text, 1, 65_535),
  },
  index: {
    description: 'File that answers for a folder; several with commas, best first',
    default: ['index.html'],
    defaultDescription: 'index.html',
    isRepeatable: true,
    expected: 'file names with commas between them',
    parse: parseFileNames,
  },
  listing: {
    description: 'List folders without such a file: a page, or JSON by Accept',
    default: false,
    isSwitch: true,
    expected: 'true or false',
    parse: parseSwitch,
  },
  dotfiles: {
    description: 'Names that begin with a dot: deny (404, but .well-known is served), allow',
    default: 'deny',
    expected: `one of ${DOTFILES.join(', ')}`,
    parse: (text) => parseChoice(text, DOTFILES),
  },
  symlinks: {
    description: 'Links to follow: within (target inside the root), follow, deny',
    default: 'within',
    expected: `one of ${SYMLINKS.join(', ')}`,
    parse: (text) => parseChoice(text, SYMLINKS),
  },
  etag: {
    description: 'Entity tags: auto, stat (date and length), content, off',
    default: 'auto',
    expected: `one of ${ENTITY_TAGS.join(', ')}`,
    parse: (text) => parseChoice(text, ENTITY_TAGS),
  },
  precompressed: {
    description: 'Send .br, .zst and .gz siblings to clients that accept them',
    default: true,
    isSwitch: true,
    expected: 'true or false',
    parse: parseSwitch,
  },
  compress: {
    description: 'Compress text on the fly; what was compressed is kept in memory',
    default: true,
    isSwitch: true,
    expected: 'true or false',
    parse: parseSwitch,
  },
  memory: {
    description: 'Most that is kept in memory: small files and compressed forms',
    default: 64 * 1024 ** 2,
    defaultDescription: '64mb',
    expected: SIZE,
    parse: parseSize,
  },
  fresh: {
    description: 'How long a file is believed unchanged without asking the disk; 0 asks each time',
    default: 1000,
    defaultDescription: '1s',
    expected: DURATION,
    parse: parseDuration,
  },
  'head-timeout': {
    description: 'Time for a whole request head, from its first octet; then 408',
    default: 15_000,
    defaultDescription: '15s',
    expected: SOME_TIME,
    parse: parseSomeTime,
  },
  'idle-timeout': {
    description: 'Time between two requests; 5s at most where most connections are taken',
    default: 65_000,
    defaultDescription: '65s',
    expected: SOME_TIME,
    parse: parseSomeTime,
  },
  'send-timeout': {
    description: 'Time without one octet taken by a client that is sent some',
    default: 30_000,
    defaultDescription: '30s',
    expected: SOME_TIME,
    parse: parseSomeTime,
  },
  'min-send-rate': {
    description: 'Least that a client takes per second on average, after that time; 0 is any',
    default: 512,
    defaultDescription: '512b',
    expected: SIZE,
    parse: parseSize,
  },
  linger: {
    description: 'Time to read the last answer on a connection that is being closed',
    default: 2000,
    defaultDescription: '2s',
    expected: SOME_TIME,
    parse: parseSomeTime,
  },
  'max-connections': {
    description: 'Connections at a time; over it 503; 0 is any number',
    default: undefined,
    defaultDescription: 'half of the descriptors, 4096 at most',
    expected: COUNT,
    parse: (text) => parseInteger(text, 0, MOST_COUNT),
  },
  'max-requests-per-connection': {
    description: 'Requests on one connection; the last answer closes it; 0 is any number',
    default: 1000,
    expected: COUNT,
    parse: (text) => parseInteger(text, 0, MOST_COUNT),
  },
  'max-connection-age': {
    description: 'Age after which the next answer closes a connection; 0 is any',
    default: 3_600_000,
    defaultDescription: '1h',
    expected: DURATION,
    parse: parseDuration,
  },
  'max-target': {
    description: 'Longest request target; then 414',
    default: 8192,
    defaultDescription: '8kb',
    expected: SIZE,
    parse: parseSize,
  },
  'max-head': {
    description: 'Largest request head; then 431',
    default: 16_384,
    defaultDescription: '16kb',
    expected: SIZE,
    parse: parseSize,
  },
  'max-fields': {
    description: 'Most field lines in a request head; then 431',
    default: 100,
    expected: COUNT,
    parse: (text) => parseInteger(text, 0, MOST_COUNT),
  },
  grace: {
    description: 'How long exchanges under way may take when the server is stopped',
    default: 10_000,
    defaultDescription: '10s',
    expected: DURATION,
    parse: parseDuration,
  },
  'drain-delay': {
    description: 'How long a server that is stopped still accepts, not ready any more',
    default: 0,
    expected: DURATION,
    parse: parseDuration,
  },
  log: {
    description: 'Form of the log on standard output: auto, pretty, combined, json, none',
    default: 'auto',
    defaultDescription: 'auto: pretty on a terminal, else json',
    expected: `one of ${LOG_FORMATS.join(', ')}`,
    parse: (text) => parseChoice(text, LOG_FORMATS),
  },
  quiet: {
    alias: 'q',
    description: 'Print no banner',
    default: false,
    isSwitch: true,
    expected: 'true or false',
    parse: parseSwitch,
  },
  verbose: {
    alias: 'v',
    description: 'Log connections coming and going, and requests as they arrive',
    default: false,
    isSwitch: true,
    expected: 'true or false',
    parse: parseSwitch,
  },
};

/**
 * The value of a text that was given for an option.
 *
 * @param source - where the text was given, for the message: `--port`, `PWS_PORT`
 * @throws {CommandError} exit code 2, naming the source, what was expected and what came
 */
export function parseOption<Value>(option: Option<Value>, text: string, source: string): Value {
  const value = option.parse(text);
  if (value !== undefined) return value;
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  throw new CommandError(2, `${source}: expected ${option.expected}, got ${got}`);
}
