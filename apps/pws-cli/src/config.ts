/**
 * From the layers to one frozen configuration.
 * Owns that it is complete. Everything that may be wrong with a configuration is wrong here or in
 * what is called here, before a socket is opened.
 */
import { realpath } from 'node:fs/promises';
import type { WireLimits } from '@pws/http-wire';
import { withCodedForms } from './config-file.ts';
import type { ConfiguredRules } from './config-rules.ts';
import type { ConnectionLimits } from './deadlines.ts';
import { type Layers, type ValueOf, isSaid, optionValue } from './layers.ts';
import { type Mount, resolveMounts, rulesOf } from './mounts.ts';
import type { OptionName } from './options.ts';
import type { LogFormat, MetricsPlace } from './options-of-run.ts';
import type { PolicyOptions } from './policy.ts';
import { resolveRoot } from './root.ts';
import type { ServeJsonFile } from './serve-json-file.ts';
import { resolveTls } from './tls-config.ts';
import type { TlsOptions } from './tls-service.ts';
import type { UnixSocket } from './unix-socket.ts';

/** What the server is to do, complete and checked. */
export interface ServerConfig extends PolicyOptions {
  /** The folder that is served: an absolute path, links resolved. */
  readonly root: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Whether the next free port is taken where that one is taken. */
  readonly autoPort: boolean;
  /** Address or name to listen on; `undefined` for all interfaces. */
  readonly host: string | undefined;
  /** Unix socket to listen on instead, with an absolute path. */
  readonly unix: UnixSocket | undefined;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  /** Names that answer for a folder, best first. */
  readonly index: readonly string[];
  /** Whether paths of pages are written without `.html`. */
  readonly cleanUrls: boolean;
  /** Whether they end with a slash. */
  readonly trailingSlash: 'auto' | 'always' | 'never' | 'ignore';
  /** File that answers who goes to a page that is not there; `undefined` for none. */
  readonly shell: string | undefined;
  /** Path that the site is below, with a slash at both ends. */
  readonly base: string;
  /** Whose reading of `_headers` and `_redirects` holds. */
  readonly rules: 'netlify' | 'cloudflare' | 'off';
  /** Other folders, below paths. */
  readonly mounts: readonly Mount[];
  /** Rules that the configuration file has itself; `undefined` where it has none. */
  readonly ownRules: ConfiguredRules | undefined;
  /** What a `serve.json` says besides, as far as nobody says otherwise. */
  readonly serveJson?: ServeJsonFile | undefined;
  /** Whether folders without one are listed. */
  readonly listing: boolean;
  /** Whether names that begin with a dot are served. */
  readonly dotfiles: 'deny' | 'allow';
  /** Which symbolic links are followed. */
  readonly symlinks: 'within' | 'follow' | 'deny';
  /** What entity tags are made of. */
  readonly etag: 'auto' | 'stat' | 'content' | 'off';
  /** Most ranges in one answer; 0 gives none. */
  readonly maxRanges: number;
  /** Most names in a listing. */
  readonly maxListEntries: number;
  /** How long one operation of the disk may take, in milliseconds; 0 is any time. */
  readonly fsTimeoutMs: number;
  /** Whether siblings in a content coding are sent. */
  readonly precompressed: boolean;
  /** Whether text is compressed on the fly. */
  readonly compress: boolean;
  /** Most that is kept in memory, in bytes. */
  readonly memoryBytes: number;
  /** How long what the disk said is believed, in milliseconds. */
  readonly freshMs: number;
  /** Connections at a time; `undefined`: from the limit of descriptors. */
  readonly maxConnections: number | undefined;
  /** Connections at a time of one client; 0 is any number. */
  readonly maxConnectionsPerIp: number;
  /** How long a connection may take for what. */
  readonly limits: Partial<ConnectionLimits>;
  /** How large what a client sends may be. */
  readonly wireLimits: Partial<WireLimits>;
  /** How many processes serve; `auto`: one for each core. */
  readonly workers: number | 'auto';
  /** How long exchanges under way may take when the server stops, in milliseconds. */
  readonly graceMs: number;
  /** How long a stopping server still accepts, in milliseconds. */
  readonly drainDelayMs: number;
  /** Value of the Server field; `false`: none. */
  readonly serverHeader: string | false;
  /** How TLS is spoken; `undefined`: not at all. */
  readonly tls: TlsOptions | undefined;
  /** Form of the log. */
  readonly log: LogFormat;
  /** Characters of a field in the log; more are cut. */
  readonly logFieldLimit: number;
  /** Prefix of `livez` and `readyz`; `false` for none. */
  readonly health: string | false;
  /** Where figures are given to Prometheus; `false` for nowhere. */
  readonly metrics: MetricsPlace | false;
  /** No banner. */
  readonly quiet: boolean;
  /** Connections and arriving requests are logged too. */
  readonly verbose: boolean;
  /** Files that are not served though they may lie in the root; without links. */
  readonly withheld?: readonly string[];
}

