/**
 * The command line: argument texts in, texts by flag out, and the help.
 * Owns the commands and how they are described. Values are checked in options.ts; yargs only
 * takes the line apart, refuses what it does not know, and writes the help.
 */
import yargs from 'yargs';
import { CommandError } from './command-error.ts';
import type { GivenArguments } from './config.ts';
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
  const args = argv[0] === '--' ? argv.slice(1) : argv;
  let invocation: Invocation | undefined;
  const parser = yargs()
    .scriptName('pws')
    .locale('en')
    .usage('Serve a folder over HTTP/1.1.')
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
        invocation = { command: 'serve', given: givenArguments(parsed) };
      },
    )
    .options(yargsOptions())
    .example(EXAMPLES)
    .epilogue('Each flag has an environment variable too: --port is PWS_PORT. A flag wins.')
    .parserConfiguration({ 'camel-case-expansion': false, 'parse-positional-numbers': false })
    .strict()
    .version(version)
    .help()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof CommandError) throw error;
      throw new CommandError(2, `${plainMessage(message)}\nRun pws --help for all flags.`);
    });
  const output = await new Promise<string>((resolve, reject) => {
    // With a callback yargs prints nothing and ends no process.
    Promise.resolve(
      parser.parseAsync([...args], {}, (_error: unknown, _parsed: unknown, text: string) => {
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
            option.isSwitch === true
              ? undefined
              : (option.defaultDescription ?? String(option.default)),
        },
      ],
    ),
  );
}

function givenArguments(parsed: Record<string, unknown>): GivenArguments {
  const flags: Partial<Record<keyof Options, readonly string[]>> = {};
  for (const name of Object.keys(OPTIONS) as (keyof Options)[]) {
    const value = parsed[name];
    if (value !== undefined) flags[name] = [value].flat().map(String);
  }
  const { root } = parsed;
  return { root: typeof root === 'string' ? root : undefined, flags };
}

/** yargs says "Unknown argument: prot"; the person typed "--prot". */
function plainMessage(message: string): string {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown === null) return message;
  const names = (unknown[1] as string).split(', ').map((name) => {
    const dashes = name.length === 1 ? '-' : '--';
    return /^[\w-]+$/.test(name) ? `${dashes}${name}` : name;
  });
  return `expected one folder and known flags, got ${names.join(' ')}`;
}
