/**
 * Takes a command line apart with yargs: refuses what it does not know, and writes the help.
 * Owns the commands and how they are described.
 */
import { CommandError } from './command-error.ts';
import { OPTION_NAMES, OPTIONS, isSwitch } from './options.ts';
import { type Command, PARSER_CONFIGURATION, type ParsedLine } from './plain-line.ts';
import { surplus } from './surplus.ts';

const EXAMPLES: [string, string][] = [
  ['$0', 'serve ./static, or the current folder'],
  ['$0 dist --port 3000', 'serve a build on another port'],
  ['$0 --host 127.0.0.1', 'let nobody else in the network see it'],
  ['$0 why /about dist', 'why /about is answered as it is'],
  ['$0 check dist', 'what is wrong with a build, before it is deployed'],
];

/** What yargs makes of a line: what stands on it, or a text to print. */
export type YargsLine =
  | { readonly command: Command; readonly parsed: ParsedLine }
  | { readonly text: string };

const ROOT = {
  type: 'string',
  description: 'Folder to serve',
  defaultDescription: './static where there is one, else the current folder',
} as const;

const AS_JSON = { type: 'boolean', description: 'Print one JSON document' } as const;

/**
 * Takes a line apart.
 *
 * @param version - what `--version` prints
 * @throws {CommandError} exit code 2 for an unknown flag or a superfluous argument
 */
export async function parseWithYargs(args: readonly string[], version: string): Promise<YargsLine> {
  // The program is CommonJS where it is one file, and yargs an ES module.
  const { default: yargs } = await import('yargs');
  let line: YargsLine | undefined;
  const parser = yargs()
    .scriptName('pws')
    .locale('en')
    .usage('$0 [root]  serves a folder over HTTP/1.1')
    .command(
      ['$0 [root]', 'serve [root]'],
      'Serve a folder',
      (command) => command.positional('root', ROOT),
      (parsed) => {
        line = { command: 'serve', parsed };
      },
    )
    .command(
      'why <path> [root]',
      'Explain how one request would be answered',
      (command) =>
        command
          .positional('path', { type: 'string', description: 'Path or URL that is asked for' })
          .positional('root', ROOT)
          .option('json', AS_JSON)
          .option('method', {
            type: 'string',
            description: 'Method of the request',
            defaultDescription: 'GET',
          })
          .option('field', {
            type: 'string',
            description: '"Name: value" of the request, repeatable',
            defaultDescription: 'those of a browser that goes to a page',
          })
          .group(['json', 'method', 'field'], 'Of the request:'),
      (parsed) => {
        line = { command: 'why', parsed };
      },
    )
    .command(
      'check [root]',
      'Look a site over before it is deployed',
      (command) => command.positional('root', ROOT).option('json', AS_JSON),
      (parsed) => {
        line = { command: 'check', parsed };
      },
    )
    .options(yargsOptions())
    .example(EXAMPLES)
    .epilogue('Each flag has an environment variable too: --port is PWS_PORT. A flag wins.')
    .parserConfiguration(PARSER_CONFIGURATION)
    .strict()
    .version(version)
    .help()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof CommandError) throw error;
      throw new CommandError(2, plainMessage(message, args));
    });
  const text = await new Promise<string>((resolve, reject) => {
    // With a callback yargs prints nothing and ends no process.
    Promise.resolve(
      parser.parseAsync([...args], {}, (_error: unknown, _parsed: unknown, output: string) => {
        resolve(output);
      }),
    ).catch(reject);
  });
  return text === '' && line !== undefined ? line : { text };
}

function yargsOptions(): Record<string, object> {
  return Object.fromEntries(
    OPTION_NAMES.map((name) => {
      const option = OPTIONS[name];
      return [
        name,
        {
          ...(option.alias === undefined ? {} : { alias: option.alias }),
          type: isSwitch(name) ? 'boolean' : 'string',
          description: option.description,
          defaultDescription:
            isSwitch(name) && option.default === false
              ? undefined
              : (option.defaultDescription ?? shownDefault(option.default)),
        },
      ];
    }),
  );
}

/** A default that says little as a text has a description of its own. */
function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
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
