import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type ForwardedElement,
  type ForwardedNode,
  formatForwarded,
  parseForwarded,
} from './forwarded.ts';
import { FIELD_VALUE_PATTERN } from './grammar.ts';

const nodeOf =
  (kind: ForwardedNode['kind']) =>
  (name: string, port?: number | string): ForwardedNode => ({ kind, name, port });
const ipv4 = nodeOf('ipv4');
const ipv6 = nodeOf('ipv6');
const hidden = nodeOf('obfuscated');
const UNKNOWN: ForwardedNode = { kind: 'unknown', name: 'unknown' };

const identifier = fc.stringMatching(/^_[-._0-9A-Za-z]{1,8}$/);
const port = fc.option(fc.oneof(fc.nat(65_535), identifier), { nil: undefined });
const node = fc.oneof(
  fc.tuple(fc.ipV4(), port).map(([name, at]) => ipv4(name, at)),
  fc.tuple(fc.ipV6(), port).map(([name, at]) => ipv6(name, at)),
  fc.tuple(identifier, port).map(([name, at]) => hidden(name, at)),
  port.map((at): ForwardedNode => ({ ...UNKNOWN, port: at })),
);
const fieldText = fc.string({
  unit: fc.constantFrom('a', ' ', ',', ';', '=', '"', '\\', '\t', '\u00e9'),
  maxLength: 8,
});
const element: fc.Arbitrary<ForwardedElement> = fc
  .record(
    {
      for: node,
      by: node,
      host: fc.constantFrom('example.com', 'example.com:8080', '[::1]:80', '192.0.2.1'),
      proto: fc.constantFrom('http', 'https', 'a+b-c.1'),
      extensions: fc.dictionary(fc.constantFrom('secret', 'x', '~'), fieldText, { minKeys: 1 }),
    },
    { requiredKeys: [] },
  )
  .filter((record) => Object.keys(record).length > 0)
  .map(({ extensions, ...rest }) =>
    extensions === undefined ? rest : { ...rest, extensions: new Map(Object.entries(extensions)) },
  );
const PIECES = String.raw`for by host proto = ; , " \ [ ] : :: _a unknown 192.0.2.1 80 http`;
const piece = fc.constantFrom(...PIECES.split(' '), ' ', '\0', '\u00e9', '\ud800');

