/**
 * The effective configuration as JSON: what `--print-config` prints.
 * Owns that it can be used as a configuration file, and gives the same configuration then. It says
 * what holds, not who said so; also what follows from the limits of this process.
 */
import { OPTION_OF_KEY } from './config-schema.ts';
import { jsonOf } from './config-value.ts';
import { type Layers, optionTexts, optionValue } from './layers.ts';
import { optionOf } from './options.ts';

/**
 * The text, with its line end.
 *
 * @param root - the folder that is served, absolute
 * @throws {CommandError} exit code 2 for a value that does not fit
 */
export function renderConfig(layers: Layers, root: string): string {
  const rows = [...OPTION_OF_KEY].map(([key, name]) => {
    const option = optionOf(name);
    const value = optionValue(name, layers) ?? option.derived?.();
    return [key, jsonOf(option, value, optionTexts(name, layers))];
  });
  return `${JSON.stringify({ root, ...Object.fromEntries(rows) }, undefined, 2)}\n`;
}
