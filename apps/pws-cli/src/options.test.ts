import { describe, expect, it, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { type Option, parseOption } from './option.ts';
import { OPTIONS, type Options } from './options.ts';

const parse = (name: keyof Options, text: string): unknown =>
  parseOption(OPTIONS[name] as Option<unknown>, text, `--${name}`);

describe('parseOption() accepts', () => {
  test.each<[keyof Options, string, unknown]>([
    ['port', '0', 0],
    ['port', '80', 80],
    ['port', '8001', 8001],
    ['port', '65535', 65_535],
    ['port', '0080', 80],
    ['backlog', '1', 1],
    ['backlog', '511', 511],
    ['backlog', '65535', 65_535],
    ['unix', 'pws.sock', 'pws.sock'],
    ['unix', '/run/a b.sock', '/run/a b.sock'],
    ['unix-mode', '600', '600'],
    ['unix-mode', '0660', '0660'],
    ['unix-mode', '777', '777'],
    ['host', '127.0.0.1', '127.0.0.1'],
    ['host', '::1', '::1'],
    ['host', '::', '::'],
    ['host', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['host', 'localhost', 'localhost'],
    ['host', 'my-machine.local', 'my-machine.local'],
    ['index', 'index.html', ['index.html']],
    ['index', 'default.htm,index.html', ['default.htm', 'index.html']],
    ['index', 'a b.html', ['a b.html']],
    ['listing', 'true', true],
    ['clean-urls', 'false', false],
    ['trailing-slash', 'never', 'never'],
    ['spa', 'true', 'index.html'],
    ['spa', 'false', false],
    ['spa', 'app/shell.html', 'app/shell.html'],
    ['spa', '/200.html', '200.html'],
    ['base', '/', '/'],
    ['base', '/app', '/app/'],
    ['base', 'app/v1/', '/app/v1/'],
    ['rules', 'cloudflare', 'cloudflare'],
    ['rules', 'off', 'off'],
    ['mount', '/docs=../docs/dist', [{ base: '/docs/', root: '../docs/dist' }]],
    ['mount', '/docs/=a=b', [{ base: '/docs/', root: 'a=b' }]],
    [
      'mount',
      '/a=x\n/b/c=y',
      [
        { base: '/a/', root: 'x' },
        { base: '/b/c/', root: 'y' },
      ],
    ],
    ['dotfiles', 'allow', 'allow'],
    ['dotfiles', 'deny', 'deny'],
    ['symlinks', 'within', 'within'],
    ['symlinks', 'follow', 'follow'],
    ['symlinks', 'deny', 'deny'],
    ['cache', 'auto', 'auto'],
    ['cache', 'off', 'off'],
    ['cache', 'false', 'off'],
    ['cache', '0', 0],
    ['cache', '3600', 3600],
    ['etag', 'auto', 'auto'],
    ['etag', 'stat', 'stat'],
    ['etag', 'content', 'content'],
    ['etag', 'off', 'off'],
    ['precompressed', 'false', false],
    ['compress', '0', false],
    ['memory', '0', 0],
    ['memory', '512', 512],
    ['memory', '512b', 512],
    ['memory', '16kb', 16_384],
    ['memory', '64mb', 67_108_864],
    ['memory', '64MB', 67_108_864],
    ['memory', '2gb', 2_147_483_648],
    ['fresh', '0', 0],
    ['fresh', '500ms', 500],
    ['fresh', '1s', 1000],
    ['fresh', '2m', 120_000],
    ['fresh', '1h', 3_600_000],
    ['fresh', '240h', 864_000_000],
    ['env-prefix', 'PUBLIC_', 'PUBLIC_'],
    ['env-path', '/app/env.js', '/app/env.js'],
    ['head-timeout', '14400m', 864_000_000],
    ['max-target', '1', 1],
    ['max-head', '1b', 1],
    ['max-fields', '1', 1],
    ['workers', '1', 1],
    ['workers', '256', 256],
    ['workers', 'auto', 'auto'],
    ['grace', '0', 0],
    ['grace', '10s', 10_000],
    ['drain-delay', '0', 0],
    ['drain-delay', '1500ms', 1500],
    ['allowed-hosts', '*', '*'],
    ['allowed-hosts', 'example.com,.example.org', ['example.com', '.example.org']],
    ['basic-auth', '../users of mine', '../users of mine'],
    ['tls-cert', 'a b.pem', 'a b.pem'],
    ['tls-key', '/k.pem', '/k.pem'],
    ['https', 'true', true],
    ['http2', '0', false],
    ['redirect-http', '1', 1],
    ['redirect-http', '65535', 65_535],
    ['cors', '*', '*'],
    ['cors', 'https://example.com', ['https://example.com']],
    ['header', 'A: 1, 2', [['A', '1, 2']]],
    ['server-header', 'off', false],
    ['server-header', 'false', false],
    ['server-header', 'Example/2.1', 'Example/2.1'],
    ['log-field-limit', '16', 16],
    ['log-field-limit', '65536', 65_536],
    ['hsts', '31536000', { maxAgeSeconds: 31_536_000, includesSubdomains: false }],
    ['isolate', 'true', true],
    ['trust-proxy', '10.0.0.0/8,::1', ['10.0.0.0/8', '::1']],
    ['proxy-protocol', '1', true],
    ['log', 'auto', 'auto'],
    ['log', 'pretty', 'pretty'],
    ['log', 'combined', 'combined'],
    ['log', 'json', 'json'],
    ['log', 'none', 'none'],
    ['quiet', 'true', true],
    ['quiet', '1', true],
    ['quiet', 'false', false],
    ['quiet', '0', false],
    ['verbose', 'true', true],
    ['verbose', '0', false],
    ['health', '', '/-/'],
    ['health', '/', '/'],
    ['health', '/-/', '/-/'],
    ['health', '/ops/v1.0/', '/ops/v1.0/'],
    ['health', 'false', false],
    ['health', 'off', false],
    ['metrics', '', 'under-prefix'],
    ['metrics', '127.0.0.1:9100', { host: '127.0.0.1', port: 9100 }],
    ['metrics', 'localhost:0', { host: 'localhost', port: 0 }],
    ['metrics', '[::1]:65535', { host: '::1', port: 65_535 }],
    ['metrics', '[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
    ['metrics', 'false', false],
  ])('--%s %j as %j', (name, text, value) => {
    expect(parse(name, text)).toEqual(value);
  });
});

const PORT = 'a port from 0 to 65535';
const BACKLOG = 'a number from 1 to 65535';
const HOST = 'an address or a name of this machine';
const MODE = 'permissions in octal such as 600 or 0660';
const LOG = 'one of auto, pretty, combined, json, none';
const SWITCH = 'true or false';
const NAMES = 'file names with commas between them';
const SIZE = 'a size such as 64mb or 512kb';
const WORKERS = 'a number from 1 to 256, or auto';
const SOME_SIZE = 'a size such as 16kb or 512, more than 0';
const DURATION = 'a duration such as 1s or 500ms, 240h at most, or 0';
const SOME_TIME = 'a duration such as 10s or 500ms, 240h at most';
const ALLOWED_HOSTS =
  'host names such as example.com, .example.com (all below it too) or 192.0.2.1, without ports, with commas between them, or * alone';
const ORIGINS =
  'origins such as https://example.com or http://localhost:3000 with commas between them, or * alone';
const CACHE = 'auto, off, or seconds from 0 to 31536000';
const ENV_PREFIX = 'a prefix of names that ends with an underscore, such as PUBLIC_';
const ENV_PATH = 'a path such as /env.js';
const FIELD =
  'a field such as "X-Robots-Tag: noindex", and none that the server writes itself (Connection, Content-Length, Content-Type, Date and their like)';
const HSTS = 'seconds from 0 to 315360000, such as 31536000, or 31536000,subdomains';
const RANGES = 'address ranges such as 10.0.0.0/8, ::1 or 2001:db8::/32 with commas between them';
const PREFIX = 'a path prefix that begins and ends with a slash, such as /-/';
const HOST_PORT = 'an address and a port such as 127.0.0.1:9100 or [::1]:9100';

describe('parseOption() refuses', () => {
  test.each<[keyof Options, string, string, string]>([
    ['cache', '1h', CACHE, '"1h"'],
    ['cache', '31536001', CACHE, '"31536001"'],
    ['cache', '', CACHE, 'nothing'],
    ['env-prefix', '', ENV_PREFIX, 'nothing'],
    ['env-prefix', '_', ENV_PREFIX, '"_"'],
    ['env-prefix', 'P', ENV_PREFIX, '"P"'],
    ['env-path', 'env.js', ENV_PATH, '"env.js"'],
    ['port', '65536', PORT, '"65536"'],
    ['port', '-1', PORT, '"-1"'],
    ['port', '+80', PORT, '"+80"'],
    ['port', '80.0', PORT, '"80.0"'],
    ['port', '8e1', PORT, '"8e1"'],
    ['port', '0x50', PORT, '"0x50"'],
    ['port', ' 80', PORT, '" 80"'],
    ['port', '80 ', PORT, '"80 "'],
    ['port', '80\n', PORT, String.raw`"80\n"`],
    ['port', '٨٠', PORT, '"٨٠"'],
    ['port', '1000000000000', PORT, '"1000000000000"'],
    ['port', 'http', PORT, '"http"'],
    ['port', 'NaN', PORT, '"NaN"'],
    ['port', 'true', PORT, '"true"'],
    ['port', '', PORT, 'nothing'],
    ['backlog', '0', BACKLOG, '"0"'],
    ['backlog', '65536', BACKLOG, '"65536"'],
    ['backlog', 'many', BACKLOG, '"many"'],
    ['backlog', '', BACKLOG, 'nothing'],
    ['unix', '', 'the path of a Unix socket', 'nothing'],
    ['unix', 'a\u0000b', 'the path of a Unix socket', String.raw`"a\u0000b"`],
    ['unix-mode', '60', MODE, '"60"'],
    ['unix-mode', '0o600', MODE, '"0o600"'],
    ['unix-mode', '680', MODE, '"680"'],
    ['unix-mode', '4755', MODE, '"4755"'],
    ['unix-mode', 'u=rw', MODE, '"u=rw"'],
    ['unix-mode', '', MODE, 'nothing'],
    ['host', '', HOST, 'nothing'],
    ['host', 'a b', HOST, '"a b"'],
    ['host', 'http://localhost', HOST, '"http://localhost"'],
    ['host', 'localhost/', HOST, '"localhost/"'],
    ['host', 'a\u0000b', HOST, String.raw`"a\u0000b"`],
    ['index', '', NAMES, 'nothing'],
    ['index', '..', NAMES, '".."'],
    ['index', 'a/b.html', NAMES, '"a/b.html"'],
    ['index', 'a.html,', NAMES, '"a.html,"'],
    ['dotfiles', 'ignore', 'one of deny, allow', '"ignore"'],
    ['symlinks', 'Deny', 'one of within, follow, deny', '"Deny"'],
    ['etag', 'on', 'one of auto, stat, content, off', '"on"'],
    ['memory', '-1mb', SIZE, '"-1mb"'],
    ['memory', '1.5mb', SIZE, '"1.5mb"'],
    ['memory', '64 mb', SIZE, '"64 mb"'],
    ['memory', '64mib', SIZE, '"64mib"'],
    ['memory', 'mb', SIZE, '"mb"'],
    ['memory', '', SIZE, 'nothing'],
    ['head-timeout', '0', SOME_TIME, '"0"'],
    ['head-timeout', '241h', SOME_TIME, '"241h"'],
    ['fs-timeout', '864001s', DURATION, '"864001s"'],
    ['grace', '999999999h', DURATION, '"999999999h"'],
    ['max-target', '0', SOME_SIZE, '"0"'],
    ['max-head', '0kb', SOME_SIZE, '"0kb"'],
    ['max-fields', '0', 'a number from 1 to 999999999', '"0"'],
    ['max-fields', '-1', 'a number from 1 to 999999999', '"-1"'],
    ['fresh', '1', DURATION, '"1"'],
    ['fresh', '1S', DURATION, '"1S"'],
    ['fresh', '-1s', DURATION, '"-1s"'],
    ['fresh', '1 s', DURATION, '"1 s"'],
    ['fresh', '1d', DURATION, '"1d"'],
    ['fresh', '', DURATION, 'nothing'],
    ['workers', '0', WORKERS, '"0"'],
    ['workers', '257', WORKERS, '"257"'],
    ['workers', 'Auto', WORKERS, '"Auto"'],
    ['workers', '', WORKERS, 'nothing'],
    ['grace', '10', DURATION, '"10"'],
    ['grace', '-1s', DURATION, '"-1s"'],
    ['drain-delay', '5', DURATION, '"5"'],
    ['drain-delay', '', DURATION, 'nothing'],
    ['allowed-hosts', 'a:80', ALLOWED_HOSTS, '"a:80"'],
    ['allowed-hosts', '', ALLOWED_HOSTS, 'nothing'],
    ['basic-auth', '', 'the path of an htpasswd file', 'nothing'],
    ['tls-cert', '', 'the path of a PEM file', 'nothing'],
    ['tls-key', 'a\u0000', 'the path of a PEM file', String.raw`"a\u0000"`],
    ['https', 'yes', SWITCH, '"yes"'],
    ['http2', '2', SWITCH, '"2"'],
    ['redirect-http', '0', 'a port from 1 to 65535', '"0"'],
    ['redirect-http', '65536', 'a port from 1 to 65535', '"65536"'],
    ['basic-auth', 'a\u0000', 'the path of an htpasswd file', String.raw`"a\u0000"`],
    ['cors', 'example.com', ORIGINS, '"example.com"'],
    ['cors', 'null', ORIGINS, '"null"'],
    ['header', 'Connection: close', FIELD, '"Connection: close"'],
    ['header', 'nonsense', FIELD, '"nonsense"'],
    ['server-header', '', 'off, or a product such as Example or Example/2.1', 'nothing'],
    ['log-field-limit', '15', 'a number of characters from 16 to 65536', '"15"'],
    ['hsts', '1y', HSTS, '"1y"'],
    ['isolate', 'yes', SWITCH, '"yes"'],
    ['trust-proxy', '10.0.0.0/33', RANGES, '"10.0.0.0/33"'],
    ['proxy-protocol', '2', SWITCH, '"2"'],
    ['log', 'Pretty', LOG, '"Pretty"'],
    ['log', 'xml', LOG, '"xml"'],
    ['log', '__proto__', LOG, '"__proto__"'],
    ['log', '', LOG, 'nothing'],
    ['quiet', 'yes', SWITCH, '"yes"'],
    ['quiet', 'TRUE', SWITCH, '"TRUE"'],
    ['quiet', '', SWITCH, 'nothing'],
    ['verbose', '2', SWITCH, '"2"'],
    ['health', 'dist', PREFIX, '"dist"'],
    ['health', '-', PREFIX, '"-"'],
    ['health', '/-', PREFIX, '"/-"'],
    ['health', '//', PREFIX, '"//"'],
    ['health', '/../', PREFIX, '"/../"'],
    ['health', '/a b/', PREFIX, '"/a b/"'],
    ['health', '/%2d/', PREFIX, '"/%2d/"'],
    ['health', '/a/\n', PREFIX, String.raw`"/a/\n"`],
    ['metrics', 'dist', HOST_PORT, '"dist"'],
    ['metrics', '9100', HOST_PORT, '"9100"'],
    ['metrics', ':9100', HOST_PORT, '":9100"'],
    ['metrics', '::1:9100', HOST_PORT, '"::1:9100"'],
    ['metrics', '127.0.0.1:', HOST_PORT, '"127.0.0.1:"'],
    ['metrics', '127.0.0.1:65536', HOST_PORT, '"127.0.0.1:65536"'],
    ['metrics', 'http://localhost:9100', HOST_PORT, '"http://localhost:9100"'],
  ])('--%s %j: expected %s, got %s', (name, text, expected, got) => {
    const failure = failureOf(() => parse(name, text));
    expect(failure).toBeInstanceOf(CommandError);
    expect(failure).toMatchObject({
      exitCode: 2,
      message: `--${name}: expected ${expected}, got ${got}`,
    });
  });
});

describe('the defaults', () => {
  test.each<[keyof Options, unknown]>([
    ['port', 8001],
    ['auto-port', false],
    ['host', undefined],
    ['unix', undefined],
    ['unix-mode', '600'],
    ['backlog', 511],
    ['index', ['index.html']],
    ['listing', false],
    ['dotfiles', 'deny'],
    ['symlinks', 'within'],
    ['etag', 'auto'],
    ['max-ranges', 16],
    ['max-list-entries', 10_000],
    ['precompressed', true],
    ['compress', true],
    ['memory', 67_108_864],
    ['fresh', 1000],
    ['fs-timeout', 10_000],
    ['head-timeout', 15_000],
    ['idle-timeout', 65_000],
    ['send-timeout', 30_000],
    ['min-send-rate', 512],
    ['linger', 2000],
    ['max-connections', undefined],
    ['max-connections-per-ip', 0],
    ['max-requests-per-connection', 1000],
    ['max-connection-age', 3_600_000],
    ['max-target', 8192],
    ['max-head', 16_384],
    ['max-fields', 100],
    ['workers', 1],
    ['grace', 10_000],
    ['drain-delay', 0],
    ['allowed-hosts', undefined],
    ['basic-auth', undefined],
    ['tls-cert', undefined],
    ['tls-key', undefined],
    ['https', false],
    ['http2', true],
    ['redirect-http', undefined],
    ['cors', undefined],
    ['header', undefined],
    ['server-header', 'PWS/1.0'],
    ['log-field-limit', 1024],
    ['hsts', undefined],
    ['isolate', false],
    ['trust-proxy', undefined],
    ['proxy-protocol', false],
    ['log', 'auto'],
    ['quiet', false],
    ['verbose', false],
    ['health', false],
    ['metrics', false],
  ])('of --%s is %j', (name, value) => {
    expect(OPTIONS[name].default).toEqual(value);
  });

  it('are values that their own flags accept', () => {
    for (const [name, option] of Object.entries(OPTIONS)) {
      const { default: value, defaultDescription } = option as Option<
        string | number | boolean | readonly string[] | undefined
      >;
      if (value === undefined) continue;
      // A default is told by its description where it reads better there.
      const texts = [value.toString(), ...(defaultDescription?.match(/^[^:]+/) ?? [])];
      const values = texts.map((text) => (option as Option<unknown>).parse(text));
      expect(values, name).toContainEqual(value);
    }
  });

  it('and no two flags have one letter', () => {
    const letters = Object.values(OPTIONS).flatMap(({ alias }: Option<never>) => alias ?? []);
    expect(new Set(letters).size).toBe(letters.length);
  });
});

function failureOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
