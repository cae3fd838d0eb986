/**
 * From the text of a `serve.json` to what it says, as `serve` 14 understands it.
 * Owns which keys there are and what each may be: all that is wrong is told at once, with its place.
 * What a source means is read in serve-json-rules.ts. Pure.
 *
 * Accepted though `serve` itself refuses what its documentation has: `etag`, and `null` as the value
 * of a field. Refused though `serve` overlooks it: unknown keys in rewrites and redirects.
 */
import {
  type Fault,
  type JsonNode,
  type TextPlace,
  membersOf,
  nameOf,
  placesIn,
  shownValue,
  unknownKey,
  valueOf,
} from './json-text.ts';
import { REDIRECT_STATUSES } from './redirect-rule.ts';
import { fieldLineFault } from './rule-fields.ts';

/** A text, and where it stands. */
export interface PlacedText extends TextPlace {
  readonly text: string;
}

/** For all paths, for none, or for those that one of the globs matches. */
export type PathChoice = boolean | readonly PlacedText[];

/** A rewrite or a redirect. */
export interface ServeRoute {
  readonly source: PlacedText;
  readonly destination: PlacedText;
  /** The status of a redirect; `undefined` where it says none. */
  readonly type?: (typeof REDIRECT_STATUSES)[number] | undefined;
}

/** Fields for files. */
export interface ServeFields {
  readonly source: PlacedText;
  readonly fields: readonly { readonly key: PlacedText; readonly value: string | null }[];
}

/** What a file says; plain values, so that it can be sent as JSON. */
export interface ServeJson {
  readonly public?: PlacedText;
  readonly cleanUrls?: PathChoice;
  readonly directoryListing?: PathChoice;
  readonly unlisted?: readonly PlacedText[];
  readonly trailingSlash?: boolean;
  readonly renderSingle?: boolean;
  readonly symlinks?: boolean;
  readonly etag?: boolean;
  readonly rewrites?: readonly ServeRoute[];
  readonly redirects?: readonly ServeRoute[];
  readonly headers?: readonly ServeFields[];
}

/**
 * Reads the object that a file holds, or a part of it.
 *
 * @param text - what the object was read from, for places
 * @param faults - what is wrong is put there
 */
export function readServeJson(tree: JsonNode, text: string, faults: Fault[]): ServeJson {
  const reader = new Reader(text, faults);
  return reader.readObject('', tree, SERVE_KEYS);
}

/** Reads a value; `undefined` where it is not what it should be. */
type Read<Value> = (reader: Reader, name: string, node: JsonNode) => Value | undefined;
/** What each key is read with. */
type Keys<Value> = { readonly [Key in keyof Value]-?: Read<Exclude<Value[Key], undefined>> };

const placedText: Read<PlacedText> = (reader, name, node) => reader.readText(name, node);
const texts: Read<readonly PlacedText[]> = (reader, name, node) =>
  reader.readList(name, node, placedText);
const bool: Read<boolean> = (reader, name, node) =>
  node.type === 'boolean' ? valueOf(node) === true : reader.refuse(name, node, 'true or false');
const choice: Read<PathChoice> = (reader, name, node) => {
  if (node.type === 'array') return reader.readList(name, node, placedText);
  if (node.type === 'boolean') return valueOf(node) === true;
  return reader.refuse(name, node, 'true, false or a list of texts');
};
const status: Read<NonNullable<ServeRoute['type']>> = (reader, name, node) => {
  const value = valueOf(node);
  const found = REDIRECT_STATUSES.find((each) => each === value);
  return found ?? reader.refuse(name, node, `one of ${REDIRECT_STATUSES.join(', ')}`);
};

const ROUTE_KEYS = { source: placedText, destination: placedText };
const REDIRECT_KEYS = { ...ROUTE_KEYS, type: status };

const redirects: Read<readonly ServeRoute[]> = (reader, name, node) =>
  reader.readList(name, node, (_, place, item) =>
    complete(reader, reader.readObject(place, item, REDIRECT_KEYS), { place, item }, ROUTE_KEYS),
  );
const rewrites: Read<readonly ServeRoute[]> = (reader, name, node) =>
  reader.readList(name, node, (_, place, item) =>
    complete(reader, reader.readObject(place, item, ROUTE_KEYS), { place, item }, ROUTE_KEYS),
  );

