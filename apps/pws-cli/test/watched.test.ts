/**
 * The program as those meet it who watch it: probes, Prometheus, and whoever reads its log.
 */
import { createServer, type AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Program, killPrograms } from './program.ts';
import { readPrometheusText } from './prometheus-text.ts';
import { RawClient, ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': 'Front page\n',
  'large.bin': randomBytes(32 * 1024 * 1024),
});

afterEach(killPrograms);
afterAll(() => site.remove());

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const ON_ITS_OWN = ['--metrics', '127.0.0.1:0'];

const metricsPort = (program: Program): number =>
  Number(/metrics on http:\/\/127\.0\.0\.1:(\d+)\/metrics\n/.exec(program.stderr)?.[1]);

async function watched(...args: string[]): Promise<Program> {
  const program = await Program.serving([site.root, ...args]);
  if (args.includes('--metrics')) {
    await program.until(() => expect(program.stderr).toContain('metrics on'));
  }
  return program;
}

async function samplesAt(port: number, path = '/metrics'): Promise<Record<string, number>> {
  const { content, fields } = await ask(port, path);
  expect([fields['content-type'], fields['cache-control']]).toEqual([TEXT, 'no-store']);
  const families = readPrometheusText(content.toString());
  return Object.fromEntries([...families.values()].flatMap(({ samples }) => [...samples]));
}

describe('--health', () => {
  it('answers under /-/ where no prefix is named, and nowhere without it', async () => {
    const program = await watched('--health');
    const answer = await ask(program.port, '/-/livez');
    expect([answer.status, answer.content.toString()]).toEqual([200, 'ok\n']);
    expect((await ask(program.port, '/-/readyz')).status).toBe(200);
    expect((await ask(program.port, '/-/livez', 'HEAD')).fields['content-length']).toBe('3');
    const refused = await ask(program.port, '/-/livez', 'POST');
    expect([refused.status, refused.fields['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await ask(program.port, '/-/')).status).toBe(404);
    const other = await watched();
    expect((await ask(other.port, '/-/livez')).status).toBe(404);
  });

  it('answers under a prefix of its own, and is no news but for --verbose', async () => {
    const program = await watched('--health', '/ops/', '--log', 'json');
    expect((await ask(program.port, '/ops/readyz')).status).toBe(200);
    expect((await ask(program.port, '/')).status).toBe(200);
    await program.until(() => expect(program.log).toHaveLength(1));
    expect(program.log[0]).toContain('"target":"/"');
    const verbose = await watched('--health', '/ops/', '--log', 'json', '-v');
    await ask(verbose.port, '/ops/readyz');
    await verbose.until(() =>
      expect(verbose.stdout).toContain('"target":"/ops/readyz","protocol"'),
    );
  });
});

describe('--metrics with an address and a port', () => {
  it('gives figures there, and nothing of the site', async () => {
    const program = await watched(...ON_ITS_OWN);
    const port = metricsPort(program);
    for (const target of ['/', '/', '/gone', '/nowhere']) {
      // oxlint-disable-next-line no-await-in-loop
      await ask(program.port, target);
    }
    await ask(program.port, '/', 'BREW');
    const samples = await samplesAt(port);
    expect(samples).toMatchObject({
      'pws_exchanges_total{method="GET",status="200"}': 2,
      'pws_exchanges_total{method="GET",status="404"}': 2,
      'pws_exchanges_total{method="other",status="501"}': 1,
      pws_exchange_duration_seconds_count: 5,
      pws_exchanges_under_way: 0,
      pws_log_lines_dropped_total: 0,
    });
    expect(samples['pws_cache_hits_total']).toBeGreaterThan(0);
    expect(samples['pws_cache_bytes']).toBeGreaterThan(0);
    expect((await ask(port, '/')).status).toBe(404);
    expect((await ask(port, '/metrics', 'POST')).status).toBe(405);
    expect((await ask(program.port, '/-/metrics')).status).toBe(404);
  });

  it('tells who is in the middle of an answer, and who went away', async () => {
    const program = await watched(...ON_ITS_OWN);
    const port = metricsPort(program);
    const client = await RawClient.connect(program.port);
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    expect(await samplesAt(port)).toMatchObject({ pws_connections: 1, pws_exchanges_under_way: 1 });
    client.reset();
    await expect
      .poll(() => samplesAt(port), { timeout: 10_000 })
      .toMatchObject({
        'pws_exchanges_aborted_total{by="client"}': 1,
        pws_connections: 0,
        pws_exchanges_under_way: 0,
      });
  });

  it('says there that the server is not ready from the moment it is told to stop', async () => {
    const program = await watched(...ON_ITS_OWN);
    const port = metricsPort(program);
    expect((await ask(port, '/readyz')).status).toBe(200);
    const client = await RawClient.connect(program.port);
    await client.send('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.untilReceived('a head', (received) => received.includes('\r\n\r\n'));
    client.stopReading();
    program.signal('SIGTERM');
    await expect.poll(async () => (await ask(port, '/readyz')).status).toBe(503);
    expect((await ask(port, '/livez')).status).toBe(200);
    client.reset();
    expect(await program.untilEnd()).toEqual({ exitCode: 0, signal: null });
  });

  it('is an error that names the flag where the port is taken, and nothing is served', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const program = new Program([site.root, '-p', '0', '--metrics', `127.0.0.1:${port}`]);
    expect(await program.untilEnd()).toEqual({ exitCode: 1, signal: null });
    expect(program.stderr).toBe(
      `pws: --metrics: could not listen: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    );
    // The other way round, the port of the metrics is free again and the program ends.
    const reverse = new Program([site.root, '-p', String(port), '-H', '127.0.0.1', ...ON_ITS_OWN]);
    expect(await reverse.untilEnd()).toEqual({ exitCode: 1, signal: null });
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('--metrics alone', () => {
  it.each([
    [['--metrics'], '/-/metrics'],
    [['--health', '/ops/', '--metrics'], '/ops/metrics'],
  ])('%j gives figures at %s, beside the site', async (args, path) => {
    const program = await Program.serving([site.root, ...args]);
    await ask(program.port, '/');
    expect(await samplesAt(program.port, path)).toMatchObject({
      'pws_exchanges_total{method="GET",status="200"}': 1,
      pws_exchanges_under_way: 1,
    });
    // The connection before may be gone a moment later than its client knows.
    const connections = async (): Promise<unknown> =>
      (await samplesAt(program.port, path))['pws_connections'];
    await expect.poll(connections, { timeout: 10_000 }).toBe(1);
    expect((await ask(program.port, '/')).status).toBe(200);
  });
});
