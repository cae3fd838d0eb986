import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { CommandError } from './command-error.ts';
import type { ServerConfig } from './config.ts';
import { type GivenArguments, type Layers, readLayers } from './layers.ts';
import { OPTION_NAMES, optionOf } from './options.ts';
import { type ReloadOptions, createReload } from './reload.ts';

const place = new TemporarySite({ 'site/index.html': 'Front page\n' });
const root = join(place.root, 'site');

afterAll(() => place.remove());

const read = (flags: GivenArguments['flags'] = {}): Promise<Layers> =>
  readLayers({ root, flags }, { env: {}, cwd: place.root });
const configure = (text: string): string => place.write('pws.config.json', text);

/** A reload, what it told and what it applied. */
async function reloading(
  started: string,
  { apply, serving }: Partial<Pick<ReloadOptions, 'apply' | 'serving'>> = {},
) {
  configure(started);
  const applied: ServerConfig[] = [];
  const told: string[] = [];
  const reload = createReload({
    started: await read(),
    read,
    apply: apply ?? ((config) => void applied.push(config)),
    tell: (message) => told.push(message),
    serving,
  });
  return { reload, applied, told };
}

const DONE = 'the configuration was read again';
const KEPT = 'the configuration stays as it was: ';

describe('a reload', () => {
  test.each<[string, string, string, object, string]>([
    ['{}', '{}', DONE, {}, 'nothing is other than it was'],
    ['{}', '{"listing": true}', DONE, { listing: true }, 'an option of the site'],
    ['{}', '{"log": "none", "quiet": true}', DONE, { log: 'none' }, 'the log'],
    ['{"fresh": 0}', '{}', DONE, { freshMs: 1000 }, 'an option that is gone has its default'],
    ['{}', '{"port": 1}', `${DONE}; needs a restart: port`, { port: 1 }, 'the port stays'],
    [
      '{}',
      '{"maxConnections": 0}',
      `${DONE}; no limit, as asked: max-connections`,
      { maxConnections: 0 },
      'nobody has no limit without knowing',
    ],
    [
      '{"port": 1}',
      '{"backlog": 1, "host": "::1", "listing": true}',
      `${DONE}; needs a restart: port, host, backlog`,
      { listing: true },
      'what can change does',
    ],
  ])('from %s to %s tells %j: %s', async (before, after, message, config) => {
    const { reload, told, applied } = await reloading(before);
    configure(after);
    await reload();
    expect(told).toEqual([message]);
    expect(applied).toHaveLength(1);
    expect(applied[0]).toMatchObject(config);
  });

  test.each<[string, string]>([
    ['{', 'pws.config.json:1:2: expected a closing brace, got the end of the file'],
    ['{"port": "x"}', 'pws.config.json:1:2: port: expected a port from 0 to 65535, got "x"'],
    [
      '{"prot": 1, "quit": 1}',
      'pws.config.json:1:2: prot: expected a key that there is, did you mean port?\npws.config.json:1:13: quit: expected a key that there is, did you mean quiet?',
    ],
  ])('of %s changes nothing, and tells why', async (after, reason) => {
    const { reload, told, applied } = await reloading('{}');
    configure(after);
    await reload();
    expect([told, applied]).toEqual([[KEPT + reason], []]);
  });

  it('changes nothing where the root is gone', async () => {
    const { reload, told, applied } = await reloading('{}');
    rmSync(root, { recursive: true });
    await reload();
    mkdirSync(root);
    const reason = `root: expected a folder at ${root}, but there is none`;
    expect([told, applied]).toEqual([[KEPT + reason], []]);
  });

  it('compares with what the server was started with, however often it is asked', async () => {
    const { reload, told } = await reloading('{}');
    configure('{"port": 1}');
    await reload();
    await reload();
    configure('{}');
    await reload();
    const restart = `${DONE}; needs a restart: port`;
    expect(told).toEqual([restart, restart, DONE]);
  });

  it('recovers from a file that was wrong', async () => {
    const { reload, told, applied } = await reloading('{}');
    configure('{');
    await reload();
    configure('{"listing": true}');
    await reload();
    expect(told).toEqual([expect.stringContaining(KEPT), DONE]);
    expect(applied).toMatchObject([{ listing: true }]);
  });

  it('asked before there is anybody to take it on, waits, and reads once, the last state', async () => {
    let serve = (): void => undefined;
    const serving = new Promise<void>((resolve) => (serve = resolve));
    const { reload, told, applied } = await reloading('{}', { serving });
    configure('{"listing": false}');
    const asked = [reload(), reload(), reload()];
    await new Promise((resolve) => setImmediate(resolve));
    expect([told, applied]).toEqual([[], []]);
    configure('{"listing": true}');
    serve();
    await Promise.all(asked);
    expect([told, applied]).toMatchObject([[DONE], [{ listing: true }]]);
  });

  it('asked while it reads, reads once more, and with the last state', async () => {
    const { reload, told, applied } = await reloading('{}');
    configure('{"listing": false}');
    const first = reload();
    configure('{"listing": true}');
    await Promise.all([first, reload(), reload(), reload()]);
    expect(told).toEqual([DONE, DONE]);
    expect(applied.at(-1)).toMatchObject({ listing: true });
  });

  it('tells what could not be applied', async () => {
    const apply = (): void => {
      throw new CommandError(1, 'no room');
    };
    const { reload, told } = await reloading('{}', { apply });
    await reload();
    expect(told).toEqual([`${KEPT}no room`]);
  });
});

describe('what needs a restart', () => {
  it('is what sockets and processes are made of, and no more', () => {
    const inFile = OPTION_NAMES.filter((name) => optionOf(name).isOutsideFile !== true);
    expect(inFile.filter((name) => optionOf(name).isReloadable !== true)).toEqual([
      'port',
      'auto-port',
      'host',
      'unix',
      'unix-mode',
      'backlog',
      'workers',
      'redirect-http',
      'metrics',
    ]);
  });
});
