/**
 * Says which limits were switched off.
 * Owns that nobody has a server without a bound and does not know it.
 */
import { type Layers, optionValue } from './layers.ts';
import { OPTION_NAMES, optionOf } from './options.ts';

/** A sentence that names the limits that are off; none where none is. */
export function limitWarnings(layers: Layers): string[] {
  const names = OPTION_NAMES.filter(
    (name) => optionOf(name).isUnlimitedAt0 === true && optionValue(name, layers) === 0,
  );
  return names.length === 0 ? [] : [`no limit, as asked: ${names.join(', ')}`];
}
