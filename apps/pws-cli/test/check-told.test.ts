/**
 * Whatever a server says of a file of rules, when it starts or when the file has changed, `pws check`
 * says as well, in the same words.
 */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { check } from '../src/check.ts';
import { CommandError } from '../src/command-error.ts';
import { type ServerConfig, resolveConfig } from '../src/config.ts';
import { readLayers } from '../src/layers.ts';
import type { OptionName } from '../src/options.ts';
import { formatProblem } from '../src/rule-problem.ts';
import { startServer } from '../src/server.ts';
import { Program, killPrograms } from './program.ts';
import { ask } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const PAGES = { 'index.html': 'Front', 'a.html': 'A', '404.html': 'Not here' };
const site = new TemporarySite(PAGES);
const mounted = new TemporarySite(PAGES);
const written = new Set<string>();
afterEach(() => {
  for (const place of written) rmSync(place);
  written.clear();
});
afterEach(killPrograms);
afterAll(() => {
  site.remove();
  mounted.remove();
});

type Files = Readonly<Record<string, string | Uint8Array>>;
type Flags = Partial<Record<OptionName, readonly string[]>>;

/** Files of the mount begin with its path. */
function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const [, below] = /^docs\/(.*)$/.exec(path) ?? [];
    const place = below === undefined ? site.write(path, content) : mounted.write(below, content);
    written.add(place);
  }
}

async function configure(flags: Flags): Promise<ServerConfig> {
  const given = { port: ['0'], host: ['127.0.0.1'], fresh: ['0'], ...flags };
  const layers = await readLayers({ root: site.root, flags: given }, { env: {}, cwd: site.root });
  return resolveConfig(layers);
}

/** What a server says of files that are there when it starts; of those that come later, too. */
async function saidByServer(flags: Flags, later: Files = {}): Promise<string[]> {
  const lines: string[] = [];
  try {
    const server = await startServer({
      ...(await configure(flags)),
      fileProblems: (problems) => lines.push(...problems.map(formatProblem)),
    });
    write(later);
    await ask(server.address.port, '/');
    await ask(server.address.port, '/docs/');
    await server.close(0);
    return lines;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.message.split('\n');
  }
}

async function saidByCheck(flags: Flags): Promise<{ lines: string[]; exitCode: number }> {
  const { text, exitCode } = await check({ json: false }, () => configure(flags));
  return { lines: text.split('\n'), exitCode };
}

const MOUNT: Flags = { mount: [`/docs=${mounted.root}`] };
const CLOUDFLARE: Flags = { rules: ['cloudflare'] };
const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

const HEADERS = `X-Early: 1
/a b
/a
/b
  no colon
  : no name
  X-Empty:
  X Y: 1
  X-Control: a\u0001b
  Content-Length: 5
  ! Vary
  ! X Y
https://host/x
  X: 1
/%ff
  X: 1
/:a/:a
  X: 1
`;
const REDIRECTS = `/a
/b /c 299
/d relative 301
/e https://proxy.example/ 200
/f /g Country=de
/h /i Moon=full
/.netlify/x /y
/j?x=1 /y
/k /.netlify/functions/x
/l //evil.example/
/m /:nothing
m /n
/o /p
/o /q
/%ff /y
/* https://:splat/
`;
const SERVE_NOTES = {
  headers: [
    {
      source: '**',
      headers: [
        { key: 'Date', value: 'x' },
        { key: 'Vary', value: null },
      ],
    },
  ],
  rewrites: [{ source: '/x/(.*)', destination: '/a' }],
};
const SERVE_FAULTS = `{
  "etag": 1,
  "cleanUrl": true,
  "unlisted": ["a!(b)"],
  "redirects": [{ "source": "/x", "destination": "/:id" }, { "source": "/y" }],
  "rewrites": [{ "source": "/(\\\\1)", "destination": "https://b.example/" }],
  "headers": [{ "source": "**", "headers": [{ "key": "X Y", "value": 1 }] }]
}`;
const CONFIG_NOTES = `{
  "headers": [{ "for": "/*", "values": { "Date": "x", "X-A": "1" } }],
  "redirects": [{ "from": "/x", "to": "/a" },
    { "from": "/x", "to": "/" },
    { "from": "/y", "to": "/a", "conditions": { "Country": "de" } }]
}`;
const CONFIG_FAULTS = `{
  "prot": 1,
  "headers": [{ "for": "/%ff", "values": { "X-A": "" } }],
  "redirects": [{ "from": "/a", "to": "b" }, { "from": "/a", "to": "/b", "status": 299 }],
  "mounts": { "docs": 1 }
}`;

