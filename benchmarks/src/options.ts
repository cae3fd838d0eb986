/** What `pnpm bench` is told on its command line. Pure. */
import { parseArgs } from 'node:util';

/** The options of a run. */
export interface Options {
  /** Texts, one of which a row's id has to begin with; all rows where there is none. */
  readonly rows: readonly string[];
  /** Ids of the servers; all where there is none. PWS is always among them. */
  readonly servers: readonly string[];
  readonly rounds: number;
  /** Of a turn, whole: wrk knows no others. */
  readonly seconds: number;
  /** Where the results go; undefined: where the recorded ones are, if this is a whole run. */
  readonly out?: string;
  /** Whether all rows and servers are run, with enough rounds to be recorded. */
  readonly isWhole: boolean;
}

/** The help. */
export const HELP = `pnpm bench [options]

  --rows 1k,tls     only rows whose id begins so (--list shows them)
  --servers nginx   only these next to PWS
  --rounds N        interleaved rounds, 7
  --seconds N       of each turn, whole seconds, 3
  --quick           one round of one second
  --out FOLDER      where results.json, table.md, ratios.svg and scaling.svg go. Default:
                    benchmarks/results for a whole run, which docs/performance.md then shows,
                    benchmarks/results/partial for any other
  --list            prints the ids of rows and servers
  --help`;

/** What was asked for instead of a run. */
export type Asked = Options | 'help' | 'list';

/** @throws Error in words where something does not fit */
export function readOptions(
  args: readonly string[],
  known: { readonly rows: readonly string[]; readonly servers: readonly string[] },
): Asked {
  const { values } = parseArgs({
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: {
      rows: { type: 'string', default: '' },
      servers: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.list) return 'list';
  const rows = listOf(values.rows);
  for (const row of rows) {
    if (!known.rows.some((id) => id.startsWith(row))) {
      throw new Error(
        `--rows: expected the beginning of one of ${known.rows.join(' ')}, got ${row}`,
      );
    }
  }
  const servers = listOf(values.servers);
  for (const server of servers) {
    if (!known.servers.includes(server)) {
      throw new Error(`--servers: expected some of ${known.servers.join(' ')}, got ${server}`);
    }
  }
  return {
    rows,
    servers,
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '7')),
    seconds: wholeNumber('--seconds', values.seconds ?? (values.quick ? '1' : '3')),
    ...(values.out === undefined ? {} : { out: values.out }),
    isWhole: rows.length === 0 && servers.length === 0 && !values.quick,
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000) {
    throw new Error(`${name}: expected a whole number from 1 to 1000, got ${text}`);
  }
  return number;
}
