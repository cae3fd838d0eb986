/**
 * The flags, each in one row: name, default, help, and how its text becomes a value.
 * Owns which values there are. A flag, its environment variable and its key in a configuration file
 * are read by the same row, so they accept the same and complain alike. The file's JSON Schema and
 * what `--print-config` prints come from the rows too: a row is all that a new flag needs.
 */
import type { FieldLines } from '@pws/static-fs';
import { ADDRESS_RANGES_EXPECTED, parseAddressRanges } from './address-ranges.ts';
import { ALLOWED_HOSTS_EXPECTED, type AllowedHosts, parseAllowedHosts } from './allowed-hosts.ts';
import { CommandError } from './command-error.ts';
import { SHARED_WITH_EXPECTED, type SharedWith, parseSharedWith } from './cors.ts';
import { DEFAULT_PREFIX } from './health.ts';
import {
  choiceForm,
  DURATION,
  FILE_NAMES,
  type Form,
  integerForm,
  type JsonSchema,
  SIZE,
  SOME_TIME,
  SWITCH,
  textForm,
} from './option-forms.ts';
import {
  type HostPort,
  parseHostPort,
  parseInteger,
  parsePrefix,
  parseUnless,
} from './option-values.ts';
import {
  FIELD_LINE_EXPECTED,
  type TransportSecurity,
  parseFieldLines,
  parseTransportSecurity,
} from './security-fields.ts';

/** `auto`: pretty on a terminal, else json. */
const LOG_FORMATS = ['auto', 'pretty', 'combined', 'json', 'none'] as const;

const DOTFILES = ['deny', 'allow'] as const;
const SYMLINKS = ['within', 'follow', 'deny'] as const;
const ENTITY_TAGS = ['auto', 'stat', 'content', 'off'] as const;
const COUNT = integerForm('a number', 0, 999_999_999);

/** Where metrics are given: on a port of their own, or beside the site. */
export type MetricsPlace = HostPort | 'under-prefix';

/** How exchanges are written to standard output. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One flag. */
export interface Option<Value> extends Omit<Form<Value>, 'schema'> {
  /** One letter, for `-p`. */
  readonly alias?: string;
  /** Line in the help. */
  readonly description: string;
  /** What holds where the flag is not given. */
  readonly default: Value;
  /** How the default is shown, where the value itself would say little. */
  readonly defaultDescription?: string;
  /** Whether the flag may stand without a value. */
  readonly isSwitch?: boolean;
  /** Whether it may be given more than once; the texts are joined. */
  readonly isRepeatable?: boolean;
  /** Whether a running server takes a new value on; what is not, needs a restart. */
  readonly isReloadable?: boolean;
  /** Whether it is about the run, not the server, and so is no key of a configuration file. */
  readonly isOutsideFile?: boolean;
  /** What fits in a configuration file. Default: whatever a text can be made of. */
  readonly schema?: JsonSchema;
  /** What stands between several texts. Default: a comma. */
  readonly separator?: string;
}

/** The flags of `pws serve`. */
export interface Options {
  readonly port: Option<number>;
  readonly host: Option<string | undefined>;
  readonly unix: Option<string | undefined>;
  readonly 'unix-mode': Option<string>;
  readonly backlog: Option<number>;
  readonly index: Option<readonly string[]>;
  readonly listing: Option<boolean>;
  readonly dotfiles: Option<(typeof DOTFILES)[number]>;
  readonly symlinks: Option<(typeof SYMLINKS)[number]>;
  readonly etag: Option<(typeof ENTITY_TAGS)[number]>;
  readonly precompressed: Option<boolean>;
  readonly compress: Option<boolean>;
  readonly memory: Option<number>;
  readonly fresh: Option<number>;
  readonly 'head-timeout': Option<number>;
  readonly 'idle-timeout': Option<number>;
  readonly 'send-timeout': Option<number>;
  readonly 'min-send-rate': Option<number>;
  readonly linger: Option<number>;
  readonly 'max-connections': Option<number | undefined>;
  readonly 'max-requests-per-connection': Option<number>;
  readonly 'max-connection-age': Option<number>;
  readonly 'max-target': Option<number>;
  readonly 'max-head': Option<number>;
  readonly 'max-fields': Option<number>;
  readonly workers: Option<number | 'auto'>;
  readonly grace: Option<number>;
  readonly 'drain-delay': Option<number>;
  readonly 'allowed-hosts': Option<AllowedHosts | undefined>;
  readonly 'basic-auth': Option<string | undefined>;
  readonly cors: Option<SharedWith | undefined>;
  readonly header: Option<FieldLines | undefined>;
  readonly hsts: Option<TransportSecurity | undefined>;
  readonly isolate: Option<boolean>;
  readonly 'trust-proxy': Option<readonly string[] | undefined>;
  readonly 'proxy-protocol': Option<boolean>;
  readonly 'tls-cert': Option<string | undefined>;
  readonly 'tls-key': Option<string | undefined>;
  readonly https: Option<boolean>;
  readonly http2: Option<boolean>;
  readonly 'redirect-http': Option<number | undefined>;
  readonly log: Option<LogFormat>;
  readonly health: Option<string | false>;
  readonly metrics: Option<MetricsPlace | false>;
  readonly quiet: Option<boolean>;
  readonly verbose: Option<boolean>;
  readonly config: Option<string | undefined>;
  readonly 'print-config': Option<boolean>;
}

