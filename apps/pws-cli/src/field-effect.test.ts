import fc from 'fast-check';
import type { FieldEffect, FieldLines, ServedFile } from '@pws/static-fs';
import { describe, expect, it } from 'vitest';
import { applyEffect } from './field-effect.ts';
import { isReservedField } from './rule-fields.ts';

const LINES: FieldLines = [
  ['Server', 'PWS/1.0'],
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Length', '5'],
  ['Vary', 'Accept-Encoding'],
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
];
const FILE: ServedFile = { segments: ['a.html'], role: 'file' };
const SHELL: ServedFile = { segments: ['index.html'], role: 'shell' };

function effect(set: FieldLines, ...remove: string[]): FieldEffect {
  return { set, remove: new Set(remove) };
}

/** What differs from the lines above. */
function change(said: FieldEffect, status: number, served: ServedFile | undefined): string[] {
  const lines = applyEffect(LINES, said, { status, served }).map((line) => line.join(': '));
  const before = LINES.map((line) => line.join(': '));
  return [
    ...before.filter((line) => !lines.includes(line)).map((line) => `- ${line}`),
    ...lines.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

describe('applyEffect()', () => {
  it.each<[string, FieldEffect, number, ServedFile | undefined, string[]]>([
    ['adds a field', effect([['X-A', '1']]), 200, FILE, ['+ X-A: 1']],
    [
      'adds two lines of one name',
      effect([
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]),
      200,
      FILE,
      ['+ Set-Cookie: a=1', '+ Set-Cookie: b=2'],
    ],
    [
      'takes the place of a field, in any case',
      effect([['cache-control', 'max-age=60']]),
      200,
      FILE,
      ['- Cache-Control: no-cache', '+ cache-control: max-age=60'],
    ],
    [
      'removes a field',
      effect([], 'x-content-type-options'),
      200,
      FILE,
      ['- X-Content-Type-Options: nosniff'],
    ],
    [
      'keeps what the answer varies by',
      effect([['Vary', 'Cookie']]),
      200,
      FILE,
      ['+ Vary: Cookie'],
    ],
    ['does not remove that either', effect([], 'vary'), 200, FILE, []],
    [
      'gives no error a long life',
      effect([['Cache-Control', 'max-age=31536000']]),
      404,
      { segments: ['404.html'], role: 'error-page' },
      [],
    ],
    ['nor the shell', effect([['Cache-Control', 'max-age=31536000']]), 200, SHELL, []],
    ['nor by the older name', effect([['Expires', 'never']]), 200, SHELL, []],
    ...[
      'CDN-Cache-Control',
      'Netlify-CDN-Cache-Control',
      'Surrogate-Control',
      'X-Accel-Expires',
      'Edge-Control',
    ].map((name): [string, FieldEffect, number, ServedFile | undefined, string[]] => [
      `nor in the caches of others, by ${name}`,
      effect([[name, 'max-age=9']]),
      404,
      undefined,
      [],
    ]),
    [
      'which are told of files',
      effect([['Netlify-CDN-Cache-Control', 'x']]),
      200,
      FILE,
      ['+ Netlify-CDN-Cache-Control: x'],
    ],
    ['and removes no such field there', effect([], 'cache-control'), 404, undefined, []],
    [
      'says nothing of content in a 304',
      effect([
        ['Content-Type', 'text/plain'],
        ['X-A', '1'],
      ]),
      304,
      FILE,
      ['+ X-A: 1'],
    ],
  ])('%s', (_what, said, status, served, expected) => {
    expect(change(said, status, served)).toEqual(expected);
  });

  it.each<[string, FieldEffect, string[]]>([
    ['the type of several parts', effect([['Content-Type', 'text/plain']]), []],
    ['nor takes it away', effect([], 'content-type'), []],
    ['what else there is', effect([['X-A', '1']], 'etag'), ['X-A: 1']],
  ])('leaves alone %s', (_what, said, added) => {
    const own: FieldLines = [['Content-Type', 'multipart/byteranges; boundary=b']];
    const lines = applyEffect(own, said, { status: 206, served: FILE });
    expect(lines.map((line) => line.join(': '))).toEqual([
      'Content-Type: multipart/byteranges; boundary=b',
      ...added,
    ]);
  });

  it('takes validators away, and sets none: they are of the version that is sent', () => {
    const own: FieldLines = [
      ['ETag', '"1"'],
      ['Last-Modified', 'then'],
    ];
    const answer = { status: 200, served: FILE };
    expect(applyEffect(own, effect([], 'etag', 'last-modified'), answer)).toEqual([]);
    expect(
      applyEffect(
        own,
        effect([
          ['etag', '"2"'],
          ['Last-Modified', 'now'],
        ]),
        answer,
      ),
    ).toEqual(own);
  });

  it('sets and removes no field that is reserved, whatever is said', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'Content-Length',
        'TRANSFER-ENCODING',
        'connection',
        'Date',
        'Location',
        'x-a',
      ),
      fc.stringMatching(/^[A-Za-z-]{1,12}$/),
    );
    const said = fc.record({
      set: fc.array(fc.tuple(name, fc.string())),
      remove: fc.array(name).map((names) => new Set(names.map((each) => each.toLowerCase()))),
    });
    fc.assert(
      fc.property(said, fc.constantFrom(200, 206, 304, 404), (rules, status) => {
        const reserved = (lines: FieldLines): FieldLines =>
          lines.filter(([each]) => isReservedField(each));
        const lines = applyEffect(LINES, rules, { status, served: FILE });
        expect(reserved(lines)).toEqual(reserved(LINES));
      }),
    );
  });
});
