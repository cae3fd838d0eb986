/**
 * An observer that keeps what it is told, and lets a test wait for it.
 */
import { expect } from 'vitest';
import type { Exchange, Observer, Peer } from '../src/exchange.ts';

export class RecordedMoments implements Observer {
  /** Each moment as a line: `online 51000`, `request 51000 GET /`. */
  readonly lines: string[] = [];
  readonly exchanges: Exchange[] = [];
  /** Failures that nobody foresaw. */
  readonly unforeseen: unknown[] = [];

  online = ({ port }: Peer): void => {
    this.lines.push(`online ${port}`);
  };

  request = ({ port }: Peer, method: string, target: string): void => {
    this.lines.push(`request ${port} ${method} ${target}`);
  };

  exchange = (exchange: Exchange): void => {
    this.lines.push(`exchange ${exchange.peer.port} ${exchange.status} ${exchange.ended}`);
    this.exchanges.push(exchange);
  };

  abandoned = ({ port }: Peer): void => {
    this.lines.push(`abandoned ${port}`);
  };

  offline = ({ port }: Peer): void => {
    this.lines.push(`offline ${port}`);
  };

  handshakeFailed = ({ port }: Peer, reason: string): void => {
    this.lines.push(`handshake ${port} ${reason}`);
  };

  proxyRefused = ({ port }: Peer, reason: string): void => {
    this.lines.push(`refused ${port} ${reason}`);
  };

  /** The lines of the client that has a port now; an earlier one may have had it too. */
  of(port: number): string[] {
    const from = Math.max(0, this.lines.lastIndexOf(`online ${port}`));
    return this.lines.slice(from).filter((line) => line.split(' ')[1] === String(port));
  }

  /** Waits until a client has been accepted: one that is reset before that has no address. */
  async untilOnline(port: number): Promise<void> {
    const isOnline = (lines: readonly string[]): boolean =>
      lines.includes(`online ${port}`) && !lines.includes(`offline ${port}`);
    await expect.poll(() => isOnline(this.of(port)), { timeout: 10_000 }).toBe(true);
  }

  /** Waits until a client is gone; gives its lines. */
  async untilOffline(port: number): Promise<string[]> {
    await expect.poll(() => this.of(port), { timeout: 10_000 }).toContain(`offline ${port}`);
    return this.of(port);
  }
}
