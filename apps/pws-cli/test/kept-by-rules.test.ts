/**
 * Answers that rules have made something of, by a server over its socket: as quickly given as others,
 * they are over as soon as a rule, a field, a file, the scheme or the site is another one. Nothing is
 * believed for longer than a question, so that what changes has to show at once.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { Program, killPrograms } from './program.ts';
import { RawClient } from './raw-client.ts';
import { TemporarySite } from './temporary-site.ts';

const FILES = {
  'index.html': '<p>Front</p>',
  'about.html': '<p>About</p>',
  'data.bin': 'data',
  'other.bin': 'other',
  '404.html': '<p>Not here</p>',
};

const places: TemporarySite[] = [];
const servers: RunningServer[] = [];

function siteWith(files: Readonly<Record<string, string>>): TemporarySite {
  const place = new TemporarySite({ ...FILES, ...files });
  places.push(place);
  return place;
}

afterEach(async () => {
  await killPrograms();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => {
  for (const place of places) place.remove();
});

async function serve(place: TemporarySite, options: Partial<ServerOptions> = {}): Promise<number> {
  const usual = { port: 0, host: '127.0.0.1', freshMs: 0, cleanUrls: true, cache: 'auto' } as const;
  const rules = 'netlify';
  const server = await startServer({ ...usual, rules, root: place.root, ...options });
  servers.push(server);
  return server.address.port;
}

interface Asked {
  readonly target: string;
  readonly method?: string;
  readonly lines?: readonly string[];
}

/** All that is said, but for the time of day. */
type Told = readonly [head: string, content: string];

/** Asks the same a few times on each of a few connections: the answers are all the same. */
async function ask(port: number, { target, method = 'GET', lines = [] }: Asked): Promise<Told> {
  const host = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost'];
  const octets = [`${method} ${target} HTTP/1.1`, ...host, ...lines, '', ''].join('\r\n');
  const told: Told[] = [];
  for (let connection = 0; connection < 3; connection += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const client = await RawClient.connect(port);
    for (let count = 0; count < 3; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await client.send(octets);
      // oxlint-disable-next-line no-await-in-loop
      const { head, content } = await client.response(method);
      told.push([head.replace(/^Date: .*\r\n/m, ''), content.toString()]);
    }
    client.leave();
  }
  const [first = ['', '']] = told;
  for (const other of told) expect(other).toEqual(first);
  return first;
}

/** Status, and what it is about. */
async function brief(port: number, asked: Asked): Promise<string> {
  const [head, content] = await ask(port, asked);
  const status = head.split(' ', 2)[1];
  const location = /^Location: (.*)$/m.exec(head)?.[1]?.trim();
  const rule = /^X-Rule: (.*)$/m.exec(head)?.[1]?.trim();
  return [status, location ?? content, ...(rule === undefined ? [] : [rule])].join(' ');
}

const DATA: Asked = { target: '/data.bin' };

