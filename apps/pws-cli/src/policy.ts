/**
 * Who may have answers, and what else is said in each: what a configuration makes of the features
 * that stand around the site.
 * Owns which of them are there, and their order. What each does is in a file of its own.
 */
import type { FieldLines } from '@pws/static-fs';
import { AddressRanges } from './address-ranges.ts';
import { type AllowedHosts, checkHost } from './allowed-hosts.ts';
import { type Successes, askForPassword } from './basic-auth.ts';
import { cacheFields } from './cache-fields.ts';
import {
  type CacheChoice,
  type CachePolicy,
  type CachePolicyOptions,
  type CacheReasons,
  createCacheReasons,
} from './cache-policy.ts';
import { CommandError } from './command-error.ts';
import { type SharedWith, answerPreflight, shareAnswers } from './cors.ts';
import type { Peer } from './exchange.ts';
import { DEFAULT_ENVIRONMENT_PATH, type Environment, serveEnvironment } from './env-script.ts';
import type { Answerer, Dresser } from './handler.ts';
import { createHealth } from './health.ts';
import { type UserEntry, type Users, readHtpasswd } from './htpasswd.ts';
import type { PasswordCheck } from './password-check.ts';
import type { ReadinessState } from './readiness.ts';
import { type TransportSecurity, constantFields } from './security-fields.ts';
import type { ServedMount } from './served-site.ts';
import { type PeerRule, trustProxies } from './trusted-proxies.ts';

/** What can be said of all that. */
export interface PolicyOptions {
  /**
   * Names that requests may be for, in small letters; `.example.com` for all below it too, `*` for
   * any. Default: any, but those of loopback alone on a listener that only this machine reaches.
   */
  readonly allowedHosts?: AllowedHosts | undefined;
  /** Origins whose pages may read answers, or `*`. Default: none. */
  readonly cors?: SharedWith | undefined;
  /**
   * How long answers may be kept: by the names of files, not at all, or for seconds. Default:
   * nothing is said of it.
   */
  readonly cache?: CacheChoice | undefined;
  /** Whether pages are cut off from other origins (COOP, COEP, CORP). Default false. */
  readonly isolate?: boolean | undefined;
  /** What Strict-Transport-Security says in answers over TLS. Default: it is not sent. */
  readonly hsts?: TransportSecurity | undefined;
  /** Field lines for every answer that has no field of that name. Default: none. */
  readonly header?: FieldLines | undefined;
  /**
   * Path of an htpasswd file with bcrypt hashes, or what one said. Default: no password is asked
   * for.
   */
  readonly basicAuth?: string | readonly UserEntry[] | undefined;
  /** Address ranges of proxies whose Forwarded and X-Forwarded-* are believed. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
  /** Whether connections begin with the PROXY protocol, from `trustProxy` alone. Default false. */
  readonly proxyProtocol?: boolean | undefined;
  /**
   * What the names of environment variables begin with that pages get as a script, as `PUBLIC_`;
   * not empty. Default: no script.
   */
  readonly envPrefix?: string | undefined;
  /** Where that script is. Default: `/env.js`. */
  readonly envPath?: string | undefined;
}

/** What a policy needs of the server; all of it outlives the policy. */
export interface PolicySurroundings {
  /** What the server was told to listen on. */
  readonly host: string | undefined;
  /** The address that it listens on; asked when the first request is there. */
  readonly boundAddress: () => string;
  /** Milliseconds, never going back. */
  readonly monotonicMs: () => number;
  readonly check: PasswordCheck;
  /** Who was let in by the policies before. */
  readonly successes: Successes;
  readonly env: Environment;
  /** Paths of the site that a build shows to be hashed. Default: none. */
  readonly hashed?: { has(path: string): boolean };
  /** Sites below paths. Default: none. */
  readonly mounts?: readonly ServedMount[];
}

/** What stands around a site. It holds nothing that would have to be released. */
export interface Policy {
  /** Before the site, in this order. */
  readonly answerers: readonly Answerer[];
  /** Behind the answer, in this order. */
  readonly dressers: readonly Dresser[];
  /**
   * What one of them says of caches, and why; `undefined` where none does.
   *
   * @param mount - the base of the site that answered; `undefined` for the one at the root
   */
  readonly cacheReasonsOf: (mount: string | undefined) => CacheReasons | undefined;
  /** Who sent a request. */
  readonly effectivePeer: PeerRule;
  /** Whether what a peer says of others is believed. */
  readonly isTrusted: (peer: Peer) => boolean;
  /** Where connections begin with the PROXY protocol: whose may. */
  readonly proxies: AddressRanges | undefined;
}

