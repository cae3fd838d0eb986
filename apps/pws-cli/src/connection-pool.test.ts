import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import { ConnectionPool, PooledConnection } from './connection-pool.ts';
import type { Peer } from './exchange.ts';

const a: Peer = { address: 'a', port: 1 };
const b: Peer = { address: 'b', port: 2 };
/** Who does not count. */
const nobody: Peer = { address: '', port: 0 };
const clientOf = ({ address }: Peer): string | undefined => (address === '' ? undefined : address);

class FakeConnection extends PooledConnection {
  isIdle = false;
  readonly calls: string[] = [];

  constructor(peer: Peer = nobody) {
    super(peer);
  }

  check(nowMs: number, isCrowded: boolean): void {
    this.calls.push(`check ${nowMs}${isCrowded ? ' crowded' : ''}`);
  }

  retire(): void {
    this.calls.push('retire');
  }

  drain(): void {
    this.calls.push('drain');
  }

  destroy(): void {
    this.calls.push('destroy');
  }
}

function poolOf(max: number, count: number): [ConnectionPool, FakeConnection[], ManualClock] {
  const clock = new ManualClock();
  const pool = new ConnectionPool({ max }, clock, clientOf);
  const connections = Array.from({ length: count }, () => new FakeConnection());
  for (const connection of connections) pool.add(connection);
  return [pool, connections, clock];
}

describe('a pool', () => {
  it('serves as many as there may be, refuses some more, and drops the rest', () => {
    const [pool] = poolOf(2, 1);
    expect(pool.admit(nobody)).toBe('serve');
    pool.add(new FakeConnection());
    for (let refused = 0; refused < 64; refused += 1) {
      expect(pool.admit(nobody)).toBe('refuse');
      pool.add(new FakeConnection());
    }
    expect(pool.admit(nobody)).toBe('drop');
  });

  it('lets the oldest idle connection give way', () => {
    const [pool, [first, second, third]] = poolOf(3, 3);
    second!.isIdle = true;
    third!.isIdle = true;
    expect(pool.admit(nobody)).toBe('serve');
    expect([first, second, third].map((one) => one!.calls)).toEqual([[], ['destroy'], []]);
  });

  it('looks for an idle one once in a tick', () => {
    const [pool, [only], clock] = poolOf(1, 1);
    expect(pool.admit(nobody)).toBe('refuse');
    only!.isIdle = true;
    expect(pool.admit(nobody), 'not looked for again').toBe('refuse');
    clock.advance(500);
    expect(pool.admit(nobody)).toBe('serve');
  });

  it('has as many as a bound that was lowered when the next ones come', () => {
    const [pool, connections] = poolOf(4, 4);
    for (const connection of connections.slice(1)) connection.isIdle = true;
    pool.resize({ max: 2 });
    expect(
      connections.flatMap(({ calls }) => calls),
      'nobody is ended for it',
    ).toEqual([]);
    expect(pool.admit(nobody)).toBe('serve');
    expect(connections.map(({ calls }) => calls.length)).toEqual([0, 1, 1, 1]);
    pool.resize({ max: 1 });
    expect(pool.admit(nobody)).toBe('refuse');
    pool.resize({ max: 2 });
    expect(pool.admit(nobody)).toBe('serve');
  });

  it('counts for a bound of each client that is new those who are there already', () => {
    const [pool] = poolOf(100, 0);
    const first = new FakeConnection(a);
    pool.add(first);
    pool.resize({ max: 100, maxPerClient: 1 });
    expect([pool.admit(a), pool.admit(b)]).toEqual(['refuse', 'serve']);
    pool.remove(first);
    expect(pool.admit(a)).toBe('serve');
  });

  it('has any number where 0 is the bound', () => {
    const [pool] = poolOf(0, 1000);
    expect(pool.admit(nobody)).toBe('serve');
  });

  it('checks all at each tick, and says when it is crowded', () => {
    const [pool, connections, clock] = poolOf(4, 2);
    clock.advance(500);
    pool.add(new FakeConnection());
    clock.advance(500);
    expect(connections[0]!.calls).toEqual(['check 500', 'check 1000 crowded']);
  });

  it('is empty when the last one is gone', async () => {
    const [pool, [first, second]] = poolOf(4, 2);
    let isEmpty = false;
    const emptied = pool.empty().then(() => (isEmpty = true));
    pool.remove(first!);
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    pool.remove(second!);
    await emptied;
    await pool.empty();
  });

  it('has no more of one client than there may be, and of others as many', () => {
    const pool = new ConnectionPool({ max: 100, maxPerClient: 2 }, new ManualClock(), clientOf);
    const [first, second] = [new FakeConnection(a), new FakeConnection(a)];
    expect(pool.admit(a)).toBe('serve');
    pool.add(first);
    expect(pool.admit(a)).toBe('serve');
    pool.add(second);
    for (let refused = 0; refused < 8; refused += 1) {
      expect(pool.admit(a)).toBe('refuse');
      pool.add(new FakeConnection(a));
    }
    expect(pool.admit(a)).toBe('drop');
    expect([pool.admit(b), pool.admit(nobody)]).toEqual(['serve', 'serve']);
    for (const connection of [first, first, second]) pool.remove(connection);
    expect(pool.admit(a), 'those that are refused count too').toBe('refuse');
  });

  it('counts a connection that gave way once', () => {
    const pool = new ConnectionPool({ max: 2, maxPerClient: 2 }, new ManualClock(), clientOf);
    const [first, second] = [new FakeConnection(a), new FakeConnection(a)];
    first.isIdle = true;
    pool.add(first);
    pool.add(second);
    expect(pool.admit(b)).toBe('serve');
    pool.remove(first);
    pool.add(new FakeConnection(b));
    second.isIdle = true;
    expect(pool.admit(a), 'one of two is left').toBe('serve');
    pool.remove(second);
    pool.add(new FakeConnection(a));
    expect(pool.admit(a), 'one again').toBe('refuse');
  });
});
