import { describe, expect, test } from 'vitest';
import { BodyDecoder, forbiddenTrailerField } from './body-decoder.ts';
import { Fields } from './fields.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { encodeLatin1 } from './octets.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

const END = { type: 'end', trailers: undefined };

function bufferOf(text: string): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  buffer.append(encodeLatin1(text));
  return buffer;
}

describe('BodyDecoder', () => {
  test('has nothing but an end where there is no content, and takes no octets', () => {
    const buffer = bufferOf('GET /');
    const decoder = new BodyDecoder({ kind: 'none' }, DEFAULT_LIMITS, 0);
    expect(decoder.next(buffer)).toEqual(END);
    expect(decoder.next(buffer)).toEqual(END);
    expect(buffer.length).toBe(5);
  });

  test('takes no octets behind its end', () => {
    const buffer = bufferOf('hiGET /');
    const decoder = new BodyDecoder({ kind: 'length', lengthBytes: 2 }, DEFAULT_LIMITS, 0);
    expect(decoder.next(buffer)).toMatchObject({ type: 'content' });
    expect(decoder.next(buffer)).toEqual(END);
    expect(decoder.next(buffer)).toEqual(END);
    expect(buffer.length).toBe(5);
  });

  test('ends with the connection only where neither length nor chunks say otherwise', () => {
    const kinds = [
      { kind: 'none' },
      { kind: 'length', lengthBytes: 1 },
      { kind: 'chunked' },
    ] as const;
    for (const framing of kinds) {
      expect(new BodyDecoder(framing, DEFAULT_LIMITS, 0).endsWithConnection).toBe(false);
    }
    const decoder = new BodyDecoder({ kind: 'until-close' }, DEFAULT_LIMITS, 0);
    expect(decoder.endsWithConnection).toBe(true);
    expect(decoder.next(bufferOf(''))).toBeUndefined();
    expect(decoder.next(bufferOf('hi'))).toMatchObject({ type: 'content' });
    expect(decoder.endsWithConnection).toBe(true);
  });

  test('counts content until the connection ends against the limit', () => {
    const limits = { ...DEFAULT_LIMITS, maxContentBytes: 3 };
    const decoder = new BodyDecoder({ kind: 'until-close' }, limits, 0);
    decoder.next(bufferOf('hi!'));
    expect(() => decoder.next(bufferOf('!'))).toThrow(
      expect.objectContaining({ code: 'content-too-large' }),
    );
  });
});

describe('forbiddenTrailerField()', () => {
  test.each([
    ['Content-Length'],
    ['transfer-encoding'],
    ['HOST'],
    ['Connection'],
    ['Upgrade'],
    ['TE'],
    ['Trailer'],
    ['Expect'],
    ['Cache-Control'],
    ['Range'],
    ['If-None-Match'],
    ['Authorization'],
    ['Set-Cookie'],
    ['Cookie'],
    ['Location'],
    ['Vary'],
    ['Content-Type'],
    ['Content-Encoding'],
    ['Content-Range'],
  ])('finds %s', (name) => {
    expect(
      forbiddenTrailerField(
        Fields.from([
          ['X', ''],
          [name, ''],
        ]),
      ),
    ).toBe(name);
  });

  test.each([['Digest'], ['ETag'], ['Server-Timing'], ['__proto__'], ['constructor'], ['X-Host']])(
    'lets %s pass',
    (name) => {
      expect(forbiddenTrailerField(Fields.from([[name, '']]))).toBeUndefined();
    },
  );
});
