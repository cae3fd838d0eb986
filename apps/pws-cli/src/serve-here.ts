/**
 * Serves in this process, whether it is the only one or a worker of another.
 * Owns who decides when it reads its configuration again and when it ends: signals, or the
 * process that started it.
 */
import type { AddressInfo } from 'node:net';
import { isatty } from 'node:tty';
import { createAccessLog } from './access-log.ts';
import type { ServerConfig } from './config.ts';
import type { Layers } from './layers.ts';
import { ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { createReload, expectSameTls } from './reload.ts';
import type { ServerOptions } from './server.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import { followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import type { TlsOptions } from './tls-service.ts';
import { type WatchedServer, startWatchedServer, watchTargets } from './watched-server.ts';
import {
  type WorkerPlace,
  askForAllFigures,
  ownLabel,
  reportFigures,
  reportReady,
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
  readonly config: ServerConfig;
  /** What the configuration was made of. */
  readonly started: Layers;
  /** Reads all layers again. */
  readonly read: () => Promise<Layers>;
  /** Tells the person that it serves. */
  readonly announce: Announce;
}

/** What {@link serveHere} needs. */
export interface ServeHereOptions extends ServeOptions {
  /** Where this process is a worker: what it was told. */
  readonly place: WorkerPlace | undefined;
}

/**
 * Serves until it is stopped; then the process ends.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function serveHere(options: ServeHereOptions): Promise<void> {
  const { config, started, read, place, announce } = options;
  let current = config;
  const metricsPlace = (place ?? config).metrics;
  const output = new ProgramOutput(() => place ?? logForm(current.log));
  const readiness = new Readiness();
  // Of workers the first process tells.
  if (place === undefined) followForSupervisor(readiness, output);
  const optionsFor = (changed: ServerConfig): ServerOptions => {
    const { log: format, colour } = place ?? logForm(changed.log);
    const { verbose } = changed;
    const { sink } = output;
    return {
      ...changed,
      readiness,
      observer: createAccessLog({
        format,
        verbose,
        sink,
        now: Date.now,
        colour,
        fieldLimit: changed.logFieldLimit,
        // Where metrics are given stays until a restart.
        quietTargets: watchTargets({ health: changed.health, metrics: metricsPlace }),
      }),
      unforeseen: (error) => output.defect(error),
    };
  };
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
  const stop = (): void => {
    void closed().then(
      () => output.end(),
      (error: unknown) => output.fail(error),
    );
  };
  if (place !== undefined) return obey(server, stop);
  onStopSignals(process, stop, (exitCode) => process.exit(exitCode));
  const reload = createReload({
    started,
    read,
    apply: async (changed) => {
      const { tls } = changed;
      expectSameTls(changed, server.tls !== undefined);
      const certificate = tls && (await certificateOf(tls));
      await server.reconfigure(optionsFor(changed));
      if (certificate !== undefined) server.tls?.renew(certificate);
      current = changed;
    },
    tell: (message) => output.tell(message),
  });
  onReloadSignal(process, isatty, () => void reload(), stop);
  announce(output, server.addresses, server.metricsAddress);
}

async function certificateOf({ certificate }: TlsOptions): Promise<TlsCertificate> {
  const { obtainCertificate } = await import('./tls-service.ts');
  return obtainCertificate(certificate);
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

/**
 * Where to listen. A worker listens where the others do, whatever its configuration says by now.
 *
 * @throws {CommandError} where it would speak TLS and they do not, or the other way round
 */
function listeningPlace(
  { tls }: ServerConfig,
  place: WorkerPlace | undefined,
): Pick<ServerOptions, 'port' | 'autoPort' | 'host' | 'unix' | 'backlog' | 'descriptors' | 'tls'> {
  if (place === undefined) return { descriptors: takeInheritedDescriptors() };
  expectSameTls({ tls }, place.speaksTls);
  const { port, autoPort, host, unix, backlog, descriptors, redirectHttpPort } = place;
  return {
    port,
    autoPort,
    host,
    unix,
    backlog,
    descriptors,
    tls: tls && { ...tls, redirectHttpPort },
  };
}
