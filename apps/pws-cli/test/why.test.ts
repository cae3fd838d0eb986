/**
 * `pws why`: what it says is what a server does, and why.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { type AskedOptions, askedRequest, octetsOf } from '../src/asked-request.ts';
import { resolveConfig } from '../src/config.ts';
import { type Explanation, explainRequest } from '../src/explanation.ts';
import { renderExplanation } from '../src/explanation-text.ts';
import { readLayers } from '../src/layers.ts';
import type { OptionName } from '../src/options.ts';
import { Program, killPrograms } from './program.ts';
import { exchangeOctets } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const site = new TemporarySite({
  'index.html': '<h1>Front</h1>\n'.repeat(200),
  'about.html': '<h1>About</h1>',
  'docs/index.html': '<h1>Docs</h1>',
  'docs/404.html': '<h1>Not in the docs</h1>',
  '404.html': '<h1>Not here</h1>',
  'assets/index-BwR3k9Xq.js': 'let hashed;',
  'assets/logo.svg': '<svg/>',
  'assets/app.js': 'let coded;',
  'assets/app.js.br': 'not really',
  'sw.js': 'let worker;',
  'folder/file.txt': 'text',
  '.env': 'SECRET=1',
  _headers:
    '/*\n  X-All: yes\n\n/docs/*\n  X-Docs: :splat\n  ! Referrer-Policy\n\n/about\n  X-All: other\n  Cache-Control: max-age=60\n',
  _redirects:
    '# moved\n/old/* /docs/:splat\n/forced /about 302!\n/gone /about 410\n/app/* /index.html 200\n',
});
afterAll(() => site.remove());
afterEach(killPrograms);

type Flags = Partial<Record<OptionName, readonly string[]>>;

async function explain(
  path: string,
  flags: Flags = {},
  options: Partial<AskedOptions> = {},
): Promise<Explanation> {
  const given = { root: site.root, flags };
  const layers = await readLayers(given, { env: {}, cwd: site.root });
  const request = askedRequest(path, { method: undefined, fields: [], ...options });
  return explainRequest(await resolveConfig(layers), request);
}

const CLOSE = 'Connection: close';

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly fields?: readonly string[];
}

const PATHS: readonly string[] = [
  ...'/ /about /about.html?a=1 /docs /docs/ /docs/index.html /folder /folder/'.split(' '),
  ...'/folder/file.txt /assets/index-BwR3k9Xq.js /assets/logo.svg /assets/app.js /sw.js'.split(' '),
  ...'/none /docs/none /old/a%20b?x=1 /forced /gone /app/cart /app/cart.js /_headers'.split(' '),
  ...'/.env //evil.example/ /../x /%zz /%2fetc /-/livez /-/readyz /env.js'.split(' '),
  '/a b',
  `/${'a'.repeat(9000)}`,
];

const ASKED: readonly Asked[] = [
  ...PATHS.map((path) => ({ path })),
  { path: '/about', method: 'HEAD' },
  { path: '/about', method: 'POST' },
  { path: '/about', method: 'BREW' },
  { path: '*', method: 'OPTIONS' },
  { path: 'about', method: 'CONNECT' },
  { path: '/about', method: 'POST', fields: ['Content-Length: 5'] },
  { path: '/app/cart', fields: ['Sec-Fetch-Mode: cors', 'Accept: */*'] },
  { path: '/', fields: ['Accept-Encoding: gzip'] },
  { path: '/', fields: ['Accept-Encoding:'] },
  { path: '/sw.js', fields: ['Range: bytes=1-3'] },
  { path: '/sw.js', fields: ['Range: bytes=99-'] },
  { path: '/sw.js', fields: ['If-Modified-Since: Fri, 02 Jan 2027 03:04:05 GMT'] },
  { path: '/about', fields: ['If-Match: "other"'] },
  { path: '/about', fields: ['Origin: https://friend.example'] },
  { path: '/about', fields: ['Host: evil.example'] },
  { path: '/about', fields: ['Host:'] },
  { path: '/about', fields: ['Transfer-Encoding: chunked', 'Content-Length: 1'] },
];

