/**
 * Whether the server wants requests: `starting`, then `ready`, then `draining`.
 * Owns the order of the states, which never goes back. Who is told (a health page, systemd, the
 * process that started this one) is elsewhere.
 */

/** `starting`: does not listen yet. `draining`: finishes, and wants nothing new. */
export type ReadinessState = 'starting' | 'ready' | 'draining';

/** The state of a server, for those who route requests to it. */
export class Readiness {
  #state: ReadinessState = 'starting';
  readonly #listeners = new Set<(state: ReadinessState) => void>();

  get state(): ReadinessState {
    return this.#state;
  }

  /** Whether new requests are welcome. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /**
   * Tells of each change, as it happens.
   *
   * @returns ends the telling
   */
  onChange(listener: (state: ReadinessState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The server listens. One that is draining already does not become ready again. */
  becomeReady(): void {
    if (this.#state === 'starting') this.#change('ready');
  }

  /** The server is about to stop. */
  beginDraining(): void {
    if (this.#state !== 'draining') this.#change('draining');
  }

  #change(state: ReadinessState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
