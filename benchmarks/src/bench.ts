/**
 * `pnpm bench`: PWS next to nginx, Caddy and lighttpd where they are installed, and the servers
 * of npm, each on one core, the load generator on the other, in interleaved rounds. Writes
 * results.json, table.md and the charts, and docs/performance.md after a whole run.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Listr, PRESET_TIMER } from 'listr2';
import { drawRatios, drawScaling } from './charts.ts';
import { type Place, contendersOf, siteFor } from './contenders.ts';
import { describeMachine, hasH2load, missingHere } from './machine.ts';
import { type MeasureOptions, measureLoad } from './measure-load.ts';
import { measureMemory } from './measure-memory.ts';
import { measureStart } from './measure-start.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { LOAD_CORE, descriptorLimit, killAll } from './processes.ts';
import { RESULTS_FOLDER, writeDocument, writeTogether } from './recorded.ts';
import { renderLine, renderReport } from './report.ts';
import type { Measured, Results, RowResult, ServerDescription } from './result.ts';
import { resultOf, skippedRow } from './row-result.ts';
import { ROWS, type Row, SIZES } from './rows.ts';
import { SERVERS, type Server } from './servers.ts';
import { addLargeFile, addSmallFiles, makeCertificate, makeRuledSite, makeSite } from './site.ts';
import { tlsSpoken } from './tls-spoken.ts';

interface Installed {
  readonly server: Server;
  readonly version: string;
}

async function main(): Promise<number> {
  const asked = readOptions(process.argv.slice(2), {
    rows: ROWS.map(({ id }) => id),
    servers: SERVERS.map(({ id }) => id),
  });
  if (asked === 'help') {
    console.log(HELP);
    return 0;
  }
  if (asked === 'list') {
    console.log(`rows:    ${ROWS.map(({ id }) => id).join(' ')}`);
    console.log(`servers: ${SERVERS.map(({ id }) => id).join(' ')}`);
    return 0;
  }
  const missing = missingHere();
  if (missing.length > 0) {
    console.error(`pnpm bench needs ${missing.join(', ')}`);
    return 1;
  }
  const installed = installedServers(asked);
  const rows = ROWS.filter(
    ({ id }) => asked.rows.length === 0 || asked.rows.some((text) => id.startsWith(text)),
  );
  execFileSync('taskset', ['-a', '-p', '-c', `${LOAD_CORE}`, `${process.pid}`]);

  const folder = mkdtempSync(join(tmpdir(), 'pws-bench-'));
  const end = (signal: NodeJS.Signals): void => {
    killAll();
    rmSync(folder, { recursive: true, force: true });
    // The progress display has hidden the cursor, and taken over what console writes to.
    const shown = process.stdout.isTTY ? '\u001B[?25h\n' : '';
    writeSync(2, `${shown}stopped: all servers are ended, no results were written\n`);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  process.on('exit', killAll);
  try {
    const results = await run(asked, rows, installed, placeIn(folder));
    record(results, asked);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** PWS and those of the asked for that are installed. */
function installedServers({ servers }: Options): Installed[] {
  const installed = SERVERS.filter(
    ({ id, kind }) => kind === 'ours' || servers.length === 0 || servers.includes(id),
  ).flatMap((server) => {
    const version = server.version();
    if (version !== undefined) return [{ server, version }];
    const needed = server.needs === undefined ? 'is not installed' : `needs ${server.needs}`;
    console.error(`${server.name} ${needed}, and is left out`);
    return [];
  });
  return installed;
}

function placeIn(folder: string): Place {
  const site = join(folder, 'root', 'site');
  mkdirSync(site, { recursive: true });
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const ruledSite = join(folder, 'root', 'ruled');
  makeSite(site);
  makeRuledSite(ruledSite);
  makeCertificate(certificate, key);
  return { folder, site, ruledSite, certificate, key };
}

