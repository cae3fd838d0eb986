/**
 * The servers of a row: started afresh, looked at before anything is measured, ended behind it.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Asking,
  type FieldLines,
  ask,
  askHttp2,
  conditionsFrom,
  faultOf,
  pathsOf,
} from './answer.ts';
import { Process, SERVER_CORE, descriptorLimit, freePort } from './processes.ts';
import type { LoadRow, Row } from './rows.ts';
import type { Server, Setting } from './servers.ts';

/** Where a run keeps what it needs. */
export interface Place {
  /** A folder of its own. */
  readonly folder: string;
  readonly site: string;
  /** Another one, with rules. */
  readonly ruledSite: string;
  readonly certificate: string;
  readonly key: string;
}

/** The site that a row with these features is about. */
export function siteFor(features: Row['features'], { site, ruledSite }: Place): string {
  return features.includes('rules') ? ruledSite : site;
}

/** A server that runs. */
export interface Contender {
  readonly server: Server;
  readonly process: Process;
  readonly port: number;
  readonly tls: boolean;
}

/** Those that can do what a row asks for; ceilings where it has one. */
export function contendersOf(row: Row, servers: readonly Server[]): Server[] {
  return servers.filter(
    ({ id, kind, can }) =>
      row.features.every((feature) => can.includes(feature)) &&
      (kind !== 'ceiling' || (row.kind === 'load' && row.ceiling)) &&
      (row.servers === undefined || row.servers.includes(id)),
  );
}

/** No server needs as long as this until it answers. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 2;

/** What a server is started with for a row. */
export interface StartOptions {
  readonly features: Row['features'];
  /** As many as there will be at a time. */
  readonly connections: number;
  readonly answer?: Setting['answer'];
}

/** Starts a server, and does not wait until it answers. */
export async function launch(
  server: Server,
  place: Place,
  { features, connections, answer }: StartOptions,
): Promise<Contender> {
  const folder = join(place.folder, 'servers', server.id);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const descriptors = descriptorLimit();
  const { argv, output } = server.command({
    ...place,
    site: siteFor(features, place),
    folder,
    port,
    features,
    connections,
    descriptors,
    ...(answer === undefined ? {} : { answer }),
  });
  const process = new Process(argv, {
    core: SERVER_CORE,
    ...(output === undefined ? {} : { output }),
  });
  return { server, process, port, tls: features.includes('tls') };
}

/** Waits until a server answers; asks again at once, so that the time can be told. */
export async function firstAnswer({ server, process, port, tls }: Contender): Promise<void> {
  const began = performance.now();
  for (;;) {
    try {
      const { status } = await ask({ port, tls, path: '/1k.png', fields: [] });
      // A ceiling gives the answer of its row, whatever is asked.
      if (status === 200 || server.kind === 'ceiling') return;
      throw new Error(`answered ${status} when it was started`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (process.hasEnded) throw new Error(`ended: ${process.said.trim()}`, { cause: error });
      if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET') throw error;
      if (performance.now() - began > PATIENCE_MS)
        throw new Error('did not answer', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Starts a server and waits until it answers. */
export async function start(
  server: Server,
  place: Place,
  options: StartOptions,
): Promise<Contender> {
  const contender = await launch(server, place, options);
  try {
    await firstAnswer(contender);
  } catch (error) {
    await contender.process.kill();
    throw error;
  }
  return contender;
}

/** What a look at a server's answers gives. */
export interface Look {
  /** The fields to send to this server. */
  readonly fields: FieldLines;
  /** What is wrong, where something is. */
  readonly fault?: string;
}

/** Asks what the row will ask, and compares. */
export async function lookAt({ port, tls }: Contender, row: LoadRow): Promise<Look> {
  const asking = (path: string, fields: FieldLines): Asking => ({ port, tls, path, fields });
  const askAs = row.client === 'h2load' ? askHttp2 : ask;
  let { fields } = row;
  for (const path of pathsOf(row)) {
    if (row.conditional) {
      const first = await askAs(asking(path, row.fields));
      fields = [...row.fields, ...conditionsFrom(first)];
    }
    const fault = faultOf(row.expected, await askAs(asking(path, fields)));
    if (fault !== undefined) return { fields, fault };
  }
  return { fields };
}
