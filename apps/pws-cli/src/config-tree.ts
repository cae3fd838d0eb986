/**
 * What the readers of a configuration file share: its tree, where something stands in it, and how
 * what is wrong is written. Loaded only where there is a file, as config-text.ts is.
 */
import { Validator } from '@cfworker/json-schema';
// It is CommonJS for Node, which finds no names in it; the rule looks at its other form.
// oxlint-disable-next-line import/default
import jsonc, { type Node } from 'jsonc-parser';
import { textsOf, valueOfTexts } from './config-value.ts';
import { printable } from './log-text.ts';
import { nearestName } from './nearest-name.ts';
import type { Option } from './option.ts';
import type { JsonSchema } from './option-forms.ts';

/** What is wrong, and where. */
export interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** A member of an object. */
export interface Member {
  readonly key: string;
  /** Where the key is. */
  readonly offset: number;
  readonly node: Node;
}

/** The members of an object, in order. */
export function membersOf(object: Node): readonly Member[] {
  return (object.children ?? []).map(({ children }) => {
    const [key, node] = children as [Node, Node];
    return { key: key.value as string, offset: key.offset, node };
  });
}

/** What a part of the text says, as JSON has it. */
export function valueOf(node: Node): unknown {
  return jsonc.getNodeValue(node);
}

/** A key as it can be printed: as it is where it is a plain word. */
export function nameOf(key: string): string {
  return /^[\w$-]{1,64}$/.test(key) ? key : `"${printable(key)}"`;
}

/** A value as JSON, on one line that is not too long. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

/** Why a key is refused. */
export function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`;
  return `${nameOf(key)}: expected a key that there is${hint}`;
}

/** Whether a value fits a schema. */
export function fits(value: unknown, schema: JsonSchema): boolean {
  return new Validator(schema, '7').validate(value).valid;
}

/** What a value has to be. */
export interface Shape {
  readonly schema: JsonSchema;
  readonly expected: string;
}

/** Which members an object may have. */
export interface ObjectShape {
  /** How the object is called in messages. */
  readonly name: string;
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
}

/**
 * The members of an object, each by its key; a fault for each that is not known, does not fit or is
 * missing.
 *
 * @returns `undefined` where there is a fault
 */
export function readMembers(
  object: Node,
  { name, members, required }: ObjectShape,
  faults: Fault[],
): ReadonlyMap<string, Member> | undefined {
  if (object.type !== 'object') {
    const got = shown(valueOf(object));
    faults.push({ offset: object.offset, message: `${name}: expected an object, got ${got}` });
    return undefined;
  }
  const before = faults.length;
  const read = new Map<string, Member>();
  for (const member of membersOf(object)) {
    const { key, offset, node } = member;
    const shape = Object.hasOwn(members, key) ? members[key] : undefined;
    const value = valueOf(node);
    if (shape === undefined) {
      faults.push({ offset, message: `${name}: ${unknownKey(key, Object.keys(members))}` });
    } else if (fits(value, shape.schema)) {
      read.set(key, member);
    } else {
      const message = `${name}: ${key}: expected ${shape.expected}, got ${shown(value)}`;
      faults.push({ offset, message });
    }
  }
  const missing = required.find((key) => membersOf(object).every((member) => member.key !== key));
  if (missing !== undefined) {
    const { expected } = members[missing] as Shape;
    faults.push({
      offset: object.offset,
      message: `${name}: expected ${missing}, ${expected}, got none`,
    });
  }
  return faults.length === before ? read : undefined;
}

/** A value as an option reads it, and the texts that it would be given as; else `undefined`. */
export function readAsOption(
  option: Option<unknown>,
  value: unknown,
): { readonly value: unknown; readonly texts: readonly string[] } | undefined {
  const texts = textsOf(value);
  const parsed = texts && valueOfTexts(option, texts);
  return texts === undefined || parsed === undefined ? undefined : { value: parsed, texts };
}
