import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';
import { ProxyGate, type ProxyGateOptions } from './proxy-gate.ts';

const LOOPBACK = new AddressRanges(['127.0.0.0/8']);

interface Visit {
  readonly gate: ProxyGate;
  readonly client: Socket;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<unknown>;
  /** Whom the gate let in. */
  readonly admitted: (Peer | undefined)[];
  /** What was told of those that were not. */
  readonly refused: (readonly [peer: Peer, reason: string])[];
}

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

/** Resolves when the gate has the connection. */
function visit(options: ProxyGateOptions = {}, trusted = LOOPBACK): Promise<Visit> {
  return new Promise((resolve) => {
    const admitted: (Peer | undefined)[] = [];
    const refused: Visit['refused'][number][] = [];
    const gate = new ProxyGate({
      ...options,
      refused: (...told) => refused.push(told),
    });
    let client: Socket;
    let ended: Promise<unknown>;
    const server = createServer((socket) => {
      gate.admit(socket, trusted, (_socket, peer) => admitted.push(peer));
      resolve({ gate, client, ended, admitted, refused });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      ended = new Promise((over) => client.on('close', over));
      // A reset is an end like another.
      client.on('error', () => undefined).resume();
    });
  });
}

describe('a gate', () => {
  it('admits whoever tells', async () => {
    const { client, admitted } = await visit();
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await expect.poll(() => admitted).toEqual([{ address: '192.0.2.7', port: 4711 }]);
    client.destroy();
  });

  it('ends the connection of who is not trusted, whatever it says', async () => {
    const { client, ended, admitted } = await visit({}, new AddressRanges(['10.0.0.1']));
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await ended;
    expect(admitted).toEqual([]);
  });

  it('ends the connection of who does not tell in time', async () => {
    const { client, ended, admitted } = await visit({ deadlineMs: 1 });
    client.write('PROXY ');
    await ended;
    expect(admitted).toEqual([]);
  });

  test.each<[string, string, AddressRanges, number]>([
    [
      'it is no proxy that is trusted',
      'PROXY UNKNOWN\r\n',
      new AddressRanges(['10.0.0.1']),
      60_000,
    ],
    ['expected a PROXY line or its signature', 'GET / HTTP/1.1\r\n', LOOPBACK, 60_000],
    ['it did not come in time', 'PROXY ', LOOPBACK, 1],
  ])('tells whom it did not let in, and why: %s', async (reason, octets, trusted, deadlineMs) => {
    const { client, ended, refused } = await visit({ deadlineMs }, trusted);
    client.write(octets);
    await ended;
    await expect.poll(() => refused).toHaveLength(1);
    expect(refused).toEqual([[{ address: '127.0.0.1', port: expect.any(Number) }, reason]]);
  });

  it('tells of one that leaves', async () => {
    const { client, refused } = await visit();
    client.end('PROXY ');
    await expect.poll(() => refused).toHaveLength(1);
    expect(refused[0]?.[1]).toBe('the connection ended before it was there');
  });

  // The bound is for what hangs: its own deadline would end the connection only later.
  it('ends those that have not told when it is closed', { timeout: 10_000 }, async () => {
    const { gate, client, ended, admitted, refused } = await visit({ deadlineMs: 60_000 });
    client.write('PROXY ');
    gate.close();
    await ended;
    expect([admitted, refused], 'which is no news').toEqual([[], []]);
  });
});
