/**
 * `pnpm fuzz`: reads octets that somebody meddled with, for as long as it is told to, and checks
 * what must hold for all octets (`oracles.ts`).
 *
 * `--seconds N` (default 30); `--seed N`, for a run that is to be had again; `--keep` writes the
 * inputs that showed something new into `corpus/`, which `pnpm test` replays. It ends with 1
 * where it found something that does not hold.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { anyOctets, meddledRequests, requests } from '../test/arbitrary-messages.ts';
import { escapeOctets } from '../test/octet-text.ts';
import { readCorpus, transcriptSeeds, writeCorpus } from './corpus.ts';
import { mutate, shrink } from './mutate.ts';
import { Finding, check } from './oracles.ts';
import { Random } from './random.ts';
import { type Reading, SCENARIOS, type Scenario, readPieces } from './scenario.ts';

// From fuzz/dist/fuzz, where this runs.
const PACKAGE = join(import.meta.dirname, '../../..');
const CORPUS = join(PACKAGE, 'fuzz/corpus');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    keep: { type: 'boolean', default: false },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const seed = Number(values.seed);
const random = new Random(seed);
say(`seed ${seed}`);

const NAMES = Object.keys(SCENARIOS);
/** Longer inputs are rarely chosen, and not kept: they cost more and show little more. */
const LONG_BYTES = 2000;
const BATCH = 500;

const corpus = readCorpus(CORPUS);
const seeds = transcriptSeeds(join(PACKAGE, 'test/transcripts'));
const pools = new Map(
  NAMES.map((name) => [
    name,
    [...seeds[(SCENARIOS[name] as Scenario).role], ...(corpus.get(name) ?? [])],
  ]),
);

/** Two steps that came one after the other, in a scenario: what is covered. */
const covered = new Set<string>();

function pairsOf(name: string, { steps }: Reading): string[] {
  return steps.map((step, index) => `${name}: ${steps[index - 1] ?? 'start'} > ${step}`);
}

/** Octets of which fast-check knows how to make many. */
let generated: Uint8Array[] = [];

function generate(): Uint8Array {
  if (generated.length === 0) {
    const arbitrary = fc.oneof(meddledRequests, requests, anyOctets);
    generated = fc.sample(arbitrary, { numRuns: BATCH, seed: random.below(2 ** 31) });
  }
  return generated.pop() as Uint8Array;
}

function choose(name: string): Uint8Array {
  const pool = pools.get(name) as Uint8Array[];
  if ((SCENARIOS[name] as Scenario).role === 'server' && random.below(8) === 0) return generate();
  let octets = random.pick(pool);
  for (let tries = 0; octets.length > LONG_BYTES && tries < 5; tries++) octets = random.pick(pool);
  return mutate(octets, pool, random);
}

function cutsOf(octets: Uint8Array): number[][] {
  const cut = (count: number): number[] =>
    Array.from({ length: count }, () => random.below(octets.length + 1));
  return [cut(1), cut(2 + random.below(8))];
}

const findings = new Map<string, string>();

/** Checks an input; notes what it covers, or what does not hold. */
function take(name: string, octets: Uint8Array): void {
  const scenario = SCENARIOS[name] as Scenario;
  const cuts = cutsOf(octets);
  let reading: Reading;
  try {
    reading = check(scenario, octets, cuts);
  } catch (error) {
    report(name, octets, error);
    return;
  }
  for (const pair of pairsOf(name, reading)) {
    if (covered.has(pair)) continue;
    const shows = (fewer: Uint8Array): boolean =>
      pairsOf(name, readPieces(scenario, [fewer])).includes(pair);
    const small = shrink(octets, shows);
    for (const also of pairsOf(name, readPieces(scenario, [small]))) covered.add(also);
    if (small.length === 0 || small.length > LONG_BYTES) continue;
    pools.get(name)?.push(small);
    corpus.get(name)?.push(small);
  }
}

function titleOf(error: unknown): string {
  const { message, cause } = error as Error;
  const because = cause instanceof Error ? `: ${cause.name} ${cause.message}` : '';
  return `${(message.split('\n')[0] as string).slice(0, 200)}${because}`;
}

function report(name: string, octets: Uint8Array, error: unknown): void {
  if (!(error instanceof Error)) throw error;
  const title = error instanceof Finding ? titleOf(error) : `an oracle failed: ${titleOf(error)}`;
  if (findings.has(title)) return;
  const scenario = SCENARIOS[name] as Scenario;
  const fails = (fewer: Uint8Array): boolean => {
    // All cuts in two, for a finding that depends on one.
    const cuts = fewer.length > 200 ? [] : Array.from(fewer, (_, at) => [at]);
    try {
      check(scenario, fewer, cuts);
      return false;
    } catch (again) {
      return titleOf(again) === titleOf(error);
    }
  };
  const small = shrink(octets, fails);
  findings.set(title, `${name} ${escapeOctets(small)}`);
  corpus.get(name)?.push(small);
  say(`\nFOUND ${error.stack}\n${String((error.cause as Error | undefined)?.stack ?? '')}`);
  say(`in ${name}: ${escapeOctets(small)}\n`);
}

// What is known already is no news.
for (const [name, inputs] of corpus) for (const octets of inputs.slice()) take(name, octets);
const known = covered.size;
for (const name of NAMES) {
  for (const octets of seeds[(SCENARIOS[name] as Scenario).role]) take(name, octets);
}

const endsAt = performance.now() + Number(values.seconds) * 1000;
let count = 0;
while (performance.now() < endsAt) {
  const name = random.pick(NAMES);
  take(name, choose(name));
  count++;
}

say(`${count} inputs, ${covered.size} pairs of steps, ${covered.size - known} of them new`);
say(`${findings.size} findings`);
for (const [title, input] of findings) say(`- ${title}\n  ${input}`);
if (values.keep) writeCorpus(CORPUS, corpus);
process.exitCode = findings.size === 0 ? 0 : 1;
