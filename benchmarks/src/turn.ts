/**
 * A turn: a load generator lets requests go to one server for some seconds. wrk for HTTP/1.1,
 * h2load for HTTP/2.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldLines } from './answer.ts';
import { type Load, readH2load, readWrk } from './load.ts';
import { LOAD_CORE, Process } from './processes.ts';
import type { LoadRow } from './rows.ts';

/** What a turn is made of. */
export interface TurnOptions {
  readonly row: LoadRow;
  readonly port: number;
  /** The row's, and what the server's own answer added to them. */
  readonly fields: FieldLines;
  readonly seconds: number;
  /** Where a script may be written. */
  readonly folder: string;
}

/** Streams at a time on a connection of HTTP/2. */
const STREAMS = 8;

/** Runs a turn. */
export async function runTurn(options: TurnOptions): Promise<Load> {
  const { client } = options.row;
  const argv = client === 'wrk' ? wrkCommand(options) : h2loadCommand(options);
  const run = new Process(argv, { core: LOAD_CORE });
  const code = await run.end();
  if (code !== 0) throw new Error(`${client} ended with ${code}: ${run.said.trim()}`);
  return client === 'wrk' ? readWrk(run.said) : readH2load(run.said);
}

function fieldArguments(fields: FieldLines): string[] {
  return fields.flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
}

function wrkCommand({ row, port, fields, seconds, folder }: TurnOptions): string[] {
  const { target, connections, features } = row;
  const scheme = features.includes('tls') ? 'https' : 'http';
  const argv = ['wrk', '-t', '1', '-c', `${connections}`, '-d', `${seconds}`, '--latency'];
  // Two seconds, the default, are less than the largest files take.
  argv.push('--timeout', '60', ...fieldArguments(fields));
  if ('files' in target) argv.push('-s', writeRandomFiles(folder, target.files));
  return [...argv, `${scheme}://127.0.0.1:${port}${'path' in target ? target.path : '/'}`];
}

/** The requests are made before the clock runs; each turn has the same ones in the same order. */
function writeRandomFiles(folder: string, files: number): string {
  const file = join(folder, `random-${files}.lua`);
  writeFileSync(
    file,
    `local requests = {}
function init()
  math.randomseed(1)
  for index = 0, ${files - 1} do
    local path = string.format("/files/%03d/%03d.png", math.floor(index / 1000), index % 1000)
    requests[index + 1] = wrk.format("GET", path)
  end
end
function request()
  return requests[math.random(${files})]
end
`,
  );
  return file;
}

function h2loadCommand({ row, port, fields, seconds }: TurnOptions): string[] {
  const { target, connections } = row;
  if (!('path' in target)) throw new Error('expected one path for h2load');
  // Fields of one connection are malformed in HTTP/2.
  const sent = fields.filter(([name]) => name !== 'Connection');
  return [
    'h2load',
    '-t',
    '1',
    '-c',
    `${connections}`,
    '-m',
    `${STREAMS}`,
    '-D',
    `${seconds}`,
    ...fieldArguments(sent),
    `https://127.0.0.1:${port}${target.path}`,
  ];
}