/** The name of a flag, as it is typed behind `--`. */
export type OptionName = keyof Options;

export const OPTIONS: Options = {
  port: {
    alias: 'p',
    description: 'Port to listen on; 0 takes any free one. PORT is read too',
    default: 8001,
    ...integerForm('a port', 0, 65_535),
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
    // oxlint-disable-next-line no-control-regex
    ...textForm('the path of a Unix socket', /^[^\x00]+$/),
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
  index: {
    description: 'File that answers for a folder; several with commas, best first',
    default: ['index.html'],
    defaultDescription: 'index.html',
    isRepeatable: true,
    isReloadable: true,
    ...FILE_NAMES,
  },
  listing: {
    description: 'List folders without such a file: a page, or JSON by Accept',
    default: false,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  dotfiles: {
    description: 'Names that begin with a dot: deny (404, but .well-known is served), allow',
    default: 'deny',
    isReloadable: true,
    ...choiceForm(DOTFILES),
  },
  symlinks: {
    description: 'Links to follow: within (target inside the root), follow, deny',
    default: 'within',
    isReloadable: true,
    ...choiceForm(SYMLINKS),
  },
  etag: {
    description: 'Entity tags: auto, stat (date and length), content, off',
    default: 'auto',
    isReloadable: true,
    ...choiceForm(ENTITY_TAGS),
  },
  precompressed: {
    description: 'Send .br, .zst and .gz siblings to clients that accept them',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  compress: {
    description: 'Compress text on the fly; what was compressed is kept in memory',
    default: true,
    isSwitch: true,
    isReloadable: true,
    ...SWITCH,
  },
  memory: {
    description: 'Most that is kept in memory: small files and compressed forms',
    default: 64 * 1024 ** 2,
    defaultDescription: '64mb',
    isReloadable: true,
    ...SIZE,
  },
  fresh: {
    description: 'How long a file is believed unchanged without asking the disk; 0 asks each time',
    default: 1000,
    defaultDescription: '1s',
    isReloadable: true,
    ...DURATION,
  },
  'head-timeout': {
    description: 'Time for a whole request head, from its first octet; then 408',
    default: 15_000,
    defaultDescription: '15s',
    ...SOME_TIME,
  },
  'idle-timeout': {
    description: 'Time between two requests; 5s at most where most connections are taken',
    default: 65_000,
    defaultDescription: '65s',
    ...SOME_TIME,
  },
  'send-timeout': {
    description: 'Time without one octet taken by a client that is sent some',
    default: 30_000,
    defaultDescription: '30s',
    ...SOME_TIME,
  },
  'min-send-rate': {
    description: 'Least that a client takes per second on average, after that time; 0 is any',
    default: 512,
    defaultDescription: '512b',
    ...SIZE,
  },
  linger: {
    description: 'Time to read the last answer on a connection that is being closed',
    default: 2000,
    defaultDescription: '2s',
    ...SOME_TIME,
  },
  'max-connections': {
    description: 'Connections at a time; over it 503; 0 is any number',
    default: undefined,
    defaultDescription: 'half of the descriptors, 4096 at most',
    ...COUNT,
  },
  'max-requests-per-connection': {
    description: 'Requests on one connection; the last answer closes it; 0 is any number',
    default: 1000,
    ...COUNT,
  },
  'max-connection-age': {
    description: 'Age after which the next answer closes a connection; 0 is any',
    default: 3_600_000,
    defaultDescription: '1h',
    ...DURATION,
  },
  'max-target': {
    description: 'Longest request target; then 414',
    default: 8192,
    defaultDescription: '8kb',
    ...SIZE,
  },
  'max-head': {
    description: 'Largest request head; then 431',
    default: 16_384,
    defaultDescription: '16kb',
    ...SIZE,
  },
  'max-fields': {
    description: 'Most field lines in a request head; then 431',
    default: 100,
    ...COUNT,
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
    ...DURATION,
  },
  'drain-delay': {
    description: 'How long a server that is stopped still accepts, not ready any more',
    default: 0,
    ...DURATION,
  },
  'allowed-hosts': {
    description: 'Host names that are answered for; .example.com for all below it too, * for any',
    default: undefined,
    defaultDescription: 'any; where only this machine can connect, its own names',
    isRepeatable: true,
    expected: ALLOWED_HOSTS_EXPECTED,
    parse: parseAllowedHosts,
  },
  'basic-auth': {
    description: 'File of names and bcrypt hashes (htpasswd -B) that are let in',
    default: undefined,
    defaultDescription: 'everybody is',
    // oxlint-disable-next-line no-control-regex
    ...textForm('the path of an htpasswd file', /^[^\x00]+$/),
  },
  cors: {
    description: 'Origins whose pages may read what is served here, or *',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    expected: SHARED_WITH_EXPECTED,
    parse: parseSharedWith,
  },
  header: {
    description: 'A field "Name: value" for every answer that has none of that name; repeatable',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    separator: '\n',
    expected: FIELD_LINE_EXPECTED,
    parse: parseFieldLines,
  },
  hsts: {
    description: 'Seconds for which clients are to come over TLS alone; with ",subdomains" behind',
    default: undefined,
    defaultDescription: 'not said',
    expected: 'seconds from 0 to 315360000, such as 31536000, or 31536000,subdomains',
    parse: parseTransportSecurity,
  },
  isolate: {
    description: 'Isolate pages from other origins, as shared memory needs it',
    default: false,
    isSwitch: true,
    ...SWITCH,
  },
  'trust-proxy': {
    description: 'Addresses of proxies whose Forwarded and X-Forwarded-* are believed',
    default: undefined,
    defaultDescription: 'none',
    isRepeatable: true,
    expected: ADDRESS_RANGES_EXPECTED,
    parse: parseAddressRanges,
  },
  'proxy-protocol': {
    description: 'Connections begin with the PROXY protocol; from --trust-proxy alone',
    default: false,
    isSwitch: true,
    ...SWITCH,
  },
  'tls-cert': {
    description: 'PEM file with the certificate and what leads to its root; read again on SIGHUP',
    default: undefined,
    defaultDescription: 'no TLS',
    isReloadable: true,
    // oxlint-disable-next-line no-control-regex
    ...textForm('the path of a PEM file', /^[^\x00]+$/),
  },
  'tls-key': {
    description: 'PEM file with the private key of the certificate',
    default: undefined,
    defaultDescription: 'no TLS',
    isReloadable: true,
    // oxlint-disable-next-line no-control-regex
    ...textForm('the path of a PEM file', /^[^\x00]+$/),
  },
  https: {
    description: 'TLS with a certificate made on the spot, for this machine',
    default: false,
    isSwitch: true,
    ...SWITCH,
  },
  http2: {
    description: 'Offer HTTP/2 where TLS is spoken',
    default: true,
    isSwitch: true,
    ...SWITCH,
  },
  'redirect-http': {
    description: 'A second port, for plain HTTP that is redirected to https',
    default: undefined,
    defaultDescription: 'none',
    ...integerForm('a port', 1, 65_535),
  },
  log: {
    description: 'Form of the log on standard output: auto, pretty, combined, json, none',
    default: 'auto',
    defaultDescription: 'auto: pretty on a terminal, else json',
    isReloadable: true,
    ...choiceForm(LOG_FORMATS),
  },
  health: {
    description: 'Answer livez and readyz under a path prefix, /-/ where none is named',
    default: false,
    defaultDescription: 'off',
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
    ...textForm('a path', /^[^\0]+$/),
  },
  'print-config': {
    description: 'Print the effective configuration as JSON and stop',
    default: false,
    isSwitch: true,
    isOutsideFile: true,
    ...SWITCH,
  },
};

/** The rows, where any of them will do. */
export function optionOf(name: OptionName): Option<unknown> {
  return OPTIONS[name] as Option<unknown>;
}

/** The names of all flags, in order. */
export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** Several texts of one option as one: those of a flag that was repeated, those of a list. */
export function joinTexts(option: Option<unknown>, texts: readonly string[]): string {
  return texts.join(option.separator ?? ',');
}

/**
 * The value of a text that was given for an option.
 *
 * @param source - where the text was given, for the message: `--port`, `PWS_PORT`
 * @throws {CommandError} exit code 2, naming the source, what was expected and what came
 */
export function parseOption<Value>(option: Option<Value>, text: string, source: string): Value {
  const value = option.parse(text);
  if (value !== undefined) return value;
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  throw new CommandError(2, `${source}: expected ${option.expected}, got ${got}`);
}
