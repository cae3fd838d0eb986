import { describe, expect, it, test } from 'vitest';
import { type RulePattern, cloudflarePattern, isDynamic, netlifyPattern } from './path-patterns.ts';
import { PatternSet } from './pattern-set.ts';
import { type RuleFault, isFault } from './rule-problem.ts';

const matches = (read: RulePattern | RuleFault, text: string): boolean => {
  if (isFault(read)) throw new Error(read.fault);
  return new PatternSet([read.pattern]).match(text).length > 0;
};

describe("a pattern of Netlify's", () => {
  test.each<[string, string, boolean, string]>([
    ['/*', '/', true, 'anything is nothing too'],
    ['/*', '/a', true, 'one segment'],
    ['/*', '/a/b.css', true, 'several'],
    ['/a/*', '/a', true, 'the slash before a star may be missing'],
    ['/a/*', '/a/', true, 'or not'],
    ['/a/*', '/a/b/c', true, 'all below'],
    ['/a/*', '/abc', false, 'but not what only begins alike'],
    ['/a/*/c', '/a/c', true, 'a star in the middle may be nothing'],
    ['/a/*/c', '/a/b/b/c', true, 'or several segments'],
    ['/a/:b', '/a/x', true, 'a name is one segment'],
    ['/a/:b', '/a/x/', true, 'and the slash behind it'],
    ['/a/:b', '/a/x/y', false, 'not two'],
    ['/a/:b', '/a/', false, 'and not none'],
    ['/a/b*c', '/a/bc', true, 'a star inside a segment'],
    ['/a/b*c', '/a/b/x/c', true, 'which may leave it'],
    ['/a/b*c', '/a/bcd', false, 'but has an end'],
    ['/A', '/a', true, 'letters in any case'],
    ['/a', '/a/', true, 'a slash at the end, or none'],
    ['/a/', '/a', true, 'either way'],
    ['/', '/', true, 'the root'],
    ['/', '/a', false, 'alone'],
    ['/a%20b', '/a b', true, 'escapes are read'],
    ['/a%2Ab', '/a*b', true, 'and mean the character'],
    ['/a%2Ab', '/axb', false, 'not what it stands for'],
    ['/a.b', '/axb', false, 'a dot is a dot'],
    ['/a(b|c)+', '/a(b|c)+', true, 'nothing else means anything'],
    ['/a:b', '/a:b', true, 'a colon inside a segment neither'],
  ])('%s for %s: %j, %s', (pattern, path, expected) => {
    expect(matches(netlifyPattern(pattern, 'any-case'), path)).toBe(expected);
  });

  it('has letters as they are where that is asked for', () => {
    expect(matches(netlifyPattern('/A', 'exact'), '/a')).toBe(false);
  });

  it('may be for a host', () => {
    const read = netlifyPattern('http://Blog.example/*', 'exact');
    expect(matches(read, 'blog.example/a')).toBe(true);
    expect(matches(read, 'example/a')).toBe(false);
  });
});

describe("a pattern of Cloudflare's", () => {
  test.each<[string, string, boolean, string]>([
    ['/*', '/', true, 'anything is nothing too'],
    ['/*', '/a/b.css', true, 'or several segments'],
    ['/a/*', '/a', false, 'the slash is there'],
    ['/a/*', '/a/', true, 'and may be the end'],
    ['/a/:b', '/a/x', true, 'a name is one segment'],
    ['/a/:b', '/a/x/', false, 'without a slash behind it'],
    ['/a/:b', '/a/x/y', false, 'not two'],
    ['/a/:b-:c.html', '/a/x-y.html', true, 'names stand inside segments'],
    ['/A', '/a', false, 'letters as they are'],
    ['/a', '/a/', false, 'a slash is a slash'],
    ['/a:1', '/a:1', true, 'names begin with a letter'],
    ['https://example.com/*', 'example.com/a', true, 'a host'],
    ['https://EXAMPLE.com/*', 'example.com/a', true, 'in any case'],
    ['https://:sub.example.com/*', 'x.example.com/a', true, 'a label of it'],
    ['https://:sub.example.com/*', 'x.y.example.com/a', false, 'not two'],
  ])('%s for %s: %j, %s', (pattern, path, expected) => {
    expect(matches(cloudflarePattern(pattern), path)).toBe(expected);
  });

  test.each([
    '/*/*',
    '/:splat/*',
    '/:a/:a',
    '/%',
    '/%ff',
    'https://a:8080/',
    'https://*.a/',
    'https:///a',
  ])('is not %s', (pattern) => {
    expect(cloudflarePattern(pattern)).toHaveProperty('fault');
  });
});

test.each<[string, string]>([
  ['/:a/:a', 'a name twice'],
  ['/a%', 'half an escape'],
  ['/%C3%28', 'octets that are no UTF-8'],
  [`/${'*a'.repeat(40)}`, 'more stars than anybody needs'],
  [`/${'a'.repeat(20_000)}`, 'a text that is too long'],
  ['http://a:80/*', 'a port'],
])('a pattern of either is not %s: %s', (pattern) => {
  expect(netlifyPattern(pattern, 'any-case')).toHaveProperty('fault');
});

test.each<[string, boolean]>([
  ['/a', false],
  ['/a/*', true],
  ['/:b', true],
  ['/a:1', false],
])('isDynamic() of %s is %j', (pattern, expected) => {
  expect(isDynamic(pattern)).toBe(expected);
});
