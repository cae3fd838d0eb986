/**
 * Which connections are open, and how many may be.
 * Owns the bound on them, who gives way where it is reached, and how they end when the server
 * stops. Knows nothing of what is spoken on them.
 */
import type { CoarseClock } from './coarse-clock.ts';

/** A connection, of whichever version of HTTP. */
export interface PooledConnection {
  /** Whether it waits for a request of which nothing has come. */
  readonly isIdle: boolean;
  /** Does what is due where its time is over. */
  check(nowMs: number, isCrowded: boolean): void;
  /** Closes after the next answer, which says so; one without any stays open. */
  retire(): void;
  /** Lets exchanges under way finish and closes then. */
  drain(): void;
  /** Ends it now. */
  destroy(): void;
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

/** What is to become of a new connection. */
export type Admission = 'serve' | 'refuse' | 'drop';

export class ConnectionPool {
  #max: number;
  #maxPerClient: number;
  /** With whose each is, the oldest first. */
  readonly #connections = new Map<PooledConnection, string | undefined>();
  /** How many each client has; empty where nobody asks. */
  readonly #countOf = new Map<string, number>();
  readonly #whenEmpty: (() => void)[] = [];
  #allBusy = false;

  constructor({ max, maxPerClient = 0 }: PoolLimits, clock: CoarseClock) {
    this.#max = max;
    this.#maxPerClient = maxPerClient;
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
    for (const client of this.#connections.values()) this.#count(client);
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
   * @param client - whose it is; `undefined` where that does not count
   */
  admit(client?: string): Admission {
    const own = client === undefined ? 0 : (this.#countOf.get(client) ?? 0);
    if (this.#maxPerClient > 0 && own >= this.#maxPerClient) {
      return own < this.#maxPerClient + MOST_REFUSED_PER_CLIENT ? 'refuse' : 'drop';
    }
    if (this.#max === 0 || this.size < this.#max) return 'serve';
    if (!this.#allBusy) this.#shed();
    if (this.size < this.#max) return 'serve';
    return this.size < this.#max + MOST_REFUSED ? 'refuse' : 'drop';
  }

  #shed(): void {
    for (const connection of this.#connections.keys()) {
      if (!connection.isIdle) continue;
      this.#forget(connection);
      connection.destroy();
      if (this.size < this.#max) return;
    }
    // Not looked for again before the next tick: a flood must not pay for it with each connection.
    this.#allBusy = true;
  }

  /** Takes a connection in. */
  add(connection: PooledConnection, client?: string): void {
    this.#connections.set(connection, client);
    this.#count(client);
  }

  #count(client: string | undefined): void {
    if (this.#maxPerClient === 0 || client === undefined) return;
    this.#countOf.set(client, (this.#countOf.get(client) ?? 0) + 1);
  }

  /** Forgets a connection that is gone. */
  remove(connection: PooledConnection): void {
    this.#forget(connection);
    if (this.size > 0) return;
    for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  /** Only the first time counts. */
  #forget(connection: PooledConnection): void {
    const client = this.#connections.get(connection);
    this.#connections.delete(connection);
    const count = client === undefined ? undefined : this.#countOf.get(client);
    if (client === undefined || count === undefined) return;
    if (count > 1) this.#countOf.set(client, count - 1);
    else this.#countOf.delete(client);
  }

  /** Lets all close after their next answer. */
  retire(): void {
    for (const connection of this.#connections.keys()) connection.retire();
  }

  /** Lets all finish what they do. */
  drain(): void {
    for (const connection of this.#connections.keys()) connection.drain();
  }

  /** Ends all now. */
  destroy(): void {
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  /** Resolves when there is none. */
  async empty(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #check(nowMs: number): void {
    this.#allBusy = false;
    const isCrowded = this.#max > 0 && this.size >= this.#max * CROWDED;
    for (const connection of this.#connections.keys()) connection.check(nowMs, isCrowded);
  }
}