describe('an answer by rules is over with what it rests on', () => {
  test.each<[string, Readonly<Record<string, string>>, Asked, string, [string, string], string]>([
    [
      'fields for all',
      { _headers: '/*\n  X-Rule: 1' },
      DATA,
      '200 data 1',
      ['_headers', '/*\n  X-Rule: 2'],
      '200 data 2',
    ],
    ['the first rules', {}, DATA, '200 data', ['_headers', '/*\n  X-Rule: 2'], '200 data 2'],
    [
      'fields of a page without its extension',
      { _headers: '/about\n  X-Rule: 1' },
      { target: '/about' },
      '200 <p>About</p> 1',
      ['_headers', '/about\n  X-Rule: 2'],
      '200 <p>About</p> 2',
    ],
    [
      'fields with a part of the path',
      { _headers: '/:name\n  X-Rule: :name' },
      DATA,
      '200 data data.bin',
      ['_headers', '/:name\n  X-Rule: it is :name'],
      '200 data it is data.bin',
    ],
    [
      'a redirect',
      { _redirects: '/old/* /about 301' },
      { target: '/old/x' },
      '301 /about',
      ['_redirects', '/old/* /data.bin 301'],
      '301 /data.bin',
    ],
    [
      'a redirect in the place of a file',
      {},
      DATA,
      '200 data',
      ['_redirects', '/data.bin /about 302!'],
      '302 /about',
    ],
    [
      'a redirect for what is there by now',
      { _redirects: '/old /about 301' },
      { target: '/old' },
      '301 /about',
      ['old', 'it is there'],
      '200 it is there',
    ],
    [
      'a rewrite',
      { _redirects: '/old /data.bin 200' },
      { target: '/old' },
      '200 data',
      ['data.bin', 'newer'],
      '200 newer',
    ],
    [
      'the shell of an application',
      { _redirects: '/* /index.html 200' },
      { target: '/some/where', lines: ['Sec-Fetch-Mode: navigate'] },
      '200 <p>Front</p>',
      ['index.html', '<p>Newer</p>'],
      '200 <p>Newer</p>',
    ],
    [
      'an error with fields',
      { _headers: '/*\n  X-Rule: 1' },
      { target: '/none.bin' },
      '404 <p>Not here</p> 1',
      ['404.html', '<p>Gone</p>'],
      '404 <p>Gone</p> 1',
    ],
    [
      'that it is as it was',
      { _headers: '/*\n  X-Rule: 1' },
      { ...DATA, lines: ['If-None-Match: *'] },
      '304  1',
      ['_headers', '/*\n  X-Rule: 2'],
      '304  2',
    ],
  ])('%s', async (_, files, asked, before, [name, content], after) => {
    const place = siteWith(files);
    const port = await serve(place);
    expect(await brief(port, asked)).toBe(before);
    place.write(name, content);
    expect(await brief(port, asked)).toBe(after);
    // What is said now is what a server says that never said anything else.
    expect(await ask(port, asked)).toEqual(await ask(await serve(place), asked));
  });

  it('when its rules go, or its file', async () => {
    const place = siteWith({ _headers: '/*\n  X-Rule: 1' });
    const port = await serve(place);
    expect(await brief(port, DATA)).toBe('200 data 1');
    rmSync(join(place.root, '_headers'));
    expect(await brief(port, DATA)).toBe('200 data');
    rmSync(join(place.root, 'data.bin'));
    expect(await brief(port, DATA)).toBe('404 <p>Not here</p>');
  });
});

