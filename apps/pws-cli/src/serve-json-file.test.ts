import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { TemporarySite } from '../test/temporary-site.ts';
import { resolveConfig } from './config.ts';
import { type GivenArguments, readLayers } from './layers.ts';
import { renderConfig } from './print-config.ts';
import { findServeJson } from './serve-json-file.ts';

const site = new TemporarySite({ 'index.html': 'front', 'dist/index.html': 'built' });
afterAll(() => site.remove());
afterEach(() => {
  for (const name of ['serve.json', 'now.json', 'package.json', 'pws.config.json']) {
    rmSync(`${site.root}/${name}`, { force: true });
  }
});

const find = (): ReturnType<typeof findServeJson> => findServeJson(site.root, site.root);

/** What is told of a text, line by line. */
async function faultsOf(text: string): Promise<string[]> {
  site.write('serve.json', text);
  return find().then(
    () => [],
    (error: unknown) => (error as Error).message.split('\n'),
  );
}

describe('a serve.json', () => {
  test.each<[string, string, string]>([
    [
      '{"cleanUrl": true}',
      '1:2: cleanUrl: expected a key that there is, did you mean cleanUrls?',
      'an unknown key',
    ],
    ['{\n  "public": 1\n}', '2:13: public: expected a text without controls, got 1', 'no text'],
    [
      '{"trailingSlash": "yes"}',
      '1:19: trailingSlash: expected true or false, got "yes"',
      'no switch',
    ],
    [
      '{"cleanUrls": 1}',
      '1:15: cleanUrls: expected true, false or a list of texts, got 1',
      'no choice',
    ],
    [
      '{"cleanUrls": [1]}',
      '1:16: cleanUrls[0]: expected a text without controls, got 1',
      'an item of one',
    ],
    ['{"rewrites": {}}', '1:14: rewrites: expected a list, got {}', 'no list'],
    [
      '{"rewrites": [{"source": "/a"}]}',
      '1:15: rewrites[0]: expected destination, got none',
      'half a rule',
    ],
    [
      '{"rewrites": [{"source": "/a", "destination": "/b", "type": 301}]}',
      '1:53: rewrites[0].type: expected a key that there is',
      'a key of redirects',
    ],
    [
      '{"redirects": [{"source": "/a", "destination": "/b", "type": 200}]}',
      '1:62: redirects[0].type: expected one of 301, 302, 303, 307, 308, got 200',
      'another status',
    ],
    [
      '{"headers": [{"source": "a", "headers": [{"key": "X Y", "value": "1"}]}]}',
      '1:50: headers[0].headers[0].key: expected the name of a field, got "X Y"',
      'no name',
    ],
    [
      '{"headers": [{"source": "a", "headers": [{"key": "X", "value": 1}]}]}',
      '1:64: headers[0].headers[0].value: expected null or a text of visible characters up to U+00FF, got 1',
      'no value',
    ],
    [
      '{"unlisted": ["a!(b)"]}',
      '1:15: expected no !(…): what must not be there cannot be matched',
      'a glob that is none',
    ],
    [
      '{"redirects": [{"source": "/(\\\\1)", "destination": "/b"}]}',
      '1:27: expected no back references, anchors and properties, got "\\x5c1"',
      'a group that is none',
    ],
    [
      '{"redirects": [{"source": "/a", "destination": "/:id"}]}',
      '1:48: expected a name that the source has (a colon itself is \\:), got :id in "/:id"',
      'a name from nowhere',
    ],
    [
      '{"rewrites": [{"source": "/a", "destination": "https://b.example/"}]}',
      '1:47: expected a path, since files of other origins are not fetched (that would be a proxy), got "https://b.example/"',
      'another host',
    ],
    [
      '{"redirects": [{"source": "/a", "destination": "mailto:a"}]}',
      '1:48: expected a path, or https:// and a host, got "mailto:a"',
      'another scheme',
    ],
    ['{\n  "public": "dist",\n}', '3:1: expected a key in double quotes, got "}"', 'no JSON'],
    ['[]', '1:1: expected an object, got []', 'no object'],
    [
      '{"public": ".."}',
      `1:12: public: expected a folder in ${site.root}, got ".."; pws FOLDER serves any`,
      'another part of the disk',
    ],
  ])('%s: %s, for %s', async (text, fault) => {
    expect(await faultsOf(text)).toEqual([`serve.json:${fault}`]);
  });

  it('is told all that is wrong with it, in the order of its lines', async () => {
    const faults = await faultsOf('{\n"etag": 1,\n"unlisted": ["a!(b)"],\n"symlinks": 3}');
    expect(faults.map((line) => line.split(' ')[0])).toEqual([
      'serve.json:2:9:',
      'serve.json:3:14:',
      'serve.json:4:13:',
    ]);
  });

  test.each<[string, string | Uint8Array, number, string]>([
    ['a folder that is not there', '{"public": "none"}', 1, ':1:12: public: expected a folder at '],
    ['a file for one', '{"public": "index.html"}', 1, ':1:12: public: expected a folder, but '],
    ['another part of the disk', '{"public": ".."}', 2, ':1:12: public: expected a folder in '],
    ['what is no text', Uint8Array.of(0xff), 2, ': expected UTF-8, got other octets'],
    ['too much', ' '.repeat(1024 ** 2 + 1), 2, ': expected 1mb at most, got 1048577 bytes'],
    ['half of it', '{', 2, ':1:2: expected a closing brace, got the end of the file'],
  ])('with %s ends the program, and is named', async (_what, text, exitCode, message) => {
    site.write('serve.json', text);
    const refused = find();
    await expect(refused).rejects.toThrow(`serve.json${message}`);
    const problems = [{ file: 'serve.json', severity: 'error' }];
    await expect(refused).rejects.toMatchObject({ exitCode, problems });
  });

  it('may have etag, and null as a value', async () => {
    site.write(
      'serve.json',
      '{"etag": true, "headers": [{"source": "a", "headers": [{"key": "X", "value": null}]}]}',
    );
    expect(await find()).toMatchObject({ json: { etag: true }, notes: [] });
  });

  it('gets a note for a field that no rule sets', async () => {
    site.write(
      'serve.json',
      '{"headers": [{"source": "a", "headers": [{"key": "Date", "value": "x"}]}]}',
    );
    expect((await find())?.notes).toMatchObject([
      {
        line: 1,
        column: 50,
        severity: 'warning',
        message: expect.stringMatching(/^Date is written/) as string,
      },
    ]);
  });

  it('goes before now.json, and that before package.json, each with a note', async () => {
    site.write('package.json', '{"name": "a", "static": {"public": "dist"}}');
    expect(await find()).toMatchObject({
      name: 'package.json',
      root: `${site.root}/dist`,
      notes: [{ line: 1 }],
    });
    site.write('now.json', '{"now": {"static": {"cleanUrls": false}}}');
    expect(await find()).toMatchObject({
      name: 'now.json',
      json: { cleanUrls: false },
      notes: [{ line: 1 }],
    });
    site.write('serve.json', '{}');
    expect(await find()).toMatchObject({ name: 'serve.json', root: site.root, notes: [] });
  });

  it('is not what else there is: a package, a folder of its name, nothing', async () => {
    expect(await find()).toBeUndefined();
    site.write('package.json', '{"name": "static", "scripts": {"static": "x"}, "static": "dist"}');
    expect(await find()).toBeUndefined();
    site.write('package.json', '{"static": {},');
    expect(await find()).toBeUndefined();
    mkdirSync(`${site.root}/serve.json`);
    expect(await find()).toBeUndefined();
    rmSync(`${site.root}/serve.json`, { recursive: true });
  });
});

