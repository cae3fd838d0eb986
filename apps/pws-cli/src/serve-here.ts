/**
 * Serves in this process, whether it is the only one or a worker of another.
 * Owns who decides when it reads its configuration again and when it ends: signals, or the
 * process that started it.
 */
import type { AddressInfo } from 'node:net';
import { isatty } from 'node:tty';
import { createAccessLog } from './access-log.ts';
import type { ServerConfig } from './config.ts';
import type { Observer } from './exchange.ts';
import { onDefect, patienceOf } from './last-resort.ts';
import type { Layers } from './layers.ts';
import { type LoadedConfig, readNamedFiles } from './named-files.ts';
import { type LogForm, ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { createReload, expectSameTls } from './reload.ts';
import type { ServerOptions } from './server.ts';
import { formatProblem } from './rule-problem.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import { type ReloadWatch, followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import { type WatchedServer, startWatchedServer, watchTargets } from './watched-server.ts';
import {
  type WorkerPlace,
  askForAllFigures,
  descriptorsInWorker,
  ownLabel,
  reportFigures,
  reportFile,
  reportLeaving,
  reportReady,
  toldConfiguration,
  toldTicketKeys,
} from './workers.ts';

/** Tells the person what is served where. */
export type Announce = (
  output: ProgramOutput,
  addresses: readonly AddressInfo[],
  metricsAddress: AddressInfo | undefined,
) => void;

/** What is to be served, and who is told. */
export interface ServeOptions {
  readonly config: LoadedConfig;
  /** What the configuration was made of. */
  readonly started: Layers;
  /** Reads all layers again. */
  readonly read: () => Promise<Layers>;
  /** Tells the person that it serves. */
  readonly announce: Announce;
}

/**
 * Serves until it is stopped; then the process ends.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function serveHere({ config, started, read, announce }: ServeOptions): Promise<void> {
  const { server, output, watch, takeOn, stop } = await startHere(config, undefined);
  onStopSignals(
    process,
    () => stop(),
    (exitCode) => void output.leave(exitCode),
  );
  const tell = (message: string): void => output.tell(message);
  const reload = createReload({ started, read, apply: takeOn, tell, watch });
  onReloadSignal(
    process,
    isatty,
    () => void reload(),
    () => stop(),
  );
  announce(output, server.addresses, server.metricsAddress);
}

/**
 * Serves as one of several processes, as the one that started them says.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function serveAsWorker(place: WorkerPlace): Promise<void> {
  const { server, stop } = await startHere(await toldConfiguration(), place);
  obey(server, () => stop());
}

/** What serves in this process. */
interface Serving {
  readonly server: WatchedServer;
  readonly output: ProgramOutput;
  /** Is to be told of a reload. */
  readonly watch: ReloadWatch | undefined;
  /** Goes on with another configuration; changes nothing where it rejects. */
  readonly takeOn: (changed: ServerConfig) => Promise<void>;
  /** Lets exchanges under way finish; then the process ends. Default of the exit code: 0. */
  readonly stop: (exitCode?: number) => void;
}

/** @param place - where this process is a worker: what it was told */
async function startHere(config: LoadedConfig, place: WorkerPlace | undefined): Promise<Serving> {
  let current = config;
  const metricsPlace = (place ?? config).metrics;
  const output = new ProgramOutput(() => place ?? logForm(current.log));
  const readiness = new Readiness();
  // Of workers the first process tells.
  const watch = place === undefined ? followForSupervisor(readiness, output) : undefined;
  const optionsFor = (changed: LoadedConfig): ServerOptions => ({
    ...changed,
    readiness,
    observer: accessLogOf(changed, { form: place ?? logForm(changed.log), output, metricsPlace }),
    unforeseen: (error) => output.defect(error),
    fileProblems(problems, file) {
      const lines = problems.map(formatProblem);
      // All workers read the same files, and a person is to be told once.
      if (place !== undefined) void reportFile(file, lines);
      else for (const line of lines) output.tell(line);
    },
  });
  const listening = listeningPlace(config, place);
  // Who has a ticket of one worker may come back to another.
  const ticketKeys = place?.speaksTls === true ? await toldTicketKeys() : undefined;
  const server = await startWatchedServer(
    { ...optionsFor(config), ...listening, ticketKeys },
    {
      ...config,
      metrics: metricsPlace,
      worker: place && { label: ownLabel(), allFigures: askForAllFigures },
      droppedLogLines: () => output.sink.dropped,
      unforeseen: (error) => output.defect(error),
    },
  );
  const closed = async (): Promise<void> => {
    await server.close();
    // What a worker counted is not lost with it.
    if (place !== undefined) await reportFigures(server.figures);
  };
  let endsWith = 0;
  const stop = (exitCode = 0): void => {
    // Who was asked to stop and has a defect then does not end well.
    endsWith = Math.max(endsWith, exitCode);
    void closed().then(
      () => output.end(endsWith),
      (error: unknown) => output.fail(error),
    );
  };
  onDefect(process, {
    tell(error) {
      output.defect(error);
      if (place !== undefined) void reportLeaving('a defect');
    },
    stop,
    exit: (exitCode) => void output.leave(exitCode),
    patienceMs: () => patienceOf(current),
    schedule: (action, delayMs) => void setTimeout(action, delayMs).unref(),
  });
  return {
    server,
    output,
    watch,
    stop,
    async takeOn(changed) {
      expectSameTls(changed, server.tls !== undefined);
      const loaded = await readNamedFiles(changed);
      await server.reconfigure(optionsFor(loaded));
      if (loaded.tls !== undefined) server.tls?.renew(loaded.tls.certificate);
      current = loaded;
    },
  };
}

interface LogPlace {
  readonly form: LogForm;
  readonly output: ProgramOutput;
  /** Stays until a restart. */
  readonly metricsPlace: ServerConfig['metrics'];
}

/** What writes down the exchanges that a configuration wants to see. */
function accessLogOf(
  { verbose, logFieldLimit, health }: ServerConfig,
  { form: { log: format, colour }, output: { sink }, metricsPlace }: LogPlace,
): Partial<Observer> {
  const quietTargets = watchTargets({ health, metrics: metricsPlace });
  const fieldLimit = logFieldLimit;
  return createAccessLog({
    format,
    verbose,
    sink,
    now: Date.now,
    colour,
    fieldLimit,
    quietTargets,
  });
}

/** As a worker: the process that started this one decides, and signals to it are its own. */
function obey({ addresses, figures }: WatchedServer, stop: () => void): void {
  let asked = false;
  const stopOnce = (): void => {
    if (!asked) stop();
    asked = true;
  };
  // A terminal sends its signals to all; a person may end one worker. Either way only once.
  process.on('SIGINT', stopOnce).on('SIGTERM', stopOnce);
  process.on('SIGHUP', () => undefined);
  void reportReady(addresses, { drain: stopOnce, figures });
}

/** Where to listen. A worker listens where the others do, whatever its configuration says by now. */
function listeningPlace(
  { tls }: ServerConfig,
  place: WorkerPlace | undefined,
): Pick<ServerOptions, 'port' | 'autoPort' | 'host' | 'unix' | 'backlog' | 'descriptors' | 'tls'> {
  if (place === undefined) return { descriptors: takeInheritedDescriptors() };
  const { port, autoPort, host, unix, backlog, redirectHttpPort } = place;
  return {
    port,
    autoPort,
    host,
    unix,
    backlog,
    descriptors: descriptorsInWorker(place),
    tls: tls && { ...tls, redirectHttpPort },
  };
}
