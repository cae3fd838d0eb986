/**
 * The composition root: who may answer, the site, and the port that they are reached on.
 */
import type { CacheCounts } from '@pws/static-fs';
import { Successes } from './basic-auth.ts';
import { type Answerer, createHandler } from './handler.ts';
import { createPasswordCheck } from './password-check.ts';
import { type Policy, type PolicyOptions, answerersBeforeSite, createPolicy } from './policy.ts';
import { Readiness, type ReadinessState } from './readiness.ts';
import type { PortOptions } from './port-options.ts';
import { type Answering, type RunningPort, servePort } from './serve-port.ts';
import { type ServedSite, type SiteSettings, createServedSite } from './served-site.ts';
import { SERVER } from './server-name.ts';
import { TurnClock } from './turn-clock.ts';

/** What {@link startServer} needs. */
export interface ServerOptions extends SiteSettings, PolicyOptions, PortOptions {
  /**
   * Prefix of the paths where `livez` and `readyz` are answered; begins and ends with `/`. Default:
   * `false`, nowhere.
   */
  readonly health?: string | false;
  /** Who may answer behind those who check, and before the site, in this order. Default: nobody. */
  readonly answerers?: readonly Answerer[];
}

/** A server that runs. */
export interface RunningServer extends RunningPort {
  /** What became of the questions to the memory of the site, from the start on. */
  readonly cacheCounts: CacheCounts;
  /**
   * Goes on as if it had been started with these options, but for where it listens, and whether it
   * speaks TLS there: `port`, `host`, `unix`, `backlog`, the certificate (see `tls.renew`) and
   * `redirectHttpPort` stay. Exchanges under way end as they began; all that come later, also on
   * open connections, are answered by the new site, by whoever may have answers now. The htpasswd
   * file is read again. One after the other, where it is called again meanwhile.
   *
   * @throws {CommandError} where an option does not hold, {FileSourceError} where the root is not
   *   there, and {TypeError} where an index name is none; then nothing has changed
   */
  reconfigure(options: ServerOptions): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {CommandError} when it cannot listen, or an option does not hold, {FileSourceError} where
 *   the root is not there (`missing`) or cannot be had, and {TypeError} where an index name is none
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const readiness = options.readiness ?? new Readiness();
  const turn = new TurnClock();
  const check = createPasswordCheck();
  let served = await createServedSite(options, turn);
  const surroundings = {
    host: options.host,
    boundAddress: () => port.address.address,
    monotonicMs: turn.monotonicMs,
    check,
    successes: new Successes(),
    env: process.env,
  };
  const policyFor = (
    changed: ServerOptions,
    { conventions, mounts }: ServedSite,
  ): Promise<Policy> => createPolicy(changed, { ...surroundings, hashed: conventions, mounts });
  const firstPolicy = await policyFor(options, served);
  const answeringWith = (changed: ServerOptions, policy: Policy): Answering => {
    const { health = false, answerers = [], observer = {}, unforeseen = warn } = changed;
    const { serverHeader = SERVER } = changed;
    const state = (): ReadinessState => readiness.state;
    const handler = createHandler({
      answerers: answerersBeforeSite(policy, { health, state, answerers }),
      dressers: policy.dressers,
      site: served.site,
      revision: () => served.revision(),
      server: serverHeader,
      now: turn.now,
      unforeseen,
    });
    return { handler, observer, unforeseen };
  };
  const port = await servePort(answeringWith(options, firstPolicy), firstPolicy, {
    ...options,
    readiness,
    turn,
    release: () => check.close(),
  });
  const change = async (changed: ServerOptions): Promise<void> => {
    const next = await createServedSite(changed, turn);
    const policy = await policyFor(changed, next);
    // All that can fail is behind.
    earlier = cacheCounts();
    served = next;
    port.reconfigure(answeringWith(changed, policy), policy, changed);
  };
  let changing = Promise.resolve();
  /** What the sites before this one were asked; a site begins with nothing. */
  let earlier: Pick<CacheCounts, 'hits' | 'misses'> = { hits: 0, misses: 0 };
  const cacheCounts = (): CacheCounts => {
    const { hits, misses, entries, bytes } = served.site.counts ?? NOTHING_CACHED;
    return { hits: hits + earlier.hits, misses: misses + earlier.misses, entries, bytes };
  };
  return {
    address: port.address,
    addresses: port.addresses,
    tls: port.tls,
    readiness,
    get cacheCounts() {
      return cacheCounts();
    },
    reconfigure(changed) {
      const done = changing.then(() => change(changed));
      changing = done.catch(() => undefined);
      return done;
    },
    close: (graceMs) => port.close(graceMs),
  };
}

const NOTHING_CACHED: CacheCounts = { hits: 0, misses: 0, entries: 0, bytes: 0 };

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