/**
 * Puts the configuration together.
 *
 * @throws {CommandError} exit code 2 for a value that does not fit, 1 for a folder that is not there
 */
export async function resolveConfig(layers: Layers): Promise<ServerConfig> {
  const value = <Name extends OptionName>(name: Name): ValueOf<Name> => optionValue(name, layers);
  const config = {
    port: value('port'),
    autoPort: value('auto-port'),
    host: value('host'),
    unix: unixSocket(value('unix'), Number.parseInt(value('unix-mode'), 8)),
    backlog: value('backlog'),
    index: value('index'),
    cleanUrls: value('clean-urls'),
    trailingSlash: value('trailing-slash'),
    shell: value('spa') || undefined,
    base: value('base'),
    rules: value('rules'),
    ownRules: rulesIn(layers),
    listing: value('listing'),
    dotfiles: value('dotfiles'),
    symlinks: value('symlinks'),
    etag: value('etag'),
    maxRanges: value('max-ranges'),
    maxListEntries: value('max-list-entries'),
    fsTimeoutMs: value('fs-timeout'),
    precompressed: value('precompressed'),
    compress: value('compress'),
    cache: value('cache'),
    memoryBytes: value('memory'),
    freshMs: value('fresh'),
    maxConnections: value('max-connections'),
    maxConnectionsPerIp: value('max-connections-per-ip'),
    limits: {
      headMs: value('head-timeout'),
      idleMs: value('idle-timeout'),
      sendMs: value('send-timeout'),
      minSendBytesPerSecond: value('min-send-rate'),
      lingerMs: value('linger'),
      maxRequests: value('max-requests-per-connection'),
      maxAgeMs: value('max-connection-age'),
    },
    wireLimits: {
      maxTargetBytes: value('max-target'),
      maxHeadBytes: value('max-head'),
      maxFields: value('max-fields'),
    },
    workers: value('workers'),
    graceMs: value('grace'),
    drainDelayMs: value('drain-delay'),
    allowedHosts: value('allowed-hosts'),
    basicAuth: value('basic-auth'),
    cors: value('cors'),
    header: value('header'),
    hsts: value('hsts'),
    isolate: value('isolate'),
    serverHeader: value('server-header'),
    trustProxy: value('trust-proxy'),
    proxyProtocol: value('proxy-protocol'),
    envPrefix: value('env-prefix'),
    envPath: value('env-path'),
    tls: resolveTls({
      certFile: value('tls-cert'),
      keyFile: value('tls-key'),
      isMade: value('https'),
      http2: value('http2'),
      redirectHttpPort: value('redirect-http'),
      port: value('port'),
      isUnix: value('unix') !== undefined,
    }),
    log: value('log'),
    logFieldLimit: value('log-field-limit'),
    health: value('health'),
    metrics: value('metrics'),
    quiet: value('quiet'),
    verbose: value('verbose'),
  };
  const { given, surroundings, file } = layers;
  const serveJson = applicableServeJson(layers);
  const withheld = [
    ...(file ? [file.place] : []),
    ...(serveJson ? [serveJson.place] : []),
    ...(await secretFiles(config.tls, config.basicAuth)),
  ].flatMap(withCodedForms);
  return Object.freeze({
    ...config,
    ...(withheld.length === 0 ? {} : { withheld }),
    ...(serveJson === undefined ? {} : { serveJson }),
    root: serveJson?.root ?? (await resolveRoot(given.root, surroundings, file)),
    mounts: await resolveMounts(layers),
  });
}

function rulesIn({ file }: Layers): ConfiguredRules | undefined {
  return file && rulesOf(file.rules, file.name);
}

/** Without the lists of paths that an option of ours takes the place of. */
function applicableServeJson(layers: Layers): ServeJsonFile | undefined {
  const { serveJson } = layers;
  if (serveJson === undefined) return undefined;
  const { cleanUrls, directoryListing, ...json } = serveJson.json;
  return {
    ...serveJson,
    json: {
      ...json,
      ...(cleanUrls === undefined || isSaid('clean-urls', layers) ? {} : { cleanUrls }),
      ...(directoryListing === undefined || isSaid('listing', layers) ? {} : { directoryListing }),
    },
  };
}

/** Security: keys and hashes are never files of the site, also where they lie in the root. */
function secretFiles(
  tls: TlsOptions | undefined,
  passwordFile: string | undefined,
): Promise<readonly string[]> {
  const { certificate } = tls ?? {};
  const keyFile =
    typeof certificate === 'object' && 'keyFile' in certificate ? certificate.keyFile : undefined;
  const files = [keyFile, passwordFile].filter((path) => path !== undefined);
  // Where there is none, that is said when it is read.
  return Promise.all(files.map((path) => realpath(path).catch(() => path)));
}

function unixSocket(path: string | undefined, mode: number): UnixSocket | undefined {
  return path === undefined ? undefined : { path, mode };
}
