/**
 * The command line: argument texts in, texts by flag out, or the help.
 * Owns what becomes of the texts of switches and of folders behind `--`. Values are checked in
 * option.ts; the line is taken apart in plain-line.ts and, by yargs, in yargs-line.ts.
 */
import { CommandError } from './command-error.ts';
import type { GivenArguments } from './layers.ts';
import { OPTION_NAMES, type OptionName, isOptionName, isSwitch } from './options.ts';
import { type ParsedLine, parsePlainLine } from './plain-line.ts';
import type { CheckArguments } from './check.ts';
import { surplus } from './surplus.ts';
import type { WhyArguments } from './why.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'serve'; readonly given: GivenArguments }
  | { readonly command: 'why'; readonly given: GivenArguments; readonly own: WhyArguments }
  | { readonly command: 'check'; readonly given: GivenArguments; readonly own: CheckArguments }
  /** Help or version: print the text and stop. */
  | { readonly command: 'print'; readonly text: string };

/**
 * Takes the command line apart.
 *
 * @param argv - the arguments behind the program's name
 * @param version - what `--version` prints
 * @throws {CommandError} exit code 2 for an unknown flag or a superfluous argument
 */
export async function parseCommandLine(
  argv: readonly string[],
  version: string,
): Promise<Invocation> {
  // `pnpm start -- --port 3000` hands its own "--" on.
  const { args, switchTexts } = takeSwitchTexts(argv[0] === '--' ? argv.slice(1) : argv);
  const plain = parsePlainLine(args);
  if (plain !== undefined) return { command: 'serve', given: givenArguments(plain, switchTexts) };
  const { parseWithYargs } = await import('./yargs-line.ts');
  const line = await parseWithYargs(args, version);
  if ('text' in line) return { command: 'print', text: line.text };
  const { command, parsed } = line;
  const given = givenArguments(parsed, switchTexts);
  const json = lastOf(parsed['json']) === true;
  switch (command) {
    case 'serve':
      return { command, given };
    case 'check':
      return { command, given, own: { json } };
    case 'why': {
      const method = parsed['method'] === undefined ? undefined : String(lastOf(parsed['method']));
      const fields = [parsed['field'] ?? []].flat().map(String);
      return { command, given, own: { path: String(parsed['path']), method, fields, json } };
    }
  }
}

/** Of what was given several times, the last. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

/** Texts of switches, by name: yargs takes `--quiet=maybe` for false and drops the text. */
type SwitchTexts = ReadonlyMap<string, readonly string[]>;

function takeSwitchTexts(argv: readonly string[]): { args: string[]; switchTexts: SwitchTexts } {
  const switchTexts = new Map<string, string[]>();
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const args = argv.filter((arg, index) => {
    const [, name = '', text = ''] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
    if (index > end || !isOptionName(name) || !isSwitch(name)) return true;
    switchTexts.set(name, [...(switchTexts.get(name) ?? []), text]);
    return false;
  });
  return { args, switchTexts };
}

function givenArguments(parsed: ParsedLine, switchTexts: SwitchTexts): GivenArguments {
  const flags: Partial<Record<OptionName, readonly string[]>> = {};
  for (const name of OPTION_NAMES) {
    const texts = [parsed[name] ?? []]
      .flat()
      .map(String)
      .concat(switchTexts.get(name) ?? []);
    if (texts.length > 0) flags[name] = texts;
  }
  // Behind "--" everything is a folder, whatever it begins with.
  const roots = [parsed['root'] ?? [], parsed['--'] ?? []].flat().map(String);
  if (roots.length > 1) throw new CommandError(2, surplus(roots.slice(1)));
  return { root: roots[0], flags };
}
