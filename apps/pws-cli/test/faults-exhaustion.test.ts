/**
 * No descriptors left: the program under a real limit of the operating system, and more slow
 * readers of a large file than it has room for. RFC 9110 §15.6.4 (503), §10.2.3 (Retry-After).
 */
import { truncateSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { COUNTS_DESCRIPTORS, ShortProgram, killShortPrograms } from './faults-program.ts';
import { RawClient, type RawResponse, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

// Fewer do not do: Node 20 opens all modules of a program at once.
const LIMIT = 128;

const site = new TemporarySite({ 'small.txt': 'Small.\n', 'kept.txt': 'Kept.\n', 'large.bin': '' });
// More than the buffers of two sockets hold; none of it is on the disk.
truncateSync(`${site.root}/large.bin`, 64 * 1024 * 1024);

afterEach(killShortPrograms);
afterAll(() => site.remove());

function connectAll(count: number, port: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => RawClient.connect(port)));
}

async function request(client: RawClient, target: string, method = 'GET'): Promise<RawResponse> {
  await client.send(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return client.response(method);
}

/** Asks for the large file and reads no further than its head; gives the status. */
async function begin(client: RawClient): Promise<number> {
  const before = client.received.length;
  await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
  // Of a refusal all is read, so that the connection can be used again.
  await client.untilReceived('a head', (received) => received.includes('\r\n\r\n', before));
  const status = Number(client.received.slice(before).split(' ')[1]);
  if (status === 200) client.stopReading();
  else expect((await client.response()).status).toBe(status);
  return status;
}

interface Exhausted {
  readonly program: ShortProgram;
  /** How many descriptors the program had open when nobody was connected. */
  readonly startCount: number;
  /** Who has the large file, and reads no further. */
  readonly holders: RawClient[];
  /** Who got 503 for it. */
  readonly refused: RawClient[];
}

/** Each reader takes two descriptors: there is room for all connections, and not for all files. */
async function exhaust(): Promise<Exhausted> {
  const program = await ShortProgram.serving(site.root, { descriptors: LIMIT });
  const startCount = program.descriptorCount;
  const clients = await connectAll(Math.floor((LIMIT - startCount) * 0.7), program.port);
  await program.untilDescriptorCount(startCount + clients.length);
  const statuses = await Promise.all(clients.map(begin));
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  return {
    program,
    startCount,
    holders: clients.filter((_, index) => statuses[index] === 200),
    refused: clients.filter((_, index) => statuses[index] === 503),
  };
}

describe.runIf(COUNTS_DESCRIPTORS)('a program without descriptors left (Linux)', () => {
  it('answers 503 with Retry-After on connections that persist, and 200 on them later', async () => {
    const { program, startCount, holders, refused } = await exhaust();
    const answers = await Promise.all(refused.map((client) => request(client, '/small.txt')));
    for (const { status, fields, content } of answers) {
      expect([status, fields['retry-after']]).toEqual([503, '1']);
      expect(fields['cache-control']).toBe('no-store');
      expect(content.length).toBe(Number(fields['content-length']));
      expect(content.toString()).not.toContain(site.root);
    }

    // Some go properly, some just vanish.
    for (const [index, client] of holders.entries()) {
      if (index % 2 === 0) client.leave();
      else client.reset();
    }
    await program.untilDescriptorCount(startCount + refused.length);
    for (const { status } of await Promise.all(refused.map((one) => request(one, '/small.txt')))) {
      expect(status).toBe(200);
    }
    for (const client of refused) client.leave();
    await program.untilDescriptorCount(startCount);
    expect((await ask(program.port, '/small.txt')).status).toBe(200);
    await program.untilDescriptorCount(startCount);
  });

  it('says in the log what it was short of, and calls it no defect', async () => {
    const { program, refused } = await exhaust();
    await program.until(() => expect(program.exchanges).toHaveLength(refused.length));
    for (const { status, reason, ended } of program.exchanges) {
      expect([status, ended]).toEqual([503, 'complete']);
      expect(reason).toContain('EMFILE');
    }
    expect(program.stderr).not.toContain('defect');
  });

  it('still answers what needs no file', async () => {
    const { refused } = await exhaust();
    const [client] = refused as [RawClient];
    expect((await request(client, '*', 'OPTIONS')).status).toBe(204);
    expect((await request(client, '/%2e%2e/', 'GET')).status).toBe(400);
  });

  it('still answers what it has in memory', async () => {
    const { program, holders, refused } = await exhaust();
    const [keeper, ...others] = refused as [RawClient, ...RawClient[]];
    // What is in memory is believed for a second: once more where a round took longer.
    const round = async (): Promise<number[]> => {
      const count = program.descriptorCount;
      holders.pop()?.leave();
      await program.until(() => expect(program.descriptorCount).toBeLessThan(count));
      const kept = await request(keeper, '/kept.txt');
      // Two descriptors came back; two that do not read on have them again.
      const begun = await Promise.all(others.splice(0, 3).map(begin));
      const lacking = await request(keeper, '/small.txt');
      const keptStill = await request(keeper, '/kept.txt');
      return [kept.status, Math.max(...begun), lacking.status, keptStill.status];
    };
    await expect.poll(round, { timeout: 15_000, interval: 0 }).toEqual([200, 503, 503, 200]);
  });

  it('closes connections that it has no descriptor for, and accepts others later', async () => {
    const program = await ShortProgram.serving(site.root, { descriptors: LIMIT });
    const startCount = program.descriptorCount;
    const accepted = await connectAll(LIMIT - startCount - 5, program.port);
    await program.untilDescriptorCount(startCount + accepted.length);
    const more = await connectAll(30, program.port);
    await program.until(() => {
      expect(more.filter(({ end }) => end !== 'open').length).toBeGreaterThanOrEqual(20);
    });
    const answers = await Promise.all(accepted.map((client) => request(client, '/small.txt')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    for (const client of [...accepted, ...more]) client.leave();
    await program.untilDescriptorCount(startCount);
    expect((await ask(program.port, '/small.txt')).status).toBe(200);
    await program.untilDescriptorCount(startCount);
    expect(program.stderr).not.toContain('defect');
  });
});
