import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressRanges } from './address-ranges.ts';
import type { Peer } from './exchange.ts';
import { ProxyGate } from './proxy-gate.ts';

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

function visit(gate: ProxyGate): Promise<Visit> {
  return new Promise((resolve) => {
    const admitted: (Peer | undefined)[] = [];
    const server = createServer((socket) => {
      gate.admit(socket, (_socket, peer) => admitted.push(peer));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
        resolve({ client, ended, admitted }),
      );
      const ended = new Promise((over) => client.on('close', over));
      // A reset is an end like another.
      client.on('error', () => undefined).resume();
    });
  });
}

const LOOPBACK = new AddressRanges(['127.0.0.0/8']);

describe('a gate', () => {
  it('admits whoever tells', async () => {
    const { client, admitted } = await visit(new ProxyGate(LOOPBACK));
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await expect.poll(() => admitted).toEqual([{ address: '192.0.2.7', port: 4711 }]);
    client.destroy();
  });

  it('ends the connection of who is not trusted, whatever it says', async () => {
    const { client, ended, admitted } = await visit(new ProxyGate(new AddressRanges(['10.0.0.1'])));
    client.write('PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n');
    await ended;
    expect(admitted).toEqual([]);
  });

  it('ends the connection of who does not tell in time', async () => {
    const { client, ended, admitted } = await visit(new ProxyGate(LOOPBACK, 1));
    client.write('PROXY ');
    await ended;
    expect(admitted).toEqual([]);
  });

  it('ends those that have not told when it is closed', async () => {
    const gate = new ProxyGate(LOOPBACK);
    const { client, ended, admitted } = await visit(gate);
    client.write('PROXY ');
    await expect.poll(() => client.bytesWritten).toBe(6);
    gate.close();
    // One that the gate has not seen yet is ended by the octets themselves.
    client.write('x');
    await ended;
    expect(admitted).toEqual([]);
  });
});
