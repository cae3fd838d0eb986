/**
 * The flags about what a person and a supervisor see of a run.
 * What a row says: option.ts.
 */
import { DEFAULT_PREFIX } from './health.ts';
import { DEFAULT_FIELD_LIMIT } from './log-text.ts';
import type { Option } from './option.ts';
import { choiceForm, integerForm, pathForm, SWITCH } from './option-forms.ts';
import { type HostPort, parseHostPort, parsePrefix, parseUnless } from './option-values.ts';

/** `auto`: pretty on a terminal, else json. */
const LOG_FORMATS = ['auto', 'pretty', 'combined', 'json', 'none'] as const;

/** Where metrics are given: on a port of their own, or beside the site. */
export type MetricsPlace = HostPort | 'under-prefix';

/** How exchanges are written to standard output. */
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface RunFlags {
  readonly log: Option<LogFormat>;
  readonly 'log-field-limit': Option<number>;
  readonly health: Option<string | false>;
  readonly metrics: Option<MetricsPlace | false>;
  readonly quiet: Option<boolean>;
  readonly verbose: Option<boolean>;
  readonly config: Option<string | undefined>;
  readonly 'print-config': Option<boolean>;
}

export const RUN_FLAGS: RunFlags = {
  log: {
    description: 'Form of the log on standard output: auto, pretty, combined, json, none',
    default: 'auto',
    defaultDescription: 'auto: pretty on a terminal, else json',
    isReloadable: true,
    ...choiceForm(LOG_FORMATS),
  },
  'log-field-limit': {
    description: 'Most characters of what a client sent in one field of the log',
    default: DEFAULT_FIELD_LIMIT,
    isReloadable: true,
    ...integerForm('a number of characters', 16, 65_536),
  },
  health: {
    description: 'Answer livez and readyz under a path prefix, /-/ where none is named',
    default: false,
    defaultDescription: 'off',
    isReloadable: true,
    expected: 'a path prefix that begins and ends with a slash, such as /-/',
    parse: (text) => parseUnless(text, () => (text === '' ? DEFAULT_PREFIX : parsePrefix(text))),
  },
  metrics: {
    description:
      'Give figures to Prometheus: on host:port, or under that prefix where none is named',
    default: false,
    defaultDescription: 'off',
    expected: 'an address and a port such as 127.0.0.1:9100 or [::1]:9100',
    parse: (text) => parseUnless(text, () => (text === '' ? 'under-prefix' : parseHostPort(text))),
  },
  quiet: {
    alias: 'q',
    description: 'Print no banner',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  verbose: {
    alias: 'v',
    description: 'Log connections coming and going, and requests as they arrive',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  config: {
    description: 'Configuration file',
    default: undefined,
    defaultDescription: 'pws.config.json in the folder above the root, or in the root',
    isOutsideFile: true,
    ...pathForm('a path'),
  },
  'print-config': {
    description: 'Print the effective configuration as JSON and stop',
    default: false,
    isSwitch: true,
    isOutsideFile: true,
    ...SWITCH,
  },
};
