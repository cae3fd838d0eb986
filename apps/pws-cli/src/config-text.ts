/**
 * From the text of a configuration file to the values in it.
 * Owns what is wrong with a text, and where: all of it is told at once, one line for each place.
 * JSON as RFC 8259 has it, without comments; a key that stands twice or is not known is refused.
 *
 * The values are held to the schema by a library, and then read by the rows of options.ts, whose
 * `parse` may know more than a schema can say. This file is loaded only where there is a file:
 * the two libraries cost as much as the rest of a start.
 */
import { type OutputUnit, Validator } from '@cfworker/json-schema';
// It is CommonJS for Node, which finds no names in it; the rule looks at its other form.
// oxlint-disable-next-line import/default
import jsonc, { type Node, type ParseError } from 'jsonc-parser';
import { CommandError } from './command-error.ts';
import { KEYS, OPTION_OF_KEY, configSchema } from './config-schema.ts';
import { readMounts } from './config-mounts.ts';
import type { ConfiguredRules } from './config-rules.ts';
import { readConfiguredHeaders, readConfiguredRedirects } from './config-rules-text.ts';
import {
  type Fault,
  membersOf,
  nameOf,
  readAsOption,
  shown,
  unknownKey,
  valueOf,
} from './config-tree.ts';
import { keyOf } from './config-value.ts';
import type { MountInFile } from './mounts.ts';
import { type OptionName, optionOf } from './options.ts';

/** A value in a file. */
interface FileValue {
  readonly value: unknown;
  /** As it would be given as a flag. */
  readonly texts: readonly string[];
}

/** What a file says. */
export interface FileContent {
  readonly values: ReadonlyMap<OptionName, FileValue>;
  /** The folder to serve, and where the file says so; `undefined` where it does not. */
  readonly root: { readonly text: string; readonly place: string } | undefined;
  /** Folders below paths. */
  readonly mounts: readonly MountInFile[];
  /** Rules that stand in the file itself. */
  readonly rules: Omit<ConfiguredRules, 'file'>;
  /** What messages call the file. */
  readonly name: string;
}

/**
 * Reads the text of a file.
 *
 * @param text - without a byte order mark
 * @param file - the file's name, for messages
 * @throws {CommandError} exit code 2: a line `file:line:column: key: expected …, got …` for each
 *   thing that is wrong
 */
export function readConfigText(text: string, file: string): FileContent {
  const faults: Fault[] = [];
  const placeOf = (offset: number): string => [file, ...lineAndColumn(text, offset)].join(':');
  const content = readObject(text, faults, placeOf);
  if (faults.length === 0) return { ...content, name: file };
  const lines = faults
    .toSorted((one, other) => one.offset - other.offset)
    .map(({ offset, message }) => `${placeOf(offset)}: ${message}`);
  throw new CommandError(2, lines.join('\n'));
}

const NOTHING: Omit<FileContent, 'name'> = {
  values: new Map(),
  root: undefined,
  mounts: [],
  rules: { headers: [], redirects: [] },
};

function readObject(
  text: string,
  faults: Fault[],
  placeOf: (offset: number) => string,
): Omit<FileContent, 'name'> {
  const tree = parseJson(text, faults);
  if (tree === undefined) return NOTHING;
  if (tree.type !== 'object') {
    const message = `expected an object, got ${shown(JSON.parse(text))}`;
    faults.push({ offset: tree.offset, message });
    return NOTHING;
  }
  const invalid = invalidPlaces(JSON.parse(text), tree);
  const values = new Map<OptionName, FileValue>();
  const lineOf = (offset: number): number => lineAndColumn(text, offset)[0];
  let { root, mounts } = NOTHING;
  let { headers, redirects } = NOTHING.rules;
  for (const { key, offset, node } of membersOf(tree)) {
    const value = valueOf(node);
    const name = OPTION_OF_KEY.get(key);
    const wrong = invalid.get(key);
    if (name !== undefined) {
      const read = readValue(name, value, wrong);
      if ('message' in read) faults.push({ offset: wrong?.offset ?? offset, ...read });
      else values.set(name, read);
    } else if (!KEYS.includes(key)) {
      faults.push({ offset, message: unknownKey(key, KEYS) });
    } else if (key === 'mounts') {
      mounts = readMounts(node, faults, placeOf);
    } else if (key === 'headers') {
      headers = readConfiguredHeaders(node, { faults, lineOf });
    } else if (key === 'redirects') {
      redirects = readConfiguredRedirects(node, { faults, lineOf });
    } else if (wrong !== undefined) {
      faults.push({ offset, message: `${key}: expected a text, got ${shown(value)}` });
    } else if (key === 'root') {
      root = { text: value as string, place: placeOf(offset) };
    }
  }
  return { values, root, mounts, rules: { headers, redirects } };
}

