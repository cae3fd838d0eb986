/**
 * The figures of a program with workers, as Prometheus asks for them: one answer for all of them,
 * whose counters never go back, whatever becomes of a worker.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { readPrometheusText } from './prometheus-text.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

// More than the buffers of two sockets hold.
const large = randomBytes(16 * 1024 * 1024);
const site = new TemporarySite({ 'index.html': 'Front page\n', 'large.bin': large });
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const TOTAL = 'pws_exchanges_total{method="GET",status="200"}';
const ON_ITS_OWN = ['--metrics', '127.0.0.1:0'];

afterEach(killPrograms);
afterAll(() => site.remove());

async function start(...args: string[]): Promise<Program> {
  const workers = ['--workers', '2', '--log', 'none'];
  const program = await Program.serving([site.root, ...workers, ...args]);
  if (args.includes('--metrics') && args.at(-1) !== '--metrics') {
    await program.until(() => expect(program.stderr).toContain('metrics on'));
  }
  return program;
}

const metricsPort = (program: Program): number =>
  Number(/metrics on http:\/\/127\.0\.0\.1:(\d+)\/metrics\n/.exec(program.stderr)?.[1]);

/** The workers of a program, by their process numbers (Linux). */
function workersOf({ pid }: Program): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

async function samplesAt(port: number, path = '/metrics'): Promise<Record<string, number>> {
  const families = readPrometheusText((await ask(port, path)).content.toString());
  return Object.fromEntries([...families.values()].flatMap(({ samples }) => [...samples]));
}

/** Asks so often on connections of their own that more than one worker answers some. */
async function askOften(port: number, times: number): Promise<void> {
  for (let round = 0; round < times; round += 10) {
    // oxlint-disable-next-line no-await-in-loop
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(port, '/')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  }
}

const statusAt = async (port: number, path: string): Promise<number> =>
  (await ask(port, path)).status;

async function readinessAt(port: number): Promise<string> {
  const { status, content } = await ask(port, '/readyz');
  return `${status} ${content.toString()}`;
}

