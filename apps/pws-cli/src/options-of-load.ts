/**
 * The flags about how much is asked of a server at a time, how long that may take, and how a server ends.
 * What a row says: option.ts.
 */
import { ownConnections } from './descriptor-limit.ts';
import type { Option } from './option.ts';
import { COUNT, DURATION, integerForm, SIZE, SOME_SIZE, SOME_TIME } from './option-forms.ts';
import { parseInteger } from './option-values.ts';

export interface LoadFlags {
  readonly 'fs-timeout': Option<number>;
  readonly 'head-timeout': Option<number>;
  readonly 'idle-timeout': Option<number>;
  readonly 'send-timeout': Option<number>;
  readonly 'min-send-rate': Option<number>;
  readonly linger: Option<number>;
  readonly 'max-connections': Option<number | undefined>;
  readonly 'max-connections-per-ip': Option<number>;
  readonly 'max-requests-per-connection': Option<number>;
  readonly 'max-connection-age': Option<number>;
  readonly 'max-target': Option<number>;
  readonly 'max-head': Option<number>;
  readonly 'max-fields': Option<number>;
  readonly workers: Option<number | 'auto'>;
  readonly grace: Option<number>;
  readonly 'drain-delay': Option<number>;
}

export const LOAD_FLAGS: LoadFlags = {
  'fs-timeout': {
    description: 'Time for one operation of the disk; then 503; 0 is any',
    default: 10_000,
    defaultDescription: '10s',
    isUnlimitedAt0: true,
    isReloadable: true,
    ...DURATION,
  },
  'head-timeout': {
    description: 'Time for a whole request head, from its first octet; then 408',
    default: 15_000,
    defaultDescription: '15s',
    isReloadable: true,
    ...SOME_TIME,
  },
  'idle-timeout': {
    description: 'Time between two requests; 5s at most where most connections are taken',
    default: 65_000,
    defaultDescription: '65s',
    isReloadable: true,
    ...SOME_TIME,
  },
  'send-timeout': {
    description: 'Time without one octet taken by a client that is sent some',
    default: 30_000,
    defaultDescription: '30s',
    isReloadable: true,
    ...SOME_TIME,
  },
  'min-send-rate': {
    description: 'Least that a client takes per second on average, after that time; 0 is any',
    default: 512,
    defaultDescription: '512b',
    isReloadable: true,
    isUnlimitedAt0: true,
    ...SIZE,
  },
  linger: {
    description: 'Time to read the last answer on a connection that is being closed',
    default: 2000,
    defaultDescription: '2s',
    isReloadable: true,
    ...SOME_TIME,
  },
  'max-connections': {
    description: 'Connections at a time; over it 503; 0 is any number',
    default: undefined,
    derived: ownConnections,
    defaultDescription: 'half of the descriptors, 4096 at most',
    isReloadable: true,
    isUnlimitedAt0: true,
    ...COUNT,
  },
  'max-connections-per-ip': {
    description:
      'Connections at a time of one address, of IPv6 one /64; over it 503; 0 is any number',
    default: 0,
    isReloadable: true,
    ...COUNT,
  },
  'max-requests-per-connection': {
    description: 'Requests on one connection; the last answer closes it; 0 is any number',
    default: 1000,
    isReloadable: true,
    isUnlimitedAt0: true,
    ...COUNT,
  },
  'max-connection-age': {
    description: 'Age after which the next answer closes a connection; 0 is any',
    default: 3_600_000,
    defaultDescription: '1h',
    isReloadable: true,
    isUnlimitedAt0: true,
    ...DURATION,
  },
  'max-target': {
    description: 'Longest request target; then 414',
    default: 8192,
    defaultDescription: '8kb',
    isReloadable: true,
    ...SOME_SIZE,
  },
  'max-head': {
    description: 'Largest request head; then 431',
    default: 16_384,
    defaultDescription: '16kb',
    isReloadable: true,
    ...SOME_SIZE,
  },
  'max-fields': {
    description: 'Most field lines in a request head; then 431',
    default: 100,
    isReloadable: true,
    ...integerForm('a number', 1, 999_999_999),
  },
  workers: {
    description: 'Processes that serve; auto: one for each core',
    default: 1,
    expected: 'a number from 1 to 256, or auto',
    parse: (text) => (text === 'auto' ? text : parseInteger(text, 1, 256)),
    schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: 256 }, { const: 'auto' }] },
  },
  grace: {
    description: 'How long exchanges under way may take when the server is stopped',
    default: 10_000,
    defaultDescription: '10s',
    isReloadable: true,
    ...DURATION,
  },
  'drain-delay': {
    description: 'How long a server that is stopped still accepts, not ready any more',
    default: 0,
    isReloadable: true,
    ...DURATION,
  },
};
