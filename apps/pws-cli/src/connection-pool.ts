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

/** How many connections are told that there is no room; more are closed without a word. */
const MOST_REFUSED = 64;
/** From here on idle connections have less time. */
const CROWDED = 0.75;

/** What is to become of a new connection. */
export type Admission = 'serve' | 'refuse' | 'drop';

export class ConnectionPool {
  readonly #max: number;
  readonly #connections = new Set<PooledConnection>();
  readonly #whenEmpty: (() => void)[] = [];
  #allBusy = false;

  /** @param max - connections at a time; 0 is any number */
  constructor(max: number, clock: CoarseClock) {
    this.#max = max;
    clock.onTick((nowMs) => this.#check(nowMs));
  }

  /** How many there are. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Makes room for one more. Where there is none, the oldest connection that is idle gives way: its
   * client loses nothing but a little time.
   */
  admit(): Admission {
    if (this.#max === 0 || this.size < this.#max) return 'serve';
    if (!this.#allBusy && this.#shed()) return 'serve';
    return this.size < this.#max + MOST_REFUSED ? 'refuse' : 'drop';
  }

  #shed(): boolean {
    for (const connection of this.#connections) {
      if (!connection.isIdle) continue;
      this.#connections.delete(connection);
      connection.destroy();
      return true;
    }
    // Not looked for again before the next tick: a flood must not pay for it with each connection.
    this.#allBusy = true;
    return false;
  }

  /** Takes a connection in. */
  add(connection: PooledConnection): void {
    this.#connections.add(connection);
  }

  /** Forgets a connection that is gone. */
  remove(connection: PooledConnection): void {
    this.#connections.delete(connection);
    if (this.size > 0) return;
    for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  /** Lets all close after their next answer. */
  retire(): void {
    for (const connection of this.#connections) connection.retire();
  }

  /** Lets all finish what they do. */
  drain(): void {
    for (const connection of this.#connections) connection.drain();
  }

  /** Ends all now. */
  destroy(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Resolves when there is none. */
  async empty(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #check(nowMs: number): void {
    this.#allBusy = false;
    const isCrowded = this.#max > 0 && this.size >= this.#max * CROWDED;
    for (const connection of this.#connections) connection.check(nowMs, isCrowded);
  }
}
