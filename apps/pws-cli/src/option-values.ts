/**
 * From the text of a flag to its value.
 * Owns how numbers, sizes, durations, switches and lists are written. Each gives `undefined` for
 * anything that is not exactly of its form: what a person meant is not guessed.
 */

/** Decimal digits only: no sign, no blank, no "0x", no exponent. */
export function parseInteger(text: string, least: number, most: number): number | undefined {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** `true`, `1`, `false` or `0`. */
export function parseSwitch(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

/** One of some words. */
export function parseChoice<Word extends string>(
  text: string,
  words: readonly Word[],
): Word | undefined {
  return words.find((word) => word === text);
}

const BYTES_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1024],
  ['mb', 1024 ** 2],
  ['gb', 1024 ** 3],
]);

/** A size: `64mb`, `16kb`, `512`; kilobytes of 1024 bytes, units in any case. Gives bytes. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text.toLowerCase(), BYTES_OF_UNIT);
}

/** A size that is not 0. */
export function parseSomeSize(text: string): number | undefined {
  const bytes = parseSize(text);
  return bytes === 0 ? undefined : bytes;
}

const MS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * The longest duration: ten days. A timer of Node's that is set to 25 days is over at once; those
 * that are set to the sum of two durations have to stay below that too.
 */
const LONGEST_MS = 240 * 3_600_000;

/** A duration: `10s`, `500ms`, `2m`, `1h`, or `0`; `240h` at most. Gives milliseconds. */
export function parseDuration(text: string): number | undefined {
  const durationMs = text === '0' ? 0 : parseQuantity(text, MS_OF_UNIT);
  return durationMs !== undefined && durationMs > LONGEST_MS ? undefined : durationMs;
}

/** A duration that is not 0. */
export function parseSomeTime(text: string): number | undefined {
  const durationMs = parseDuration(text);
  return durationMs === 0 ? undefined : durationMs;
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, digits, unit = ''] = /^([0-9]{1,9})([a-z]*)$/.exec(text) ?? [];
  const factor = units.get(unit);
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** File names with commas between them, at least one. */
export function parseFileNames(text: string): readonly string[] | undefined {
  const names = text.split(',');
  return names.every(isFileName) ? names : undefined;
}

function isFileName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return name !== '' && name !== '.' && name !== '..' && !/[\x00/\\]/.test(name);
}

/** Where to listen. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:9100`, `localhost:0`, `[::1]:9100`. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, inBrackets, plain, digits = ''] =
    /^(?:\[([\da-f:.]+(?:%[\w-]+)?)\]|([\w.-]+)):(\d+)$/i.exec(text) ?? [];
  const host = inBrackets ?? plain;
  const port = parseInteger(digits, 0, 65_535);
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** `/`, `/-/`, `/a/b/`: segments that need no percent signs, none of dots alone. */
export function parsePrefix(text: string): string | undefined {
  return /^\/(?:(?!\.+\/)[\w.~-]+\/)*$/.test(text) ? text : undefined;
}

/** For flags that may be off: `--no-health`, `PWS_HEALTH=off`. */
export function parseUnless<Value>(
  text: string,
  parse: () => Value | undefined,
): Value | false | undefined {
  return text === 'false' || text === 'off' ? false : parse();
}

/** A path that something is below, `/app` or `app/v1/`. Gives it with a slash at both ends. */
export function parseBase(text: string): string | undefined {
  if (text === '/') return text;
  const path = text.replace(/^\//, '').replace(/\/$/, '');
  return isPlainPath(path) ? `/${path}/` : undefined;
}

// oxlint-disable-next-line no-control-regex
const PLAIN_NAME = /^[^.\x00-\x1f\x7f\\?#%][^\x00-\x1f\x7f\\?#%]*$/;

/** Names that a site can have, with slashes between them; not those that are hidden. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((name) => PLAIN_NAME.test(name));
}