/** The head of an answer without its Date, and without what one of a memory may have besides. */
function headOf(octets: string): string[] {
  const [head = ''] = octets.split('\r\n\r\n', 1);
  return head.split('\r\n').filter((line) => !line.startsWith('Date: '));
}

function linesOf({ answer }: Explanation): string[] {
  return [
    `HTTP/1.1 ${answer.status} ${answer.reasonPhrase}`,
    ...answer.fields.map(({ name, value }) => `${name}: ${value}`),
  ].filter((line) => !line.startsWith('Date: '));
}

describe('an explanation has the status and the fields that a server sends', () => {
  test.each<[string, Flags]>([
    ['without any flag', {}],
    [
      'with many',
      {
        spa: ['true'],
        listing: ['true'],
        cors: ['https://friend.example'],
        header: ['X-Own: 1', 'Referrer-Policy: no-referrer'],
        isolate: ['true'],
        health: ['/-/'],
        cache: ['60'],
        'server-header': ['off'],
        'env-prefix': ['PUBLIC_'],
        rules: ['cloudflare'],
        'allowed-hosts': ['example.com'],
      },
    ],
    ['below a path', { base: ['/app/'], 'trailing-slash': ['always'] }],
  ])('%s', async (_name, flags) => {
    const args = Object.entries(flags).flatMap(([name, texts]) =>
      texts.map((text) => `--${name}=${text}`),
    );
    // A site that knows nothing yet, for each of them.
    const program = await Program.serving([site.root, ...args, '--memory', '0']);
    for (const { path, method, fields = [] } of ASKED) {
      const options = { method, fields: [...fields, CLOSE] };
      const sent = octetsOf(askedRequest(path, options));
      // oxlint-disable-next-line no-await-in-loop
      const explained = await explain(
        path,
        { ...flags, memory: ['0'], host: ['127.0.0.1'] },
        options,
      );
      // oxlint-disable-next-line no-await-in-loop
      const served = await exchangeOctets(program.port, sent);
      expect([path, method, fields, linesOf(explained)]).toEqual([
        path,
        method,
        fields,
        headOf(served),
      ]);
    }
  });
});

