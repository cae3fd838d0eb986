import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { RedirectRule } from './redirect-rule.ts';
import { parseRedirectsFile } from './redirects-file.ts';
import type { RulesDialect } from './rule-problem.ts';

const DIALECTS: readonly RulesDialect[] = ['netlify', 'cloudflare'];

const template = (parts: RedirectRule['target']['path'] = []): string =>
  parts.map((part) => (typeof part === 'string' ? part : `{${part.name}}`)).join('');

/** `from [query] status precedence role to [conditions]`. */
const brief = (rule: RedirectRule): string => {
  const { from, query, status, precedence, role, target, conditions } = rule;
  const { languages = [], cookies = [], unmet } = conditions;
  const to = template([
    ...(target.origin ?? []),
    ...target.path,
    ...(target.query === undefined ? [] : ['?', ...target.query]),
    ...target.fragment,
  ]);
  return [
    from.source,
    ...query.map((each) => `${each.key}=${'name' in each ? `{${each.name}}` : each.value}`),
    '->',
    to,
    status,
    ...(precedence === 'forced' ? ['forced'] : []),
    ...(role === 'shell' ? ['shell'] : []),
    ...languages.map((language) => `language ${language}`),
    ...cookies.map((cookie) => `cookie ${cookie}`),
    ...unmet.map((key) => `never ${key}`),
  ].join(' ');
};

const rulesOf = (text: string, dialect: RulesDialect): string[] =>
  parseRedirectsFile(text, dialect).rules.map(brief);

const problemsOf = (text: string, dialect: RulesDialect): string[] =>
  parseRedirectsFile(text, dialect).problems.map(
    ({ line, column, severity, message }) => `${line}:${column ?? '-'} ${severity} ${message}`,
  );

