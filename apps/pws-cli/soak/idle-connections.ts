/**
 * `pnpm soak:idle`: what connections cost that say nothing: memory and descriptors for each, the
 * processor while they are idle, and that somebody else is answered meanwhile; of connections that
 * never asked, and of those that asked once. Needs Linux.
 *
 * `--count N` (default 10 000, as far as descriptors go); `--seconds N`, how long the processor is
 * looked at (default 10); `--json FILE`. It ends with 1 where a connection is lost or somebody else
 * is not answered.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ClientConnection, type Place } from './client-connection.ts';
import { requestText } from './client.ts';
import { Random } from './random.ts';
import { SoakedProgram } from './soaked-program.ts';
import { SoakedSite } from './soaked-site.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    count: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const count = Number(values.count);
const seconds = Number(values.seconds);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Nobody is closed while it is looked at. */
const FLAGS =
  '--host 127.0.0.1 --port 0 --log none --head-timeout 1h --idle-timeout 1h --metrics 127.0.0.1:0'.split(
    ' ',
  );
/** Room for others: where three quarters of all are taken, who is idle has five seconds. */
const MOST = Math.ceil(count * 1.4) + 100;
/** Requests of somebody else while all are idle. */
const OTHERS = 200;

interface Figures {
  readonly kind: string;
  readonly connections: number;
  /** Octets for each connection: of the process's own memory, and of the heap in it. */
  readonly ownBytesEach: number;
  readonly heapBytesEach: number;
  readonly descriptors: number;
  /** Of one processor, while all are idle. */
  readonly cpuPercent: number;
  /** Without any connection. */
  readonly cpuPercentBefore: number;
  readonly othersAnswered: number;
  readonly slowestOtherMs: number;
  readonly lost: number;
}

const site = new SoakedSite(new Random(1));
process.on('exit', () => site.remove());
const { target, octets } = site.files[3] as (typeof site.files)[3];

async function measure(kind: string, request: string): Promise<Figures> {
  const args = [...FLAGS, '--max-connections', String(MOST), site.root];
  const program = await SoakedProgram.serving(args);
  const { place } = program;
  // What is loaded and made with the first requests is no connection's.
  await askOthers(place);
  const cpuPercentBefore = await idleCpuPercent(program);
  const before = await program.sample(0);
  const clients = fork(join(import.meta.dirname, 'idle-client.js'));
  const gone = once(clients, 'exit');
  let lost = 0;
  const opened = new Promise<void>((resolve, reject) => {
    clients.on('message', (said: 'opened' | { over: number }) => {
      if (said === 'opened') resolve();
      else lost = said.over;
    });
    void gone.then(() => reject(new Error('the clients ended before all were connected')));
  });
  clients.send({ port: place.port, count, request });
  await opened;
  const cpuPercent = await idleCpuPercent(program);
  const after = await program.sample(0);
  const others = await askOthers(place);
  const figures = {
    kind,
    connections: count,
    ownBytesEach: Math.round((after.ownBytes - before.ownBytes) / count),
    heapBytesEach: Math.round((after.heapBytes - before.heapBytes) / count),
    descriptors: after.descriptors - before.descriptors,
    cpuPercent,
    cpuPercentBefore,
    othersAnswered: others.answered,
    slowestOtherMs: others.slowestMs,
    lost,
  };
  clients.kill();
  await gone;
  await program.stop();
  return figures;
}

async function idleCpuPercent(program: SoakedProgram): Promise<number> {
  const { cpuSeconds: begun } = await program.sample(0);
  await sleep(seconds * 1000);
  const { cpuSeconds: ended } = await program.sample(0);
  return Math.round(((ended - begun) / seconds) * 1000) / 10;
}

/** Asks on connections of their own. */
async function askOthers(place: Place): Promise<{ answered: number; slowestMs: number }> {
  let answered = 0;
  let slowestMs = 0;
  for (let at = 0; at < OTHERS; at++) {
    const begunMs = performance.now();
    // oxlint-disable-next-line no-await-in-loop
    const connection = await ClientConnection.open(place);
    void connection.send(requestText({ target }));
    // oxlint-disable-next-line no-await-in-loop
    const content = await connection.content(await connection.head());
    if (content.equals(octets)) answered += 1;
    connection.leave();
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - begunMs));
  }
  return { answered, slowestMs };
}

const all = [
  await measure('never asked', ''),
  await measure('asked once', requestText({ target })),
];
say(`node ${process.version}, ${process.platform} ${process.arch}`);
for (const figures of all) {
  say('');
  for (const [name, value] of Object.entries(figures)) say(`${name}: ${value}`);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, undefined, 2)}\n`);
const hold = all.every(({ lost, othersAnswered }) => lost === 0 && othersAnswered === OTHERS);
process.exit(hold ? 0 : 1);