/** With how much there is to be said at least. */
const ROWS: readonly (readonly [string, Files, Flags, number])[] = [
  ['_headers', { _headers: HEADERS }, {}, 12],
  ['_headers of Cloudflare', { _headers: HEADERS }, CLOUDFLARE, 11],
  [
    '_headers with other line ends',
    { _headers: `\ufeff${HEADERS.replaceAll('\n', '\r\n')}` },
    {},
    12,
  ],
  ['_headers that are too large', { _headers: '#'.repeat(1024 ** 2 + 1) }, {}, 1],
  ['_headers of no text', { _headers: Uint8Array.of(0xff, 0x0a, 0x2f, 0xff) }, {}, 1],
  [
    'more of _headers than Cloudflare takes',
    { _headers: `${lines(102, (at) => `/${at}\n  X: 1`)}\n/${'l'.repeat(2001)}` },
    CLOUDFLARE,
    1,
  ],
  ['_redirects', { _redirects: REDIRECTS }, {}, 14],
  ['_redirects of Cloudflare', { _redirects: REDIRECTS }, CLOUDFLARE, 10],
  ['_redirects that are too large', { _redirects: '#'.repeat(1024 ** 2 + 1) }, {}, 1],
  [
    'more of _redirects than Cloudflare takes',
    { _redirects: `/${'l'.repeat(2001)} /a\n${lines(102, (at) => `/${at}/* /a`)}` },
    CLOUDFLARE,
    2,
  ],
  ['a manifest that is too large', { 'manifest.json': ' '.repeat(1024 ** 2 + 1) }, {}, 1],
  ['serve.json with notes', { 'serve.json': JSON.stringify(SERVE_NOTES) }, {}, 3],
  ['serve.json with faults', { 'serve.json': SERVE_FAULTS }, {}, 7],
  ['serve.json that is no JSON', { 'serve.json': '{ "etag": true, }' }, {}, 1],
  ['serve.json of no text', { 'serve.json': Uint8Array.of(0xff) }, {}, 1],
  ['serve.json that is too large', { 'serve.json': ' '.repeat(1024 ** 2 + 1) }, {}, 1],
  ['serve.json with a folder that is not there', { 'serve.json': '{"public": "none"}' }, {}, 1],
  ['serve.json with a folder elsewhere', { 'serve.json': '{"public": ".."}' }, {}, 1],
  ['now.json', { 'now.json': '{"now": {"static": {"etag": true}}}' }, {}, 1],
  ['now.json with faults', { 'now.json': '{"now": {"static": {"etag": 1}}}' }, {}, 1],
  ['package.json', { 'package.json': `{"static": ${JSON.stringify(SERVE_NOTES)}}` }, {}, 4],
  ['a configuration with notes', { 'pws.config.json': CONFIG_NOTES }, {}, 3],
  ['a configuration with faults', { 'pws.config.json': CONFIG_FAULTS }, {}, 5],
  ['a configuration that is no JSON', { 'pws.config.json': '{' }, {}, 1],
  ['a configuration of no text', { 'pws.config.json': Uint8Array.of(0xff) }, {}, 1],
  ['a mount', { 'docs/_headers': HEADERS, 'docs/_redirects': REDIRECTS }, MOUNT, 26],
  [
    'all together',
    {
      _headers: HEADERS,
      _redirects: REDIRECTS,
      'docs/_redirects': REDIRECTS,
      'serve.json': JSON.stringify(SERVE_NOTES),
      'pws.config.json': CONFIG_NOTES,
    },
    MOUNT,
    46,
  ],
];

describe('pws check says what a server says at its start', () => {
  test.each(ROWS)('of %s', async (_what, files, flags, least) => {
    write(files);
    const said = await saidByServer(flags);
    expect(said.length).toBeGreaterThanOrEqual(least);
    const checked = await saidByCheck(flags);
    expect(checked.lines).toEqual(expect.arrayContaining(said));
    const hasFaults = said.some((line) => !line.includes(': note: '));
    expect(checked.exitCode).toBe(hasFaults ? 1 : 0);
  });
});

describe('pws check says what a server says when files change', () => {
  const isReread = ([, files]: (typeof ROWS)[number]): boolean =>
    Object.keys(files).every((path) => /(?:_headers|_redirects|manifest\.json)$/.test(path));
  test.each(ROWS.filter(isReread))('of %s', async (_what, files, flags, least) => {
    const said = await saidByServer(flags, files);
    expect(said.length).toBeGreaterThanOrEqual(least);
    expect((await saidByCheck(flags)).lines).toEqual(expect.arrayContaining(said));
  });
});

describe('the program', () => {
  it.each<[string, Files]>([
    ['starts with', { _headers: HEADERS, 'serve.json': JSON.stringify(SERVE_NOTES) }],
    ['does not start with', { 'serve.json': SERVE_FAULTS }],
  ])('says the same of files that it %s', async (_what, files) => {
    write(files);
    const server = new Program([site.root, '--port', '0', '--host', '127.0.0.1']);
    await server.until(() => {
      expect(server.end !== undefined || server.stderr.includes('Ctrl+C')).toBe(true);
    });
    const program = new Program(['check', site.root]);
    expect(await program.untilEnd()).toMatchObject({ exitCode: 1 });
    const said = server.stderr.split('\n').filter((line) => /:\d+:/.test(line));
    expect(said.length).toBeGreaterThan(1);
    const checked = program.stdout.split('\n');
    expect(checked).toEqual(expect.arrayContaining(said.map((line) => line.replace(/^pws: /, ''))));
  });
});
