/**
 * What the readers of a configuration file share: what the parts of its tree have to be. Loaded only
 * where there is a file, as config-text.ts is.
 */
import { Validator } from '@cfworker/json-schema';
import { textsOf, valueOfTexts } from './config-value.ts';
import {
  type Fault,
  type JsonNode,
  type Member,
  membersOf,
  shownValue,
  unknownKey,
  valueOf,
} from './json-text.ts';
import type { Option } from './option.ts';
import type { JsonSchema } from './option-forms.ts';

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
  object: JsonNode,
  { name, members, required }: ObjectShape,
  faults: Fault[],
): ReadonlyMap<string, Member> | undefined {
  if (object.type !== 'object') {
    const got = shownValue(valueOf(object));
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
      const message = `${name}: ${key}: expected ${shape.expected}, got ${shownValue(value)}`;
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
