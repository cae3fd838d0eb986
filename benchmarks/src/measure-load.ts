/** A row of requests: rounds in which every server has its turn, one after the other. */
import { median, spreadOf, turnsOf } from './compare.ts';
import { type Contender, type Look, type Place, lookAt, start } from './contenders.ts';
import { type Load, faultOfLoad } from './load.ts';
import type { Measured } from './result.ts';
import type { LoadRow } from './rows.ts';
import type { Server } from './servers.ts';
import { runTurn } from './turn.ts';

/** How long, how often, where, and who is told how far it is. */
export interface MeasureOptions {
  readonly place: Place;
  readonly rounds: number;
  readonly seconds: number;
  readonly tell: (progress: string) => void;
}

/** Until what is compiled while it runs is compiled, and files are in memory. */
const WARM_UP_SECONDS = 2;

interface Entrant {
  readonly contender: Contender;
  readonly look: Look;
  readonly loads: Load[];
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
  try {
    for (const server of servers) {
      tell(`starts ${server.name}`);
      const entrant = await enter(server, row, place);
      if ('look' in entrant) entrants.push(entrant);
      else failed.push(entrant);
    }
    const turn = async (entrant: Entrant, turnSeconds: number): Promise<void> => {
      const { contender, look } = entrant;
      if (entrant.gone !== undefined) return;
      const load = await runTurn({
        row,
        port: contender.port,
        fields: look.fields,
        seconds: turnSeconds,
        folder: place.folder,
      }).catch((error: unknown) => {
        // It ended, most likely: the others go on.
        entrant.gone = error instanceof Error ? error.message : String(error);
        entrant.fault = entrant.gone;
      });
      if (load === undefined) return;
      entrant.loads.push(load);
      entrant.fault ??= faultOfLoad(load, row.expected.status);
    };
    for (const entrant of entrants) {
      tell(`warms up ${entrant.contender.server.name}`);
      await turn(entrant, Math.min(WARM_UP_SECONDS, seconds));
      entrant.loads.length = 0;
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

/** Starts a server for a row and looks at its answers. */
async function enter(server: Server, row: LoadRow, place: Place): Promise<Entrant | Measured> {
  const { features, connections } = row;
  const without = (reason: string): Measured => {
    // Results say nothing of where they were made.
    const shown = reason.replaceAll(place.folder, '').split('\n')[0] ?? '';
    return { server: server.id, rounds: [], void: shown };
  };
  let contender;
  try {
    contender = await start(server, place, { features, connections });
  } catch (error) {
    return without(`did not start: ${(error as Error).message}`);
  }
  const look = await lookAt(contender, row).catch((error: Error) => ({ fault: error.message }));
  if (!('fields' in look) || look.fault !== undefined) {
    await contender.process.kill();
    return without(`wrong answer: ${look.fault}`);
  }
  return { contender, look, loads: [] };
}

function measuredOf({ contender, loads, fault }: Entrant, { unit }: LoadRow): Measured {
  const server = contender.server.id;
  if (fault !== undefined) return { server, rounds: [], void: fault };
  const rounds = loads.map((load) =>
    unit === 'octets/s' ? load.octetsPerSecond : load.requestsPerSecond,
  );
  const latencies = loads.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]));
  if (unit === 'requests/s' && Math.min(...rounds) === 0) {
    return { server, rounds: [], void: 'not one whole answer in a round' };
  }
  return {
    server,
    rounds,
    spread: spreadOf(rounds),
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
