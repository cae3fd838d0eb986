/**
 * The program: command line → configuration → server → exit code.
 * Owns what the command line asks for, and the banner.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { reachableAddresses, renderBanner } from './banner.ts';
import { parseCommandLine } from './cli.ts';
import { CommandError } from './command-error.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import { type GivenArguments, type Layers, optionValue, readLayers } from './layers.ts';
import { limitWarnings } from './limit-warnings.ts';
import { type LoadedConfig, readNamedFiles } from './named-files.ts';
import { interfacesOfMachine } from './network-interfaces.ts';
import { messageColours } from './program-output.ts';
import type { Surroundings } from './root.ts';
import { inheritedDescriptors } from './socket-activation.ts';
import { startWarnings } from './start-warnings.ts';
import { type Announce, serveAsWorker, serveHere } from './serve-here.ts';
import type { TlsWords } from './tls-words.ts';
import { ownPlace, reportRefusal } from './workers.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const place = ownPlace(process.env);

void run();

async function run(): Promise<void> {
  try {
    // The process that started a worker has read the command line, and all else.
    if (place !== undefined) await serveAsWorker(place);
    else await begin();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (place !== undefined) {
      await reportRefusal(error);
      process.exit(error.exitCode);
    }
    // Nobody may be reading that either.
    process.stderr.on('error', () => undefined).write(`pws: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

async function begin(): Promise<void> {
  const invocation = await parseCommandLine(process.argv.slice(2), manifest.version);
  switch (invocation.command) {
    case 'print':
      return print(`${invocation.text}\n`);
    case 'serve':
      return serve(invocation.given);
    case 'why':
    case 'check': {
      const { runQuestion } = await import('./questions.ts');
      const configure = async (): Promise<ServerConfig> =>
        resolveConfig(await readLayers(invocation.given, surroundings()));
      const { text, exitCode } = await runQuestion(invocation, configure);
      print(text);
      process.exitCode = exitCode;
    }
  }
}

function surroundings(): Surroundings {
  return { env: process.env, cwd: process.cwd() };
}

/** Nobody may be reading it to its end. */
function print(text: string): void {
  process.stdout.on('error', () => undefined).write(text);
}

async function serve(given: GivenArguments): Promise<void> {
  const stood = surroundings();
  const read = (): Promise<Layers> => readLayers(given, stood);
  const started = await read();
  const config = await resolveConfig(started);
  if (optionValue('print-config', started)) {
    const { renderConfig } = await import('./print-config.ts');
    return print(renderConfig(started, config.root, config));
  }
  // Before there are workers: what is wrong with it is said once, and all have the same.
  const loaded = await readNamedFiles(config);
  const { notes, warnings } = await wordsOf(config, loaded);
  // Before they are taken: then the variables say nothing of it any more.
  const isInherited = inheritedDescriptors(process.env, process.pid).length > 0;
  const announce: Announce = (output, addresses, metricsAddress) => {
    const userId = process.geteuid?.();
    const start = startWarnings({ config, addresses, isInherited, userId });
    const told = [...warnings, ...limitWarnings(started), ...start];
    for (const warning of told) output.tell(warning);
    if (config.quiet) return;
    output.print(bannerOf(config, addresses, notes));
    if (metricsAddress === undefined) return;
    const { address, family, port } = metricsAddress;
    const host = family === 'IPv6' ? `[${address}]` : address;
    output.print(`  metrics on http://${host}:${port}/metrics\n\n`);
  };
  const count = config.workers === 'auto' ? availableParallelism() : config.workers;
  if (count === 1) return serveHere({ config: loaded, started, read, announce });
  const { serveWithWorkers } = await import('./serve-with-workers.ts');
  await serveWithWorkers({ config: loaded, started, read, announce }, count);
}

async function wordsOf({ tls }: ServerConfig, loaded: LoadedConfig): Promise<TlsWords> {
  if (tls === undefined || loaded.tls === undefined) return { notes: [], warnings: [] };
  const { tlsWords } = await import('./tls-words.ts');
  return tlsWords(tls, loaded.tls.certificate, Date.now());
}

function bannerOf(
  { root, mounts, tls }: ServerConfig,
  addresses: readonly AddressInfo[],
  notes: readonly string[],
): string {
  const interfaces = interfacesOfMachine();
  const scheme = tls === undefined ? 'http' : 'https';
  return renderBanner({
    version: manifest.version,
    root,
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    addresses: addresses.flatMap((address) => reachableAddresses(address, interfaces, scheme)),
    mounts,
    notes,
    colours: messageColours(),
  });
}