describe('an explanation tells', () => {
  const setBy = (explained: Explanation): Record<string, string> =>
    Object.fromEntries(explained.answer.fields.map((each) => [each.name, each.setBy]));

  it('who set which field, and who took one away', async () => {
    const flags: Flags = { header: ['X-Own: 1'], isolate: ['true'] };
    const explained = await explain('/docs/', flags);
    expect(setBy(explained)).toMatchObject({
      Server: 'the server',
      'Content-Type': 'the site',
      Vary: 'the site',
      'X-Content-Type-Options': 'the server',
      'Cross-Origin-Opener-Policy': '--isolate',
      'X-Own': '--header',
      'Cache-Control': 'the cache policy',
      'X-All': '_headers:1',
      'X-Docs': '_headers:4',
    });
    expect(explained.answer.removed).toEqual([
      { name: 'Referrer-Policy', removedBy: '_headers:4' },
    ]);
  });

  it('of a Vary all who say something of it', async () => {
    const explained = await explain('/', { cors: ['https://friend.example'] });
    expect(setBy(explained)['Vary']).toBe('the site, --cors');
  });

  it('of a rule that is overridden only the one that holds', async () => {
    expect(setBy(await explain('/about'))['X-All']).toBe('_headers:8');
    expect(setBy(await explain('/about', { rules: ['cloudflare'] }))['X-All']).toBe(
      '_headers:1, _headers:8',
    );
  });

  test.each<[string, Flags, string | null, string | null]>([
    ['/', {}, 'no-cache', 'it is a page'],
    [
      '/assets/index-BwR3k9Xq.js',
      {},
      'public, max-age=31536000, immutable',
      'the name carries a hash',
    ],
    ['/assets/logo.svg', {}, 'no-cache', 'the name carries no hash'],
    ['/sw.js', {}, 'no-cache', 'it is a service worker by its name'],
    ['/about', {}, 'max-age=60', '_headers:8 says so'],
    ['/about.html', {}, 'no-cache', 'it is a redirect'],
    ['/none', {}, 'no-store', 'it is an error'],
    ['/../x', {}, 'no-store', 'it is an error'],
    ['/gone', {}, 'no-store', 'it is an error'],
    ['/app/cart', {}, 'no-cache', 'the shell answers for pages that may be there tomorrow'],
    ['/sw.js', { cache: ['off'] }, 'no-store', '--cache is off'],
    ['/assets/logo.svg', { cache: ['60'] }, 'max-age=60', '--cache says so'],
    ['/assets/logo.svg', { header: ['Cache-Control: max-age=1'] }, 'max-age=1', '--header says so'],
  ])('how long %s may be kept with %j: %s, since %s', async (path, flags, value, because) => {
    expect((await explain(path, flags)).answer.caching).toMatchObject({ value, because });
  });

  it('which file is sent as what', async () => {
    const served = async (path: string): Promise<unknown> => (await explain(path)).answer.served;
    expect(await served('/about')).toEqual({ path: '/about.html', role: 'page' });
    expect(await served('/docs/')).toEqual({ path: '/docs/index.html', role: 'index' });
    expect(await served('/app/cart')).toEqual({ path: '/index.html', role: 'shell' });
    expect(await served('/docs/none')).toEqual({ path: '/docs/404.html', role: 'error-page' });
    expect(await served('/docs')).toBeNull();
  });

  it('who answers before the site', async () => {
    const { steps, answer } = await explain(
      '/about',
      { host: ['127.0.0.1'] },
      {
        fields: ['Host: evil.example'],
      },
    );
    expect(steps).toEqual([{ step: 'answerer', tried: 'allowed hosts', result: 'answers 403' }]);
    expect([answer.status, answer.answeredBy]).toEqual([403, 'allowed hosts']);
  });
});

/** What differs from run to run. */
function withoutDate(text: string): string {
  return text
    .replace(/Date: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT/, 'Date: (now)                    ')
    .replace(/^ {2}Date: \(now\) +the server$/m, '  Date: (now)  the server');
}

