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
import { KEYS, OPTION_OF_KEY, configSchema } from './config-schema.ts';
import { readMounts } from './config-mounts.ts';
import type { ConfiguredRules } from './config-rules.ts';
import { readConfiguredHeaders, readConfiguredRedirects } from './config-rules-text.ts';
import { readAsOption } from './config-tree.ts';
import { keyOf } from './config-value.ts';
import {
  type Fault,
  type JsonNode,
  formatPlace,
  membersOf,
  nameOf,
  nodeAt,
  parseJson,
  placesIn,
  refuseFaults,
  shownValue,
  unknownKey,
  valueOf,
} from './json-text.ts';
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
 * @throws {FaultyFile} exit code 2: a line `file:line:column: key: expected …, got …` for each
 *   thing that is wrong
 */
export function readConfigText(text: string, file: string): FileContent {
  const faults: Fault[] = [];
  const content = readObject(text, file, faults);
  refuseFaults(faults, { text, file });
  return { ...content, name: file };
}

const NOTHING: Omit<FileContent, 'name'> = {
  values: new Map(),
  root: undefined,
  mounts: [],
  rules: { headers: [], redirects: [] },
};

function readObject(text: string, file: string, faults: Fault[]): Omit<FileContent, 'name'> {
  const tree = parseJson(text, faults);
  if (tree === undefined) return NOTHING;
  if (tree.type !== 'object') {
    const message = `expected an object, got ${shownValue(JSON.parse(text))}`;
    faults.push({ offset: tree.offset, message });
    return NOTHING;
  }
  const invalid = invalidPlaces(JSON.parse(text), tree);
  const values = new Map<OptionName, FileValue>();
  const placeOf = placesIn(text);
  const shownPlace = (offset: number): string => formatPlace(file, placeOf(offset));
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
      mounts = readMounts(node, { faults, placeOf, shownPlace });
    } else if (key === 'headers') {
      headers = readConfiguredHeaders(node, { faults, placeOf });
    } else if (key === 'redirects') {
      redirects = readConfiguredRedirects(node, { faults, placeOf });
    } else if (wrong !== undefined) {
      faults.push({ offset, message: `${key}: expected a text, got ${shownValue(value)}` });
    } else if (key === 'root') {
      root = { text: value as string, place: shownPlace(offset) };
    }
  }
  return { values, root, mounts, rules: { headers, redirects } };
}

/** Where a value does not fit: `offset` where that is one item of a list. */
interface Invalid {
  readonly offset: number | undefined;
  readonly value: unknown;
}

/** The keys whose values do not fit the schema, each with the first item that does not. */
function invalidPlaces(instance: unknown, tree: JsonNode): ReadonlyMap<string, Invalid> {
  const { errors } = new Validator(configSchema(), '7', false).validate(instance);
  const places = new Map<string, Invalid>();
  for (const { instanceLocation } of errors as OutputUnit[]) {
    const [, key, index] = instanceLocation.split('/');
    if (key === undefined || places.get(key)?.offset !== undefined) continue;
    const path = index === undefined ? [key] : [key, Number(index)];
    const node = nodeAt(tree, path);
    const offset = index === undefined ? undefined : node?.offset;
    places.set(key, { offset, value: node && valueOf(node) });
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
  const got = shownValue(invalid === undefined ? value : invalid.value);
  return { message: `${nameOf(keyOf(name))}: expected ${option.expected}, got ${got}` };
}
