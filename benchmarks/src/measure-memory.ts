/**
 * What connections cost a server in resident memory. A server that has answered for a while has
 * grown by what has nothing to do with connections, so it answers for a while first, and what is
 * told is how much more it is with them.
 */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spreadOf, turnsOf } from './compare.ts';
import { type Contender, type Place, start } from './contenders.ts';
import { readWrk } from './load.ts';
import type { MeasureOptions } from './measure-load.ts';
import { LOAD_CORE, Process } from './processes.ts';
import type { Measured } from './result.ts';
import type { MemoryRow } from './rows.ts';
import type { Server } from './servers.ts';

/** More processes than these say nothing new, and each takes its time. */
const MOST_ROUNDS = 3;
/** Until a server has given back what it gives back. */
const SETTLING_MS = 1500;
/** So many connect at a time. */
const AT_A_TIME = 200;
/** How long slow readers read, how often, and what they have taken then at most: 64 KiB a time. */
const SLOW_MS = 5000;
const SLOW_TICK_MS = 100;
const SAMPLE_MS = 250;

/** Measures all servers in a row. */
export async function measureMemory(
  row: MemoryRow,
  servers: readonly Server[],
  { place, rounds, tell }: MeasureOptions,
): Promise<Measured[]> {
  const taken = Math.min(rounds, MOST_ROUNDS);
  const values = new Map<string, number[]>(servers.map(({ id }) => [id, []]));
  const faults = new Map<string, string>();
  for (let round = 0; round < taken; round++) {
    for (const server of turnsOf(servers, round)) {
      if (faults.has(server.id)) continue;
      tell(`round ${round + 1} of ${taken}, ${server.name}`);
      try {
        values.get(server.id)?.push(await costOf(row, server, place));
      } catch (error) {
        faults.set(server.id, (error as Error).message);
      }
    }
  }
  return servers.map(({ id }): Measured => {
    const fault = faults.get(id);
    const measured = values.get(id) ?? [];
    if (fault !== undefined) return { server: id, rounds: [], void: fault };
    return { server: id, rounds: measured, spread: spreadOf(measured) };
  });
}

async function costOf(row: MemoryRow, server: Server, place: Place): Promise<number> {
  const { connections, features } = row;
  const contender = await start(server, place, { connections, features });
  try {
    await answerForAWhile(contender);
    await sleep(SETTLING_MS);
    const before = contender.process.residentBytes();
    const cost = row.kind === 'idle-connections' ? idleCost : slowCost;
    return await cost(contender, connections, before);
  } finally {
    await contender.process.kill();
  }
}

async function answerForAWhile({ port }: Contender): Promise<void> {
  const url = `http://127.0.0.1:${port}/1k.png`;
  const run = new Process(['wrk', '-t', '1', '-c', '16', '-d', '1', url], { core: LOAD_CORE });
  await run.end();
  readWrk(run.said);
}

/** Connects, sends a request, and waits for the end of an answer of 1 KB. */
async function connectAndAsk(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('GET /1k.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  let octets = '';
  for await (const [piece] of pieces(socket)) {
    octets += piece.toString('latin1');
    const headEnd = octets.indexOf('\r\n\r\n');
    if (headEnd >= 0 && octets.length >= headEnd + 4 + 1024) return socket;
  }
  throw new Error('a connection ended before its answer');
}

async function* pieces(socket: Socket): AsyncGenerator<[Buffer]> {
  while (!socket.destroyed) yield (await once(socket, 'data')) as [Buffer];
}

async function idleCost(
  { port, process }: Contender,
  connections: number,
  before: number,
): Promise<number> {
  const sockets: Socket[] = [];
  try {
    while (sockets.length < connections) {
      const wanted = Math.min(AT_A_TIME, connections - sockets.length);
      sockets.push(
        ...(await Promise.all(Array.from({ length: wanted }, () => connectAndAsk(port)))),
      );
    }
    await sleep(SETTLING_MS);
    const open = sockets.filter(({ closed, readableEnded }) => !closed && !readableEnded).length;
    const after = process.residentBytes();
    if (open < connections) throw new Error(`${connections - open} connections were closed`);
    return (after - before) / connections;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** The most that it was while the clients read. */
async function slowCost(
  { port, process }: Contender,
  connections: number,
  before: number,
): Promise<number> {
  const sockets = Array.from({ length: connections }, () => slowReader(port));
  const ticks = setInterval(() => {
    for (const socket of sockets) socket.resume();
  }, SLOW_TICK_MS);
  try {
    let most = 0;
    for (let waited = 0; waited < SLOW_MS; waited += SAMPLE_MS) {
      await sleep(SAMPLE_MS);
      most = Math.max(most, process.residentBytes());
    }
    const lost = sockets.filter(({ closed }) => closed).length;
    if (lost > 0) throw new Error(`${lost} connections were closed`);
    return most - before;
  } finally {
    clearInterval(ticks);
    for (const socket of sockets) socket.destroy();
  }
}

function slowReader(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('data', () => socket.pause());
  socket.write('GET /100m.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  return socket;
}
