/**
 * `pnpm bench:guard`: PWS next to a bare `node:http` with the same octets in memory, in short
 * interleaved rounds, with Node and nothing else, in less than 30 s. Prints the ratios next to
 * those in results/guard.json, says aloud where one is less than half of what was recorded, and
 * ends with 0 all the same: a busy machine is no defect. `--record` writes them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, get } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ratiosOf, turnsOf } from './compare.ts';
import { type GuardRecord, verdictOn } from './guard-verdict.ts';
import { RESULTS_FOLDER, writeTogether } from './recorded.ts';

const WORK: readonly (readonly [name: string, bytes: number, connections: number])[] = [
  ['1 KB', 1024, 32],
  ['100 KB', 102_400, 16],
];
const ROUNDS = 7;
const TURN_MILLIS = 500;
/** No round begins behind this; a slow machine has fewer. */
const LAST_ROUND_MILLIS = 22_000;
const READY = /http:\/\/localhost:(\d+)|127\.0\.0\.1:(\d+)|^(\d+)$/m;

const began = performance.now();
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
}

/** Starts a program, and waits until it says its port. */
async function startProgram(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  while (!READY.test(said)) {
    await Promise.race([
      once(child.stdout, 'data'),
      once(child.stderr, 'data'),
      once(child, 'exit'),
    ]);
    if (child.exitCode !== null) throw new Error(`a server ended before it was ready:\n${said}`);
  }
  const [, ...ports] = READY.exec(said) ?? [];
  return Number(ports.find((port) => port !== undefined));
}

/** The answer's field lines as they came, names and values in turn. */
async function fieldsOf(port: number, path: string): Promise<string[]> {
  const [response] = (await once(
    get({ host: '127.0.0.1', port, path, agent: false, headers: { Connection: 'keep-alive' } }),
    'response',
  )) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`expected 200, got ${response.statusCode}`);
  return response.rawHeaders;
}

async function turn(port: number, connections: number): Promise<number> {
  const args = [`${port}`, '/file.png', `${connections}`, `${TURN_MILLIS}`];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'guard-load.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  children.delete(child);
  const perSecond = Number(said);
  if (!(perSecond > 0)) throw new Error('the load generator failed');
  return perSecond;
}

async function measure(
  [, bytes, connections]: (typeof WORK)[number],
  folder: string,
  lastRoundAt: number,
): Promise<ReturnType<typeof ratiosOf>> {
  const site = mkdtempSync(join(folder, 'site-'));
  const content = join(site, 'file.png');
  writeFileSync(content, Buffer.alloc(bytes, 'octets of an image '));
  const pws = createRequire(import.meta.url).resolve('pws-cli/package.json');
  const ours = await startProgram([
    join(dirname(pws), 'dist/bin.cjs'),
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--log',
    'none',
    '--max-requests-per-connection',
    '0',
    site,
  ]);
  const fieldsFile = join(site, 'fields.json');
  writeFileSync(fieldsFile, JSON.stringify(await fieldsOf(ours, '/file.png')));
  const bare = await startProgram([
    join(import.meta.dirname, 'guard-baseline.js'),
    fieldsFile,
    content,
  ]);
  const entrants = [
    { port: ours, rates: [] as number[] },
    { port: bare, rates: [] as number[] },
  ] as const;
  for (const { port } of entrants) await turn(port, connections);
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0 && performance.now() - began > lastRoundAt) break;
    for (const { port, rates } of turnsOf(entrants, round))
      rates.push(await turn(port, connections));
  }
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  return ratiosOf(entrants[0].rates, entrants[1].rates);
}

function readRecord(): GuardRecord | undefined {
  const file = join(RESULTS_FOLDER, 'guard.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as GuardRecord) : undefined;
}

const record = readRecord();
const folder = mkdtempSync(join(tmpdir(), 'pws-guard-'));
try {
  const ratios: Record<string, number> = {};
  for (const [index, work] of WORK.entries()) {
    const lastRoundAt = (LAST_ROUND_MILLIS * (index + 1)) / WORK.length;
    const ratio = await measure(work, folder, lastRoundAt);
    ratios[work[0]] = Number(ratio.median.toFixed(2));
    console.log(verdictOn(work[0], ratio, record));
  }
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (process.argv.includes('--record')) {
    const recorded = new Date().toISOString().slice(0, 10);
    const text = JSON.stringify({ recorded, node: process.version, ratios }, undefined, 2);
    writeTogether(RESULTS_FOLDER, new Map([['guard.json', `${text}\n`]]));
    console.log('recorded in benchmarks/results/guard.json');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
