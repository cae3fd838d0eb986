import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';
import { ProxyGate } from './proxy-gate.ts';

const LOOPBACK = new AddressRanges(['127.0.0.0/8']);

interface Visit {
  readonly client: Socket;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<unknown>;
  /** Whom the gate let in. */
  readonly admitted: (Peer | undefined)[];
}

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

/** Resolves when the gate has the connection. */
function visit(gate: ProxyGate, trusted = LOOPBACK): Promise<Visit> {
  return new Promise((resolve) => {
    const admitted: (Peer | undefined)[] = [];
    let client: Socket;
    let ended: Promise<unknown>;
    const server = createServer((socket) => {
      gate.admit(socket, trusted, (_socket, peer) => admitted.push(peer));
      resolve({ client, ended, admitted });
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
    const { client, admitted } = await visit(new ProxyGate());
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await expect.poll(() => admitted).toEqual([{ address: '192.0.2.7', port: 4711 }]);
    client.destroy();
  });

  it('ends the connection of who is not trusted, whatever it says', async () => {
    const { client, ended, admitted } = await visit(
      new ProxyGate(),
      new AddressRanges(['10.0.0.1']),
    );
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await ended;
    expect(admitted).toEqual([]);
  });

  it('ends the connection of who does not tell in time', async () => {
    const { client, ended, admitted } = await visit(new ProxyGate(1));
    client.write('PROXY ');
    await ended;
    expect(admitted).toEqual([]);
  });

  // The bound is for what hangs: its own deadline would end the connection only later.
  it('ends those that have not told when it is closed', { timeout: 10_000 }, async () => {
    const gate = new ProxyGate(60_000);
    const { client, ended, admitted } = await visit(gate);
    client.write('PROXY ');
    gate.close();
    await ended;
    expect(admitted).toEqual([]);
  });
});
