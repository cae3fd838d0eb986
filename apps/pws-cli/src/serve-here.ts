/**
 * Serves in this process, whether it is the only one or a worker of another.
 * Owns who decides when it reads its configuration again and when it ends: signals, or the
 * process that started it.
 */
import type { AddressInfo } from 'node:net';
import { isatty } from 'node:tty';
import { createAccessLog } from './access-log.ts';
import { CommandError } from './command-error.ts';
import type { ServerConfig } from './config.ts';
import type { Layers } from './layers.ts';
import { ProgramOutput, logForm } from './program-output.ts';
import { Readiness } from './readiness.ts';
import { createReload } from './reload.ts';
import type { RunningTls } from './serve-port.ts';
import type { ServerOptions } from './server.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import { followForSupervisor, takeInheritedDescriptors } from './supervisor.ts';
import type { TlsCertificate } from './tls-certificate.ts';
import { obtainCertificate } from './tls-service.ts';
import { startWatchedServer, watchTargets } from './watched-server.ts';
import { type WorkerPlace, reportReady } from './workers.ts';

/** Tells the person what is served where. */
export type Announce = (
  output: ProgramOutput,
  addresses: readonly AddressInfo[],
  metricsAddress: AddressInfo | undefined,
) => void;

/** What {@link serveHere} needs. */
export interface ServeHereOptions {
  readonly config: ServerConfig;
  /** What the configuration was made of. */
  readonly started: Layers;
  /** Reads all layers again. */
  readonly read: () => Promise<Layers>;
  /** Where this process is a worker: what it was told. */
  readonly place: WorkerPlace | undefined;
  /** Tells the person that it serves. */
  readonly announce: Announce;
}

/**
 * Serves until it is stopped; then the process ends.
 *
 * @throws {CommandError} when it cannot listen
 */
export async function serveHere(options: ServeHereOptions): Promise<void> {
  const { config, started, read, place, announce } = options;
  let current = config;
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
        quietTargets: watchTargets({ health: changed.health, metrics: config.metrics }),
      }),
      unforeseen: (error) => output.defect(error),
    };
  };
  const { port, autoPort } = place ?? config;
  const descriptors = place?.descriptors ?? takeInheritedDescriptors();
  const server = await startWatchedServer(
    { ...optionsFor(config), port, autoPort, descriptors },
    {
      ...config,
      droppedLogLines: () => output.sink.dropped,
      unforeseen: (error) => output.defect(error),
    },
  );
  const stop = (): void => {
    void server.close().then(
      () => output.end(),
      (error: unknown) => output.fail(error),
    );
  };
  if (place !== undefined) return obey(server.addresses, stop);
  onStopSignals(process, stop, (exitCode) => process.exit(exitCode));
  const reload = createReload({
    started,
    read,
    apply: async (changed) => {
      const certificate = await certificateFor(changed, server.tls);
      await server.reconfigure(optionsFor(changed));
      if (certificate !== undefined) server.tls?.renew(certificate);
      current = changed;
    },
    tell: (message) => output.tell(message),
  });
  onReloadSignal(process, isatty, () => void reload(), stop);
  announce(output, server.addresses, server.metricsAddress);
}

/** As a worker: the process that started this one decides, and signals to it are its own. */
function obey(addresses: readonly AddressInfo[], stop: () => void): void {
  let asked = false;
  const stopOnce = (): void => {
    if (!asked) stop();
    asked = true;
  };
  // A terminal sends its signals to all; a person may end one worker. Either way only once.
  process.on('SIGINT', stopOnce).on('SIGTERM', stopOnce);
  process.on('SIGHUP', () => undefined);
  void reportReady(addresses, stopOnce);
}

/**
 * The certificate to go on with.
 *
 * @throws {CommandError} where it is bad, or TLS was switched on or off
 */
async function certificateFor(
  { tls }: ServerConfig,
  running: RunningTls | undefined,
): Promise<TlsCertificate | undefined> {
  if ((tls === undefined) !== (running === undefined)) {
    const asked = tls === undefined ? 'not to speak TLS any more' : 'to speak TLS';
    throw new CommandError(2, `asked ${asked}, which needs a restart`);
  }
  return tls === undefined ? undefined : obtainCertificate(tls.certificate);
}