async function run(
  { rounds, seconds }: Options,
  rows: readonly Row[],
  installed: readonly Installed[],
  place: Place,
): Promise<Results> {
  const servers = installed.map(({ server }) => server);
  const environment = describeMachine(await tlsSpoken(servers, place));
  const minutes = estimatedMinutes(rows, servers, { rounds, seconds });
  console.log(`${rows.length} rows, about ${minutes} min`);
  const measured: RowResult[] = [];
  const began = performance.now();
  const tasks = new Listr(
    rows.map((row, index) => ({
      title: row.name,
      task: async (_: unknown, task): Promise<void> => {
        const passed = Math.round((performance.now() - began) / 60_000);
        const tell = (progress: string): void => {
          // Elsewhere than on a terminal each of these would be a line that stays.
          if (!process.stdout.isTTY) return;
          task.output = `${progress} · row ${index + 1} of ${rows.length}, ${passed} of about ${minutes} min`;
        };
        const result = await measureRow(row, servers, { place, rounds, seconds, tell });
        measured.push(result);
        task.title = renderLine(result);
      },
    })),
    {
      concurrent: false,
      // Ours ends the servers too.
      registerSignalListeners: false,
      fallbackRenderer: 'simple',
      rendererOptions: { collapseSubtasks: false, timer: PRESET_TIMER },
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  );
  await tasks.run();
  return {
    schema: 1,
    finished: new Date().toISOString(),
    rounds,
    seconds,
    environment,
    servers: installed.map(describe),
    rows: measured,
  };
}

function describe({ server: { id, name, settings }, version }: Installed): ServerDescription {
  return { id, name, version, settings };
}

async function measureRow(
  row: Row,
  servers: readonly Server[],
  options: MeasureOptions,
): Promise<RowResult> {
  const why = reasonToSkip(row);
  if (why !== undefined) return skippedRow(row, why);
  addFiles(row, siteFor(row.features, options.place));
  const measured = await measure(row, contendersOf(row, servers), options);
  return resultOf(row, measured, {
    ours: SERVERS[0].id,
    nginx: 'nginx',
    peers: idsOf('peer'),
    ceilings: idsOf('ceiling'),
  });
}

function idsOf(wanted: Server['kind']): string[] {
  return SERVERS.filter(({ kind }) => kind === wanted).map(({ id }) => id);
}

function reasonToSkip(row: Row): string | undefined {
  if (row.kind === 'start-up') return undefined;
  if (row.kind === 'load' && row.client === 'h2load' && !hasH2load()) {
    return 'h2load is not installed (Debian: nghttp2-client)';
  }
  const needed = row.connections + 512;
  if (descriptorLimit() < needed) return `needs ${needed} descriptors (ulimit -Hn)`;
  return undefined;
}

function addFiles(row: Row, site: string): void {
  if (row.kind !== 'load') return;
  if ('files' in row.target) addSmallFiles(site, row.target.files);
  for (const [name, bytes] of SIZES) {
    if ('path' in row.target && row.target.path === `/${name}.png`) addLargeFile(site, name, bytes);
  }
}

function measure(
  row: Row,
  servers: readonly Server[],
  options: MeasureOptions,
): Promise<Measured[]> {
  switch (row.kind) {
    case 'load':
      return measureLoad(row, servers, options);
    case 'idle-connections':
    case 'slow-readers':
      return measureMemory(row, servers, options);
    case 'start-up':
      return measureStart(servers, options);
  }
}

function estimatedMinutes(
  rows: readonly Row[],
  servers: readonly Server[],
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
): number {
  let total = 0;
  for (const row of rows) {
    const contenders = contendersOf(row, servers).length;
    // A start with a look, a warm-up, the turns; what memory takes is mostly waiting.
    if (row.kind === 'load') total += contenders * (3 + rounds * (seconds + 0.2));
    else if (row.kind === 'start-up') total += contenders * rounds * 1.2;
    else total += contenders * Math.min(rounds, 3) * 8;
  }
  return Math.ceil(total / 60);
}

function record(results: Results, { out, isWhole }: Options): void {
  const chosen = out === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? '.', out);
  const folder = chosen ?? (isWhole ? RESULTS_FOLDER : join(RESULTS_FOLDER, 'partial'));
  const report = renderReport(results);
  writeTogether(
    folder,
    new Map([
      ['results.json', `${JSON.stringify(results, undefined, 2)}\n`],
      ['table.md', report],
      ['ratios.svg', drawRatios(results)],
      ['scaling.svg', drawScaling(results)],
    ]),
  );
  console.log(`\n${report}\nwritten to ${folder}`);
  if (folder === RESULTS_FOLDER && writeDocument()) console.log('docs/performance.md was written');
}

try {
  process.exitCode = await main();
} catch (error) {
  killAll();
  console.error(`pnpm bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