describe('an answer by rules is for those who are asked for the same', () => {
  const RULES = [
    '/* /de/:splat 302! Language=de',
    '/* /beta/:splat 302! Cookie=beta',
    '/find q=:q /found/:q 301',
    '/* /index.html 200',
  ].join('\n');
  const NAVIGATION = 'Sec-Fetch-Mode: navigate';
  const ASKED: readonly [Asked, string][] = [
    [DATA, '200 data'],
    [{ ...DATA, lines: ['Accept-Language: de'] }, '302 /de/data.bin'],
    [{ ...DATA, lines: ['Accept-Language: en, de;q=0.5'] }, '200 data'],
    [{ ...DATA, lines: ['Cookie: beta=1'] }, '302 /beta/data.bin'],
    [{ ...DATA, lines: ['Cookie: alpha=1'] }, '200 data'],
    [{ target: '/find?q=a', lines: [NAVIGATION] }, '301 /found/a'],
    [{ target: '/find?q=b', lines: [NAVIGATION] }, '301 /found/b'],
    [{ target: '/find', lines: [NAVIGATION] }, '200 <p>Front</p>'],
    [{ target: '/find' }, '404 <p>Not here</p>'],
    [{ target: '/cart', lines: [NAVIGATION] }, '200 <p>Front</p>'],
    [{ target: '/cart', lines: ['Sec-Fetch-Mode: cors'] }, '404 <p>Not here</p>'],
  ];

  it('whoever asks otherwise before', async () => {
    const port = await serve(siteWith({ _redirects: RULES }));
    for (const [asked, expected] of [...ASKED, ...ASKED.toReversed()]) {
      // oxlint-disable-next-line no-await-in-loop
      expect([asked, await brief(port, asked)]).toEqual([asked, expected]);
    }
  });

  it('as their Vary says, as HEAD too', async () => {
    const port = await serve(siteWith({ _redirects: RULES }));
    const varyOf = async (asked: Asked): Promise<unknown> => {
      const [head] = await ask(port, asked);
      return /^Vary: (.*)$/m.exec(head)?.[1]?.trim();
    };
    for (const method of ['GET', 'HEAD', 'GET']) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await varyOf({ ...DATA, method })).toBe('Accept-Encoding, Accept-Language, Cookie');
    }
    const part = { ...DATA, lines: ['Range: bytes=1-2'] };
    expect(await varyOf(part)).toBe('Accept-Encoding, Accept-Language, Cookie');
    expect(await brief(port, part)).toBe('206 at');
  });

  it('under the host that they name', async () => {
    const place = siteWith({ _headers: 'https://preview.example/*\n  X-Rule: preview' });
    const port = await serve(place, {
      rules: 'cloudflare',
      allowedHosts: ['preview.example', 'www.example'],
    });
    for (const [host, expected] of [
      ['preview.example', '200 data preview'],
      ['www.example', '200 data'],
      ['PREVIEW.example:8080', '200 data preview'],
      ['preview.example', '200 data preview'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await brief(port, { ...DATA, lines: [`Host: ${host}`] })).toBe(expected);
    }
  });

  it('over the scheme that they came over', async () => {
    const place = siteWith({ _headers: '/*\n  X-Rule: 1', _redirects: '/old /about' });
    const hsts = { maxAgeSeconds: 60, includesSubdomains: false };
    const port = await serve(place, { trustProxy: ['127.0.0.1'], hsts });
    for (const target of ['/data.bin', '/old', '/none']) {
      for (const scheme of ['https', 'http', 'https']) {
        const lines = [`Forwarded: for=192.0.2.1;proto=${scheme}`];
        // oxlint-disable-next-line no-await-in-loop
        const [head] = await ask(port, { target, lines });
        expect([target, scheme, head.includes('Strict-Transport')]).toEqual([
          target,
          scheme,
          scheme === 'https',
        ]);
      }
    }
  });

  it('at the site of several that they ask', async () => {
    const outer = siteWith({ _headers: '/*\n  X-Rule: outer', _redirects: '/old /outer 301' });
    const inner = siteWith({ _headers: '/*\n  X-Rule: inner', _redirects: '/old /inner 301' });
    const mounts = [{ root: inner.root, base: '/in/' }];
    const port = await serve(outer, { mounts });
    const expectAll = async (expected: Readonly<Record<string, string>>): Promise<void> => {
      for (const [target, answer] of Object.entries(expected)) {
        // oxlint-disable-next-line no-await-in-loop
        expect([target, await brief(port, { target })]).toEqual([target, answer]);
      }
    };
    const first = {
      '/data.bin': '200 data outer',
      '/in/data.bin': '200 data inner',
      '/old': '301 /outer',
      '/in/old': '301 /in/inner',
      '/in/none': '404 <p>Not here</p> inner',
    };
    await expectAll(first);
    await expectAll(first);
    inner.write('_headers', '/*\n  X-Rule: newer');
    await expectAll({
      ...first,
      '/in/data.bin': '200 data newer',
      '/in/none': '404 <p>Not here</p> newer',
    });
  });
});

it('a serve.json makes answers that are the same each time', async () => {
  const place = siteWith({
    'serve.json': JSON.stringify({
      headers: [{ source: '**/*.bin', headers: [{ key: 'X-Rule', value: 'bin' }] }],
      redirects: [{ source: '/old/:name', destination: '/new/:name' }],
      rewrites: [{ source: '/app/**', destination: '/data.bin' }],
    }),
  });
  const { port } = await Program.serving([place.root, '--fresh', '0']);
  for (const [target, expected] of [
    ['/data.bin', '200 data bin'],
    ['/data.bin?q', '200 data bin'],
    ['/old/x', '301 /new/x'],
    ['/old/x/?q=1', '301 /new/x?q=1'],
    ['/old/x', '301 /new/x'],
    ['/app/some/where', '200 data bin'],
    ['/app/some/where?q', '200 data bin'],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    expect([target, await brief(port, { target })]).toEqual([target, expected]);
  }
});