describe("_redirects in Netlify's dialect", () => {
  test.each<[string, string]>([
    ['/a /b', '/a -> /b 301'],
    ['/a /b 302', '/a -> /b 302'],
    ['/a /b 301 # c', '/a -> /b 301'],
    ['/a /b #c d', '/a -> /b 301'],
    ['/a /b#frag', '/a -> /b#frag 301'],
    ['/a /b##x', '/a -> /b##x 301'],
    ['\t/a   /b\t\t302 \r', '/a -> /b 302'],
    ['\uFEFF/a /b', '/a -> /b 301'],
    ['/a /b 301!', '/a -> /b 301 forced'],
    ['/a /b 200', '/a -> /b 200'],
    ['/a /b 404', '/a -> /b 404'],
    ['/gone/* /410.html 410', '/gone/* -> /410.html 410'],
    ['/a /b 451', '/a -> /b 451'],
    ['/a /b?c=d', '/a -> /b?c=d 301'],
    ['/a /b?', '/a -> /b? 301'],
    ['/ext https://h:1234/r?q#a', '/ext -> https://h:1234/r?q#a 301'],
    ['/* /foo 200', '/* -> /foo 200 shell'],
    ['/* /index.html 200', '/* -> /index.html 200 shell'],
    ['/app/* /app/ 200', '/app/* -> /app/ 200 shell'],
    ['/* /index.html 200!', '/* -> /index.html 200 forced'],
    ['/* /data.json 200', '/* -> /data.json 200'],
    ['/* /:splat.html 200', '/* -> /{splat}.html 200'],
    ['/* /index.html 404', '/* -> /index.html 404'],
    ['/store id=:id /blog/:id 301', '/store id={id} -> /blog/{id} 301'],
    ['/store id=7 /seven', '/store id=7 -> /seven 301'],
    ['/store id= /none', '/store id= -> /none 301'],
    [
      '/donate source=:source email=:email /d/usa?source=:source&email=:email 302 Country=us',
      '/donate source={source} email={email} -> /d/usa?source={source}&email={email} 302 never Country',
    ],
    [
      '/a /b 302 Language=en,DE Cookie=x,y',
      '/a -> /b 302 language en language de cookie x cookie y',
    ],
    ['/a /b Language=en', '/a -> /b 301 language en'],
    ['/admin/* 200', '/admin/* -> /admin/{splat} 200'],
    ['/admin/* 200!', '/admin/* -> /admin/{splat} 200 forced'],
    ['/admin/* 200 Role=admin', '/admin/* -> /admin/{splat} 200 never Role'],
    ['http://a.com/* http://b.com/:splat', 'http://a.com/* -> http://b.com/{splat} 301'],
    ['/news/:y/:m/:d /b-:y-:m-:d.html', '/news/:y/:m/:d -> /b-{y}-{m}-{d}.html 301'],
    ['/:id/:idx /:idx/:id', '/:id/:idx -> /{idx}/{id} 301'],
    ['yeah.com https://x', '/yeah.com -> https://x 301'],
    ['/a b=c /d e=f', ''],
    ['/a /b\\c', '/a -> /b%5Cc 301'],
    ['/ä /ö"<>', '/ä -> /%C3%B6%22%3C%3E 301'],
    ['/a /100%', '/a -> /100%25 301'],
    ['/:sub/* https://:sub.example.com/:splat', '/:sub/* -> https://{sub}.example.com/{splat} 301'],
  ])('reads %j', (line, expected) => {
    expect(rulesOf(line, 'netlify')).toEqual(expected === '' ? [] : [expected]);
  });

  test.each<[string, string]>([
    ['/a', '1:1 error expected a target that begins with / or https://, got "/a"'],
    ['/a b', '1:4 error expected a target that begins with / or https://, got "b"'],
    ['/a 301', '1:4 error expected a target; only "/x/* 200" may be without one, got "301"'],
    ['/a 200', '1:4 error expected a target; only "/x/* 200" may be without one, got "200"'],
    ['/a/* 404', '1:6 error expected a target; only "/x/* 200" may be without one, got "404"'],
    [
      '/c /d 418',
      '1:7 error expected one of 200, 301, 302, 303, 307, 308, 404, 410, 451, got "418"',
    ],
    [
      '/d /e 302 !important',
      '1:11 error expected Language=, Cookie=, Country= or Role=, got "!important"',
    ],
    [
      '/a /b 302 Languge=en',
      '1:11 error expected Language=, Cookie=, Country= or Role=, got "Languge=en"',
    ],
    [
      '/a /b\rSet-Cookie:x=1',
      '1:7 error expected Language=, Cookie=, Country= or Role=, got "Set-Cookie:x=1"',
    ],
    ['/a x /b', '1:4 error expected a parameter such as id=:id before the target, got "x"'],
    [
      '/c?x=1 /d',
      '1:1 error expected parameters as words of their own: "/a key=value /b", got "/c?x=1"',
    ],
    [
      '/api/* https://api.example/:splat 200',
      '1:8 error expected a path with status 200: files of other origins are not fetched (that would be a proxy), got "https://api.example/:splat"',
    ],
    [
      '/.netlify/x /y',
      '1:1 error expected a path of the site, got one that Netlify keeps for itself, got "/.netlify/x"',
    ],
    [
      '/x /.netlify/functions/y 200',
      '1:4 error expected a file: functions of Netlify are not run here, got "/.netlify/functions/y"',
    ],
    [
      '/a https://b.com:splat',
      '1:4 error expected a host that only labels are put into, got "b.com:splat"',
    ],
    [
      '/* https://b.com:splat',
      '1:4 error expected a host that only labels are put into, got "b.com:splat"',
    ],
    ['/* https://:splat/', '1:4 error expected a host that only labels are put into, got ":splat"'],
    [
      '/a https://user@b.com/',
      '1:4 error expected a host that only labels are put into, got "user@b.com"',
    ],
    ['/a/%zz /b', '1:1 error expected escapes (%20) of UTF-8, got "%zz"'],
    ['http://a:80/ /b', '1:1 error expected a host name without a port, got "a:80"'],
    [
      '/a /b 302 Country=us',
      '1:11 warning "Country=us": not known of whoever asks: the rule never holds',
    ],
    ['yeah.com https://x', '1:1 warning "yeah.com": read as if it began with /'],
    [
      '/a //evil.example/',
      '1:4 warning "//evil.example/": read as a path of this host, for want of https:',
    ],
    [
      'http://a.com/* https://A.com/:splat 301!',
      '1:16 warning "https://A.com/:splat": the same host; http and https are not told apart here: --redirect-http',
    ],
    ['/a /:b', '1:4 warning "/:b": no placeholder :"b" in what the rule is for: it stays as it is'],
    ['/a /b\n/a /c', '2:1 warning expected one rule for "/a", got one in line 1 already'],
  ])('says of %j what is wrong', (text, expected) => {
    expect(problemsOf(text, 'netlify')).toEqual([expected]);
  });

  it('has a later rule for the same path where the first one does not take all', () => {
    expect(rulesOf('/a id=1 /b\n/a /c 302 Language=de\n/a /d\n/a /e', 'netlify')).toEqual([
      '/a id=1 -> /b 301',
      '/a -> /c 302 language de',
      '/a -> /d 301',
    ]);
  });
});

