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
  /** Ends it now; the reason is for the record of what is cut off. */
  destroy(reason?: string): void;
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
 * Whose a connection is; `undefined` where that does not count. Asked where it matters: to know it
 * can take a call of the system.
 */
export type Client = () => string | undefined;

/** What is to become of a new connection. */
export type Admission = 'serve' | 'refuse' | 'drop';

export class ConnectionPool {
  #max: number;
  #maxPerClient: number;
  /** With whose each is, the oldest first. */
  readonly #connections = new Map<PooledConnection, Client | undefined>();
  /** Whose each is, and how many each client has; empty where nobody asks. */
  readonly #clientOf = new Map<PooledConnection, string>();
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
    this.#clientOf.clear();
    for (const [connection, client] of this.#connections) this.#count(connection, client);
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
   * @param client - default: one that does not count
   */
  admit(client?: Client): Admission {
    if (this.#maxPerClient > 0) {
      const own = this.#countOf.get(client?.() ?? '') ?? 0;
      if (own >= this.#maxPerClient + MOST_REFUSED_PER_CLIENT) return 'drop';
      if (own >= this.#maxPerClient) return 'refuse';
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
  add(connection: PooledConnection, client?: Client): void {
    this.#connections.set(connection, client);
    this.#count(connection, client);
  }

  #count(connection: PooledConnection, client: Client | undefined): void {
    const whose = this.#maxPerClient === 0 ? undefined : client?.();
    if (whose === undefined) return;
    this.#clientOf.set(connection, whose);
    this.#countOf.set(whose, (this.#countOf.get(whose) ?? 0) + 1);
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
    const client = this.#clientOf.get(connection);
    if (client === undefined) return;
    this.#clientOf.delete(connection);
    const count = this.#countOf.get(client) ?? 0;
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
    for (const connection of this.#connections.keys()) connection.destroy('the server stopped');
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
