/**
 * What all clients of a soak have: the server's place, the site, numbers, the ledger, and a
 * connection that stays while the server keeps it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClientConnection,
  ConnectionOver,
  type Place,
  type ResponseHead,
} from './client-connection.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { SoakedSite } from './soaked-site.ts';

/** What a client is given. */
export interface Surroundings {
  readonly place: Place;
  readonly site: SoakedSite;
  readonly ledger: Ledger;
  readonly random: Random;
}

/** A request. */
export interface Asked {
  readonly target: string;
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Its answer. */
export interface Answer extends ResponseHead {
  readonly content: Buffer;
}

/** One of the many requests that are as they should be; RFC 9112 §3. */
export function requestText({ target, method = 'GET', fields = {} }: Asked): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`;
}

export class Client implements Surroundings {
  readonly place: Place;
  readonly site: SoakedSite;
  readonly ledger: Ledger;
  readonly random: Random;
  #kept: ClientConnection | undefined;

  constructor({ place, site, ledger, random }: Surroundings) {
    this.place = place;
    this.site = site;
    this.ledger = ledger;
    this.random = random;
  }

  /** A connection of its own for what does not leave it as it was. */
  open(): Promise<ClientConnection> {
    return ClientConnection.open(this.place);
  }

  /**
   * Asks on the connection that is kept. The server may close one that is idle at any time (RFC
   * 9112 §9.3.1, §9.5): who then had no octet of an answer asks again on another.
   */
  async ask(asked: Asked): Promise<Answer> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const connection = await this.#connection();
      const before = connection.receivedBytes;
      try {
        void connection.send(requestText(asked));
        // oxlint-disable-next-line no-await-in-loop
        const head = await connection.head();
        // oxlint-disable-next-line no-await-in-loop
        const content = await connection.content(head, asked.method);
        this.ledger.receivedBytes += content.length;
        if (connection.isLast) this.leave();
        return { ...head, content };
      } catch (error) {
        this.leave();
        const wasIdle = connection.answers > 0 && connection.receivedBytes === before;
        if (!(error instanceof ConnectionOver) || !wasIdle) throw error;
        this.ledger.askedAgain += 1;
      }
    }
  }

  /** Waits for a while, so that not all is as fast as it can be. */
  async pause(mostMs: number): Promise<void> {
    await sleep(this.random.below(mostMs));
  }

  /** Waits so long. */
  async pauseFor(ms: number): Promise<void> {
    await sleep(ms);
  }

  leave(): void {
    this.#kept?.leave();
    this.#kept = undefined;
  }

  async #connection(): Promise<ClientConnection> {
    if (this.#kept?.isOpen === true) return this.#kept;
    this.leave();
    this.#kept = await this.open();
    return this.#kept;
  }
}
