/**
 * What may say what an option is: the command line, the environment, the configuration file.
 * Owns precedence: a flag wins over the environment, that over the file, that over the `serve.json` of
 * the folder that is served, that over the default; and what a relative path counts from: the folder of the file that says it, else where the person is.
 */
import { dirname, resolve } from 'node:path';
import { CommandError } from './command-error.ts';
import { type ConfigFile, findConfig, readNamedConfig } from './config-file.ts';
import { type Option, joinTexts, parseOption } from './option.ts';
import { type OptionName, type Options, optionOf } from './options.ts';
import { type Surroundings, nearestRoot, placeOfPerson, resolveRoot } from './root.ts';
import { type ServeJsonFile, findServeJson, serveValue } from './serve-json-file.ts';

/** What the command line said: texts that are not checked yet. */
export interface GivenArguments {
  /** The positional argument. */
  readonly root: string | undefined;
  /** Texts by flag name; more than one where a flag was repeated. */
  readonly flags: Readonly<Partial<Record<OptionName, readonly string[]>>>;
}

/** All that may say what an option is. */
export interface Layers {
  readonly given: GivenArguments;
  readonly surroundings: Surroundings;
  /** `undefined` where there is none. */
  readonly file: ConfigFile | undefined;
  /** The `serve.json` of the folder that is served; `undefined` where there is none. */
  readonly serveJson?: ServeJsonFile | undefined;
}

/** What an option can be. */
export type ValueOf<Name extends OptionName> =
  Options[Name] extends Option<infer Value> ? Value : never;

/**
 * Reads the configuration file that was named, or that of the root, where there is one.
 *
 * @throws {CommandError} exit code 2 where the file is wrong, 1 where it cannot be read
 */
export async function readLayers(
  given: GivenArguments,
  surroundings: Surroundings,
): Promise<Layers> {
  const layers: Layers = { given, surroundings, file: undefined };
  const named = optionValue('config', layers);
  const stood = placeOfPerson(surroundings);
  const file =
    named === undefined
      ? await findConfig(await nearestRoot(given.root, surroundings), stood)
      : await readNamedConfig(named, stood);
  return withServeJson({ ...layers, file });
}

async function withServeJson(layers: Layers): Promise<Layers> {
  const { given, surroundings, file } = layers;
  if (optionValue('rules', layers) === 'off') return layers;
  let root: string;
  try {
    root = await resolveRoot(given.root, surroundings, file);
  } catch (error) {
    // That is said where all else is checked.
    if (error instanceof CommandError) return layers;
    throw error;
  }
  return { ...layers, serveJson: await findServeJson(root, placeOfPerson(surroundings)) };
}

/**
 * What an option is; a path is absolute.
 *
 * @throws {CommandError} exit code 2 for a value that does not fit
 */
export function optionValue<Name extends OptionName>(name: Name, layers: Layers): ValueOf<Name> {
  const option = optionOf(name) as Option<ValueOf<Name>>;
  const { file, surroundings } = layers;
  const given = givenTexts(name, layers);
  if (given !== undefined) {
    const value = parseOption(option, joinTexts(option, given.texts), given.source);
    return absolute(option, value, placeOfPerson(surroundings));
  }
  const inFile = file?.values.get(name);
  if (file === undefined || inFile === undefined) {
    return (serveValueOf(name, layers) as ValueOf<Name> | undefined) ?? option.default;
  }
  return absolute(option, inFile.value as ValueOf<Name>, dirname(file.path));
}

function absolute<Value>({ isPath }: Option<Value>, value: Value, folder: string): Value {
  return isPath === true && typeof value === 'string' ? (resolve(folder, value) as Value) : value;
}

/** What an option was given as, wherever that was; `undefined` where the default holds. */
export function optionTexts(name: OptionName, layers: Layers): readonly string[] | undefined {
  const texts = ownTexts(name, layers);
  const value = texts === undefined ? serveValueOf(name, layers) : undefined;
  return value === undefined ? texts : [String(value)];
}

/** Whether a flag, the environment or our own file say what an option is. */
export function isSaid(name: OptionName, layers: Layers): boolean {
  return ownTexts(name, layers) !== undefined;
}

function ownTexts(name: OptionName, layers: Layers): readonly string[] | undefined {
  return givenTexts(name, layers)?.texts ?? layers.file?.values.get(name)?.texts;
}

function serveValueOf(name: OptionName, { serveJson }: Layers): boolean | string | undefined {
  return serveJson && serveValue(name, serveJson);
}

function givenTexts(
  name: OptionName,
  { given, surroundings: { env } }: Layers,
): { readonly texts: readonly string[]; readonly source: string } | undefined {
  const flag = given.flags[name];
  if (flag !== undefined && flag.length > 1 && optionOf(name).isRepeatable !== true) {
    throw new CommandError(2, `--${name}: expected once, got it ${flag.length} times`);
  }
  if (flag !== undefined) return { texts: flag, source: `--${name}` };
  const own = `PWS_${name.toUpperCase().replaceAll('-', '_')}`;
  for (const source of name === 'port' ? [own, 'PORT'] : [own]) {
    const text = env[source];
    if (text !== undefined && text !== '') return { texts: [text], source };
  }
  return undefined;
}
