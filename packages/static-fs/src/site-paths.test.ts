import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSitePath, type SitePathRules } from './site-path.ts';
import { SitePaths } from './site-paths.ts';

const RULES: SitePathRules = { dotfiles: 'deny', naming: 'posix' };

describe('SitePaths', () => {
  it('reads every text as it is read alone, also again', () => {
    const paths = new SitePaths(RULES);
    const text = fc.oneof(
      fc.stringMatching(/^\/[a-c./%2e]{0,6}$/),
      fc.string(),
      fc.constantFrom('/', '//', '/a', '/a/', '/.env', '/%2e%2e', `/${'a'.repeat(300)}`),
    );
    fc.assert(
      fc.property(text, (path) => {
        const expected = parseSitePath(path, RULES);
        expect(paths.read(path)).toEqual(expected);
        expect(paths.read(path)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same path again', () => {
    const paths = new SitePaths(RULES);
    expect(paths.read('/a/b')).toBe(paths.read('/a/b'));
  });

  it.each([
    ['/a', 1, 'a path'],
    [`/${'a'.repeat(127)}`, 1, 'the longest'],
    [`/${'a'.repeat(128)}`, 0, 'longer'],
    ['/..', 0, 'malformed'],
    ['//', 0, 'a redirect'],
    ['/.env', 0, 'denied'],
  ])('remembers of %j %i: %s', (path, size) => {
    const paths = new SitePaths(RULES);
    paths.read(path);
    expect(paths.size).toBe(size);
  });

  it('remembers nothing for a while where nothing is asked for again, and then goes on', () => {
    const paths = new SitePaths(RULES);
    let number = 0;
    const readOthers = (count: number): void => {
      for (let read = 0; read < count; read += 1) paths.read(`/${(number += 1)}`);
    };
    readOthers(257);
    expect(paths.size).toBe(257);
    readOthers(2048);
    expect(paths.size).toBe(257);
    const again = paths.read('/again');
    expect(paths.read('/again')).toBe(again);
  });

  it('remembers 512 at most, and those that were asked for lately', () => {
    const paths = new SitePaths(RULES);
    const often = paths.read('/often');
    for (let number = 0; number < 10_000; number += 1) {
      paths.read(`/${number}`);
      // Often enough that remembering pays.
      expect(paths.read('/often')).toBe(often);
      expect(paths.size).toBeLessThanOrEqual(512);
    }
  });
});