describe('a person reads', () => {
  it('of a redirect by a rule', async () => {
    expect(withoutDate(renderExplanation(await explain('/old/a?x=1')))).toMatchInlineSnapshot(`
      "GET /old/a?x=1

        before the site  allowed hosts  leaves it to the next
        method           GET            asks for a file
        path             /old/a         names /old/a
        forced rule      /old/a         no rule
        file             /old/a         not there
        clean URL        /old/a.html    not there
        rule             _redirects:2   301 to /docs/a?x=1

      301 Moved Permanently

        answered by  the site
        coding       none
        caches       no-cache, since it is a redirect

        Server: PWS/1.0                                   the server
        Date: (now)  the server
        Location: /docs/a?x=1                             the site
        Content-Length: 0                                 the site
        Cache-Control: no-cache                           the site
        X-Content-Type-Options: nosniff                   the server
        Referrer-Policy: strict-origin-when-cross-origin  the server
      "
    `);
  });

  it('of a hashed name that is kept for a year', async () => {
    const text = renderExplanation(await explain('/assets/index-BwR3k9Xq.js'));
    expect(withoutDate(text)).toMatchInlineSnapshot(`
      "GET /assets/index-BwR3k9Xq.js

        before the site  allowed hosts                                    leaves it to the next
        method           GET                                              asks for a file
        path             /assets/index-BwR3k9Xq.js                        names /assets/index-BwR3k9Xq.js
        forced rule      /assets/index-BwR3k9Xq.js                        no rule
        file             /assets/index-BwR3k9Xq.js                        a file
        representation   text/javascript; charset=utf-8                   as it is, 11 bytes
        precondition     "dfdrqeqhw4cg-b", Fri, 02 Jan 2026 03:04:05 GMT  proceed

      200 OK

        answered by  the site
        file         /assets/index-BwR3k9Xq.js, the file itself
        coding       none
        caches       public, max-age=31536000, immutable, since the name carries a hash

        Server: PWS/1.0                                     the server
        Date: (now)  the server
        Content-Type: text/javascript; charset=utf-8        the site
        Content-Length: 11                                  the site
        Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT        the site
        ETag: "dfdrqeqhw4cg-b"                              the site
        Accept-Ranges: bytes                                the site
        Vary: Accept-Encoding                               the site
        X-Content-Type-Options: nosniff                     the server
        Referrer-Policy: strict-origin-when-cross-origin    the server
        Cache-Control: public, max-age=31536000, immutable  the cache policy
        X-All: yes                                          _headers:1
      "
    `);
  });

  it('of a request that the server cannot read', async () => {
    const text = renderExplanation(await explain('/a', {}, { fields: ['Host:'] }));
    expect(withoutDate(text)).toMatchInlineSnapshot(`
      "GET /a

        request  /a  an HTTP/1.1 request must have a Host field

      400 Bad Request

        answered by  the server
        coding       none
        caches       no-store, since it is an error

        Server: PWS/1.0                         the server
        Date: (now)  the server
        Content-Type: text/html; charset=utf-8  the server
        Content-Length: 1025                    the server
        Cache-Control: no-store                 the server
        Content-Security-Policy: default-src 'none'; style-src 'sha256-LIf3UnxUvOZKLBcbkgsL7qqg/R/7sSMouNbiwul0kIY='; base-uri 'none'; form-action 'none'  the server
        X-Content-Type-Options: nosniff         the server
        Connection: close                       the server
      "
    `);
  });

  it('nothing that moves a cursor', async () => {
    const odd = new TemporarySite({ 'a\u202Eb\u{1f600}.txt': 'x' });
    const layers = await readLayers({ root: odd.root, flags: {} }, { env: {}, cwd: odd.root });
    const asked = askedRequest('/a\u202Eb\u{1f600}.txt', { method: undefined, fields: [] });
    const text = renderExplanation(await explainRequest(await resolveConfig(layers), asked));
    odd.remove();
    expect(text).toContain('/a\\u{202e}b\u{1f600}.txt, the file itself');
    expect(text).not.toContain('\u202E');
  });
});

describe('the program', () => {
  const run = async (...args: string[]): Promise<Program> => {
    const program = new Program(args, { cwd: site.root });
    await program.untilEnd();
    return program;
  };

  it('explains, whatever the status, with exit code 0', async () => {
    const program = await run('why', 'none', '.', '--cache', 'off', '-q');
    expect([program.end?.exitCode, program.stderr]).toEqual([0, '']);
    expect(program.stdout).toMatch(
      /^GET \/none\n[^]*\n404 Not Found\n[^]*no-store, since it is an error\n/,
    );
  });

  it('prints one JSON document with --json', async () => {
    const field = ['--field', 'Accept: */*', '--field', 'Sec-Fetch-Mode:'];
    const program = await run('why', '/app/cart', '.', '--json', '--method', 'HEAD', ...field);
    expect(program.end?.exitCode).toBe(0);
    const document = JSON.parse(program.stdout) as Explanation;
    expect(Object.keys(document)).toEqual(['root', 'request', 'steps', 'answer']);
    expect(Object.keys(document.answer)).toEqual([
      'status',
      'reasonPhrase',
      'answeredBy',
      'served',
      'coding',
      'caching',
      'fields',
      'removed',
    ]);
    expect(document.request).toEqual({
      method: 'HEAD',
      target: '/app/cart',
      fields: [
        { name: 'Host', value: 'localhost' },
        { name: 'Accept-Encoding', value: 'gzip, deflate, br, zstd' },
        { name: 'Accept', value: '*/*' },
      ],
    });
    expect(document.answer.status).toBe(404);
  });

  test.each<[string[], number, string]>([
    [['why'], 2, 'Not enough non-option arguments'],
    [['why', '/', '.', 'more'], 2, 'more'],
    [['why', '/', '--prot', '1'], 2, '--prot'],
    [['why', '/', '--field', 'x'], 2, '--field: expected'],
    [['why', '/', '--port', 'x'], 2, '--port: expected'],
    [['why', '/', 'gone'], 1, 'there is none'],
  ])('%j ends with %i: %s', async (args, exitCode, message) => {
    const program = await run(...args);
    expect([program.end?.exitCode, program.stdout]).toEqual([exitCode, '']);
    expect(program.stderr).toContain(message);
  });
});

