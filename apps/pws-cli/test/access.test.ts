/**
 * Who may have answers, over real sockets: names, passwords, origins, proxies, and what else is
 * said in each answer. What each of these decides is tested beside it; here they are together.
 */
import bcrypt from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it, test, vi } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { RawClient, type RawResponse, ask, exchangeOctets } from './raw-client.ts';
import { RecordedMoments } from './recorded-moments.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({ 'hello.txt': 'Hello.\n', 'folder/index.html': 'Inside.\n' });
const secrets = new TemporarySite();
const users = secrets.write('users', `ann:${bcrypt.hashSync('sesame', 4)}\n`);

const servers: RunningServer[] = [];

async function start(options: Partial<ServerOptions> = {}): Promise<number> {
  const server = await startServer({ port: 0, host: '127.0.0.1', root: site.root, ...options });
  servers.push(server);
  return server.address.port;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

afterAll(() => {
  site.remove();
  secrets.remove();
});

const RIGHT = `Authorization: Basic ${Buffer.from('ann:sesame').toString('base64')}`;
const WRONG = `Authorization: Basic ${Buffer.from('ann:Sesame').toString('base64')}`;
const ORIGIN = 'https://page.example';

/** Asks with a Host of its own. */
async function askFor(port: number, host: string): Promise<number> {
  const octets = `GET /hello.txt HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  return Number((await exchangeOctets(port, octets)).slice(9, 12));
}

const preflight = (
  port: number,
  origin: string,
  lines: readonly string[] = [],
): Promise<RawResponse> =>
  ask(port, '/hello.txt', 'OPTIONS', [
    `Origin: ${origin}`,
    'Access-Control-Request-Method: GET',
    ...lines,
  ]);

describe('a server that only this machine reaches', () => {
  test.each<[string, Partial<ServerOptions>, number]>([
    ['localhost', {}, 200],
    ['127.0.0.1', {}, 200],
    ['evil.example', {}, 403],
    ['evil.example', { allowedHosts: ['.example'] }, 200],
    ['evil.example', { allowedHosts: '*' }, 200],
    ['localhost', { allowedHosts: ['.example'] }, 200],
    ['localhost', { host: 'localhost' }, 200],
    ['evil.example', { host: 'localhost' }, 403],
    ['evil.example', { host: undefined }, 200],
    ['evil.example', { host: undefined, allowedHosts: ['good.example'] }, 403],
    ['good.example', { host: undefined, allowedHosts: ['good.example'] }, 200],
  ])('asked for as %s, with %j: %i', async (host, options, status) => {
    expect(await askFor(await start(options), host)).toBe(status);
  });

  it('tells whoever asks for another name what can be done, and goes on', async () => {
    const client = await RawClient.connect(await start());
    await client.send('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    await client.send('GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [refused, answered] = await client.responses(2);
    expect(refused).toMatchObject({ status: 403, fields: { 'x-content-type-options': 'nosniff' } });
    expect(refused?.content.toString()).toContain('pws --allowed-hosts');
    expect(answered?.status).toBe(200);
    client.leave();
  });
});

describe('a server with a password', () => {
  test.each(['/hello.txt', '/no-such-file', '/folder/', '/folder', '/.env', '/%2e%2e/x', '/%00'])(
    'asks for it at %s, whether there is something or not',
    async (target) => {
      const port = await start({ basicAuth: users });
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'FOO']) {
        // oxlint-disable-next-line no-await-in-loop
        const { status, fields, content } = await ask(port, target, method);
        expect([method, status]).toEqual([method, 401]);
        expect(fields).toMatchObject({
          'www-authenticate': 'Basic realm="PWS", charset="UTF-8"',
          'cache-control': 'no-store',
        });
        expect(content.length > 0).toBe(method !== 'HEAD');
      }
    },
  );

  it('lets in who has it, for no shared cache', async () => {
    const port = await start({ basicAuth: users });
    const { status, fields, content } = await ask(port, '/hello.txt', 'GET', [RIGHT]);
    expect([status, content.toString()]).toEqual([200, 'Hello.\n']);
    expect(fields['cache-control']).toBe('private');
    expect(fields['vary']).toBe('Accept-Encoding');
    const missing = await ask(port, '/no-such-file', 'GET', [RIGHT]);
    expect([missing.status, missing.fields['cache-control']]).toEqual([404, 'no-store']);
  });

  it('lets in nobody else', async () => {
    const port = await start({ basicAuth: users });
    expect((await ask(port, '/hello.txt', 'GET', [WRONG])).status).toBe(401);
    expect((await ask(port, '/hello.txt', 'GET', [RIGHT, RIGHT])).status).toBe(401);
  });

  it('answers requests in one go in their order, those without it too', async () => {
    const client = await RawClient.connect(await start({ basicAuth: users }));
    const request = (line: string): string =>
      `GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`;
    await client.send(
      [`${WRONG}\r\n`, '', `${RIGHT}\r\n`, `${WRONG}\r\n`, `${RIGHT}\r\n`].map(request).join(''),
    );
    const statuses = (await client.responses(5)).map(({ status }) => status);
    expect(statuses).toEqual([401, 401, 200, 401, 200]);
    client.leave();
  });

  // Eight seconds of work wait; the bound is for a server that does it first.
  it('stops at the end of its grace, though passwords wait', { timeout: 6000 }, async () => {
    const slow = secrets.write('slow', `ann:${bcrypt.hashSync('x', 4).replace('$04$', '$14$')}\n`);
    const moments = new RecordedMoments();
    const unforeseen = (error: unknown): unknown => moments.unforeseen.push(error);
    const port = await start({ basicAuth: slow, observer: moments, unforeseen });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(port)));
    for (const [index, client] of clients.entries()) {
      const token = Buffer.from(`ann:${index}`).toString('base64');
      const request = `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${token}\r\n\r\n`;
      // oxlint-disable-next-line no-await-in-loop
      await client.send(request);
    }
    const requests = (): string[] => moments.lines.filter((line) => line.startsWith('request'));
    await expect.poll(requests).toHaveLength(8);
    const [server] = servers.splice(0);
    await server?.close(0);
    expect(moments.exchanges).toHaveLength(8);
    expect(moments.unforeseen).toEqual([]);
    for (const client of clients) client.leave();
  });

  it('does not start where nobody could be let in', async () => {
    const wrong = secrets.write('wrong', 'ann:sesame\n');
    await expect(start({ basicAuth: wrong })).rejects.toMatchObject({ exitCode: 2 });
    await expect(start({ basicAuth: `${users}-gone` })).rejects.toMatchObject({ exitCode: 1 });
  });
});

describe('a server with a script of its environment', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('asks for the password before it gives that', async () => {
    vi.stubEnv('ACCESS_API', 'https://api.example');
    const port = await start({ basicAuth: users, envPrefix: 'ACCESS_' });
    const refused = await ask(port, '/env.js');
    expect([refused.status, refused.content.includes('api.example')]).toEqual([401, false]);
    const given = await ask(port, '/env.js', 'GET', [RIGHT]);
    expect([given.status, given.content.includes('api.example')]).toEqual([200, true]);
    expect(given.fields['cache-control']).toBe('private, no-cache');
  });

  it('gives it to nobody under another name', async () => {
    const port = await start({ allowedHosts: ['good.example'], envPrefix: 'ACCESS_' });
    const octets = 'GET /env.js HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    expect((await exchangeOctets(port, octets)).slice(9, 12)).toBe('403');
  });

  it('gives the script of another prefix once it is told to', async () => {
    vi.stubEnv('ACCESS_API', 'one');
    vi.stubEnv('OTHER_API', 'two');
    const port = await start({ envPrefix: 'ACCESS_' });
    expect((await ask(port, '/env.js')).content.toString()).toContain('"ACCESS_API": "one"');
    const options = { port: 0, host: '127.0.0.1', root: site.root };
    await servers[0]?.reconfigure({ ...options, envPrefix: 'OTHER_', envPath: '/set.js' });
    expect((await ask(port, '/set.js')).content.toString()).toContain('"OTHER_API": "two"');
    expect((await ask(port, '/env.js')).status).toBe(404);
  });
});

describe('a server that pages of other origins may read', () => {
  it('says so of a listed one, and of what else the answer depends on', async () => {
    const port = await start({ cors: [ORIGIN] });
    const { fields } = await ask(port, '/hello.txt', 'GET', [`Origin: ${ORIGIN}`]);
    expect(fields['access-control-allow-origin']).toBe(ORIGIN);
    expect(fields['access-control-expose-headers']).toContain('Content-Range');
    expect(fields['vary']).toBe('Accept-Encoding, Origin');
  });

  it('says it of no other, and that it depends on it', async () => {
    const port = await start({ cors: [ORIGIN] });
    const { fields } = await ask(port, '/hello.txt', 'GET', ['Origin: null']);
    expect(fields).not.toHaveProperty('access-control-allow-origin');
    expect(fields['vary']).toBe('Accept-Encoding, Origin');
  });

  it('answers a preflight, and what follows it', async () => {
    const port = await start({ cors: [ORIGIN] });
    const { status, fields } = await preflight(port, ORIGIN, [
      'Access-Control-Request-Headers: range,x-own',
    ]);
    expect(status).toBe(204);
    expect(fields).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'range, x-own',
      'access-control-max-age': '7200',
      vary: 'Origin',
    });
    expect(fields).not.toHaveProperty('content-length');
  });

  it('answers it without a password, and nothing else', async () => {
    const port = await start({ cors: [ORIGIN], basicAuth: users });
    expect((await preflight(port, ORIGIN)).status).toBe(204);
    expect((await preflight(port, 'https://other.example')).status).toBe(401);
    const { status, fields } = await ask(port, '/hello.txt', 'GET', [`Origin: ${ORIGIN}`]);
    expect([status, fields['access-control-allow-origin']]).toEqual([401, ORIGIN]);
  });

  it('does not under a name that is not its own', async () => {
    const port = await start({ cors: '*' });
    const head = `OPTIONS / HTTP/1.1\r\nHost: evil.example\r\nOrigin: ${ORIGIN}\r\n`;
    const lines = 'Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n';
    expect(await exchangeOctets(port, head + lines)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('is one for all with *, never with credentials', async () => {
    const port = await start({ cors: '*' });
    const { fields } = await ask(port, '/hello.txt', 'GET', [`Origin: ${ORIGIN}`]);
    expect(fields['access-control-allow-origin']).toBe('*');
    expect(fields).not.toHaveProperty('access-control-allow-credentials');
    expect(fields['vary']).toBe('Accept-Encoding');
  });
});

describe('every answer', () => {
  test.each<[string, string, number]>([
    ['GET', '/hello.txt', 200],
    ['HEAD', '/hello.txt', 200],
    ['GET', '/folder', 301],
    ['GET', '/no-such-file', 404],
    ['POST', '/hello.txt', 405],
    ['GET', '/%00', 400],
    ['OPTIONS', '*', 204],
  ])(
    'to %s %s, %i, has what protects and what was wanted, once',
    async (method, target, status) => {
      const port = await start({
        isolate: true,
        header: [
          ['X-Robots-Tag', 'noindex'],
          ['Referrer-Policy', 'no-referrer'],
        ],
      });
      const response = await ask(port, target, method);
      expect(response.status).toBe(status);
      expect(response.fields).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
      });
      const names = response.head.split('\r\n').map((line) => line.replace(/:.*/s, ''));
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it.each<[string | false, string | undefined]>([
    ['Example/2.1', 'Example/2.1'],
    [false, undefined],
  ])(
    'names the server %s, also where the request could not be read',
    async (serverHeader, name) => {
      const port = await start({ serverHeader });
      for (const target of ['/hello.txt', '/gone', 'not a target']) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await ask(port, target)).fields['server']).toBe(name);
      }
    },
  );

  it('in plain text does not speak of TLS', async () => {
    const port = await start({ hsts: { maxAgeSeconds: 60, includesSubdomains: false } });
    const { fields } = await ask(port, '/hello.txt');
    expect(fields).not.toHaveProperty('strict-transport-security');
  });

  it('that was not modified has them too', async () => {
    const port = await start();
    const { fields } = await ask(port, '/hello.txt');
    const again = await ask(port, '/hello.txt', 'GET', [`If-None-Match: ${fields['etag']}`]);
    expect(again.status).toBe(304);
    expect(again.fields['x-content-type-options']).toBe('nosniff');
  });
});

describe('a server behind the PROXY protocol', () => {
  const GET = 'GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const LINE = 'PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n';

  it('answers, and records whom the proxy named', async () => {
    const moments = new RecordedMoments();
    const port = await start({
      trustProxy: ['127.0.0.1'],
      proxyProtocol: true,
      observer: moments,
    });
    expect(await exchangeOctets(port, LINE + GET)).toContain('Hello.');
    await expect.poll(() => moments.exchanges).toHaveLength(1);
    expect(moments.exchanges[0]?.peer).toEqual({ address: '192.0.2.7', port: 4711 });
  });

  it('answers the proxy itself', async () => {
    const port = await start({ trustProxy: ['127.0.0.1'], proxyProtocol: true });
    expect(await exchangeOctets(port, `PROXY UNKNOWN\r\n${GET}`)).toContain('Hello.');
  });

  test.each<[string, readonly string[], string]>([
    ['who says nothing', ['127.0.0.1'], GET],
    ['who is malformed', ['127.0.0.1'], `PROXY TCP5\r\n${GET}`],
    ['who is not trusted to say it', ['10.0.0.0/8'], LINE + GET],
  ])('ends the connection of %s, and tells', async (_who, trustProxy, octets) => {
    const observer = new RecordedMoments();
    const port = await start({ trustProxy, proxyProtocol: true, observer });
    expect(await exchangeOctets(port, octets)).toBe('');
    await expect.poll(() => observer.lines).toEqual([expect.stringMatching(/^refused \d+ \w/)]);
  });

  // The bound is for a server that waits out the five seconds that a proxy has.
  it('stops though somebody has not told yet', { timeout: 4000 }, async () => {
    const port = await start({ trustProxy: ['127.0.0.1'], proxyProtocol: true });
    const client = await RawClient.connect(port);
    await client.send('PROXY ');
    const [server] = servers.splice(0);
    await server?.close(0);
    expect(await client.untilEnd()).toBe('');
  });

  it('does not start where nobody is trusted', async () => {
    await expect(start({ proxyProtocol: true })).rejects.toMatchObject({
      exitCode: 2,
      message:
        '--proxy-protocol: expected --trust-proxy with the ranges of the proxies too, got none',
    });
  });
});
