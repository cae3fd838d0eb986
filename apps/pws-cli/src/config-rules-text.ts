/**
 * `headers` and `redirects` in a configuration file.
 * Owns how they are written, and what a schema says of that. What a rule may say is for the readers
 * of `_headers` and `_redirects`; here it becomes a fault of the configuration.
 */
import {
  type ConfiguredHeaders,
  type ConfiguredRedirect,
  compileHeaders,
  compileRedirects,
} from './config-rules.ts';
import { type Shape, readMembers } from './config-tree.ts';
import { type Fault, type JsonNode, type TextPlace, shownValue, valueOf } from './json-text.ts';
import type { JsonSchema } from './option-forms.ts';
import { REDIRECT_STATUSES, REWRITE_STATUSES } from './redirect-rule.ts';
import type { RuleProblem } from './rule-problem.ts';

const STATUSES = [...REWRITE_STATUSES, ...REDIRECT_STATUSES].toSorted((a, b) => a - b);

// Security: a file of rules has lines and words, so nothing in it could hold a line end or a blank.
const PLAIN = String.raw`^\s\x00-\x1f\x7f`;
const WORD = { type: 'string', pattern: `^[${PLAIN}]+$` } as const;
const PATH = { type: 'string', pattern: `^/[${PLAIN}]*$` } as const;
const ITEM = { type: 'string', pattern: `^[${PLAIN},]+$` } as const;

const HEADERS: Readonly<Record<string, Shape>> = {
  for: { schema: PATH, expected: 'a path such as /assets/*, without blanks' },
  values: {
    schema: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" },
      additionalProperties: { type: ['string', 'null'] },
    },
    expected: 'field names with their values, or null to take one away',
  },
};

const REDIRECTS: Readonly<Record<string, Shape>> = {
  from: { schema: WORD, expected: 'a path such as /old/*, without blanks' },
  to: { schema: WORD, expected: 'a path such as /new/:splat or https://…, without blanks' },
  status: { schema: { enum: STATUSES }, expected: `one of ${STATUSES.join(', ')}` },
  force: { schema: { type: 'boolean' }, expected: 'true or false' },
  query: {
    schema: {
      type: 'object',
      propertyNames: { pattern: '^[^=\\s]+$' },
      additionalProperties: { type: 'string' },
    },
    expected: 'parameters with their values, such as {"id": ":id"}',
  },
  conditions: {
    schema: {
      type: 'object',
      propertyNames: { enum: ['Language', 'Cookie', 'Country', 'Role'] },
      additionalProperties: { anyOf: [ITEM, { type: 'array', items: ITEM, minItems: 1 }] },
    },
    expected: 'Language, Cookie, Country or Role with lists of words',
  },
};

/** What a schema says of `headers`. */
export function headersSchema(): JsonSchema {
  return {
    description: 'Fields for paths, as in _headers: [{"for": "/a/*", "values": {"X-A": "1"}}]',
    ...listOf(HEADERS, ['for', 'values']),
  };
}

/** What a schema says of `redirects`. */
export function redirectsSchema(): JsonSchema {
  return {
    description: 'As in _redirects: [{"from": "/old/*", "to": "/new/:splat", "status": 301}]',
    ...listOf(REDIRECTS, ['from']),
  };
}

function listOf(shapes: Readonly<Record<string, Shape>>, required: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(shapes).map(([key, { schema }]) => [key, schema]),
  );
  const items = { type: 'object', required, additionalProperties: false, properties };
  return { type: 'array', items };
}

/** What a reader needs of its file. */
export interface RulesText {
  readonly faults: Fault[];
  readonly placeOf: (offset: number) => TextPlace;
  /** What messages call what the key stands in, such as `mounts: "/docs": `. Default: the file. */
  readonly within?: string;
}

/** Reads the value of `headers`; what is wrong with it goes to the faults. */
export function readConfiguredHeaders(
  node: JsonNode,
  { faults, placeOf, within = '' }: RulesText,
): readonly ConfiguredHeaders[] {
  const key = `${within}headers`;
  return itemsOf(node, key, faults).flatMap((item, at) => {
    const name = `${key}[${at}]`;
    const required = ['for', 'values'];
    if (readMembers(item, { name, members: HEADERS, required }, faults) === undefined) return [];
    const said = valueOf(item) as Omit<ConfiguredHeaders, keyof TextPlace>;
    const rule = { ...placeOf(item.offset), ...said };
    faults.push(...faultsOf(compileHeaders([rule]).problems, item, name));
    return [rule];
  });
}

/** Reads the value of `redirects`; what is wrong with it goes to the faults. */
export function readConfiguredRedirects(
  node: JsonNode,
  { faults, placeOf, within = '' }: RulesText,
): readonly ConfiguredRedirect[] {
  const key = `${within}redirects`;
  return itemsOf(node, key, faults).flatMap((item, at) => {
    const name = `${key}[${at}]`;
    const required = ['from'];
    if (readMembers(item, { name, members: REDIRECTS, required }, faults) === undefined) return [];
    const said = valueOf(item) as Omit<ConfiguredRedirect, keyof TextPlace>;
    const rule = { ...placeOf(item.offset), ...said };
    faults.push(...faultsOf(compileRedirects([rule]).problems, item, name));
    return [rule];
  });
}

function itemsOf(node: JsonNode, key: string, faults: Fault[]): readonly JsonNode[] {
  if (node.type === 'array') return node.children ?? [];
  const message = `${key}: expected a list of rules, got ${shownValue(valueOf(node))}`;
  faults.push({ offset: node.offset, message });
  return [];
}

// What only has no effect here is told at the start, as of the files.
function faultsOf(problems: readonly RuleProblem[], { offset }: JsonNode, name: string): Fault[] {
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => ({ offset, message: `${name}: ${message}` }));
}
