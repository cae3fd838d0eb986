import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { loadsOf } from './page-loads.ts';

const PAGE = new URL('http://localhost/docs/start?a=b');

const loads = (html: string): string[] =>
  loadsOf(html, PAGE).map(
    ({ address, part }) => `${address.href.replace('http://localhost', '')} ${part}`,
  );

describe('a page loads', () => {
  test.each<[string, readonly string[], string]>([
    ['<script src="/a.js"></script>', ['/a.js content'], 'a script'],
    ["<SCRIPT async SRC = 'a.js' >", ['/docs/a.js content'], 'in any case, from where it is'],
    ['<script src=../a.js type=module>', ['/a.js content'], 'without quotes'],
    ['<link rel="stylesheet" href="/a.css?b&amp;c#d">', ['/a.css?b&c content'], 'a style sheet'],
    ['<link href=/a.js rel=modulepreload />', ['/a.js content'], 'a module'],
    ['<link rel="shortcut icon" href="/i.svg">', ['/i.svg decoration'], 'an icon'],
    ['<link rel="alternate stylesheet" href="/a.css">', [], 'no alternative'],
    ['<link rel="canonical" href="/a">', [], 'no page that it names'],
    ['<img alt="a > b" src="/a.png">', ['/a.png decoration'], 'an image'],
    ['<img src="/a.png"><img src="/a.png#b">', ['/a.png decoration'], 'each once'],
    ['<a href="/a"><form action="/b">', [], 'nothing that it only leads to'],
    ['<script>const a = "<img src=/a.png>";</script><img src=b>', ['/docs/b decoration'], 'text'],
    ['<!-- <script src="/a.js"> --><!-- <img src=/b>', [], 'nothing in comments'],
    ['<script-x src="/a.js"><scripts src="/a.js">', [], 'no other elements'],
    ['<script src=""></script><script src></script><img>', [], 'nothing without a name'],
    ['<base href="/x/"><img src="a">', ['/x/a decoration'], 'from its base'],
    ['<base target=_top><img src="a">', ['/docs/a decoration'], 'which says where'],
    [
      '<img src="data:,x"><img src="//a.example/b">',
      ['data:,x decoration', 'http://a.example/b decoration'],
      'from elsewhere',
    ],
    ['<img src="http://[">', [], 'nothing from where nothing is'],
    ['<img src="/a" src="/b" data-src="/c">', ['/a decoration'], 'the first of two'],
  ])('%j: %j, %s', (html, expected) => {
    expect(loads(html)).toEqual(expected);
  });

  it.each(['<img ', '<script>', '<script ', '<!--', '<img "', '<img src="', "<link '"])(
    'what it says in a time that grows with its length, so also with %j 200 000 times',
    (piece) => {
      expect(loads(piece.repeat(200_000))).toEqual([]);
    },
  );

  it('what it says, whatever that is', () => {
    const piece = fc.constantFrom(
      '<script',
      '<img',
      ' src=',
      '"',
      "'",
      '>',
      '<!--',
      '-->',
      '/a',
      '</script',
      ' ',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const { address } of loadsOf(pieces.join(''), PAGE)) expect(address.hash).toBe('');
      }),
    );
  });
});
