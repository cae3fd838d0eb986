import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyEncoder } from './body-encoder.ts';
import { ContentDecoder } from './content-decoder.ts';
import { ProtocolError, UsageError } from './errors.ts';
import { NEED_DATA } from './events.ts';
import type { BodyFraming } from './framing.ts';
import { encodeLatin1 } from './octets.ts';

const CHUNKED: BodyFraming = { kind: 'chunked' };

/** What comes out of the pieces, as text: content in one, then the end with its trailers. */
function decode(framing: BodyFraming, pieces: readonly Uint8Array[]): string {
  const decoder = new ContentDecoder(framing);
  let content = '';
  for (const piece of [...pieces, undefined]) {
    if (piece === undefined) decoder.receiveEnd();
    else decoder.receive(piece);
    for (let part = decoder.next(); part !== NEED_DATA; part = decoder.next()) {
      if (part.type === 'content') content += String.fromCharCode(...part.octets);
      else return `${content}|${JSON.stringify([...(part.trailers ?? [])])}`;
    }
  }
  return `${content}…`;
}

describe('ContentDecoder', () => {
  test.each<[BodyFraming, string, string, string]>([
    [{ kind: 'none' }, '', '|[]', 'no content'],
    [{ kind: 'length', lengthBytes: 3 }, 'abc', 'abc|[]', 'as many octets as declared'],
    [{ kind: 'until-close' }, 'abc', 'abc|[]', 'all there is'],
    [CHUNKED, '3\r\nabc\r\n0\r\n\r\n', 'abc|[]', 'one chunk'],
    [
      CHUNKED,
      '1;a=b\r\na\r\n2\r\nbc\r\n0\r\nX: y\r\n\r\n',
      'abc|[["X","y"]]',
      'extension, trailer',
    ],
  ])('decodes %j %j as %j: %s', (framing, octets, expected) => {
    expect(decode(framing, [encodeLatin1(octets)])).toBe(expected);
    expect(decode(framing, octets.split('').map(encodeLatin1))).toBe(expected);
  });

  test.each<[BodyFraming, string, string, number]>([
    [{ kind: 'length', lengthBytes: 3 }, 'ab', 'unexpected-end', 2],
    [CHUNKED, '3\r\nab', 'unexpected-end', 5],
    [CHUNKED, '-1\r\n', 'invalid-chunk-size', 0],
    [CHUNKED, '1\r\naX', 'invalid-chunk-end', 4],
  ])('refuses %j %j with %s at octet %i of the body', (framing, octets, code, offset) => {
    let failure: unknown;
    try {
      decode(framing, [encodeLatin1(octets)]);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(ProtocolError);
    expect(failure).toMatchObject({ code, offset });
  });

  test('hands back the octets behind the body untouched', () => {
    const decoder = new ContentDecoder(CHUNKED);
    decoder.receive(encodeLatin1('0\r\n\r\nGET / '));
    expect(decoder.next()).toEqual({ type: 'end', trailers: undefined });
    expect(decoder.takeRemaining()).toEqual(encodeLatin1('GET / '));
  });

  test('takes no octets behind the end', () => {
    const decoder = new ContentDecoder(CHUNKED);
    decoder.receiveEnd();
    expect(() => decoder.receive(encodeLatin1('0'))).toThrow(UsageError);
  });

  test('decodes what BodyEncoder encodes, trailers included, however it is cut', () => {
    const token = fc.stringMatching(/^x-[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 })),
        fc.array(fc.tuple(token, fc.stringMatching(/^[!-~]{0,12}$/)), { maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        (contents, trailers, step) => {
          const encoder = new BodyEncoder(CHUNKED);
          const encoded = contents.flatMap((content) => encoder.encode(content));
          const octets = [...encoded, ...encoder.end(trailers)].flatMap((piece) => [...piece]);
          const pieces: Uint8Array[] = [];
          for (let at = 0; at < octets.length; at += step) {
            pieces.push(Uint8Array.from(octets.slice(at, at + step)));
          }
          const text = contents.map((content) => String.fromCharCode(...content)).join('');
          expect(decode(CHUNKED, pieces)).toBe(`${text}|${JSON.stringify(trailers)}`);
        },
      ),
    );
  });
});
