#!/usr/bin/env node
/**
 * The program: command line → configuration → server → exit code.
 * Owns the process: its streams, its signals, its end.
 */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isatty } from 'node:tty';
import pc from 'picocolors';
import { createAccessLog, createGapLine } from './access-log.ts';
import { reachableAddresses, renderBanner } from './banner.ts';
import { parseCommandLine } from './cli.ts';
import { CommandError } from './command-error.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import type { Observer } from './exchange.ts';
import { type Layers, optionValue, readLayers } from './layers.ts';
import { openOutput } from './log-output.ts';
import { type LogSink, createLogSink } from './log-sink.ts';
import type { LogFormat } from './options.ts';
import { Readiness } from './readiness.ts';
import { createReload } from './reload.ts';
import { createSend, createSupervisor, watchdogIntervalMs } from './sd-notify.ts';
import { type ServerOptions, startServer } from './server.ts';
import { onReloadSignal, onStopSignals } from './signals.ts';
import { ACTIVATION_VARIABLES, inheritedDescriptors } from './socket-activation.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const STDOUT = 1;
const STDERR = 2;

try {
  const invocation = await parseCommandLine(process.argv.slice(2), manifest.version);
  if (invocation.command === 'print') {
    // Nobody may be reading help to its end.
    process.stdout.on('error', () => undefined).write(`${invocation.text}\n`);
  } else {
    const surroundings = { env: process.env, cwd: process.cwd() };
    const read = (): Promise<Layers> => readLayers(invocation.given, surroundings);
    const layers = await read();
    const config = await resolveConfig(layers);
    if (optionValue('print-config', layers)) {
      const { renderConfig } = await import('./print-config.ts');
      process.stdout.on('error', () => undefined).write(renderConfig(layers, config.root));
    } else {
      await serve(config, layers, read);
    }
  }
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  // Nobody may be reading that either.
  process.stderr.on('error', () => undefined).write(`pws: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function serve(
  config: ServerConfig,
  started: Layers,
  read: () => Promise<Layers>,
): Promise<void> {
  // Nor may messages hold up the server: they can be where the log is, and nobody reads it.
  const messages = createLogSink(openOutput(STDERR));
  const tell = (text: string): void => messages.write(text);
  let current = config;
  const sink = createLogSink(openOutput(STDOUT), {
    gapLine: (count) => createGapLine({ format: logFormat(current), now: Date.now })(count),
    trouble: (why) => tell(`pws: ${why}; log lines are dropped and counted, serving goes on\n`),
  });
  const readiness = new Readiness();
  followForSupervisor(readiness);
  const optionsFor = (changed: ServerConfig): ServerOptions => ({
    ...changed,
    readiness,
    observer: accessLog(changed, sink),
    unforeseen: (error) =>
      tell(`pws: a defect of the server, please report it: ${inspect(error)}\n`),
  });
  const descriptors = takeInheritedDescriptors();
  const server = await startServer({ ...optionsFor(config), descriptors });
  const stop = async (): Promise<void> => {
    await server.close();
    const dropped = await sink.flush();
    if (dropped > 0) tell(`pws: ${dropped} log lines were dropped, nobody took them\n`);
    await messages.flush();
    process.exit(0);
  };
  const fail = async (error: unknown): Promise<void> => {
    tell(`pws: ${inspect(error)}\n`);
    await messages.flush();
    process.exit(1);
  };
  const stopOrFail = (): void => void stop().catch(fail);
  onStopSignals(process, stopOrFail, (exitCode) => process.exit(exitCode));
  const reload = createReload({
    started,
    read,
    apply: (changed) => {
      server.reconfigure(optionsFor(changed));
      current = changed;
    },
    tell: (message) => tell(`pws: ${message}\n`),
  });
  onReloadSignal(process, isatty, () => void reload(), stopOrFail);
  if (config.quiet) return;
  tell(
    renderBanner({
      version: manifest.version,
      root: config.root,
      cwd: process.env['INIT_CWD'] ?? process.cwd(),
      addresses: server.addresses.flatMap((address) =>
        reachableAddresses(address, networkInterfaces()),
      ),
      colours: pc.createColors(pc.isColorSupported && isatty(STDERR)),
    }),
  );
}

function logFormat({ log }: ServerConfig): Exclude<LogFormat, 'auto'> {
  if (log !== 'auto') return log;
  return isatty(STDOUT) ? 'pretty' : 'json';
}

function accessLog(config: ServerConfig, sink: LogSink): Partial<Observer> {
  return createAccessLog({
    format: logFormat(config),
    verbose: config.verbose,
    sink,
    now: Date.now,
    colour: pc.isColorSupported && isatty(STDOUT),
  });
}

function takeInheritedDescriptors(): readonly number[] {
  const descriptors = inheritedDescriptors(process.env, process.pid);
  for (const name of ACTIVATION_VARIABLES) delete process.env[name];
  return descriptors;
}

function followForSupervisor(readiness: Readiness): void {
  const send = createSend(process.env);
  if (send === undefined) return;
  const supervisor = createSupervisor({
    send,
    monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
    failed: (why) => process.stderr.write(`pws: NOTIFY_SOCKET: it could not be told: ${why}\n`),
  });
  supervisor.follow(readiness);
  const intervalMs = watchdogIntervalMs(process.env, process.pid);
  if (intervalMs !== undefined) setInterval(() => supervisor.alive(), intervalMs).unref();
}

function inspect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
