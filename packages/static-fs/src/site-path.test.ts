import { describe, expect, it } from 'vitest';

import { formatSitePath, parseSitePath, type SitePathRules } from './site-path.ts';

const RULES: SitePathRules = { dotfiles: 'deny', naming: 'posix' };

// Segments joined with ` / `, a final `/` where the path names a directory; or the kind of refusal.
function outcomeOf(text: string, rules: SitePathRules = RULES): string {
  const parsed = parseSitePath(text, rules);
  if (parsed.kind === 'redirect') return `redirect ${formatSitePath(parsed.to)}`;
  if (parsed.kind !== 'site-path') return parsed.kind;
  return parsed.segments.join(' / ') + (parsed.endsWithSlash ? ' /' : '');
}

describe('parseSitePath() reads', () => {
  it.each([
    ['/', ' /', 'the root is a directory'],
    ['/a.txt', 'a.txt', 'a file'],
    ['/a/b/c.txt', 'a / b / c.txt', 'segments, outermost first'],
    ['/a/', 'a /', 'a final slash names a directory'],
    ['/a%20b', 'a b', 'a blank'],
    ['/%61%2E%74xt', 'a.txt', 'escapes of unreserved characters, in either case'],
    ['/a%23b%3Fc', 'a#b?c', 'characters that end a path when raw'],
    ['/100%25', '100%', 'a percent sign'],
    ['/%22%27%3C%3E', `"'<>`, 'quotes and angle brackets'],
    ['/caf%C3%A9', 'café', 'two octets'],
    ['/%E6%97%A5%E6%9C%AC', '日本', 'three octets'],
    ['/%F0%9F%98%80', '😀', 'four octets'],
    ['/cafe%CC%81', 'cafe\u0301', 'a combining accent is not composed'],
    ['/%C2%85', '\u0085', 'U+0085 is two octets of UTF-8, not a control octet'],
    ['/%252e%252e', '%2e%2e', 'decoded once: what comes out is an ordinary name'],
    ['/%25zz', '%zz', 'decoded once, and not looked at for escapes again'],
    ['/%255c%252f', '%5c%2f', 'separators that are encoded twice are ordinary'],
    ['/a+b', 'a+b', 'a plus is a plus in a path'],
    ['/a;v=1,2&c=d@e:f', 'a;v=1,2&c=d@e:f', 'sub-delims, colon and at sign are ordinary'],
    ['/{[|]}^`', '{[|]}^`', 'what browsers send although it is no pchar'],
    ['/a..b', 'a..b', 'dots inside a name'],
    ['/a..', 'a..', 'dots at the end of a name'],
    ['/%20a', ' a', 'a blank at the start'],
    ['/__proto__/constructor', '__proto__ / constructor', 'names that objects have too'],
    ['/.well-known/x', '.well-known / x', 'well-known locations (RFC 8615)'],
    ['/%2ewell-known/x', '.well-known / x', 'the same, encoded'],
    ['/.well-known/', '.well-known /', 'their directory'],
  ])('%j as %j: %s', (text, expected) => {
    expect(outcomeOf(text)).toBe(expected);
  });
});

describe('parseSitePath() calls malformed', () => {
  it.each([
    ['', 'no path'],
    ['*', 'the asterisk form is no path'],
    ['a', 'no slash at the start'],
    ['http://host/a', 'a whole target'],
    ['/..', 'a dot segment that leaves the root'],
    ['/../a', 'the same, followed'],
    ['/a/../../b', 'the same, further down'],
    ['/a/../b', 'a dot segment that stays inside'],
    ['/a/..', 'the same at the end'],
    ['/./a', 'a single dot'],
    ['/a/.', 'a single dot at the end'],
    ['/%2e%2e/a', 'encoded dots'],
    ['/%2E%2e/a', 'encoded dots in both cases'],
    ['/.%2e/a', 'half encoded'],
    ['/%2e', 'an encoded single dot'],
    ['//../a', 'behind a repeated slash'],
    ['/a.txt/../.env', 'below a file'],
    ['/a%2fb', 'an encoded slash'],
    ['/a%2Fb', 'an encoded slash in upper case'],
    ['/..%2fa', 'dots with an encoded slash'],
    ['/a%5cb', 'an encoded backslash'],
    ['/a\\b', 'a raw backslash'],
    ['/..\\a', 'dots with a backslash'],
    ['/\\evil.example', 'a backslash that some take for a second slash'],
    ['/%', 'a percent sign alone'],
    ['/%4', 'half an escape'],
    ['/%zz', 'no hexadecimal digits'],
    ['/%u0041', 'an escape that was never one'],
    ['/a%', 'cut off at the end'],
    ['/%00', 'NUL'],
    ['/a.txt%00.html', 'NUL inside'],
    ['/%0a', 'line feed'],
    ['/%0d%0aSet-Cookie:%20a=b', 'a line end'],
    ['/%1b', 'escape'],
    ['/%7f', 'delete'],
    ['/%ff', 'an octet that UTF-8 never has'],
    ['/%c3', 'a sequence cut off'],
    ['/%c3%28', 'a sequence broken'],
    ['/%c0%ae%c0%ae/a', 'overlong dots'],
    ['/%c0%af', 'an overlong slash'],
    ['/%e0%80%af', 'an overlong slash of three octets'],
    ['/%ed%a0%80', 'half a surrogate pair'],
    ['/%f4%90%80%80', 'beyond Unicode'],
    ['/a b', 'a raw blank'],
    ['/a\tb', 'a raw tab'],
    ['/a\nb', 'a raw line feed'],
    ['/a\0b', 'a raw NUL'],
    ['/é', 'raw beyond ASCII'],
    ['/\u010a', 'a character that becomes a line feed when it is cut to an octet'],
    ['/a?b', 'a query that was not cut off'],
    ['/a#b', 'a fragment that was not cut off'],
  ])('%j: %s', (text) => {
    expect(outcomeOf(text)).toBe('malformed');
  });
});

