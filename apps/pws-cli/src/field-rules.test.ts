import { Fields } from '@pws/http-wire';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type FieldMerge, createFieldRules } from './field-rules.ts';
import { type FieldOperation, parseHeadersFile } from './headers-file.ts';
import { netlifyPattern } from './path-patterns.ts';
import type { FieldEffect, SitePath } from '@pws/static-fs';
import { isReservedField } from './rule-fields.ts';
import type { RuleQuestion } from './rule-index.ts';
import { type RulesDialect, isFault } from './rule-problem.ts';

const MERGE: Readonly<Record<RulesDialect, FieldMerge>> = {
  netlify: 'override',
  cloudflare: 'join',
};

const questionOf = (decoded: string, host = 'site.example'): RuleQuestion => {
  const segments = decoded.split('/').filter((segment) => segment !== '');
  const path: SitePath = { kind: 'site-path', segments, endsWithSlash: decoded.endsWith('/') };
  return { path, fields: Fields.from([['Host', host]]) };
};

const rulesOf = (text: string, dialect: RulesDialect) =>
  createFieldRules(parseHeadersFile(text, dialect).rules, {
    merge: MERGE[dialect],
    fileOf: () => '_headers',
  });

const effectOf = (text: string, dialect: RulesDialect, path = '/a'): FieldEffect | undefined =>
  rulesOf(text, dialect).effectOf(questionOf(path));

/** `Name: value`, and `!name` for what is taken away. */
const brief = (effect: FieldEffect | undefined): string[] | undefined =>
  effect && [
    ...effect.set.map(([name, value]) => `${name}: ${value}`),
    ...[...effect.remove].map((name) => `!${name}`),
  ];

describe('rules on fields', () => {
  test.each<[string, string, string[], string[]]>([
    ['of two blocks', '/*\nX-A: 1\n/a\nX-A: 2', ['X-A: 2'], ['X-A: 1, 2']],
    ['of two blocks, in other letters', '/*\nX-A: 1\n/a\nx-a: 2', ['x-a: 2'], ['X-A: 1, 2']],
    [
      'of two blocks with other names',
      '/*\nX-A: 1\n/a\nX-B: 2',
      ['X-A: 1', 'X-B: 2'],
      ['X-A: 1', 'X-B: 2'],
    ],
    ['twice in one block', '/a\nX-A: 1\nx-a: 2', ['X-A: 1, 2'], ['X-A: 1, 2']],
    [
      'Set-Cookie twice',
      '/a\nSet-Cookie: a=1\nSet-Cookie: b=2',
      ['Set-Cookie: a=1', 'Set-Cookie: b=2'],
      ['Set-Cookie: a=1', 'Set-Cookie: b=2'],
    ],
    [
      'Link twice',
      '/a\nLink: <a>\nlink: <b>',
      ['Link: <a>', 'link: <b>'],
      ['Link: <a>', 'link: <b>'],
    ],
    [
      'Set-Cookie in two blocks',
      '/*\nSet-Cookie: a=1\n/a\nSet-Cookie: b=2',
      ['Set-Cookie: b=2'],
      ['Set-Cookie: a=1', 'Set-Cookie: b=2'],
    ],
    ['one that is taken away', '/a\n! X-Robots-Tag', ['!x-robots-tag'], ['!x-robots-tag']],
    ['set and then taken away', '/*\nX-A: 1\n/a\n! x-a', ['!x-a'], ['!x-a']],
    ['taken away and then set', '/*\n! X-A\n/a\nX-A: 1', ['X-A: 1'], ['X-A: 1']],
    ['both in one block', '/a\nX-A: 1\n! X-A', ['X-A: 1'], ['X-A: 1']],
  ])('%s', (_what, text, netlify, cloudflare) => {
    expect(brief(effectOf(text, 'netlify'))).toEqual(netlify);
    expect(brief(effectOf(text, 'cloudflare'))).toEqual(cloudflare);
  });

  test.each<[string, RulesDialect, string[]]>([
    ['/*\nX-A: 1\n/a\nX-A: 2', 'netlify', ['_headers:3']],
    ['/*\nX-A: 1\n/a\nX-A: 2', 'cloudflare', ['_headers:1', '_headers:3']],
    ['/a\nX-A: 1\nX-A: 2', 'cloudflare', ['_headers:1']],
    ['/*\nX-A: 1\n/a\n! x-a', 'netlify', ['_headers:3']],
    ['/*\n! X-A\n/a\nX-A: 1', 'cloudflare', ['_headers:3']],
  ])('%j tell, of %s, where the rules stand: %j', (text, dialect, places) => {
    expect([...(effectOf(text, dialect)?.rules ?? [])]).toEqual([['x-a', places]]);
  });

  it('are none where no pattern fits', () => {
    expect(effectOf('/b\nX-A: 1', 'netlify')).toBeUndefined();
    expect(
      createFieldRules([], { merge: 'join', fileOf: () => '_headers' }).effectOf(questionOf('/')),
    ).toBeUndefined();
  });

  test.each<[string, string, string]>([
    ['/movies/the-matrix', '/movies/:title\nx-movie: ":title"', 'x-movie: "the-matrix"'],
    ['/movies/a b', '/movies/:title\nx-movie: ":title"', 'x-movie: "a%20b"'],
    ['/m/a"; x, y', '/m/:title\nx-movie: ":title"', 'x-movie: "a%22%3B%20x%2C%20y"'],
    ["/m/'none'(x)", '/m/:title\nX-A: :title', 'X-A: %27none%27%28x%29'],
    ['/m/a/b', '/m/*\nX-A: /:splat', 'X-A: /a/b'],
    ['/m/Ä', '/m/*\nX-A: :splat', 'X-A: %C3%84'],
    ['/1/2', '/:id/:idx\nX-A: :idx :id :i', 'X-A: 2 1 :i'],
    ['/1', '/:a\nX-A: https://x', 'X-A: https://x'],
    ['/m', '/m/*\nX-A: [:splat]', 'X-A: []'],
  ])('put of %s into %j what is safe there', (path, text, expected) => {
    expect(brief(effectOf(text, 'netlify', path))).toEqual([expected]);
  });

  it('are for a host where they say so', () => {
    const rules = rulesOf('/*\nX-A: 1\nhttps://:sub.site.example/*\nX-B: :sub', 'cloudflare');
    expect(brief(rules.effectOf(questionOf('/a', 'WWW.site.example:8443')))).toEqual([
      'X-A: 1',
      'X-B: www',
    ]);
    expect(brief(rules.effectOf(questionOf('/a', 'site.example')))).toEqual(['X-A: 1']);
    expect(brief(rules.effectOf({ ...questionOf('/a'), fields: Fields.from([]) }))).toEqual([
      'X-A: 1',
    ]);
  });

  it('are the same object for the same rules', () => {
    const rules = rulesOf('/*\nX-A: 1\n/a/*\nX-B: 1\n/c/:d\nX-C: :d', 'netlify');
    const effect = rules.effectOf(questionOf('/a/1'));
    expect(rules.effectOf(questionOf('/a/2/3'))).toBe(effect);
    expect(rules.effectOf(questionOf('/b'))).not.toBe(effect);
    expect(rules.effectOf(questionOf('/b'))).toBe(rules.effectOf(questionOf('/')));
    expect(rules.effectOf(questionOf('/c/1'))).not.toBe(rules.effectOf(questionOf('/c/1')));
  });

  it('stay right for more sets of rules than are kept', () => {
    const names = Array.from({ length: 12 }, (_, index) => String.fromCharCode(0x61 + index));
    const rules = rulesOf(names.map((name) => `/*${name}*\nX-${name}: 1`).join('\n'), 'netlify');
    for (let bits = 0; bits < 4096; bits++) {
      const asked = names.filter((_, index) => (bits >> index) % 2 === 1);
      const expected = asked.length === 0 ? undefined : asked.map((name) => `X-${name}: 1`);
      expect(brief(rules.effectOf(questionOf(`/${asked.join('')}`)))).toEqual(expected);
    }
  });
});

