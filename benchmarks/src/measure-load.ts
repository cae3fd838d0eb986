/** A row of requests: rounds in which every server has its turn, one after the other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { octetsOfAnswer } from './ceiling-answer.ts';
import { median, spreadOf, turnsOf } from './compare.ts';
import { type Contender, type Look, type Place, lookAt, start } from './contenders.ts';
import { faultOfLoad } from './load.ts';
import { nanosOfEnded } from './processes.ts';
import { type Taken, type Times, type Turn, nanosBetween, processorUse } from './processor-time.ts';
import type { Measured } from './result.ts';
import type { LoadRow } from './rows.ts';
import type { Server, Setting } from './servers.ts';
import { runTurn } from './turn.ts';
import { warmUp } from './warm-up.ts';

/** How long, how often, where, and who is told how far it is. */
export interface MeasureOptions {
  readonly place: Place;
  readonly rounds: number;
  readonly seconds: number;
  readonly tell: (progress: string) => void;
}

interface Entrant {
  readonly contender: Contender;
  readonly look: Look;
  readonly turns: Turn[];
  fault?: string | undefined;
  /** Why it can have no turn any more. */
  gone?: string;
}

/** Measures all servers in a row. */
export async function measureLoad(
  row: LoadRow,
  servers: readonly Server[],
  { place, rounds, seconds, tell }: MeasureOptions,
): Promise<Measured[]> {
  const entrants: Entrant[] = [];
  const failed: Measured[] = [];
  let answer: Setting['answer'];
  try {
    for (const server of servers) {
      tell(`starts ${server.name}`);
      const entrant = await enter(server, row, { place, answer });
      if ('look' in entrant) entrants.push(entrant);
      else failed.push(entrant);
      if (server.kind === 'ours' && row.ceiling && 'look' in entrant) {
        // Without it the ceilings do not start, and say so.
        answer = await keepAnswer(entrant, row, place).catch(() => undefined);
      }
    }
    const turn = (entrant: Entrant, length: number): Promise<void> =>
      haveTurn(entrant, row, { folder: place.folder, seconds: length });
    for (const entrant of entrants) {
      tell(`warms up ${entrant.contender.server.name}`);
      await warmUp('files' in row.target ? row.target.files : 1, async (length) => {
        await turn(entrant, length);
        return entrant.gone === undefined ? entrant.turns.at(-1)?.load.requests : undefined;
      });
      entrant.turns.length = 0;
      entrant.fault = entrant.gone;
    }
    for (let round = 0; round < rounds; round++) {
      for (const entrant of turnsOf(entrants, round)) {
        tell(`round ${round + 1} of ${rounds}, ${entrant.contender.server.name}`);
        await turn(entrant, seconds);
      }
    }
  } finally {
    for (const { contender } of entrants) await contender.process.kill();
  }
  return [...entrants.map((entrant) => measuredOf(entrant, row)), ...failed];
}

/** Adds a turn, or why there is none. */
async function haveTurn(
  entrant: Entrant,
  row: LoadRow,
  { folder, seconds }: { folder: string; seconds: number },
): Promise<void> {
  const { contender, look } = entrant;
  if (entrant.gone !== undefined) return;
  const before = readProcessor(contender);
  const { port } = contender;
  const load = await runTurn({ row, port, fields: look.fields, seconds, folder }).catch(
    (error: unknown) => {
      // It ended, most likely: the others go on.
      entrant.gone = error instanceof Error ? error.message : String(error);
      entrant.fault = entrant.gone;
    },
  );
  if (load === undefined) return;
  entrant.turns.push({ load, nanos: takenSince(before, readProcessor(contender)) });
  entrant.fault ??= faultOfLoad(load, row.expected.status);
}

/** What was taken of the processor until now. */
interface Reading {
  readonly server: Times;
  /** By all that ended: the load generator does, behind its turn. */
  readonly ended: number;
}

/** Undefined where there is no /proc. */
function readProcessor({ process }: Contender): Reading | undefined {
  const [server, ended] = [process.processorTimes(), nanosOfEnded()];
  return server === undefined || ended === undefined ? undefined : { server, ended };
}

function takenSince(before: Reading | undefined, after: Reading | undefined): Taken | undefined {
  if (before === undefined || after === undefined) return undefined;
  return {
    server: nanosBetween(before.server, after.server),
    generator: after.ended - before.ended,
  };
}

/** Keeps what ours answers in a row, for the ceilings. */
async function keepAnswer(
  { contender, look }: Entrant,
  { target }: LoadRow,
  { folder }: Place,
): Promise<Setting['answer']> {
  if (!('path' in target)) throw new Error('expected one path for a ceiling');
  const { port, tls } = contender;
  const octets = await octetsOfAnswer({ port, tls, path: target.path, fields: look.fields });
  const file = join(folder, 'answer');
  writeFileSync(file, octets);
  const closes = look.fields.some(([name, value]) => name === 'Connection' && value === 'close');
  return { file, closes };
}

/** Starts a server for a row and looks at its answers. */
async function enter(
  server: Server,
  row: LoadRow,
  { place, answer }: { place: Place; answer: Setting['answer'] },
): Promise<Entrant | Measured> {
  const { features, connections } = row;
  const without = (reason: string): Measured => {
    // Results say nothing of where they were made.
    const shown = reason.replaceAll(place.folder, '').split('\n')[0] ?? '';
    return { server: server.id, rounds: [], void: shown };
  };
  let contender;
  try {
    contender = await start(server, place, {
      features,
      connections,
      ...(answer === undefined ? {} : { answer }),
    });
  } catch (error) {
    return without(`did not start: ${(error as Error).message}`);
  }
  const look = await lookAt(contender, row).catch((error: Error) => ({ fault: error.message }));
  if (!('fields' in look) || look.fault !== undefined) {
    await contender.process.kill();
    return without(`wrong answer: ${look.fault}`);
  }
  return { contender, look, turns: [] };
}

function measuredOf({ contender, turns, fault }: Entrant, { unit }: LoadRow): Measured {
  const server = contender.server.id;
  if (fault !== undefined) return { server, rounds: [], void: fault };
  const rounds = turns.map(({ load }) =>
    unit === 'octets/s' ? load.octetsPerSecond : load.requestsPerSecond,
  );
  const processor = processorUse(turns, unit);
  const latencies = turns.flatMap(({ load: { latencyMs } }) =>
    latencyMs === undefined ? [] : [latencyMs],
  );
  if (unit === 'requests/s' && Math.min(...rounds) === 0) {
    return { server, rounds: [], void: 'not one whole answer in a round' };
  }
  return {
    server,
    rounds,
    spread: spreadOf(rounds),
    ...(processor === undefined ? {} : { processor }),
    ...(latencies.length === 0
      ? {}
      : {
          latencyMs: {
            half: median(latencies.map(({ half }) => half)),
            most: median(latencies.map(({ most }) => most)),
          },
        }),
  };
}
