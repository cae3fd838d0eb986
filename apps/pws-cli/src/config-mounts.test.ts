import { Validator } from '@cfworker/json-schema';
import { expect, test } from 'vitest';
import type { CommandError } from './command-error.ts';
import { configSchema } from './config-schema.ts';
import { type FileContent, readConfigText } from './config-text.ts';

function read(mounts: unknown): FileContent['mounts'] | string {
  try {
    return readConfigText(JSON.stringify({ mounts }), 'f.json').mounts;
  } catch (error) {
    return (error as CommandError).message;
  }
}

const isInSchema = (mounts: unknown): boolean =>
  new Validator(configSchema(), '7').validate({ mounts }).valid;

test.each<[string, unknown, unknown]>([
  ['none', {}, []],
  [
    'a path and a folder',
    { '/docs': '../docs' },
    [{ base: '/docs/', root: '../docs', place: 'f.json:1:12: mounts: "/docs"', values: new Map() }],
  ],
  ['a longer path', { '/a/b/': 'x' }, [{ base: '/a/b/', root: 'x' }]],
  ['a root alone', { '/a': { root: 'x' } }, [{ base: '/a/', root: 'x', values: new Map() }]],
  [
    'options',
    { '/a': { root: 'x', spa: true, cleanUrls: false, cache: 60, trailingSlash: 'never' } },
    [
      {
        values: new Map<string, unknown>([
          ['spa', 'index.html'],
          ['clean-urls', false],
          ['cache', 60],
          ['trailing-slash', 'never'],
        ]),
      },
    ],
  ],
  [
    'the others',
    { '/a': { root: 'x', listing: true, rules: 'off' } },
    [
      {
        values: new Map<string, unknown>([
          ['listing', true],
          ['rules', 'off'],
        ]),
      },
    ],
  ],
  [
    'rules of its own',
    {
      '/a': {
        root: 'x',
        headers: [{ for: '/*', values: { 'X-A': '1' } }],
        redirects: [{ from: '/old', to: '/new' }],
      },
    },
    [
      {
        rules: {
          headers: [{ line: 1, for: '/*', values: { 'X-A': '1' } }],
          redirects: [{ line: 1, from: '/old', to: '/new' }],
        },
      },
    ],
  ],
])('mounts in a file may be %s', (_what, mounts, expected) => {
  expect(read(mounts)).toMatchObject(expected as object);
  expect(isInSchema(mounts)).toBe(true);
});

const SLASHES = 'expected one of auto, always, never, ignore';

test.each<[string, unknown, string]>([
  [
    'a list',
    ['/a'],
    'mounts: expected paths with folders, such as {"/docs": "../docs/dist"}, got ["/a"]',
  ],
  ['a path that begins with none', { docs: 'x' }, 'mounts: docs: expected a path such as'],
  ['a dot segment', { '/a/../b': 'x' }, 'mounts: "/a/../b": expected a path such as'],
  ['two slashes', { '//a': 'x' }, 'mounts: "//a": expected a path such as'],
  ['a hidden name', { '/.git': 'x' }, 'mounts: "/.git": expected a path such as'],
  ['half a character', { '/\uD800': 'x' }, 'expected whole characters, got'],
  ['an empty folder', { '/a': '' }, 'mounts: "/a": expected a folder, got ""'],
  ['a number', { '/a': 1 }, 'mounts: "/a": expected an object, got 1'],
  ['no root', { '/a': { spa: true } }, 'mounts: "/a": expected root, a folder, got none'],
  ['a root of another kind', { '/a': { root: [] } }, 'mounts: "/a": root: expected a folder'],
  [
    'another word',
    { '/a': { root: 'x', trailingSlash: 'yes' } },
    `mounts: "/a": trailingSlash: ${SLASHES}, got "yes"`,
  ],
  [
    'a shell outside',
    { '/a': { root: 'x', spa: '../x.html' } },
    'mounts: "/a": spa: expected true, false or the path of a file below the root',
  ],
  [
    'an option that mounts have not',
    { '/a': { root: 'x', rule: 'off' } },
    'mounts: "/a": rule: expected a key that there is, did you mean rules?',
  ],
  [
    'no list of rules',
    { '/a': { root: 'x', headers: {} } },
    'mounts: "/a": headers: expected a list of rules, got {}',
  ],
  [
    'a rule that is none',
    {
      '/a': {
        root: 'x',
        redirects: [
          { from: '/a', to: '/b' },
          { from: '/a', to: 'b' },
        ],
      },
    },
    'mounts: "/a": redirects[1]: expected a path, or https:// and a host, got "b"',
  ],
  [
    'a rule with a key too many',
    { '/a': { root: 'x', headers: [{ for: '/a', value: {} }] } },
    'mounts: "/a": headers[0]: value: expected a key that there is, did you mean values?',
  ],
])('mounts in a file may not be %s', (_what, mounts, message) => {
  expect(read(mounts)).toContain(message);
  expect(read(mounts)).toMatch(/^f\.json:1:\d+: /);
});