/** The tree of a text that is JSON, no key in it twice; else `undefined`, and why among `faults`. */
function parseJson(text: string, faults: Fault[]): Node | undefined {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = jsonc.parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    // The parser calls itself for each level, and no configuration has thousands.
    if (!(error instanceof RangeError)) throw error;
    faults.push({ offset: 0, message: 'expected a configuration, got lists without end' });
    return undefined;
  }
  // Behind the first error, the parser guesses.
  const [error] = errors;
  if (error !== undefined) {
    const expected = EXPECTED[jsonc.printParseErrorCode(error.error)] ?? 'JSON';
    const got = text.slice(error.offset, error.offset + error.length);
    const end = got === '' ? 'the end of the file' : shown(got);
    faults.push({ offset: error.offset, message: `expected ${expected}, got ${end}` });
    return undefined;
  }
  if (tree === undefined) return undefined;
  const halves = halfCharacters(tree);
  faults.push(...halves, ...repeatedKeys(tree));
  return halves.length === 0 ? tree : undefined;
}

/** What was expected, by the parser's name for what is wrong. */
const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: 'JSON, where keys and texts stand in double quotes',
  PropertyNameExpected: 'a key in double quotes',
  ValueExpected: 'a value',
  ColonExpected: 'a colon',
  CommaExpected: 'a comma',
  CloseBraceExpected: 'a closing brace',
  CloseBracketExpected: 'a closing bracket',
  EndOfFileExpected: 'the end of the file',
  InvalidCommentToken: 'JSON, which has no comments',
  UnexpectedEndOfComment: 'JSON, which has no comments',
  UnexpectedEndOfString: 'a closing quote on the same line',
  UnexpectedEndOfNumber: 'a digit',
  InvalidUnicode: 'four hexadecimal digits behind \\u',
  InvalidEscapeCharacter: 'an escape that JSON has',
  InvalidCharacter: 'control characters to be escaped',
};

/** RFC 8259 §8.2: an escape can say half a character, which no octets can. */
function halfCharacters(tree: Node): Fault[] {
  if (typeof tree.value !== 'string') return (tree.children ?? []).flatMap(halfCharacters);
  if (!/\p{Surrogate}/u.test(tree.value)) return [];
  const got = shown(tree.value);
  return [{ offset: tree.offset, message: `expected whole characters, got ${got}` }];
}

/** RFC 8259 §4: what a key means that stands twice, is for everybody to guess. */
function repeatedKeys(tree: Node): Fault[] {
  if (tree.type !== 'object') return (tree.children ?? []).flatMap(repeatedKeys);
  const seen = new Set<string>();
  return membersOf(tree).flatMap(({ key, offset, node }) => {
    const message = `${nameOf(key)}: expected once, got it again`;
    const own = seen.has(key) ? [{ offset, message }] : [];
    seen.add(key);
    return [...own, ...repeatedKeys(node)];
  });
}

/** Where a value does not fit: `offset` where that is one item of a list. */
interface Invalid {
  readonly offset: number | undefined;
  readonly value: unknown;
}

/** The keys whose values do not fit the schema, each with the first item that does not. */
function invalidPlaces(instance: unknown, tree: Node): ReadonlyMap<string, Invalid> {
  const { errors } = new Validator(configSchema(), '7', false).validate(instance);
  const places = new Map<string, Invalid>();
  for (const { instanceLocation } of errors as OutputUnit[]) {
    const [, key, index] = instanceLocation.split('/');
    if (key === undefined || places.get(key)?.offset !== undefined) continue;
    const path = index === undefined ? [key] : [key, Number(index)];
    const node = jsonc.findNodeAtLocation(tree, path);
    const offset = index === undefined ? undefined : node?.offset;
    places.set(key, { offset, value: node && jsonc.getNodeValue(node) });
  }
  return places;
}

function readValue(
  name: OptionName,
  value: unknown,
  invalid: Invalid | undefined,
): FileValue | { readonly message: string } {
  const option = optionOf(name);
  const read = invalid === undefined ? readAsOption(option, value) : undefined;
  if (read !== undefined) return read;
  const got = shown(invalid === undefined ? value : invalid.value);
  return { message: `${nameOf(keyOf(name))}: expected ${option.expected}, got ${got}` };
}

function lineAndColumn(text: string, offset: number): readonly [line: number, column: number] {
  const lines = text.slice(0, offset).split(/\r\n|[\r\n]/);
  return [lines.length, (lines.at(-1) as string).length + 1];
}
