/**
 * Messages as they come over the wire, for properties: heads as browsers and tools send them,
 * content in every framing, several on one connection, and octets that somebody meddled with.
 */
import fc from 'fast-check';
import { octetsOfText } from './octet-text.ts';

const TCHAR =
  `!#$%&'*+-.^_\`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ`.split('');
const TARGET = `!$%&'()*+,-./:;=?@[]^_\`{|}~0123456789abcXYZ`.split('');

/** A token. */
const token: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...TCHAR), { minLength: 1, maxLength: 12 })
  .map((chars) => chars.join(''));

/** A field value as it may be sent: no blanks at its ends, no controls within. */
export const fieldValue: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) },
      { weight: 1, arbitrary: fc.constantFrom(0x20, 0x09) },
      { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
    ),
    { maxLength: 40 },
  )
  .map((units) => String.fromCharCode(...units).replaceAll(/^[ \t]+|[ \t]+$/g, ''));

/** Names that change how a message is read; a line that is made up has none of them. */
const MEANINGFUL = /^(?:host|content-length|transfer-encoding|expect|connection|upgrade|trailer)$/i;

/** A field line that changes nothing. */
export const plainLine: fc.Arbitrary<[name: string, value: string]> = fc.tuple(
  fc.oneof(
    fc.constantFrom('Accept', 'User-Agent', 'Cookie', 'Referer', '__proto__', 'X-A'),
    token.filter((name) => !MEANINGFUL.test(name)),
  ),
  fieldValue,
);

/** What a browser sends, in its order. */
const BROWSER_LINES: readonly (readonly [string, string])[] = [
  ['Connection', 'keep-alive'],
  ['sec-ch-ua', '"Example";v="130", "Not?A_Brand";v="99"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Any"'],
  ['Upgrade-Insecure-Requests', '1'],
  ['User-Agent', 'Example/5.0 (X11; Any x86_64) ExampleEngine/537.36 (like no other)'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'],
  ['Sec-Fetch-Site', 'none'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-User', '?1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-GB,en;q=0.9,de;q=0.8'],
];

const fieldLines = fc.oneof(
  { weight: 3, arbitrary: fc.array(plainLine, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant(BROWSER_LINES.map(([name, value]) => [name, value])) },
);

const target = fc
  .array(fc.constantFrom(...TARGET), { maxLength: 30 })
  .map((chars) => `/${chars.join('')}`);

/** Method and target that fit each other. */
export const startOfRequest: fc.Arbitrary<[method: string, target: string]> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'get'), target) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      token.filter((name) => name !== 'CONNECT'),
      target,
    ),
  },
  { weight: 1, arbitrary: fc.constant<[string, string]>(['OPTIONS', '*']) },
  { weight: 1, arbitrary: fc.constant<[string, string]>(['GET', 'http://example.com/a?b']) },
);

const text = fc
  .uint8Array({ maxLength: 40 })
  .map((octets) => Array.from(octets, (octet) => String.fromCharCode(octet)).join(''));

/** Framing fields and the body that goes with them. */
const body = fc.oneof(
  fc.constant<[lines: string, body: string]>(['', '']),
  text.map((content): [string, string] => [`Content-Length: ${content.length}\r\n`, content]),
  fc
    .tuple(
      fc.array(fc.tuple(text, fc.constantFrom('', ';a', ';a=b', ' ; a = "b\\"\xff"')), {
        maxLength: 4,
      }),
      fc.constantFrom('', 'Digest: x\r\n', 'A: b\r\nC:\r\n'),
    )
    .map(([chunks, trailers]): [string, string] => {
      const written = chunks
        .filter(([content]) => content !== '')
        .map(
          ([content, extension]) => `${content.length.toString(16)}${extension}\r\n${content}\r\n`,
        );
      return ['Transfer-Encoding: chunked\r\n', `${written.join('')}0\r\n${trailers}\r\n`];
    }),
);