describe("_redirects in Cloudflare's dialect", () => {
  test.each<[string, string]>([
    ['/a /b', '/a -> /b 302 forced'],
    ['/a /b 301 # c', '/a -> /b 301 forced'],
    ['/a /b##x', '/a -> /b##x 302 forced'],
    ['/c?x=1 /d', '/c -> /d 302 forced'],
    ['/ext https://h:1234/r?q#a', '/ext -> https://h:1234/r?q#a 302 forced'],
    ['/* /foo 200', '/* -> /foo 200 forced'],
    ['/* /index.html 200', '/* -> /index.html 200 shell'],
    ['/* / 200', '/* -> / 200 shell'],
    ['yeah.com https://x', '/yeah.com -> https://x 302 forced'],
    ['/b/:slug.html /n/:slug 308', '/b/:slug.html -> /n/{slug} 308 forced'],
    ['/.netlify/x /y', '/.netlify/x -> /y 302 forced'],
  ])('reads %j', (line, expected) => {
    expect(rulesOf(line, 'cloudflare')).toEqual([expected]);
    expect(problemsOf(line, 'cloudflare')).toEqual([]);
  });

  test.each<[string, string]>([
    ['/a', '1:1 error expected "from to", got no target, got "/a"'],
    ['/d /e 302 !important', '1:11 error expected "from to status", got more, got "!important"'],
    ['/c /d 418', '1:7 error expected one of 200, 301, 302, 303, 307, 308, got "418"'],
    ['/c /d 404', '1:7 error expected one of 200, 301, 302, 303, 307, 308, got "404"'],
    ['/c /d abc', '1:7 error expected one of 200, 301, 302, 303, 307, 308, got "abc"'],
    ['/c /d 301!', '1:7 error expected a status; every rule of this dialect is forced, got "301!"'],
    ['https://a/x /b', '1:1 error expected a path, got a host too, got "https://a/x"'],
    ['/*/* /b', '1:1 error expected one * at most, got several'],
    ['/a b', '1:4 error expected a path, or https:// and a host, got "b"'],
    [
      '/a https://b/ 200',
      '1:4 error expected a path with status 200: files of other origins are not fetched (that would be a proxy), got "https://b/"',
    ],
    [
      '/* /index.html 302',
      '1:1 error expected another target: the index redirects to its folder, got "/*"',
    ],
    [
      '/a/ /a/index',
      '1:1 error expected another target: the index redirects to its folder, got "/a/"',
    ],
    ['/a /b\n/a /c', '2:1 error expected one rule for "/a", got one in line 1 already'],
    [`/a /${'b'.repeat(2000)}`, '1:1 error expected 2000 characters at most, got 2004'],
  ])('says of %j what is wrong', (text, expected) => {
    expect(problemsOf(text, 'cloudflare')).toEqual([expected]);
  });

  it('has 2000 static rules', () => {
    const text = Array.from({ length: 2002 }, (_, index) => `/${index} /x\n`).join('');
    expect(rulesOf(`${text}/* /y`, 'cloudflare')).toHaveLength(2001);
    expect(problemsOf(text, 'cloudflare')).toEqual([
      '2001:1 error expected 2000 static rules at most; this one is left out',
      '2002:1 error expected 2000 static rules at most; this one is left out',
    ]);
    expect(rulesOf(text, 'netlify')).toHaveLength(2002);
  });

  it('has 100 dynamic rules, and reads no further', () => {
    const text = Array.from({ length: 103 }, (_, index) => `/${index}/* /x\n`).join('');
    expect(rulesOf(text, 'cloudflare')).toHaveLength(100);
    expect(problemsOf(text, 'cloudflare')).toEqual([
      '101:1 error expected 100 dynamic rules at most; this one and all behind it are left out',
    ]);
  });

  it('counts static rules behind the first dynamic one as dynamic', () => {
    const text = Array.from({ length: 103 }, (_, index) => `/${index} /x\n`).join('');
    expect(rulesOf(`/x/* /y\n${text}`, 'cloudflare')).toHaveLength(100);
  });
});

describe.each(DIALECTS)('_redirects of %s', (dialect) => {
  it('are read line by line, whatever stands between', () => {
    const text = '# a\n\n/a /b 301\r\n  # c\n/broken\n/c /d 301\n';
    const { rules, problems } = parseRedirectsFile(text, dialect);
    expect(rules.map(({ line }) => line)).toEqual([3, 6]);
    expect(problems.map(({ line }) => line)).toEqual([5]);
  });

  it('are read whatever they are', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '/a',
        '/*',
        '/:a/*',
        'https://h/*',
        '//x',
        '/\\x',
        'a=:b',
        '200',
        '301!',
        'Cookie=',
        '#',
        '\r',
        ':splat',
        '/:splat',
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 6 })), (lines) => {
        const text = lines.map((words) => words.join(' ')).join('\n');
        for (const problem of parseRedirectsFile(text, dialect).problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.message).toMatch(/^[\x20-\x7e]+$/);
        }
      }),
    );
  });
});
