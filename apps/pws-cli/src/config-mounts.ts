/**
 * `mounts` in a configuration file: folders below paths, each with options and rules of its own.
 * Owns how that is written, and what a schema says of it; what the options accept is in their rows,
 * and what rules may say for config-rules-text.ts.
 */
import { keyOf } from './config-value.ts';
import { type ObjectShape, type Shape, fits, readAsOption, readMembers } from './config-tree.ts';
import { type JsonNode, type Member, membersOf, nameOf, shownValue, valueOf } from './json-text.ts';
import {
  type RulesText,
  headersSchema,
  readConfiguredHeaders,
  readConfiguredRedirects,
  redirectsSchema,
} from './config-rules-text.ts';
import { MOUNT_OPTIONS, type MountInFile, NO_RULES } from './mounts.ts';
import type { JsonSchema } from './option-forms.ts';
import { parseBase } from './option-values.ts';
import { type OptionName, optionOf } from './options.ts';

const FOLDER: Shape = {
  // oxlint-disable-next-line no-control-regex
  schema: { type: 'string', pattern: /^[^\x00]+$/.source },
  expected: 'a folder',
};

/** The options of a mount by their keys. */
const OPTION_OF_MEMBER: ReadonlyMap<string, OptionName> = new Map(
  MOUNT_OPTIONS.map((name) => [keyOf(name), name]),
);

// What is in it is told by its reader, rule by rule.
const ANYTHING: Shape = { schema: {}, expected: 'a list of rules' };

const MEMBERS: Readonly<Record<string, Shape>> = {
  root: FOLDER,
  headers: ANYTHING,
  redirects: ANYTHING,
  ...Object.fromEntries(
    [...OPTION_OF_MEMBER].map(([key, name]) => {
      const { schema = {}, expected } = optionOf(name);
      return [key, { schema, expected }];
    }),
  ),
};

/** What a schema says of the key. */
export function mountsSchema(): JsonSchema {
  const options = [...OPTION_OF_MEMBER].map(([key, name]) => {
    const { description } = optionOf(name);
    const standard = name === 'spa' ? 'off' : 'as for the root';
    return [key, { description: `${description}. Default: ${standard}`, ...MEMBERS[key]?.schema }];
  });
  const root = { description: 'Relative to the folder of this file', ...FOLDER.schema };
  const rules = { headers: headersSchema(), redirects: redirectsSchema() };
  return {
    description: 'Folders below paths of the server, such as "/docs": "../docs/dist"',
    type: 'object',
    propertyNames: { pattern: '^/' },
    additionalProperties: {
      anyOf: [
        FOLDER.schema,
        {
          type: 'object',
          required: ['root'],
          additionalProperties: false,
          properties: { root, ...Object.fromEntries(options), ...rules },
        },
      ],
    },
  };
}

/** What the reader needs of its file. */
interface MountsText extends Omit<RulesText, 'within'> {
  /** For people. */
  readonly shownPlace: (offset: number) => string;
}

/** Reads the value of the key; what is wrong with it goes to the faults. */
export function readMounts(
  node: JsonNode,
  { faults, placeOf, shownPlace }: MountsText,
): readonly MountInFile[] {
  if (node.type !== 'object') {
    const expected = 'mounts: expected paths with folders, such as {"/docs": "../docs/dist"}';
    faults.push({ offset: node.offset, message: `${expected}, got ${shownValue(valueOf(node))}` });
    return [];
  }
  return membersOf(node).flatMap((member) => {
    const read = readMount(member, { faults, placeOf });
    if (read === undefined) return [];
    const place = `${shownPlace(member.offset)}: mounts: ${nameOf(member.key)}`;
    return [{ ...read, place }];
  });
}

function readMount(
  { key, offset, node }: Member,
  { faults, placeOf }: Omit<RulesText, 'within'>,
): Omit<MountInFile, 'place'> | undefined {
  const name = `mounts: ${nameOf(key)}`;
  const base = key.startsWith('/') ? parseBase(key) : undefined;
  if (base === undefined) {
    faults.push({ offset, message: `${name}: expected ${optionOf('base').expected}` });
    return undefined;
  }
  if (node.type === 'string') {
    const root = valueOf(node) as string;
    if (fits(root, FOLDER.schema)) return { base, root, values: new Map(), rules: NO_RULES };
    faults.push({
      offset,
      message: `${name}: expected ${FOLDER.expected}, got ${shownValue(root)}`,
    });
    return undefined;
  }
  const shape: ObjectShape = { name, members: MEMBERS, required: ['root'] };
  const members = readMembers(node, shape, faults);
  if (members === undefined) return undefined;
  const values = new Map<OptionName, unknown>();
  for (const [member, { offset: at, node: each }] of members) {
    const option = OPTION_OF_MEMBER.get(member);
    if (option === undefined) continue;
    const value = valueOf(each);
    const read = readAsOption(optionOf(option), value);
    if (read === undefined) {
      const { expected } = optionOf(option);
      const message = `${name}: ${member}: expected ${expected}, got ${shownValue(value)}`;
      faults.push({ offset: at, message });
      return undefined;
    }
    values.set(option, read.value);
  }
  const root = valueOf((members.get('root') as Member).node) as string;
  return { base, root, values, rules: rulesIn(members, { faults, placeOf, within: `${name}: ` }) };
}

function rulesIn(members: ReadonlyMap<string, Member>, text: RulesText): MountInFile['rules'] {
  const headers = members.get('headers');
  const redirects = members.get('redirects');
  return {
    headers: headers === undefined ? [] : readConfiguredHeaders(headers.node, text),
    redirects: redirects === undefined ? [] : readConfiguredRedirects(redirects.node, text),
  };
}
