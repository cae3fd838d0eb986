import { Validator } from '@cfworker/json-schema';
import { describe, expect, it, test } from 'vitest';
import type { CommandError } from './command-error.ts';
import {
  type ConfiguredHeaders,
  type ConfiguredRedirect,
  compileHeaders,
  compileRedirects,
} from './config-rules.ts';
import { configSchema } from './config-schema.ts';
import { readConfigText } from './config-text.ts';
import { parseHeadersFile } from './headers-file.ts';
import { parseRedirectsFile } from './redirects-file.ts';

function messageOf(config: unknown, indent?: number): string {
  try {
    readConfigText(JSON.stringify(config, undefined, indent), 'f.json');
    return '';
  } catch (error) {
    return (error as CommandError).message;
  }
}

const isInSchema = (config: unknown): boolean =>
  new Validator(configSchema(), '7').validate(config).valid;

/** What counts of a rule; where it stands does not. */
const essence = (rules: readonly object[]): unknown =>
  JSON.parse(JSON.stringify(rules.map((rule) => ({ ...rule, line: 0, column: 0 }))));

describe('redirects in a configuration file', () => {
  test.each<[Omit<ConfiguredRedirect, 'line' | 'column'>, string]>([
    [{ from: '/old', to: '/new' }, '/old /new'],
    [{ from: '/old/*', to: '/new/:splat', status: 302 }, '/old/* /new/:splat 302'],
    [{ from: '/a', to: '/b', force: true }, '/a /b 301!'],
    [{ from: '/a', to: '/b', status: 200, force: true }, '/a /b 200!'],
    [{ from: '/*', to: '/index.html', status: 200 }, '/* /index.html 200'],
    [{ from: '/x/*', status: 200 }, '/x/* 200'],
    [{ from: '/s', query: { id: ':id' }, to: '/s/:id' }, '/s id=:id /s/:id'],
    [{ from: '/a/:x', to: 'https://example.com/:x' }, '/a/:x https://example.com/:x'],
    [
      { from: '/a', to: '/de', conditions: { Language: ['de', 'fr'], Cookie: 'beta' } },
      '/a /de 301 Language=de,fr Cookie=beta',
    ],
  ])('%j says what the line %j does', (rule, line) => {
    const compiled = compileRedirects([{ line: 1, column: 1, ...rule }]);
    expect(compiled.problems).toEqual([]);
    expect(essence(compiled.rules)).toEqual(essence(parseRedirectsFile(line, 'netlify').rules));
    expect(isInSchema({ redirects: [rule] })).toBe(true);
    expect(messageOf({ redirects: [rule] })).toBe('');
  });

  test.each<[unknown, string, string]>([
    [{}, 'redirects: expected a list of rules, got {}', 'no list'],
    [['/a /b'], 'redirects[0]: expected an object, got "/a /b"', 'a line'],
    [[{ to: '/b' }], 'redirects[0]: expected from, a path', 'no from'],
    [[{ from: '/a' }], 'expected a target; only "/x/* 200" may be without one', 'no target'],
    [[{ from: '/a', to: 'b' }], 'expected a path, or https:// and a host', 'no path'],
    [[{ from: '/a', to: '/b', status: 300 }], 'status: expected one of 200, 301', 'a status'],
    [[{ from: '/a', to: '/b', status: '301' }], 'status: expected one of', 'a text for one'],
    [[{ from: '/a b', to: '/b' }], 'from: expected a path such as /old/*', 'a blank'],
    [[{ from: '/a', to: '/b\r\nSet-Cookie: x' }], 'to: expected a path such as', 'a line end'],
    [[{ from: '/a', to: '/b\uD800' }], 'expected whole characters', 'half a character'],
    [[{ from: '/a\uDC00', to: '/b' }], 'expected whole characters', 'the other half'],
    [[{ from: '/a', to: '/b', forced: true }], 'did you mean force?', 'another key'],
    [[{ from: '/a', to: 'https://x.example/', status: 200 }], '(that would be a proxy)', 'a proxy'],
    [[{ from: '/a', to: '/b', conditions: { Moon: 'full' } }], 'conditions: expected', 'a moon'],
    [[{ from: '/*', to: 'https://:splat/' }], 'expected a host that only labels', 'any host'],
  ])('%j are refused with %j: %s', (redirects, message) => {
    expect(messageOf({ redirects })).toContain(message);
  });

  it('are refused by their line', () => {
    const redirects = [
      { from: '/a', to: '/b' },
      { from: '/c', to: 'd' },
    ];
    expect(messageOf({ redirects }, 1)).toMatch(/^f\.json:7:3: redirects\[1\]: expected a path/);
  });
});

describe('headers in a configuration file', () => {
  test.each<[Omit<ConfiguredHeaders, 'line' | 'column'>, string]>([
    [{ for: '/a/*', values: { 'X-A': '1' } }, '/a/*\n X-A: 1'],
    [{ for: '/*', values: { 'X-A': 'a, b', 'X-B': null } }, '/*\n X-A: a, b\n ! X-B'],
    [
      { for: '/:lang/x', values: { 'Content-Language': ':lang' } },
      '/:lang/x\n Content-Language: :lang',
    ],
  ])('%j says what the lines %j do', (rule, lines) => {
    const compiled = compileHeaders([{ line: 1, column: 1, ...rule }]);
    expect(compiled.problems).toEqual([]);
    expect(essence(compiled.rules)).toEqual(essence(parseHeadersFile(lines, 'netlify').rules));
    expect(isInSchema({ headers: [rule] })).toBe(true);
    expect(messageOf({ headers: [rule] })).toBe('');
  });

  test.each<[unknown, string, string]>([
    [[{ for: 'a', values: { 'X-A': '1' } }], 'for: expected a path such as /assets/*', 'no slash'],
    [[{ for: '/a' }], 'headers[0]: expected values', 'no values'],
    [[{ for: '/a', values: {} }], 'values: expected field names', 'no fields'],
    [[{ for: '/a', values: { 'X A': '1' } }], 'values: expected field names', 'no name'],
    [[{ for: '/a', values: { 'X-A: 1\r\nX-B': '1' } }], 'values: expected field', 'two lines'],
    [[{ for: '/a', values: { 'X-A': '1\r\nX-B: 2' } }], 'visible characters', 'a line end'],
    [[{ for: '/a', values: { 'X-A': 1 } }], 'values: expected field names', 'a number'],
    [[{ for: '/a', values: { 'X-A': '' } }], 'expected a value of "X-A", got none', 'nothing'],
  ])('%j are refused with %j: %s', (headers, message) => {
    expect(messageOf({ headers })).toContain(message);
  });

  it('cannot set what frames a message, and a person is told', () => {
    const { rules, problems } = compileHeaders([
      { line: 4, column: 7, for: '/*', values: { 'Transfer-Encoding': 'chunked' } },
    ]);
    expect(rules).toEqual([]);
    expect(problems).toMatchObject([{ line: 4, column: 7, severity: 'warning' }]);
  });
});
