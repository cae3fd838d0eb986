/** Changes octets as parsers do not like it. */
import { octetsOfText } from '../test/octet-text.ts';
import type { Random } from './random.ts';
import { concatenate } from './scenario.ts';

/** What means something in a message. */
const FRAGMENTS: readonly Uint8Array[] = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  '\t',
  ' ',
  '\x7f',
  '\x80',
  '\xff',
  ':',
  ',',
  ';',
  '=',
  '"',
  '\\',
  '?',
  '#',
  '%00',
  '*',
  '0',
  '00',
  '1',
  'f',
  '+1',
  '-1',
  '0x1',
  '9007199254740991',
  '9007199254740992',
  '1fffffffffffff',
  '20000000000000',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.0\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 \r\n\r\n',
  'HTTP/1.1 101 x\r\nUpgrade: b\r\n\r\n',
  'HTTP/1.0 404 x\r\n',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'Host: a\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Connection: upgrade\r\nUpgrade: b\r\n',
  'Expect: 100-continue\r\n',
  'X: y\r\n',
  'X : y\r\n',
  ' folded\r\n',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '1;a="\\""\r\nx\r\n',
  '0\r\nHost: a\r\n\r\n',
  '0\r\nDigest: x\r\n\r\n',
  'Content-Disposition: attachment; filename="a\\"b"; filename*=UTF-8\'\'%e2%82%ac\r\n',
  'Forwarded: for="[::1]:80";proto=http, for=unknown;by=_x\r\n',
  'Content-Type: text/html; charset="utf-8"\r\n',
].map(octetsOfText);

const LF = 0x0a;

/** Octets like these, changed in one to four places. */
export function mutate(
  octets: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let changed = octets;
  for (let count = 1 + random.below(4); count > 0; count--) {
    changed = mutateOnce(changed, others, random);
  }
  return changed;
}

function mutateOnce(octets: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(octets.length + 1);
  const end = Math.min(octets.length, at + 1 + random.below(random.pick([2, 8, 64])));
  const splice = (from: number, to: number, added: Uint8Array): Uint8Array =>
    concatenate([octets.subarray(0, from), added, octets.subarray(to)]);
  switch (random.below(10)) {
    case 0:
      return splice(at, at, random.pick(FRAGMENTS));
    case 1: {
      const lineStart = octets.lastIndexOf(LF, at) + 1;
      return splice(lineStart, lineStart, random.pick(FRAGMENTS));
    }
    case 2:
      return splice(at, end, random.pick(FRAGMENTS));
    case 3:
      return splice(at, Math.min(at + 1, octets.length), Uint8Array.of(random.below(256)));
    case 4:
      return splice(at, end, new Uint8Array(0));
    case 5:
      return splice(at, at, octets.subarray(at, end));
    case 6:
      return octets.subarray(0, at);
    case 7:
      return concatenate([octets, random.pick(others)]);
    case 8: {
      const other = random.pick(others);
      return concatenate([octets.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    default: {
      // A line, once more and elsewhere.
      const lineStart = octets.lastIndexOf(LF, at) + 1;
      const lineEnd = octets.indexOf(LF, at) + 1;
      const place = octets.lastIndexOf(LF, random.below(octets.length + 1)) + 1;
      return splice(place, place, octets.subarray(lineStart, Math.max(lineStart, lineEnd)));
    }
  }
}

/**
 * Fewer octets for which something still holds: pieces are left out, large ones first.
 *
 * @param holds - asked at most `most` times
 */
export function shrink(
  octets: Uint8Array,
  holds: (fewer: Uint8Array) => boolean,
  most = 400,
): Uint8Array {
  let smallest = octets;
  let asked = 0;
  for (let size = smallest.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.length && asked < most;) {
      const fewer = concatenate([smallest.subarray(0, at), smallest.subarray(at + size)]);
      asked++;
      if (holds(fewer)) smallest = fewer;
      else at += size;
    }
  }
  return smallest;
}
