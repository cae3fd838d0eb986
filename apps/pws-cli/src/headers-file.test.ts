import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type HeaderRule, parseHeadersFile } from './headers-file.ts';
import type { RulesDialect } from './rule-problem.ts';

const DIALECTS: readonly RulesDialect[] = ['netlify', 'cloudflare'];

/** `path | Name=value | -Name`, a text for each rule. */
const brief = ({ from, operations }: HeaderRule): string =>
  [
    from.source,
    ...operations.map((each) =>
      each.kind === 'set' ? `${each.name}=${each.value}` : `-${each.name}`,
    ),
  ].join(' | ');

const rulesOf = (text: string, dialect: RulesDialect): string[] =>
  parseHeadersFile(text, dialect).rules.map(brief);

const problemsOf = (text: string, dialect: RulesDialect): string[] =>
  parseHeadersFile(text, dialect).problems.map(
    ({ line, column, severity, message }) => `${line}:${column ?? '-'} ${severity} ${message}`,
  );

describe.each(DIALECTS)('_headers of %s', (dialect) => {
  test.each<[string, string, string[]]>([
    ['a block', '/a\n  X-A: 1\n  X-B: 2', ['/a | X-A=1 | X-B=2']],
    ['several', '/a\n  X-A: 1\n/b\n  X-A: 2', ['/a | X-A=1', '/b | X-A=2']],
    [
      'a value with colons',
      '/a\n  Link: <https://x:1/>; rel=a',
      ['/a | Link=<https://x:1/>; rel=a'],
    ],
    ['no indent, or much', '/a\nX-A: 1\n\t\t/b\n   X-B: 2', ['/a | X-A=1', '/b | X-B=2']],
    ['comments and empty lines', '# x\n/a\n\n  # X-B: 2\n  X-A: 1', ['/a | X-A=1']],
    ['a mark that begins no comment', '/a\n  X-A: 1 # x', ['/a | X-A=1 # x']],
    ['CRLF', '/a\r\n  X-A: 1\r\n\r\n/b\r\n  X-B: 2\r\n', ['/a | X-A=1', '/b | X-B=2']],
    ['a byte order mark', '\uFEFF/a\n  X-A: 1', ['/a | X-A=1']],
    ['blanks around the colon', '/a\n  X-A :\t1  ', ['/a | X-A=1']],
    ['a name twice', '/a\n  X-A: 1\n  X-A: 2', ['/a | X-A=1 | X-A=2']],
    [
      'Set-Cookie twice',
      '/a\n  Set-Cookie: a=1\n  Set-Cookie: b=2',
      ['/a | Set-Cookie=a=1 | Set-Cookie=b=2'],
    ],
    ['removal', '/a\n  ! X-Robots-Tag', ['/a | -X-Robots-Tag']],
    ['a name that begins with a mark', '/a\n  !X-A: 1', ['/a | !X-A=1']],
    [
      'a placeholder in a value',
      '/movies/:title\n  x-movie: ":title"',
      ['/movies/:title | x-movie=":title"'],
    ],
    ['commas as they are written', '/a\n  X-A: {"a":1,"b":2}', ['/a | X-A={"a":1,"b":2}']],
    ['a letter of Latin-1', '/a\n  X-A: é', ['/a | X-A=é']],
    [
      'a content type',
      '/a\n  Content-Type: application/json',
      ['/a | Content-Type=application/json'],
    ],
  ])('has %s', (_what, text, expected) => {
    expect(rulesOf(text, dialect)).toEqual(expected);
    expect(problemsOf(text, dialect)).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      'a field before any path',
      'X-A: 1',
      '1:1 error expected a path before the first field, got "X-A: 1"',
    ],
    [
      'a line without a colon',
      '/a\n  X-A',
      '2:3 error expected "Name: value" or "! Name", got "X-A"',
    ],
    ['an empty value', '/a\n  X-A:', '2:7 error expected a value of "X-A", got none'],
    ['an empty name', '/a\n  : 1', '2:3 error expected a name before the colon, got none'],
    ['a name with a blank', '/a\n  X A: 1', '2:3 error expected a field name, got "X A"'],
    ['a name that is no token', '/a\n  X(A): 1', '2:3 error expected a field name, got "X(A)"'],
    [
      'CR in a value',
      '/a\n  X-A: 1\rX-B: 2',
      '2:7 error expected a value of visible characters up to U+00FF, got "1\\x0dX-B: 2"',
    ],
    ['CR in a name', '/a\n  X\rA: 1', '2:3 error expected a field name, got "X\\x0dA"'],
    [
      'NUL',
      '/a\n  X-A: 1\0',
      '2:7 error expected a value of visible characters up to U+00FF, got "1\\x00"',
    ],
    [
      'other scripts',
      '/a\n  X-A: П',
      '2:7 error expected a value of visible characters up to U+00FF, got "\\u041f"',
    ],
    [
      'removal of no name',
      '/a\n  ! X A',
      '2:3 error expected the name of a field behind "! ", got "X A"',
    ],
    [
      'removal of what is kept',
      '/a\n  ! Vary',
      '2:3 warning Vary is never taken away: this line has no effect',
    ],
    [
      'a path with a blank',
      '/a b\n  X-A: 1',
      '1:1 error expected a path without blanks (%20), got "/a b"',
    ],
    [
      'a broken escape',
      '/a%zz\n  X-A: 1',
      '1:1 error expected escapes (%20) of UTF-8, got "/a%zz"',
    ],
    ['a path without fields', '/a', '1:- warning expected fields behind the path, got none'],
  ])('says what is wrong with %s, and has no rule of it', (_what, text, expected) => {
    expect(problemsOf(text, dialect)).toEqual([
      expected.replace('"/a%zz"', dialect === 'netlify' ? '"a%zz"' : '"/a%zz"'),
    ]);
    expect(rulesOf(text, dialect)).toEqual([]);
  });

  test.each([
    'Accept-Ranges',
    'Age',
    'Allow',
    'Alt-Svc',
    'Connection',
    'Content-Encoding',
    'Content-Length',
    'Content-Range',
    'Date',
    'Keep-Alive',
    'Location',
    'Proxy-Connection',
    'Server',
    'TE',
    'Trailer',
    'transfer-encoding',
    'UPGRADE',
    'WWW-Authenticate',
  ])('never sets %s or takes it away', (name) => {
    const text = `/a\n  ${name}: 1\n  ! ${name}\n  X-A: 1`;
    expect(rulesOf(text, dialect)).toEqual(['/a | X-A=1']);
    expect(problemsOf(text, dialect)).toEqual([
      `2:3 warning ${name} is written by the server alone: this line has no effect`,
      `3:3 warning ${name} is never taken away: this line has no effect`,
    ]);
  });

  test.each(['ETag', 'last-modified'])('takes %s away, but never sets it', (name) => {
    expect(rulesOf(`/a\n  ! ${name}`, dialect)).toEqual([`/a | -${name}`]);
    expect(rulesOf(`/a\n  ${name}: "1"`, dialect)).toEqual([]);
    expect(problemsOf(`/a\n  ${name}: "1"`, dialect)).toEqual([
      `2:3 warning ${name} is written by the server alone: this line has no effect`,
    ]);
  });

  it('leaves out the fields of a path that is wrong, up to the next path', () => {
    const text = '/a%\n  X-A: 1\n  broken\n/b\n  X-B: 2';
    expect(rulesOf(text, dialect)).toEqual(['/b | X-B=2']);
    expect(problemsOf(text, dialect)).toHaveLength(1);
  });

  it('has the rest of a block whose lines are partly wrong', () => {
    expect(rulesOf('/a\n  X-A\n  X-B: 2\n  Date: x\n  X-C: 3', dialect)).toEqual([
      '/a | X-B=2 | X-C=3',
    ]);
  });

  it('is read whatever it is', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '/a',
        '/*',
        '/:a/*',
        'https://h/*',
        'X-A: 1',
        '! X',
        '! ',
        ':',
        '#',
        '\r',
        '/%',
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { rules, problems } = parseHeadersFile(lines.join('\n'), dialect);
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.message).toMatch(/^[\x20-\x7e]+$/);
        }
        for (const rule of rules) expect(rule.operations.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('where the dialects differ', () => {
  test.each<[string, string, string[], string[]]>([
    ['a host', 'https://x.example/a\n  X-A: 1', [], ['https://x.example/a | X-A=1']],
    ['a host with a port', 'https://x.example:1/a\n  X-A: 1', [], []],
    ['two stars', '/a*b*\n  X-A: 1', ['/a*b* | X-A=1'], []],
    ['a star and :splat', '/:splat/*\n  X-A: 1', [], []],
    ['a long line', `/a\n  X-A: ${'1'.repeat(2001)}`, [`/a | X-A=${'1'.repeat(2001)}`], []],
    ['a long path', `/${'a'.repeat(2000)}\n  X-A: 1\n/b`, [`/${'a'.repeat(2000)} | X-A=1`], []],
  ])('%s', (_what, text, netlify, cloudflare) => {
    expect(rulesOf(text, 'netlify')).toEqual(netlify);
    expect(rulesOf(text, 'cloudflare')).toEqual(cloudflare);
  });

  it("Cloudflare's lines have 2000 characters, and it has 100 rules", () => {
    expect(problemsOf(`/a\n${'a'.repeat(2001)}`, 'cloudflare')).toContain(
      '2:1 error expected 2000 characters at most, got 2001',
    );
    expect(problemsOf(`/a\n  X-A: ${'1'.repeat(1995)}`, 'cloudflare')).toEqual([]);
    const text = Array.from({ length: 102 }, (_, index) => `/${index}\n  X-A: 1\n`).join('');
    expect(rulesOf(text, 'netlify')).toHaveLength(102);
    expect(rulesOf(text, 'cloudflare')).toHaveLength(100);
    expect(problemsOf(text, 'cloudflare')).toEqual([
      '201:1 error expected 100 rules at most; this one and all behind it are left out',
    ]);
  });
});
