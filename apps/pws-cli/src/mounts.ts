/**
 * Folders below paths of the server, beside the one that is served: `--mount /docs=../docs/dist`,
 * and `mounts` in a configuration file.
 * Owns which options and rules each may have of its own, what holds where it has none, and that no
 * two are at the same path. Which of them answers is for static-fs to say.
 */
import { dirname } from 'node:path';
import type { CacheChoice } from './cache-policy.ts';
import { CommandError } from './command-error.ts';
import type { ConfiguredRules } from './config-rules.ts';
import { type Layers, type ValueOf, optionValue } from './layers.ts';
import type { GivenMount } from './mounts-given.ts';
import type { OptionName } from './options.ts';
import { placeOfPerson, resolveFolder } from './root.ts';

/** A folder below a path, and how it is served. Plain values: it can be sent as JSON. */
export interface Mount {
  /** The path, with a slash at both ends. */
  readonly base: string;
  /** The folder: an absolute path, links resolved. */
  readonly root: string;
  readonly shell: string | undefined;
  readonly cleanUrls: boolean;
  readonly trailingSlash: 'auto' | 'always' | 'never' | 'ignore';
  readonly cache: CacheChoice;
  readonly listing: boolean;
  readonly rules: 'netlify' | 'cloudflare' | 'off';
  /** Rules that the configuration file has for it; `undefined` where it has none. */
  readonly ownRules: ConfiguredRules | undefined;
  /** As those of the root, but for what a `serve.json` says of that. */
  readonly symlinks: 'within' | 'follow' | 'deny';
  readonly etag: 'auto' | 'stat' | 'content' | 'off';
}

/** Options that a mount may have of its own. */
export const MOUNT_OPTIONS: readonly OptionName[] = [
  'spa',
  'clean-urls',
  'trailing-slash',
  'cache',
  'listing',
  'rules',
];

/** One that a configuration file has, with what it says of it. */
export interface MountInFile extends GivenMount {
  /** Where it stands, for messages. */
  readonly place: string;
  readonly values: ReadonlyMap<OptionName, unknown>;
  readonly rules: Omit<ConfiguredRules, 'file'>;
}

/** Those of a mount that has none. */
export const NO_RULES: MountInFile['rules'] = { headers: [], redirects: [] };

/**
 * The mounts of a configuration. Those of the command line or the environment take the place of
 * all that a file has.
 *
 * @throws {CommandError} exit code 1 where a folder is not there, 2 where two are at the same path,
 *   or a file that nobody named has a folder outside of its own
 */
export async function resolveMounts(layers: Layers): Promise<readonly Mount[]> {
  const { surroundings, file } = layers;
  const given = optionValue('mount', layers);
  const folder =
    given === undefined && file !== undefined ? dirname(file.path) : placeOfPerson(surroundings);
  const onlyWithin = given === undefined && file?.isNamed === false;
  const said: readonly MountInFile[] =
    given?.map((mount) => ({
      ...mount,
      place: `mount ${mount.base}`,
      values: new Map(),
      rules: NO_RULES,
    })) ??
    file?.mounts ??
    [];
  const base = optionValue('base', layers);
  expectEachOnce(said, base);
  return Promise.all(
    said.map(async ({ base: path, root: text, place, values, rules }) => ({
      base: path,
      root: await resolveFolder(text, { folder, source: place, onlyWithin }),
      ownRules: rulesOf(rules, file?.name ?? ''),
      ...optionsOf(values, layers),
    })),
  );
}

/** Rules as those of a file; `undefined` where there are none. */
export function rulesOf(
  rules: Omit<ConfiguredRules, 'file'>,
  file: string,
): ConfiguredRules | undefined {
  const isEmpty = rules.headers.length + rules.redirects.length === 0;
  return isEmpty ? undefined : { file, ...rules };
}

function optionsOf(
  values: MountInFile['values'],
  all: Layers,
): Omit<Mount, 'base' | 'root' | 'ownRules'> {
  // Security: what lies in one folder does not say that others are listed.
  const layers: Layers = { ...all, serveJson: undefined };
  const value = <Name extends OptionName>(name: Name): ValueOf<Name> =>
    values.has(name) ? (values.get(name) as ValueOf<Name>) : optionValue(name, layers);
  return {
    // That one folder is an application says nothing of the others.
    shell: values.has('spa') ? value('spa') || undefined : undefined,
    cleanUrls: value('clean-urls'),
    trailingSlash: value('trailing-slash'),
    cache: value('cache'),
    listing: value('listing'),
    rules: value('rules'),
    symlinks: value('symlinks'),
    etag: value('etag'),
  };
}

function expectEachOnce(mounts: readonly MountInFile[], outer: string): void {
  const seen = new Set<string>();
  for (const { base, place } of mounts) {
    if (base === outer) {
      const what = 'that is where the root is served';
      throw new CommandError(2, `${place}: expected a path below, got ${base}: ${what} (--base)`);
    }
    if (seen.has(base)) {
      throw new CommandError(2, `${place}: expected each path once, got ${base} again`);
    }
    seen.add(base);
  }
}