const fieldName: Read<PlacedText> = (reader, name, node) => {
  const key = reader.readText(name, node);
  if (key === undefined || fieldLineFault(key.text, '') === undefined) return key;
  return reader.refuse(name, node, 'the name of a field');
};
/** In an object of its own: `null` is a value. */
const fieldValue: Read<{ readonly value: string | null }> = (reader, name, node) => {
  if (node.type === 'null') return { value: null };
  const value = valueOf(node);
  const isValue =
    typeof value === 'string' && value !== '' && fieldLineFault('x', value) === undefined;
  return isValue
    ? { value }
    : reader.refuse(name, node, 'null or a text of visible characters up to U+00FF');
};
const FIELD_KEYS = { key: fieldName, value: fieldValue };
const FIELDS_KEYS = {
  source: placedText,
  headers: ((reader, name, node) =>
    reader.readList(name, node, (_, place, item) => {
      const read = reader.readObject(place, item, FIELD_KEYS);
      const field = complete(reader, read, { place, item }, FIELD_KEYS);
      return field && { key: field.key, value: field.value.value };
    })) satisfies Read<ServeFields['fields']>,
};
const fields: Read<readonly ServeFields[]> = (reader, name, node) =>
  reader.readList(name, node, (_, place, item) => {
    const read = reader.readObject(place, item, FIELDS_KEYS);
    const rule = complete(reader, read, { place, item }, FIELDS_KEYS);
    return rule && { source: rule.source, fields: rule.headers };
  });

const SERVE_KEYS: Keys<ServeJson> = {
  public: placedText,
  cleanUrls: choice,
  rewrites,
  redirects,
  headers: fields,
  directoryListing: choice,
  unlisted: texts,
  trailingSlash: bool,
  renderSingle: bool,
  symlinks: bool,
  etag: bool,
};

/** The object, where it has all keys that it must have. */
function complete<Value extends object, Key extends keyof Value>(
  reader: Reader,
  read: Value,
  { place, item }: { readonly place: string; readonly item: JsonNode },
  keys: Readonly<Record<Key, unknown>>,
): (Value & { [Needed in Key]-?: Exclude<Value[Needed], undefined> }) | undefined {
  if (item.type !== 'object') return undefined;
  const given = membersOf(item).map(({ key }) => key);
  const missing = Object.keys(keys).filter((key) => !given.includes(key));
  for (const key of missing) reader.fail(item, `${place}: expected ${key}, got none`);
  const all = Object.keys(keys) as Key[];
  if (!all.every((key) => read[key] !== undefined)) return undefined;
  return read as Value & { [Needed in Key]-?: Exclude<Value[Needed], undefined> };
}

class Reader {
  readonly #placeOf: (offset: number) => TextPlace;
  readonly #faults: Fault[];

  constructor(text: string, faults: Fault[]) {
    this.#placeOf = placesIn(text);
    this.#faults = faults;
  }

  /** Reads the members that are right; the others are told. */
  readObject<Value>(place: string, node: JsonNode, keys: Keys<Value>): Partial<Value> {
    const values: Partial<Value> = {};
    if (node.type !== 'object') {
      this.refuse(place, node, 'an object');
      return values;
    }
    for (const { key, offset, node: value } of membersOf(node)) {
      if (!Object.hasOwn(keys, key)) {
        const fault = unknownKey(key, Object.keys(keys));
        this.#faults.push({ offset, message: place === '' ? fault : `${place}.${fault}` });
        continue;
      }
      const known = key as keyof Value;
      const read = keys[known](this, place === '' ? key : `${place}.${nameOf(key)}`, value);
      if (read !== undefined) values[known] = read;
    }
    return values;
  }

  readList<Item>(place: string, node: JsonNode, read: Read<Item>): readonly Item[] | undefined {
    if (node.type !== 'array') return this.refuse(place, node, 'a list');
    const items = (node.children ?? []).map((item, index) =>
      read(this, `${place}[${index}]`, item),
    );
    return items.filter((item) => item !== undefined);
  }

  readText(place: string, node: JsonNode): PlacedText | undefined {
    const text = valueOf(node);
    // oxlint-disable-next-line no-control-regex
    if (typeof text !== 'string' || text === '' || /[\x00-\x1f\x7f]/.test(text)) {
      return this.refuse(place, node, 'a text without controls');
    }
    return { text, ...this.#placeOf(node.offset) };
  }

  refuse(place: string, node: JsonNode, expected: string): undefined {
    const name = place === '' ? '' : `${place}: `;
    this.fail(node, `${name}expected ${expected}, got ${shownValue(valueOf(node))}`);
  }

  fail({ offset }: JsonNode, message: string): void {
    this.#faults.push({ offset, message });
  }
}
