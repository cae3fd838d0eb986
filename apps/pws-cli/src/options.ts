/**
 * All flags, in the order of the help.
 * The file's JSON Schema and what `--print-config` prints come from the rows too: a row is all that
 * a new flag needs. The rows stand by subject in options-of-*.ts.
 */
import type { Option } from './option.ts';
import { type AccessFlags, ACCESS_FLAGS } from './options-of-access.ts';
import { type ListenerFlags, LISTENER_FLAGS } from './options-of-listener.ts';
import { type LoadFlags, LOAD_FLAGS } from './options-of-load.ts';
import { type RoutingFlags, ROUTING_FLAGS } from './options-of-routing.ts';
import { type RunFlags, RUN_FLAGS } from './options-of-run.ts';
import { type SiteFlags, SITE_FLAGS } from './options-of-site.ts';
import { type TlsFlags, TLS_FLAGS } from './options-of-tls.ts';

/** The flags of `pws serve`. */
export interface Options
  extends ListenerFlags, SiteFlags, RoutingFlags, LoadFlags, AccessFlags, TlsFlags, RunFlags {}

/** The name of a flag, as it is typed behind `--`. */
export type OptionName = keyof Options;

export const OPTIONS: Options = {
  ...LISTENER_FLAGS,
  ...SITE_FLAGS,
  ...ROUTING_FLAGS,
  ...LOAD_FLAGS,
  ...ACCESS_FLAGS,
  ...TLS_FLAGS,
  ...RUN_FLAGS,
};

/** The rows, where any of them will do. */
export function optionOf(name: OptionName): Option<unknown> {
  return OPTIONS[name] as Option<unknown>;
}

/** The names of all flags, in order. */
export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** Whether there is such a flag. */
export function isOptionName(text: string): text is OptionName {
  return Object.hasOwn(OPTIONS, text);
}

/** Whether a flag may stand without a value, and take none that follows. */
export function isSwitch(name: OptionName): boolean {
  return OPTIONS[name].isSwitch === true;
}