describe.runIf(process.platform === 'linux')('--metrics with --workers (Linux)', () => {
  it('names the server on its port as it is named elsewhere', async () => {
    const program = await start(...ON_ITS_OWN, '--server-header', 'off');
    expect((await ask(metricsPort(program), '/livez')).fields).not.toHaveProperty('server');
    expect((await ask(program.port, '/')).fields).not.toHaveProperty('server');
  });

  it('tells on its port what all workers have, once', async () => {
    const program = await start(...ON_ITS_OWN);
    const port = metricsPort(program);
    expect([await statusAt(port, '/livez'), await statusAt(port, '/readyz')]).toEqual([200, 200]);
    await askOften(program.port, 40);
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(program.port)));
    for (const client of clients) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(GET);
      // oxlint-disable-next-line no-await-in-loop
      await client.response();
    }
    // A connection may be gone a moment later than its client knows.
    await expect
      .poll(() => samplesAt(port), { timeout: 10_000 })
      .toMatchObject({
        [TOTAL]: 43,
        pws_exchange_duration_seconds_count: 43,
        'pws_content_bytes_total{coding="identity"}': 43 * 11,
        pws_connections: 3,
        pws_exchanges_under_way: 0,
        pws_workers: 2,
        pws_worker_answers_missed_total: 0,
      });
    for (const client of clients) client.leave();
  });

  it('loses no count with a worker that is killed, and is ready while another serves', async () => {
    const program = await start(...ON_ITS_OWN);
    const port = metricsPort(program);
    await askOften(program.port, 20);
    await expect.poll(() => samplesAt(port)).toMatchObject({ [TOTAL]: 20 });
    const [killed] = workersOf(program) as [number];
    process.kill(killed, 'SIGKILL');
    await program.until(() => expect(program.stderr).toContain('a worker is gone'));
    expect(await statusAt(port, '/readyz')).toBe(200);
    expect(await samplesAt(port)).toMatchObject({ [TOTAL]: 20 });
    await expect
      .poll(() => samplesAt(port), { timeout: 10_000 })
      .toMatchObject({ [TOTAL]: 20, pws_workers: 2 });
    await askOften(program.port, 20);
    await expect.poll(() => samplesAt(port)).toMatchObject({ [TOTAL]: 40 });
  });

  it('never goes back while the workers are replaced, and counts all they had to the end', async () => {
    const program = await start(...ON_ITS_OWN);
    const port = metricsPort(program);
    const before = workersOf(program);
    await askOften(program.port, 20);
    program.signal('SIGHUP');
    let asked = 20;
    let last = 0;
    let isReplaced = false;
    while (!isReplaced) {
      // oxlint-disable-next-line no-await-in-loop
      await askOften(program.port, 10);
      asked += 10;
      // oxlint-disable-next-line no-await-in-loop
      const total = (await samplesAt(port))[TOTAL] ?? 0;
      expect(total).toBeGreaterThanOrEqual(last);
      last = total;
      const now = workersOf(program);
      isReplaced = now.length === 2 && !now.some((pid) => before.includes(pid));
    }
    await expect.poll(async () => (await samplesAt(port))[TOTAL]).toBe(asked);
    expect(program.stderr).toContain('the configuration was read again');
  });

  it('goes on without a worker that does not answer, and tells so', async () => {
    const program = await start(...ON_ITS_OWN);
    const port = metricsPort(program);
    await askOften(program.port, 20);
    await expect.poll(() => samplesAt(port)).toMatchObject({ [TOTAL]: 20 });
    const [standing] = workersOf(program) as [number];
    process.kill(standing, 'SIGSTOP');
    const samples = await samplesAt(port).finally(() => process.kill(standing, 'SIGCONT'));
    expect(samples).toMatchObject({ [TOTAL]: 20, pws_worker_answers_missed_total: 1 });
    expect(Object.keys(samples).filter((name) => name.startsWith('process_cpu_sec'))).toHaveLength(
      2,
    );
    await expect
      .poll(async () => Object.keys(await samplesAt(port)))
      .toEqual(
        expect.arrayContaining([
          'process_cpu_seconds_total{worker="1"}',
          'process_cpu_seconds_total{worker="2"}',
        ]),
      );
  });

  it('is not ready where no worker is, or when it is told to stop, and lives to the end', async () => {
    const program = await start(...ON_ITS_OWN);
    const port = metricsPort(program);
    for (const pid of workersOf(program)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => readinessAt(port), { interval: 5 }).toBe('503 starting\n');
    expect(await statusAt(port, '/livez')).toBe(200);
    await expect.poll(() => statusAt(port, '/readyz'), { timeout: 10_000 }).toBe(200);
    const client = await RawClient.connect(program.port);
    await client.send(GET.replace('/', '/large.bin'));
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    program.signal('SIGTERM');
    await expect.poll(() => readinessAt(port)).toBe('503 stopping\n');
    expect(await statusAt(port, '/livez')).toBe(200);
    client.reset();
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('under a prefix tells of all, whichever worker is asked', async () => {
    const program = await start('--metrics');
    await askOften(program.port, 20);
    const totals = async (): Promise<Set<number | undefined>> => {
      const asked = Array.from({ length: 8 }, () => samplesAt(program.port, '/-/metrics'));
      return new Set((await Promise.all(asked)).map((samples) => samples['pws_workers']));
    };
    expect(await totals()).toEqual(new Set([2]));
    // Those that asked for figures are among them.
    const total = async (): Promise<unknown> =>
      (await samplesAt(program.port, '/-/metrics'))[TOTAL];
    await expect.poll(total).toBeGreaterThanOrEqual(28);
  });

  it('says once that its port is taken, and serves nothing', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = ['--workers', '2', '-p', '0', '--metrics', `127.0.0.1:${port}`];
    const program = new Program([site.root, ...args]);
    expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
    expect(program.stderr).toBe(
      `pws: --metrics: could not listen: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });
});
