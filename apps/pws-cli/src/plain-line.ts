/**
 * Takes a plain command line apart as yargs does, by the parser that yargs has inside.
 * Owns which lines are plain: known flags and one folder. All that yargs would say a word about
 * (help, the version, what is wrong) is left to it, in yargs-line.ts: to load yargs and to tell it
 * all flags takes 60 ms, as long as Node needs to start (Node 20).
 */
import parser from 'yargs-parser';
import { OPTION_NAMES, OPTIONS, isSwitch } from './options.ts';

/** What stands on a command line, by name; `root` and `--` are folders. */
export type ParsedLine = Readonly<Record<string, unknown>>;

/** How yargs, and the parser in it, take a line apart. */
export const PARSER_CONFIGURATION: Readonly<Record<string, boolean>> = {
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-positional-numbers': false,
  'populate--': true,
};

/** What the program can be asked to do. */
export type Command = 'serve' | 'why' | 'check';

/** The name of the command, which may be left out. */
const COMMAND: Command = 'serve';

/** Words that are commands where a folder could stand. */
const COMMANDS: ReadonlySet<string> = new Set<Command | 'help'>(['why', 'check', 'help']);

/**
 * Takes a line apart.
 *
 * @returns `undefined` where it is not plain
 */
export function parsePlainLine(args: readonly string[]): ParsedLine | undefined {
  const { argv, error } = parser.detailed([...args], {
    alias: ALIASES,
    boolean: OPTION_NAMES.filter(isSwitch),
    string: OPTION_NAMES.filter((name) => !isSwitch(name)),
    configuration: PARSER_CONFIGURATION,
  });
  const { _: words, ...given } = argv;
  const [root, ...others] = words[0] === COMMAND ? words.slice(1) : words;
  if (error !== null || others.length > 0) return undefined;
  if (!Object.keys(given).every((name) => KNOWN.has(name))) return undefined;
  if (root === undefined) return given;
  return isPlainFolder(String(root)) ? { ...given, root } : undefined;
}

const ALIASES: Readonly<Record<string, string>> = Object.fromEntries(
  OPTION_NAMES.flatMap((name) => {
    const { alias } = OPTIONS[name];
    return alias === undefined ? [] : [[name, alias]];
  }),
);

const KNOWN: ReadonlySet<string> = new Set([...OPTION_NAMES, ...Object.values(ALIASES), '--']);

/** yargs reads a folder once more, as the value of a flag; and some words are commands. */
function isPlainFolder(word: string): boolean {
  return !COMMANDS.has(word) && /^[^"'-]/.test(word);
}
