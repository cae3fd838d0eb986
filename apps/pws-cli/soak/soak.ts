/**
 * `pnpm soak`: starts the built program and has clients of many kinds ask it for a bounded time:
 * those that ask as they should, each of whose answers is compared, those that leave in the middle,
 * read slowly, send half a head; meanwhile files are replaced and the configuration is read again.
 * It ends with 1 where an answer was wrong, the log is not what was asked, something was told on
 * standard error, descriptors were not given back, or memory grew. Needs Linux.
 *
 * `--seconds N` (default 120); `--seed N`, for the same choices again; `--tls`, with HTTP/2 beside;
 * `--workers N`; `--json FILE` for the figures.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from './client.ts';
import { HTTP2_LOADS } from './http2-loads.ts';
import { Ledger } from './ledger.ts';
import { LOADS, type Load } from './loads.ts';
import { Random } from './random.ts';
import { type Sample, SoakedProgram } from './soaked-program.ts';
import { SoakedSite } from './soaked-site.ts';
import {
  type Finding,
  SHORTEST_SECONDS,
  judgeAnswers,
  judgeMemory,
  toMebibytes,
} from './verdict.ts';

const { values } = parseArgs({
  // A package script may be given its arguments behind `--`.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    tls: { type: 'boolean', default: false },
    workers: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Between two actions of one client, at most: the soak is long, not hard. */
const PAUSE_MS = 60;
const REPLACE_MS = 150;
const RELOAD_MS = 5000;
/** A bound for what one client does once, should it hang. */
const DEADLINE_MS = 60_000;
/** How long what is still open at the end has to be closed. */
const SETTLE_MS = 20_000;
/** Memory that is soon full, and deadlines that are soon over. */
const FLAGS =
  '--host 127.0.0.1 --port 0 --log json --listing --memory 8mb --head-timeout 2s --idle-timeout 3s --send-timeout 2s --linger 1s --grace 60s'.split(
    ' ',
  );

const random = new Random(seed);
const site = new SoakedSite(random);
process.on('exit', () => site.remove());
// An end that is asked for is an end like others: nothing is left behind.
process.once('SIGTERM', () => process.exit(143));
const ledger = new Ledger();
const args = [
  ...FLAGS,
  ...(values.tls ? ['--https'] : []),
  ...(values.workers === '1' ? ['--metrics', '127.0.0.1:0'] : ['--workers', values.workers]),
];
say(`seed ${seed}, ${seconds} s, pws ${args.join(' ')}`);
const program = await SoakedProgram.serving([...args, site.root]);
const { place } = program;
const baseline = program.descriptors;
const begunMs = performance.now();
const elapsedSeconds = (): number => (performance.now() - begunMs) / 1000;
const goesOn = (): boolean => elapsedSeconds() < seconds;

async function repeat(kind: string, load: Load): Promise<void> {
  const client = new Client({ place, site, ledger, random: new Random(random.below(2 ** 31)) });
  while (goesOn()) {
    try {
      const deadline = AbortSignal.timeout(DEADLINE_MS);
      // oxlint-disable-next-line no-await-in-loop
      await Promise.race([load(client), once(deadline, 'abort').then(tooLate)]);
      ledger.done(kind);
    } catch (error) {
      ledger.fail(`${kind}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      client.leave();
    }
    // oxlint-disable-next-line no-await-in-loop
    await client.pause(PAUSE_MS);
  }
  client.leave();
}

function tooLate(): never {
  throw new Error(`it was not over after ${DEADLINE_MS} ms`);
}

async function every(ms: number, act: () => void): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    await sleep(ms);
    if (!goesOn()) return;
    act();
  }
}

const samples: Sample[] = [];

async function watch(): Promise<void> {
  const everyMs = Math.min(5000, Math.max(1000, (seconds * 1000) / 60));
  while (goesOn()) {
    // oxlint-disable-next-line no-await-in-loop
    samples.push(await program.sample(elapsedSeconds()));
    // oxlint-disable-next-line no-await-in-loop
    await sleep(everyMs);
  }
}

const loads = { ...LOADS, ...(values.tls ? HTTP2_LOADS : {}) };
const clients = Object.entries(loads).flatMap(([kind, [count, load]]) =>
  Array.from({ length: count }, () => repeat(kind, load)),
);
let reloads = 0;
await Promise.all([
  ...clients,
  watch(),
  every(REPLACE_MS, () => site.replaceOne()),
  every(RELOAD_MS, () => {
    program.reload();
    reloads += 1;
  }),
]);

const settleUntilMs = performance.now() + SETTLE_MS;
// oxlint-disable-next-line no-await-in-loop
while (program.descriptors > baseline && performance.now() < settleUntilMs) await sleep(200);
const atEnd = program.descriptors;
const last = await program.sample(elapsedSeconds());
const exitCode = await program.stop();

const findings: Finding[] = [
  ...judgeAnswers(ledger, program),
  {
    what: 'descriptors: before, at most, after',
    found: [baseline, Math.max(...samples.map((each) => each.descriptors)), atEnd].join(', '),
    holds: atEnd <= baseline,
  },
  // Workers are replaced every few seconds: there are now two, now three.
  ...judgeMemory(samples, values.workers === '1' && seconds >= SHORTEST_SECONDS),
  { what: 'exit code', found: String(exitCode), holds: exitCode === 0 },
];
const figures = {
  seed,
  seconds,
  args,
  node: process.version,
  actions: Object.fromEntries(ledger.actions),
  ended: Object.fromEntries(program.ends),
  askedAgain: ledger.askedAgain,
  replacements: site.replacements,
  reloads,
  comparedBytes: ledger.comparedBytes,
  cpuSeconds: last.cpuSeconds,
};

say('\n   s    resident     its own        heap  descriptors');
for (const each of samples.filter((_, at) => at % Math.ceil(samples.length / 20) === 0)) {
  const columns = [each.rssBytes, each.ownBytes, each.heapBytes].map(toMebibytes);
  const padded = columns.map((column) => column.padStart(12)).join('');
  say(`${each.second.toFixed(0).padStart(4)}${padded}${String(each.descriptors).padStart(13)}`);
}
say('');
for (const [name, value] of Object.entries(figures)) say(`${name}: ${JSON.stringify(value)}`);
say('');
for (const { what, found, holds } of findings)
  say(`${holds ? 'ok   ' : 'WRONG'}  ${what}: ${found}`);
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ ...figures, findings, samples }, undefined, 2)}\n`,
  );
}
process.exit(findings.every(({ holds }) => holds) ? 0 : 1);
