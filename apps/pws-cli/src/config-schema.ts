/**
 * The JSON Schema of a configuration file, made from the rows of all flags.
 * Owns which keys there are. `schema/pws.config.schema.json` is what this gives, published, so that
 * an editor completes and explains the keys; a test compares the two.
 */
import { mountsSchema } from './config-mounts.ts';
import { headersSchema, redirectsSchema } from './config-rules-text.ts';
import { jsonOf, keyOf } from './config-value.ts';
import type { JsonSchema } from './option-forms.ts';
import type { Option } from './option.ts';
import { OPTION_NAMES, type OptionName, optionOf } from './options.ts';

/** The options that a configuration file may name, by the key that it has there. */
export const OPTION_OF_KEY: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.filter((name) => optionOf(name).isOutsideFile !== true).map((name) => [
    keyOf(name),
    name,
  ]),
);

/** The keys that are no flags. */
const OTHER_KEYS: Readonly<Record<string, JsonSchema>> = {
  $schema: {
    description: 'Where this schema is, for editors. PWS does not read it',
    type: 'string',
  },
  root: {
    description:
      'Folder to serve where the command line names none; relative to the folder of this file',
    type: 'string',
    minLength: 1,
  },
  mounts: mountsSchema(),
  headers: headersSchema(),
  redirects: redirectsSchema(),
};

/** All keys. */
export const KEYS: readonly string[] = [...Object.keys(OTHER_KEYS), ...OPTION_OF_KEY.keys()];

/** The schema of a whole file. */
export function configSchema(): JsonSchema {
  const rows = [...OPTION_OF_KEY].map(([key, name]) => [key, schemaOf(optionOf(name))]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of PWS',
    description: 'pws.config.json. A flag wins over the environment, that over this file',
    type: 'object',
    additionalProperties: false,
    properties: { ...OTHER_KEYS, ...Object.fromEntries(rows) },
  };
}

function schemaOf(option: Option<unknown>): JsonSchema {
  const { defaultDescription, isPath } = option;
  const from = isPath === true ? '; relative to the folder of this file' : '';
  const description = option.description + from;
  const standard = jsonOf(option, option.default, undefined);
  const isTold = standard !== undefined || defaultDescription === undefined;
  return {
    description: isTold ? description : `${description}. Default: ${defaultDescription}`,
    ...(option.schema ?? anyText(option)),
    ...(standard === undefined ? {} : { default: standard }),
  };
}

/** For a row that says nothing: what can be turned into the text of a flag. */
function anyText({ isSwitch, isRepeatable }: Option<unknown>): JsonSchema {
  if (isSwitch === true) return { type: 'boolean' };
  if (isRepeatable !== true) return { type: ['string', 'number', 'boolean'] };
  return { type: ['array', 'string'], items: { type: 'string' } };
}
