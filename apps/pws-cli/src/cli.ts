/**
 * The command line: argument texts in, texts by flag out, and the help.
 * Owns the commands and how they are described. Values are checked in option.ts; yargs only
 * takes the line apart, refuses what it does not know, and writes the help.
 */
import yargs from 'yargs';
import { CommandError } from './command-error.ts';
import type { GivenArguments } from './layers.ts';
import { OPTIONS, type Options } from './options.ts';

const EXAMPLES: [string, string][] = [
  ['$0', 'serve ./static, or the current folder'],
  ['$0 dist --port 3000', 'serve a build on another port'],
  ['$0 --host 127.0.0.1', 'let nobody else in the network see it'],
];

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'serve'; readonly given: GivenArguments }
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
  let invocation: Invocation | undefined;
  const parser = yargs()
    .scriptName('pws')
    .locale('en')
    .usage('$0 [root]  serves a folder over HTTP/1.1')
    .command(
      ['$0 [root]', 'serve [root]'],
      'Serve a folder',
      (command) =>
        command.positional('root', {
          type: 'string',
          description: 'Folder to serve',
          defaultDescription: './static where there is one, else the current folder',
        }),
      (parsed) => {
        invocation = { command: 'serve', given: givenArguments(parsed, switchTexts) };
      },
    )
    .options(yargsOptions())
    .example(EXAMPLES)
    .epilogue('Each flag has an environment variable too: --port is PWS_PORT. A flag wins.')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .strict()
    .version(version)
    .help()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof CommandError) throw error;
      throw new CommandError(2, plainMessage(message, args));
    });
  const output = await new Promise<string>((resolve, reject) => {
    // With a callback yargs prints nothing and ends no process.
    Promise.resolve(
      parser.parseAsync(args, {}, (_error: unknown, _parsed: unknown, text: string) => {
        resolve(text);
      }),
    ).catch(reject);
  });
  return output === '' && invocation !== undefined
    ? invocation
    : { command: 'print', text: output };
}

function yargsOptions(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(OPTIONS as unknown as Record<string, Options[keyof Options]>).map(
      ([name, option]) => [
        name,
        {
          ...(option.alias === undefined ? {} : { alias: option.alias }),
          type: option.isSwitch === true ? 'boolean' : 'string',
          description: option.description,
          defaultDescription:
            option.isSwitch === true && option.default === false
              ? undefined
              : (option.defaultDescription ?? shownDefault(option.default)),
        },
      ],
    ),
  );
}

/** A default that says little as a text has a description of its own. */
function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Texts of switches, by name: yargs takes `--quiet=maybe` for false and drops the text. */
type SwitchTexts = ReadonlyMap<string, readonly string[]>;

function takeSwitchTexts(argv: readonly string[]): { args: string[]; switchTexts: SwitchTexts } {
  const switchTexts = new Map<string, string[]>();
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const args = argv.filter((arg, index) => {
    const [, name = '', text = ''] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
    if (index > end || !isSwitch(name)) return true;
    switchTexts.set(name, [...(switchTexts.get(name) ?? []), text]);
    return false;
  });
  return { args, switchTexts };
}

function isSwitch(name: string): boolean {
  return Object.hasOwn(OPTIONS, name) && OPTIONS[name as keyof Options].isSwitch === true;
}

function givenArguments(parsed: Record<string, unknown>, switchTexts: SwitchTexts): GivenArguments {
  const flags: Partial<Record<keyof Options, readonly string[]>> = {};
  for (const name of Object.keys(OPTIONS) as (keyof Options)[]) {
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

function surplus(names: readonly string[]): string {
  return `expected one folder and known flags, got ${names.join(' ')}\nRun pws --help for all flags.`;
}

/** yargs says "Unknown argument: prot"; the person typed "--prot". */
function plainMessage(message: string, args: readonly string[]): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown === null) return `${message}\nRun pws --help for all flags.`;
  const names = (unknown[1] as string).split(', ').map((name) => {
    if (args.includes(name)) return name;
    return args.some((arg) => arg.startsWith(`--${name}`)) ? `--${name}` : `-${name}`;
  });
  return surplus(names);
}
