/**
 * Which connections are open, and how many may be.
 * Owns the bound on them, who gives way where it is reached, and how they end when the server
 * stops. Knows nothing of what is spoken on them.
 */
import { Chain, type Chained } from './chain.ts';
import type { CoarseClock } from './coarse-clock.ts';
import type { Peer } from './exchange.ts';

/** A connection, of whichever version of HTTP. */
export abstract class PooledConnection implements Chained<PooledConnection> {
  /** What it is as a member is the pool's. @internal */
  older: PooledConnection | undefined;
  /** @internal */
  newer: PooledConnection | undefined;
  /** Which client its peer was found to be, where each may have so many. @internal */
  clientName: string | undefined;
  /** Who is at its other end. */
  readonly peer: Peer;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Whether it waits for a request of which nothing has come. */
  abstract get isIdle(): boolean;
  /** Does what is due where its time is over. */
  abstract check(nowMs: number, isCrowded: boolean): void;
  /** Closes after the next answer, which says so; one without any stays open. */
  abstract retire(): void;
  /** Lets exchanges under way finish and closes then. */
  abstract drain(): void;
  /** Ends it now; the reason is for the record of what is cut off. */
  abstract destroy(reason?: string): void;
}

/** How many connections there may be; 0 is any number. */
export interface PoolLimits {
  readonly max: number;
  /** Of one client. Default 0. */
  readonly maxPerClient?: number | undefined;
}

/** How many connections are told that there is no room; more are closed without a word. */
const MOST_REFUSED = 64;
const MOST_REFUSED_PER_CLIENT = 8;
/** From here on idle connections have less time. */
const CROWDED = 0.75;

/**
 * Which client a peer is; `undefined` where that does not count. Asked where it matters: to know it
 * can take a call of the system.
 */
type ClientOf = (peer: Peer) => string | undefined;

/** What is to become of a new connection. */
export type Admission = 'serve' | 'refuse' | 'drop';

export class ConnectionPool {
  #max: number;
  #maxPerClient: number;
  readonly #clientOf: ClientOf;
  readonly #connections = new Chain<PooledConnection>();
  /** How many each client has; empty where nobody asks. */
  readonly #countOf = new Map<string, number>();
  readonly #whenEmpty: (() => void)[] = [];
  #allBusy = false;

  constructor({ max, maxPerClient = 0 }: PoolLimits, clock: CoarseClock, clientOf: ClientOf) {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
    this.#clientOf = clientOf;
    clock.onTick((nowMs) => this.#check(nowMs));
  }

  /**
   * Has other bounds from now on. Where there are more, none is ended for that: they give way to
   * those that come.
   */
  resize({ max, maxPerClient = 0 }: PoolLimits): void {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
    this.#countOf.clear();
    this.#connections.forEach((connection) => this.#count(connection));
  }

  /** How many there are. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Makes room for one more. Where there is none, the oldest connection that is idle gives way: its
   * client loses nothing but a little time; more than one does where the bound was lowered. A client
   * that has as many as it may is not let in at the cost of others.
   *
   * @param peer - who is at the other end of it
   */
  admit(peer: Peer): Admission {
    if (this.#maxPerClient > 0) {
      const own = this.#countOf.get(this.#clientOf(peer) ?? '') ?? 0;
      if (own >= this.#maxPerClient + MOST_REFUSED_PER_CLIENT) return 'drop';
      if (own >= this.#maxPerClient) return 'refuse';
    }
    if (this.#max === 0 || this.size < this.#max) return 'serve';
    if (!this.#allBusy) this.#shed();
    if (this.size < this.#max) return 'serve';
    return this.size < this.#max + MOST_REFUSED ? 'refuse' : 'drop';
  }

  #shed(): void {
    let next = this.#connections.oldest;
    while (next !== undefined) {
      const connection = next;
      next = connection.newer;
      if (!connection.isIdle) continue;
      this.#forget(connection);
      connection.destroy();
      if (this.size < this.#max) return;
    }
    // Not looked for again before the next tick: a flood must not pay for it with each connection.
    this.#allBusy = true;
  }

  /** Takes a connection in. */
  add(connection: PooledConnection): void {
    this.#connections.add(connection);
    this.#count(connection);
  }

  #count(connection: PooledConnection): void {
    const name = this.#maxPerClient === 0 ? undefined : this.#clientOf(connection.peer);
    connection.clientName = name;
    if (name !== undefined) this.#countOf.set(name, (this.#countOf.get(name) ?? 0) + 1);
  }

  /** Forgets a connection that is gone. */
  remove(connection: PooledConnection): void {
    this.#forget(connection);
    if (this.size > 0) return;
    for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  /** Only the first time counts. */
  #forget(connection: PooledConnection): void {
    this.#connections.delete(connection);
    const { clientName } = connection;
    if (clientName === undefined) return;
    connection.clientName = undefined;
    const count = this.#countOf.get(clientName) ?? 0;
    if (count > 1) this.#countOf.set(clientName, count - 1);
    else this.#countOf.delete(clientName);
  }

  /** Lets all close after their next answer. */
  retire(): void {
    this.#connections.forEach((connection) => connection.retire());
  }

  /** Lets all finish what they do. */
  drain(): void {
    this.#connections.forEach((connection) => connection.drain());
  }

  /** Ends all now. */
  destroy(): void {
    this.#connections.forEach((connection) => connection.destroy('the server stopped'));
  }

  /** Resolves when there is none. */
  async empty(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #check(nowMs: number): void {
    this.#allBusy = false;
    const isCrowded = this.#max > 0 && this.size >= this.#max * CROWDED;
    this.#connections.forEach((connection) => connection.check(nowMs, isCrowded));
  }
}
