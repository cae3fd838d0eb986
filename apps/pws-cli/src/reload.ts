/**
 * Reads the configuration again while the server runs.
 * Owns that nothing changes unless all of it is right, that readings do not overtake each other,
 * and what the person is told: one message, whichever way it ends.
 */
import { isDeepStrictEqual } from 'node:util';
import { CommandError } from './command-error.ts';
import { type ServerConfig, resolveConfig } from './config.ts';
import { type Layers, optionValue } from './layers.ts';
import { limitWarnings } from './limit-warnings.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import type { ReloadWatch } from './supervisor.ts';

/** What {@link createReload} needs. */
export interface ReloadOptions {
  /** What the server was started with. */
  readonly started: Layers;
  /** Reads all layers again. */
  readonly read: () => Promise<Layers>;
  /** Takes a configuration on; changes nothing where it throws or rejects. */
  readonly apply: (config: ServerConfig) => void | Promise<void>;
  /** Takes the message, without a line end. */
  readonly tell: (message: string) => void;
  /** Resolves when there is somebody to take it on; nothing is read before. Default: there is. */
  readonly serving?: Promise<void> | undefined;
  /** Told when reading begins and that it is over, whichever way it ended. Default: nobody. */
  readonly watch?: ReloadWatch | undefined;
}

/**
 * Refuses a configuration that would begin to speak TLS on a port, or end it.
 *
 * @throws {CommandError} exit code 2
 */
export function expectSameTls({ tls }: Pick<ServerConfig, 'tls'>, speaksTls: boolean): void {
  if ((tls !== undefined) === speaksTls) return;
  const asked = tls === undefined ? 'not to speak TLS any more' : 'to speak TLS';
  throw new CommandError(2, `asked ${asked}, which needs a restart`);
}

/**
 * Gives what reads again. It resolves when that is done, and never rejects. However often it is
 * asked before there is somebody to take it on, it reads once, then. Asked while it reads, it reads
 * once more afterwards: the file may have changed behind its back.
 */
export function createReload(options: ReloadOptions): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    if (options.serving !== undefined) await options.serving;
    do {
      again = false;
      options.watch?.reloading();
      // oxlint-disable-next-line no-await-in-loop
      options.tell(await reloadOnce(options));
      options.watch?.reloaded();
    } while (again);
    running = undefined;
  };
  return () => {
    again = true;
    running ??= run();
    return running;
  };
}

async function reloadOnce({ started, read, apply }: ReloadOptions): Promise<string> {
  try {
    const layers = await read();
    await apply(await resolveConfig(layers));
    const fixed = changedForGood(started, layers);
    const restart = fixed.length === 0 ? [] : [`needs a restart: ${fixed.join(', ')}`];
    // Those of the start were told then.
    const told = limitWarnings(started);
    const warnings = limitWarnings(layers).filter((warning) => !told.includes(warning));
    return ['the configuration was read again', ...restart, ...warnings].join('; ');
  } catch (error) {
    return `the configuration stays as it was: ${reasonOf(error)}`;
  }
}

/** The options that are other than at the start, and that a running server cannot take on. */
function changedForGood(started: Layers, layers: Layers): string[] {
  return OPTION_NAMES.filter(
    (name) =>
      optionOf(name).isReloadable !== true &&
      !isDeepStrictEqual(optionValue(name, started), optionValue(name, layers)),
  );
}

/** What a person can mend is a CommandError; of anything else it matters where it came from. */
function reasonOf(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