/**
 * Makes the policy of a server.
 *
 * @throws {CommandError} for an htpasswd file that cannot be read or has a fault, and for
 *   `proxyProtocol` without `trustProxy`; {TypeError} for an empty `envPrefix`
 */
export async function createPolicy(
  options: PolicyOptions,
  surroundings: PolicySurroundings,
): Promise<Policy> {
  const { cors, basicAuth, trustProxy, proxyProtocol = false, allowedHosts } = options;
  const trusted = trustProxy === undefined ? undefined : new AddressRanges(trustProxy);
  if (proxyProtocol && trusted === undefined) {
    throw new CommandError(
      2,
      '--proxy-protocol: expected --trust-proxy with the ranges of the proxies too, got none',
    );
  }
  const { envPrefix, envPath = DEFAULT_ENVIRONMENT_PATH, header = [] } = options;
  const users = basicAuth === undefined ? undefined : await usersOf(basicAuth);
  const isPrivate = users !== undefined;
  const { hashed, mounts = [] } = surroundings;
  const ofRoot = cacheReasonsOf(options, { isPrivate, hashed });
  const ofMounts = new Map<string, CacheReasons>();
  for (const mount of mounts) {
    const ofMount = { cache: mount.cache ?? options.cache };
    const own = cacheReasonsOf(ofMount, { isPrivate, hashed: mount.conventions });
    if (own !== undefined) ofMounts.set(mount.base, own);
  }
  const policy = ofRoot && policyBy(ofRoot);
  const mounted = new Map([...ofMounts].map(([base, own]) => [base, policyBy(own)]));
  const saysCaching = policy !== undefined || mounted.size > 0 || isPrivate;
  // Step 1: whoever was led here under another name learns nothing, not even what is allowed.
  const answerers = [checkHost({ ...surroundings, allowed: allowedHosts })];
  // Step 2: a browser asks first without a password, and asks no further without an answer.
  if (cors !== undefined) answerers.push(answerPreflight(cors));
  // Step 3: from here on there may be files.
  if (users !== undefined) answerers.push(askForPassword({ ...surroundings, users }));
  // Step 4: what is not in a file, for whoever may have those.
  if (envPrefix !== undefined) {
    const place = { prefix: envPrefix, path: envPath, env: surroundings.env };
    answerers.push(serveEnvironment({ ...place, isPrivate }));
  }
  return {
    answerers,
    dressers: [
      constantFields(options),
      ...(saysCaching ? [cacheFields({ policy, mounted, isPrivate, header })] : []),
      ...(cors === undefined ? [] : [shareAnswers(cors)]),
    ],
    cacheReasonsOf: (mount) => (mount === undefined ? ofRoot : ofMounts.get(mount)),
    effectivePeer:
      trusted === undefined ? (peer, isSecure) => ({ peer, isSecure }) : trustProxies(trusted),
    // Who is trusted by nobody's word is not looked up.
    isTrusted: trusted === undefined ? () => false : ({ address }) => trusted.includes(address),
    proxies: proxyProtocol ? trusted : undefined,
  };
}

/** Who else may answer. */
export interface AnswererOptions {
  /** Prefix of the probes' paths; `false` for none. */
  readonly health: string | false;
  readonly state: () => ReadinessState;
  /** Behind those who check, and before the site. */
  readonly answerers: readonly Answerer[];
}

/** All who may answer before the site, in order. */
export function answerersBeforeSite(
  { answerers }: Policy,
  { health, state, answerers: others }: AnswererOptions,
): readonly Answerer[] {
  // Probes first: they come without credentials and ask an IP address.
  const probes = health === false ? [] : [createHealth({ prefix: health, state })];
  return [...probes, ...answerers, ...others];
}

function cacheReasonsOf(
  { cache }: Pick<PolicyOptions, 'cache'>,
  options: CachePolicyOptions,
): CacheReasons | undefined {
  return cache === undefined ? undefined : createCacheReasons(cache, options);
}

function policyBy(reasons: CacheReasons): CachePolicy {
  return (served, facts) => reasons(served, facts).value;
}

async function usersOf(source: string | readonly UserEntry[]): Promise<Users> {
  return typeof source === 'string' ? readHtpasswd(source) : new Map(source);
}