describe('parseForwarded()', () => {
  it.each<[string, ForwardedElement[], string]>([
    ['for="_gazonk"', [{ for: hidden('_gazonk') }], 'RFC 7239 §4'],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: ipv6('2001:db8:cafe::17', 4711) }], 'RFC 7239 §4'],
    [
      'for=192.0.2.60;proto=http;by=203.0.113.43',
      [{ for: ipv4('192.0.2.60'), proto: 'http', by: ipv4('203.0.113.43') }],
      'RFC 7239 §4',
    ],
    [
      'for=192.0.2.43, for=198.51.100.17',
      [{ for: ipv4('192.0.2.43') }, { for: ipv4('198.51.100.17') }],
      'RFC 7239 §4',
    ],
    [
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [{ for: ipv4('192.0.2.43') }, { for: ipv6('2001:db8:cafe::17') }, { for: UNKNOWN }],
      'RFC 7239 §7.1: blanks behind commas mean nothing',
    ],
    [
      'for=_hidden, for=_SEVKISEK',
      [{ for: hidden('_hidden') }, { for: hidden('_SEVKISEK') }],
      'RFC 7239 §6.3: identifiers keep their case',
    ],
    [
      'for=192.0.2.43, for="[2001:db8:cafe::17]";proto=HTTP;host="a.example:81"',
      [
        { for: ipv4('192.0.2.43') },
        { for: ipv6('2001:db8:cafe::17'), proto: 'http', host: 'a.example:81' },
      ],
      'a scheme in lower case, a host with its port',
    ],
    ['for="192.0.2.43:_p"', [{ for: ipv4('192.0.2.43', '_p') }], 'a port that is hidden'],
    ['for="UNKNOWN:0"', [{ for: { ...UNKNOWN, port: 0 } }], 'a port of nobody, in any case'],
    ['for="[::ffff:192.0.2.1]"', [{ for: ipv6('::ffff:192.0.2.1') }], 'IPv4 within IPv6'],
    [',;, ;for=_a;;', [{ for: hidden('_a') }], 'empty elements and pairs say nothing'],
    [
      'Secret="a, for=b";x=1',
      [
        {
          extensions: new Map([
            ['secret', 'a, for=b'],
            ['x', '1'],
          ]),
        },
      ],
      'other parameters; a comma between quotes divides nothing',
    ],
  ])('reads %j as %o: %s', (value, expected) => {
    expect(parseForwarded(value)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['', 'no element'],
    [' , ;', 'no element that says anything'],
    ['for', 'no value'],
    ['for=', 'an empty value'],
    ['for=_a;proto', 'a parameter without a value behind one that has it'],
    ['for=_a;for=_b', 'a parameter that comes twice in one element'],
    ['for=_a;FOR=_a', 'the same, in any case and with one value'],
    ['for=_a; proto=http', 'a blank behind a semicolon (RFC 7239 §4 has none)'],
    ['for = _a', 'blanks around the equals sign'],
    ['for=_a for=_b', 'no comma'],
    ['for=_a, for=', 'one fault in any element spoils the field'],
    ['for=", for=192.0.2.1', 'a quote left open in front of a trusted element'],
    ['for=", for="[2001:db8::1]"', 'the same, closed by the quote of that element'],
    ['for=2001:db8::1', 'IPv6 without quotes'],
    ['for="2001:db8::1"', 'IPv6 without brackets'],
    ['for="[192.0.2.1]"', 'IPv4 in brackets'],
    ['for="[1:2:3:4::5:6:7:8]"', 'two colons that stand for nothing'],
    ['for="[2001:db8::1%25eth0]"', 'a zone'],
    ['for="[2001:db8::1"', 'no closing bracket'],
    ['for="[2001:db8::1]80"', 'no colon before the port'],
    ['for="192.0.2.1:"', 'an empty port'],
    ['for="192.0.2.1:65536"', 'no port of TCP'],
    ['for="192.0.2.1:+80"', 'a sign'],
    ['for="192.0.2.1:80:80"', 'two ports'],
    ['for=192.0.2.256', 'no octet'],
    ['for=192.0.2.01', 'a leading zero, which some read as octal'],
    ['for=192.0.2', 'three octets'],
    ['for=example.com', 'a host name is no node'],
    ['for=_', 'an identifier without a character'],
    ['for="_a b"', 'an identifier with another character'],
    ['for=""', 'nothing'],
    ['host=""', 'an empty host (decision 2)'],
    ['host="a b"', 'no host'],
    ['host="user@example.com"', 'user information'],
    ['proto=1http', 'no scheme'],
    ['proto="http:"', 'more than a scheme'],
    ['for=_a\r\n', 'a line end'],
  ])('refuses %j: %s', (value) => {
    expect(parseForwarded(value)).toBeUndefined();
  });

  it('takes for an address what the platform takes for one', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('1', 'f', '0', ':', '::', '.', '255', '1:', '192.0.2.1') }),
      fc.ipV6(),
      fc.ipV4(),
    );
    fc.assert(
      fc.property(text, (address) => {
        expect(parseForwarded(`for="[${address}]"`) !== undefined).toBe(isIPv6(address));
        expect(parseForwarded(`for="${address}"`)?.[0]?.for?.name === address).toBe(
          isIPv4(address),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('gives elements that can be written again, or undefined, for any text', () => {
    const text = fc.oneof(fc.string({ unit: piece }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, (value) => {
        const elements = parseForwarded(value);
        if (elements === undefined) return;
        expect(parseForwarded(formatForwarded(elements))).toEqual(elements);
      }),
    );
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    for (const unit of [' ', ',', ';', ':', '::', '[', '_', '1.', 'a=b;', '"', '\\"', 'for=_a,'])
      for (const start of ['', 'for="', 'for="[', 'for="_a:', 'host="'])
        expect(parseForwarded(`${start}${unit.repeat(100_000)}\0`)).toBeUndefined();
  });
});

describe('formatForwarded()', () => {
  it.each<[ForwardedElement[], string, string]>([
    [[{ for: ipv4('192.0.2.43') }], 'for=192.0.2.43', 'a token'],
    [[{ for: ipv6('2001:db8:cafe::17', 4711) }], 'for="[2001:db8:cafe::17]:4711"', 'in quotes'],
    [
      [
        { by: hidden('_edge'), proto: 'https', host: 'a.example:81', for: UNKNOWN },
        { extensions: new Map([['Secret', 'a"b']]) },
      ],
      String.raw`for=unknown;host="a.example:81";proto=https;by=_edge, secret="a\"b"`,
      'parameters in one order, elements in theirs',
    ],
  ])('writes %o as %j: %s', (elements, expected) => {
    expect(formatForwarded(elements)).toBe(expected);
  });

  it.each<[ForwardedElement[], string]>([
    [[], 'no element'],
    [[{}], 'an element that says nothing'],
    [[{ for: undefined, extensions: new Map() }], 'the same, at length'],
    [[{ for: ipv4('192.0.2.1:80') }], 'a port in the name'],
    [[{ for: ipv4('_a') }], 'a name of another kind'],
    [[{ for: ipv6('[::1]') }], 'brackets in the name'],
    [[{ for: { ...UNKNOWN, name: 'Unknown' } }], 'a name that would be read as another'],
    [[{ for: ipv4('192.0.2.1', 65_536) }], 'no port of TCP'],
    [[{ for: ipv4('192.0.2.1', '80') }], 'a number as text'],
    [[{ for: ipv4('192.0.2.1', 0.5) }], 'no whole number'],
    [[{ by: hidden('a') }], 'an identifier without its underscore'],
    [[{ host: 'a, for=b' }], 'no host'],
    [[{ proto: 'http;x' }], 'no scheme'],
    [[{ proto: 'http\u212a' }], 'a scheme that only lower case makes one'],
    [[{ extensions: new Map([['for', '_a']]) }], 'a name that is defined'],
    [
      [
        {
          extensions: new Map([
            ['x', '1'],
            ['X', '2'],
          ]),
        },
      ],
      'a name that comes twice',
    ],
    [
      [
        {
          extensions: new Map([
            ['x="', 'a'],
            ['y";z', 'b'],
          ]),
        },
      ],
      'names that are no tokens',
    ],
    [[{ extensions: new Map([['x', '\r\n']]) }], 'a line end'],
  ])('refuses to write %o: %s', (elements) => {
    expect(() => formatForwarded(elements)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'invalid-field-value' }),
    );
  });

  it('writes what parseForwarded() reads back as it was', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), (elements) => {
        const value = formatForwarded(elements);
        expect(value).toMatch(FIELD_VALUE_PATTERN);
        expect(parseForwarded(value)).toEqual(elements);
      }),
    );
  });
});
