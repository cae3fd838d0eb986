/** From the start of a process to its first answer, next to a Node that does nothing. */
import { spreadOf, turnsOf } from './compare.ts';
import { type Place, firstAnswer, launch } from './contenders.ts';
import type { MeasureOptions } from './measure-load.ts';
import { Process, SERVER_CORE } from './processes.ts';
import { type Measured, NODE_ALONE } from './result.ts';
import type { Server } from './servers.ts';

/** A start is short: more of them fit into a round. */
const STARTS_IN_ROUND = 3;

/** Measures all servers, and Node alone. */
export async function measureStart(
  servers: readonly Server[],
  { place, rounds, tell }: MeasureOptions,
): Promise<Measured[]> {
  const runners = [
    ...servers.map(({ id, name }, index) => ({
      id,
      name,
      run: () => startOf(servers[index] as Server, place),
    })),
    { id: NODE_ALONE, name: NODE_ALONE, run: runNodeAlone },
  ];
  const values = new Map<string, number[]>(runners.map(({ id }) => [id, []]));
  const faults = new Map<string, string>();
  // The first round reads what is on disk.
  for (let round = -1; round < rounds * STARTS_IN_ROUND; round++) {
    for (const { id, name, run } of turnsOf(runners, Math.max(0, round))) {
      if (faults.has(id)) continue;
      tell(`start ${round + 1} of ${rounds * STARTS_IN_ROUND}, ${name}`);
      try {
        const millis = await run();
        if (round >= 0) values.get(id)?.push(millis);
      } catch (error) {
        faults.set(id, (error as Error).message);
      }
    }
  }
  return runners.map(({ id }): Measured => {
    const fault = faults.get(id);
    const measured = values.get(id) ?? [];
    if (fault !== undefined) return { server: id, rounds: [], void: fault };
    return { server: id, rounds: measured, spread: spreadOf(measured) };
  });
}

async function startOf(server: Server, place: Place): Promise<number> {
  const contender = await launch(server, place, { features: [], connections: 64 });
  try {
    await firstAnswer(contender);
    return performance.now() - contender.process.startedAt;
  } finally {
    await contender.process.kill();
  }
}

async function runNodeAlone(): Promise<number> {
  const run = new Process([process.execPath, '-e', '0'], { core: SERVER_CORE });
  const code = await run.end();
  if (code !== 0) throw new Error(`ended with ${code}`);
  return performance.now() - run.startedAt;
}
