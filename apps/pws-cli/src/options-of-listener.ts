/**
 * The flags about where a server listens.
 * What a row says: option.ts.
 */
import type { Option } from './option.ts';
import { integerForm, pathForm, SWITCH, textForm } from './option-forms.ts';

export interface ListenerFlags {
  readonly port: Option<number>;
  readonly 'auto-port': Option<boolean>;
  readonly host: Option<string | undefined>;
  readonly unix: Option<string | undefined>;
  readonly 'unix-mode': Option<string>;
  readonly backlog: Option<number>;
}

export const LISTENER_FLAGS: ListenerFlags = {
  port: {
    alias: 'p',
    description: 'Port to listen on; 0 takes any free one. PORT is read too',
    default: 8001,
    ...integerForm('a port', 0, 65_535),
  },
  'auto-port': {
    description: 'Take the next free port where that one is taken',
    default: false,
    isSwitch: true,
    ...SWITCH,
  },
  host: {
    alias: 'H',
    description: 'Address or name to listen on',
    default: undefined,
    defaultDescription: 'all interfaces',
    ...textForm('an address or a name of this machine', /^[\w.:%-]+$/),
  },
  unix: {
    description: 'Unix socket to listen on, instead of a port',
    default: undefined,
    defaultDescription: 'none',
    ...pathForm('the path of a Unix socket'),
  },
  'unix-mode': {
    description: 'Who may connect to the Unix socket: permissions in octal',
    default: '600',
    ...textForm('permissions in octal such as 600 or 0660', /^0?[0-7]{3}$/),
  },
  backlog: {
    description: 'Connections that may wait to be accepted',
    default: 511,
    ...integerForm('a number', 1, 65_535),
  },
};