describe('parseSitePath() redirects', () => {
  it.each([
    ['//', '/', 'two slashes alone'],
    ['//a', '/a', 'at the start, where it would be a host'],
    ['///evil.example/..%3B', '/evil.example/..%3B', 'three at the start'],
    ['/a//b', '/a/b', 'in the middle'],
    ['/a//', '/a/', 'at the end'],
    ['/a///b///', '/a/b/', 'several'],
    ['//a%20b%3F', '/a%20b%3F', 'encoded again as it was'],
    ['//%61', '/a', 'encoded again only where it must be'],
    ['//.env', '/.env', 'a denied name like any other'],
  ])('%j to %j: %s', (text, expected) => {
    expect(outcomeOf(text)).toBe(`redirect ${expected}`);
  });
});

describe('parseSitePath() denies', () => {
  const s255 = 'x'.repeat(255);
  it.each([
    ['/.env', 'a dotfile'],
    ['/%2eenv', 'encoded'],
    ['/%2Egit/config', 'below a hidden directory'],
    ['/.hidden/', 'a hidden directory'],
    ['/a/.b/c', 'in the middle'],
    ['/..../', 'four dots'],
    ['/...', 'three dots'],
    ['/..;/a', 'dots with a parameter'],
    ['/.well-known/.env', 'a dotfile among well-known locations'],
    ['/a/.well-known/x', 'well-known locations that are not at the root'],
    ['/.well-known2', 'a name that only begins like it'],
    ['/.WELL-KNOWN/x', 'another case'],
    [`/${s255}x`, 'a segment of 256 octets'],
    [`/${'%C3%A9'.repeat(128)}`, 'a segment of 128 characters and 256 octets'],
    [`/${'x'.repeat(300)}/a`, 'a long segment in the middle'],
  ])('%j: %s', (text) => {
    expect(outcomeOf(text)).toBe('missing');
  });

  it('lets a segment of 255 octets through', () => {
    expect(outcomeOf(`/${s255}`)).toBe(s255);
    expect(outcomeOf(`/${'%C3%A9'.repeat(127)}`)).toBe('é'.repeat(127));
  });

  it('lets dotfiles through where they are allowed, but never dot segments', () => {
    const rules: SitePathRules = { dotfiles: 'allow', naming: 'posix' };
    expect(outcomeOf('/.env', rules)).toBe('.env');
    expect(outcomeOf('/a/.git/config', rules)).toBe('a / .git / config');
    expect(outcomeOf('/.git/../a', rules)).toBe('malformed');
  });

  it('takes the names that Windows has other ideas of for ordinary ones elsewhere', () => {
    expect(outcomeOf('/con/aux.txt')).toBe('con / aux.txt');
    expect(outcomeOf('/a.txt::$DATA')).toBe('a.txt::$DATA');
    const rules: SitePathRules = { dotfiles: 'deny', naming: 'win32' };
    expect(outcomeOf('/con/aux.txt', rules)).toBe('missing');
    expect(outcomeOf('/a.txt::$DATA', rules)).toBe('missing');
    expect(outcomeOf('/c:/a.txt', rules)).toBe('missing');
    expect(outcomeOf('/a/b.txt', rules)).toBe('a / b.txt');
  });
});

describe('formatSitePath()', () => {
  it.each([
    [[], true, '/', 'the root has one slash, not two'],
    [['a', 'b'], false, '/a/b', 'a file'],
    [['a'], true, '/a/', 'a directory'],
    [['a b', '?#%"'], false, '/a%20b/%3F%23%25%22', 'what a path cannot hold'],
    [['evil.example', ':80'], false, '/evil.example/%3A80', 'names that look like a host'],
    [['日本'], false, '/%E6%97%A5%E6%9C%AC', 'beyond ASCII'],
  ])('writes %j, slash %j, as %j: %s', (segments, endsWithSlash, expected) => {
    expect(formatSitePath({ kind: 'site-path', segments, endsWithSlash })).toBe(expected);
  });
});
