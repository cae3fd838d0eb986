/**
 * Two instances behind haproxy, restarted one after the other under load: nobody notices.
 *
 * When a listener is closed the kernel resets who waits in its queue. Either haproxy asks the
 * other instance again (RFC 9110 §9.2.2 allows that for GET), or it sees that the instance drains
 * and sends nobody there any more before the listener is closed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hasProgram } from './other-programs.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const HAS_HAPROXY = hasProgram('haproxy', { args: ['-v'] });
const site = new TemporarySite({ 'index.html': 'Front page\n' });
const folder = mkdtempSync(join(tmpdir(), 'pws-h-'));
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const CLIENTS = 8;
/** Then a client connects anew, as clients do now and then. */
const REQUESTS_PER_CONNECTION = 100;

let haproxy: ChildProcess | undefined;
const agents: Server[] = [];

afterEach(async () => {
  haproxy?.kill('SIGKILL');
  for (const agent of agents.splice(0)) agent.close();
  await killPrograms();
});
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** An instance's place behind haproxy, and what haproxy is told of it. */
interface Place {
  readonly port: number;
  /** Where haproxy asks how the instance is. */
  readonly agent: Server;
  isDraining: boolean;
}

async function makePlace(): Promise<Place> {
  const agent = createServer((socket) => {
    // haproxy takes its answer and leaves, by whatever way.
    socket.on('error', () => undefined);
    socket.end(place.isDraining ? 'drain\n' : 'ready up\n');
  });
  await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  const place: Place = { port: await freePort(), agent, isDraining: false };
  agents.push(agent);
  return place;
}

function serverLine({ port, agent }: Place, index: number): string {
  // As long as it waits between two looks haproxy waits for an answer, too.
  const asked = `agent-check agent-inter 200ms agent-port ${(agent.address() as AddressInfo).port}`;
  return `server s${index} 127.0.0.1:${port} check ${asked}`;
}

/** @param retryOn - when haproxy asks the other instance again */
async function startHaproxy(retryOn: string, places: readonly Place[]): Promise<number> {
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 20s
  timeout check 5s
  default-server inter 500ms fall 1 rise 1
  retries 3
  option redispatch 1
  retry-on ${retryOn}
frontend all
  bind 127.0.0.1:${port}
  default_backend instances
backend instances
  balance roundrobin
  ${places.map(serverLine).join('\n  ')}
`,
  );
  haproxy = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  const answers = (): Promise<boolean> =>
    RawClient.connect(port).then(
      (client) => {
        client.leave();
        return true;
      },
      () => false,
    );
  await expect.poll(answers, { timeout: 15_000 }).toBe(true);
  return port;
}

async function startInstance(port: number, flags: readonly string[]): Promise<Program> {
  const at = ['--port', String(port), '--host', '127.0.0.1'];
  const program = new Program([site.root, '--log', 'combined', ...flags, ...at]);
  await program.untilReady();
  return program;
}

/** What clients met that asked again and again over persistent connections. */
interface Load {
  answered: number;
  readonly failures: string[];
}

async function askOn(port: number, load: Load, goesOn: () => boolean): Promise<void> {
  /* oxlint-disable no-await-in-loop */
  while (goesOn()) {
    const client = await RawClient.connect(port);
    for (let asked = 0; asked < REQUESTS_PER_CONNECTION && goesOn(); asked++) {
      await client.send(GET);
      try {
        const { status, content } = await client.response();
        if (status !== 200 || content.toString() !== 'Front page\n') {
          load.failures.push(`status ${status}`);
        } else load.answered++;
      } catch (error) {
        load.failures.push(String(error));
        break;
      }
    }
    client.leave();
  }
  /* oxlint-enable no-await-in-loop */
}

/** Restarts both instances, one after the other, while clients ask. */
async function restartUnderLoad(retryOn: string, flags: readonly string[]): Promise<Load> {
  const places = [await makePlace(), await makePlace()];
  const instances = await Promise.all(places.map((place) => startInstance(place.port, flags)));
  const port = await startHaproxy(retryOn, places);
  const load: Load = { answered: 0, failures: [] };
  let goesOn = true;
  const clients = Array.from({ length: CLIENTS }, () => askOn(port, load, () => goesOn));
  for (const [index, instance] of instances.entries()) {
    /* oxlint-disable no-await-in-loop */
    const place = places[index] as Place;
    await instance.until(() => expect(instance.log.length).toBeGreaterThan(100));
    place.isDraining = flags.includes('--drain-delay');
    instance.signal('SIGTERM');
    expect(await instance.untilEnd()).toEqual({ exitCode: 0, signal: null });
    const next = await startInstance(place.port, flags);
    place.isDraining = false;
    // It takes part in the load before the other one goes.
    await next.until(() => expect(next.log.length).toBeGreaterThan(100));
    /* oxlint-enable no-await-in-loop */
  }
  goesOn = false;
  await Promise.all(clients);
  return load;
}

describe.runIf(HAS_HAPROXY)('a rolling restart behind haproxy (needs haproxy)', () => {
  it('loses no request where haproxy asks the other instance again', async () => {
    const load = await restartUnderLoad('conn-failure empty-response', []);
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(400);
  });

  it('loses none where haproxy asks nobody again, but has time to see who drains', async () => {
    const load = await restartUnderLoad('none', ['--drain-delay', '4s']);
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(400);
  });
});
