/**
 * The flags, each in one row: name, default, help, and how its text becomes a value.
 * Owns what a value may look like. A flag, its environment variable and (later) its key in a
 * configuration file are read by the same row, so they accept the same and complain alike.
 */
import { CommandError } from './command-error.ts';

/** `auto`: pretty on a terminal, else json. */
const LOG_FORMATS = ['auto', 'pretty', 'combined', 'json', 'none'] as const;

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
  /** What is expected, for the message when `parse` gives `undefined`. */
  readonly expected: string;
  /** The value of the text, `undefined` where it does not fit. */
  readonly parse: (text: string) => Value | undefined;
}

/** The flags of `pws serve`. */
export interface Options {
  readonly port: Option<number>;
  readonly host: Option<string | undefined>;
  readonly backlog: Option<number>;
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
  backlog: {
    description: 'Connections that may wait to be accepted',
    default: 511,
    expected: 'a number from 1 to 65535',
    parse: (text) => parseInteger(text, 1, 65_535),
  },
  log: {
    description: 'Form of the log on standard output: auto, pretty, combined, json, none',
    default: 'auto',
    defaultDescription: 'auto: pretty on a terminal, else json',
    expected: `one of ${LOG_FORMATS.join(', ')}`,
    parse: (text) => LOG_FORMATS.find((format) => format === text),
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

/** Decimal digits only: no sign, no blank, no "0x", no exponent. */
function parseInteger(text: string, least: number, most: number): number | undefined {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function parseSwitch(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

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
