/**
 * The effective configuration as JSON: what `--print-config` prints.
 * Owns that it can be used as a configuration file, and gives the same configuration then. It says
 * what holds, not who said so; also what follows from the limits of this process.
 */
import type { ServerConfig } from './config.ts';
import type { ConfiguredRules } from './config-rules.ts';
import { OPTION_OF_KEY } from './config-schema.ts';
import { jsonOf } from './config-value.ts';
import type { TextPlace } from './json-text.ts';
import { type Layers, optionTexts, optionValue } from './layers.ts';
import type { Mount } from './mounts.ts';
import { optionOf } from './options.ts';

/** What only a file can say in full. */
type InFileAlone = Partial<Pick<ServerConfig, 'mounts' | 'ownRules'>>;

/**
 * The text, with its line end.
 *
 * @param root - the folder that is served, absolute
 * @param more - folders below paths, and rules. Default: there are none
 * @throws {CommandError} exit code 2 for a value that does not fit
 */
export function renderConfig(layers: Layers, root: string, more: InFileAlone = {}): string {
  const rows = [...OPTION_OF_KEY].map(([key, name]) => {
    const option = optionOf(name);
    const value = optionValue(name, layers) ?? option.derived?.();
    return [key, jsonOf(option, value, optionTexts(name, layers))];
  });
  const all = { root, ...partsInFileAlone(more), ...Object.fromEntries(rows) };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

function partsInFileAlone({ mounts = [], ownRules }: InFileAlone): Record<string, unknown> {
  return {
    ...(mounts.length === 0 ? {} : { mounts: Object.fromEntries(mounts.map(mountMember)) }),
    ...rulesMembers(ownRules),
  };
}

function rulesMembers(rules: ConfiguredRules | undefined): Record<string, unknown> {
  const members = Object.entries(rules ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' || value.length === 0 ? [] : [[key, value.map(withoutPlace)]],
  );
  return Object.fromEntries(members);
}

function mountMember({ base, shell, ownRules, ...mount }: Mount): readonly [string, unknown] {
  // Those are the root's, which says them.
  const { symlinks: _symlinks, etag: _etag, ...own } = mount;
  return [base, { ...own, spa: shell ?? false, ...rulesMembers(ownRules) }];
}

function withoutPlace({ line: _line, column: _column, ...rule }: TextPlace): unknown {
  return rule;
}