/** One request that every recipient reads the same way. */
const request = fc
  .tuple(
    startOfRequest,
    fieldLines,
    body,
    fc.constantFrom('', '\r\n'),
    fc.constantFrom('1.1', '1.2'),
  )
  .map(([[method, requestTarget], lines, [framing, content], before, version]) => {
    const written = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const head = `${method} ${requestTarget} HTTP/${version}\r\nHost: example.com\r\n`;
    return `${before}${head}${written}${framing}\r\n${content}`;
  });

/** Several requests on one connection. */
export const requests: fc.Arbitrary<Uint8Array> = fc
  .array(request, { minLength: 1, maxLength: 4 })
  .map((parts) => octetsOfText(parts.join('')));

/** Octets that parsers stumble over. */
const TROUBLE = [...octetsOfText('\r\n\0\t :;,"\\/?#-+0x9\x7f\x80\xff')];
const FRAGMENTS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  ' ',
  'Content-Length: 5\r\n',
  'Content-Length: 9007199254740992\r\n',
  'Content-Length: +1\r\n',
  'Content-Length: 5\r\nContent-Length: 5\r\n',
  'Transfer-Encoding: gzip\r\n',
  'Transfer-Encoding: chunked, gzip\r\n',
  '20000000000000',
  'f',
  ';',
  'Expect: a\r\n',
  'X\r\n',
  ':',
  'X : a\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Host: b\r\n',
  'Expect: 100-continue\r\n',
  'Connection: upgrade\r\nUpgrade: b\r\n',
  'HTTP/1.0',
  '0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n',
].map(octetsOfText);

/**
 * A place in a message, as a part of its length. Not `fc.double()`: that draws from the
 * representations of numbers, most of which are next to nothing.
 */
export const place: fc.Arbitrary<number> = fc.nat(9999).map((part) => part / 10_000);

const meddling = fc.record({
  at: place,
  /** Whether the place is moved to the beginning of its line. */
  atLineStart: fc.boolean(),
  removes: fc.constantFrom(0, 0, 1, 2),
  adds: fc.oneof(
    fc.constantFrom(...TROUBLE).map((octet) => Uint8Array.of(octet)),
    fc.uint8Array({ maxLength: 2 }),
    fc.constantFrom(...FRAGMENTS),
  ),
});

const CR = 0x0d;

/** Requests that somebody meddled with in a few places, or whose version is another one. */
export const meddledRequests: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    requests,
    fc.array(meddling, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(0x31, 0x31, 0x31, 0x30, 0x32),
  )
  .map(([octets, changes, versionDigit]) => {
    let all = [...octets];
    // 0 becomes the minor version, 2 the major one.
    const lineEnd = all.indexOf(CR, 2);
    if (versionDigit === 0x30) all[lineEnd - 1] = versionDigit;
    if (versionDigit === 0x32) all[lineEnd - 3] = versionDigit;
    for (const { at, atLineStart, removes, adds } of changes) {
      const anywhere = Math.floor(at * all.length);
      const index = atLineStart ? all.lastIndexOf(0x0a, anywhere) + 1 : anywhere;
      all = [...all.slice(0, index), ...adds, ...all.slice(index + removes)];
    }
    return Uint8Array.from(all);
  });

/** Any octets at all, and any of the octets that matter. */
export const anyOctets: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom(...TROUBLE, 0x41, 0x61, 0x31), { maxLength: 200 })
    .map((o) => Uint8Array.from(o)),
  fc
    .array(fc.constantFrom(...FRAGMENTS), { maxLength: 10 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part]))),
);

/** Where octets are cut, as parts of their length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(place, { minLength: 1, maxLength: 12 });

/** The octets in pieces, cut there. */
export function cut(octets: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = at.map((part) => Math.floor(part * octets.length)).toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) =>
    octets.subarray(start, places[index] ?? octets.length),
  );
}

/** The octets in pieces of one. */
export function cutIntoOctets(octets: Uint8Array): Uint8Array[] {
  return Array.from(octets, (octet) => Uint8Array.of(octet));
}