describe('a configuration with a serve.json', () => {
  const configOf = async (flags: GivenArguments['flags'] = {}): ReturnType<typeof resolveConfig> =>
    resolveConfig(await readLayers({ root: site.root, flags }, { env: {}, cwd: site.root }));

  it('has its folder, its options and its defaults', async () => {
    site.write(
      'serve.json',
      '{"public": "dist", "cleanUrls": false, "trailingSlash": false, "etag": false}',
    );
    expect(await configOf()).toMatchObject({
      root: `${site.root}/dist`,
      cleanUrls: false,
      trailingSlash: 'never',
      listing: true,
      symlinks: 'deny',
      etag: 'off',
    });
  });

  it('has what a flag says instead, also of what the file says path by path', async () => {
    site.write(
      'serve.json',
      '{"cleanUrls": ["/a"], "directoryListing": ["/b"], "trailingSlash": true}',
    );
    expect((await configOf()).serveJson?.json).toMatchObject({ cleanUrls: [{ text: '/a' }] });
    const flags = { 'clean-urls': ['true'], listing: ['false'], 'trailing-slash': ['never'] };
    const config = await configOf(flags);
    expect(config).toMatchObject({ cleanUrls: true, listing: false, trailingSlash: 'never' });
    expect(config.serveJson?.json).toEqual({ trailingSlash: true });
  });

  it('has what the own configuration file says instead', async () => {
    site.write('serve.json', '{"trailingSlash": true}');
    site.write('pws.config.json', '{"trailingSlash": "ignore"}');
    expect(await configOf()).toMatchObject({ trailingSlash: 'ignore', listing: true });
  });

  it('withholds the file, and is nothing of it with --rules off', async () => {
    site.write('serve.json', '{"trailingSlash": true}');
    expect((await configOf()).withheld).toContain(`${site.root}/serve.json`);
    const config = await configOf({ rules: ['off'] });
    expect(config).toMatchObject({ trailingSlash: 'auto', listing: false });
    expect(config.withheld ?? []).not.toContain(`${site.root}/serve.json`);
  });

  it('is printed with what holds by it', async () => {
    site.write('serve.json', '{"public": "dist", "trailingSlash": false, "cleanUrls": ["/a"]}');
    const layers = await readLayers({ root: site.root, flags: {} }, { env: {}, cwd: site.root });
    const { root } = await resolveConfig(layers);
    expect(JSON.parse(renderConfig(layers, root))).toMatchObject({
      root: `${site.root}/dist`,
      cleanUrls: true,
      trailingSlash: 'never',
      listing: true,
      symlinks: 'deny',
    });
  });
});
