/**
 * What a row says of one flag, and how its text becomes a value.
 * A flag, its environment variable and its key in a configuration file are read by the same row, so
 * they accept the same and complain alike.
 */
import { CommandError } from './command-error.ts';
import type { Form, JsonSchema } from './option-forms.ts';

/** One flag. */
export interface Option<Value> extends Omit<Form<Value>, 'schema'> {
  /** One letter, for `-p`. */
  readonly alias?: string;
  /** Line in the help. */
  readonly description: string;
  /** What holds where the flag is not given. */
  readonly default: Value;
  /**
   * What holds where the default is `undefined`, where that is known only to the process that runs.
   * Default: nothing that could be said.
   */
  readonly derived?: () => Value;
  /** How the default is shown, where the value itself would say little. */
  readonly defaultDescription?: string;
  /** Whether the flag may stand without a value. */
  readonly isSwitch?: boolean;
  /** Whether it may be given more than once; the texts are joined. */
  readonly isRepeatable?: boolean;
  /** Whether a running server takes a new value on; what is not, needs a restart. */
  readonly isReloadable?: boolean;
  /** Whether 0 switches off what protects the server; a person is told that it is off. */
  readonly isUnlimitedAt0?: boolean;
  /** Whether it is about the run, not the server, and so is no key of a configuration file. */
  readonly isOutsideFile?: boolean;
  /** What fits in a configuration file. Default: whatever a text can be made of. */
  readonly schema?: JsonSchema;
  /** What stands between several texts. Default: a comma. */
  readonly separator?: string;
}

/** Several texts of one option as one: those of a flag that was repeated, those of a list. */
export function joinTexts(option: Option<unknown>, texts: readonly string[]): string {
  return texts.join(option.separator ?? ',');
}

/**
 * The value of a text that was given for an option.
 *
 * @param source - where the text was given, for the message: `--port`, `PWS_PORT`
 * @throws {CommandError} exit code 2, naming the source, what was expected and what came
 */
export function parseOption<Value>(option: Option<Value>, text: string, source: string): Value {
  const value = option.parse(text);
  if (value !== undefined) return value;
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  throw new CommandError(2, `${source}: expected ${option.expected}, got ${got}`);
}