const name = fc.constantFrom(
  'Content-Length',
  'transfer-encoding',
  'CONNECTION',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Upgrade',
  'Date',
  'Content-Range',
  'Trailer',
  'TE',
  'X-A',
  'x a',
  'X\r\nContent-Length',
  'Vary',
  'Set-Cookie',
);
const value = fc.oneof(
  fc.constantFrom('1', 'chunked', ':splat', '1\r\nContent-Length: 5', 'a\nb', '\0', ':splat\u2028'),
  fc.string({ unit: 'binary' }),
);

const isSafe = (effect: FieldEffect | undefined): boolean =>
  (effect?.set ?? []).every(
    ([set, text]) =>
      !isReservedField(set) &&
      /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(set) &&
      /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
  ) && [...(effect?.remove ?? [])].every((removed) => !isReservedField(removed));

describe('no rule reaches a field of framing', () => {
  test('by the text of a file', () => {
    const line = fc.tuple(
      fc.constantFrom('  ', '! ', '!', ''),
      name,
      fc.constantFrom(':', ' :', ''),
      value,
    );
    fc.assert(
      fc.property(
        fc.array(line),
        fc.string({ unit: 'binary' }),
        fc.constantFrom<RulesDialect>('netlify', 'cloudflare'),
        (lines, path, dialect) => {
          const text = `/*\n${lines.map((parts) => parts.join('')).join('\n')}`;
          expect(isSafe(effectOf(text, dialect, `/${path}`))).toBe(true);
        },
      ),
    );
  });

  test('by a rule that somebody else has made', () => {
    const operation = fc
      .tuple(name, fc.option(value, { nil: undefined }))
      .map(([of, to]): FieldOperation =>
        to === undefined ? { kind: 'remove', name: of } : { kind: 'set', name: of, value: to },
      );
    const from = netlifyPattern('/*', 'exact');
    if (isFault(from)) throw new Error(from.fault);
    fc.assert(
      fc.property(fc.array(operation), fc.string({ unit: 'binary' }), (operations, path) => {
        const rules = createFieldRules([{ line: 1, from, operations }], {
          merge: 'join',
          fileOf: () => '_headers',
        });
        expect(isSafe(rules.effectOf(questionOf(`/${path}`)))).toBe(true);
      }),
    );
  });
});