describe('the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/^```console\n\$ pws (.*)\n([^]*?)^```$/gm)];
  const place = new TemporarySite({
    'dist/index.html': '<h1>Front</h1>\n',
    'dist/docs/start.html': '<h1>Start</h1>\n',
    'dist/.env': 'SECRET=1\n',
    'dist/_headers': '/guide/*\n  X-Robots-Tag: noindex\n',
    'dist/_redirects': '/guide/* /docs/:splat 200\n/guide/start /docs/start\n/blog /news\n',
  });
  afterAll(() => place.remove());

  test.each(examples.map(([, line = '', output = '']) => [line, output]))(
    'shows what pws %s prints',
    async (line, output) => {
      const program = new Program(line.split(' '), { cwd: place.root });
      await program.untilEnd();
      expect(withoutDate(program.stdout)).toBe(withoutDate(output));
    },
  );

  it('shows both commands', () => {
    expect(examples.map(([, line]) => line?.split(' ')[0])).toEqual(['why', 'check']);
  });
});

describe('folders below paths, and rules of the configuration file,', () => {
  const place = new TemporarySite({
    'site/index.html': 'front',
    'docs/about.html': 'about the docs',
    'docs/_headers': '/about\n  X-Site: docs\n',
    'docs/_redirects': '/old/* /new/:splat 302\n',
    'app/index.html': 'shell',
    'pws.config.json': JSON.stringify({
      mounts: { '/docs': 'docs', '/app/': { root: 'app', spa: true, cache: 'off' } },
      headers: [{ for: '/*', values: { 'X-Own': '1' } }],
    }),
  });
  const root = `${place.root}/site`;
  afterAll(() => place.remove());

  const explainHere = async (
    path: string,
    fields: readonly string[] = [],
  ): Promise<Explanation> => {
    const layers = await readLayers({ root, flags: {} }, { env: {}, cwd: place.root });
    const request = askedRequest(path, { method: undefined, fields });
    return explainRequest(await resolveConfig(layers), request);
  };

  it('are explained as they are served', async () => {
    const { port } = await Program.serving([root], { cwd: place.root });
    for (const path of ['/', '/docs', '/docs/about', '/docs/old/a', '/docs/none', '/app/cart']) {
      const fields = [CLOSE];
      const sent = octetsOf(askedRequest(path, { method: undefined, fields }));
      // oxlint-disable-next-line no-await-in-loop
      const explained = await explainHere(path, fields);
      // oxlint-disable-next-line no-await-in-loop
      expect([path, linesOf(explained)]).toEqual([path, headOf(await exchangeOctets(port, sent))]);
    }
  });

  it('have the reasons of their own', async () => {
    const { answer } = await explainHere('/app/cart');
    expect([answer.caching.value, answer.caching.because]).toEqual(['no-store', '--cache is off']);
    const own = (await explainHere('/')).answer.fields.find(({ name }) => name === 'X-Own');
    expect(own?.setBy).toMatch(/^(?:.*\/)?pws\.config\.json:\d+$/);
  });
});
